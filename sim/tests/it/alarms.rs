//! A breaker as an alarm: whether it opens when there is a fault, and how soon.

use patterns::{Class, Target};
use sim::fault::Schedule;
use sim::fault::kinds::down::Down;
use sim::fault::kinds::force::{Force, Forced};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, Place, System};
use sim::{Watch, run};

use crate::tank::{self, millis, secs};

/// A task each second, whose call takes half a second, from 1 s on.
fn system() -> System {
    let mut system = tank::system(secs(400));
    let every = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("a", 1, every, vec![tank::call(0)])];
    let latency = Distribution::constant(millis(500));
    system.services = vec![tank::service("s", u32::MAX, 0, latency)];
    system.policies = vec![tank::policy(vec![tank::breaker(5, secs(7)), tank::timeout(secs(5))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system
}

fn down(system: &mut System, from: u64, lasts: u64) {
    let half = millis(500);
    let mut fault = tank::once(0, Down {}, secs(from) + half, secs(lasts));
    fault.name = from.to_string();
    system.faults.push(fault);
}

#[test]
fn the_share_of_faults_that_are_found_says_of_how_many_the_time_to_alarm_is() {
    let mut system = system();
    // Ten seconds are enough for five failures, three are not.
    for (from, lasts) in [(50, 10), (150, 3), (250, 10), (350, 3)] {
        down(&mut system, from, lasts);
    }
    let path = "edges.\"a -> s\".breaker.found-faults";
    let found = |system: &System| {
        Measure::parse(path, system).expect(path).of(&run(system, 1, Watch::Counts))
    };
    let [_, missed, ..] = alarms(&system);
    assert_equal(&[found(&system), missed], &[0.5, 2.0]);
    system.faults.truncate(1);
    assert_equal(&[found(&system)], &[1.0]);
}

/// False alarms, missed faults, time to alarm and time to clear.
fn alarms(system: &System) -> [f64; 4] {
    let record = run(system, 1, Watch::Counts);
    ["false-alarms", "missed-faults", "time-to-alarm", "time-to-clear"].map(|name| {
        let path = format!("edges.\"a -> s\".breaker.{name}");
        Measure::parse(&path, system).expect(&path).of(&record)
    })
}

#[track_caller]
fn assert_equal(found: &[f64], expected: &[f64]) {
    let is_near =
        found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-9);
    assert!(is_near, "{found:?}, not {expected:?}");
}

#[test]
fn faults_that_follow_one_another_at_once_are_missed_or_found_as_one() {
    // At fixed times the second one begins before the first one ends, and as a stage after it.
    for is_stage in [false, true] {
        let with = |faults: [(u64, u64); 2]| {
            let mut system = system();
            for (from, lasts) in faults {
                down(&mut system, from, lasts);
            }
            if is_stage {
                let lasts = secs(faults[1].1);
                system.faults[1].schedule = Schedule::After { fault: 0, lasts };
            }
            alarms(&system)
        };
        assert_equal(&with([(100, 1), (101, 1)])[..2], &[0.0, 1.0]);
        assert_equal(&with([(100, 2), (102, 98)]), &[0.0, 0.0, 3.5, 2.0]);
    }
}

#[test]
fn a_breaker_that_opens_in_a_fault_has_raised_an_alarm() {
    let mut system = system();
    // The call of 100 s is lost, and those of 101 to 104 s are refused. Probes of 111, 118, ... s
    // fail; that of 202 s comes back half a second later.
    down(&mut system, 100, 100);
    assert_equal(&alarms(&system), &[0.0, 0.0, 3.5, 2.0]);
    // A second fault of two seconds is too short for it.
    down(&mut system, 300, 2);
    assert_equal(&alarms(&system), &[0.0, 1.0, 3.5, 2.0]);
    // What came before the end of the warm-up does not count.
    system.warmup = tank::at(secs(250));
    let [false_alarms, missed, to_alarm, to_clear] = alarms(&system);
    assert_equal(&[false_alarms, missed], &[0.0, 1.0]);
    assert!(to_alarm.is_nan() && to_clear.is_nan());
}

#[test]
fn a_breaker_that_opens_without_a_fault_has_raised_a_false_alarm() {
    let mut system = system();
    system.services[0].latency = Distribution::constant(secs(10));
    let [false_alarms, missed, to_alarm, to_clear] = alarms(&system);
    // It opens once, and then again and again from half-open.
    assert_equal(&[false_alarms, missed], &[1.0, 0.0]);
    assert!(to_alarm.is_nan() && to_clear.is_nan());
}

#[test]
fn a_layer_that_has_no_bad_state_raises_no_alarm() {
    let path = "edges.\"a -> s\".timeout.false-alarms";
    assert!(Measure::parse(path, &system()).is_err());
}

/// A service that fails always, and a spare one that stands in for it, behind one breaker.
fn with_spare() -> System {
    let mut system = system();
    system.services[0].errors = vec![(Class::Network, 1.0)];
    let latency = Distribution::constant(millis(100));
    system.services.push(tank::service("spare", u32::MAX, 0, latency));
    system.policies[0].layers.push(tank::fallback(Target(0)));
    system.policies[0].targets = vec![1];
    system.edges.push(tank::edge(0, 1, None));
    system
}

#[test]
fn a_breaker_in_front_of_a_fallback_gives_the_alarm_of_where_it_leads() {
    let mut system = with_spare();
    // The breaker sees no failure but while the spare is down: of the calls of 100 s, when it is
    // under way there already, to 104 s.
    let mut fault = tank::once(1, Down {}, secs(100), secs(100));
    system.faults = vec![fault.clone()];
    let [false_alarms, missed, to_alarm, to_clear] = alarms(&system);
    assert_equal(&[false_alarms, missed, to_alarm], &[0.0, 0.0, 4.5]);
    assert!(to_clear > 0.0 && to_clear < 8.0, "{to_clear}");
    // One that is too short for it is missed.
    fault.name = "short".to_owned();
    fault.schedule = Schedule::Once { at: tank::at(secs(300)), lasts: secs(2) };
    system.faults.push(fault);
    assert_equal(&alarms(&system)[..2], &[0.0, 1.0]);
    // What stands below the fallback is not in front of the spare.
    system.policies[0].layers.rotate_right(1);
    let [_, missed, ..] = alarms(&system);
    assert_equal(&[missed], &[0.0]);
}

#[test]
fn a_breaker_behind_which_faults_overlap_misses_none_in_which_it_opens() {
    let mut system = with_spare();
    // One makes it open; another one begins after it, and ends when the breaker is closed again.
    system.faults = vec![tank::once(1, Down {}, secs(100), secs(5))];
    let mut slight = tank::once(0, tank::slow(1.1), secs(101), secs(50));
    slight.name = "slight".to_owned();
    system.faults.push(slight);
    let [false_alarms, missed, ..] = alarms(&system);
    assert_equal(&[false_alarms, missed], &[0.0, 0.0]);
}

#[test]
fn a_breaker_that_is_held_open_by_hand_has_raised_no_alarm() {
    let mut system = system();
    let force = Force { state: Forced::Open };
    let mut held = tank::once(0, force, secs(100), secs(100));
    held.hits = vec![Place::Layer { policy: 0, layer: 0, edge: None }];
    system.faults = vec![held];
    let [false_alarms, missed, to_alarm, to_clear] = alarms(&system);
    assert_equal(&[false_alarms, missed], &[0.0, 0.0]);
    assert!(to_alarm.is_nan() && to_clear.is_nan());
    // Afterwards it is an alarm as before.
    down(&mut system, 300, 50);
    assert_equal(&alarms(&system)[..3], &[0.0, 0.0, 3.5]);
}
