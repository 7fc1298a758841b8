//! Services of several replicas, worked out by hand.

use patterns::backoff::Jitter;
use patterns::{Class, Duration, Time};
use sim::fault::kinds::{drain::Drain, refuse::Refuse};
use sim::fault::{Effect, Scope};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Caller, Edge, Fault, Pick, Place, RateLimit, Replicas, System};
use sim::observe::{Track, TrackKind};
use sim::{Record, RunOptions, Watch, run, run_until};

use crate::tank::{self, at, millis, secs};

/// A service of some replicas with a slot each, that works for nearly two seconds, and a call
/// of it in each second but the first, for 100 seconds.
fn system(count: u32, pick: Pick) -> System {
    let mut system = tank::system(millis(100_500));
    let arrivals = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("agent", 1, arrivals, vec![tank::call(0)])];
    let mut service = tank::service("service", 1, 0, Distribution::constant(millis(1_900)));
    service.replicas = Replicas { count, pick, ..Replicas::default() };
    system.services = vec![service];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

fn counts(system: &System) -> Record {
    let record = run(system, 1, Watch::Counts);
    assert_eq!(record.stopped, None);
    record
}

fn fault(hits: Vec<Place>, from: u64, lasts: u64) -> Fault {
    Fault { hits, ..tank::once(0, tank::down(), millis(1000 * from + 500), secs(lasts)) }
}

#[test]
fn each_replica_has_slots_of_its_own() {
    let record = counts(&system(1, Pick::RoundRobin));
    assert_eq!(record.services[0].requests.failed_as(Class::Overload), 50);
    assert_eq!((record.services[0].slots, record.services[0].by_replica.len()), (1, 0));

    let record = counts(&system(2, Pick::RoundRobin));
    assert_eq!(record.services[0].requests.failed_as(Class::Overload), 0);
    assert_eq!((record.services[0].slots, &record.services[0].by_replica), (2, &vec![50, 50]));
}

#[test]
fn a_replica_that_has_less_to_do_gets_the_request() {
    // All are idle whenever a call comes: they take turns.
    let mut three = system(3, Pick::LeastInFlight);
    three.services[0].latency = Distribution::constant(millis(900));
    assert_eq!(counts(&three).services[0].by_replica, [34, 33, 33]);
    // The first is down, and so idle whenever a call comes: the other one gets those of seconds 2,
    // 5, … and is at work when the others come.
    let mut two = system(2, Pick::LeastInFlight);
    two.services[0].latency = Distribution::constant(millis(2_900));
    two.faults = vec![fault(vec![Place::Replica { service: 0, replica: 0 }], 0, 1000)];
    let record = counts(&two);
    assert_eq!(record.services[0].requests.failed_as(Class::Network), 67);
}

#[test]
fn a_fault_of_one_replica_leaves_the_others_alone() {
    let mut system = system(4, Pick::RoundRobin);
    system.faults = vec![fault(vec![Place::Replica { service: 0, replica: 1 }], 20, 40)];
    let record = counts(&system);
    let service = &record.services[0];
    assert_eq!(service.by_replica, [25, 25, 25, 25]);
    // Ten come while it is down, in seconds 22 to 58; the one of second 18 has ended.
    assert_eq!(service.requests.failed_as(Class::Network), 10);
    // The service answers all the while, but has a fault.
    assert_eq!((service.down, service.faulty), (0, 40_000_000_000));

    // With all replicas hit, however that is written, it is down; and there is one fault.
    let replica = |replica| Place::Replica { service: 0, replica };
    for hits in [vec![Place::Service(0)], vec![replica(0), replica(1), replica(2), replica(3)]] {
        system.faults = vec![fault(hits, 20, 40)];
        let record = counts(&system);
        let service = &record.services[0];
        assert_eq!((service.down, service.faulty), (40_000_000_000, 40_000_000_000));
        assert_eq!(service.fault_intervals, 1);
        // Two were at work when it began.
        assert_eq!(service.requests.failed_as(Class::Network), 42);
    }
}

#[test]
fn a_balancer_sees_a_failure_and_its_end_some_time_later() {
    let mut system = system(2, Pick::RoundRobin);
    system.services[0].slots = u32::MAX;
    system.services[0].replicas.health_check = Some(secs(10));
    system.faults = vec![fault(vec![Place::Replica { service: 0, replica: 1 }], 20, 40)];
    let record = counts(&system);
    // Until it is seen it gets every other call: those of seconds 22 to 30 are refused, and that of
    // second 20 was lost. From second 31 to second 70 it gets none.
    assert_eq!(record.services[0].requests.failed_as(Class::Network), 6);
    assert_eq!(record.services[0].by_replica, [70, 30]);

    // A failure that is over before it is seen is not seen; with all left out all are used.
    system.faults = vec![fault(vec![Place::Replica { service: 0, replica: 1 }], 20, 9)];
    assert_eq!(counts(&system).services[0].by_replica, [50, 50]);
    system.faults = vec![fault(vec![Place::Service(0)], 20, 40)];
    assert_eq!(counts(&system).services[0].by_replica, [50, 50]);
}

