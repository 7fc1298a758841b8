//! Faults of layers, of edges, of agents and of some requests: what is recorded and traced of them,
//! and what they leave behind.

use patterns::cache::{self, Cache};
use patterns::{Class, Duration};
use sim::fault::kinds::force::{Force, Forced};
use sim::fault::kinds::{
    delay::Delay, errors::Errors, flush::Flush, hang::Hang, loss::Loss, refuse::Refuse,
    reset::Reset,
};
use sim::fault::{Effect, Permanent, Schedule, Scope};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, Caller, Edge, Fault, Per, Place, Step, System};
use sim::observe::{Track, TrackKind};
use sim::{Record, Watch, run};

use crate::tank::{self, at, millis, secs};

const SECOND: u128 = 1_000_000_000;
const ON_EDGE: Place = Place::Edge { from: Caller::Agents(0), to: 0 };
const ON_LAYER: Place = Place::Layer { policy: 0, layer: 0, edge: None };

/// Two agents with a task each second, which calls a service for 300 ms.
fn system() -> System {
    let mut system = tank::system(secs(100));
    let every = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("a", 2, every, vec![tank::call(0)])];
    let latency = Distribution::constant(millis(300));
    system.services = vec![tank::service("s", u32::MAX, 0, latency)];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

fn once(place: Place, effect: impl Into<Effect>, from: u64, lasts: u64) -> Fault {
    let name = format!("{place:?} at {from} for {lasts}");
    Fault { name, hits: vec![place], ..tank::once(0, effect, secs(from), secs(lasts)) }
}

fn with_breaker(faults: Vec<Fault>) -> System {
    let mut system = system();
    system.policies = vec![tank::policy(vec![tank::breaker(2, secs(5))])];
    system.edges[0].policy = Some(0);
    System { faults, ..system }
}

fn forced(state: Forced) -> Force {
    Force { state }
}

fn tracks(record: &Record, kind: TrackKind) -> Vec<&Track> {
    let tracks = &record.trace.as_ref().expect("it was asked for").tracks;
    tracks.iter().filter(|track| track.kind() == kind).collect()
}

/// The states of a track, each with its first and last second.
fn states(track: &Track) -> Vec<(&'static str, u64, u64)> {
    let secs = |time: patterns::Time| time.as_nanos() / 1_000_000_000;
    let states = track.intervals.iter();
    states.map(|interval| (interval.state, secs(interval.from), secs(interval.to))).collect()
}

#[test]
fn faults_on_an_edge_are_recorded_and_traced_as_those_of_a_service() {
    let mut system = system();
    let refuse = Refuse { class: Class::Overload, share: 0.0, permanent: Permanent::Attempt };
    let delay = Delay { by: secs(1), share: 1.0 };
    system.warmup = at(secs(15));
    system.faults = vec![
        once(ON_EDGE, delay.clone(), 10, 20),
        once(ON_EDGE, refuse, 20, 20),
        once(ON_EDGE, delay, 50, 10),
        once(ON_EDGE, Loss { share: 0.0, permanent: Permanent::Attempt }, 95, 20),
    ];
    let record = run(&system, 1, Watch::Trace);
    let faults = record.edges[0].faults;
    // From 15 to 40, 50 to 60 and 95 to 100; the first began in the warm-up.
    assert_eq!((faults.faulty, faults.intervals), (40 * SECOND, 2));
    assert_eq!(faults.first, Some((at(secs(10)), at(secs(40)))));
    let of = |name: &str| {
        let path = format!("edges.\"a -> s\".{name}");
        Measure::parse(&path, &system).expect(&path).of(&record)
    };
    let found = [of("faults"), of("fault-mttr"), of("fault-mtbf")];
    assert_eq!(found.map(f64::to_bits), [2.0_f64, 20.0, 22.5].map(f64::to_bits), "{found:?}");
    let service = &record.services[0];
    assert_eq!((service.faulty, service.first_fault), (0, None), "it is well itself");
    let tracks = tracks(&record, TrackKind::Edge);
    assert_eq!(tracks.len(), 1);
    assert_eq!(tracks[0].id.to_string(), "a -> s");
    let shown = [("delay", 10, 20), ("refuse", 20, 40), ("delay", 50, 60), ("loss", 95, 100)];
    assert_eq!(states(tracks[0]), shown);
}

