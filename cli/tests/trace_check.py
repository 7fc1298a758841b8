#!/usr/bin/env python3
"""Reads traces with the messages of the OpenTelemetry protocol.

    python3 cli/tests/trace_check.py WAVETANK SCENARIO...

They must know every field; all ids must have their lengths, and all parents must be there. If the
package opentelemetry-proto is not there, it is installed into a temporary folder.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile

PACKAGE = "opentelemetry-proto==1.45.2"


def install(folder):
    """Installs the package, if it is not there."""
    if importlib.util.find_spec("opentelemetry") is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, PACKAGE]
        subprocess.run(pip, check=True)
        sys.path.insert(0, folder)


def written(wavetank, scenario):
    """The trace of the first hour of a scenario."""
    command = [wavetank, "trace", scenario, "--format", "otlp", "--until", "1h"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def check_otlp(trace):
    """The messages of the protocol take what was written."""
    from google.protobuf.json_format import Parse
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    # In the JSON of the protocol ids are hexadecimal, and not base64 as elsewhere in protobuf.
    tree = json.loads(trace)
    spans = [span for group in tree["resourceSpans"] for one in group["scopeSpans"] for span in one["spans"]]
    ids = {(span["traceId"], span["spanId"]) for span in spans}
    assert len(ids) == len(spans), "ids are not unique"
    for span in spans:
        assert len(bytes.fromhex(span["traceId"])) == 16 and len(bytes.fromhex(span["spanId"])) == 8
        assert "parentSpanId" not in span or (span["traceId"], span["parentSpanId"]) in ids
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        for key in ("traceId", "spanId", "parentSpanId"):
            span.pop(key, None)
    Parse(json.dumps(tree), TracesData())
    return len(spans)


def main():
    wavetank, *scenarios = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        for scenario in scenarios:
            spans = check_otlp(written(wavetank, scenario))
            assert spans > 0, f"{scenario}: no spans"
            print(f"{scenario}: {spans} spans")


main()
