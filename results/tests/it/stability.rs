//! What piles up, and what only looks so.

use patterns::{Duration, Time};
use results::PileUp;
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Step, System};
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
            "a: 75.03 % of 3600 tasks are still open, 2701 more each hour",
            "s: 75.03 % of 3600 requests are still open, 2701 more each hour"
        ]
    );
    // The line is at the agents, if each works on one task at a time.
    let mut system = system(4);
    system.agents[0].slots = 1;
    assert_eq!(piles(&system), ["a: 75.03 % of 3600 tasks are still open, 2701 more each hour"]);
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
    let mut short = system(1);
    short.agents[0].steps = vec![Step::call(0), Step::call(0)];
    short.horizon = Time::ZERO + Duration::from_secs(150);
    assert_eq!(piles(&short), [""; 0], "a hundred are few");
}
