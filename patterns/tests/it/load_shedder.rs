//! A shedder refuses what could not be done in time, the least important first.

use std::cmp::Ordering;

use patterns::load_shedder::{LoadShedder, Sent, Settings};
use patterns::testing::Driver;
use patterns::{Action, Class, Classes, Duration, Outcome, Permit, Reason, Rejected, Time};
use proptest::prelude::*;

const REFUSED: Action = Action::Reply(Outcome::failed(Class::Rejected));

const OVERLOADED: Rejected = Rejected { reason: Reason::Overloaded, until: None };

fn millis(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

/// Ten buckets of a second.
fn settings() -> Settings {
    Settings::default().with(|settings| {
        settings.buckets = 10;
        settings.step = 0.1;
    })
}

/// Asks under this load, and leaves the call under way for ever.
fn asks(shed: &mut LoadShedder, load: f64, priority: u8, now: Time) -> Result<(), Rejected> {
    shed.try_acquire(now, load, priority).map(|_forgotten| ())
}

/// A call under no load that takes this long, and passes now.
fn passes(shed: &mut LoadShedder, took: u64, now: Time) {
    let permit = shed.try_acquire(now, 0.0, 0).expect("no load");
    shed.record_took(permit, Duration::from_millis(took), now);
}

/// What can be held, as a fraction in its definition: the most calls of a bucket times the shortest
/// mean time, in buckets of a second, rounded to the nearest, and up from exactly one half.
fn capacity(buckets: &[Vec<u64>]) -> Option<u64> {
    let full: Vec<&Vec<u64>> = buckets.iter().filter(|all| !all.is_empty()).collect();
    let most = full.iter().map(|all| all.len() as u64).max()?;
    let mean = |all: &&Vec<u64>| (all.iter().sum::<u64>(), all.len() as u64);
    let shorter = |one: &(u64, u64), two: &(u64, u64)| (one.0 * two.1).cmp(&(two.0 * one.1));
    let (sum, count) = full.iter().map(mean).min_by(shorter)?;
    let (whole, left) = (most * sum / (count * 1_000), most * sum % (count * 1_000));
    let rounds_up = (2 * left).cmp(&(count * 1_000)) != Ordering::Less;
    Some(whole + u64::from(rounds_up))
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
        let mut permits: Vec<Permit<Sent>> = Vec::new();
        let mut passed: Vec<(u64, u64)> = Vec::new();
        // Loads at which something was refused, and when.
        let mut held: Option<(f64, u64)> = None;
        for happening in story {
            let in_flight = permits.len() as u32;
            match happening {
                Happening::Pass(millis) => now += millis,
                Happening::Passed(took) => {
                    let Some(permit) = permits.pop() else { continue };
                    shed.record_took(permit, Duration::from_millis(took), millis(now));
                    passed.push((now / 1_000, took));
                }
                Happening::Gone => {
                    let Some(permit) = permits.pop() else { continue };
                    shed.cancel(permit, millis(now));
                }
                Happening::Admit(load, class) => {
                    let second = now / 1_000;
                    let of = |bucket: u64| -> Vec<u64> {
                        passed.iter().filter(|(at, _)| *at == bucket).map(|(_, t)| *t).collect()
                    };
                    let recent: Vec<Vec<u64>> =
                        ((second + 1).saturating_sub(10)..second).map(of).collect();
                    let capacity = capacity(&recent);
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
                        let reported = asks(&mut shed.clone(), load, other, millis(now));
                        prop_assert!(!refuses || other < class || reported == Err(OVERLOADED));
                        prop_assert!(refuses || class < other || reported == Ok(()));
                    }
                    let asked = shed.try_acquire(millis(now), load, class);
                    prop_assert_eq!(asked.is_err(), refuses);
                    match asked {
                        Ok(permit) => permits.push(permit),
                        Err(_) => held = Some((load_now, now)),
                    }
                }
            }
            prop_assert_eq!(shed.in_flight() as usize, permits.len());
        }
    }
}

