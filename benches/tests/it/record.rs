//! The full limit leaves the record that the engine leaves.

use patterns::Duration;
use sim::observe::{Histogram, OutcomeCounts, Record, StateRecord};
use sim::{System, Watch};
use wavetank_benches::limit::{self, BreakerState, Full};
use wavetank_benches::{Calls, Customers, engine};

const SEEDS: u64 = 10;

/// The numbers of a record, by name.
type Numbers = Vec<(String, f64)>;

fn counts(name: &str, of: &OutcomeCounts) -> Numbers {
    let ended = of.ended.iter().enumerate().map(|(code, n)| (format!("ended as {code}"), *n));
    let others = [("issued", of.issued), ("given up", of.given_up), ("open", of.open())];
    let others = others.map(|(what, n)| (what.to_owned(), n));
    ended.chain(others).map(|(what, n)| (format!("{name} {what}"), n as f64)).collect()
}

fn lengths(name: &str, of: &Histogram) -> Numbers {
    let median = of.quantile(0.5).map_or(0.0, Duration::as_secs_f64);
    let figures =
        [("count", of.count() as f64), ("sum", of.sum_nanos() as f64), ("median", median)];
    figures.map(|(what, figure)| (format!("{name} {what}"), figure)).into()
}

fn singles<const N: usize>(of: [(&str, u128); N]) -> Numbers {
    of.map(|(name, figure)| (name.to_owned(), figure as f64)).into()
}

fn of_limit(full: &Full) -> Numbers {
    let mut all = [
        counts("tasks", &full.tasks),
        counts("calls", &full.calls),
        counts("attempts", &full.attempts),
        counts("requests", &full.requests),
        lengths("tasks ok", &full.tasks_ok),
        lengths("tasks failed", &full.tasks_failed),
        lengths("calls ok", &full.calls_ok),
        lengths("calls failed", &full.calls_failed),
        lengths("waiting", &full.waiting),
        lengths("sojourn", &full.sojourn),
        singles([("frozen", full.frozen), ("busy", full.busy)]),
        singles([("slots busy", full.slots_busy), ("queued", full.queued)]),
        singles([("wasted", full.wasted), ("down", full.down)]),
        singles([("late", full.late.into()), ("abandoned", full.abandoned.into())]),
        singles([("outages", full.outages.into()), ("events", full.events.into())]),
    ]
    .concat();
    for state in [BreakerState::Closed, BreakerState::Open, BreakerState::HalfOpen] {
        let total = full.states[state as usize];
        all.extend(singles([("entered", total.entered.into()), ("time in", total.time.into())]));
    }
    all
}

fn of_engine(record: &Record) -> Numbers {
    let (agents, edge, service) = (&record.agents[0], &record.edges[0], &record.services[0]);
    let mut all = [
        counts("tasks", &agents.tasks),
        counts("calls", &edge.calls),
        counts("attempts", &edge.attempts),
        counts("requests", &service.requests),
        lengths("tasks ok", &agents.latency_ok),
        lengths("tasks failed", &agents.latency_failed),
        lengths("calls ok", &edge.latency_ok),
        lengths("calls failed", &edge.latency_failed),
        lengths("waiting", &service.waiting),
        lengths("sojourn", &service.sojourn),
        singles([("frozen", agents.frozen), ("busy", agents.busy)]),
        singles([("slots busy", service.busy), ("queued", service.queued)]),
        singles([("wasted", service.wasted), ("down", service.down)]),
        singles([("late", edge.late.into()), ("abandoned", service.abandoned.into())]),
        singles([("outages", service.fault_intervals.into()), ("events", record.events.into())]),
    ]
    .concat();
    for name in ["closed", "open", "half-open"] {
        let mut states = record.layers.iter().flat_map(|layer| &layer.states);
        let (entered, time) = states
            .find(|state| state.state == name)
            .map_or((0, 0), |state: &StateRecord| (state.entered, state.time.as_nanos()));
        all.extend(singles([("entered", entered.into()), ("time in", time.into())]));
    }
    all
}

/// The mean of some values, and the square of its standard error.
fn mean(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    (mean, squares / (count - 1.0) / count)
}

/// The mean of every number over some seeds differs by no more than six standard errors: with
/// some three hundred numbers compared, chance goes further once in a hundred times.
#[track_caller]
fn assert_alike(name: &str, limit: impl Fn(u64) -> Full, system: &System) {
    let limit: Vec<Numbers> = (0..SEEDS).map(|seed| of_limit(&limit(seed))).collect();
    let engine = |seed| of_engine(&sim::run(system, seed, Watch::Counts));
    let engine: Vec<Numbers> = (0..SEEDS).map(engine).collect();
    assert_eq!(limit[0].len(), engine[0].len());
    for (at, (what, _)) in limit[0].iter().enumerate() {
        let [limit, engine] = [&limit, &engine].map(|all| mean(all.iter().map(|run| run[at].1)));
        let chance = 6.0 * (limit.1 + engine.1).sqrt();
        let (limit, engine) = (limit.0, engine.0);
        assert!((limit - engine).abs() <= chance, "{name}, {what}: limit {limit}, engine {engine}");
    }
}

#[test]
fn customers_leave_the_same_record() {
    let settings = Customers::of(50_000);
    let limit = |seed| limit::mm1::<Full>(settings, seed).1;
    assert_alike("W1", limit, &engine::queue(settings));
}

#[test]
fn calls_leave_the_same_record() {
    let w3b = Calls::passing(50_000);
    let crowded = Calls { slots: 5, ..w3b };
    let often = Calls { failures: 2, open: Duration::from_secs(5), ..crowded };
    for (name, settings) in [("W3b", w3b), ("crowded", crowded), ("crowded and often", often)] {
        let limit = |seed| limit::calls::<Full>(settings, seed).1;
        assert_alike(name, limit, &engine::shop(settings));
    }
}
