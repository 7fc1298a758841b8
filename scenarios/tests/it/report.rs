//! What layers report, measured through scenarios: whoever shares them, wherever attempts go, and
//! whoever made the layer.

use patterns::settings::{ConfiguredLayer, LayerSettings};
use patterns::{Action, CallId, Context, Invalid, Layer, Outcome, Time};
use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::measure::Measure;
use sim::observe::{LayerOwner, Trace, TrackId};
use sim::{Record, Watch, run};

fn scenario(text: &str) -> Scenario {
    scenario_with(text, &LayerRegistry::builtin())
}

fn scenario_with(text: &str, registry: &LayerRegistry) -> Scenario {
    let file = ScenarioFile::parse("case.toml", text).unwrap_or_else(|e| panic!("{e}"));
    file.scenario(registry).unwrap_or_else(|e| panic!("{e}"))
}

#[track_caller]
fn measured(path: &str, scenario: &Scenario, record: &Record) -> f64 {
    Measure::parse(path, &scenario.system).unwrap_or_else(|e| panic!("{e}")).of(record)
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found}, not {expected}");
}

/// Two groups of agents and two services that fail now and then.
fn guarded(per: &str) -> String {
    format!(
        r#"
title   = "Who shares a breaker"
horizon = "2h"
warmup  = "20min"

[agents.buyer]
count    = 3
arrivals = "poisson(3s)"
steps    = [{{ call = "shop", optional = true }}, {{ call = "bank", optional = true }}]

[agents.clerk]
arrivals = "poisson(3s)"
steps    = [{{ call = "shop" }}]

[services.shop]
latency = "exponential(1s)"
errors  = {{ network = 0.4 }}

[services.bank]
latency = "exponential(1s)"
errors  = {{ overload = 0.4 }}

[policies]
guarded = [{{ breaker = {{ failures = 3, open = "20s", per = "{per}" }} }}]

[edges]
"buyer -> shop" = "guarded"
"buyer -> bank" = "guarded"
"clerk -> shop" = "guarded"
"#
    )
}

/// How often the breakers on an edge opened, opened again and closed after the warm-up, and for
/// which share of that time they were open; from every state of each of them.
fn from_trace(trace: &Trace, from: &str, to: &str, warmup: Time, end: Time) -> [f64; 4] {
    let is_on_edge = |owner: &LayerOwner| match owner {
        LayerOwner::Policy(_) => true,
        LayerOwner::Edge { from: who, to: whom } => {
            who.split('#').next() == Some(from) && whom == to
        }
    };
    let tracks = trace.tracks.iter().filter(|track| match &track.id {
        TrackId::Layer { owner, .. } => is_on_edge(owner),
        _ => false,
    });
    let [mut opens, mut reopens, mut closes, mut open, mut count] = [0.0; 5];
    for track in tracks {
        count += 1.0;
        for pair in track.intervals.windows(2).filter(|pair| warmup <= pair[1].from) {
            match (pair[0].state, pair[1].state) {
                ("closed", "open") => opens += 1.0,
                ("half-open", "open") => reopens += 1.0,
                ("half-open", "closed") => closes += 1.0,
                ("open", "half-open") => {}
                other => panic!("{other:?}"),
            }
        }
        for interval in track.intervals.iter().filter(|interval| interval.state == "open") {
            open += interval.to.since(interval.from.max(warmup)).as_secs_f64();
        }
    }
    [opens, reopens, closes, open / count / end.since(warmup).as_secs_f64()]
}

#[test]
fn a_breaker_opens_as_often_as_a_trace_of_its_states_says_whoever_shares_it() {
    for (per, instances) in [("agent", [3, 3, 1]), ("edge", [1, 1, 1]), ("policy", [1, 1, 1])] {
        let scenario = scenario(&guarded(per));
        let record = run(&scenario.system, 7, Watch::Trace);
        let trace = record.trace.as_ref().expect("it was asked for");
        let edges = [("buyer", "shop"), ("buyer", "bank"), ("clerk", "shop")];
        for ((from, to), instances) in edges.into_iter().zip(instances) {
            let expected = from_trace(trace, from, to, record.warmup, record.ended);
            assert!(expected[0] > 10.0, "{per}: it opens");
            for (name, expected) in
                ["opens", "reopens", "closes", "open-share"].iter().zip(expected)
            {
                let path = format!("edges.\"{from} -> {to}\".breaker.{name}");
                let found = measured(&path, &scenario, &record);
                assert_near(found, expected);
            }
            let edge = record.edges.iter().find(|edge| edge.from == from && edge.to == to);
            let layers = edge.unwrap().layers.iter().map(|place| &record.layers[*place as usize]);
            assert_eq!(layers.map(|layer| layer.instances).collect::<Vec<_>>(), [instances]);
        }
        // All edges share one, or have six records of their own.
        assert_eq!(record.layers.len(), if per == "policy" { 1 } else { 3 });
    }
}

/// 70 calls a second come to two replicas that can do 80, until they hang for a while; after it
/// retries keep them busy.
const STORM: &str = r#"
title   = "A retry storm behind a balance"
horizon = "300s"