#[test]
fn a_cache_is_empty_after_each_flush_and_its_track_shows_when() {
    for per in [Per::Agent, Per::Policy] {
        let mut system = system();
        let settings = cache::Settings::of(secs(1000));
        let cache = tank::from_settings::<Cache>(settings);
        system.policies =
            vec![tank::policy(vec![sim::model::system::LayerFactory { per, ..cache }])];
        system.edges[0].policy = Some(0);
        system.agents[0].steps = vec![tank::one_of(0, 1)];
        let half = at(secs(30) + millis(500));
        let every =
            Schedule::Every { at: half, lasts: Duration::ZERO, every: secs(30), chance: 1.0 };
        let fault = once(ON_LAYER, Flush {}, 30, 0);
        system.faults = vec![Fault { schedule: every, ..fault }];
        let record = run(&system, 1, Watch::Trace);
        let misses = record.layers[0].counter("misses").expect("caches count them");
        // Both agents ask in the same instants: in second 1 first, and after 30.5, 60.5 and 90.5 s.
        assert_eq!(misses, 2 * 4);
        let tracks = tracks(&record, TrackKind::Layer);
        let flushes = [("flush", 30, 30), ("flush", 60, 60), ("flush", 90, 90)];
        assert_eq!(tracks.len(), if per == Per::Agent { 2 } else { 1 });
        assert!(tracks.iter().all(|track| states(track) == flushes));
    }
}

#[test]
fn a_breaker_is_forced_by_what_came_on_last_and_released_at_the_end_of_all() {
    let record = run(
        &with_breaker(vec![
            once(ON_LAYER, forced(Forced::Open), 10, 30),
            once(ON_LAYER, forced(Forced::Closed), 20, 10),
            once(ON_LAYER, forced(Forced::HalfOpen), 60, 10),
        ]),
        1,
        Watch::Trace,
    );
    let expected = [
        ("closed", 0, 10),
        ("forced-open", 10, 20),
        ("disabled", 20, 30),
        ("forced-open", 30, 40),
        ("closed", 40, 60),
        ("half-open", 60, 70),
        ("closed", 70, 100),
    ];
    let tracks = tracks(&record, TrackKind::Layer);
    assert_eq!(tracks.len(), 2);
    assert!(tracks.iter().all(|track| states(track) == expected), "{:?}", states(tracks[0]));
    let calls = &record.edges[0].calls;
    // Of each agent those of the seconds 10 to 19 and 30 to 39, as the fault comes first.
    assert_eq!(calls.failed_as(Class::BreakerOpen), 2 * 20);
    // From 10 to 40 s one fault or the other holds both instances, and from 60 to 70 s the third.
    assert_eq!(held(&record), 2 * 40 * SECOND);
}

/// How long faults held layers, all instances together, as an overview has it.
fn held(record: &Record) -> u128 {
    let lanes = &record.trace.as_ref().expect("it was asked for").overviews[0].lanes;
    lanes.iter().flat_map(|lane| &lane.held).map(|nanos| u128::from(*nanos)).sum()
}

#[test]
fn a_layer_that_is_held_when_the_run_ends_was_held_until_then() {
    let faults =
        vec![once(ON_LAYER, forced(Forced::Open), 80, 1000), once(ON_LAYER, Reset {}, 20, 5)];
    let record = run(&with_breaker(faults), 1, Watch::Trace);
    assert_eq!(held(&record), 2 * 20 * SECOND);
}

