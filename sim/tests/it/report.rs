//! What layers learn and report in a run: which attempt has ended, and what counts after a warm-up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use patterns::hedge::{self, Delay, Hedge};
use patterns::report::Report;
use patterns::{Action, CallId, Context, Layer, Outcome, PerCall};
use sim::model::system::{Arrivals, LayerFactory, Per};
use sim::{Watch, run};

use crate::tank::{self, at, exponential, millis, secs};

/// Counts the good answers to extra attempts that pass it on their way up.
#[derive(Clone)]
struct Witness {
    is_extra: PerCall<bool>,
    good: Arc<AtomicU64>,
}

impl Layer for Witness {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.is_extra.open(call, cx.info().is_extra);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, _: &mut Context<'_>) -> Action {
        if outcome.is_ok() && self.is_extra[call] {
            self.good.fetch_add(1, Ordering::Relaxed);
        }
        Action::Reply(outcome)
    }
}

#[test]
fn a_hedge_has_won_whenever_an_extra_attempt_is_answered_first() {
    let good = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&good);
    let make = Arc::new(move || {
        let good = Arc::clone(&seen);
        Box::new(Witness { is_extra: PerCall::default(), good }) as Box<dyn Layer>
    });
    let witness =
        LayerFactory { kind: "witness".to_owned(), report: &Report::NONE, per: Per::Agent, make };
    let hedge = hedge::Settings::of(Delay::Fixed(millis(100))).with(|it| it.max_hedges = 2);
    let hedge = tank::factory(Hedge::new(hedge).expect("valid"));
    let mut system = tank::system(secs(600));
    let steps = vec![tank::call(0)];
    system.agents = vec![tank::agents("agent", 3, Arrivals::Open(exponential(secs(1))), steps)];
    let mut service = tank::service("service", u32::MAX, 0, exponential(millis(150)));
    service.errors = vec![(patterns::Class::Network, 0.2)];
    system.services = vec![service];
    system.policies = vec![tank::policy(vec![hedge, witness])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let record = run(&system, 1, Watch::Counts);
    let [hedge, _witness] = &record.layers[..] else { panic!("two layers") };
    let counter = |name| hedge.counter(name).expect("a hedge counts it");
    assert_eq!(counter("won"), good.load(Ordering::Relaxed).into());
    assert!(counter("won") > 300, "{}", counter("won"));
    let edge = &record.edges[0];
    assert_eq!(counter("sent"), (edge.attempts.issued - edge.calls.issued).into());
    assert_eq!(counter("cancelled"), edge.attempts.given_up.into());
}

#[test]
fn what_layers_count_before_and_after_a_time_is_what_they_count_in_all() {
    let arrivals = tank::closed(exponential(secs(1)));
    let mut system = tank::system(secs(600));
    system.agents = vec![tank::agents("agent", 9, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("service", u32::MAX, 0, exponential(millis(500)))];
    let bulkhead = LayerFactory { per: Per::Edge, ..tank::bulkhead(2, 3, Some(millis(300))) };
    system.policies = vec![tank::policy(vec![bulkhead])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let counts = |warmup, horizon| {
        let mut system = system.clone();
        (system.warmup, system.horizon) = (at(warmup), at(horizon));
        run(&system, 3, Watch::Counts).layers[0].counts.all().to_vec()
    };
    let all = counts(secs(0), secs(600));
    let later = counts(secs(250), secs(600));
    // A run ends after what happens at its horizon, and a warm-up before: a nanosecond apart.
    let earlier = counts(secs(0), secs(250) - patterns::Duration::from_nanos(1));
    let levels = [0, 1, 3];
    for (place, all) in all.iter().enumerate() {
        let sum = earlier[place] + later[place];
        let apart = all.abs_diff(sum);
        assert!(apart == 0 || levels.contains(&place) && apart <= 9, "{place}: {all}, {sum}");
        assert!(*all > 0 || place > 5, "{place}");
    }
}

#[test]
fn a_run_that_is_stopped_in_its_warm_up_has_counted_nothing() {
    let arrivals = tank::closed(exponential(secs(1)));
    let mut system = tank::system(secs(6_000));
    system.warmup = at(secs(5_000));
    system.agents = vec![tank::agents("agent", 9, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("service", u32::MAX, 0, exponential(millis(500)))];
    system.policies = vec![tank::policy(vec![tank::bulkhead(2, 3, None)])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let limits = sim::Limits { events: 5_000, ..sim::Limits::default() };
    let options = sim::RunOptions { limits, ..sim::RunOptions::default() };
    let record = sim::run_until(&system, 3, &options);
    assert!(record.stopped.is_some() && record.ended < system.warmup);
    assert!(record.layers[0].counts.all().iter().all(|count| *count == 0));
}
