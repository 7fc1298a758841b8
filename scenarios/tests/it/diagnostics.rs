//! Messages to authors: a good file, one change, and what is reported.

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

fn report(text: &str) -> String {
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
    expected.assert_eq(&report(&text));
}

#[test]
fn good_file_is_fine() {
    check(
        &[],
        &expect![[r#"
            fine
        "#]],
    );
}

#[test]
fn misspelled_setting_names_the_nearest_key() {
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
fn dangling_name_names_the_nearest_service() {
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
fn bad_unit_in_a_distribution_is_underlined_alone() {
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
fn misspelled_distribution_names_the_nearest_form() {
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
fn missing_key_is_reported_at_the_header() {
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
fn value_out_of_range_is_reported_in_the_axis() {
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
fn text_that_is_not_toml_is_reported_where_it_stops_being_it() {
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
fn many_mistakes_are_reported_at_once() {
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

            error[conflict]: `every` must be given, or `rate`
             --> it.toml:7:13
              |
            7 | arrivals = "poisson(evry=90s)"
              |             ^^^^^^^

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

            error[out-of-range]: `network` must be from 0% to 100%, not 1.01
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

            error[unknown-name]: there is no agent or service `gihub`
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

/// Each of these changes alone is a mistake, reported with its line and column.
#[track_caller]
fn check_each(changes: &[(&str, &str)], expected: &Expect) {
    let registry = LayerRegistry::builtin();
    let mut report = String::new();
    for (from, to) in changes {
        assert!(GOOD.contains(from), "`{from}` is not in the file");
        let text = GOOD.replacen(from, to, 1);
        let read = ScenarioFile::parse("it.toml", &text).and_then(|file| file.sweep(&registry));
        let found = read.expect_err("it is a mistake");
        report += &format!("{to:?}\n");
        for one in found.all() {
            let (line, column) = found.line_and_column(one);
            let help = one.help_text().map(|help| format!(" ({help})")).unwrap_or_default();
            report += &format!("  {line}:{column} {}: {}{help}\n", one.code(), one.message());
        }
    }
    expected.assert_eq(&report);
}

#[test]
fn mistakes_in_agents_and_services_say_what_to_do() {
    check_each(
        &[
            ("horizon = \"2h\"", "horizn = \"2h\""),
            ("horizon = \"2h\"", "horizon = 2"),
            ("count = 2", "count = 0"),
            ("count = 2", "count = -1"),
            ("slots = 10", "slots = \"unlimted\""),
            ("network = 0.01", "netwrk = 0.01"),
            ("validation = 0.002", "validation = 0.995"),
            ("limit = 50", "limit = 0"),
            ("latency = \"5ms\"", "latency = \"5ms\"\nsteps = [{ call = \"filesystem\" }]"),
            ("title =", "titel ="),
            ("count = 2", "count = 2.5"),
            ("slots = 10", "slots = 0"),
            ("queue = 50", "qeue = 50"),
        ],
        &expect![[r#"
            "horizn = \"2h\""
              1:1 missing: the file needs `horizon` (for example: horizon = "2h")
              2:1 unknown-key: the file has no key `horizn` (did you mean `horizon`?)
            "horizon = 2"
              2:11 wrong-type: `horizon` must be a length of time such as "30s", not a whole number (for example: horizon = "2h")
            "count = 0"
              6:9 out-of-range: `count` must be from 1 to 100000, not 0
            "count = -1"
              6:9 out-of-range: `count` must be from 1 to 100000, not -1
            "slots = \"unlimted\""
              14:9 wrong-type: `slots` must be a whole number, not `unlimted` (a number, or "unlimited"; for example: slots = 3)
            "netwrk = 0.01"
              17:12 unknown-word: `errors` has no class of failure `netwrk` (did you mean `network`?)
            "validation = 0.995"
              17:41 conflict: the shares of errors add up to more than 1
            "limit = 0"
              18:24 out-of-range: `limit` must be at least 1, not 0
            "latency = \"5ms\"\nsteps = [{ call = \"filesystem\" }]"
              20:11 circle: this service calls itself, directly or by way of others
            "titel ="
              1:1 missing: the file needs `title` (for example: title = "Researchers share one flaky MCP server")
              1:1 unknown-key: the file has no key `titel` (did you mean `title`?)
            "count = 2.5"
              6:9 wrong-type: `count` must be a whole number, not a decimal number (for example: count = 1)
            "slots = 0"
              14:9 out-of-range: `slots` must be at least 1, or "unlimited", not 0
            "qeue = 50"
              15:1 unknown-key: `github` has no key `qeue` (did you mean `queue`?)
        "#]],
    );
}

#[test]
fn mistakes_in_policies_say_what_to_do() {
    check_each(
        &[
            ("{ breaker =", "{ braeker ="),
            ("failures = 5, open", "failures = 0, open"),
            ("open = \"60s\"", "open = \"60\""),
            ("failures = 5, open", "rate = 0.5, open"),
            ("\"30s\" }", "\"0x\" }"),
            ("5 x exp", "5 times exp"),
            ("slots = 4 }", "slots = 4, patience = \"3s\" }"),
            ("{ bulkhead = { slots = 4 } }", "{ limiter = { kind = \"gcra(3, per=1s)\" } }"),
            ("{ breaker =", "{ breaker = 3 }, { breaker ="),
        ],
        &expect![[r#"
            "{ braeker ="
              27:7 unknown-name: there is no kind of layer `braeker` (did you mean `breaker`?)
              45:1 bad-path: path `policies.guarded.breaker`: the list has no `breaker` (did you mean `braeker`?)
              50:1 bad-path: path `policies.guarded.breaker.failures`: the list has no `breaker` (did you mean `braeker`?)
            "failures = 0, open"
              27:30 out-of-range: `failures` must be at least 1, not 0
            "open = \"60\""
              27:40 unreadable: `open`: `60`: a number needs a unit: ns, us, ms, s, min, h or d
            "rate = 0.5, open"
              27:17 missing: `breaker` needs `window` (for example: window = "30s")
              27:26 conflict: with `policies.guarded.breaker.failures` = 3: `rate` cannot stand beside `failures`
            "\"0x\" }"
              29:17 unreadable: `limit`: `0x`: `x` is no unit of time; there are ns, us, ms, s, min, h and d (a length of time such as "30s", or "unlimited")
            "5 times exp"
              26:28 unknown-word: `network` has no form `5 times exponential` (there is: constant, linear, exponential, fibonacci, list, drawn, drawn-exponential, drawn-lognormal, drawn-weibull, drawn-pareto)
            "slots = 4, patience = \"3s\" }"
              28:31 renamed: `patience` is called `max-wait` now
            "{ limiter = { kind = \"gcra(3, per=1s)\" } }"
              28:7 renamed: the layer `limiter` is called `rate-limiter` now
            "{ breaker = 3 }, { breaker ="
              27:17 wrong-type: `breaker` must be a table of settings, not a whole number (for example: breaker = { open = "60s", failures = 5 })
              50:1 bad-path: path `policies.guarded.breaker.failures`: `breaker` is a whole number: nothing is below it
        "#]],
    );
}

#[test]
fn mistakes_in_faults_say_what_to_do() {
    check_each(
        &[
            ("at = \"30min\"", "mtbf = \"30min\""),
            ("do = \"hang\"", "do = \"slow\""),
            ("do = \"hang\"", "do = \"hangs\""),
            ("at = \"30min\"", "at = \"30min\"\nfactor = 2.0"),
            ("hit = \"github\"", "hit = 3"),
            ("hit = \"github\"", "hit = []"),
            ("hit = \"github\"", "hit = [\"github\", \"githib\", \"github\"]"),
            ("hit = \"github\"", "hit = [\"github\", \"github\"]"),
            ("hit = \"github\"", "hit = \"reserch -> github\""),
            ("hit = \"github\"", "hit = \"research -> github\""),
            ("hit = \"github\"\ndo = \"hang\"", "hit = \"github -> github\"\ndo = \"down\""),
            ("at = \"30min\"", "at = \"30min\"\nevery = \"1s\""),
            ("at = \"30min\"", "every = \"1h\""),
            ("do = \"hang\"", "do = \"flush\""),
        ],
        &expect![[r#"
            "mtbf = \"30min\""
              39:7 conflict: `for` must be left out beside `mtbf`, `mttr`, `up` and `down`
            "do = \"slow\""
              35:1 missing: `do = "slow"` needs `factor` (for example: factor = 3.0)
            "do = \"hangs\""
              37:7 unknown-word: `do` has no form `hangs` (did you mean `hang`?)
            "at = \"30min\"\nfactor = 2.0"
              39:10 conflict: `factor` must be left out: only `do = "leak"` and `do = "slow"` and `do = "drift"` and `do = "cold-start"` have it
            "hit = 3"
              36:7 wrong-type: `hit` must be the name of an agent or service, not a whole number (for example: hit = "github")
            "hit = []"
              36:7 out-of-range: `hit` must be a list of at least 1
            "hit = [\"github\", \"githib\", \"github\"]"
              36:18 unknown-name: there is no agent or service `githib` (did you mean `github`?)
            "hit = [\"github\", \"github\"]"
              36:18 twice: this is hit twice by one fault
            "hit = \"reserch -> github\""
              36:7 unknown-name: there is no agent or service `reserch` (did you mean `research`?)
            "hit = \"research -> github\""
              36:7 conflict: `hang` cannot happen on an edge (`loss` is what is like it there; or hit `github`)
            "hit = \"github -> github\"\ndo = \"down\""
              36:7 unused-edge: this call is never made, so the fault hits nothing (no step, fallback or balance of the caller names the service)
            "at = \"30min\"\nevery = \"1s\""
              39:9 conflict: `every` must be longer than `for`
            "every = \"1h\""
              39:7 conflict: `for` must be given beside `at`
            "do = \"flush\""
              36:7 conflict: `flush` hits layers of policies (no layer of this file can be flushed; a `cache` can)
              39:7 conflict: `for` must be left out: `flush` takes no time
        "#]],
    );
}

/// The fault of the file, as another one.
fn fault(of: &'static str) -> (&'static str, &'static str) {
    ("hit = \"github\"\ndo = \"hang\"", of)
}

#[test]
fn mistakes_in_what_faults_hit_say_what_to_do() {
    check_each(
        &[
            fault("hit = \"reserch\"\ndo = \"hang\""),
            fault("hit = \"research\"\ndo = \"stuck\""),
            fault("hit = \"research\"\ndo = \"corrupt\"\nshare = 0.5"),
            fault("hit = \"github\"\ndo = \"crash\"\neach = \"1h\""),
            fault("hit = \"research\"\ndo = \"drain\""),
            fault("hit = \"research\"\ndo = \"slow\"\nfactor = 2"),
            fault("hit = \"research\"\ndo = \"delay\"\nby = \"1s\""),
            fault("hit = [\"research\", \"research -> github\"]\ndo = \"loss\"\nshare = 0.5"),
            fault("hit = \"research -> github\"\ndo = \"slow\"\nfactor = 2"),
            fault("hit = \"research -> github\"\ndo = \"slots\"\nslots = 2"),
        ],
        &expect![[r#"
            "hit = \"reserch\"\ndo = \"hang\""
              36:7 unknown-name: there is no agent or service `reserch` (did you mean `research`?)
            "hit = \"research\"\ndo = \"stuck\""
              36:7 conflict: these agents have no step `{ loop = … }` that could be stuck
            "hit = \"research\"\ndo = \"corrupt\"\nshare = 0.5"
              36:7 conflict: these agents write no checkpoints that could be broken
            "hit = \"github\"\ndo = \"crash\"\neach = \"1h\""
              36:7 conflict: `crash` hits groups of agents (there are: `research`)
            "hit = \"research\"\ndo = \"drain\""
              36:7 conflict: `drain` cannot happen to agents (hit a service)
            "hit = \"research\"\ndo = \"slow\"\nfactor = 2"
              36:7 conflict: these agents have no work of their own, so `slow` has nothing to slow down (give them a step `{ work = … }`, or `do = "delay"` on the ways out of them: `hit = ["research -> llm", "research -> github", "research -> filesystem"]`)
            "hit = \"research\"\ndo = \"delay\"\nby = \"1s\""
              36:7 conflict: these agents have no work of their own, so `delay` has nothing to slow down (give them a step `{ work = … }`, or name the ways out of them: `hit = ["research -> llm", "research -> github", "research -> filesystem"]`)
            "hit = [\"research\", \"research -> github\"]\ndo = \"loss\"\nshare = 0.5"
              36:20 twice: this is hit twice by one fault
            "hit = \"research -> github\"\ndo = \"slow\"\nfactor = 2"
              36:7 conflict: `slow` cannot happen on an edge (`delay` is what is like it there; or hit `github`)
            "hit = \"research -> github\"\ndo = \"slots\"\nslots = 2"
              36:7 conflict: `slots` cannot happen on an edge (hit the service: `github`)
        "#]],
    );
}

#[test]
fn mistakes_in_layers_that_faults_hit_say_what_to_do() {
    check_each(
        &[
            fault("hit = \"policies.garded.breaker\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded.braker\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded.breaker#2\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded.breaker#x\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded.retry\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded.breaker\"\ndo = \"force\"\nstate = \"opn\""),
            fault("hit = \"research -> github.retry\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"research -> gihub.breaker\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"research -> filesystem.breaker\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"github\"\ndo = \"force\"\nstate = \"open\""),
            fault("hit = \"policies.guarded.breaker\"\ndo = \"loss\"\nshare = 0.5"),
        ],
        &expect![[r#"
            "hit = \"policies.garded.breaker\"\ndo = \"force\"\nstate = \"open\""
              36:7 unknown-name: there is no policy `garded` (did you mean `guarded`?)
            "hit = \"policies.guarded.braker\"\ndo = \"force\"\nstate = \"open\""
              36:7 unknown-name: the policy `guarded` has no layer `braker` (did you mean `breaker`?)
            "hit = \"policies.guarded.breaker#2\"\ndo = \"force\"\nstate = \"open\""
              36:7 unknown-name: the policy `guarded` has no layer `breaker#2` (did you mean `breaker`?)
            "hit = \"policies.guarded.breaker#x\"\ndo = \"force\"\nstate = \"open\""
              36:7 out-of-range: `breaker#x` is no layer: behind `#` stands a number from 1 on
            "hit = \"policies.guarded\"\ndo = \"force\"\nstate = \"open\""
              36:7 unreadable: `policies.guarded` is no layer: write `policies.NAME.KIND`
            "hit = \"policies.guarded.retry\"\ndo = \"force\"\nstate = \"open\""
              36:7 conflict: a layer `retry` cannot be held open (these can be held open: `policies.guarded.breaker`)
            "hit = \"policies.guarded.breaker\"\ndo = \"force\"\nstate = \"opn\""
              38:10 unknown-word: `state` has no form `opn` (did you mean `open`?)
            "hit = \"research -> github.retry\"\ndo = \"force\"\nstate = \"open\""
              36:7 conflict: a layer `retry` cannot be held open (these can be held open: `policies.guarded.breaker`)
            "hit = \"research -> gihub.breaker\"\ndo = \"force\"\nstate = \"open\""
              36:7 unknown-name: there is no service `gihub` (did you mean `github`?)
            "hit = \"research -> filesystem.breaker\"\ndo = \"force\"\nstate = \"open\""
              36:7 conflict: this edge has no policy, so it has no layers (add it to `[edges]`: "caller -> service" = "policy")
            "hit = \"github\"\ndo = \"force\"\nstate = \"open\""
              36:7 conflict: `force` hits layers of policies (these can be held open: `policies.guarded.breaker`)
            "hit = \"policies.guarded.breaker\"\ndo = \"loss\"\nshare = 0.5"
              36:7 conflict: `loss` cannot happen to a layer (what can: `force`, `reset`, `flush`)
        "#]],
    );
}

#[test]
fn mistakes_in_which_requests_faults_hit_say_what_to_do() {
    check_each(
        &[
            fault("hit = \"github\"\ntasks = \"reserch\"\ndo = \"hang\""),
            fault("hit = \"github\"\ntasks = \"github\"\ndo = \"hang\""),
            fault("hit = \"github\"\npriority = 7\ndo = \"hang\""),
            fault("hit = \"github\"\nkey = 7\ndo = \"hang\""),
            fault("hit = \"github\"\nkey = \"7 to 3\"\ndo = \"hang\""),
            fault("hit = \"github\"\nkey = \"7 to x\"\ndo = \"hang\""),
            fault("hit = \"github\"\ntasks = \"research\"\ndo = \"down\""),
            fault("hit = \"github\"\ntasks = \"research\"\ndo = \"slots\"\nslots = 2"),
            fault("hit = \"github\"\npermanent = \"tsk\"\nshare = 0.5\ndo = \"hang\""),
        ],
        &expect![[r#"
            "hit = \"github\"\ntasks = \"reserch\"\ndo = \"hang\""
              37:9 unknown-name: there is no group of agents `reserch` (did you mean `research`?)
            "hit = \"github\"\ntasks = \"github\"\ndo = \"hang\""
              37:9 unknown-name: there is no group of agents `github` (there is: research)
            "hit = \"github\"\npriority = 7\ndo = \"hang\""
              37:12 conflict: nothing is done there for tasks of this priority, so the fault hits nothing
            "hit = \"github\"\nkey = 7\ndo = \"hang\""
              37:7 conflict: no step asks there for one of so many things, so the fault hits nothing
            "hit = \"github\"\nkey = \"7 to 3\"\ndo = \"hang\""
              37:7 out-of-range: the last key of a range comes after its first
            "hit = \"github\"\nkey = \"7 to x\"\ndo = \"hang\""
              37:7 unreadable: a range of keys is written `"1 to 10"`
            "hit = \"github\"\ntasks = \"research\"\ndo = \"down\""
              37:9 conflict: `down` is done to a place as a whole, not to some requests (`refuse`, `loss` and `hang` can be done to some)
            "hit = \"github\"\ntasks = \"research\"\ndo = \"slots\"\nslots = 2"
              37:9 conflict: `slots` is done to a place as a whole, not to some requests (leave this out)
            "hit = \"github\"\npermanent = \"tsk\"\nshare = 0.5\ndo = \"hang\""
              37:14 unknown-word: `permanent` has no form `tsk` (did you mean `task`?)
        "#]],
    );
}

#[test]
fn mistakes_in_edges_hypotheses_and_sweeps_say_what_to_do() {
    check_each(
        &[
            ("research -> github", "reserch -> github"),
            ("\"research -> github\"", "\"llm -> github\""),
            ("research.success >=", "research.sucess >="),
            ("success >= 99%", "success = 99%"),
            ("\"policies.guarded.breaker\" = ", "\"policies.garded.breaker\" = "),
            ("breaker.failures\" =", "braker.failures\" ="),
            ("\"policies.guarded.breaker.failures\" =", "\"faults.github-hnag.at\" ="),
            ("[3, 5]", "[]"),
            ("replications = 5", "replicatons = 5"),
        ],
        &expect![[r#"
            "reserch -> github"
              33:1 unknown-name: there is no agent or service `reserch` (did you mean `research`?)
            "\"llm -> github\""
              33:1 unused-edge: this call is never made (no step, fallback or balance of the caller names the service)
            "research.sucess >="
              42:8 unknown-measure: there is no measure `sucess` (did you mean `success`?)
            "success = 99%"
              42:8 bad-hypothesis: `=` is no comparison: write `>=`, `>`, `<=` or `<` (for example: agents.write.success >= 99%)
            "\"policies.garded.breaker\" = "
              45:1 bad-path: path `policies.garded.breaker`: `policies` has no `garded` (did you mean `guarded`?)
            "braker.failures\" ="
              50:1 bad-path: path `policies.guarded.braker.failures`: the list has no `braker` (did you mean `breaker`?)
            "\"faults.github-hnag.at\" ="
              50:1 bad-path: path `faults.github-hnag.at`: the list has no `github-hnag` (did you mean `github-hang`?)
            "[]"
              50:39 out-of-range: an axis needs at least one value
            "replicatons = 5"
              48:1 unknown-key: `sweep` has no key `replicatons` (did you mean `replications`?)
        "#]],
    );
}

#[test]
fn layer_may_say_who_shares_it() {
    assert_eq!(report(&GOOD.replace("slots = 4", "slots = 4, per = \"edge\"")), "fine\n");
    let report = report(&GOOD.replace("slots = 4", "slots = 4, per = \"edges\""));
    assert!(report.contains("did you mean `edge`") && report.contains("it.toml:28:38"), "{report}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// No edit of the text makes reading panic: it is read, or every mistake has its place.
    #[test]
    fn reading_an_edited_file_never_panics(
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
        report(&text);
    }
}

/// The file with these values set, and what is found in its sweep.
fn set(sets: &[(&str, &str)]) -> String {
    let registry = LayerRegistry::builtin();
    let mut file = ScenarioFile::parse("it.toml", GOOD).expect("it is TOML");
    let mut set = sets.iter().map(|(path, text)| file.set_text(&registry, path, text));
    let sweep = set.find_map(Result::err).map_or_else(|| file.sweep(&registry), Err);
    match sweep.map_or_else(|wrong| wrong, |sweep| sweep.warnings) {
        found if found.is_empty() => String::new(),
        found => found.to_string(),
    }
}

#[test]
fn what_was_set_is_shown_where_it_was_set() {
    let report = set(&[
        ("agents.research.count", "2"),
        ("services.github.latency", "lognormal(median=1s, p99=1ms)"),
        ("services.github.queues", "[7]"),
        ("policies.guarded.breaker", "{ failures = 0, opn = \"5s\" }"),
    ]);
    expect![[r#"
        error[conflict]: `p99` must be at least `median`
         --> --set:1:50
          |
        1 | services.github.latency=lognormal(median=1s, p99=1ms)
          |                                                  ^^^

        error[unknown-key]: `github` has no key `queues`
         --> --set:1:1
          |
        1 | services.github.queues=[7]
          | ^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: did you mean `queue`?

        error[missing]: `breaker` needs `open`
         --> --set:1:26
          |
        1 | policies.guarded.breaker={ failures = 0, opn = "5s" }
          |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: for example: open = "60s"

        error[out-of-range]: `failures` must be at least 1, not 0
         --> --set:1:39
          |
        1 | policies.guarded.breaker={ failures = 0, opn = "5s" }
          |                                       ^

        error[unknown-key]: `breaker` has no key `opn`
         --> --set:1:42
          |
        1 | policies.guarded.breaker={ failures = 0, opn = "5s" }
          |                                          ^^^
          |
          = help: did you mean `open`?

        5 mistakes in --set"#]]
    .assert_eq(&report);
}

#[test]
fn a_path_that_leads_nowhere_is_shown_as_it_was_set() {
    expect![[r#"
        error[bad-path]: path `services.gihub.slots`: `services` has no `gihub`
         --> --set:1:1
          |
        1 | services.gihub.slots=1
          | ^^^^^^^^^^^^^^^^^^^^
          |
          = help: did you mean `github`?

        1 mistake in --set"#]]
    .assert_eq(&set(&[("services.github.slots", "2"), ("services.gihub.slots", "1")]));
}

#[test]
fn what_an_axis_overrules_is_a_warning() {
    let path = "policies.guarded.breaker.failures";
    expect![[r#"
        warning[no-effect]: the layer of `policies.guarded.breaker.failures` is left out in `no breaker`
          --> it.toml:50:1
           |
        50 | "policies.guarded.breaker.failures" = [3, 5]
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           |
           = help: there the axis changes nothing: its cells are all the same

        warning[no-effect]: the axis over `policies.guarded.breaker.failures` has values of its own
         --> --set:1:35
          |
        1 | policies.guarded.breaker.failures=7
          |                                   ^
          |
          = help: what is set here says only which cell is the file's own

        1 warning in it.toml, 1 warning in --set"#]]
    .assert_eq(&set(&[(path, "7")]));
    expect![[r#"
        warning[no-effect]: the layer of `policies.guarded.breaker.failures` is left out in `no breaker`
          --> it.toml:50:1
           |
        50 | "policies.guarded.breaker.failures" = [3, 5]
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           |
           = help: there the axis changes nothing: its cells are all the same

        warning[no-effect]: the axis over `policies.guarded.breaker.failures` has values of its own
         --> --set:1:39
          |
        1 | policies.guarded.breaker={ failures = 7, open = "5s" }
          |                                       ^
          |
          = help: what is set here says only which cell is the file's own

        1 warning in it.toml, 1 warning in --set"#]]
    .assert_eq(&set(&[("policies.guarded.breaker", "{ failures = 7, open = \"5s\" }")]));
    expect![[r#"
        warning[no-effect]: the layer of `policies.guarded.breaker.failures` is left out in `no breaker`
          --> it.toml:50:1
           |
        50 | "policies.guarded.breaker.failures" = [3, 5]
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           |
           = help: there the axis changes nothing: its cells are all the same

        1 warning in it.toml"#]].assert_eq(&set(&[("policies.guarded.breaker.open", "7s")]));
}

#[test]
fn a_value_that_an_axis_has_twice_is_a_mistake() {
    check_each(
        &[
            ("failures\" = [3, 5]", "failures\" = [3, 5, 4, 3, 5]"),
            ("failures\" = [3, 5]", "open\" = [\"1s\", \"1min\", \"1s\"]"),
        ],
        &expect![[r#"
            "failures\" = [3, 5, 4, 3, 5]"
              50:49 conflict: `3` is there twice (each value of an axis makes cells of its own)
              50:52 conflict: `5` is there twice (each value of an axis makes cells of its own)
            "open\" = [\"1s\", \"1min\", \"1s\"]"
              50:50 conflict: `1s` is there twice (each value of an axis makes cells of its own)
        "#]],
    );
}

#[test]
fn a_number_beyond_all_that_is_kept_is_shown_as_it_is_written() {
    check_each(
        &[
            ("count = 2", "count = 18446744073709551616"),
            ("count = 2", "count = -18446744073709551616"),
            ("slots = 10\n", "slots = 18446744073709551616\n"),
            ("queue = 50", "queue = 1_000_000_000_000_000_000_000_000_000_000_000_000_000_000"),
            ("failures = 5", "failures = 99999999999999999999999999999999999999999999999999"),
            ("5 x exp", "99999999999999999999 x exp"),
        ],
        &expect![[r#"
            "count = 18446744073709551616"
              6:9 out-of-range: `count` must be from 1 to 100000, not 18446744073709551616
            "count = -18446744073709551616"
              6:9 out-of-range: `count` must be from 1 to 100000, not -18446744073709551616
            "slots = 18446744073709551616\n"
              14:9 out-of-range: `slots` must be at most 4294967295, not 18446744073709551616
            "queue = 1_000_000_000_000_000_000_000_000_000_000_000_000_000_000"
              15:9 out-of-range: `queue` must be at most 4294967295, not 1000000000000000000000000000000000000000000 (a number, or "unlimited")
            "failures = 99999999999999999999999999999999999999999999999999"
              27:30 out-of-range: `failures` must be at most 4294967295, not 99999999999999999999999999999999999999999999999999
            "99999999999999999999 x exp"
              26:28 out-of-range: `retries` must be at most 4294967295, not 99999999999999999999 (a number, or "unlimited")
        "#]],
    );
}
