//! What piles up, and what only looks so.

use patterns::{Duration, Time};
use results::PileUp;
use sim::fault::kinds::hang::Hang;
use sim::fault::{Permanent, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Fault, Place, System};
use sim::{Watch, run};

use crate::table;

/// A task each second for one worker, which takes some seconds for each; for an hour.
fn system(secs: u64) -> System {
    let mut system = table::system(secs);
    let gap = Distribution::constant(Duration::from_secs(1));
    system.agents[0].arrivals = Arrivals::Open(gap);
    system.horizon = Time::ZERO + Duration::from_secs(3600);
    system
}

fn piles(system: &System) -> Vec<String> {
    PileUp::all(&run(system, 1, Watch::Counts)).iter().map(ToString::to_string).collect()
}

#[test]
fn what_comes_faster_than_it_goes_piles_up() {
    // Each takes four seconds: a quarter is done.
    assert_eq!(
        piles(&system(4)),
        [
            "a: 75.03 % of 3600 tasks are still open, 2700 more each hour",
            "s: 75.03 % of 3600 requests are still open, 2700 more each hour"
        ]
    );
    // The line is at the agents, if each works on one task at a time.
    let mut system = system(4);
    system.agents[0].slots = 1;
    assert_eq!(piles(&system), ["a: 75.03 % of 3600 tasks are still open, 2700 more each hour"]);
}

#[test]
fn what_is_open_all_the_time_does_not_pile_up() {
    // Each is open for twenty minutes, and 1200 are at a time.
    let mut slow = system(1200);
    slow.services[0].slots = u32::MAX;
    let record = run(&slow, 1, Watch::Counts);
    assert!(record.agents[0].tasks.open() > 1000);
    assert_eq!(PileUp::all(&record), []);

    // Two thousand agents have always one task in hand.
    let mut closed = system(1200);
    closed.services[0].slots = u32::MAX;
    closed.agents[0].count = 2000;
    let think = Distribution::constant(Duration::ZERO);
    closed.agents[0].arrivals = Arrivals::Closed { think, pause: Duration::from_secs(1) };
    assert_eq!(piles(&closed), [""; 0]);
}

#[test]
fn a_system_that_keeps_up_is_stable() {
    assert_eq!(piles(&system(1)), [""; 0]);
    let mut warm = system(1);
    warm.warmup = Time::ZERO + Duration::from_secs(3000);
    assert_eq!(piles(&warm), [""; 0]);
}

/// Tasks that come at random, and a server that takes 100 ms for each on average: M/M/1.
fn mm1(load: f64, secs: u64) -> System {
    let mean = Duration::from_millis(100);
    let mut system = table::system(1);
    system.services[0].latency = Distribution::exponential(mean).unwrap();
    system.agents[0].arrivals =
        Arrivals::Open(Distribution::exponential(mean.scale(1.0 / load)).unwrap());
    system.horizon = Time::ZERO + Duration::from_secs(secs);
    system
}

/// Of how many seeds the runs are unstable.
fn unstable(system: &System, seeds: u64) -> usize {
    let is_unstable = |seed: &u64| !PileUp::all(&run(system, *seed, Watch::Counts)).is_empty();
    (0..seeds).filter(is_unstable).count()
}

#[test]
fn a_busy_system_is_not_unstable() {
    // From runs that are far too short to settle to some that are long.
    for (secs, seeds) in [(20, 1000), (100, 1000), (500, 300), (4000, 40)] {
        assert_eq!(unstable(&mm1(0.95, secs), seeds), 0, "{secs} s");
        assert_eq!(unstable(&mm1(0.99, secs), seeds), 0, "{secs} s");
    }
}

#[test]
fn a_system_with_more_load_than_it_can_do_is_unstable() {
    assert_eq!(unstable(&mm1(1.25, 500), 100), 100);
    assert_eq!(unstable(&mm1(1.1, 2000), 100), 100);
    // A line from long before is one that grows, too.
    let mut warm = mm1(1.25, 2000);
    warm.warmup = Time::ZERO + Duration::from_secs(1500);
    assert_eq!(unstable(&warm, 100), 100);
}

/// A fault of the only service.
fn with_fault(effect: Hang, from: u64, to: u64) -> System {
    let mut system = mm1(0.5, 1000);
    system.agents[0].slots = u32::MAX;
    let lasts = Duration::from_secs(to - from);
    let schedule = Schedule::Once { at: Time::ZERO + Duration::from_secs(from), lasts };
    system.faults = vec![Fault {
        name: "f".to_owned(),
        hits: vec![Place::Service(0)],
        effect: effect.into(),
        schedule,
    }];
    system
}

#[test]
fn a_service_that_hangs_for_good_makes_a_run_unstable() {
    for from in [0, 300, 700, 900] {
        let system = with_fault(
            Hang { resume: true, share: 1.0, permanent: Permanent::Attempt },
            from,
            2000,
        );
        assert_eq!(unstable(&system, 20), 20, "from {from} s on");
    }
    // Half the tasks of the server's capacity come: 5 a second.
    let system =
        with_fault(Hang { resume: true, share: 1.0, permanent: Permanent::Attempt }, 0, 2000);
    let all = PileUp::all(&run(&system, 1, Watch::Counts));
    assert_eq!(all.len(), 2);
    for pile_up in all {
        assert!((pile_up.per_second - 5.0).abs() < 0.5, "{pile_up:?}");
    }
}

#[test]
fn a_service_that_comes_back_does_not_make_a_run_unstable() {
    for (from, to) in [(100, 200), (400, 600), (990, 995)] {
        let system =
            with_fault(Hang { resume: true, share: 1.0, permanent: Permanent::Attempt }, from, to);
        assert_eq!(unstable(&system, 20), 0, "from {from} s to {to} s");
    }
}

#[test]
fn a_short_outage_at_the_end_of_a_long_run_does_not_make_it_unstable() {
    let mut system = with_fault(
        Hang { resume: true, share: 1.0, permanent: Permanent::Attempt },
        39_400,
        40_600,
    );
    system.horizon = Time::ZERO + Duration::from_secs(40_000);
    let record = run(&system, 1, Watch::Counts);
    assert!(record.services[0].open.end > 2500);
    assert_eq!(PileUp::all(&record), []);
}

#[test]
fn what_fills_up_and_settles_is_not_unstable() {
    // Tasks are open for a quarter of the run on average.
    let mut system = mm1(1.0, 4000);
    system.services[0].slots = u32::MAX;
    system.services[0].latency = Distribution::exponential(Duration::from_secs(1000)).unwrap();
    let record = run(&system, 1, Watch::Counts);
    assert!(record.agents[0].open.end > 9000 && record.agents[0].open.middle > 8000);
    assert_eq!(unstable(&system, 20), 0);
}

#[test]
fn a_run_that_is_stopped_goes_by_what_it_had() {
    let limits = |events| sim::Limits { events, ..sim::Limits::default() };
    let stopped = |events| {
        let options = sim::RunOptions { limits: limits(events), ..sim::RunOptions::default() };
        sim::run_until(&mm1(2.0, 1000), 1, &options)
    };
    // Some 20 arrivals and 10 ends a second: before the middle, and after it.
    assert_eq!(PileUp::all(&stopped(10_000)), []);
    let [tasks, _] = &PileUp::all(&stopped(22_000))[..] else { panic!("both pile up") };
    assert!((tasks.per_second - 10.0).abs() < 1.5, "{tasks:?}");
}