[agents.web]
count    = 10
slots    = "unlimited"
arrivals = "poisson(143ms)"
steps    = [{ call = "shop" }]

[services.shop]
latency = "1s"

[services.shop-a]
slots   = 4
latency = "exponential(100ms)"

[services.shop-b]
slots   = 4
latency = "exponential(100ms)"

[policies]
front = [{ retry = { timeout = "3 x 100ms" } }, { timeout = "1s" }, { balance = { over = ["shop-a", "shop-b"], pick = "two-choices" } }]

[edges]
"web -> shop" = "front"

[[faults]]
hit = "shop-a"
do  = "hang"
at  = "60s"
for = "30s"

[[hypotheses]]
that = 'edges."web -> shop".amplification <= 1.1'
"#;

#[test]
fn a_retry_storm_behind_a_balance_fails_its_hypothesis() {
    let scenario = scenario(STORM);
    let record = run(&scenario.system, 1, Watch::Trace);
    let of = |path: &str| measured(path, &scenario, &record);
    let hypothesis = &scenario.hypotheses[0];
    let amplification = hypothesis.measure.of(&record);
    assert!(amplification > 2.0, "{amplification}");
    assert!(!hypothesis.holds(amplification));

    // What the front sends is what the replicas get, and what its balance says that it sent.
    let calls = of("edges.web -> shop.calls");
    let attempts = of("edges.web -> shop.attempts");
    assert_near(attempts, of("services.shop-a.requests") + of("services.shop-b.requests"));
    assert_near(attempts, of("edges.web -> shop.balance.sent"));
    assert_near(attempts - calls, of("edges.web -> shop.retry.retries"));
    assert_near(of("edges.web -> shop.given-up") * attempts, of("edges.web -> shop.timeout.fired"));
    // The traced calls are those of the agents: one for each task.
    let traced = record.trace.as_ref().expect("it was asked for").calls.len() as u64;
    assert_eq!(traced, record.agents[0].tasks.answered());
}

#[test]
fn a_hypothesis_over_what_cannot_be_had_fails() {
    // Nothing is ever called: there is no amplification.
    let idle = STORM
        .replace("poisson(143ms)", "every(1h)")
        .replace("horizon = \"300s\"", "horizon = \"100s\"");
    let scenario = scenario(&idle);
    let record = run(&scenario.system, 1, Watch::Counts);
    assert!(record.edges[0].calls.issued == 0);
    let hypothesis = &scenario.hypotheses[0];
    assert!(hypothesis.measure.of(&record).is_nan());
    assert!(!hypothesis.holds(f64::NAN));
}

#[test]
fn attempts_of_a_fallback_count_on_the_edge_whose_policy_sent_them() {
    let text = STORM
        .replace(
            "balance = { over = [\"shop-a\", \"shop-b\"], pick = \"two-choices\" }",
            "fallback = { to = \"shop-b\" }",
        )
        .replace("[services.shop]\n", "[services.shop]\nerrors = { network = 0.5 }\n")
        .replace("latency = \"1s\"", "latency = \"10ms\"")
        .replace("hit = \"shop-a\"", "hit = \"shop-b\"")
        .replace("\n[services.shop-a]\nslots   = 4\nlatency = \"exponential(100ms)\"\n", "");
    let scenario = scenario(&text);
    let record = run(&scenario.system, 1, Watch::Counts);
    let of = |path: &str| measured(path, &scenario, &record);
    let sent = of("edges.web -> shop.fallback.sent");
    assert_near(sent, of("edges.web -> shop-b.calls"));
    assert!(sent > 1000.0);
    assert_near(of("edges.web -> shop.attempts"), of("services.shop.requests") + sent);
}

mod gate {
    patterns::settings! {
        /// Lets every second call pass.
        #[derive(Clone, Debug)]
        pub struct Settings {
            /// Of how many calls one is refused.
            every: u32 [.at_least(1.0)] = 2,
        }
    }

    patterns::report! {
        states State {
            /// The next call passes.
            Up = "up", Normal;
            /// The next call is refused.
            Shut = "shut", Bad;
        }
        counters Counter {
            /// Calls that passed.
            Passed = "passed", Count, Higher;
            /// Calls under way.
            Within = "within", Level;
        }
    }

    pub(crate) static REPORTED: patterns::report::Report = REPORT;
    pub(crate) type Counted = Counters;
}

/// A layer from outside.
struct Gate {
    every: u64,
    calls: u64,
    counters: gate::Counted,
    within: patterns::report::Level,
}

impl LayerSettings for gate::Settings {
    const KIND: &'static str = "gate";
    const REPORT: &'static patterns::report::Report = &gate::REPORTED;
}

impl ConfiguredLayer for Gate {
    type Settings = gate::Settings;

    fn with_settings(settings: gate::Settings) -> Result<Self, Invalid> {
        let every = settings.every.into();
        let (counters, within) = Default::default();
        Ok(Self { every, calls: 0, counters, within })
    }
}