/// A shedder that can hold two: two pass in a second, and each takes one.
fn of_two() -> LoadShedder {
    let mut shed = shed();
    for _ in 0..2 {
        passes(&mut shed, 1_000, millis(500));
    }
    assert_eq!(shed.capacity(millis(1_000)), Some(2));
    shed
}

#[test]
fn it_refuses_more_than_can_be_held_and_only_when_overloaded() {
    let mut shed = of_two();
    let now = millis(1_000);
    for _ in 0..5 {
        assert!(asks(&mut shed, 0.799, 0, now).is_ok(), "not overloaded");
    }
    assert_eq!(asks(&mut shed, 0.8, 0, now), Err(OVERLOADED), "at exactly the threshold it is");
    let mut shed = of_two();
    for under_way in 0..6 {
        assert_eq!(asks(&mut shed, 0.8, 0, now).is_ok(), under_way <= 2, "{under_way}");
    }
}

#[test]
fn it_stays_hot_for_as_long_as_it_cools_off() {
    let mut shed = of_two();
    let now = millis(1_000);
    (0..3).for_each(|_| assert!(asks(&mut shed, 0.9, 0, now).is_ok()));
    assert!(asks(&mut shed, 0.9, 0, now).is_err());
    assert!(asks(&mut shed, 0.0, 0, millis(1_999)).is_err(), "which makes it hot for longer");
    assert!(asks(&mut shed, 0.0, 0, millis(2_998)).is_err());
    assert!(asks(&mut shed, 0.0, 0, millis(3_998)).is_ok(), "over at exactly its end");
}

#[test]
fn what_matters_less_is_refused_earlier() {
    let mut shed = of_two();
    let now = millis(1_000);
    (0..3).for_each(|_| assert!(asks(&mut shed, 0.0, 0, now).is_ok()));
    let refused =
        |load: f64| [0, 1, 2, 3, 4].map(|class| asks(&mut shed.clone(), load, class, now).is_err());
    assert_eq!(refused(0.75), [false, true, true, true, true]);
    assert_eq!(refused(0.55), [false, false, false, true, true]);
    assert_eq!(refused(0.8), [true; 5]);
}

#[test]
fn without_anything_that_passed_nothing_is_refused() {
    let mut shed = shed();
    for _ in 0..1_000 {
        assert!(asks(&mut shed, 1.0, 0, millis(0)).is_ok());
    }
    // What passed is forgotten after the window.
    let mut shed = of_two();
    assert_eq!(shed.capacity(millis(9_999)), Some(2));
    assert_eq!(shed.capacity(millis(10_000)), None);
}

#[test]
fn the_load_of_a_layer_is_the_share_of_waiting() {
    let smoothed = |smoothing| settings().with(|settings| settings.smoothing = smoothing);
    let mut shed = LoadShedder::new(smoothed(1.0)).expect("valid");
    assert!(shed.load(millis(0)).abs() < 1e-12);
    passes(&mut shed, 200, millis(200));
    for (took, load) in [(200, 0.0), (400, 0.5), (1_000, 0.8), (100, 0.0)] {
        passes(&mut shed, took, millis(1_000));
        assert!((shed.load(millis(1_000)) - load).abs() < 1e-12, "{took}");
    }
    let mut slow = LoadShedder::new(smoothed(0.5)).expect("valid");
    for (took, at) in [(200, 0), (1_000, 1_000)] {
        passes(&mut slow, took, millis(at));
    }
    // Half way from 200 to 1000 ms.
    assert!((slow.load(millis(1_000)) - (1.0 - 200.0 / 600.0)).abs() < 1e-12);
}

#[test]
fn in_the_path_of_calls_it_notes_when_it_sheds() {
    let settings = settings().with(|settings| {
        (settings.smoothing, settings.threshold) = (1.0, 0.5);
        settings.drops = Classes::REMOTE;
    });
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
    assert_eq!(driver.states(), ["shedding", "normal"]);
    assert_eq!(driver.rng.taken(), 0);
}

