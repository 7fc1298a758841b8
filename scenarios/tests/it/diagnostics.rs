//! What authors are told: a good file, one change, and the message.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use scenarios::{LayerRegistry, ScenarioFile};

const GOOD: &str = r#"title = "Research and writing"
horizon = "2h"
warmup = "5min"

[agents.research]
count = 2
arrivals = "poisson(every=90s)"
steps = [{ call = "llm" }, { call = "github", times = 3, optional = true }]

[services.llm]
latency = "lognormal(median=1.2s, p99=8s)"

[services.github]
slots = 10
queue = 50
latency = "exponential(400ms)"
errors = { network = 0.01, validation = 0.002 }
rate-limit = { limit = 50, per = "1min" }

[services.filesystem]
latency = "5ms"

[policies]
guarded = [
    { fallback = { to = "filesystem" } },
    { retry = { network = "5 x exponential(1s, factor=2, jitter=full)" } },
    { breaker = { failures = 5, open = "60s" } },
    { bulkhead = { slots = 4 } },
    { timeout = "30s" },
]

[edges]
"research -> github" = "guarded"

[[faults]]
hit = "github"
do = "hang"
at = "30min"
for = "10min"

[[hypotheses]]
that = "agents.research.success >= 99%"

[variants."no breaker"]
"policies.guarded.breaker" = "off"

[sweep]
replications = 5
objective = "agents.research.success"
"policies.guarded.breaker.failures" = [3, 5]
"#;

fn told(text: &str) -> String {
    let registry = LayerRegistry::builtin();
    let read = ScenarioFile::parse("it.toml", text).and_then(|file| file.sweep(&registry));
    match read {
        Ok(_) => "fine\n".to_owned(),
        Err(diagnostics) => format!("{diagnostics}\n"),
    }
}

#[track_caller]
fn check(changes: &[(&str, &str)], expected: &Expect) {
    let mut text = GOOD.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "`{from}` is not in the file");
        text = text.replacen(from, to, 1);
    }
    expected.assert_eq(&told(&text));
}

/// One mistake, and what is told of it must name all of these.
#[track_caller]
fn names(from: &str, to: &str, all: &[&str]) {
    assert!(GOOD.contains(from), "`{from}` is not in the file");
    let told = told(&GOOD.replacen(from, to, 1));
    for part in all {
        assert!(told.contains(part), "`{part}` is not in:\n{told}");
    }
    assert!(told.contains("it.toml:"), "no place in:\n{told}");
}

