//! The page that run and sweep write: its numbers, its commands, and how it is opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions};

use crate::tank::{Folder, command, said, wavetank};

/// Two variants by two values, with a task in ten that fails.
const SWEEP: &str = r#"
title = "Two by two"
horizon = "100s"
[agents.a]
arrivals = "poisson(rate=1/s)"
steps = [{ call = "s" }]
[services.s]
latency = "exponential(300ms)"
errors = { network = 0.1 }
[[hypotheses]]
that = "agents.a.success >= 50%"
[[hypotheses]]
that = "agents.a.success >= 99%"
[variants.slow]
"services.s.errors" = { network = 0.2 }
[sweep]
replications = 4
objective = "agents.a.latency.p50"
"services.s.latency" = ["exponential(300ms)", "exponential(2s)"]
"#;

fn page(folder: &Path) -> String {
    fs::read_to_string(folder.join("index.html")).unwrap()
}

fn parsed(html: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(html, options).unwrap()
}

/// The rows of a table of a page.
fn rows<'a>(page: &'a Document<'_>, table: &str) -> Vec<Node<'a, 'a>> {
    let table = page.descendants().find(|node| node.attribute("id") == Some(table)).unwrap();
    table.descendants().filter(|node| node.attribute("data-key").is_some()).collect()
}

/// The numbers of a row, by name.
fn numbers<'a>(row: Node<'a, 'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let found = row.descendants().filter(|node| node.has_tag_name("data"));
    found.map(|node| (node.attribute("class").unwrap(), node.attribute("value").unwrap()))
}

/// The rows of a CSV file, each by the names of its columns.
fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn numbers_on_the_page_of_a_sweep_are_those_of_its_summary() {
    let folder = Folder::new("page-sweep");
    fs::write(folder.0.join("x.toml"), SWEEP).unwrap();
    let output = wavetank(&["sweep", "x.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(1), "the second hypothesis fails: {}", said(&output));
    let summary = table(&folder.0.join("o/summary.csv"));
    let html = page(&folder.0.join("o"));
    let page = parsed(&html);
    let row = |cell: &str, measure: &str| {
        let mut found = summary.iter();
        found.find(|row| row["cell"] == cell && row["measure"] == measure).unwrap()
    };
    let cells = rows(&page, "cells");
    assert_eq!(cells.len(), 4);
    for cell in cells {
        let expected = row(cell.attribute("data-key").unwrap(), "agents.a.latency.p50");
        let numbers: Vec<_> = numbers(cell).collect();
        let names: Vec<&str> = numbers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["mean", "low95", "high95", "min", "max", "diff", "n"]);
        for (name, value) in numbers {
            assert_eq!(value, expected[name], "{name} of {expected:?}");
        }
    }
    let all = rows(&page, "all-numbers");
    assert_eq!(all.len(), summary.len() / 4);
    for measure in all.into_iter().chain(rows(&page, "key-numbers")) {
        let expected = row("0", measure.attribute("data-key").unwrap());
        for (name, value) in numbers(measure) {
            assert_eq!(value, expected[name], "{name} of {expected:?}");
        }
    }
    let verdicts = page.descendants().filter(|node| node.has_tag_name("li"));
    let verdicts: Vec<_> = verdicts.filter_map(|node| node.attribute("class")).collect();
    assert_eq!(verdicts, ["holds", "fails"]);
    for link in page.descendants().filter_map(|node| node.attribute("href")) {
        let is_there = match link.strip_prefix('#') {
            Some(id) => page.descendants().any(|node| node.attribute("id") == Some(id)),
            None => folder.0.join("o").join(link).is_file(),
        };
        assert!(is_there, "{link} leads nowhere");
    }
}

#[test]
fn numbers_on_the_page_of_a_run_are_those_of_its_measures() {
    let folder = Folder::new("page-run");
    fs::write(folder.0.join("x.toml"), SWEEP).unwrap();
    wavetank(&["run", "x.toml", "--out", "o"], &folder);
    let measures = table(&folder.0.join("o/measures.csv"));
    let html = page(&folder.0.join("o"));
    let page = parsed(&html);
    let all = rows(&page, "all-numbers");
    assert_eq!(all.len(), measures.len());
    for row in all.into_iter().chain(rows(&page, "key-numbers")) {
        let path = row.attribute("data-key").unwrap();
        let expected = measures.iter().find(|row| row["measure"] == path).unwrap();
        let numbers: Vec<_> = numbers(row).collect();
        assert_eq!(numbers, [("value", &*expected["value"])], "{path}");
    }
    assert!(html.contains("<code dir=\"ltr\">wavetank run x.toml --seed 0x1"), "{html}");
}

#[test]
fn a_page_of_a_run_that_was_stopped_says_so_first() {
    let folder = Folder::new("page-stopped");
    fs::write(folder.0.join("x.toml"), SWEEP).unwrap();
    wavetank(&["run", "x.toml", "--out", "o", "--max-events", "20"], &folder);
    let html = page(&folder.0.join("o"));
    let warning = html.find("role=\"alert\">STOPPED at ").expect("it is a warning");
    assert!(warning < html.find("<main>").unwrap());
}

/// Each row of the table of cells has a command: it makes the run that stands first in `runs.csv`.
#[cfg(unix)]
#[test]
fn the_command_of_a_cell_makes_its_first_run_again() {
    use std::process::Command;
    let folder = Folder::new("page-again");
    fs::write(folder.0.join("x.toml"), SWEEP).unwrap();
    wavetank(&["sweep", "x.toml", "--out", "o"], &folder);
    let runs = table(&folder.0.join("o/runs.csv"));
    let html = page(&folder.0.join("o"));
    let page = parsed(&html);
    let program = Path::new(env!("CARGO_BIN_EXE_wavetank")).parent().unwrap();
    for row in &rows(&page, "cells") {
        let again = row.attribute("data-again").unwrap();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", again]).current_dir(&folder.0).env("PATH", program);
        let text = said(&shell.output().unwrap());
        let cell = row.attribute("data-key").unwrap();
        let first = runs.iter().find(|run| run["cell"] == cell).unwrap();
        assert_eq!(again, first["again"]);
        assert!(text.contains(&first["fingerprint"]), "{again}: {text}");
    }
}

/// What opens pages is one that takes down what it is given, one that fails, or none.
#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_page_is_opened_or_it_is_said_why_not() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("page-open");
    fs::write(folder.0.join("x.toml"), SWEEP.replace("99%", "1%")).unwrap();
    let bin = folder.0.join("bin");
    fs::create_dir(&bin).unwrap();
    let opened = |script: Option<&str>| {
        if let Some(script) = script {
            fs::write(bin.join("xdg-open"), script).unwrap();
            let may_run = fs::Permissions::from_mode(0o755);
            fs::set_permissions(bin.join("xdg-open"), may_run).unwrap();
        }
        let mut run = command(&["run", "x.toml", "--out", "o", "--open"], &folder);
        let output = run.env("PATH", &bin).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output)
    };
    let text = opened(None);
    assert!(text.contains("not opened, since there is no `xdg-open`: see o/index.html"), "{text}");
    let text = opened(Some("#!/bin/sh\nexit 3\n"));
    assert!(text.contains("not opened, since `xdg-open` ends with exit status: 3"), "{text}");
    let text = opened(Some("#!/bin/sh\necho \"$@\" > given\n"));
    assert!(!text.contains("not opened"), "{text}");
    assert_eq!(fs::read_to_string(folder.0.join("given")).unwrap(), "o/index.html\n");
}
