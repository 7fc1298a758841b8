"""Looks at pages of results in headless Chromium, with nothing but the standard library.

    python3 page_check.py FOLDER...            each with index.html and its tables beside it
    python3 page_check.py --shots TO FOLDER... also takes a picture of each page

Of each page: nothing is logged or fetched; every number is that of the CSV file, and what is shown
is that number in its unit; tables sort by click and by keyboard, and say so; a row that is reached
shows its command; colours follow the system and the switch; on a small screen nothing is wider
than the screen; all this but sorting is there without scripts.
"""

import base64
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.stdout.reconfigure(line_buffering=True)


class Chromium:
    """A browser that is spoken to through a pipe (the DevTools protocol)."""

    def __init__(self):
        program = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
        if program is None:
            sys.exit("there is no Chromium here: apt-get install chromium")
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--hide-scrollbars", "--remote-debugging-pipe",
                 f"--user-data-dir={self.home.name}"]
        (its_in, self.to), (self.of, its_out) = os.pipe(), os.pipe()
        # The browser reads from 3 and writes to 4.
        command = ["sh", "-c", f'exec "$@" 3<&{its_in} 4>&{its_out}', "sh", program, *flags]
        self.process = subprocess.Popen(command, pass_fds=(its_in, its_out), stderr=subprocess.DEVNULL)
        os.close(its_in)
        os.close(its_out)
        self.rest, self.last, self.events = b"", 0, []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self(f"{domain}.enable")

    session = None

    def __call__(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.of, 1 << 20)
            if not more:
                raise RuntimeError("the browser has gone")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def open(self, page, width, height, scheme="light", scripts=True):
        self.events.clear()
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self("Emulation.setScriptExecutionDisabled", value=not scripts)
        self("Page.navigate", url=page.resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.read())

    def run(self, script):
        answer = self("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key, code=None, text=None):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "End": 35, "Home": 36, " ": 32}
        key_of = {"key": key, "code": code or key, "windowsVirtualKeyCode": codes[key]}
        if text:
            key_of["text"] = text
        self("Input.dispatchKeyEvent", type="keyDown", **key_of)
        self("Input.dispatchKeyEvent", type="keyUp", **key_of)

    def shot(self, file, whole=False):
        picture = self("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(picture["data"]))

    def close(self):
        self.session = None
        self("Browser.close")
        self.process.wait(30)
        self.home.cleanup()


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def logged(browser):
    """What the page has logged, what it has thrown, and what it has asked for but itself."""
    for event in browser.events:
        method, about = event.get("method"), event.get("params", {})
        if method in ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"]:
            yield json.dumps(about)[:500]
        if method == "Network.requestWillBeSent" and about.get("type") != "Document":
            yield f"a request: {about['request']['url'][:100]}"


FIELDS = """
(id) => [...document.querySelectorAll("#" + id + " tbody tr")].map((row) => ({
  key: row.dataset.key,
  again: row.dataset.again,
  text: row.textContent,
  numbers: [...row.querySelectorAll("data")].map((d) => [d.className, d.getAttribute("value"), d.textContent]),
}))
"""

UNITS = {"": 1, "%": 0.01, "µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "/h": 1, "points": 0.01}


def shown(text):
    """The first number of a text, in the unit of the table, and by how much it may be rounded."""
    found = re.fullmatch(r"([+−]?)(\d+(?:\.\d+)?)\s*([^\s\d\[]*)(?:\s*\[.*)?", text)
    check(found, f"this is no number in a unit: {text!r}")
    sign, number, unit = found.groups()
    step = 10.0 ** -len(number.partition(".")[2])
    return (-1 if sign == "−" else 1) * float(number) * UNITS[unit], 0.51 * step * UNITS[unit]


def numbers_are(rows, expected, least):
    """Every number of these rows is the one of the CSV file, and what is shown is the number."""
    compared = 0
    for row in rows:
        check(row["numbers"], f"there are no numbers in row {row['key']}")
        for name, exact, text in row["numbers"]:
            known = expected(row["key"], name)
            check(exact == known, f"{row['key']}: {name} is {exact!r} on the page and {known!r} in the CSV file")
            compared += 1
            if exact == "":
                check(text in ["–", "∞"], f"{row['key']}: {name} is undefined and shown as {text!r}")
                continue
            value, rounding = shown(text)
            tolerance = max(rounding, 0.006 * abs(float(exact)))
            check(abs(value - float(exact)) <= tolerance, f"{row['key']}: {name} is {exact} and shown as {text!r}")
    check(compared >= least, f"only {compared} numbers were compared")
    return compared


def table(file):
    with open(file, newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def check_numbers(browser, folder):
    of = lambda id: browser.run(f"({FIELDS})({json.dumps(id)})")
    compared = 0
    if (folder / "summary.csv").exists():
        summary = {(row["cell"], row["measure"]): row for row in table(folder / "summary.csv")}
        objective = browser.run('document.querySelector("#key-numbers tbody tr").dataset.key')
        own = re.search(r"rows of cell (\d+)", browser.run('document.querySelector("#key-numbers p").textContent'))[1]
        cells = of("cells")
        number = len({cell for cell, _ in summary})
        check(len(cells) == min(number, 2000), f"{len(cells)} of {number} cells are there")
        compared += numbers_are(cells, lambda cell, name: summary[cell, objective][name], len(cells))
        for row in cells:
            check(row["again"].startswith("wavetank "), f"cell {row['key']} has no command")
            names = [name for name in summary[row["key"], objective] if "." in name]
            # Times have a second column, of seconds.
            for axis in [name for name in names if name.removesuffix("_s") not in names or not name.endswith("_s")]:
                check(summary[row["key"], objective][axis] in row["text"], f"cell {row['key']} is elsewhere on {axis}")
        for id in ["key-numbers", "all-numbers"]:
            compared += numbers_are(of(id), lambda measure, name: summary[own, measure][name], 1)
        all_measures = {measure for _, measure in summary}
    else:
        measures = {row["measure"]: row for row in table(folder / "measures.csv")}
        for id in ["key-numbers", "all-numbers"]:
            compared += numbers_are(of(id), lambda measure, name: measures[measure][name], 1)
        all_measures = set(measures)
    check({row["key"] for row in of("all-numbers")} == all_measures, "some measures are not on the page")
    links = browser.run('[...document.querySelectorAll(".files a")].map((a) => a.getAttribute("href"))')
    for link in links:
        check((folder / link).is_file(), f"there is no {link}")
    check(any(link.endswith(".csv") for link in links), "no table is linked")
    return compared


SORTED = """
([id, index]) => {
  const values = [...document.querySelectorAll("#" + id + " tbody tr")]
    .map((row) => row.cells[index].dataset.sort ?? row.cells[index].textContent);
  return {
    values,
    said: [...document.querySelectorAll("#" + id + " th")].map((th) => th.getAttribute("aria-sort")),
  };
}
"""


def in_order(values, descending):
    defined = [value for value in values if value != ""]
    check(values[len(defined):] == [""] * (len(values) - len(defined)), "what is undefined is not last")
    try:
        ordered = sorted(map(float, defined), reverse=descending)
        return list(map(float, defined)) == ordered
    except ValueError:
        return True


def check_sorting(browser, id):
    heads = browser.run(f'[...document.querySelectorAll("#{id} th")].map((th) => th.querySelector("button") !== null)')
    for index in [index for index, has_button in enumerate(heads) if has_button]:
        before = browser.run(f"({SORTED})({json.dumps([id, index])})")
        for turn in range(2):
            browser.run(f'document.querySelectorAll("#{id} th")[{index}].querySelector("button").click()')
            now = browser.run(f"({SORTED})({json.dumps([id, index])})")
            says = now["said"][index]
            check(says in ["ascending", "descending"], f"column {index} of {id} does not say how it is sorted")
            check(sum(said is not None for said in now["said"]) == 1, "only one column may say that it sorts")
            check(in_order(now["values"], says == "descending"), f"column {index} of {id} is not {says}: {now['values'][:9]}")
            check(sorted(now["values"]) == sorted(before["values"]), "a row was lost")


FOCUS = """
(() => {
  const at = document.activeElement;
  const row = at.closest("tr");
  return { name: at.tagName + (at.id ? "#" + at.id : ""), text: at.textContent.slice(0, 40),
           key: row?.dataset.key ?? null, section: at.closest("section, details")?.id ?? null,
           is_seen: getComputedStyle(at).outlineStyle !== "none" || at.tagName === "INPUT" };
})()
"""


def check_keyboard(browser, id):
    """By Tab one comes to the switch, to each heading and to a row, and by arrows to all rows."""
    browser.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached = []
    for _ in range(400):
        browser.press("Tab")
        at = browser.run(FOCUS)
        if at["name"] == "BODY":
            break
        check(at["is_seen"], f"one does not see that {at} has the focus")
        reached.append(at)
        if at["section"] == id and at["name"] == "TR":
            break
    else:
        raise AssertionError("one never comes to the end by Tab")
    names = [at["name"] for at in reached]
    check(any(name in names for name in ["INPUT#auto", "INPUT#light", "INPUT#dark"]), f"the switch is not reached: {names}")
    buttons = [at for at in reached if at["section"] == id and at["name"] == "BUTTON"]
    wanted = browser.run(f'document.querySelectorAll("#{id} th button").length')
    check(len(buttons) == wanted, f"{len(buttons)} of {wanted} headings of {id} are reached")
    check(reached[-1]["name"] == "TR", f"no row of {id} is reached: {names[-5:]}")
    first = reached[-1]["key"]
    tip = lambda: browser.run('document.getElementById("tip").hidden ? "" : document.getElementById("tip").textContent')
    again = lambda: browser.run("document.activeElement.dataset.again")
    if id == "cells":
        check(again() and again() in tip(), f"the command of a row is not shown: {tip()!r}")
        check("95 % interval" in tip(), f"the interval of a row is not shown: {tip()!r}")
    browser.press("End")
    last = browser.run(FOCUS)["key"]
    if browser.run(f'document.querySelectorAll("#{id} tbody tr").length') > 1:
        check(last != first, "End does not lead to another row")
        browser.press("Home")
        browser.press("ArrowDown")
        check(browser.run(FOCUS)["key"] not in [first, None] , "ArrowDown does not lead to the next row")
    browser.press("Escape")
    check(tip() == "", "Escape does not hide what is shown of a row")
    # The last heading, by Enter.
    browser.run(f'[...document.querySelectorAll("#{id} th button")].at(-1).focus()')
    browser.press("Enter", text="\r")
    check(browser.run(f'[...document.querySelectorAll("#{id} th")].at(-1).ariaSort') == "ascending", "Enter does not sort")


COLOURS = """
(() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paint = (element, of) => luminance(getComputedStyle(element)[of]);
  return {
    paper: paint(document.body, "backgroundColor"),
    ink: paint(document.body, "color"),
    sheets: [...document.querySelectorAll(".sheet svg")].map((svg) => paint(svg.querySelector("rect, path:not(defs *)"), "fill")),
  };
})()
"""


def check_colours(browser, page):
    for system in ["light", "dark"]:
        browser.open(page, 1280, 720, system)
        for switch in ["auto", "light", "dark", "auto"]:
            browser.run(f'document.getElementById("{switch}").click()')
            colours = browser.run(COLOURS)
            is_dark = (system if switch == "auto" else switch) == "dark"
            about = f"system {system}, switch {switch}: {colours}"
            check((colours["paper"] < 60) == is_dark and (colours["ink"] > 150) == is_dark, f"the page is wrong: {about}")
            check(all((sheet < 60) == is_dark for sheet in colours["sheets"]), f"a picture is wrong: {about}")


def check_page(browser, folder, shots):
    page = folder / "index.html"
    browser.open(page, 1280, 720)
    is_sweep = (folder / "summary.csv").exists()
    main = "cells" if is_sweep else "key-numbers"
    compared = check_numbers(browser, folder)
    check_keyboard(browser, main)
    for id in [main, "all-numbers"]:
        check_sorting(browser, id)
    check(browser.run('document.scripts.length === 1 && document.title.startsWith(document.querySelector("h1").textContent)'),
          "a name has become a script")
    check(browser.run('[...document.querySelectorAll("*")].every((e) => [...e.attributes].every((a) => !/^(on|src)/.test(a.name)))'),
          "a name has become an element")
    ids = browser.run('[...document.querySelectorAll("[id]")].map((e) => e.id)')
    check(len(ids) == len(set(ids)), f"two things have one name: {sorted(id for id in ids if ids.count(id) > 1)[:9]}")
    check(browser.run('[...document.querySelectorAll("use")].every((u) => document.querySelector(u.getAttribute("href")))'),
          "a letter is missing in a picture")
    check(browser.run('[...document.querySelectorAll(".sheet svg")].every((s) => s.querySelector("title").textContent)'),
          "a picture has no title")
    check_colours(browser, page)
    for width, height in [(1280, 720), (400, 800)]:
        browser.open(page, width, height)
        wide = browser.run("document.documentElement.scrollWidth")
        check(wide <= width, f"the page is {wide} wide on a screen of {width}")
    check(list(logged(browser)) == [], f"logged: {list(logged(browser))[:3]}")
    browser.open(page, 1280, 720)
    check(list(logged(browser)) == [], f"logged: {list(logged(browser))[:3]}")
    # Expressions are evaluated all the same, but the script of the page does not run.
    browser.open(page, 1280, 720, scripts=False)
    check(browser.run('document.querySelectorAll("th button").length') == 0, "scripts are on after all")
    check(browser.run('document.querySelector("h1").textContent') != "", "there is nothing without scripts")
    check(check_numbers(browser, folder) == compared, "there are fewer numbers without scripts")
    browser.run('document.getElementById("dark").click()')
    check(browser.run(COLOURS)["paper"] < 60, "the switch needs scripts")
    if shots:
        take_shots(browser, page, shots)
    print(f"{folder}: {compared} numbers are those of the tables, {page.stat().st_size >> 10} KiB")


def take_shots(browser, page, to):
    to.mkdir(parents=True, exist_ok=True)
    for scheme in ["light", "dark"]:
        for width, height in [(1280, 720), (400, 800)]:
            browser.open(page, width, height, scheme)
            browser.shot(to / f"{page.parent.name}-{width}-{scheme}.png")
            browser.run('(document.querySelector("#cells") ?? document.querySelector("#key-numbers")).scrollIntoView()')
            browser.run('document.querySelector("#cells tbody tr")?.focus()')
            browser.shot(to / f"{page.parent.name}-{width}-{scheme}-table.png")
            browser.run('document.activeElement.blur(); document.querySelector("figure")?.scrollIntoView()')
            browser.shot(to / f"{page.parent.name}-{width}-{scheme}-figure.png")


def asked(usage):
    """What is to be looked at, and the folder for pictures of it, if there is one."""
    arguments, shots = sys.argv[1:], None
    if arguments[:1] == ["--shots"]:
        shots, arguments = pathlib.Path(arguments[1]), arguments[2:]
    if not arguments:
        sys.exit(usage)
    return arguments, shots


def check_all(paths, look):
    """Looks at each in one browser, says what fails, and ends with how it went."""
    browser = Chromium()
    failed = 0
    try:
        for path in map(pathlib.Path, paths):
            try:
                look(browser, path)
            except AssertionError as error:
                print(f"{path}: FAILED: {error}")
                failed += 1
    finally:
        browser.close()
    sys.exit(1 if failed else 0)


def main():
    arguments, shots = asked(__doc__)
    check_all(arguments, lambda browser, folder: check_page(browser, folder, shots))


if __name__ == "__main__":
    main()