#[test]
fn a_breaker_that_is_reset_lets_calls_pass_at_once() {
    let errors = Errors { class: Class::Network, share: 1.0, permanent: Permanent::Attempt };
    let broken = || once(Place::Service(0), errors.clone(), 10, 10);
    let ends = |faults: Vec<Fault>| {
        let record = run(&with_breaker(faults), 1, Watch::Counts);
        record.edges[0].calls.failed_as(Class::BreakerOpen)
    };
    let alone = ends(vec![broken()]);
    // The attempts of second 11 open both; then they would be refused until 16.3 s.
    let half = Fault {
        schedule: Schedule::Once { at: at(secs(13) + millis(500)), lasts: Duration::ZERO },
        ..once(ON_LAYER, Reset {}, 13, 0)
    };
    let reset = ends(vec![broken(), half]);
    assert!(reset < alone, "{reset} and {alone}");
}

/// A fault of one edge leaves the layers of others alone.
#[test]
fn a_layer_of_one_edge_is_hit_alone_unless_it_is_shared() {
    for (per, others) in [(Per::Agent, 0), (Per::Edge, 0), (Per::Policy, 100)] {
        let mut system = with_breaker(vec![once(
            Place::Layer { policy: 0, layer: 0, edge: Some((Caller::Agents(0), 0)) },
            forced(Forced::Open),
            0,
            1000,
        )]);
        system.policies[0].layers[0].per = per;
        let mut other = system.agents[0].clone();
        other.name = "b".to_owned();
        system.agents.push(other);
        system.edges.push(tank::edge(1, 0, Some(0)));
        let record = run(&system, 1, Watch::Counts);
        let refused = |edge: usize| record.edges[edge].calls.failed_as(Class::BreakerOpen);
        assert_eq!(refused(0), record.edges[0].calls.issued);
        assert_eq!(refused(1) * 100, record.edges[1].calls.issued * others, "{per:?}");
    }
}

/// What hangs of a scope is let go or lost when the fault ends, and others are never held.
#[test]
fn hangs_of_a_scope_end_with_their_fault() {
    for resume in [false, true] {
        let mut system = system();
        let mut other = system.agents[0].clone();
        (other.name, other.priority) = ("b".to_owned(), 4);
        system.agents.push(other);
        system.edges.push(tank::edge(1, 0, None));
        let hang = Hang { resume, share: 1.0, permanent: Permanent::Attempt };
        let scope = Scope { priority: Some(4), ..Scope::ALL };
        let fault = once(Place::Service(0), hang, 10, 20);
        system.faults = vec![Fault { effect: fault.effect.within(scope), ..fault }];
        let record = run(&system, 1, Watch::Counts);
        let [first, second] = [0, 1].map(|edge| &record.edges[edge].calls);
        assert_eq!(first.failed(), 0);
        let longest = |edge: usize| record.edges[edge].latency().max().expect("some ended");
        assert!(longest(0) < millis(310) && longest(1) > secs(19));
        assert_eq!(second.failed_as(Class::Network) > 0, !resume);
        assert_eq!(second.answered() + second.open(), second.issued);
        assert_eq!(record.services[0].down, 0, "it answers others");
    }
}

/// A request of a service whose caller has given up is still one for its task.
#[test]
fn what_is_done_unseen_for_a_task_is_in_its_scope() {
    let mut system = system();
    system.services[0].steps = vec![Step::Work(Distribution::constant(secs(1))), tank::call(1)];
    let mut behind = system.services[0].clone();
    (behind.name, behind.steps) = ("behind".to_owned(), Vec::new());
    system.services.push(behind);
    system.edges.push(Edge { from: Caller::Service(0), to: 1, policy: None });
    system.policies = vec![tank::policy(vec![tank::timeout(millis(500))])];
    system.edges[0].policy = Some(0);
    let errors = Errors { class: Class::Network, share: 1.0, permanent: Permanent::Attempt };
    let fault = once(Place::Service(1), errors, 0, 1000);
    let scope = Scope { tasks: Some(0), ..Scope::ALL };
    system.faults = vec![Fault { effect: fault.effect.within(scope), ..fault }];
    let record = run(&system, 1, Watch::Counts);
    let calls = &record.edges[1].calls;
    assert!(calls.answered() > 100);
    assert_eq!(calls.failed(), calls.answered());
}
