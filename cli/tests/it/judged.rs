//! Hypotheses, abort conditions and measures that cannot be had: what is said, and the exit code.

use std::fs;

use crate::tank::{Folder, said, scenario, wavetank};

/// A service that is down for good from 5 s on in the second cell, and not at all in the first.
const OUTAGE: &str = "[[faults]]\nname = \"x\"\nhit = \"x\"\ndo = \"down\"\nat = \"20s\"\n\
                      for = \"9s\"\n[sweep]\nreplications = 4\n\
                      \"faults.0.at\" = [\"20s\", \"5s\"]\n";

/// The rows of `summary.csv` that are about a measure.
fn summary(folder: &Folder, measure: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.0.join("o/summary.csv")).unwrap();
    let rows = text.lines().filter(|line| line.contains(&format!(",{measure},")));
    rows.map(str::to_owned).collect()
}

#[test]
fn hypotheses_of_a_sweep_are_shares_of_runs_and_those_of_the_own_cell_decide() {
    let folder = Folder::new("judged");
    let that = "agents.a.success >= 90%";
    scenario(&folder, "it.toml", &format!("[[hypotheses]]\nthat = \"{that}\"\n{OUTAGE}"));
    let sweep = ["sweep", "it.toml", "--out", "o"];
    let output = wavetank(&sweep, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let holds = format!("holds in 4 of 4 runs of the file's own cell: {that}");
    assert!(text.contains(&holds), "{text}");
    let rows = summary(&folder, that);
    assert!(
        rows[1].starts_with("1,as written,20s,") && rows[1].contains(",share,4,1,"),
        "{rows:?}"
    );
    assert!(rows[0].starts_with("0,as written,5s,") && rows[0].contains(",share,4,0,"), "{rows:?}");
    let runs = fs::read_to_string(folder.0.join("o/runs.csv")).unwrap();
    assert!(runs.lines().next().unwrap().ends_with(&format!("{that},again")), "{runs}");

    let output = wavetank(&[&sweep[..], &["--set", "faults.0.at=5s"]].concat(), &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let fails = format!("FAILS: it holds in 0 of 4 runs of the file's own cell: {that}");
    assert!(text.contains(&fails), "{text}");
}

#[test]
fn a_run_that_is_aborted_says_when_and_why_and_its_hypotheses_fail() {
    let folder = Folder::new("aborted");
    let more = "[[hypotheses]]\nthat = \"agents.a.success >= 1%\"\n[[aborts]]\n\
                when = \"agents.a.success < 50% over 3s\"\n";
    scenario(&folder, "it.toml", &format!("{more}{OUTAGE}"));
    let early = ["--out", "r", "--set", "faults.0.at=5s"];
    let output = wavetank(&[&["run", "it.toml"], &early[..]].concat(), &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let why = "abort condition `agents.a.success < 50% over 3s`";
    assert!(text.lines().nth(1).unwrap().starts_with("STOPPED      at 6"), "{text}");
    assert!(text.contains(why) && text.contains("FAILS        agents.a.success >= 1%"), "{text}");

    // The other cell alone is aborted, and the file's own cell is not: a stopped run fails.
    let sweep = ["sweep", "it.toml", "--out", "o"];
    let output = wavetank(&sweep, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("holds in 4 of 4 runs of the file's own cell"), "{text}");
    assert!(text.contains(&format!("STOPPED: 4 of 8 runs were stopped: {why}")), "{text}");
    let rows = summary(&folder, "system.aborted");
    assert!(rows[1].contains(",share,4,0,") && rows[0].contains(",share,4,1,"), "{rows:?}");
    let runs = fs::read_to_string(folder.0.join("o/runs.csv")).unwrap();
    assert_eq!(runs.matches(",aborted,").count(), 4, "{runs}");
    let series = fs::read_to_string(folder.0.join("o/series.csv")).unwrap();
    assert!(series.contains("\n0,as written,5s,5,5.5,6,"), "{series}");
    assert!(
        !series.contains("\n1,as written,5s,5,6.5,"),
        "what was not run has no numbers: {series}"
    );

    let off = ["--set", "aborts.0.then=remove-faults", "--set", "faults.0.at=5s"];
    let output = wavetank(&[&["run", "it.toml", "--out", "r"], &off[..]].concat(), &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.lines().nth(1).unwrap().starts_with("FAULTS OFF   from 6"), "{text}");
    let output = wavetank(&[&sweep[..], &off[..2]].concat(), &folder);
    assert!(said(&output).contains(&format!("FAULTS REMOVED: in 4 of 8 runs: {why}")), "{text}");
}

#[test]
fn a_measure_that_can_never_be_had_is_said_to_be_undefined_and_exit_code_1() {
    let folder = Folder::new("undefined");
    let that = "agents.a.success >= 1% during fault \\\"x\\\"";
    // By chance the fault comes every hundred years.
    let seldom = "[[faults]]\nname = \"x\"\nhit = \"x\"\ndo = \"down\"\nmtbf = \"36500d\"\n\
                  mttr = \"1s\"\n[sweep]\nreplications = 4\n";
    let objective = "objective = \"agents.a.success during fault \\\"x\\\"\"\n";
    let more = format!("[[hypotheses]]\nthat = \"{that}\"\n{seldom}{objective}");
    scenario(&folder, "it.toml", &more);
    let output = wavetank(&["sweep", "it.toml", "--out", "o"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("UNDEFINED: it is no number in any run: its window never came"),
        "{text}"
    );
    assert!(
        text.contains("FAILS: it holds in 0 of 4 runs") && text.contains("(it is undefined: its"),
        "{text}"
    );
    let output = wavetank(&["run", "it.toml", "--out", "r"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("(it is undefined: its window never came"), "{text}");
}

#[test]
fn pieces_of_which_there_are_too_many_are_a_mistake_with_a_length_that_fits() {
    let folder = Folder::new("too-many-pieces");
    let more = "[sweep]\nseries-every = \"1us\"\n\"horizon\" = [\"10s\", \"20s\"]\n";
    scenario(&folder, "it.toml", more);
    let text = said(&wavetank(&["check", "it.toml"], &folder));
    assert!(text.contains("it.toml:9:16") && text.contains("20000000 pieces"), "{text}");
    assert!(text.contains("`series-every = \"2ms\"`"), "{text}");
    for every in ["2ms", "7s"] {
        let set = format!("sweep.series-every={every}");
        let output = wavetank(&["check", "it.toml", "--set", &set], &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
}
