//! Runs with recoveries: whoever makes them, on however many threads, they are the same; and what
//! is done by hand is part of the command that makes them again.

use std::fs;

use serde_json::Value;

use crate::picked::words;
use crate::tank::{Folder, files, said, wavetank};

const HEALED: &str = r#"
title = "x"
horizon = "3h"
warmup = "5min"
[agents.a]
count = 5
arrivals = "poisson(every=10s)"
steps = [{ call = "s" }]
patience = "exponential(30s)"
[services.s]
latency = "exponential(1s)"
[policies]
p = [{ breaker = { failures = 4, open = "30min" } }, { timeout = "3s" }]
[edges]
"a -> s" = "p"
[[faults]]
name = "away"
hit = "s"
do = "hang"
mtbf = "30min"
mttr = "10min"
[[faults]]
hit = "s"
do = "cold-start"
factor = 2.0
tau = "1min"
after = "again"
for = "5min"
[[recoveries]]
name = "again"
when = "agents.a.success < 80% over 20 tasks"
hit = "s"
do = "restart"
takes = "20s"
cooldown = "2min"
tries = 1
then = "close"
[[recoveries]]
name = "close"
when = "every breaker is not closed for 2min"
hit = "policies.p.breaker"
do = "reset"
human = "oncall"
[[recoveries]]
name = "breathe"
when = "agents.a.success < 50% over 10min"
wait = "1min"
hit = "a"
do = "pause"
for = "30s"
[humans.oncall]
response = "lognormal(median=5min, sigma=0.8)"
hours = "0-2"
starts = "sun 23:00"
[[hypotheses]]
that = "agents.a.success >= 1%"
[[hypotheses]]
that = "humans.oncall.busy > 0s"
[sweep]
replications = 3
objective = "recoveries.again.healed"
"policies.p.breaker.failures" = [2, 3]
"#;

fn healed(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.0.join("x.toml"), HEALED).unwrap();
    folder
}

#[test]
fn a_sweep_with_recoveries_is_the_same_on_any_number_of_threads() {
    let folder = healed("healed-threads");
    let sweep = |threads: &str| {
        let out = format!("out-{threads}");
        let output = wavetank(&["sweep", "x.toml", "--threads", threads, "--out", &out], &folder);
        assert!(output.status.success(), "{}", said(&output));
        let mut all = files(&folder.0.join(&out));
        // Where it was written is part of its command.
        all.retain(|(name, _)| name == "runs.csv" || name == "series.csv");
        all
    };
    let one = sweep("1");
    assert_eq!(one.len(), 2);
    assert_eq!(sweep("4"), one);
}

