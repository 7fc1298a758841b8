//! Experiments whose course is known beforehand, to the nanosecond.

use patterns::{Class, Duration, Outcome};
use sim::fault::Permanent;
use sim::fault::kinds::hang::Hang;
use sim::kernel::Distribution;
use sim::model::system::System;
use sim::observe::TrackKind;
use sim::{Watch, run};

use crate::tank::{self, at, secs};

/// One agent that calls one service back to back; each call that fails takes ten seconds.
fn back_to_back(failures: u32, open: Duration, outage: Duration) -> System {
    let mut system = tank::system(secs(300));
    let steps = vec![tank::call(0)];
    system.agents =
        vec![tank::agents("agent", 1, tank::closed(Distribution::constant(Duration::ZERO)), steps)];
    system.services = vec![tank::service("mcp", u32::MAX, 0, Distribution::constant(secs(1)))];
    system.policies =
        vec![tank::policy(vec![tank::breaker(failures, open), tank::timeout(secs(10))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system.faults = vec![tank::once(
        0,
        Hang { resume: false, share: 1.0, permanent: Permanent::Attempt },
        Duration::ZERO,
        outage,
    )];
    system
}

#[test]
fn a_breaker_of_five_and_sixty_sees_the_recovery_fifty_seconds_late() {
    let record = run(&back_to_back(5, secs(60), secs(60)), 1, Watch::Trace);
    let trace = record.trace.expect("it was asked for");

    let ends = |class| {
        let ends = trace.calls.iter().filter(move |call| call.outcome.class() == Some(class));
        ends.map(|call| call.to).collect::<Vec<_>>()
    };
    assert_eq!(ends(Class::Timeout), [10, 20, 30, 40, 50].map(|end| at(secs(end))));
    let good = trace.calls.iter().find(|call| call.outcome == Outcome::Ok).expect("it recovers");
    assert_eq!((good.from, good.to), (at(secs(110)), at(secs(111))));

    let breaker = trace.tracks.iter().find(|track| track.id.to_string() == "agent -> mcp: breaker");
    let states: Vec<_> =
        breaker.expect("it has a track").intervals.iter().map(|e| (e.state, e.from)).collect();
    let expected = [("closed", 0), ("open", 50), ("half-open", 110), ("closed", 111)]
        .map(|(s, t)| (s, at(secs(t))));
    assert_eq!(states, expected);
}

#[test]
fn without_a_breaker_the_agent_is_back_with_the_call_after_the_outage() {
    let record = run(&back_to_back(u32::MAX, secs(60), secs(60)), 1, Watch::Trace);
    let trace = record.trace.expect("it was asked for");
    let failed = trace.calls.iter().filter(|call| !call.outcome.is_ok()).count();
    assert_eq!(failed, 6);
    let good = trace.calls.iter().find(|call| call.outcome == Outcome::Ok).expect("it recovers");
    assert_eq!(good.from, at(secs(60)));
}

/// The order of breaker and retry decides when the breaker sees anything at all: with a timeout of
/// 30 s, 5 failures, and retries after 1, 2, 4, … s.
#[test]
fn a_breaker_outside_the_retries_opens_late() {
    let opens = |outside: bool, retries: u32| {
        let mut layers = vec![
            tank::breaker(5, secs(3600)),
            tank::retry(retries, secs(1), patterns::backoff::Jitter::None),
            tank::timeout(secs(30)),
        ];
        if !outside {
            layers.swap(0, 1);
        }
        let mut system = back_to_back(5, secs(3600), secs(7200));
        system.horizon = at(secs(3600));
        system.policies = vec![tank::policy(layers)];
        let record = run(&system, 1, Watch::Trace);
        let trace = record.trace.expect("it was asked for");
        let breaker = trace.tracks.iter().find(|track| track.kind() == TrackKind::Layer);
        let open = breaker.expect("it has a track").intervals.iter().find(|e| e.state == "open");
        open.expect("it opens").from
    };
    let retries = [0, 2, 3, 5];
    let after = |times: [u64; 4]| times.map(|time| at(secs(time)));
    assert_eq!(retries.map(|retries| opens(true, retries)), after([150, 465, 635, 1055]));
    assert_eq!(retries.map(|retries| opens(false, retries)), after([150, 154, 157, 165]));
}
