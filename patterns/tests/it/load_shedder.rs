//! A shedder refuses what could not be done in time, the least important first.

use patterns::load_shedder::{LoadShedder, Refused, Settings};
use patterns::testing::Driver;
use patterns::{Action, Class, Classes, Duration, Outcome, Time};
use proptest::prelude::*;

const REFUSED: Action = Action::Reply(Outcome::failed(Class::Rejected));

fn millis(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

/// Ten buckets of a second.
fn settings() -> Settings {
    Settings { window: Duration::from_secs(10), buckets: 10, step: 0.1, ..Settings::AEGIS }
}

fn shed() -> LoadShedder {
    LoadShedder::new(settings()).expect("valid")
}

/// What can happen to a shedder.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Pass(u64),
    Admit(f64, u8),
    Passed(u64),
    Gone,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        2 => (0..1_500_u64).prop_map(Happening::Pass),
        4 => (0.0..1.2, 0..4_u8).prop_map(|(load, class)| Happening::Admit(load, class)),
        3 => (1..3_000_u64).prop_map(Happening::Passed),
        1 => Just(Happening::Gone),
    ];
    prop::collection::vec(one, 1..150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_shedder_is_what_its_history_makes_it(story in happenings()) {
        let mut shed = shed();
        let mut now = 0;
        let mut in_flight = 0_u32;
        let mut passed: Vec<(u64, u64)> = Vec::new();
        // Loads at which something was refused, and when.
        let mut held: Option<(f64, u64)> = None;
        for happening in story {
            match happening {
                Happening::Pass(millis) => now += millis,
                Happening::Passed(_) | Happening::Gone if in_flight == 0 => {}
                Happening::Passed(took) => {
                    shed.passed(Duration::from_millis(took), millis(now));
                    passed.push((now / 1_000, took));
                    in_flight -= 1;
                }
                Happening::Gone => {
                    shed.gone();
                    in_flight -= 1;
                }
                Happening::Admit(load, class) => {
                    let second = now / 1_000;
                    let of = |bucket: u64| -> Vec<u64> {
                        passed.iter().filter(|(at, _)| *at == bucket).map(|(_, t)| *t).collect()
                    };
                    let recent: Vec<Vec<u64>> =
                        ((second + 1).saturating_sub(10)..second).map(of).collect();
                    let full: Vec<&Vec<u64>> = recent.iter().filter(|all| !all.is_empty()).collect();
                    let most = full.iter().map(|all| all.len()).max();
                    let mean = |all: &&Vec<u64>| all.iter().sum::<u64>() as f64 / all.len() as f64;
                    let shortest = full.iter().map(mean).fold(f64::INFINITY, f64::min);
                    let capacity = most.map(|most| (most as f64 * shortest / 1e3 + 0.5) as u64);
                    prop_assert_eq!(shed.capacity(millis(now)), capacity);
                    let load_now = match held {
                        Some((held, at)) if now < at + 1_000 => load.max(held),
                        _ => load,
                    };
                    let is_full = 1 < in_flight
                        && capacity.is_some_and(|capacity| capacity < u64::from(in_flight));
                    let refuses = 0.8 - 0.1 * f64::from(class) <= load_now && is_full;
                    // If this class is refused, so is every lower one at this instant, and if it
                    // is not, no higher one is.
                    for other in 0..6 {
                        let told = shed.clone().admit(load, other, millis(now));
                        prop_assert!(!refuses || other < class || told == Err(Refused));
                        prop_assert!(refuses || class < other || told == Ok(()));
                    }
                    prop_assert_eq!(shed.admit(load, class, millis(now)).is_err(), refuses);
                    if refuses {
                        held = Some((load_now, now));
                    } else {
                        in_flight += 1;
                    }
                }
            }
            prop_assert_eq!(shed.in_flight(), in_flight);
        }
    }
}

/// A shedder that can hold two: two pass in a second, and each takes one.
fn of_two() -> LoadShedder {
    let mut shed = shed();
    for _ in 0..2 {
        shed.admit(0.0, 0, millis(0)).expect("no load");
        shed.passed(Duration::from_secs(1), millis(500));
    }
    assert_eq!(shed.capacity(millis(1_000)), Some(2));
    shed
}

#[test]
fn it_refuses_more_than_can_be_held_and_only_when_overloaded() {
    let mut shed = of_two();
    let now = millis(1_000);
    for _ in 0..5 {
        assert!(shed.admit(0.799, 0, now).is_ok(), "not overloaded");
    }
    assert_eq!(shed.admit(0.8, 0, now), Err(Refused), "at exactly the threshold it is");
    let mut shed = of_two();
    for under_way in 0..6 {
        assert_eq!(shed.admit(0.8, 0, now).is_ok(), under_way <= 2, "{under_way}");
    }
}

#[test]
fn it_stays_hot_for_as_long_as_it_cools_off() {
    let mut shed = of_two();
    let now = millis(1_000);
    (0..3).for_each(|_| assert!(shed.admit(0.9, 0, now).is_ok()));
    assert!(shed.admit(0.9, 0, now).is_err());
    assert!(shed.admit(0.0, 0, millis(1_999)).is_err(), "which makes it hot for longer");
    assert!(shed.admit(0.0, 0, millis(2_998)).is_err());
    assert!(shed.admit(0.0, 0, millis(3_998)).is_ok(), "over at exactly its end");
}

