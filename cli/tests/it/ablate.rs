//! Which part did it: answers that are known, equal bytes, and runs that are made again.

use std::fs;

use serde_json::Value;

use crate::picked::{cell, rows, words};
#[cfg(unix)]
use crate::signals::signal;
use crate::tank::{Folder, files, said, wavetank};
#[cfg(unix)]
use crate::tank::{has, started};

/// Both tools are down, and each is needed: neither fallback is worth anything without the other
/// one. Nothing is ever retried, since nothing is of that class.
const BOTH: &str = r#"
title = "Both are needed"
horizon = "10min"
[agents.a]
count = 2
arrivals = "poisson(every=5s)"
steps = [{ call = "x" }, { call = "y" }]
[services.x]
latency = "exponential(1s)"
[services.y]
latency = "exponential(1s)"
[services.spare]
latency = "exponential(1s)"
[policies]
for-x = [{ fallback = { to = "spare" } }, { retry = { rate-limit = "3 x 1s" } }]
for-y = [{ fallback = { to = "spare" } }]
[edges]
"a -> x" = "for-x"
"a -> y" = "for-y"
[[faults]]
hit = ["x", "y"]
do = "down"
at = "0s"
for = "10min"
[[hypotheses]]
that = 'edges."a -> x".fallback.sent > 0'
[sweep]
replications = 5
"#;

const PARTS: &str = "policies.for-x.fallback,policies.for-y.fallback,retry";

fn folder(name: &str, text: &str) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.0.join("it.toml"), text).unwrap();
    folder
}

