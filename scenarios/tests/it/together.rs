//! All mistakes of a file are reported at once: each beside each other, as if it were alone.

use std::collections::BTreeMap;

use scenarios::{Diagnostic, Diagnostics, LayerRegistry, ScenarioFile};

/// All that was found, each with its line.
pub(crate) fn by_line(found: &Diagnostics) -> Vec<String> {
    let shown = |one: &Diagnostic| {
        let (line, _) = found.line_and_column(one);
        format!("{line}: {}", one.message())
    };
    found.all().iter().map(shown).collect()
}

const GOOD: &str = r#"
title = "Two groups of agents"
horizon = "2h"
warmup = "5min"
[agents.shop]
arrivals = "poisson(every=90s)"
steps = [{ call = "pay", tokens = 500 }]
[agents.log]
arrivals = { trace = "log.csv" }
steps = [{ call = "disk", times = 2 }]
[services.pay]
latency = "lognormal(median=1.2s, p99=8s)"
[services.disk]
slots = 10
latency = "exponential(400ms)"
[budgets.daily]
tokens = "1M"
every = "1h"
for = ["shop", "log"]
then = "wait"
[policies]
guarded = [{ breaker = { failures = 5, open = "60s" } }, { timeout = "30s" }]
[edges]
"shop -> pay" = "guarded"
[[faults]]
name = "outage"
hit = "pay"
do = "down"
at = "30min"
for = "10min"
[[faults]]
name = "brownout"
hit = "shop -> pay"
do = "delay"
by = "1s"
mtbf = "20min"
mttr = "1min"
[[hypotheses]]
that = 'agents.shop.success >= 1% after fault "outage"'
[[hypotheses]]
that = "agents.log.success >= 99%"
[[hypotheses]]
that = "budgets.daily.empty <= 1%"
[[aborts]]
when = "agents.shop.success < 1% over 1min"
[[aborts]]
when = "services.disk.queue > 1000 over 5min"
then = "remove-faults"
[sweep]
replications = 5
objective = "agents.shop.goodput"
series = ["services.pay.queue"]
"policies.guarded.breaker.failures" = [3, 5]
[variants.slow]
"services.disk.slots" = 1
"#;

/// Mistakes, each a change to the file.
const MISTAKES: [(&str, &str); 41] = [
    ("horizon = \"2h\"", "horizon = \"2 hours\""),
    ("warmup = \"5min\"", "warmup = 5"),
    ("poisson(every=90s)", "poison(every=90s)"),
    ("call = \"pay\"", "call = \"pya\""),
    ("log.csv", "nothing.csv"),
    ("log.csv", "wrong.csv"),
    ("times = 2", "times = 0"),
    ("median=1.2s", "median=1.2"),
    ("slots = 10", "slot = 10"),
    ("failures = 5", "failures = 0"),
    ("{ timeout = \"30s\" }", "{ timout = \"30s\" }"),
    ("\"shop -> pay\" = \"guarded\"", "\"shop -> pay\" = \"garded\""),
    ("\"shop -> pay\" = \"guarded\"", "\"shop -> disk\" = \"guarded\""),
    ("hit = \"pay\"", "hit = \"pa\""),
    ("hit = \"shop -> pay\"", "hit = \"shop -> disk\""),
    ("for = \"10min\"\n", ""),
    ("mttr = \"1min\"\n", ""),
    ("mtbf = \"20min\"\nmttr = \"1min\"", "after = \"outage\"\nat = \"1s\""),
    ("do = \"down\"", "do = \"dwon\""),
    ("by = \"1s\"", "by = \"one\""),
    ("fault \"outage\"", "fault \"outge\""),
    ("agents.log.success >= 99%", "agents.log.succes >= 99%"),
    ("agents.log.success >= 99%", "agents.log.success = 99%"),
    ("success < 1% over 1min", "success < 1%"),
    ("success < 1% over 1min", "sucess < 1% over 1min"),
    ("remove-faults", "explode"),
    ("when = \"agents.shop.success < 1% over 1min\"", "when = \"over\""),
    ("call = \"disk\"", "cal = \"disk\""),
    ("arrivals = { trace = \"log.csv\" }\nsteps = [{ call = \"disk\", times = 2 }]\n", ""),
    ("when = \"services.disk.queue > 1000", "when = \"services.dsk.queue > 1000"),
    ("replications = 5", "replications = 0"),
    ("objective = \"agents.shop.goodput\"", "objective = \"agents.shop.godput\""),
    ("services.pay.queue\"]", "services.pay.quue\"]"),
    ("guarded.breaker.failures\" = [3, 5]", "guarded.breaker.failures\" = [3, 0]"),
    ("\"services.disk.slots\" = 1", "\"services.dik.slots\" = 1"),
    ("tokens = 500", "tokens = -500"),
    ("tokens = \"1M\"", "tokens = \"1G\""),
    ("every = \"1h\"", "every = \"0s\""),
    ("[\"shop\", \"log\"]", "[\"shp\", \"log\"]"),
    ("then = \"wait\"", "then = \"wiat\""),
    ("budgets.daily.empty", "budgets.dayly.empty"),
];

