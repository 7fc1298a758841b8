//! What reports say: true of the system, where a reader would go wrong by it otherwise.

use std::fs;

use crate::picked::{cell, rows};
use crate::report::{QUOTA, SHARED, markdown, read, report};
use crate::tank::{Folder, has};

/// The row of a table whose first fields these are.
fn row<'r>(report: &'r str, begin: &str) -> &'r str {
    let found = report.lines().find(|line| line.starts_with(begin));
    found.unwrap_or_else(|| panic!("no row begins with `{begin}`:\n{report}"))
}

/// A part of a report, from a heading to the next one of its level.
fn part<'r>(report: &'r str, heading: &str) -> &'r str {
    let from = report.find(heading).unwrap_or_else(|| panic!("no `{heading}`:\n{report}"));
    let level = heading.split(' ').next().unwrap();
    let rest = &report[from + heading.len()..];
    let until = rest.find(&format!("\n{level} ")).unwrap_or(rest.len());
    &rest[..until]
}

/// A model that makes answers up, which no layer can see.
pub(crate) const WRONG: &str = r#"
title = "A model that makes things up"
horizon = "1h"
[agents.desk]
count = 2
arrivals = "poisson(20s)"
steps = [{ call = "model" }]
patience = "30s"
[services.model]
latency = "exponential(1s)"
errors = { network = 0.02 }
rate-limit = { limit = 60, per = "1min" }
[policies]
careful = [{ retry = { network = "2 x 1s" } }]
[edges]
"desk -> model" = "careful"
[[faults]]
name = "made up"
hit = "model"
do = "wrong"
share = 0.4
at = "0s"
for = "1h"
[[hypotheses]]
that = "agents.desk.success >= 90%"
"#;

#[test]
fn wrong_answers_are_a_loss_though_they_look_like_success() {
    let folder = Folder::new("reported-wrong");
    let (text, code) = report(&folder, "wrong", WRONG, "--replications 6");
    assert_eq!(code, Some(0), "what the file asks for is kept: {text}");
    let said = markdown(&folder, "wrong");
    has(
        &said,
        &[
            "**Ready with caveats:** success of `desk` counts wrong answers as well: right answers \
             of `desk` is ",
            "What it costs: without `made up`, right answers of `desk` +",
            "| right answers of `desk` | > 95\u{a0}% | the course |",
            "`made up` on `desk -> model`",
            "of the tasks of `desk` are wrong, and look right",
            "| answers are wrong | `made up` |",
            // It is on from the beginning of every run.
            "model: fault begins: wrong",
            "a request every 1s, 60 at once",
        ],
    );
    assert!(!said.contains("does not come in this run"), "{said}");
    let risk = row(&said, "| `made up` | throughout");
    assert!(risk.ends_with("| nothing |"), "{risk}");
}

#[test]
fn what_fails_without_any_fault_is_a_finding_of_its_own() {
    let folder = Folder::new("reported-quiet");
    // The budget in the words of a file, which is a number all the same.
    let quota = QUOTA
        .replace("calls = 300", "tokens = \"0.3M\"")
        .replace("{ call = \"model\" }", "{ call = \"model\", tokens = 1000 }")
        .replace(
            "latency = \"exponential(1s)\"",
            "latency = \"exponential(1s)\"\nrate-limit = { limit = 2, per = \"1min\" }",
        );
    report(&folder, "quiet", &quota, "--replications 6");
    let said = markdown(&folder, "quiet");
    has(
        &said,
        &[
            "No fault makes all of it: even without any, success of `desk` is ",
            "### Without any fault: success of desk is ",
            "what fails then in a run: ",
            "| `budgets.quota.tokens` | 300000 |",
            "| `quota` | 300000 tokens | 1h | `desk` | the call fails |",
            "| a rate limit is hit | by no fault, and by its load: ",
            "`model`, which refuses what is beyond its rate limit",
        ],
    );
    let worth = part(&said, "### Without any fault");
    assert!(worth.contains("`rate-limit` by `model` on `desk -> model`"), "{worth}");
}

/// Workers that crash and go round in circles, with a recovery that restarts what they call.
pub(crate) const STUCK: &str = r#"
title = "Workers that go round in circles"
horizon = "4h"
warmup = "15min"
[agents.worker]
count = 3
arrivals = "poisson(4min)"
steps = [{ loop = [{ call = "model" }], escape = 0.4, limit = 10 }]
supervise = { restarts = 3, within = "1h", backoff = "20s" }
[services.model]
latency = "exponential(4s)"
errors = { overload = 0.02 }
[policies]
ask = [{ retry = { overload = "3 x 20s" } }, { timeout = "2s" }, { cache = { ttl = "1s" } }]
[edges]
"worker -> model" = "ask"
[[faults]]
name = "crashes"
hit = "worker"
do = "crash"
each = "40min"
at = "0s"
for = "4h"
[[faults]]
name = "loops"
hit = "worker"
do = "stuck"
share = 0.2
at = "0s"
for = "4h"
[[recoveries]]
name = "clear"
when = "agents.worker.success < 90% over 5min"
hit = "policies.ask.cache"
do = "flush"
[[hypotheses]]
that = "agents.worker.success >= 60%"
"#;