#[test]
fn load_shedder_holds_one_more_from_exactly_half_a_call_on() {
    // One bucket is a second, so thousandths of it that a call takes are thousandths of a call.
    for (took, calls, capacity) in [
        (499, 1, 0),
        (500, 1, 1),
        (1_499, 1, 1),
        (1_500, 1, 2),
        (250, 2, 1),
        (833, 3, 2),
        (834, 3, 3),
    ] {
        let mut shed = shed();
        for _ in 0..calls {
            passes(&mut shed, took, millis(1));
        }
        assert_eq!(shed.capacity(millis(1_000)), Some(capacity), "{calls} of {took} ms");
    }
    // 11 of 2500 ms are 55/2 calls. As a rate in floating point times a time they are a little
    // less, and rounding down came of that.
    let mut shed = shed();
    (0..11).for_each(|_| passes(&mut shed, 2_500, millis(1)));
    assert_eq!(shed.capacity(millis(1_000)), Some(28));
}

#[test]
fn load_shedder_compares_mean_times_exactly() {
    let settings = Settings::default().with(|settings| {
        (settings.window, settings.buckets) = (Duration::from_nanos(100), 10);
    });
    let mut shed = LoadShedder::new(settings).expect("valid");
    for (took, now) in [(15, 0), (15, 0), (15, 0), (14, 10)] {
        let permit = shed.try_acquire(Time::from_nanos(now), 0.0, 0).expect("no load");
        shed.record_took(permit, Duration::from_nanos(took), Time::from_nanos(now));
    }
    // Three at most, 14 ns at best, in buckets of 10 ns: 4.2.
    assert_eq!(shed.capacity(Time::from_nanos(20)), Some(4));
}

#[test]
fn load_shedder_takes_the_time_since_the_permit_and_leaves_out_what_failed() {
    use patterns::Classification::{Failure, Ignored, Success};
    let mut shed = shed();
    let mut permits = [0, 0, 0].map(|at| shed.try_acquire(millis(at), 0.0, 0).ok()).into_iter();
    for (result, at) in [(Success, 600), (Failure, 900), (Ignored, 950)] {
        let permit = permits.next().flatten().expect("no load");
        shed.record(permit, result, millis(at));
    }
    let figures = shed.figures(millis(1_000));
    assert_eq!((figures.capacity, figures.in_flight), (Some(1), 0), "one that took 600 ms");
    assert!(!figures.is_shedding);
}

#[test]
fn clocks_and_settings_at_their_ends_do_no_harm() {
    let mut shed = of_two();
    for now in [Time::MAX, Time::ZERO, millis(5), Time::MAX] {
        let asked = [(); 3].map(|()| shed.try_acquire(now, 0.0, 255).ok());
        for permit in asked.into_iter().flatten() {
            shed.record_took(permit, Duration::MAX, now);
        }
        let _told = shed.figures(now);
    }
    assert_eq!(shed.in_flight(), 0);
    let reported = |change: &dyn Fn(&mut Settings)| {
        LoadShedder::new(settings().with(change)).map(drop).unwrap_err().to_string()
    };
    assert_eq!(reported(&|s| s.threshold = 0.0), "`threshold` must be more than 0, not 0.0");
    assert_eq!(reported(&|s| s.threshold = f64::NAN), "`threshold` must be more than 0, not NaN");
    assert_eq!(reported(&|s| s.step = -0.1), "`step` must be at least 0, not -0.1");
    assert_eq!(reported(&|s| s.buckets = 0), "`buckets` must be from 1 to 10000, not 0");
    assert_eq!(reported(&|s| s.window = Duration::ZERO), "`window` must be longer than 0s, not 0s");
    let short = "`buckets` must be no more than the nanoseconds of `window`";
    assert_eq!(reported(&|s| s.window = Duration::from_nanos(9)), short);
    let smoothing = "`smoothing` must be more than 0 and at most 1";
    assert_eq!(reported(&|s| s.smoothing = 0.0), format!("{smoothing}, not 0.0"));
    assert_eq!(reported(&|s| s.smoothing = 1.1), format!("{smoothing}, not 1.1"));
}
