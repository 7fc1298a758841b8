"""Looks at reports in headless Chromium, and lets axe-core judge them.

    python3 report_check.py FILE...            each a report as a page
    python3 report_check.py --shots TO FILE... also takes pictures of each, and of its print

Of each report: nothing is logged or fetched; axe-core finds nothing, in light and in dark; headings
are in order and ids unique; every figure leads to a row that leads back; all links, tables and
pictures are reached by Tab, and one sees where one is; on a screen of 360 pixels nothing is wider
than the screen; colours follow the system and the switch; the print is black on white and of a few
pages. axe-core is installed by npm into a temporary folder.
"""

import base64
import pathlib
import re
import subprocess
import tempfile

from page_check import COLOURS, asked, check, check_all, logged

AXE = "axe-core@4.14.1"
SIZES = [(1280, 800), (360, 740)]

STRUCTURE = """
(() => {
  const all = (of) => [...document.querySelectorAll(of)];
  const ids = all("[id]").map((e) => e.id);
  const to = (a) => document.getElementById(decodeURIComponent(a.getAttribute("href").slice(1)));
  const levels = all("h1, h2, h3, h4, h5, h6").map((h) => Number(h.tagName[1]));
  return {
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    nowhere: all("a[href^='#']").filter((a) => !to(a)).map((a) => a.getAttribute("href")),
    elsewhere: all("a:not([href^='#'])").map((a) => a.getAttribute("href")),
    lost: all("a.n").filter((a) => !to(a).querySelector("a[href^='#n']") || !a.title).map((a) => a.textContent),
    figures: all("a.n[id]").length,
    skipped: levels.filter((level, place) => level > (levels[place - 1] ?? 0) + 1),
    scripts: document.scripts.length,
    handlers: all("*").some((e) => [...e.attributes].some((a) => /^(on|src)/.test(a.name))),
    letters: all("use").every((u) => document.querySelector(u.getAttribute("href"))),
    captions: all("table").every((t) => t.caption?.textContent.trim()),
  };
})()
"""

# What Tab comes to, and whether one sees it there. An invisible mark on each says if it was reached.
FOCUS = """
(() => {
  const at = document.activeElement;
  at.reached = true;
  return [at.tagName, getComputedStyle(at).outlineStyle !== "none" || at.tagName === "INPUT", at.textContent.slice(0, 40)];
})()
"""
MISSED = """
[...document.querySelectorAll("a[href], [tabindex='0'], summary, button")].filter((e) => !e.reached)
  .map((e) => e.tagName + ": " + e.textContent.slice(0, 40))
"""


def judged(browser, axe, about):
    """What axe-core finds. A picture is one image, whatever it consists of."""
    browser.run(axe)
    found = browser("Runtime.evaluate", returnByValue=True, awaitPromise=True, expression="""
        axe.run({ exclude: [".sheet svg > *"] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((found) =>
          found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(" … ")}`))
    """)["result"]["value"]
    check(found == [], f"{about}: axe-core finds\n  " + "\n  ".join(found))


def check_structure(browser):
    found = browser.run(STRUCTURE)
    for what in ["twice", "nowhere", "lost", "skipped"]:
        check(found[what] == [], f"{what}: {found[what][:9]}")
    check(found["scripts"] == 0 and not found["handlers"], "a name has become an element")
    check(found["letters"], "a letter is missing in a picture")
    check(found["captions"], "a table has no caption")
    return found["figures"]


def check_keyboard(browser):
    """By Tab one comes to everything, first to the link that skips what is above the text."""
    wanted = browser.run(MISSED)
    for turn in range(len(wanted) + 20):
        browser.press("Tab")
        name, is_seen, text = browser.run(FOCUS)
        if name == "BODY":
            break
        check(is_seen, f"one does not see that {name} {text!r} has the focus")
        check(turn > 0 or text.startswith("Skip"), f"{name} {text!r} is reached first")
    missed = browser.run(MISSED)
    check(missed == [], f"never reached: {missed[:5]}")
    browser.run('document.querySelector(".skip").focus()')
    browser.press("Enter", text="\r")
    check(browser.run("document.activeElement.id") == "text", "the first link does not skip to the text")
    if browser.run('document.querySelector("a.n") !== null'):
        browser.run('document.querySelector("a.n").focus()')
        browser.press("Enter", text="\r")
        check(re.fullmatch("#from-[0-9]+", browser.run("location.hash")), "a figure does not lead to its row")
        browser.press("Tab")
        browser.press("Enter", text="\r")
        check(re.fullmatch("#n[0-9]+", browser.run("location.hash")), "the row of a figure does not lead back")


def check_colours(browser, page):
    for system in ["light", "dark"]:
        browser.open(page, 1280, 800, system)
        for switch in ["auto", "light", "dark"]:
            browser.run(f'document.getElementById("{switch}").click()')
            colours = browser.run(COLOURS)
            is_dark = (system if switch == "auto" else switch) == "dark"
            about = f"system {system}, switch {switch}: {colours}"
            check((colours["paper"] < 60) == is_dark and (colours["ink"] > 150) == is_dark, f"the page is wrong: {about}")
            check(all((sheet < 60) == is_dark for sheet in colours["sheets"]), f"a picture is wrong: {about}")
        # On paper the switch counts for nothing.
        browser("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": system}])
        colours = browser.run(COLOURS)
        check(colours["ink"] == 0 and all(sheet > 250 for sheet in colours["sheets"]), f"the print is wrong: {colours}")
        hidden = browser.run('["#theme", "nav", ".skip"].every((s) => !document.querySelector(s)?.getClientRects().length)')
        check(hidden, "what is for screens is printed")
        browser("Emulation.setEmulatedMedia", media="")


def printed(browser):
    pdf = base64.b64decode(browser("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    check(pdf.startswith(b"%PDF-"), "the print is no PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    check(0 < pages < 200, f"the print has {pages} pages")
    return pdf, pages


def check_report(browser, page, axe, shots):
    browser.open(page, 1280, 800)
    figures = check_structure(browser)
    check_keyboard(browser)
    check_colours(browser, page)
    for width, height in SIZES:
        for scheme in ["light", "dark"]:
            browser.open(page, width, height, scheme)
            wide = browser.run("document.documentElement.scrollWidth")
            check(wide <= width, f"the page is {wide} wide on a screen of {width}")
            check(list(logged(browser)) == [], f"logged: {list(logged(browser))[:3]}")
            if shots:
                take_shots(browser, page, shots, f"{width}-{scheme}")
            judged(browser, axe, f"{width} pixels, {scheme}")
    browser.open(page, 1280, 800, "dark")
    pdf, pages = printed(browser)
    if shots:
        (shots / f"{page.stem}.pdf").write_bytes(pdf)
    print(f"{page}: {figures} figures can be followed, {page.stat().st_size >> 10} KiB, {pages} pages in print")


def take_shots(browser, page, to, name):
    to.mkdir(parents=True, exist_ok=True)
    browser.shot(to / f"{page.stem}-{name}.png")
    browser.shot(to / f"{page.stem}-{name}-whole.png", whole=True)


def main():
    arguments, shots = asked(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, AXE]
        subprocess.run(npm, check=True)
        axe = (pathlib.Path(folder) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    check_all(arguments, lambda browser, page: check_report(browser, page, axe, shots))


if __name__ == "__main__":
    main()
