//! What in a file fights what: every rule finds what a file has of it, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use scenarios::{Diagnostics, LayerRegistry, RULES, library, lint};

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
        ("cap-never-reached", "1 s x 2^2 = 4 s"),
        ("timeout-beyond-deadline", "2 of the 4 attempts"),
    ] {
        let one = found.all().iter().find(|one| one.code() == code).expect(code);
        assert!(one.proof_text().is_some_and(|text| text.contains(proof)), "{found}");
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for name in ["clean.json", "clean.md"] {
        assert!(look(name).is_empty(), "{}", look(name));
    }
}

#[test]
fn every_rule_is_found_somewhere() {
    let all = COURSE.iter().chain(&REPORT).chain(&POLICIES).map(|(_, code)| *code);
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
        ("claims/A11", "limit-counted-as-failure"),
        ("claims/A12", "counts-all-failures"),
        ("claims/A13", "counts-all-failures"),
        ("claims/A14", "counts-all-failures"),
        ("claims/C1", "cap-never-reached"),
        ("half-open-stampede", "limit-counted-as-failure"),
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
