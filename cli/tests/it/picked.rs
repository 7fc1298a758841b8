//! A run of a sweep, made again by itself.

use std::fs;

use crate::tank::{Folder, said, wavetank};

/// Two variants, two cells each; the file's own value is not on the axis.
const SWEPT: &str = r#"
title = "x"
horizon = "5min"
seed = 7
[agents.a]
count = 3
arrivals = "poisson(every=5s)"
steps = [{ call = "s" }]
[services.s]
latency = "exponential(1s)"
errors = { network = 0.2 }
[policies]
p = [{ breaker = { failures = 4, open = "10s" } }, { timeout = "3s" }]
[edges]
"a -> s" = "p"
[[hypotheses]]
that = "agents.a.success >= 1%"
[variants."no breaker"]
"policies.p.breaker" = "off"
[sweep]
replications = 3
objective = "agents.a.success"
"policies.p.breaker.failures" = [2, 3]
"#;

/// The rows of a table, each cell by the name of its column.
pub(crate) fn rows(text: &str) -> Vec<Vec<(String, String)>> {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let columns = table.headers().unwrap().clone();
    let pairs = |row: csv::StringRecord| {
        columns.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    };
    table.records().map(|row| pairs(row.unwrap())).collect()
}

pub(crate) fn cell<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    &row.iter().find(|(known, _)| known == name).unwrap().1
}

/// The words of a command as a shell reads them, if it has single quotes only.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (part, text) in command.split('\'').enumerate() {
        if part % 2 == 1 {
            words.push(text.to_owned());
        } else {
            words.extend(text.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn each_run_of_a_sweep_is_made_again_to_the_fingerprint_by_the_command_in_its_row() {
    let folder = Folder::new("picked-again");
    fs::write(folder.0.join("x.toml"), SWEPT).unwrap();
    let sweep = ["sweep", "x.toml", "--seed", "9", "--replications", "4", "--out", "swept"];
    let output = wavetank(&sweep, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let table = rows(&fs::read_to_string(folder.0.join("swept/runs.csv")).unwrap());
    assert_eq!(table.len(), 16);
    let mut fingerprints = Vec::new();
    for row in &table {
        let again = words(cell(row, "again"));
        let again: Vec<&str> = again.iter().skip(1).map(String::as_str).collect();
        let text = said(&wavetank(&again, &folder));
        let fingerprint = format!("fingerprint  {}, ", cell(row, "fingerprint"));
        assert!(text.contains(&fingerprint), "{}: {text}", cell(row, "again"));
        fingerprints.push(fingerprint);
    }
    fingerprints.sort();
    fingerprints.dedup();
    assert!(12 <= fingerprints.len(), "cells and replications differ: {fingerprints:?}");

    // The worst runs of all are named, the worst first, and the worst one of the best cell, with
    // the commands that make them.
    let success =
        |row: &&Vec<(String, String)>| -> f64 { cell(row, "agents.a.success").parse().unwrap() };
    let mut by_success: Vec<&Vec<(String, String)>> = table.iter().collect();
    by_success.sort_by(|a, b| success(a).total_cmp(&success(b)));
    let after = |heading: &str| text.split_once(heading).unwrap().1.lines().skip(2).step_by(2);
    let listed: Vec<&str> = after("worst runs of all cells:").take(6).map(str::trim).collect();
    let expected: Vec<&str> = by_success[..6].iter().map(|row| cell(row, "again")).collect();
    assert_eq!(listed, expected, "{text}");
    let best = after("worst run of the best cell:").next().unwrap().trim();
    let number = words(best).into_iter().skip_while(|word| word != "--cell").nth(1).unwrap();
    let worst = by_success.iter().find(|row| cell(row, "cell") == number).unwrap();
    assert_eq!(best, cell(worst, "again"));
}

#[test]
fn a_variant_is_run_with_the_values_of_the_file() {
    let folder = Folder::new("variant");
    fs::write(folder.0.join("x.toml"), SWEPT).unwrap();
    let fingerprint = |arguments: &[&str]| {
        let output = wavetank(&[&["run", "x.toml"], arguments].concat(), &folder);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains("holds        agents.a.success"), "{text}");
        text.lines().find(|line| line.starts_with("fingerprint")).unwrap().to_owned()
    };
    let written = fingerprint(&[]);
    assert_eq!(fingerprint(&["--variant", "as written"]), written);
    let off = fingerprint(&["--variant", "no breaker"]);
    assert_ne!(off, written);
    assert_eq!(fingerprint(&["--set", "policies.p.breaker=off"]), off);
    // The cells of the variant differ in nothing: there is no breaker.
    assert_eq!(fingerprint(&["--cell", "2", "--variant", "no breaker"]), off);
    assert_ne!(fingerprint(&["--cell", "0"]), written, "the cell has its own number of failures");
    assert_ne!(fingerprint(&["--replication", "0"]), written);
}

#[test]
fn what_is_no_run_of_the_sweep_is_answered_with_what_there_is() {
    let folder = Folder::new("no-cell");
    fs::write(folder.0.join("x.toml"), SWEPT).unwrap();
    for (arguments, answer) in [
        (&["--cell", "4"][..], "there is no cell 4; the sweep of this file has the cells 0 to 3"),
        (&["--variant", "no braker"], "no variant `no braker`; did you mean `no breaker`?"),
        (&["--variant", "zzz"], "no variant `zzz`; there is: as written, no breaker"),
        (
            &["--variant", "no breaker", "--cell", "1"],
            "cell 1 is of the variant `as written`; `no breaker` has the cells 2 to 3",
        ),
        (&["--replication", "1000000"], "is not in 0..1000000"),
    ] {
        let output = wavetank(&[&["run", "x.toml"], arguments].concat(), &folder);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(answer), "{text}");
    }
    assert!(!folder.0.join("out").exists(), "bad input leaves nothing behind");
}

/// Another cell may be wrong, and of many cells most are not of interest.
#[test]
fn a_cell_that_is_picked_is_looked_at_alone() {
    let folder = Folder::new("picked-alone");
    let latency = "\"services.s.latency\" = [\"1s\", \"-1s\"]\n";
    fs::write(folder.0.join("x.toml"), format!("{SWEPT}{latency}")).unwrap();
    let run = |cell: &str| wavetank(&["run", "x.toml", "--cell", cell, "--out", cell], &folder);
    for cell in ["0", "2", "6"] {
        let output = run(cell);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let output = run("1");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("x.toml:24:"), "at its place: {}", said(&output));
    let output = wavetank(&["check", "x.toml"], &folder);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let output = run("8");
    assert!(said(&output).contains("the cells 0 to 7"), "{}", said(&output));
}
