//! Reports: true of their own system, every figure made again, the same for any number of threads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::picked::{cell, rows, words};
use crate::reported::{STUCK, WRONG};
use crate::tank::{Folder, has, said, wavetank};

/// Two groups share a tool that hangs; a model errs by chance.
pub(crate) const SHARED: &str = r#"
title = "Two teams share a search tool"
horizon = "30min"
warmup = "1min"
[agents.drafts]
count = 2
arrivals = "poisson(every=20s)"
steps = [{ call = "model" }, { call = "search", optional = true }]
patience = "1min"
[agents.reviews]
arrivals = "poisson(every=15s)"
steps = [{ call = "search" }]
[services.model]
latency = "exponential(1s)"
errors = { overload = 0.02 }
[services.search]
slots = 4
latency = "exponential(500ms)"
[policies]
careful = [
    { retry = { network = "2 x exponential(1s)", timeout = "1 x 2s" } },
    { breaker = { failures = 4, open = "30s", per = "edge" } },
    { timeout = "5s" },
]
[edges]
"drafts -> search" = "careful"
"reviews -> search" = "careful"
[[faults]]
name = "search hangs"
hit = "search"
do = "hang"
at = "10min"
for = "3min"
[[faults]]
name = "model errs"
hit = "model"
do = "errors"
class = "overload"
share = 0.3
mtbf = "8min"
mttr = "1min"
[[hypotheses]]
that = "agents.reviews.success >= 80%"
[variants."before the breaker"]
"policies.careful.breaker" = "off"
"#;

/// One caller of a database that is slow for a while.
const ALONE: &str = r#"
title = "A ledger that one clerk writes to"
horizon = "20min"
[agents.clerk]
arrivals = "closed(think=exponential(4s))"
steps = [{ work = "1s" }, { call = "ledger", times = 2 }]
[services.ledger]
latency = "lognormal(median=200ms, p99=2s)"
errors = { network = 0.01 }
[policies]
polite = [{ retry = { network = "3 x 1s" } }, { bulkhead = { slots = 1 } }]
[edges]
"clerk -> ledger" = "polite"
[[faults]]
name = "slow ledger"
hit = "ledger"
do = "slow"
factor = 20
at = "5min"
for = "5min"
[[hypotheses]]
that = "agents.clerk.latency.p95 <= 30s"
"#;

/// Writes a report of a scenario of this text; what the program says, and its exit code.
pub(crate) fn report(folder: &Folder, name: &str, text: &str, more: &str) -> (String, Option<i32>) {
    fs::write(folder.0.join(format!("{name}.toml")), text).unwrap();
    let file = format!("{name}.toml");
    let more = more.split_whitespace();
    let arguments: Vec<&str> = ["report", &file].into_iter().chain(more).collect();
    let output = wavetank(&arguments, folder);
    (said(&output), output.status.code())
}

pub(crate) fn read(folder: &Folder, path: &str) -> String {
    fs::read_to_string(folder.0.join(path)).unwrap()
}

/// The report itself.
pub(crate) fn markdown(folder: &Folder, name: &str) -> String {
    read(folder, &format!("out/{name}/report/reliability-engineering-report.md"))
}

/// All files below a folder, each with what is in it.
fn all_files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            all_files(&path, found);
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.push((name, fs::read(path).unwrap()));
        }
    }
}