/// How often each mistake is reported.
fn reported(text: &str) -> BTreeMap<String, usize> {
    let mut file = ScenarioFile::parse("it.toml", text).unwrap_or_else(|e| panic!("{e}"));
    file.read_traces(&mut |name| match name {
        "log.csv" => Ok("time\n1\n2\n".to_owned()),
        "wrong.csv" => Ok("time\n2\n1\n".to_owned()),
        _ => Err("there is no such file".to_owned()),
    });
    let mut counts = BTreeMap::new();
    if let Err(found) = file.sweep(&LayerRegistry::builtin()) {
        for one in found.all().iter().filter(|one| !one.is_warning()) {
            *counts.entry(format!("{}: {}", one.code(), one.message())).or_default() += 1;
        }
    }
    counts
}

fn changed(text: &str, (from, to): (&str, &str)) -> Option<String> {
    text.contains(from).then(|| text.replacen(from, to, 1))
}

/// Whether one mistake hides whether the other is one.
fn hides(one: (&str, &str), other: (&str, &str)) -> bool {
    let asks = |(_, to): (&str, &str), words: &[&str]| words.iter().any(|word| to.contains(word));
    // Where it is not known who calls what, or by which layers, no call is missing.
    let of_calls = ["pya", "cal =", "times = 0", "failures = 0", "timout", "garded", "= -500"];
    // Whether a fault can hit something, and when, depends on what it does.
    let of_fault = |one| asks(one, &["dwon"]) || asks(one, &["= \"one\""]);
    let is_of_call = asks(other, &["\"shop -> disk"]);
    let lacks_steps = |one: (&str, &str)| one.1.is_empty() && one.0.contains("steps");
    ((asks(one, &of_calls) || lacks_steps(one)) && is_of_call)
        || (asks(one, &["dwon"]) && other.0.starts_with("for"))
        || (of_fault(one) && other.0.starts_with("hit") && is_of_call)
}

#[test]
fn each_mistake_is_reported_once_beside_each_other() {
    assert_eq!(reported(GOOD), BTreeMap::new());
    let mut missed = Vec::new();
    for (place, one) in MISTAKES.into_iter().enumerate() {
        let text = changed(GOOD, one).unwrap_or_else(|| panic!("`{}` is in the file", one.0));
        let alone = reported(&text);
        assert!(!alone.is_empty(), "{one:?} is no mistake");
        assert!(alone.values().all(|times| *times == 1), "{one:?}: {alone:#?}");
        for other in MISTAKES.into_iter().skip(place + 1) {
            if hides(one, other) || hides(other, one) {
                continue;
            }
            let of_other = reported(&changed(GOOD, other).expect("as above"));
            let Some(both) = changed(&text, other) else { continue };
            let both = reported(&both);
            let mut expected = alone.clone();
            for (message, times) in of_other {
                *expected.entry(message).or_default() += times;
            }
            if both != expected {
                missed.push(format!("{one:?} and {other:?}: {both:#?}\nnot {expected:#?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

/// What a fault names is looked up whatever else is wrong, and what it lacks is said once.
#[test]
fn faults_are_looked_at_beside_calls_that_lead_nowhere() {
    let text = r#"title = "x"
horizon = "20min"
[agents.a]
arrivals = "every(10s)"
steps = [{ call = "ss" }]
[services.s]
latency = "1s"
[[faults]]
hit = "s#2"
do = "down"
at = "1min"
for = "1min"
[[faults]]
hit = "s"
tasks = "zz"
do = "down"
at = "1min"
for = "1min"
[[faults]]
hit = "s"
do = "down"
after = "nix"
for = "1s"
[[faults]]
hit = "s"
do = "loss"
share = 0.1
"#;
    let file = ScenarioFile::parse("x.toml", text).unwrap_or_else(|e| panic!("{e}"));
    let wrong = file.scenario(&LayerRegistry::builtin()).expect_err("it is wrong");
    let mut all = by_line(&wrong);
    all.sort();
    let expected = [
        "15: there is no group of agents `zz`",
        "22: there is no earlier fault `nix`",
        "26: `do` must be given with its time: `at` and `for`, or `mtbf` and `mttr`",
        "5: there is no service `ss`",
        "9: `s` has no such replica, so the fault hits nothing",
    ];
    assert_eq!(all, expected);
}