impl Layer for Gate {
    fn on_call(&mut self, _: CallId, cx: &mut Context<'_>) -> Action {
        self.calls += 1;
        let next_is_shut = (self.calls + 1).is_multiple_of(self.every);
        cx.enter_state(if next_is_shut { gate::State::Shut } else { gate::State::Up });
        if self.calls.is_multiple_of(self.every) {
            return Action::Reply(Outcome::failed(patterns::Class::Rejected));
        }
        self.counters[gate::Counter::Passed] += 1;
        self.within.rise(cx.now);
        Action::Send
    }

    fn on_reply(&mut self, _: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.within.fall(cx.now);
        Action::Reply(outcome)
    }

    fn initial_state(&self) -> Option<patterns::report::StateId> {
        Some(gate::State::Up.into())
    }

    fn count(&self, now: Time, counts: &mut patterns::report::Counts) {
        self.counters.add_to(counts);
        counts.add(gate::Counter::Within, self.within.integral(now));
    }
}

/// A call a second from 1 s on, of which every third is refused; the others take half a second.
const GATED: &str = r#"
title   = "A layer from outside"
horizon = "100500ms"
warmup  = "40s"

[agents.a]
arrivals = "every(1s)"
steps    = [{ call = "s" }]

[services.s]
latency = "500ms"

[policies]
p = [{ gate = { every = 3 } }, { gate = { every = 1000, per = "edge" } }]

[edges]
"a -> s" = "p"

[[hypotheses]]
that = 'edges."a -> s".gate#1.shut-share < 40%'
"#;

#[test]
fn a_layer_from_outside_is_measured_like_any_other() {
    let registry = LayerRegistry::builtin().register::<Gate>();
    let scenario = scenario_with(GATED, &registry);
    let record = run(&scenario.system, 1, Watch::Counts);
    let of = |path: &str| measured(&format!("edges.a -> s.gate{path}"), &scenario, &record);
    // Calls 40 to 100 are counted, from the very end of the warm-up on; 42, 45, … 99 are refused.
    assert_near(of("#1.passed"), 41.0);
    assert_near(of("#2.passed"), 41.0);
    assert_near(of(".passed"), 82.0);
    assert_near(of("#1.within"), 41.0 * 0.5 / 60.5);
    assert_near(of(".within"), 41.0 * 0.5 / 60.5);
    // Shut from call 41 to 42, …, 98 to 99.
    assert_near(of("#1.shut-share"), 20.0 / 60.5);
    assert_near(of(".up-share"), f64::midpoint(40.5, 60.5) / 60.5);
    let [hypothesis] = &scenario.hypotheses[..] else { panic!("there is one") };
    assert!(hypothesis.holds(hypothesis.measure.of(&record)));

    // Every place that lists what a kind of layer is has it.
    let page = scenarios::reference(&registry).into_iter().find(|page| page.file == "gate.md");
    assert!(page.expect("it has a page").text.contains("| `gate.passed` | count |"));
    let explained = scenarios::explain("gate", &registry).expect("it is a topic");
    assert!(explained.contains("gate.shut-share"), "{explained}");
    let explained = scenarios::explain("gate.within", &registry).expect("it is a measure");
    assert!(explained.contains("on average over time and instances"), "{explained}");
}

#[test]
fn a_sweep_measures_layers_that_only_some_of_its_cells_have() {
    let text = STORM
        .replace("{ retry = { timeout = \"3 x 100ms\" } }, ", "")
        .replace("horizon = \"300s\"", "horizon = \"70s\"")
        + "[variants.\"with retries\"]\n'policies.front' = [{ retry = { timeout = \"3 x 100ms\" } }, { timeout = \"1s\" }]\n\
           [sweep]\nreplications = 1\nobjective = 'edges.\"web -> shop\".retry.retries'\nbetter = \"lower\"\n";
    let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let sweep = file.sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    assert!(sweep.measures.contains(&sweep.design.objective));
    let system = |cell| sweep.cell(&LayerRegistry::builtin(), cell).system;
    let values: Vec<bool> = (0..sweep.design.cells())
        .map(|cell| sweep.design.objective.of(&run(&system(cell), 1, Watch::Counts)).is_nan())
        .collect();
    assert_eq!(values, [true, false], "as written there are no retries");
    // A measure of neither is a mistake still.
    let wrong = text.replace("retry.retries", "hedge.sent");
    let file = ScenarioFile::parse("case.toml", &wrong).unwrap_or_else(|e| panic!("{e}"));
    let message = file.sweep(&LayerRegistry::builtin()).expect_err("wrong").to_string();
    assert!(message.contains("there is no measure `hedge.sent`"), "{message}");
}

#[test]
fn a_hypothesis_with_a_former_or_misspelt_name_is_answered_with_the_right_one() {
    for (wrong, right) in [("opens", "breaker.opens"), ("breaker.opened", "breaker.opens")] {
        let text = guarded("edge")
            + &format!("[[hypotheses]]\nthat = 'edges.\"buyer -> shop\".{wrong} <= 1'\n");
        let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let message = file.scenario(&LayerRegistry::builtin()).expect_err("wrong").to_string();
        assert!(message.contains(&format!("`{wrong}`")) && message.contains(right), "{message}");
    }
}
