//! Kinds of fault at the edges of what they do: cuts in the midst of steps, copies without room,
//! things that stay stale, restarts, and stages that overlap.

use patterns::{Class, Duration};
use sim::fault::kinds::{
    cold_start::ColdStart, cut::Cut, down::Down, duplicate::Duplicate, errors::Errors, leak::Leak,
    slow::Slow, stale::Stale,
};
use sim::fault::{Effect, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Caller, Edge, Fault, Place, System};
use sim::observe::Record;
use sim::{Watch, run};

use crate::tank::{self, at, millis, secs};

/// An agent that calls a service each second, for as long; its work takes so long.
fn each_second(work: Duration, length: u64) -> System {
    let mut system = tank::system(secs(length));
    let arrivals = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("agent", 1, arrivals, vec![tank::call(0)])];
    let service = tank::service("service", u32::MAX, 0, Distribution::constant(work));
    system.services = vec![service];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

fn fault(name: &str, effect: impl Into<Effect>, schedule: Schedule) -> Fault {
    let (name, hits) = (name.to_owned(), vec![Place::Service(0)]);
    Fault { name, hits, effect: effect.into(), schedule }
}

fn once(from: u64, lasts: u64) -> Schedule {
    Schedule::Once { at: at(secs(from)), lasts: secs(lasts) }
}

fn of(system: &System) -> Record {
    run(system, 1, Watch::Counts)
}

/// What would follow its work does not, and its slot is free.
#[test]
fn request_that_is_cut_takes_no_further_step() {
    let mut system = each_second(secs(1_000_000), 1000);
    let back = tank::service("back", u32::MAX, 0, Distribution::constant(secs(1)));
    system.services.push(back);
    system.services[0].steps = vec![tank::call(1)];
    system.edges.push(Edge { from: Caller::Service(0), to: 1, policy: None });
    system.faults = vec![fault("cut", Cut { mean: secs(2) }, once(0, 2000))];
    let record = of(&system);
    let calls = &record.edges[0].calls;
    assert_eq!(calls.failed_as(Class::Network), calls.answered());
    assert!(calls.answered() > 980, "{} of 999", calls.answered());
    assert_eq!(record.edges[1].calls.issued, 0);
    assert_eq!(record.services[0].requests.open(), calls.open());
    let mean = record.edges[0].latency_failed.mean_secs();
    assert!((1.8..2.2).contains(&mean), "{mean}");
}

/// A second one never takes the place of a first.
#[test]
fn copies_that_find_no_room_are_dropped() {
    let mut system = each_second(millis(900), 1000);
    system.faults = vec![fault("twice", Duplicate { share: 1.0 }, once(0, 2000))];
    let requests = |system: &System| {
        let record = of(system);
        assert_eq!(record.edges[0].calls.failed(), 0, "{record:?}");
        (record.services[0].requests.issued, record.services[0].wasted / 1_000_000_000)
    };
    system.services[0].slots = 2;
    assert_eq!(requests(&system), (2000, 899));
    system.services[0].slots = 1;
    assert_eq!(requests(&system), (1000, 0));
    // The copy waits in line, and is begun when the first one ends.
    (system.services[0].latency, system.services[0].queue) =
        (Distribution::constant(millis(400)), 1);
    assert_eq!(requests(&system), (2000, 399));
}

/// What is asked for again has not changed back.
#[test]
fn what_is_stale_stays_stale() {
    let mut stale = 0;
    let mut before = (0, 0);
    for length in (10..200).step_by(10) {
        let mut system = each_second(Duration::ZERO, length);
        system.agents[0].steps = vec![tank::one_of(0, 1)];
        system.faults = vec![fault("stale", Stale { change: secs(20) }, once(0, 1000))];
        let calls = &of(&system).edges[0].calls;
        let is = (calls.answered(), calls.wrong());
        if before.1 > 0 {
            assert_eq!(is.1 - before.1, is.0 - before.0, "all after the first are");
            stale += 1;
        }
        before = is;
    }
    assert!(stale > 5, "{before:?}");
}

fn leak(full_after: Duration, full_after_requests: u32) -> Leak {
    Leak { full_after, full_after_requests, factor: 3.0, fails_from: 1.0, class: Class::Overload }
}