#[test]
fn a_balancer_leaves_out_a_replica_that_drains() {
    let mut system = system(2, Pick::RoundRobin);
    system.services[0].slots = u32::MAX;
    system.services[0].replicas.health_check = Some(secs(10));
    let mut drain = tank::once(0, Drain {}, secs(19) + millis(500), secs(40));
    drain.hits = vec![Place::Replica { service: 0, replica: 1 }];
    system.faults = vec![drain];
    let record = counts(&system);
    // Until it is seen it refuses every other call; what it has is finished.
    let requests = &record.services[0].requests;
    assert_eq!((requests.failed_as(Class::Overload), requests.failed()), (5, 5));
    assert_eq!(record.services[0].by_replica, [70, 30]);
    // It answers what it has: it is not down.
    assert_eq!(record.services[0].down, 0);

    // One that refuses unimportant tasks alone is ready.
    let scope = Scope { priority: Some(4), ..Scope::ALL };
    system.faults[0].effect = Effect::from(Drain {}).within(scope);
    let record = counts(&system);
    assert_eq!(record.services[0].requests.failed(), 0);
    assert_eq!(record.services[0].by_replica, [50, 50]);
}

#[test]
fn a_later_attempt_of_a_call_goes_elsewhere() {
    let mut system = system(3, Pick::Random);
    system.services[0].slots = u32::MAX;
    let refuse = Refuse { class: Class::Network, share: 1.0, permanent: false.into() };
    let mut broken = tank::once(0, refuse, Duration::ZERO, secs(1000));
    broken.hits = vec![Place::Replica { service: 0, replica: 1 }];
    system.faults = vec![broken];
    system.policies = vec![tank::policy(vec![tank::retry(1, millis(10), Jitter::None)])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let failed = |system: &System| {
        let counts = (1..=20).map(|seed| run(system, seed, Watch::Counts).edges[0].calls.failed());
        counts.sum::<u64>()
    };
    // Of 2000 calls a ninth meets it twice.
    assert!((150..300).contains(&failed(&system)), "{}", failed(&system));
    system.services[0].replicas.retry_elsewhere = true;
    assert_eq!(failed(&system), 0);
    // Where there is one replica only, there is no other.
    system.services[0].replicas.count = 2;
    system.services[0].replicas.health_check = Some(Duration::ZERO);
    assert_eq!(failed(&system), 0);
}

#[test]
fn all_replicas_have_one_rate_limit_and_call_on_one_edge() {
    let mut system = system(4, Pick::RoundRobin);
    system.services[0].rate_limit = Some(RateLimit::bucket(secs(2), 1));
    system.services[0].steps = vec![tank::call(1), tank::call(1)];
    system.services.push(tank::service("back", u32::MAX, 0, Distribution::constant(millis(10))));
    system.edges.push(Edge { from: Caller::Service(0), to: 1, policy: None });
    let record = counts(&system);
    assert_eq!(record.services[0].requests.failed_as(Class::RateLimit), 50);
    assert_eq!(record.services[0].by_replica, [13, 13, 12, 12]);
    // The call of second 99 is at work at the end.
    assert_eq!(record.edges[1].calls.issued, 98);
    assert_eq!(record.services[1].requests.good(), 98);
}

/// A state, and from when to when in seconds.
type InState = (&'static str, u64, u64);

/// The tracks of services, and the states in them.
fn service_tracks(system: &System) -> Vec<(String, Vec<InState>)> {
    let trace = run(system, 1, Watch::Trace).trace.expect("it was asked for");
    let secs = |time: Time| time.since(Time::ZERO).as_secs_f64() as u64;
    let states = |track: &Track| {
        let all = track.intervals.iter();
        all.map(|one| (one.state, secs(one.from), secs(one.to))).collect()
    };
    let tracks = trace.tracks.iter().filter(|track| track.kind() == TrackKind::Service);
    tracks.map(|track| (track.id.to_string(), states(track))).collect()
}

#[test]
fn a_trace_names_the_replicas_of_which_not_all_have_a_fault() {
    let name = |name: &str| name.to_owned();
    let mut system = system(4, Pick::RoundRobin);
    system.services.push(tank::service("other", 1, 0, Distribution::constant(secs(1))));
    let of_one = fault(vec![Place::Replica { service: 0, replica: 3 }], 20, 40);
    system.faults = vec![of_one.clone()];
    let alone = (name("service#4"), vec![("down", 20, 60)]);
    let found = service_tracks(&system);
    assert_eq!(found, [(name("service"), vec![]), alone, (name("other"), vec![])]);
    // With all of them it is the service.
    system.faults = vec![fault(vec![Place::Service(0)], 70, 10)];
    let all = (name("service"), vec![("down", 70, 80)]);
    assert_eq!(service_tracks(&system), [all.clone(), (name("other"), vec![])]);
    // So it is with two faults that come and go together.
    let replica = |replica| Place::Replica { service: 0, replica };
    let mut others = fault(vec![replica(1), replica(2), replica(3)], 70, 10);
    others.name = name("others");
    system.faults = vec![fault(vec![replica(0)], 70, 10), others];
    assert_eq!(service_tracks(&system), [all, (name("other"), vec![])]);
    // A slight fault of all while one of them is down is one of each; at the end it goes on.
    let mut slow = tank::once(0, tank::slow(2.0), millis(50_500), secs(1000));
    slow.name = name("slow");
    system.faults = vec![of_one, slow];
    let slow = |number: u32| (format!("service#{number}"), vec![("slow", 50, 60)]);
    let alone = (name("service#4"), vec![("down", 20, 60)]);
    let all = (name("service"), vec![("slow", 60, 100)]);
    let other = (name("other"), vec![]);
    assert_eq!(service_tracks(&system), [all, slow(1), slow(2), slow(3), alone, other]);
}

#[test]
fn a_trace_has_the_calls_of_services_and_says_of_which_replica() {
    let mut system = system(2, Pick::RoundRobin);
    system.services[0].slots = u32::MAX;
    system.services[0].steps = vec![tank::call(1)];
    let latency = Distribution::constant(millis(500));
    system.services.push(tank::service("back", u32::MAX, 0, latency));
    system.edges.push(Edge { from: Caller::Service(0), to: 1, policy: None });
    let mut errors = tank::once(1, tank::errors(Class::Network, 1.0), secs(5), secs(1));
    errors.name = "errors".to_owned();
    system.faults = vec![errors, tank::once(1, tank::hang(true), secs(8), secs(1000))];
    let window = Some((at(secs(4)), at(secs(100))));
    let options = RunOptions { watch: Watch::Trace, window, ..RunOptions::default() };
    let trace = run_until(&system, 1, &options).trace.expect("it was asked for");
    let millis = |time: Time| time.since(Time::ZERO).as_nanos() / 1_000_000;
    let calls = trace.service_calls.iter().map(|call| {
        let end = call.end.map(|(time, outcome)| (millis(time), outcome.is_ok()));
        (&*call.caller, call.edge, millis(call.from), end, call.is_overdue)
    });
    let calls: Vec<_> = calls.collect();
    // That of 2.9 s has ended before.
    let expected = [
        ("service#2", 1, 3_900, Some((4_400, true)), false),
        ("service#1", 1, 4_900, Some((5_400, false)), false),
        ("service#2", 1, 5_900, Some((6_400, true)), false),
        ("service#1", 1, 6_900, Some((7_400, true)), false),
        ("service#2", 1, 7_900, None, true),
    ];
    assert_eq!(calls[..5], expected);
    // The first of them came at 2.9 s, and the last one that is open at 99.9 s.
    assert_eq!(calls.len(), 97);
    // Those of agents are listed apart.
    assert!(trace.calls.len() == 4 && trace.open_calls.iter().all(|(edge, _)| *edge == 0));
}

/// What a request does is drawn where it is made, and not by the replica.
#[test]
fn replicas_change_no_draw_of_a_request() {
    let served = |count, pick| {
        let mut system = system(count, pick);
        system.services[0].slots = u32::MAX;
        system.services[0].latency = tank::exponential(secs(1));
        system.services[0].errors = vec![(Class::Network, 0.3)];
        let record = counts(&system);
        (record.edges[0].latency_ok.clone(), record.edges[0].calls.clone())
    };
    let one = served(1, Pick::RoundRobin);
    for pick in [Pick::RoundRobin, Pick::Random, Pick::LeastInFlight, Pick::TwoChoices] {
        assert_eq!(served(3, pick), one);
    }
}
