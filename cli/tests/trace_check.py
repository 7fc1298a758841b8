#!/usr/bin/env python3
"""Opens traces with the parsers of the tools that they are for.

    python3 cli/tests/trace_check.py WAVETANK SCENARIO...

Perfetto's own trace processor reads the Chrome trace: it must find no error, and as many spans as
were written. The messages of the OpenTelemetry protocol read the other one: all ids must have their
lengths, and all parents must be there. Packages that are not there are installed into a temporary
folder.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile

PACKAGES = {"perfetto": "perfetto==0.16.0", "opentelemetry": "opentelemetry-proto==1.38.0"}


def install(folder):
    """Installs what is not there."""
    missing = [package for name, package in PACKAGES.items() if not importlib.util.find_spec(name)]
    if missing:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
        subprocess.run([*pip, *missing], check=True)
        sys.path.insert(0, folder)


def written(wavetank, scenario, form):
    """The trace of the first hour of a scenario."""
    command = [wavetank, "trace", scenario, "--format", form, "--until", "1h"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def check_chrome(trace):
    """Perfetto finds what was written."""
    from perfetto.trace_processor import TraceProcessor

    events = json.loads(trace)["traceEvents"]
    spans = sum(event["ph"] == "X" for event in events)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(trace)
        file.flush()
        with TraceProcessor(trace=file.name) as processor:
            found = next(iter(processor.query("select count(*) as n from slice"))).n
            assert found == spans, f"{found} spans of {spans}"
            errors = processor.query("select name, value from stats where severity = 'error' and value > 0")
            errors = [(row.name, row.value) for row in errors]
            assert not errors, errors
    return spans


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
            chrome = check_chrome(written(wavetank, scenario, "chrome"))
            otlp = check_otlp(written(wavetank, scenario, "otlp"))
            print(f"{scenario}: {chrome} spans and states in Perfetto, {otlp} spans in OpenTelemetry")


main()