#[test]
fn what_matters_less_is_refused_earlier() {
    let mut shed = of_two();
    let now = millis(1_000);
    (0..3).for_each(|_| assert!(shed.admit(0.0, 0, now).is_ok()));
    let refused =
        |load: f64| [0, 1, 2, 3, 4].map(|class| shed.clone().admit(load, class, now).is_err());
    assert_eq!(refused(0.75), [false, true, true, true, true]);
    assert_eq!(refused(0.55), [false, false, false, true, true]);
    assert_eq!(refused(0.8), [true; 5]);
}

#[test]
fn without_anything_that_passed_nothing_is_refused() {
    let mut shed = shed();
    for _ in 0..1_000 {
        assert!(shed.admit(1.0, 0, millis(0)).is_ok());
    }
    // What passed is forgotten after the window.
    let mut shed = of_two();
    assert_eq!(shed.capacity(millis(9_999)), Some(2));
    assert_eq!(shed.capacity(millis(10_000)), None);
}

#[test]
fn the_load_of_a_layer_is_the_share_of_waiting() {
    let mut shed = LoadShedder::new(Settings { smoothing: 1.0, ..settings() }).expect("valid");
    assert!(shed.load(millis(0)).abs() < 1e-12);
    shed.admit(0.0, 0, millis(0)).expect("no load");
    shed.passed(Duration::from_millis(200), millis(200));
    for (took, load) in [(200, 0.0), (400, 0.5), (1_000, 0.8), (100, 0.0)] {
        shed.admit(0.0, 0, millis(1_000)).expect("no load");
        shed.passed(Duration::from_millis(took), millis(1_000));
        assert!((shed.load(millis(1_000)) - load).abs() < 1e-12, "{took}");
    }
    let mut slow = LoadShedder::new(Settings { smoothing: 0.5, ..settings() }).expect("valid");
    for (took, at) in [(200, 0), (1_000, 1_000)] {
        slow.admit(0.0, 0, millis(at)).expect("no load");
        slow.passed(Duration::from_millis(took), millis(at));
    }
    // Half way from 200 to 1000 ms.
    assert!((slow.load(millis(1_000)) - (1.0 - 200.0 / 600.0)).abs() < 1e-12);
}

#[test]
fn in_the_path_of_calls_it_notes_when_it_sheds() {
    let settings =
        Settings { smoothing: 1.0, threshold: 0.5, drops: Classes::REMOTE, ..settings() };
    let mut driver = Driver::new(LoadShedder::new(settings).expect("valid"), &[]);
    let pass = |driver: &mut Driver<LoadShedder>, took| {
        assert_eq!(driver.call(0), Action::Send);
        driver.pass(Duration::from_millis(took));
        assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    };
    pass(&mut driver, 100);
    driver.pass(Duration::from_secs(1));
    pass(&mut driver, 300);
    // Now it waits for two thirds of its time, and can hold none.
    for call in 1..3 {
        assert_eq!(driver.call(call), Action::Send);
    }
    assert_eq!(driver.call(3), REFUSED);
    assert_eq!(driver.call(4), REFUSED);
    driver.cancel(1);
    driver.late(1, Outcome::Ok);
    let down = Outcome::failed(Class::Network);
    assert_eq!(driver.reply(2, down), Action::Reply(down));
    assert_eq!(driver.layer.in_flight(), 0);
    assert_eq!(driver.call(1), Action::Send);
    driver.pass(Duration::from_secs(1));
    assert_eq!(driver.call(2), Action::Send);
    assert_eq!(driver.effects.states, ["shedding", "normal"]);
    assert_eq!(driver.rng.taken(), 0);
}

#[test]
fn clocks_and_settings_at_their_ends_do_no_harm() {
    let mut shed = of_two();
    for now in [Time::MAX, Time::ZERO, millis(5), Time::MAX] {
        let _told = shed.admit(1.0, 255, now);
        shed.passed(Duration::MAX, now);
        shed.passed(Duration::MAX, now);
        shed.gone();
    }
    assert_eq!(shed.in_flight(), 0);
    let told = |settings| LoadShedder::new(settings).map(drop).unwrap_err().to_string();
    let with = settings();
    let threshold = "`threshold` must be a finite number above 0";
    assert_eq!(told(Settings { threshold: 0.0, ..with }), threshold);
    assert_eq!(told(Settings { threshold: f64::NAN, ..with }), threshold);
    assert_eq!(
        told(Settings { step: -0.1, ..with }),
        "`step` must be a finite number of at least 0"
    );
    let buckets = "`buckets` must be from 1 to 10000, each at least 1 ns long";
    assert_eq!(told(Settings { buckets: 0, ..with }), buckets);
    assert_eq!(told(Settings { window: Duration::ZERO, ..with }), buckets);
    let smoothing = "`smoothing` must be more than 0 and at most 1";
    assert_eq!(told(Settings { smoothing: 0.0, ..with }), smoothing);
    assert_eq!(told(Settings { smoothing: 1.1, ..with }), smoothing);
}