#[test]
fn a_report_has_all_its_sections_and_files_and_the_linter_finds_nothing_in_it() {
    let folder = Folder::new("report");
    let (text, code) = report(&folder, "shared", SHARED, "--replications 5");
    assert_eq!(code, Some(0), "{text}");
    let report = markdown(&folder, "shared");
    for heading in [
        "## Executive summary",
        "## Chaos testing",
        "## Key findings",
        "## Patterns",
        "## Metrics",
        "## Hardening checklist",
        "## Remaining risks",
        "## Recommendations",
        "## Readiness",
        "## Runbook",
        "### TF-001 search hangs",
        "### EF-001 model errs",
        "## Alerts",
        "## Appendix",
    ] {
        assert!(report.contains(&format!("\n{heading}\n")), "`{heading}` is not in:\n{report}");
    }
    assert!(report.split_whitespace().count() > 1500, "{report}");
    // What the fault does is in the evidence, and what is tried at the breaker has an effect.
    assert!(report.contains("10min  search: fault begins: hang"), "{report}");
    assert!(report.contains("`policies.careful.breaker.failures` | 4 |"), "{report}");
    assert!(report.contains("`careful` against `search`") || report.contains("careful"));
    for file in [
        "chaos-testing/failure-mode-catalog.md",
        "chaos-testing/chaos-experiment-suite.md",
        "chaos-testing/chaos-test-results.md",
        "reliability-patterns/circuit-breaker-implementation.md",
        "reliability-patterns/self-healing-implementation.md",
    ] {
        assert!(read(&folder, &format!("out/shared/report/{file}")).starts_with("# "), "{file}");
    }
    let lint = ["lint", "out/shared/report/reliability-engineering-report.md"];
    let output = wavetank(&lint, &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_breaker_does_the_six_things_that_it_is_to_do_and_the_log_shows_when() {
    let folder = Folder::new("report-breaker");
    report(&folder, "shared", SHARED, "--replications 5");
    let path = "out/shared/report/reliability-patterns/circuit-breaker-implementation.md";
    let text = read(&folder, path);
    assert_eq!(text.matches(" | yes | ").count(), 6, "{text}");
    for line in ["breaker: is open", "breaker: is half-open", "breaker: is closed"] {
        assert!(text.contains(line), "`{line}` is not in:\n{text}");
    }
    assert_eq!(text.matches("| not measured yet |").count(), 6, "{text}");
}

#[test]
fn ten_figures_of_a_report_come_out_again_by_their_own_commands() {
    let folder = Folder::new("report-numbers");
    report(&folder, "shared", SHARED, "--replications 5");
    let numbers = rows(&read(&folder, "out/shared/report/numbers.csv"));
    assert!(numbers.len() > 100, "{}", numbers.len());
    // Spread over the whole report, by a step that shares no factor with how many there are.
    for draw in 0..10 {
        let row = &numbers[(draw * 7919 + 13) % numbers.len()];
        let command = words(cell(row, "command"));
        let mut arguments: Vec<&str> = command.iter().skip(1).map(String::as_str).collect();
        arguments.extend(["--out", "again"]);
        let _ = fs::remove_dir_all(folder.0.join("again"));
        let output = wavetank(&arguments, &folder);
        assert_ne!(output.status.code(), Some(2), "{}", said(&output));
        let summary = rows(&read(&folder, "again/summary.csv"));
        let is_it = |one: &&Vec<(String, String)>| {
            ["variant", "measure"].iter().all(|name| cell(one, name) == cell(row, name))
        };
        let found = summary.iter().find(is_it).expect("the row is there");
        let column = cell(row, "column");
        assert_eq!(cell(found, column), cell(row, "value"), "{row:?}");
    }
}

#[test]
fn a_report_is_the_same_for_any_number_of_threads() {
    let folder = Folder::new("report-threads");
    let made = ["1", "3"].map(|threads| {
        let more = format!("--replications 5 --threads {threads} --out o");
        report(&folder, "shared", SHARED, &more);
        let mut found = Vec::new();
        all_files(&folder.0.join("o"), &mut found);
        fs::remove_dir_all(folder.0.join("o")).unwrap();
        found
    });
    let [one, three] = made;
    assert_eq!(one.len(), three.len());
    for (a, b) in one.into_iter().zip(three) {
        assert!(a == b, "{} and {} differ", a.0, b.0);
    }
}

/// What a report says: sentences, points, captions and fields of tables of some words. What
/// metrics mean is the same for all.
fn sentences(report: &str) -> BTreeSet<String> {
    let definitions = report.find("### Definitions").unwrap();
    let rest = report[definitions..].find("### Made again").unwrap() + definitions;
    let mut is_log = false;
    let mut found = BTreeSet::new();
    for line in report[..definitions].lines().chain(report[rest..].lines()) {
        is_log ^= line.starts_with("```");
        let is_heading = line.starts_with('#');
        if is_log || is_heading {
            continue;
        }
        for field in line.trim_matches('|').split(" | ") {
            for sentence in field.split(". ") {
                if sentence.split_whitespace().count() >= 5 {
                    found.insert(sentence.trim().to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn two_systems_share_less_than_three_of_ten_sentences() {
    let folder = Folder::new("report-two");
    let systems = [("shared", SHARED), ("alone", ALONE), ("wrong", WRONG), ("stuck", STUCK)];
    let all = systems.map(|(name, text)| {
        report(&folder, name, text, "--replications 5");
        (name, sentences(&markdown(&folder, name)))
    });
    for (place, (a, one)) in all.iter().enumerate() {
        for (b, other) in &all[place + 1..] {
            let shared: Vec<&String> = one.intersection(other).collect();
            let least = one.len().min(other.len());
            assert!(least > 40, "{least}");
            let is_few = shared.len() * 10 < least * 3;
            assert!(is_few, "{a} and {b}: {} of {least}: {shared:#?}", shared.len());
        }
    }
}

#[test]
fn what_cannot_be_said_is_said_to_be_so() {
    let folder = Folder::new("report-nothing");
    let bare = "title = \"Nothing is tried\"\nhorizon = \"10min\"\n[agents.a]\n\
                arrivals = \"every(10s)\"\nsteps = [{ call = \"x\" }]\n[services.x]\n\
                latency = \"1s\"\n";
    let (text, code) = report(&folder, "bare", bare, "--replications 5");
    assert_eq!(code, Some(0), "{text}");
    let said = markdown(&folder, "bare");
    has(
        &said,
        &[
            "`bare.toml` has no fault",
            "Nothing is injected into `bare.toml`",
            "No call of `bare.toml` passes any pattern",
            "the targets of the course, since the scenario has none",
        ],
    );
    // All fails, from the beginning to the end.
    let broken = format!(
        "{bare}[[faults]]\nhit = \"x\"\ndo = \"down\"\nat = \"0s\"\nfor = \"10min\"\n\
         [[hypotheses]]\nthat = \"agents.a.success >= 50%\"\n"
    );
    let (text, code) = report(&folder, "broken", &broken, "--replications 5");
    assert_eq!(code, Some(1), "{text}");
    let said = markdown(&folder, "broken");
    assert!(said.contains("**Not ready:** success of `a` is 0\u{a0}%"), "{said}");
    assert!(said.contains("**no go**"), "{said}");
}

#[test]
fn measured_values_stand_beside_and_wrong_ones_are_told_with_their_place() {
    let folder = Folder::new("report-measured");
    let good = "outcome,group,seconds\ngood,reviews,0.4\ngood,reviews,0.9\nfailed,reviews,5\n";
    fs::write(folder.0.join("runs.csv"), good).unwrap();
    let more = "--replications 5 --measured runs.csv";
    let (text, code) = report(&folder, "shared", SHARED, more);
    assert_eq!(code, Some(0), "{text}");
    let said = markdown(&folder, "shared");
    assert!(said.contains("## Measured on the real system"), "{said}");
    assert!(said.contains("| `agents.reviews.success` | 66.7\u{a0}%"), "{said}");
    let wrong = "outcome,grup,seconds\ngood,reviews,0.4\nfine,reviews,soon\n";
    fs::write(folder.0.join("runs.csv"), wrong).unwrap();
    let (text, code) = report(&folder, "shared", SHARED, more);
    assert_eq!(code, Some(2), "{text}");
    has(&text, &["runs.csv:1", "`grup`", "`group`", "runs.csv:3", "column `outcome`", "`seconds`"]);
}

#[test]
fn what_is_wrong_with_a_scenario_is_told_of_its_own_file() {
    let folder = Folder::new("report-wrong");
    let wrong = SHARED.replace("failures = 4", "failurs = 4");
    let (text, code) = report(&folder, "shared", &wrong, "");
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("shared.toml:") && text.contains("failures"), "{text}");
    assert!(!folder.0.join("out/shared/report/trials.toml").exists());
}

/// A cache that is cold whenever its outage is over.
const AFTER: &str = r#"
title = "A cold cache after an outage"
horizon = "30min"
[agents.shop]
count = 3
arrivals = "poisson(10s)"
steps = [{ call = "stock" }]
patience = "20s"
[services.stock]
latency = "exponential(300ms)"
[policies]
careful = [{ retry = { network = "2 x 500ms" } }, { timeout = "5s" }]
[edges]
"shop -> stock" = "careful"
[[faults]]
name = "outage"
hit = "stock"
do = "down"
at = "5min"
for = "2min"
[[faults]]
name = "cold"
hit = "stock"
do = "slow"
factor = 30
after = "outage"
for = "4min"
[[hypotheses]]
that = "agents.shop.success >= 90%"
"#;

#[test]
fn what_follows_a_fault_is_tried_with_it() {
    let folder = Folder::new("report-after");
    report(&folder, "after", AFTER, "--replications 6");
    let said = markdown(&folder, "after");
    has(
        &said,
        &[
            "**Not ready:** success of `shop`",
            "What it costs: without `outage`, success of `shop` +",
            "With `outage` came what follows it, here and wherever it is left out: `slow` of `stock`",
            // What is second best is said to be so.
            "What is gained is second best: ",
        ],
    );
    assert!(!said.contains("has no fault"), "{said}");
    assert_eq!(said.matches("\n### TF-").count(), 1, "an entry for each that comes by itself");
}

#[test]
fn alerts_are_a_table_of_which_the_report_has_the_rules() {
    let folder = Folder::new("report-alerts");
    report(&folder, "after", AFTER, "--replications 6");
    let all = rows(&read(&folder, "out/after/report/alerts.csv"));
    let said = markdown(&folder, "after");
    let of_group = all.iter().find(|row| cell(row, "signal") == "agents.shop.success").unwrap();
    assert_eq!(cell(of_group, "fault"), "outage");
    assert_eq!(cell(of_group, "found"), "1");
    let below = cell(of_group, "below").parse::<f64>().unwrap() * 100.0;
    let rule = format!("`agents.shop.success < {below}\u{a0}% over ");
    assert!(said.contains(&rule), "{rule} is not in:\n{said}");
    let p50: f64 = cell(of_group, "p50").parse().unwrap();
    assert!((1.0..=120.0).contains(&p50), "found while it is down: {p50}");
}

/// Calls that a budget refuses, and errors of a service of its own: no fault makes them.
pub(crate) const QUOTA: &str = r#"
title = "A desk that runs out of calls"
horizon = "2h"
[agents.desk]
count = 2
arrivals = "poisson(20s)"
steps = [{ call = "model" }]
supervise = { restarts = 9, within = "30min", backoff = "5s" }
[services.model]
latency = "exponential(1s)"
errors = { overload = 0.03 }
[budgets.quota]
calls = 300
every = "1h"
for = ["desk"]
then = "fail"
[policies]
careful = [{ retry = { overload = "2 x 1s" } }]
[edges]
"desk -> model" = "careful"
[[faults]]
name = "desk crashes"
hit = "desk"
do = "crash"
each = "20min"
at = "0s"
for = "2h"
[[hypotheses]]
that = "agents.desk.success >= 95%"
"#;

#[test]
fn what_no_fault_makes_is_told_and_its_settings_are_tried() {
    let folder = Folder::new("report-quota");
    report(&folder, "quota", QUOTA, "--replications 6");
    let said = markdown(&folder, "quota");
    let refused = said.lines().find(|line| line.starts_with("| `quota` | calls | `budget` |"));
    let fields: Vec<&str> = refused.unwrap_or_else(|| panic!("{said}")).split(" | ").collect();
    let number = |text: &str| text.split(['\u{a0}', ' ']).next().unwrap().parse::<f64>().unwrap();
    // Some 360 tasks an hour come for 300 calls: with and without the fault.
    assert!(number(fields[4]) > 50.0 && number(fields[5]) > 50.0, "{fields:?}");
    has(
        &said,
        &[
            "| `desk -> model` | attempts | `model` | `overload` |",
            "- `budgets.quota.calls` from 300 to 600",
            "| `agents.desk.supervise.restarts` | 9 |",
            "| `agents.desk.supervise.backoff` | 5s |",
        ],
    );
}

#[test]
fn what_is_not_seen_to_end_has_no_time_of_recovery() {
    let folder = Folder::new("report-cut");
    let cut = AFTER.replace("at = \"5min\"\nfor = \"2min\"", "at = \"20min\"\nfor = \"10min\"");
    report(&folder, "cut", &cut, "--replications 6");
    let said = markdown(&folder, "cut");
    let is_cut = "`shop` is still in a failure episode at the end of 6 of 6 runs";
    assert!(said.contains(is_cut), "{said}");
    assert!(!said.contains("has good outcomes again"), "{said}");
}

#[test]
fn numbers_that_are_not_tried_are_named_and_each_part_has_its_share() {
    let folder = Folder::new("report-many");
    let mut many = AFTER.replace("[edges]\n\"shop -> stock\" = \"careful\"\n", "");
    let mut edges = String::from("[edges]\n");
    let mut policies = String::from("[policies]\n");
    let mut steps = Vec::new();
    for place in 0..9 {
        many += &format!("[services.s{place}]\nlatency = \"50ms\"\n");
        steps.push(format!("{{ call = \"s{place}\" }}"));
        edges += &format!("\"shop -> s{place}\" = \"p{place}\"\n");
        policies += &format!(
            "p{place} = [{{ retry = {{ network = \"2 x 500ms\" }} }}, {{ timeout = \"5s\" }}]\n"
        );
    }
    steps.push("{ call = \"stock\" }".to_owned());
    let many = many.replace("{ call = \"stock\" }", &steps.join(", ")).replace(
        "[policies]\ncareful = [{ retry = { network = \"2 x 500ms\" } }, { timeout = \"5s\" }]\n",
        "",
    ) + &policies
        + &edges;
    let (text, _) = report(&folder, "many", &many, "--replications 2");
    let said = markdown(&folder, "many");
    let untried = said.lines().find(|line| line.starts_with("Not tried with other values"));
    let untried = untried.unwrap_or_else(|| panic!("{text}{said}"));
    // 27 numbers of nine policies: the last of three policies have no room.
    for place in 0..9 {
        assert!(said.contains(&format!("| `policies.p{place}.retry.network.retries` | 2 |")));
        let is_left = untried.contains(&format!("`policies.p{place}.timeout.limit`"));
        assert_eq!(is_left, 6 <= place, "{untried}");
    }
}

/// Two retries in one policy, of which each is told by itself; and an outage that is expected to be
/// seen, which is no target.
#[test]
fn layers_of_one_kind_are_told_apart_and_what_is_expected_to_be_bad_is_no_target() {
    let folder = Folder::new("report-twice");
    let twice = AFTER
        .replace(
            "[{ retry = { network = \"2 x 500ms\" } }, ",
            "[{ retry = { network = \"3 x 1s\" } }, { retry = { timeout = \"1 x 2s\" } }, ",
        )
        .replace("agents.shop.success >= 90%", "agents.shop.failed > 5%");
    let (text, code) = report(&folder, "twice", &twice, "--replications 6");
    assert_eq!(code, Some(0), "what is expected comes: {text}");
    let said = markdown(&folder, "twice");
    has(
        &said,
        &[
            "| `0.retry` | `careful` | `network=3 x 1s` |",
            "| `1.retry` | `careful` | `timeout=1 x 2s` |",
            "| the scenario: expected, no target |",
            "judged by the targets of the course, since the scenario has none",
            "**Not ready:** success of `shop` is",
        ],
    );
}

/// How often a fault comes that was placed by hand, no rate of the real system can be held against;
/// how long it lasts can.
#[test]
fn no_rate_is_compared_where_faults_are_placed_by_hand() {
    let folder = Folder::new("report-by-hand");
    let mut incidents = String::from("part,start,end\nwatched,0s,2592000s\n");
    for day in 1..=8 {
        incidents += &format!("reviews,{}s,{}s\n", day * 86_400, day * 86_400 + 150);
    }
    fs::write(folder.0.join("incidents.csv"), incidents).unwrap();
    let by_hand =
        SHARED.replace("mtbf = \"8min\"\nmttr = \"1min\"", "at = \"20min\"\nfor = \"1min\"");
    let more = "--replications 5 --incidents incidents.csv";
    let (text, code) = report(&folder, "shared", &by_hand, more);
    assert_ne!(code, Some(2), "{text}");
    let said = markdown(&folder, "shared");
    let row = |name: &str| {
        let begin = format!("| `agents.reviews.{name}` |");
        said.lines()
            .find(|line| line.starts_with(&begin))
            .unwrap_or_else(|| panic!("{name}: {said}"))
    };
    for name in ["mtbf", "availability"] {
        let why = "not comparable: `search hangs` placed by hand, from which no rate follows";
        assert!(row(name).contains(why), "{}", row(name));
    }
    assert!(!row("mttr").contains("not comparable"), "{}", row("mttr"));
}