/// Runs the program, which ends well, and what it says.
fn ablated(arguments: &[&str], folder: &Folder) -> String {
    let output = wavetank(&[&["ablate", "it.toml"], arguments].concat(), folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    said(&output)
}

#[test]
fn shares_of_two_that_need_each_other_are_equal_and_of_one_that_does_nothing_zero() {
    let text = BOTH.replace("for-y = [{ fallback", "for-y = [{ cache = \"off\" }, { fallback");
    let folder = folder("ablate-known", &text);
    let text = ablated(&["--of", PARTS, "--out", "o"], &folder);
    let table = rows(&fs::read_to_string(folder.0.join("o/ablation.csv")).unwrap());
    let written = |measure: &str, part: &str, effect: &str| {
        let measure = format!("agents.a.{measure}");
        let row = table.iter().find(|row| {
            (cell(row, "measure"), cell(row, "part"), cell(row, "effect"))
                == (measure.as_str(), part, effect)
        });
        let row = row.unwrap_or_else(|| panic!("{measure} {part} {effect}"));
        ["mean", "low95", "high95"].map(|column| cell(row, column).to_owned())
    };
    let of = |measure: &str, part: &str, effect: &str| {
        written(measure, part, effect).map(|text| text.parse::<f64>().unwrap())
    };
    assert_eq!(written("success", "", "with none")[0], "0");
    assert_eq!(written("success", "", "total"), ["1"; 3]);
    for part in ["policies.for-x.fallback", "policies.for-y.fallback"] {
        for value in [of("success", part, "share"), of("success", part, "main effect")].concat() {
            assert!((value - 0.5).abs() < 1e-12, "{part}: {value}");
        }
        assert_eq!(written("success", part, "beside all others"), ["1"; 3], "{part}");
        assert_eq!(written("success", part, "alone"), ["0"; 3], "{part}");
        let total = of("failures", "", "total")[0];
        assert!(total < -100.0, "{total}");
        // A task that is rescued first fails some seconds later, perhaps after the end.
        let share = of("failures", part, "share")[0];
        assert!((share / total - 0.5).abs() < 0.01, "{part}: {share} of {total}");
    }
    for measure in ["success", "failures", "downtime", "frozen"] {
        for effect in ["share", "main effect", "beside all others", "alone"] {
            assert_eq!(written(measure, "retry", effect), ["0"; 3], "{measure}, {effect}");
        }
    }
    assert!(text.contains("no clear share: retry"), "{text}");
    let failures = -of("failures", "", "total")[0];
    let says = format!("policies.for-x.fallback: beside all others {failures:.0} failures");
    assert!(text.contains(&says) && text.contains("alone nothing that can be shown"), "{text}");
    for file in ["ablation.svg", "ablation-dark.png", "ablation-4.png", "index.html"] {
        assert!(folder.0.join("o").join(file).exists(), "{file}");
    }
    let page = fs::read_to_string(folder.0.join("o/index.html")).unwrap();
    assert!(page.contains("0\u{a0}% with none of the parts, 100\u{a0}% with all; policies.for-"));
}

#[test]
fn shares_that_are_printed_as_json_are_those_of_the_table_and_add_up_to_the_total() {
    let folder = folder("ablate-json", BOTH);
    let measures = ["--measure", "agents.a.goodput", "--measure", "agents.a.latency.p95"];
    let text = ablated(&[&measures[..], &["--json", "--seed", "5"]].concat(), &folder);
    let found: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(found["parts"][0]["paths"].as_array().unwrap().len(), 2, "{}", found["parts"]);
    let all = found["ablation"].as_array().unwrap();
    assert_eq!(all.len(), 2 * (3 + 2 * 4));
    for measure in ["agents.a.goodput", "agents.a.latency.p95"] {
        let of = |effect: &str| -> f64 {
            let rows = all.iter().filter(|row| row["measure"] == measure);
            let rows = rows.filter(|row| row["effect"] == effect);
            rows.map(|row| row["mean"].as_f64().unwrap()).sum()
        };
        let total = of("total");
        assert!(0.0 < total.abs() && (of("share") - total).abs() < 1e-9, "{measure}: {total}");
    }
    assert_eq!(found["runs"], 4 * 5);
    let command = found["command"].as_str().unwrap();
    assert!(command.contains("--measure agents.a.goodput --measure agents.a.latency.p95"));
    let again = words(command);
    let again: Vec<&str> = again[3..].iter().map(String::as_str).chain(["--json"]).collect();
    assert_eq!(ablated(&again, &folder), text);
}

#[test]
fn files_of_an_ablation_are_the_same_for_any_number_of_threads() {
    let folder = folder("ablate-threads", BOTH);
    let of = |threads: &str| {
        ablated(&["--of", PARTS, "--threads", threads, "--out", "o"], &folder);
        let found = files(&folder.0.join("o"));
        fs::remove_dir_all(folder.0.join("o")).unwrap();
        found
    };
    let one = of("1");
    assert!(one.len() > 15);
    for threads in ["2", "5"] {
        let other = of(threads);
        for (one, other) in one.iter().zip(&other) {
            assert!(one == other, "{} with {threads} threads", one.0);
        }
        assert_eq!(one.len(), other.len());
    }
}

#[test]
fn each_run_of_an_ablation_is_made_again_to_the_fingerprint_by_the_command_in_its_row() {
    let folder = folder("ablate-again", BOTH);
    ablated(&["--replications", "2", "--seed", "9", "--out", "o"], &folder);
    let table = rows(&fs::read_to_string(folder.0.join("o/runs.csv")).unwrap());
    assert_eq!(table.len(), 4 * 2);
    let mut fingerprints = Vec::new();
    for row in &table {
        let again = words(cell(row, "again"));
        let again: Vec<&str> = again.iter().skip(1).map(String::as_str).collect();
        let text = said(&wavetank(&again, &folder));
        let fingerprint = format!("fingerprint  {}, ", cell(row, "fingerprint"));
        assert!(text.contains(&fingerprint), "{}: {text}", cell(row, "again"));
        fingerprints.push(fingerprint);
    }
    assert_eq!(cell(&table[7], "fallback"), "without");
    fingerprints.sort();
    fingerprints.dedup();
    // Nothing is retried.
    assert_eq!(fingerprints.len(), 4, "{fingerprints:?}");
}

#[cfg(unix)]
#[test]
fn an_ablation_that_was_ended_goes_on_to_the_same_bytes() {
    let folder = folder("ablate-resume", BOTH);
    let arguments = ["ablate", "it.toml", "--of", PARTS, "--replications", "60", "--out", "o"];
    assert_eq!(wavetank(&arguments, &folder).status.code(), Some(0));
    let whole = files(&folder.0.join("o"));
    fs::remove_dir_all(folder.0.join("o")).unwrap();
    let journal = folder.0.join("o/.wavetank-ablate.journal");
    let mut child = started(&arguments, &folder);
    while !journal.exists() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended");
    }
    signal("INT", &child);
    let text = said(&child.wait_with_output().unwrap());
    assert!(text.contains("left; the same command goes on after "), "{text}");
    // Another command would take it away.
    let other = wavetank(&["sweep", "it.toml", "--out", "o"], &folder);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("what an earlier `wavetank ablate` has written"));
    let output = wavetank(&arguments, &folder);
    assert!(said(&output).contains(" of 480 runs that were made before"), "{}", said(&output));
    assert!(files(&folder.0.join("o")) == whole);
}

