//! Layers of every kind, together in one policy.

use scenarios::{LayerRegistry, ScenarioFile};
use sim::observe::EdgeRecord;
use sim::{Record, Watch, run};

const SCENARIO: &str = r#"
title   = "All at once"
horizon = "2h"
seed    = 1

# All come at once, 45 and 90 min after the beginning: at the end nothing is under way.
[agents.agent]
count    = 60
arrivals = "every(45min)"
slots    = "unlimited"
steps    = [
    { call = "llm", times = 20, keys = 5, optional = true },
    { call = "llm", times = 3, idempotent = false, optional = true },
]

[services.llm]
latency = "1s"

[services.llm-a]
latency = "lognormal(median=800ms, p99=6s)"
slots   = 4

[services.llm-b]
latency = "lognormal(median=800ms, p99=6s)"
slots   = 4
errors  = { overload = 0.2 }

[services.mirror]
latency = "1s"
errors  = { network = 0.5 }

[services.archive]
latency = "2s"
errors  = { network = 0.5 }

[policies]
all = [
    { fallback = { to = ["mirror", "archive"], then = "value", per = "policy" } },
    { cache = { ttl = "20s", stale-if-error = "5min", capacity = 4, per = "policy" } },
    { coalesce = { per = "policy" } },
    { hedge = { delay = "quantile(0.8, initial-delay=2s)", per = "policy" } },
    { retry = { network = "2 x 500ms", overload = "3 x 1s", timeout = "1 x 1s" } },
    { retry-budget = { kind = "share(50%)", per = "policy" } },
    { deadline = { min-remaining = "100ms" } },
    { breaker = { failures = 8, open = "10s", per = "policy" } },
    { rate-limiter = { kind = "gcra(20, per=1s)", max-wait = "2s", per = "policy" } },
    { adaptive-throttle = { rule = "sre(k=2, min-requests=10, cap=50%)", per = "policy" } },
    { load-shedder = { threshold = "95%", per = "policy" } },
    { adaptive-concurrency = { algorithm = "vegas", per = "policy" } },
    { bulkhead = { slots = 6, queue = 4, max-wait = "2s", per = "policy" } },
    { timeout = "8s" },
    { balance = { over = ["llm-a", "llm-b"], pick = "two-choices", per = "policy", eject = {
        consecutive = 3, failure-percentage = { min-hosts = 2, min-calls = 5, threshold = 50 },
        back = "at-end" } } },
]
one = [{ bulkhead = { slots = 5, per = "policy" } }, { timeout = "5s" }]

[edges]
"agent -> llm"   = "all"
"agent -> llm-a" = "one"

[[faults]]
hit  = "llm-a"
do   = "hang"
mtbf = "5min"
mttr = "1min"

[[faults]]
hit  = "llm-b"
do   = "down"
mtbf = "15min"
mttr = "1min"
"#;

fn record() -> Record {
    let file = ScenarioFile::parse("all.toml", SCENARIO).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    run(&scenario.system, scenario.seed, Watch::Counts)
}

fn edge<'a>(record: &'a Record, to: &str) -> &'a EdgeRecord {
    record.edges.iter().find(|edge| edge.to == to).expect("it is in the scenario")
}

#[test]
fn layers_of_every_kind_go_together_and_end_every_call() {
    let registry = LayerRegistry::builtin();
    for kind in registry.kinds() {
        assert!(SCENARIO.contains(&format!("{{ {kind} = ")), "{kind}");
    }
    let record = record();
    assert_eq!(record.stopped, None);
    assert!(record.agents[0].tasks.issued > 100);
    assert_eq!(record.agents[0].tasks.open(), 0);
    for edge in &record.edges {
        assert_eq!(edge.calls.open(), 0, "{}", edge.to);
        assert_eq!(edge.attempts.open(), 0, "{}", edge.to);
    }
    // Whoever is called by a layer alone is called, and whom a balance stands for is not.
    let calls = edge(&record, "llm");
    assert_eq!(calls.calls.failed(), 0, "a value comes in the end");
    assert!(calls.calls.degraded() > 0);
    assert_eq!(calls.attempts.issued, 0);
    for to in ["llm-a", "llm-b", "mirror", "archive"] {
        assert!(edge(&record, to).attempts.answered() > 0, "{to}");
    }
    assert!(edge(&record, "mirror").calls.issued > edge(&record, "archive").calls.issued);
    let balance =
        record.layers.iter().find(|layer| layer.kind == "balance").expect("there is a balance");
    assert!(balance.state("some-out").expect("a state of it").entered > 0);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (one, other) = (record(), record());
    assert_eq!(one.fingerprint, other.fingerprint);
    assert_eq!(one.events, other.events);
}

/// The message about the scenario with `to` in the place of `from`.
fn message(from: &str, to: &str) -> String {
    assert!(SCENARIO.contains(from), "{from}");
    let text = SCENARIO.replace(from, to);
    let file = ScenarioFile::parse("all.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    file.scenario(&LayerRegistry::builtin()).expect_err("wrong").to_string()
}

#[test]
fn chains_and_balances_must_not_lead_back() {
    let back = "leads back to it";
    let circles = [
        // To the service itself, last in a chain or among those of a balance.
        ("[\"mirror\", \"archive\"]", "[\"mirror\", \"llm\"]"),
        ("[\"llm-a\", \"llm-b\"]", "[\"llm-a\", \"llm\"]"),
        // By way of another policy.
        ("one = [", "one = [{ balance = { over = [\"mirror\", \"llm\"] } }, "),
        ("one = [", "one = [{ fallback = { to = [\"archive\", \"llm\"] } }, "),
    ];
    for (from, to) in circles {
        assert!(message(from, to).contains(back), "{to}");
    }
}

#[test]
fn a_service_must_not_call_itself_by_what_its_policies_name() {
    // `llm` asks `mirror`, and a layer `archive` instead, which asks `llm` again.
    let steps = "[services.llm]\nsteps = [{ call = \"mirror\" }]";
    let last = "[services.archive]\nsteps = [{ call = \"llm\" }]";
    let layers = ["fallback = { to = [\"archive\"] }", "balance = { over = [\"archive\"] }"];
    for layer in layers {
        let edges = "[edges]\n\"llm -> mirror\" = \"other\"";
        let text = SCENARIO
            .replace("[services.llm]", steps)
            .replace("[services.archive]", last)
            .replace("[policies]", &format!("[policies]\nother = [{{ {layer} }}]"))
            .replace("[edges]", edges);
        let file = ScenarioFile::parse("all.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let message = file.scenario(&LayerRegistry::builtin()).expect_err("a circle").to_string();
        assert_eq!(message.matches("calls itself").count(), 2, "llm and archive: {message}");
    }
}

#[test]
fn settings_within_settings_are_found_at_their_place() {
    let message = message("threshold = 50", "threshold = 101");
    assert!(message.contains("`threshold` must be at most 100"), "{message}");
    assert!(message.contains("threshold = 101 }"), "{message}");
}