#[test]
fn what_stands_in_the_way_of_a_fault_is_what_can_end_it() {
    let folder = Folder::new("reported-stuck");
    report(&folder, "stuck", STUCK, "--replications 6");
    let said = markdown(&folder, "stuck");
    // What is started again goes round again: only a bound ends it.
    let risk = |name: &str| row(part(&said, "## Remaining risks"), &format!("| `{name}` |"));
    assert!(risk("loops").ends_with("| the `limit` of its loop |"), "{}", risk("loops"));
    assert!(risk("crashes").ends_with("| `supervise` |"), "{}", risk("crashes"));
    // A recovery is left out as a layer is; and all patterns can be, though it flushes one.
    let left_out = row(&said, "| `recovery` | `clear` |");
    assert!(left_out.contains("do=flush"), "{left_out}");
    has(&said, &["Before: all patterns left out", "`the recovery clear is never carried out`"]);
    // A timeout that fires for nothing is not left out unless a hang was tested.
    let advice = part(&said, "## Recommendations");
    let timeout = advice.lines().find(|line| line.starts_with("- leave `timeout` out of `ask`"));
    let timeout = timeout.unwrap_or_else(|| panic!("{advice}"));
    assert!(
        timeout.ends_with("no `hang` of `model` was tested, which `timeout` is for"),
        "{timeout}"
    );
    has(advice, &["A change is advised where useful tasks per hour of `worker` gets better by"]);
}

#[test]
fn alerts_are_told_with_the_times_at_which_faults_come_and_levers_with_what_they_take() {
    let folder = Folder::new("reported-shared");
    report(&folder, "shared", SHARED, "--replications 6");
    let said = markdown(&folder, "shared");
    let all = rows(&read(&folder, "out/shared/report/alerts.csv"));
    // It comes every 9 minutes in 29 minutes of 6 runs, and the other one once in each.
    let times = |fault: &str, signal: &str| {
        let is_it = |row: &&Vec<(String, String)>| {
            cell(row, "fault") == fault && cell(row, "signal") == signal
        };
        all.iter().find(is_it).map(|row| cell(row, "times").parse::<usize>().unwrap())
    };
    let signal = "agents.reviews.success";
    assert_eq!(times("search hangs", signal), Some(6));
    let often = times("model errs", signal).unwrap();
    assert!((10..=30).contains(&often), "{often}");
    has(
        &said,
        &[
            ", of 5 or more`",
            " % of 6 runs",
            "`restart search` (takes 30s) at 10min 45s",
            "`pause drafts` (for 10min) at 10min 45s",
        ],
    );
    // Assumptions: no row that leaves the verdict stands above one that changes it.
    let readiness = part(&said, "## Readiness");
    let verdicts = readiness.lines().filter(|line| line.starts_with("| `"));
    let is_same: Vec<bool> = verdicts.map(|line| line.ends_with("| same |")).collect();
    assert!(is_same.len() > 4 && is_same.is_sorted(), "{readiness}");
}

/// What comes with one fault and is there without any as well is no sign that others lack.
#[test]
fn what_is_there_anyway_tells_no_faults_apart() {
    let folder = Folder::new("reported-alike");
    let alike = SHARED.replace("errors = { overload = 0.02 }", "errors = { overload = 0.05 }");
    report(&folder, "alike", &alike, "--replications 6");
    let said = markdown(&folder, "alike");
    let hangs = part(&said, "### TF-001 search hangs");
    let errs = part(&said, "### EF-001 model errs");
    let usual = "`overload` by `model` on `drafts -> model`";
    assert!(row(errs, "| Signs |").contains(&format!("{usual} (without any fault ")), "{errs}");
    let told = format!("{usual} is there with others as well, but no more than without any fault");
    assert!(row(errs, "| Looks like |").contains(&told), "{errs}");
    assert!(!row(hangs, "| Signs |").contains(usual), "{hangs}");
}

#[test]
fn what_rows_of_measured_values_were_read_as_is_said() {
    let folder = Folder::new("reported-read-as");
    let table = "outcome,group,service,seconds\ngood,reviews,,0.4\nfailed,reviews,search,5\n\
                 good,,search,0.3\n";
    fs::write(folder.0.join("runs.csv"), table).unwrap();
    report(&folder, "shared", SHARED, "--replications 5 --measured runs.csv");
    let said = markdown(&folder, "shared");
    let told = "The rows were read as 2 tasks of `reviews` and 1 call of `search`.";
    has(&said, &[told, "| `agents.reviews.success` | 50\u{a0}% \\["]);
}