/// Requests come in the seconds 1 to 40 of which each makes the next slower; a restart in second
/// 20.
#[test]
fn leak_is_emptied_by_a_restart_and_by_nothing_else() {
    let latency = |other: Option<Effect>| {
        let mut system = each_second(millis(100), 41);
        system.faults = vec![fault("leak", leak(Duration::MAX, 100), once(0, 1000))];
        let other = other.map(|effect| {
            let schedule = Schedule::Once { at: at(millis(20_500)), lasts: millis(100) };
            fault("other", effect, schedule)
        });
        system.faults.extend(other);
        let record = of(&system);
        assert_eq!(record.edges[0].calls.failed(), 0, "none comes while it is down");
        record.edges[0].latency_ok.mean_secs()
    };
    // The request after n others takes 1 + 2 n / 100 times as long.
    let mean = |n: f64| 0.1 * (1.0 + 0.02 * (n - 1.0) / 2.0);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-4, "{found}");
    near(latency(None), mean(40.0));
    near(latency(Some(Slow { factor: 5.0, share: 1.0 }.into())), mean(40.0));
    near(latency(Some(Down {}.into())), mean(20.0));
}

/// The first of each ten requests finds the service cold, and others as warm as the time says.
#[test]
fn service_is_cold_after_each_pause() {
    let mut system = each_second(millis(1), 120);
    let times = (10..110_u64).filter(|second| second % 20 < 10);
    let times = times.map(|second| at(secs(second + 10)));
    system.agents[0].arrivals = Arrivals::Trace(times.collect());
    let cold = ColdStart { factor: 5.0, tau: secs(3), idle: Some(secs(5)) };
    system.faults = vec![fault("cold", cold, once(0, 1000))];
    let left: f64 = (0..10).map(|second| libm::exp(-f64::from(second) / 3.0)).sum();
    let mean = of(&system).edges[0].latency_ok.mean_secs();
    let expected = 1e-3 * (1.0 + 4.0 * left / 10.0);
    assert!((mean - expected).abs() < 1e-8, "{mean} and {expected}");
}

/// The second stage follows each end of the first but those in which it is still on.
#[test]
fn stage_that_is_still_on_goes_on() {
    let errors = |class| Errors { class, share: 1.0, permanent: false.into() };
    let first =
        Schedule::Every { at: at(millis(10_500)), lasts: secs(5), every: secs(20), chance: 1.0 };
    let mut system = each_second(Duration::ZERO, 100);
    system.faults = vec![
        fault("first", errors(Class::Network), first),
        fault("second", errors(Class::Overload), Schedule::After { fault: 0, lasts: secs(25) }),
        fault("third", errors(Class::Timeout), Schedule::After { fault: 1, lasts: secs(2) }),
    ];
    let record = of(&system);
    // The first one is on from 10.5, 30.5, 50.5, 70.5 and 90.5 s on. The second one is from 15.5 to
    // 40.5 and from 55.5 to 80.5 s, and then from 95.5 s on; the third from 40.5 and 80.5 s on.
    let calls = &record.edges[0].calls;
    let by_class =
        [Class::Network, Class::Overload, Class::Timeout].map(|class| calls.failed_as(class));
    assert_eq!(by_class, [25, 20 + 20 + 5, 4]);
}

/// An outage that begins in the instant in which another one ends goes on with it, whichever of
/// the two events comes first.
#[test]
fn faults_that_follow_one_another_at_once_are_one() {
    let every =
        |from| Schedule::Every { at: at(secs(from)), lasts: secs(1), every: secs(2), chance: 1.0 };
    let faults = |faults: Vec<_>| {
        let mut system = each_second(millis(1), 100);
        system.faults = faults;
        let record = of(&system);
        (record.services[0].fault_intervals, record.services[0].first_fault)
    };
    let (ones, others) =
        (|| fault("ones", Down {}, every(0)), || fault("others", Down {}, every(1)));
    let whole = (1, Some((at(secs(0)), at(secs(100)))));
    assert_eq!(faults(vec![ones(), others()]), whole);
    assert_eq!(faults(vec![others(), ones()]), whole);
    let first = Schedule::Every { at: at(secs(10)), lasts: secs(10), every: secs(50), chance: 1.0 };
    let stages = vec![
        fault("first", Down {}, first),
        fault("second", Down {}, Schedule::After { fault: 0, lasts: secs(10) }),
        fault("third", Down {}, Schedule::After { fault: 1, lasts: secs(10) }),
    ];
    assert_eq!(faults(stages), (2, Some((at(secs(10)), at(secs(40))))));
}