#[test]
fn an_ablation_says_what_is_wrong_with_what_is_asked_and_ends_with_2() {
    let folder = folder("ablate-wrong", BOTH);
    let wrong = |arguments: &[&str], all: &[&str]| {
        let output = wavetank(&[&["ablate"], arguments].concat(), &folder);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        for says in all {
            assert!(said(&output).contains(says), "{says} in {}", said(&output));
        }
    };
    let asked = ["it.toml", "--of", "rety,falback", "--measure", "agents.a.sucess"];
    let says = ["did you mean `retry`?", "did you mean `fallback`?", "did you mean `success`?"];
    wrong(&asked, &says);
    wrong(&[&asked[..], &["--json"]].concat(), &["\"code\": \"bad-path\""]);
    wrong(&["it.toml", "--without", "retry", "--of", "retry"], &["there is no `retry`"]);
    wrong(&["no-such-scenario"], &["is neither a file nor a scenario"]);
    let bare = BOTH.replace("for-x = ", "x = [] #").replace("for-y = ", "y = [] #");
    let bare = bare.replace("= \"for-x\"", "= \"x\"").replace("= \"for-y\"", "= \"y\"");
    fs::write(folder.0.join("bare.toml"), bare.replace("fallback.sent", "calls")).unwrap();
    wrong(&["bare.toml"], &["nothing keeps agents alive or heals: there is nothing to take out"]);
}

#[test]
fn an_ablation_whose_runs_are_stopped_ends_with_1() {
    let folder = folder("ablate-stopped", BOTH);
    let output = wavetank(&["ablate", "it.toml", "--max-events", "50"], &folder);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("STOPPED: 20 of 20 runs were stopped"), "{}", said(&output));
}

/// What the README shows can be typed as it is.
#[test]
fn agents_of_the_readme_are_taken_apart_without_being_told_how() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let begin = readme.find("title   = \"Research and writing\"").unwrap();
    let end = begin + readme[begin..].find("```").unwrap();
    let folder = folder("ablate-readme", &readme[begin..end]);
    let text = ablated(&["--replications", "1", "--set", "horizon=90min"], &folder);
    has(
        &text,
        &[
            "supervise: agents.research.supervise",
            "checkpoint: agents.research.checkpoint",
            "recoveries: recoveries",
        ],
    );
}

const VARIED: &str = r#"
[variants]
"other policy" = { "policies.for-x" = [{ hedge = "1s" }, { retry = { rate-limit = "3 x 1s" } }] }
"#;

#[test]
fn parts_are_taken_out_of_a_variant_and_its_runs_are_made_again() {
    let folder = folder("ablate-variant", &format!("{BOTH}{VARIED}"));
    let variant = ["--variant", "other policy"];
    let text = ablated(&[&variant[..], &["--replications", "2", "--out", "o"]].concat(), &folder);
    assert!(text.contains("hedge: policies.for-x.hedge"), "{text}");
    assert!(text.contains("fallback: policies.for-y.fallback\n"), "{text}");
    assert!(text.contains("again: wavetank ablate it.toml"), "{text}");
    assert!(text.contains("--variant 'other policy'"), "{text}");
    let table = rows(&fs::read_to_string(folder.0.join("o/runs.csv")).unwrap());
    assert_eq!(table.len(), 8 * 2);
    for row in table.iter().step_by(3) {
        let again = words(cell(row, "again"));
        let again: Vec<&str> = again.iter().skip(1).map(String::as_str).collect();
        let text = said(&wavetank(&again, &folder));
        let fingerprint = format!("fingerprint  {}, ", cell(row, "fingerprint"));
        assert!(text.contains(&fingerprint), "{}: {text}", cell(row, "again"));
    }
    let output = wavetank(&["ablate", "it.toml", "--variant", "othr policy"], &folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("did you mean `other policy`?"), "{}", said(&output));
}