#[test]
fn the_good_file_is_fine() {
    check(
        &[],
        &expect![[r#"
        fine
    "#]],
    );
}

#[test]
fn a_misspelled_setting() {
    check(
        &[("failures = 5, open", "failurs = 5, open")],
        &expect![[r#"
            error[missing]: one of these must be given: `failures`, `rate` and `window`, `slow-rate` and `window`, `memory` and `rate`, `any`, `all`
              --> it.toml:27:17
               |
            27 |     { breaker = { failurs = 5, open = "60s" } },
               |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               |
               = help: for example: failures = 5

            error[unknown-key]: `breaker` has no key `failurs`
              --> it.toml:27:19
               |
            27 |     { breaker = { failurs = 5, open = "60s" } },
               |                   ^^^^^^^
               |
               = help: did you mean `failures`?

            2 mistakes in it.toml
        "#]],
    );
}

#[test]
fn a_dangling_name() {
    check(
        &[("{ call = \"llm\" }", "{ call = \"lmm\" }")],
        &expect![[r#"
            error[unknown-name]: there is no service `lmm`
             --> it.toml:8:19
              |
            8 | steps = [{ call = "lmm" }, { call = "github", times = 3, optional = true }]
              |                   ^^^^^
              |
              = help: did you mean `llm`?

            1 mistake in it.toml
        "#]],
    );
}

#[test]
fn a_bad_unit_in_a_law() {
    check(
        &[("median=1.2s", "median=1.2sec")],
        &expect![[r#"
            error[unreadable]: `median`: `1.2sec`: `sec` is no unit of time; there are ns, us, ms, s, min, h and d
              --> it.toml:11:29
               |
            11 | latency = "lognormal(median=1.2sec, p99=8s)"
               |                             ^^^^^^

            1 mistake in it.toml
        "#]],
    );
}

#[test]
fn a_misspelled_law() {
    check(
        &[("\"exponential(400ms)\"", "\"exponental(400ms)\"")],
        &expect![[r#"
            error[unknown-word]: `latency` has no form `exponental`
              --> it.toml:16:12
               |
            16 | latency = "exponental(400ms)"
               |            ^^^^^^^^^^
               |
               = help: did you mean `exponential`?

            1 mistake in it.toml
        "#]],
    );
}

#[test]
fn a_missing_key() {
    check(
        &[("latency = \"5ms\"", "slots = 1")],
        &expect![[r#"
            error[missing]: `filesystem` needs `latency`
              --> it.toml:20:11
               |
            20 | [services.filesystem]
               |           ^^^^^^^^^^
               |
               = help: for example: latency = "lognormal(median=400ms, p99=3s)"

            1 mistake in it.toml
        "#]],
    );
}

#[test]
fn a_value_of_an_axis_that_cannot_be() {
    check(
        &[("[3, 5]", "[0, 5]")],
        &expect![[r#"
            error[out-of-range]: `failures` must be at least 1, not 0
              --> it.toml:50:40
               |
            50 | "policies.guarded.breaker.failures" = [0, 5]
               |                                        ^

            1 mistake in it.toml
        "#]],
    );
}

#[test]
fn a_file_that_is_not_toml() {
    check(
        &[("[services.llm]", "[services.llm")],
        &expect![[r#"
            error[not-toml]: this is not TOML: unclosed table, expected `]`
              --> it.toml:10:14
               |
            10 | [services.llm
               |              ^

            1 mistake in it.toml
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "many mistakes take many lines")]
fn many_mistakes_are_told_at_once() {
    check(
        &[
            ("warmup = \"5min\"", "warmup = \"3h\""),
            ("count = 2", "cuont = 2"),
            ("every=90s", "evry=90s"),
            ("\"lognormal(median=1.2s, p99=8s)\"", "\"lognormal(median=1.2s, p99=1s)\""),
            ("network = 0.01", "network = 1.01"),
            ("\"filesystem\" }", "\"filesytem\" }"),
            ("jitter=full", "jitter=ful"),
            ("hit = \"github\"", "hit = \"gihub\""),
            ("\"research -> github\" = \"guarded\"", "\"research -> github\" = \"garded\""),
        ],
        &expect![[r#"
            error[conflict]: `warmup` must end before the horizon, or nothing is counted
             --> it.toml:3:10
              |
            3 | warmup = "3h"
              |          ^^^^

            error[unknown-key]: `research` has no key `cuont`
             --> it.toml:6:1
              |
            6 | cuont = 2
              | ^^^^^
              |
              = help: did you mean `count`?

            error[missing]: `poisson` needs `every`
             --> it.toml:7:13
              |
            7 | arrivals = "poisson(evry=90s)"
              |             ^^^^^^^
              |
              = help: for example: every = "90s"

            error[unknown-key]: `poisson` has no key `evry`
             --> it.toml:7:21
              |
            7 | arrivals = "poisson(evry=90s)"
              |                     ^^^^
              |
              = help: did you mean `every`?

            error[conflict]: `p99` must be at least `median`
              --> it.toml:11:39
               |
            11 | latency = "lognormal(median=1.2s, p99=1s)"
               |                                       ^^

            error[out-of-range]: `network` must be from 0% to 100%
              --> it.toml:17:22
               |
            17 | errors = { network = 1.01, validation = 0.002 }
               |                      ^^^^

            error[unknown-name]: there is no service `filesytem`
              --> it.toml:25:25
               |
            25 |     { fallback = { to = "filesytem" } },
               |                         ^^^^^^^^^^^
               |
               = help: did you mean `filesystem`?

            error[unknown-word]: `jitter` has no form `ful`
              --> it.toml:26:65
               |
            26 |     { retry = { network = "5 x exponential(1s, factor=2, jitter=ful)" } },
               |                                                                 ^^^
               |
               = help: did you mean `full`?

            error[unknown-name]: there is no policy `garded`
              --> it.toml:33:24
               |
            33 | "research -> github" = "garded"
               |                        ^^^^^^^^
               |
               = help: did you mean `guarded`?

            error[unknown-name]: there is no service `gihub`
              --> it.toml:36:7
               |
            36 | hit = "gihub"
               |       ^^^^^^^
               |
               = help: did you mean `github`?

            10 mistakes in it.toml
        "#]],
    );
}

#[test]
fn every_other_kind_of_mistake_has_a_place_and_says_what_to_do() {
    names(
        "horizon = \"2h\"",
        "horizn = \"2h\"",
        &["horizn", "did you mean `horizon`", "is missing"],
    );
    names("horizon = \"2h\"", "horizon = 2", &["horizon", "string"]);
    names("count = 2", "count = 0", &["`count` must be from 1"]);
    names("count = 2", "count = -1", &["-1"]);
    names("slots = 10", "slots = \"unlimted\"", &["did you mean `unlimited`"]);
    names("network = 0.01", "netwrk = 0.01", &["no class `netwrk`", "did you mean `network`"]);
    names("validation = 0.002", "validation = 0.995", &["add up to more than 1"]);
    names("limit = 50", "limit = 0", &["`limit` must be at least 1"]);
    names("{ breaker =", "{ braeker =", &["kind of layer `braeker`", "did you mean `breaker`"]);
    names("failures = 5, open", "failures = 0, open", &["breaker: `failures` must be at least 1"]);
    names("open = \"60s\"", "open = \"60\"", &["a number needs a unit"]);
    names("failures = 5, open", "rate = 0.5, open", &["`window` must be given beside `rate`"]);
    names("\"30s\" }", "\"0x\" }", &["timeout"]);
    names("5 x exp", "5 times exp", &["3 x 60s"]);
    names("at = \"30min\"", "mtbf = \"30min\"", &["`at` and `for`"]);
    names("do = \"hang\"", "do = \"slow\"", &["needs `factor`"]);
    names("do = \"hang\"", "do = \"hangs\"", &["did you mean `hang`"]);
    names("at = \"30min\"", "at = \"30min\"\nfactor = 2.0", &["`factor` says nothing"]);
    names("research -> github", "reserch -> github", &["did you mean `research`"]);
    names("\"research -> github\"", "\"llm -> github\"", &["nobody makes this call"]);
    names("research.success >=", "research.sucess >=", &["did you mean `success`"]);
    names("success >= 99%", "success = 99%", &["compares nothing"]);
    names("\"policies.guarded.breaker\" = ", "\"policies.garded.breaker\" = ", &["`guarded`"]);
    names("breaker.failures\" =", "braker.failures\" =", &["did you mean `breaker`"]);
    names("[3, 5]", "[]", &["at least one value"]);
    names("replications = 5", "replicatons = 5", &["did you mean `replications`"]);
    names(
        "latency = \"5ms\"",
        "latency = \"5ms\"\nsteps = [{ call = \"filesystem\" }]",
        &["calls itself"],
    );
    names("title =", "titel =", &["`title` is missing", "did you mean `title`"]);
}

#[test]
fn a_policy_may_say_who_shares_a_layer() {
    assert_eq!(told(&GOOD.replace("slots = 4", "slots = 4, per = \"edge\"")), "fine\n");
    names("slots = 4", "slots = 4, per = \"edges\"", &["did you mean `edge`"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever somebody types, they get an answer.
    #[test]
    fn no_text_makes_reading_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0..3_u8), 1..6),
    ) {
        let mut text: Vec<char> = GOOD.chars().collect();
        for (place, letter, how) in edits {
            let place = place.index(text.len());
            match how {
                0 => text[place] = letter,
                1 => text.insert(place, letter),
                _ => { text.remove(place); }
            }
        }
        let text: String = text.into_iter().collect();
        told(&text);
    }
}
