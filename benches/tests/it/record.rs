//! The full limit leaves the record that the engine leaves, to the last bit.

use patterns::{Class, Duration, Time};
use sim::observe::{Load, Record};
use sim::{System, Watch};
use wavetank_benches::limit::{self, BreakerState, Full, Level, StateTotal};
use wavetank_benches::{Calls, Customers, queue, shop};

/// Both draw from streams of the same names, so whatever one of them counts the other must count.
#[track_caller]
fn assert_same(name: &str, limit: impl Fn(u64) -> Full, system: &System) {
    for seed in 0..3 {
        let (full, record) = (limit(seed), sim::run(system, seed, Watch::Counts));
        assert_agents_alike(name, &full, &record);
        assert_service_alike(name, &full, &record);
        assert_layers_alike(name, &full, &record);
        assert_eq!(full.events, record.events, "{name}");
    }
}

#[track_caller]
fn assert_agents_alike(name: &str, full: &Full, record: &Record) {
    let (agents, edge) = (&record.agents[0], &record.edges[0]);
    assert_eq!(full.tasks, agents.tasks, "{name}");
    assert_eq!(full.calls, edge.calls, "{name}");
    assert_eq!(full.attempts, edge.attempts, "{name}");
    assert_eq!(full.tasks_ok, agents.latency_ok, "{name}");
    assert_eq!(full.tasks_failed, agents.latency_failed, "{name}");
    assert_eq!(full.calls_ok, edge.latency_ok, "{name}");
    assert_eq!(full.calls_failed, edge.latency_failed, "{name}");
    assert_eq!((full.busy, full.frozen), (agents.busy, agents.frozen), "{name}");
    assert_eq!(full.late, edge.late, "{name}");
    assert_eq!(full.open_calls, level(&edge.load), "{name}");
    let failed = full.failed_at.iter().flatten().count() as u64;
    assert_eq!((failed, full.overdue), (agents.failures.agents(), agents.overdue), "{name}");
    let (from, to) = (record.warmup, record.ended);
    assert_eq!(full.task_episodes.within(from, to), agents.episodes, "{name}");
    assert_eq!(full.call_episodes.within(from, to), edge.episodes, "{name}");
}

fn level(load: &Load) -> Level {
    Level { now: load.at_end(), most: load.peak() }
}

#[track_caller]
fn assert_service_alike(name: &str, full: &Full, record: &Record) {
    let service = &record.services[0];
    assert_eq!(full.requests, service.requests, "{name}");
    assert_eq!(full.waiting, service.waiting, "{name}");
    assert_eq!(full.sojourn, service.sojourn, "{name}");
    assert_eq!((full.slots_busy, full.queued), (service.busy, service.queued), "{name}");
    assert_eq!((full.wasted, full.abandoned), (service.wasted, service.abandoned), "{name}");
    assert_eq!(full.at_service, level(&service.load), "{name}");
    assert_eq!(full.in_line, level(&service.line.load), "{name}");
    assert_eq!(full.most_in_a_second, service.seconds.peak(), "{name}");
    assert_eq!((full.down, full.outages), (service.down, service.fault_intervals), "{name}");
}

#[track_caller]
fn assert_layers_alike(name: &str, full: &Full, record: &Record) {
    let layer = |kind| record.layers.iter().find(|layer| layer.kind == kind);
    let (Some(retry), Some(breaker)) = (layer("retry"), layer("breaker")) else { return };
    let timeout = layer("timeout").expect("it stands below the others");
    let states = [
        ("closed", BreakerState::Closed),
        ("open", BreakerState::Open),
        ("half-open", BreakerState::HalfOpen),
    ];
    for (word, state) in states {
        let found = breaker.state(word).expect("a breaker has it");
        let time = u64::try_from(found.time).expect("one breaker, of less than 584 years");
        let found = StateTotal { entered: found.entered, time };
        assert_eq!(full.states[state as usize], found, "{name}: {word}");
    }
    let entered = |state| full.states[state as usize].entered;
    let classes = Class::ALL.map(|class| (class.name(), full.retries[class as usize]));
    let of_retry = [
        ("retries", full.retries.iter().sum()),
        ("rescued", full.rescued),
        ("exhausted", full.tasks.failed()),
        ("too-late", 0),
        ("out-of-budget", 0),
        ("not-retryable", 0),
    ];
    let of_breaker = [
        ("opens", entered(BreakerState::Open) - full.reopens),
        ("reopens", full.reopens),
        ("closes", entered(BreakerState::Closed)),
        ("refused", full.refused),
        ("probes", entered(BreakerState::HalfOpen)),
        ("late", full.stale),
    ];
    for (layer, counters) in [
        (retry, &classes[..]),
        (retry, &of_retry),
        (breaker, &of_breaker),
        (timeout, &[("fired", full.attempts.given_up)]),
    ] {
        for (word, counted) in counters {
            assert_eq!(layer.counter(word), Some(u128::from(*counted)), "{name}: {word}");
        }
    }
    assert_eq!(retry.counter("waited"), Some(full.backed_off), "{name}");
}

#[test]
fn customers_leave_the_same_record() {
    let settings = Customers::of(50_000);
    let limit = |seed| limit::mm1::<Full>(settings, seed).1;
    assert_same("W1", limit, &queue(settings));
}

#[test]
fn calls_leave_the_same_record() {
    let w3 = Calls::breaking(50_000);
    let w3b = Calls::passing(50_000);
    // Where the breaker opens often, chance evens out; where slots are few, attempts time out; a
    // run that ends within the outage has all that is still open.
    let often = Calls { failures: 2, open: Duration::from_secs(5), ..w3 };
    let crowded = Calls { slots: 5, ..w3b };
    let crowded_often = Calls { slots: 5, ..often };
    let ends_down = Calls { horizon: w3b.down_at + Duration::from_secs(30), ..crowded };
    for (name, settings) in [
        ("W3", w3),
        ("W3b", w3b),
        ("often", often),
        ("crowded", crowded),
        ("crowded and often", crowded_often),
        ("ends down", ends_down),
    ] {
        let limit = |seed| limit::calls::<Full>(settings, seed).1;
        assert_same(name, limit, &shop(settings));
    }
}

#[test]
fn the_digest_knows_every_event() {
    let settings = Calls::passing(1_000);
    let digest = |settings, seed| limit::calls::<Full>(settings, seed).1.digest;
    assert_eq!(digest(settings, 1), digest(settings, 1));
    assert_ne!(digest(settings, 1), digest(settings, 2));
    // The last second differs.
    let horizon = Time::ZERO + settings.horizon.since(Time::ZERO + Duration::from_secs(1));
    assert_ne!(digest(settings, 1), digest(Calls { horizon, ..settings }, 1));
}
