//! What faults leave in the record: how long a service was at fault, and what it held then.

use patterns::{Class, Time};
use sim::fault::Effect;
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Fault, System};
use sim::observe::TrackId;
use sim::{Record, RunOptions, Watch, run, run_until};

use crate::tank::{self, at, secs};

const SECOND: u128 = 1_000_000_000;

/// An agent that has a task each 10 s, which asks a service with one slot for this much work.
fn asking(work: u64) -> System {
    let mut system = tank::system(secs(75));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    let service = |name| tank::service(name, 1, u32::MAX, Distribution::constant(secs(work)));
    system.services = vec![service("s"), service("idle")];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

/// Faults one after the other and over each other, by name.
fn with_faults(mut system: System, faults: &[(&str, Effect, u64, u64)]) -> System {
    system.faults = faults
        .iter()
        .map(|&(name, ref effect, from, to)| Fault {
            name: name.to_owned(),
            ..tank::once(0, effect.clone(), secs(from), secs(to - from))
        })
        .collect();
    system
}

fn of(system: &System) -> Record {
    run(system, 1, Watch::Counts)
}

#[test]
fn a_service_is_at_fault_and_down_as_long_as_some_fault_says_so() {
    let mut system = with_faults(
        asking(1),
        &[
            ("down", tank::down(), 5, 15),
            ("slow", tank::slow(2.0), 12, 20),
            ("hang", tank::hang(true), 30, 40),
            ("errors", tank::errors(Class::Network, 0.5), 50, 60),
            // These two are one time at fault, which the end cuts off.
            ("down again", tank::down(), 66, 70),
            ("hang again", tank::hang(false), 68, 100),
        ],
    );
    for (warmup, faulty, down, begun) in [(0, 44, 29, 4), (5, 44, 29, 4), (8, 41, 26, 3)] {
        system.warmup = at(secs(warmup));
        let record = of(&system);
        let [service, idle] = &record.services[..] else { panic!("there are two") };
        assert_eq!(service.faulty, faulty * SECOND, "after a warm-up of {warmup} s");
        assert_eq!(service.down, down * SECOND, "after a warm-up of {warmup} s");
        assert_eq!(service.fault_intervals, begun, "after a warm-up of {warmup} s");
        assert_eq!(service.first_fault, Some((at(secs(5)), at(secs(20)))));
        assert_eq!((idle.faulty, idle.down, idle.fault_intervals), (0, 0, 0));
        assert_eq!(idle.first_fault, None);
    }
    // Where the last fault ends before the run does, its end is no longer part of it.
    system.faults.truncate(4);
    let record = of(&system);
    assert_eq!(record.services[0].faulty, (20 - 8 + 10 + 10) * SECOND);
    assert_eq!(record.services[0].down, (15 - 8 + 10) * SECOND);
}

#[test]
fn a_trace_shows_the_gravest_fault_of_each_time() {
    let system = with_faults(
        asking(1),
        &[
            ("down", tank::down(), 5, 15),
            ("slow", tank::slow(2.0), 12, 20),
            ("hang", tank::hang(true), 30, 40),
            ("errors", tank::errors(Class::Network, 0.5), 35, 60),
            ("down again", tank::down(), 66, 100),
        ],
    );
    let options = RunOptions { watch: Watch::Trace, ..RunOptions::default() };
    let trace = run_until(&system, 1, &options).trace.expect("it was asked for");
    let service = TrackId::Service("s".to_owned());
    let found = trace.tracks.iter().find(|track| track.id == service);
    let shown = |time: Time| time.since(Time::ZERO).as_secs_f64() as u64;
    let shown: Vec<_> = found
        .expect("a service has a track")
        .intervals
        .iter()
        .map(|interval| (interval.state, shown(interval.from), shown(interval.to)))
        .collect();
    let expected =
        [("down", 5, 15), ("slow", 15, 20), ("hang", 30, 40), ("errors", 40, 60), ("down", 66, 75)];
    assert_eq!(shown, expected);
}

#[test]
fn what_is_lost_has_its_time_until_then_and_counts_as_failed() {
    // From 10 s on the first request has the slot; others wait from 20 and 30 s on. All are lost
    // at 35 s, and the one of 40 s is refused. Then it begins again, at 50 s.
    let mut system = with_faults(asking(100), &[("down", tank::down(), 35, 45)]);
    system.warmup = at(secs(12));
    let record = of(&system);
    let service = &record.services[0];
    assert_eq!(service.busy, (35 - 12 + 75 - 50) * SECOND);
    assert_eq!(service.queued, (15 + 5 + 15 + 5) * SECOND);
    // The first one came in the warm-up.
    assert_eq!((service.requests.issued, service.requests.failed_as(Class::Network)), (6, 3));
    assert_eq!((service.requests.answered(), service.requests.open()), (3, 3));
    // None of those that count was lost from a slot, nor came to one from the line.
    assert_eq!((service.sojourn.count(), service.waiting.count()), (0, 1));
    let agents = &record.agents[0];
    assert_eq!(agents.tasks.failed_as(Class::Network), 3);
    // No call ended well: those that are open from 50, 60 and 70 s on are waited for in vain.
    assert_eq!(agents.frozen, (35 - 12 + 15 + 5 + 25 + 15 + 5) * SECOND);

    system.warmup = Time::ZERO;
    let record = of(&system);
    let service = &record.services[0];
    assert_eq!((service.requests.issued, service.requests.failed_as(Class::Network)), (7, 4));
    // That of 10 s was at the service for 25 s.
    assert_eq!((service.sojourn.count(), service.waiting.count()), (1, 2));
}
