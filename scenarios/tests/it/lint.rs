//! What in a file fights what: every rule finds what a file has of it, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use scenarios::{Diagnostics, LayerRegistry, RULES, ScenarioFile, import, library, lint};

fn read(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    fs::read_to_string(folder.join(name)).expect("it is there")
}

fn look(name: &str) -> Diagnostics {
    let registry = LayerRegistry::builtin();
    lint(name, &read(name), &registry).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Each finding as its line and code, in order.
fn lines(found: &Diagnostics) -> Vec<(usize, &'static str)> {
    found.all().iter().map(|one| (found.line_and_column(one).0, one.code())).collect()
}

/// The line of a file, from 1, that has a text.
fn line(name: &str, text: &str) -> usize {
    let found = read(name).lines().position(|line| line.contains(text));
    found.unwrap_or_else(|| panic!("{text}")) + 1
}

#[track_caller]
fn finds(name: &str, expected: &[(&str, &'static str)]) {
    let found = look(name);
    let places = expected.iter().map(|(text, code)| (line(name, text), *code));
    let (expected, is): (BTreeSet<_>, BTreeSet<_>) =
        (places.collect(), lines(&found).into_iter().collect());
    let missing: Vec<_> = expected.difference(&is).collect();
    let further: Vec<_> = is.difference(&expected).collect();
    assert!(missing.is_empty() && further.is_empty(), "-{missing:?} +{further:?}\n{found}");
}

const COURSE: [(&str, &str); 13] = [
    ("\"success_threshold\": 3", "more-successes-than-probes"),
    ("\"critical_services\"", "critical-inverted"),
    ("\"github_mcp\"", "breakers-disagree"),
    ("expected_exception", "limit-counted-as-failure"),
    ("\"max_delay_ms\": 30000", "cap-never-reached"),
    ("\"max_delay_ms\": 90000", "dead-parameter"),
    ("respect_retry_after", "fixed-wait-and-retry-after"),
    ("\"timeout\": {", "retries-disagree"),
    ("validation_errors", "retries-disagree"),
    ("max_attempts", "retries-or-attempts"),
    ("token_budget", "budget-below-context"),
    ("retries_per_minute", "alert-never-fires"),
    ("detect_within", "detection-beyond-promise"),
];

#[test]
fn a_file_of_the_course_has_what_the_course_has() {
    finds("course.json", &COURSE);
}

const REPORT: [(&str, &str); 25] = [
    ("# Reliability", "missing-section"),
    ("TODO", "placeholder"),
    ("Simulated numbers", "seeds-missing"),
    ("detected within", "detection-beyond-promise"),
    ("After, faults", "different-faults"),
    ("prevented 23", "prevention-without-comparison"),
    ("A timeout is retried", "retries-disagree"),
    ("5 attempts", "retries-or-attempts"),
    ("5 fixed waits", "one-wait-too-many"),
    ("100K", "budget-below-context"),
    ("half_open_max_calls", "probes-not-limited"),
    ("self.last_failure_time", "time-never-stored"),
    ("failure_count += 1", "counts-all-failures"),
    ("failures > threshold", "threshold-off-by-one"),
    ("\"max_retries\": 5", "cap-never-reached"),
    ("waiting 2s", "log-off-policy"),
    ("| Success", "target-on-mean-only"),
    ("| MTBF", "failures-do-not-follow"),
    ("| MTTR", "repair-does-not-follow"),
    ("| Availability", "availability-does-not-follow"),
    ("| Availability", "targets-redundant"),
    ("| Graceful", "number-without-unit"),
    ("1 - 99 %", "two-error-budgets"),
    ("+73 %", "undefined-total"),
    ("> 1000/min", "alert-never-fires"),
];

#[test]
fn a_report_has_what_the_course_has() {
    finds("report.md", &REPORT);
    let bare = look("report-bare.md");
    assert_eq!(lines(&bare), [(1, "missing-section"), (7, "number-without-unit")], "{bare}");
}

const POLICIES: [(&str, &str); 7] = [
    ("{ timeout = \"30s\" }", "timeout-beyond-deadline"),
    ("3 x exponential", "cap-never-reached"),
    ("3 x exponential", "stacked-retries"),
    ("count = \"all\"", "limit-counted-as-failure"),
    ("count = \"all\"", "breaker-without-fallback"),
    ("course-printed", "counts-all-failures"),
    ("course-printed", "breaker-without-fallback"),
];

#[test]
fn policies_of_a_scenario_that_fight_one_another_are_shown_by_runs() {
    finds("policies.toml", &POLICIES);
    let found = look("policies.toml");
    for (code, proof) in [
        ("stacked-retries", "24 attempts of one call; with the outer layer alone 4"),
        ("counts-all-failures", "one of 5 failures in a row 0.0 times"),
        ("limit-counted-as-failure", "of the tasks fail, with 429 left out 3"),
        ("cap-never-reached", "the waits are 1 s, 2 s, 4 s"),
        ("timeout-beyond-deadline", "2 of the 4 attempts"),
    ] {
        let one = found.all().iter().find(|one| one.code() == code).expect(code);
        assert!(one.proof_text().is_some_and(|text| text.contains(proof)), "{found}");
    }
}

const LIBRARY: [(&str, &str); 10] = [
    ("like = \"polly\", limit = \"4s\"", "timeout-beyond-deadline"),
    ("like = \"polly\", limit = \"10s\"", "timeout-beyond-deadline"),
    ("cap = \"10s\"", "cap-never-reached"),
    ("like = \"envoy\"", "stacked-retries"),
    ("like = \"gobreaker\"", "limit-counted-as-failure"),
    ("like = \"gobreaker\"", "breaker-without-fallback"),
    ("like = \"polly\", limit = \"5s\"", "timeout-beyond-deadline"),
    ("successes = 3", "more-successes-than-probes"),
    ("like = \"course-printed\"", "counts-all-failures"),
    ("like = \"course-printed\"", "breakers-disagree"),
];

#[test]
fn settings_of_a_library_are_seen_as_if_they_were_written() {
    let critical = [("like = \"course-meant\", failures = 3", "critical-inverted")];
    finds("library.toml", &[&LIBRARY[..], &critical].concat());
}

#[test]
fn one_call_within_another_has_to_end_first() {
    let text = read("library.toml").replace("limit = \"10s\"", "limit = \"60s\"");
    let timeouts = |text: &str| {
        let found = lint("it.toml", text, &LayerRegistry::builtin()).unwrap();
        let all = found.all().iter().filter(|one| one.code() == "timeout-beyond-deadline");
        all.map(|one| one.message().to_owned()).collect::<Vec<_>>()
    };
    let found = timeouts(&text);
    let beyond = "the call of `store` by `api` takes up to";
    assert!(found.iter().any(|message| message.starts_with(beyond)), "{found:?}");
    let longer = text.replace("limit = \"4s\"", "limit = \"40s\"").replace("60s", "300s");
    let found = timeouts(&longer);
    assert!(!found.iter().any(|message| message.starts_with(beyond)), "{found:?}");
    // Who sends the deadline along has it respected.
    let told = text.replace("limit = \"4s\"", "limit = \"4s\", propagates = true");
    let found = timeouts(&told);
    assert!(!found.iter().any(|message| message.starts_with(beyond)), "{found:?}");
}

#[test]
fn variants_and_values_of_a_sweep_are_scenarios_too() {
    let found = look("varied.toml");
    let all: Vec<(&str, &str)> = found
        .all()
        .iter()
        .map(|one| (one.code(), one.message().split(": ").next().unwrap_or_default()))
        .collect();
    let expected = [
        ("timeout-beyond-deadline", "with the variant `impatient`"),
        ("timeout-beyond-deadline", "with `policies.guarded.retry.timeout.retries` = 5, 9"),
        ("cap-never-reached", "3 retries from 1 s end before the cap of 60 min"),
        ("counts-all-failures", "with the variant `as printed`"),
    ];
    let sorted = |mut all: Vec<_>| {
        all.sort_unstable();
        all
    };
    assert_eq!(sorted(all), sorted(expected.to_vec()), "{found}");
    let wrong = format!("{}\n\"policies.guarded.nothing\" = 1\n", read("varied.toml"));
    assert!(lint("it.toml", &wrong, &LayerRegistry::builtin()).is_err(), "a variant is wrong");
}

const FOREIGN: [(&str, &[(&str, &str)]); 5] = [
    (
        "resilience4j-bad.yml",
        &[
            ("exponentialMaxWaitDuration", "cap-never-reached"),
            ("      backend:", "breaker-without-fallback"),
        ],
    ),
    (
        "envoy-bad.yaml",
        &[(" timeout: 10s", "timeout-beyond-deadline"), ("max_interval", "cap-never-reached")],
    ),
    (
        "grpc-bad.json",
        &[("\"timeout\"", "timeout-beyond-deadline"), ("maxBackoff", "cap-never-reached")],
    ),
    (
        "polly-bad.json",
        &[("TotalRequestTimeout", "timeout-beyond-deadline"), ("MaxDelay", "cap-never-reached")],
    ),
    (
        "litellm-bad.yaml",
        &[
            ("allowed_fails", "limit-counted-as-failure"),
            ("allowed_fails", "breaker-without-fallback"),
        ],
    ),
];

#[test]
fn a_course_is_told_which_of_its_keys_to_change() {
    let text = read("course.json");
    let found = look("course.json");
    for (code, says) in [
        ("cap-never-reached", "`max_delay_ms`: 30000 -> 8000"),
        ("critical-inverted", "`failure_threshold`: 3 -> 10, `timeout_seconds`: 120 -> 30"),
        ("more-successes-than-probes", "`half_open_max_calls`: 1 -> 3"),
        ("breakers-disagree", "`timeout`: 30 -> 120"),
    ] {
        let one = found.all().iter().find(|one| one.code() == code).expect(code);
        assert!(one.help_text().unwrap().contains(says), "{found}");
    }
    let changed = text.replace("\"max_delay_ms\": 30000", "\"max_delay_ms\": 8000");
    let found = lint("course.json", &changed, &LayerRegistry::builtin()).unwrap();
    assert!(!found.all().iter().any(|one| one.code() == "cap-never-reached"), "{found}");
}

#[test]
fn every_format_has_what_it_can_say_wrong() {
    for (name, expected) in FOREIGN {
        finds(name, expected);
    }
}

#[test]
fn a_file_and_what_is_imported_of_it_have_the_same_contradictions() {
    let registry = LayerRegistry::builtin();
    let codes = |found: &Diagnostics| -> BTreeSet<&'static str> {
        found.all().iter().map(scenarios::Diagnostic::code).collect()
    };
    // What no scenario can say of a course.
    let of_course = [
        "dead-parameter",
        "fixed-wait-and-retry-after",
        "retries-disagree",
        "retries-or-attempts",
        "budget-below-context",
        "alert-never-fires",
        "detection-beyond-promise",
        "limit-counted-as-failure",
    ];
    let names = FOREIGN.iter().map(|(name, _)| *name).chain(["course.json"]);
    for name in names {
        let made = import(name, &read(name), None, &registry).unwrap();
        let of_scenario = lint("it.toml", &made.text, &registry).unwrap();
        let mut of_file = codes(&look(name));
        of_file.retain(|code| name != "course.json" || !of_course.contains(code));
        assert_eq!(codes(&of_scenario), of_file, "{name}: {of_scenario}");
    }
}

/// The changes that are named behind `--set`, as they would be pasted.
fn pasted(help: &str) -> Vec<(&str, &str)> {
    let sets = help.split("--set '").skip(1);
    sets.filter_map(|set| set.split('\'').next()?.split_once('=')).collect()
}

#[test]
fn what_is_named_to_be_set_removes_the_finding() {
    let registry = LayerRegistry::builtin();
    let mut with = BTreeSet::new();
    let mut scenarios: Vec<String> = ["policies.toml", "library.toml"].map(read).to_vec();
    for (name, _) in FOREIGN {
        scenarios.push(import(name, &read(name), None, &registry).unwrap().text);
    }
    for text in &scenarios {
        let found = lint("it.toml", text, &registry).unwrap();
        for one in found.all() {
            let changes = pasted(one.help_text().unwrap());
            assert!(!changes.is_empty(), "{found}");
            let mut file = ScenarioFile::parse("it.toml", text).unwrap();
            for (path, value) in changes {
                file.set_text(&registry, path, value).unwrap_or_else(|wrong| panic!("{wrong}"));
            }
            let left = file.lint(&registry).unwrap_or_else(|wrong| panic!("{wrong}"));
            let is_same = |left: &scenarios::Diagnostic| {
                left.code() == one.code() && left.message() == one.message()
            };
            assert!(!left.all().iter().any(is_same), "{one:?}\n{left}");
            with.insert(one.code());
        }
    }
    assert_eq!(with.len(), 9, "{with:?}");
}

const AGAINST: [(&str, &str); 17] = [
    ("| Success rate", "statements-disagree"),
    ("| Success rate", "target-not-met"),
    ("All 3 hypotheses", "statements-disagree"),
    ("| Availability", "availability-does-not-follow"),
    ("| store |", "availability-does-not-follow"),
    ("breaker for github", "breakers-disagree"),
    ("deadline of a call", "timeout-beyond-deadline"),
    ("Total timeout", "timeout-beyond-deadline"),
    ("capped at", "cap-never-reached"),
    ("Eight attempts", "one-wait-too-many"),
    ("also respect", "fixed-wait-and-retry-after"),
    ("The SDK", "stacked-retries"),
    ("| Research", "budget-below-context"),
    ("to open when", "threshold-off-by-one"),
    ("after: 20 runs", "different-faults"),
    ("Small samples:", "target-on-mean-only"),
    ("Owner:", "placeholder"),
];

#[test]
fn what_a_report_says_in_two_places_is_read_together() {
    finds("report-against.md", &AGAINST);
    let clean = look("clean-against.md");
    assert!(clean.is_empty(), "{clean}");
}

/// The codes of what is found in a report of so many lines.
fn codes_of(lines: &str) -> Vec<&'static str> {
    let text = format!("# Notes\n\n{lines}\n");
    let found = lint("it.md", &text, &LayerRegistry::builtin()).expect("a report is read");
    found.all().iter().map(scenarios::Diagnostic::code).collect()
}

const BUDGETS: &str = "two-error-budgets";

#[test]
fn what_is_read_together_is_of_one_thing() {
    for (lines, code) in [
        (
            "The success rate is 97 %.\n\n## Metrics\n\nThe success rate is 92 %.",
            Some("statements-disagree"),
        ),
        // Wrapped over two lines.
        (
            "The success rate\nis 97 %.\n\n## Metrics\n\nThe success rate is\n92 %.",
            Some("statements-disagree"),
        ),
        // Rounded, of other samples, of other subjects, at other times.
        ("The success rate is 97 %.\n\nThe success rate is 96.6 %.", None),
        ("The success rate is 97 % (n = 50).\n\nThe success rate is 92 % (n = 900).", None),
        ("The success rate of github is 97 %.\n\nThe success rate is 92 %.", None),
        ("The success rate is 97 %.\n\nLast quarter the success rate was 92 %.", None),
        ("The success rate is 97 %.\n\n## The search agent\n\nThe success rate is 92 %.", None),
        ("Before: success 80 %. After: success 95 %.", None),
        // Nothing says how long a repair by hand takes.
        ("MTBF is 36 hours and MTTR is 3 minutes. Auto-heal rate is 85 %.", None),
        ("MTTR fell from 45 min to 3 min. Auto-heal rate 85 %.", Some("repair-does-not-follow")),
        ("MTBF 36 h, MTTR 3 min, uptime 99.2 %", Some("availability-does-not-follow")),
        (
            "MTBF = 36 h\n\nMTTR = 3 min\n\nAvailability = 0.992",
            Some("availability-does-not-follow"),
        ),
        ("MTBF = 36 h\n\nMTTR = 3 min\n\nAvailability = 0.9986", None),
        ("Success: 96 % (95 % CI 91 to 98 %), target > 95 %.", Some("target-on-mean-only")),
        ("Success: 96 % (95 % CI 95.4 to 98 %), target > 95 %.", None),
        ("Validation errors: 0 retries. Validation errors: 2 retries.", Some("retries-disagree")),
        ("Validation errors: 10 retries. Validation errors are retried.", None),
        ("On 429 we wait exactly 60 s, or longer if Retry-After asks us to respect it.", None),
        ("5 attempts with a timeout of 5 s take 25 s.", None),
        ("Network errors: 5 retries from 1 s, doubling, capped at 8 s.", None),
        ("The breaker prevented 4 cascades; without it, on equal seeds, there were 4 more.", None),
        ("Success before: 72 %. Success after: 97 %.", None),
        ("Success after: 97 %.\n\nSuccess after the change was 95 %.", Some("statements-disagree")),
        ("Success after: 97 %.\n\nSuccess after an outage was 95 %.", None),
        ("Success before: 72 %.\n\nSuccess before: 75 %.", Some("statements-disagree")),
        ("The tool timeout is 30 s, the task deadline 20 s.", Some("timeout-beyond-deadline")),
        ("The tool timeout is 10 s, the task deadline 20 s.", None),
        ("The tool timeout was lowered from 30 s, the task deadline is 20 s.", None),
        ("We retry 3 times in the SDK and 5 times in the agent.", Some("stacked-retries")),
        ("We retry 3 times in the SDK, and never in the agent.", None),
        ("The timeout is 30 s and the deadline is 20 s.", Some("timeout-beyond-deadline")),
        ("We count 429 as a failure in the breaker.", Some("limit-counted-as-failure")),
        ("The group research: success 97 %.\n\nThe group writing: success 91 %.", None),
        ("MTBF of a is 36 h and MTTR 17 min.\n\nMTBF of b is 72 h and MTTR 4 min.", None),
        (
            "| Metric | Target | Value | Met |\n|---|---|---|---|\n\
             | Success | > 95 % | 92 % (n = 300) | yes |",
            Some("target-not-met"),
        ),
        ("429 responses open the circuit breaker.", Some("limit-counted-as-failure")),
        ("429 responses do not open the circuit breaker.", None),
        ("Rate limits are excluded and never open the breaker.", None),
        (
            "In 10 of 10 runs nothing failed, so success > 99.9 % is met.",
            Some("target-on-mean-only"),
        ),
        ("In 10 of 10 runs nothing failed, so success > 60 % is met.", None),
        ("In 10 of 10 runs nothing failed, which is not enough to say > 99.9 % is met.", None),
        ("The TODO app is one of our services.", None),
        ("TODO: say which.", Some("placeholder")),
        ("![](data:image/png;base64,AAtbD+todo/XX%)", None),
        ("Date: YYYY-MM-DD", Some("placeholder")),
        ("See [your page](https://example.org).", None),
        ("It was ??? hours.", Some("placeholder")),
    ] {
        let all = codes_of(lines);
        assert_eq!(all, Vec::from_iter(code), "{lines}");
    }
}

#[test]
fn budgets_and_availabilities_are_compared_with_what_they_follow_from() {
    for (lines, code) in [
        // An alert's threshold is no objective.
        ("The SLO is 99 %, and we alert at 95 %.\n\nThe error budget is 5 %.", Some(BUDGETS)),
        ("The SLO is 95 %.\n\nWe alert at an SLO of 99 %.\n\nThe error budget is 5 %.", None),
        ("We alert at an availability < 90 %.\n\nThe error budget is 1 %.", None),
        ("An availability < 90 % sets off an alert.\n\nThe error budget is 1 %.", None),
        ("The error budget is 1 %, with an alert at 80 % of it.", None),
        ("The error budget is 1 %, or 80 %.", Some(BUDGETS)),
        (
            "| Metric | Value | Alert |\n|---|---|---|\n| Availability | 99.5 % (n = 900) | < 95 % |\n\n\
             The error budget is 1 %.",
            None,
        ),
        // Ends of an interval, one of several services, before and after.
        ("MTBF 36 h, MTTR 3 min, uptime 99.86 % (95 % CI 98.1 % to 99.95 %)", None),
        ("MTBF 36 h, MTTR 3 min.\n\nAvailability of github: 97 %.", None),
        ("MTBF 36 h, MTTR 3 min.\n\n## The search agent\n\nAvailability 97 %.", None),
        ("MTBF before: 2 h. MTTR before: 30 min. Availability after: 99.9 %.", None),
        (
            "MTBF before: 2 h. MTTR before: 30 min. Availability before: 99.9 %.",
            Some("availability-does-not-follow"),
        ),
    ] {
        assert_eq!(codes_of(lines), Vec::from_iter(code), "{lines}");
    }
}

#[test]
fn a_share_with_its_runs_or_its_interval_says_enough() {
    let row = |cells: &str, head: &str| {
        codes_of(&format!("| Metric | Value{head} |\n|---|---|---|\n| Success rate | {cells} |"))
    };
    for (cells, head) in [
        ("17 of 18 (94 %)", ""),
        ("96 % [91, 98]", ""),
        ("96 % ± 4 %", ""),
        ("94 % | 73 to 99 %", " | 95 % interval"),
        ("94 % | 18", " | n"),
    ] {
        assert_eq!(row(cells, head), Vec::<&str>::new(), "{cells}");
    }
    assert_eq!(row("94 %", ""), ["number-without-unit"]);
    assert_eq!(
        codes_of("| Setting | Is |\n|---|---|\n| `a.breaker.successes` | 2 |"),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes_of("| Setting | Is |\n|---|---|\n| a.breaker.successes | 2 |"),
        Vec::<&str>::new()
    );
}

#[test]
fn all_digits_that_tell_a_share_from_all_are_shown() {
    let text = "# Notes\n\nMTBF 1500 h, MTTR 90 s, availability 99.2 %. Availability 100.5 %.\n";
    let found = lint("it.md", text, &LayerRegistry::builtin()).unwrap().to_string();
    assert!(found.contains("99.998 %") && found.contains("100.5 % are more"), "{found}");
}

#[test]
fn a_long_line_takes_no_longer_than_its_length() {
    let one = "MTBF 36 h MTTR 3 min availability 99.2 % | `1` ";
    for front in ["", "| "] {
        let text = format!("# Notes\n\n{front}{}\n", one.repeat(4000));
        assert!(lint("it.md", &text, &LayerRegistry::builtin()).is_ok());
    }
}

#[test]
fn a_task_of_which_no_call_ends_in_time_is_found() {
    let found = look("late.toml");
    assert_eq!(
        lines(&found),
        [(line("late.toml", "deadline ="), "timeout-beyond-deadline")],
        "{found}"
    );
    for (from, to) in [("deadline = \"10s\"", "deadline = \"40s\""), ("\"30s\"", "\"4s\"")] {
        let text = read("late.toml").replace(from, to);
        let found = lint("it.toml", &text, &LayerRegistry::builtin()).unwrap();
        assert!(found.is_empty(), "{found}");
    }
}

#[test]
fn nobody_is_told_of_what_import_put_in_or_of_what_is_off() {
    let text = read("litellm-clean.yaml");
    let retried = "router_settings:\n  retry_policy: { RateLimitErrorRetries: 4 }\n";
    let text = text.replace("router_settings:\n", retried);
    let found = lint("it.yaml", &text, &LayerRegistry::builtin()).unwrap();
    assert!(!found.all().iter().any(|one| one.code() == "cap-never-reached"), "{found}");
    let text = read("late.toml").replace(
        "policies.guarded.timeout]",
        "policies.guarded.breaker]\nfailures = 5\nopen = \"30s\"\nMODE\n\n[[policies.guarded]]\n\
         [policies.guarded.timeout]",
    );
    for (mode, is_found) in [("mode = \"disabled\"", false), ("", true)] {
        let text = text.replace("MODE", mode).replace(", optional = true", "");
        let found = lint("it.toml", &text, &LayerRegistry::builtin()).unwrap();
        let codes: Vec<_> = found.all().iter().map(scenarios::Diagnostic::code).collect();
        assert_eq!(codes.contains(&"breaker-without-fallback"), is_found, "{found}");
    }
}

const VALUES: [(&str, &str); 8] = [
    ("An error budget", "two-error-budgets"),
    ("five waits", "one-wait-too-many"),
    ("Overall improvement", "undefined-total"),
    ("25/20", "impossible-value"),
    ("120 %", "impossible-value"),
    ("110 %", "impossible-value"),
    ("MTBF | 0 h", "impossible-value"),
    ("99.9 %", "availability-does-not-follow"),
];

#[test]
fn values_that_cannot_be_or_do_not_fit_are_found() {
    finds("report-values.md", &VALUES);
    // One at a time: each is found without the others.
    for (line, code) in [
        ("The SLO is 99 %.\nError budget: 5 %.", "two-error-budgets"),
        ("Error budget: < 5 %, one minus the target (99 %).", "two-error-budgets"),
        ("| Availability | 97 % | > 99 % |\n\nThe error budget is 5 %", "two-error-budgets"),
        ("There were five attempts with 5 waits.", "one-wait-too-many"),
        ("In total an improvement of 340 %.", "undefined-total"),
        ("Success: 25 of 20 runs", "impossible-value"),
        ("MTBF: 0 h", "impossible-value"),
        ("| | before | after |\n|---|---|---|\n| Faults | hangs | none |", "different-faults"),
        ("Availability is 100.5 %", "impossible-value"),
        ("- MTBF: 10 h\n- MTTR: 1 h\n- Availability: 99 %", "availability-does-not-follow"),
        (
            "Mean time between failures 10 h, mean time to repair 1 h 30 min, availability 99 %",
            "availability-does-not-follow",
        ),
    ] {
        let text = format!("# Notes\n\nOf 20 runs.\n\n{line}\n");
        let found = lint("it.md", &text, &LayerRegistry::builtin()).expect("a report is read");
        assert!(found.all().iter().any(|one| one.code() == code), "{text}{found}");
    }
}

/// What is found in a report of so many lines, as it is shown.
fn said_of(lines: &str) -> String {
    let text = format!("# Notes\n\n{lines}\n");
    lint("it.md", &text, &LayerRegistry::builtin()).expect("a report is read").to_string()
}

#[test]
fn all_waits_that_are_listed_are_summed_up() {
    let found = said_of("There were 4 attempts with 4 waits of 1 s, 2 s, 4 s, 8 s.");
    assert!(found.contains("1 s + 2 s + 4 s = 7 s"), "{found}");
    let found = said_of("There were 4 attempts with 4 waits: 1, 2, 4 and 8 s.");
    assert!(found.contains("1 s + 2 s + 4 s = 7 s"), "{found}");
    let found = said_of("There were 4 attempts with 4 waits of 10 s.");
    assert!(found.contains("3 x 10 s = 30 s"), "{found}");
    let found = said_of("There were 4 attempts with 4 waits of 1 s and 2 s.");
    assert!(found.contains("one-wait-too-many") && !found.contains("arithmetic"), "{found}");
}

#[test]
fn what_an_alert_is_measured_by_is_said_where_it_is_assumed() {
    let found = said_of("100 runs a day. We alert at > 900 retries a minute.");
    assert!(found.contains("assuming 30 calls of a run and 5 retries of a call"), "{found}");
    let look = |text: &str| lint("it.json", text, &LayerRegistry::builtin()).unwrap().to_string();
    let start = "{ \"circuit_breaker\": { \"failure_threshold\": 3 }, \"runs_per_day\": 100, \
                 \"alert_retries_per_minute\": 900";
    let found = look(&format!("{start}, \"calls_per_run\": 9 }}"));
    assert!(found.contains("assuming 5 retries of a call"), "{found}");
    let retries = "\"retry_policies\": { \"network_errors\": { \"max_retries\": 2, \
                   \"backoff\": \"fixed\", \"delay_ms\": 100 } }";
    let found = look(&format!("{start}, \"calls_per_run\": 9, {retries} }}"));
    assert!(found.contains("alert-never-fires") && !found.contains("assuming"), "{found}");
}

#[test]
fn what_is_no_report_is_refused() {
    for (text, says) in [
        ("", "empty"),
        (" \n", "empty"),
        ("Only words.\n\nAnd more: MTBF 0 h.\n", "no heading"),
        ("```\n# a comment\n```\n", "no heading"),
        ("# a\u{0}b\n", "not text"),
    ] {
        let wrong = lint("it.md", text, &LayerRegistry::builtin()).unwrap_err();
        assert!(wrong.to_string().contains(says), "{text}: {wrong}");
    }
    for text in ["# Title\n", "Title\n=====\n", "\u{feff}# Title\n"] {
        assert!(lint("it.md", text, &LayerRegistry::builtin()).is_ok(), "{text}");
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for name in [
        "clean.json",
        "clean.md",
        "clean-units.md",
        "resilience4j-clean.yml",
        "envoy-clean.yaml",
        "grpc-clean.json",
        "polly-clean.json",
        "litellm-clean.yaml",
    ] {
        assert!(look(name).is_empty(), "{}", look(name));
    }
}

#[test]
fn every_rule_is_found_somewhere() {
    let all = COURSE
        .iter()
        .chain(&REPORT)
        .chain(&POLICIES)
        .chain(&VALUES)
        .chain(&AGAINST)
        .map(|(_, code)| *code);
    let found: BTreeSet<&str> = all.collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(found, rules);
}

#[test]
fn what_is_found_in_the_library_is_true_of_it() {
    let registry = LayerRegistry::builtin();
    let mut codes = BTreeSet::new();
    for entry in library::all() {
        let found = lint(&format!("{}.toml", entry.name), entry.text, &registry);
        let found = found.unwrap_or_else(|wrong| panic!("{wrong}"));
        codes.extend(found.all().iter().map(|one| (entry.name, one.code())));
    }
    // Most scenarios with a breaker ask what it does alone.
    codes.retain(|(_, code)| *code != "breaker-without-fallback");
    let expected = [
        ("claims/A10", "more-successes-than-probes"),
        ("claims/A11", "limit-counted-as-failure"),
        ("claims/A12", "counts-all-failures"),
        ("claims/A13", "counts-all-failures"),
        ("claims/A14", "counts-all-failures"),
        ("claims/A15", "counts-all-failures"),
        ("claims/A7", "timeout-beyond-deadline"),
        ("claims/A9", "more-successes-than-probes"),
        ("claims/B5", "counts-all-failures"),
        ("claims/C1", "cap-never-reached"),
        ("claims/C9", "cap-never-reached"),
        ("claims/C9", "stacked-retries"),
        ("half-open-stampede", "limit-counted-as-failure"),
        ("libraries", "counts-all-failures"),
        ("timeout-cascade", "timeout-beyond-deadline"),
    ];
    assert_eq!(codes, BTreeSet::from(expected));
}

#[test]
fn what_can_be_read_as_nothing_is_refused() {
    let registry = LayerRegistry::builtin();
    for (name, text) in [("a.json", "{"), ("b.yml", "a: 1"), ("c.toml", "x"), ("d.txt", "hello")] {
        assert!(lint(name, text, &registry).is_err(), "{name}");
    }
}

/// A text with pieces of it put elsewhere, twice or left out.
fn mixed(text: &str, cuts: &[(usize, usize)]) -> String {
    let all: Vec<char> = text.chars().collect();
    let pick = |(from, length): &(usize, usize)| {
        let start = from % all.len();
        all[start..(start + length).min(all.len())].iter().collect::<String>()
    };
    cuts.iter().map(pick).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics(cuts in prop::collection::vec((any::<usize>(), 1..400_usize), 1..12)) {
        let registry = LayerRegistry::builtin();
        for name in ["report.md", "course.json"] {
            let text = mixed(&read(name), &cuts);
            for name in ["it.md", "it.json", "it.txt"] {
                let _ = lint(name, &text, &registry).map(|found| found.render(true));
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let registry = LayerRegistry::builtin();
        for front in ["", "# a\n## b\n| MTBF | ", "```json\n", "detect within 1 s [", "> "] {
            let _ = lint("it.md", &format!("{front}{text}"), &registry);
        }
    }
}
