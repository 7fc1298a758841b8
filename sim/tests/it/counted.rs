//! What of a run counts: what began once the warm-up was over, and the time since then.

use patterns::{Target, Time};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Step, System};
use sim::observe::{Track, TrackId, TrackKind};
use sim::{Record, RunOptions, Watch, run, run_until};

use crate::tank::{self, at, secs};

const SECOND: u128 = 1_000_000_000;

/// An agent has a task each 10 s, and calls a service that is down. Its layers send the call to
/// another one, which takes this long.
fn diverted(limit: u64, latency: u64, warmup: u64) -> Record {
    let mut system = tank::system(secs(43));
    system.warmup = at(secs(warmup));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    let service =
        |name, takes| tank::service(name, u32::MAX, 0, Distribution::constant(secs(takes)));
    system.services = vec![service("main", 1), service("spare", latency)];
    let layers = vec![tank::timeout(secs(limit)), tank::fallback(Target(0))];
    system.policies = vec![tank::policy(layers)];
    system.policies[0].targets = vec![1];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(0, 1, None)];
    system.faults = vec![tank::once(0, tank::down(), secs(0), secs(100))];
    run(&system, 1, Watch::Counts)
}

#[test]
fn attempts_to_another_service_count_from_the_warm_up_on() {
    // Of 10, 20, 30 and 40 s.
    for (warmup, count) in [(0, 4), (10, 4), (12, 3), (31, 1)] {
        let record = diverted(5, 1, warmup);
        let [main, spare] = &record.edges[..] else { panic!("there are two") };
        let sent = (main.diverted.issued, main.diverted.good(), main.attempts.answered());
        assert_eq!(sent, (count, count, count), "after a warm-up of {warmup} s");
        assert_eq!((spare.calls.good(), spare.attempts.good()), (count, count));
    }
    // They are given up after 5 s, but for that of 40 s, and end after 8 s.
    for (warmup, count) in [(0, 3), (10, 3), (12, 2), (31, 0)] {
        let record = diverted(5, 8, warmup);
        let [main, spare] = &record.edges[..] else { panic!("there are two") };
        let sent = (main.diverted.issued, main.diverted.given_up, main.diverted.answered());
        assert_eq!(sent, (count + 1, count, 0), "after a warm-up of {warmup} s");
        assert_eq!((spare.calls.given_up, spare.attempts.given_up), (count, count));
        assert_eq!((spare.late, spare.attempts.answered(), spare.calls.answered()), (count, 0, 0));
        assert_eq!(main.attempts.issued, count + 1);
    }
}

/// A breaker that opens for 5 s meets a service that is down from 20 to 50 s.
fn breaking() -> System {
    let mut system = tank::system(secs(75));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(1)])];
    let service = |name| tank::service(name, u32::MAX, 0, Distribution::constant(secs(1)));
    system.services = vec![service("idle"), service("s")];
    system.policies = vec![tank::policy(vec![tank::breaker(1, secs(5))])];
    system.edges = vec![tank::edge(0, 1, Some(0))];
    system.faults = vec![tank::once(1, tank::down(), secs(20), secs(30))];
    system
}

fn shown(track: &Track) -> Vec<(&'static str, u64, u64)> {
    let secs = |time: Time| time.since(Time::ZERO).as_secs_f64() as u64;
    let all = track.intervals.iter();
    all.map(|interval| (interval.state, secs(interval.from), secs(interval.to))).collect()
}

#[test]
fn states_of_layers_have_their_time_and_are_entered_from_the_warm_up_on() {
    // It begins closed, without entering that state. Its probes of 30 and 40 s fail on the spot,
    // and that of 50 s takes a second.
    let states = |warmup| {
        let mut system = breaking();
        system.warmup = at(secs(warmup));
        let record = run(&system, 1, Watch::Counts);
        let layer = &record.layers[0];
        ["closed", "open", "half-open"].map(|name| {
            let state = layer.state(name).expect("it is a state");
            (state.entered, state.time / SECOND)
        })
    };
    assert_eq!(states(0), [(1, 44), (3, 30), (3, 1)]);
    assert_eq!(states(10), [(1, 34), (3, 30), (3, 1)]);
    assert_eq!(states(30), [(1, 24), (2, 20), (3, 1)]);
    assert_eq!(states(35), [(1, 24), (1, 15), (2, 1)]);
}

#[test]
fn a_trace_has_agents_then_layers_then_services_and_no_state_of_no_length() {
    let options = RunOptions { watch: Watch::Trace, ..RunOptions::default() };
    let trace = run_until(&breaking(), 1, &options).trace.expect("it was asked for");
    let kinds: Vec<TrackKind> = trace.tracks.iter().map(Track::kind).collect();
    let [agent, layer, service] = [TrackKind::Agent, TrackKind::Layer, TrackKind::Service];
    assert_eq!(kinds, [agent, layer, service, service]);
    let states = [
        ("closed", 0, 20),
        ("open", 20, 30),
        ("open", 30, 40),
        ("open", 40, 50),
        ("half-open", 50, 51),
        ("closed", 51, 75),
    ];
    assert_eq!(shown(&trace.tracks[1]), states);
    assert_eq!(trace.tracks[2].id, TrackId::Service("idle".to_owned()));
    assert_eq!(shown(&trace.tracks[2]), []);
    assert_eq!(shown(&trace.tracks[3]), [("down", 20, 50)]);
}

#[test]
fn tasks_in_line_begin_one_after_the_other_in_the_order_in_which_they_came() {
    let mut system = tank::system(secs(95));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    let work = Step::Work(Distribution::constant(secs(20)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![work])];
    system.agents[0].slots = 1;
    let record = run(&system, 1, Watch::Counts);
    // Those of 10 to 40 s end at 30, 50, 70 and 90 s.
    let agents = &record.agents[0];
    assert_eq!((agents.tasks.issued, agents.tasks.good()), (9, 4));
    assert!((agents.latency_ok.mean_secs() - 35.0).abs() < 1e-9);
    assert_eq!(agents.latency_ok.max(), Some(secs(50)));
}