#[test]
fn what_is_pulled_by_hand_is_part_of_the_command_that_makes_a_run_again() {
    let folder = healed("healed-again");
    let pulls =
        ["--pull", "close@17min", "--pull", "force policies.p.breaker state=open for=5min@1h"];
    let sweep = ["sweep", "x.toml", "--out", "swept"];
    let output = wavetank(&[&sweep[..], &pulls[..]].concat(), &folder);
    assert!(output.status.success(), "{}", said(&output));
    let mut table = csv::Reader::from_path(folder.0.join("swept/runs.csv")).unwrap();
    let columns = table.headers().unwrap().clone();
    let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
    for row in table.records() {
        let row = row.unwrap();
        let again = &row[at("again")];
        assert!(
            again.contains("--pull 'close@17min'") || again.contains("--pull close@17min"),
            "{again}"
        );
        let again = words(again);
        let again: Vec<&str> = again.iter().skip(1).map(String::as_str).collect();
        let text = said(&wavetank(&again, &folder));
        let fingerprint = format!("fingerprint  {}, ", &row[at("fingerprint")]);
        assert!(text.contains(&fingerprint), "{again:?}: {text}");
        assert!(row[at("recoveries.close.done")].parse::<f64>().unwrap() >= 1.0);
    }
    // Nothing is pulled that is not there.
    let output = wavetank(&["run", "x.toml", "--pull", "clos@17min"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("did you mean `close`?") && text.contains("--pull:1:1"), "{text}");
}

#[test]
fn recoveries_and_humans_are_seen_in_traces() {
    let folder = healed("healed-traced");
    let log = said(&wavetank(&["trace", "x.toml"], &folder));
    for line in ["again: is done", "again: is watched", "oncall: is at work"] {
        assert!(log.contains(line), "{line}");
    }
    let output = wavetank(&["run", "x.toml", "--out", "o"], &folder);
    assert!(output.status.success(), "{}", said(&output));
    let states = fs::read_to_string(folder.0.join("o/states.csv")).unwrap();
    for row in ["again,recovery,watched,", "again,recovery,done,", "oncall,human,at work,"] {
        assert!(states.contains(row), "{row}: {states}");
    }
    let picture = fs::read_to_string(folder.0.join("o/timeline.svg")).unwrap();
    assert!(picture.contains("oncall"), "the human has a lane");
}

/// What is done by hand does not make due what has been so before.
#[test]
fn a_lever_that_is_pulled_while_its_recovery_is_due_is_told_once() {
    let folder = healed("healed-pulled");
    let log = said(&wavetank(&["trace", "x.toml", "--pull", "close@17min"], &folder));
    let own: Vec<&str> = log.lines().filter(|line| line.contains("  close: ")).collect();
    let at = own.iter().position(|line| line.trim_start().starts_with("17min ")).unwrap();
    assert!(own[at].ends_with("close: is done"), "{own:?}");
    assert!(own[at - 1].ends_with("close: is due"), "{own:?}");
    assert!(!own[at + 1].trim_start().starts_with("17min "), "{own:?}");
}

/// One crashes and is started again, the other hangs until it is missed.
const LIVES: &str = r#"
title = "x"
horizon = "200s"
[agents.a]
count = 2
arrivals = "every(20s)"
steps = [{ loop = [{ work = "1s" }], limit = 10, at-limit = "go-on" }]
supervise = { restarts = 9, within = "1h", backoff = "5s", beats-within = "8s" }
starts-in = "2s"
[[faults]]
hit = "a"
do = "crash"
at = "65s"
[[faults]]
hit = "a"
do = "hang"
at = "125s"
for = "30s"
"#;

#[test]
fn processes_of_agents_are_seen_in_traces_of_all_forms() {
    let folder = Folder::new("healed-lives");
    fs::write(folder.0.join("x.toml"), LIVES).unwrap();
    let traced = |more: &[&str]| {
        let output = wavetank(&[&["trace", "x.toml"], more].concat(), &folder);
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let of = |name: &str, log: &str| {
        let states = ["crashed", "starting", "hung", "back", "is already"];
        let own = log
            .lines()
            .map(str::trim)
            .filter(|line| states.iter().any(|state| line.contains(&format!("{name}: {state}"))));
        own.map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["1min 5s  a#1: crashed", "1min 10s  a#1: starting", "1min 12s  a#1: back after 7s"];
    let log = traced(&[]);
    assert_eq!(of("a#1", &log)[..3], all, "{log}");
    assert_eq!(of("a#2", &log)[0], "1min 5s  a#2: crashed");
    let hangs = ["2min 5s  a#1: hung", "2min 17s  a#1: starting", "2min 19s  a#1: back after 14s"];
    assert_eq!(of("a#1", &log)[3..], hangs, "{log}");
    let part = traced(&["--from", "67s", "--until", "72s"]);
    let is = ["1min 7s  a#1: is already crashed", all[1], "1min 12s  a#1: back"];
    assert_eq!(of("a#1", &part), is, "{part}");
    let table = traced(&["--format", "csv"]);
    for row in ["65,a#1,crashed,,\n", "70,a#1,starting,,\n", "72,a#1,back,,7\n"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    let chrome: Value = serde_json::from_str(&traced(&["--format", "chrome"])).unwrap();
    let events = chrome["traceEvents"].as_array().unwrap();
    let thread = events.iter().find(|event| event["args"]["name"] == "a#1: process").unwrap();
    let own = events.iter().filter(|event| event["tid"] == thread["tid"] && event["ph"] == "B");
    let own: Vec<(&str, f64)> =
        own.map(|event| (event["name"].as_str().unwrap(), event["ts"].as_f64().unwrap())).collect();
    assert_eq!(own[..2], [("crashed", 65e6), ("starting", 70e6)]);
    let otlp: Value = serde_json::from_str(&traced(&["--format", "otlp"])).unwrap();
    let spans = otlp["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    let crashed = spans.iter().find(|span| span["name"] == "crashed").unwrap();
    assert_eq!(crashed["startTimeUnixNano"], "65000000000");
    assert_eq!(crashed["endTimeUnixNano"], "70000000000");
    assert_eq!(crashed["attributes"][0]["value"]["stringValue"], "a#1");
    assert_eq!(crashed["status"]["code"], 2);
}

#[test]
fn what_mends_is_no_fault_in_pictures() {
    let folder = Folder::new("mends");
    let text = "title = \"x\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(10s)\"\n\
                steps = [{ call = \"s\" }]\n[services.s]\nlatency = \"1s\"\n[[faults]]\n\
                hit = \"s\"\ndo = \"slow\"\nfactor = 2.0\nat = \"40min\"\nfor = \"5min\"\n";
    fs::write(folder.0.join("mine.toml"), text).unwrap();
    let pull = "restart s takes=30s@30min";
    let output = wavetank(&["run", "mine.toml", "--pull", pull, "--out", "o"], &folder);
    assert!(output.status.success(), "{}", said(&output));
    let picture = fs::read_to_string(folder.0.join("o/timeline.svg")).unwrap();
    assert!(picture.contains("ault of s (slow) from 40"), "its title tells of the fault");
    assert!(!picture.contains("one fault more"), "and of nothing that mends");
}
