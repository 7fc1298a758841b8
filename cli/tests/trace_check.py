#!/usr/bin/env python3
"""Reads traces with other tools, and holds what they find against the table of the same trace.

    python3 cli/tests/trace_check.py WAVETANK SCENARIO...

OTLP: the messages of the OpenTelemetry protocol must know every field; all ids must have their
lengths, and all parents must be there. Chrome's format: speedscope, in headless Chromium, must find
every task, call and attempt with the length that the table has, every state and fault, and a lane
for each thread. The packages opentelemetry-proto (pip) and speedscope (npm) are installed into a
temporary folder.
"""

import base64
import collections
import csv
import importlib.util
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from page_check import Chromium

PACKAGE = "opentelemetry-proto==1.45.2"
SPEEDSCOPE = "speedscope@1.25.0"


def install(folder):
    """Installs the package, if it is not there."""
    if importlib.util.find_spec("opentelemetry") is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, PACKAGE]
        subprocess.run(pip, check=True)
        sys.path.insert(0, folder)


def written(wavetank, scenario, form):
    """The trace of the first hour of a scenario."""
    command = [wavetank, "trace", scenario, "--format", form, "--until", "1h"]
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


class Speedscope:
    """The viewer, as its package has it, in a browser."""

    def __init__(self, folder):
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, SPEEDSCOPE]
        subprocess.run(npm, check=True)
        self.page = pathlib.Path(folder, "node_modules/speedscope/dist/release/index.html").as_uri()
        self.script = pathlib.Path(folder, "load.js")
        self.browser = Chromium()

    def read(self, trace):
        """What it has made of a trace, in its own format, which its menu exports."""
        data = json.dumps(base64.b64encode(trace).decode())
        self.script.write_text(f'speedscope.loadFileFromBase64("trace.json", {data})')
        browser = self.browser
        browser("Page.navigate", url="about:blank")
        browser("Page.navigate", url=f"{self.page}#localProfilePath={self.script}")
        self.wait('document.title.startsWith("trace.json")')
        browser.run("""
            window.text = null;
            URL.createObjectURL = (file) => { file.text().then((text) => { window.text = text }); return "data:," };
            window.dispatchEvent(new KeyboardEvent("keydown", { key: "s", keyCode: 83, ctrlKey: true, metaKey: true }));
        """)
        self.wait("typeof window.text === 'string'")
        return json.loads(browser.run("window.text"))

    def wait(self, what):
        for _ in range(600):
            if self.browser.run(what):
                return
            time.sleep(0.1)
        raise AssertionError(f"speedscope: never {what}: {self.browser.run('document.body.innerText')[:500]}")


def slices(profile, frames):
    """The names and lengths of all that a lane has; each lies within what is open there."""
    assert profile["unit"] == "microseconds" and profile["type"] == "evented"
    stack = []
    for event in profile["events"]:
        if event["type"] == "O":
            stack.append(event)
        else:
            begun = stack.pop()
            assert begun["frame"] == event["frame"], "what ends is what is open"
            yield frames[event["frame"]]["name"].split(" {")[0], round(event["at"] - begun["at"])
    assert not stack, "all that begins ends"


def same(what, found, expected):
    """As many of each are found."""
    found, expected = collections.Counter(found), collections.Counter(expected)
    more, less = list((found - expected).items()), list((expected - found).items())
    assert found == expected, f"{what}: found and not expected {more[:5]}, expected and not found {less[:5]}"


def check_chrome(speedscope, trace, table):
    """Speedscope finds what the table has."""
    found = speedscope.read(trace)
    frames, lanes = found["shared"]["frames"], found["profiles"]
    read = [one for lane in lanes for one in slices(lane, frames)]
    events = json.loads(trace)["traceEvents"]
    spans = ("task", "call", "attempt")

    # Tasks, calls and attempts are those of the table, to the microsecond; it shows none without length.
    kind_of = {"task ends": "task", "call ends": "call", "attempt ends": "attempt", "attempt is given up": "attempt"}
    rows = csv.DictReader(io.StringIO(table.decode()))
    ended = [(kind_of[row["event"]], row["took_s"]) for row in rows if row["event"] in kind_of]
    shown = [(name.split(" ")[0], took) for name, took in read if name.split(" ")[0] in spans]
    shown += [(event["cat"], 0) for event in events if event["ph"] == "i" and event["cat"] in spans]
    same("spans", shown, [(kind, round(float(took) * 1e6)) for kind, took in ended])

    # States and faults, and the lanes of everything.
    times = {}
    for event in (event for event in events if event["ph"] in "BE"):
        times.setdefault((event["name"], event["cat"], event["args"]["number"]), []).append(event["ts"])
    others = [(name, round(to - since)) for (name, cat, _), (since, to) in times.items() if cat in ("state", "fault")]
    same("states and faults", [one for one in read if one[0].split(" ")[0] not in spans], others)
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    at = [tuple(map(int, re.search(r"pid (\d+).*tid (\d+)", lane["name"]).groups())) for lane in lanes]
    drawn = {(e["pid"], e["tid"]) for e in events if e["ph"] == "B"}
    assert sorted(at) == sorted(drawn), f"{len(lanes)} lanes, {len(drawn)} threads"
    for lane, place in zip(lanes, at):
        assert threads[place] in lane["name"], f"{lane['name']} is not {threads[place]}"
    return len(read), len(lanes)


def main():
    wavetank, *scenarios = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        speedscope = Speedscope(folder)
        try:
            for scenario in scenarios:
                spans = check_otlp(written(wavetank, scenario, "otlp"))
                assert spans > 0, f"{scenario}: no spans"
                trace, table = (written(wavetank, scenario, form) for form in ("chrome", "csv"))
                found, lanes = check_chrome(speedscope, trace, table)
                print(f"{scenario}: {spans} spans; {found} slices on {lanes} lanes")
        finally:
            speedscope.browser.close()


main()