#[test]
fn where_numbers_are_from_is_what_the_file_says() {
    let folder = Folder::new("reported-sources");
    let said = SHARED
        .replace("slots = 4\n", "slots = 4 # counted in the pool's settings\n")
        .replace("[[hypotheses]]", "[[hypotheses]] # assumed");
    let (text, _) = report(&folder, "said", &said, "--replications 5");
    assert!(text.contains("What must hold is assumed"), "{text}");
    let told = markdown(&folder, "said");
    let sources = part(&told, "### Sources");
    has(sources, &["| `[services.search] slots = 4` | counted in the pool's settings |"]);
    let line = said.lines().position(|line| line.starts_with("slots = 4 #")).unwrap() + 1;
    assert!(sources.contains(&format!("| `said.toml:{line}` |")), "{line}: {sources}");
    report(&folder, "unsaid", SHARED, "--replications 5");
    let told = markdown(&folder, "unsaid");
    has(part(&told, "### Sources"), &["not one with a comment that says where it is from"]);
    assert!(!told.contains("What must hold is assumed"), "{told}");
}

/// A till behind a gateway, whose few slots wait for ever for answers that were lost.
const LOST: &str = r#"
title = "A gateway that waits for answers that were lost"
horizon = "1h"
warmup = "2min"
[agents.till]
count = 3
arrivals = "poisson(5s)"
steps = [{ call = "gateway" }]
patience = "10s"
[services.gateway]
slots = 4
latency = "50ms"
steps = [{ call = "stock" }]
[services.stock]
latency = "100ms"
[faults]
"#;

#[test]
fn what_never_ends_is_missed_and_who_waits_is_restarted() {
    let folder = Folder::new("reported-lost");
    let fault = "[[faults]]\nname = \"lossy\"\nhit = \"gateway -> stock\"\ndo = \"loss\"\nshare = 1.0\n\
                 at = \"10min\"\nfor = \"2min\"\n[[hypotheses]]\n\
                 that = \"agents.till recovers within 1min after fault \\\"lossy\\\"\"\n";
    let lost = LOST.replace("[faults]\n", fault);
    let (text, code) = report(&folder, "lost", &lost, "--replications 6");
    assert_eq!(code, Some(1), "{text}");
    let said = markdown(&folder, "lost");
    has(
        &said,
        &[
            "**Not ready:** `agents.till.recovery after fault \"lossy\"` never comes to an end",
            "3 × `till` call `gateway`, behind which is `stock`, for ",
            "48min after `lossy` is over: it does not recover by itself",
            // It helps when the fault is over, and before that the slots fill up again.
            "do `restart gateway` (takes 30s) at 14min: success of `till` +",
        ],
    );
    // What never comes is not missed: without the fault there is nothing to recover from.
    assert!(!said.contains("No fault makes all of it"), "{said}");
    let chaos = row(&said, "| `lossy` | `loss` of `gateway -> stock`");
    assert!(chaos.contains("it holds in 0 of 6 runs | no |"), "{chaos}");
}

#[test]
fn a_hang_that_ends_no_call_is_found_by_silence() {
    let folder = Folder::new("reported-silence");
    let silent = "title = \"A server that hangs\"\nhorizon = \"2h\"\n[agents.solo]\ncount = 3\n\
                  arrivals = \"closed(think=exponential(5s))\"\nsteps = [{ call = \"mcp\" }]\n\
                  [services.mcp]\nlatency = \"exponential(1s)\"\n[[faults]]\nname = \"hangs\"\n\
                  hit = \"mcp\"\ndo = \"hang\"\nat = \"30min\"\nfor = \"20min\"\n";
    report(&folder, "silent", silent, "--replications 6");
    let said = markdown(&folder, "silent");
    let found = row(&said, "| Detection | ");
    let silent = found.split("; ").find(|it| it.starts_with("`no outcome of agents.solo.success"));
    assert!(silent.is_some_and(|it| it.contains("in 100 % of 6 runs")), "{found}");
    let all = rows(&read(&folder, "out/silent/report/alerts.csv"));
    let is_it = |row: &&Vec<(String, String)>| {
        (cell(row, "signal"), cell(row, "below")) == ("agents.solo.success", "0")
    };
    let alert = all.iter().find(is_it).unwrap();
    assert_eq!(cell(alert, "found"), "1");
    let after: f64 = cell(alert, "p50").parse().unwrap();
    assert!((10.0..300.0).contains(&after), "{after}");
}

#[test]
fn what_takes_a_target_is_not_advised() {
    let folder = Folder::new("reported-target");
    let dear =
        QUOTA.replace("{ call = \"model\" }", "{ call = \"model\", tokens = 1000 }").replace(
            "errors = { overload = 0.03 }",
            "errors = { overload = 0.03 }\nprice = { per-million-tokens = 6.0 }",
        ) + "[[hypotheses]]\nthat = \"system.cost < $4\"\n";
    report(&folder, "dear", &dear, "--replications 12");
    let said = markdown(&folder, "dear");
    let advice = part(&said, "## Recommendations");
    let more = row(advice, "- `budgets.quota.calls` from 300 to 600");
    assert!(more.contains("a target is lost: cost of the whole system is "), "{more}");
}
