//! A breaker as an alarm: whether it opens when there is a fault, and how soon.

use sim::fault::Schedule;
use sim::fault::kinds::down::Down;
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, System};
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
