//! Adaptive limits against naive models, at their bounds, and in the path of calls.

use patterns::Classification::{Failure, Ignored, Success};
use patterns::adaptive_concurrency::{
    AdaptiveConcurrency, Algorithm, MinRtt, OnCancel, Settings, Tracked, Window,
};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Reason, Time};
use proptest::prelude::*;

const AIMD: Algorithm = Algorithm::Aimd { backoff: 0.9, timeout: Duration::from_millis(50) };
const VEGAS: Algorithm = Algorithm::Vegas { smoothing: 1.0, probe_multiplier: 30 };
const GRADIENT2: Algorithm =
    Algorithm::Gradient2 { smoothing: 0.2, queue: 4, long_window: 600, tolerance: 1.5 };
const ENVOY: Algorithm = Algorithm::Gradient {
    percentile: 0.5,
    interval: Duration::from_millis(100),
    buffer: 0.25,
    min_rtt: MinRtt::Measured,
    samples: 3,
    measured_every: Duration::from_secs(1),
    jitter: 0.5,
};

fn settings(algorithm: Algorithm) -> Settings {
    Settings::of(algorithm).with(|settings| (settings.min, settings.max) = (2, 100))
}

fn beginning_at(initial: u32, algorithm: Algorithm) -> Settings {
    settings(algorithm).with(|settings| settings.initial = Auto::Is(initial))
}

fn machine(settings: Settings) -> AdaptiveConcurrency {
    AdaptiveConcurrency::new(settings).expect("valid")
}

const fn at(millis: u64) -> Time {
    Time::from_nanos(millis * 1_000_000)
}

/// So many calls at once that take so long; the limit afterwards.
fn batch(machine: &mut AdaptiveConcurrency, now: &mut u64, calls: u32, millis: u64) -> u32 {
    let permits: Vec<_> = (0..calls).map_while(|_| machine.try_acquire(at(*now)).ok()).collect();
    *now += millis;
    for permit in permits {
        machine.record_with(permit, Success, at(*now), &mut || 0.5);
    }
    machine.limit()
}

fn any_algorithm() -> impl Strategy<Value = Algorithm> {
    prop_oneof![Just(AIMD), Just(VEGAS), Just(GRADIENT2), Just(ENVOY)]
}

proptest! {
    #[test]
    fn the_limit_keeps_its_bounds_and_every_permit_comes_back(
        algorithm in any_algorithm(),
        min in 1..6_u32,
        more in 0..40_u32,
        story in prop::collection::vec((0..6_u8, 0..40_u64, 0..64_usize), 1..400),
    ) {
        let max = min + more;
        let given = beginning_at(min + more / 2, algorithm).with(|settings| {
            (settings.min, settings.max) = (min, max);
        });
        let mut machine = machine(given);
        let mut open = Vec::new();
        let mut now = 1_000;
        for (what, millis, which) in story {
            // Time goes back now and then.
            now = if what == 5 { now - millis } else { now + millis };
            if what < 3 {
                let before = machine.in_flight();
                prop_assert_eq!(before as usize, open.len());
                match machine.try_acquire(at(now)) {
                    Ok(permit) => {
                        prop_assert!(before < machine.limit());
                        open.push(permit);
                    }
                    Err(rejected) => {
                        prop_assert_eq!(rejected.reason, Reason::Full);
                        prop_assert_eq!(machine.figures().in_flight, before);
                        prop_assert!(machine.figures().limit <= before);
                    }
                }
            } else if !open.is_empty() {
                let permit = open.swap_remove(which % open.len());
                let result = [Success, Failure, Ignored][which % 3];
                let before = machine.limit();
                machine.record_with(permit, result, at(now), &mut || 0.5);
                if result == Ignored && algorithm != ENVOY {
                    prop_assert_eq!(machine.limit(), before);
                }
                if result == Failure && matches!(algorithm, AIMD | VEGAS) {
                    prop_assert!(machine.limit() <= before, "a drop raised the limit");
                }
            }
            prop_assert!((min..=max).contains(&machine.limit()));
        }
    }

    #[test]
    fn aimd_is_its_formula(story in prop::collection::vec((1..30_u32, 0..100_u64), 1..100)) {
        let mut machine = machine(settings(AIMD));
        let (mut now, mut limit) = (0, 20_u32);
        for (calls, millis) in story {
            let calls = calls.min(limit);
            for in_flight in 1..=calls {
                limit = if 50 < millis {
                    (f64::from(limit) * 0.9) as u32
                } else if limit <= in_flight * 2 {
                    limit + 1
                } else {
                    limit
                };
                limit = limit.clamp(2, 100);
            }
            prop_assert_eq!(batch(&mut machine, &mut now, calls, millis), limit);
        }
    }

    #[test]
    fn gradient2_is_its_formula(story in prop::collection::vec((1..30_u32, 1..100_u64), 1..60)) {
        let mut machine = machine(settings(GRADIENT2));
        let (mut now, mut limit) = (0, 20.0_f64);
        let (mut long, mut all) = (0.0, Vec::new());
        for (calls, millis) in story {
            let calls = calls.min(limit as u32);
            for in_flight in 1..=calls {
                let short = millis as f64 * 1e6;
                all.push(short);
                long = if all.len() <= 10 {
                    all.iter().sum::<f64>() / all.len() as f64
                } else {
                    long + (short - long) * 2.0 / 601.0
                };
                let ratio = long / short;
                if 2.0 < ratio {
                    long *= 0.95;
                }
                if limit / 2.0 <= f64::from(in_flight) {
                    let g = (1.5 * ratio).clamp(0.5, 1.0);
                    limit = (0.8 * limit + 0.2 * (limit * g + 4.0)).clamp(2.0, 100.0);
                }
            }
            let got = batch(&mut machine, &mut now, calls, millis);
            // The model sums in another order, so the limit may be cut just beside a whole number.
            prop_assert!((f64::from(got) - limit).abs() < 1.0 + 1e-6, "{got} for {limit}");
        }
    }

    #[test]
    fn an_idle_caller_raises_nothing(millis in 1..40_u64, vegas in any::<bool>()) {
        for algorithm in [AIMD, if vegas { VEGAS } else { GRADIENT2 }] {
            let mut machine = machine(settings(algorithm));
            let mut now = 0;
            for _ in 0..200 {
                prop_assert_eq!(batch(&mut machine, &mut now, 9, millis), 20);
            }
        }
    }

    #[test]
    fn it_reaches_its_maximum_when_all_is_well_and_never_falls(millis in 1..50_u64) {
        for algorithm in [AIMD, VEGAS, GRADIENT2] {
            let mut machine = machine(settings(algorithm));
            let (mut now, mut last) = (0, 20);
            for _ in 0..100 {
                let limit = batch(&mut machine, &mut now, u32::MAX, millis);
                prop_assert!(last <= limit);
                last = limit;
            }
            prop_assert_eq!(last, 100);
        }
    }
}

#[test]
fn half_of_the_limit_in_use_is_enough_and_the_timeout_itself_is_good() {
    let mut now = 0;
    let mut aimd = machine(settings(AIMD));
    assert_eq!(batch(&mut aimd, &mut now, 9, 50), 20);
    assert_eq!(batch(&mut aimd, &mut now, 10, 50), 21);
    assert_eq!(batch(&mut aimd, &mut now, 1, 51), 18);
}

#[test]
fn vegas_falls_when_the_queue_is_too_long() {
    let mut now = 0;
    let mut vegas = machine(settings(VEGAS));
    // The first sample is the base, the next of 20 with half of the limit in use see no queue.
    assert_eq!(batch(&mut vegas, &mut now, 1, 10), 20);
    assert_eq!(batch(&mut vegas, &mut now, 10, 10), 26);
    // q = ceil(26 (1 - 10/13)) = 6 = beta: stays; a longer queue: one less for each sample.
    assert_eq!(batch(&mut vegas, &mut now, 13, 13), 26);
    assert_eq!(batch(&mut vegas, &mut now, 13, 20), 25);
}

#[test]
fn the_gradient_measures_limits_and_measures_again() {
    let mut now = 0;
    let mut envoy = machine(settings(ENVOY));
    assert!(envoy.is_measuring());
    assert_eq!(batch(&mut envoy, &mut now, 9, 10), 2, "two at a time while it measures");
    assert_eq!(batch(&mut envoy, &mut now, 1, 10), 20, "the third sample ends it");
    assert!(!envoy.is_measuring());
    // At 20 ms; 10 ms without load, the same under load: g = 1.25, 25 + 5 at 120 ms.
    batch(&mut envoy, &mut now, 5, 10);
    now = 119;
    assert_eq!(batch(&mut envoy, &mut now, 0, 0), 20);
    assert!(envoy.try_acquire(at(119)).is_ok());
    assert_eq!(envoy.limit(), 20);
    assert!(envoy.try_acquire(at(120)).is_ok());
    assert_eq!(envoy.limit(), 30);
    // An interval of 1 s and a draw of 0.5 times half of it: at 1270 ms.
    assert!(envoy.try_acquire(at(1_269)).is_ok());
    assert_eq!(envoy.limit(), 30);
    assert!(envoy.try_acquire(at(1_270)).is_err(), "three are under way, and the limit is two");
    assert_eq!(envoy.limit(), 2);
}

#[test]
fn the_fifth_minimum_in_a_row_begins_a_measurement() {
    let mut envoy = machine(beginning_at(2, ENVOY));
    let mut now = 0;
    while envoy.is_measuring() {
        batch(&mut envoy, &mut now, 1, 1);
    }
    let mut windows = 0;
    while !envoy.is_measuring() {
        // Two calls at 40 ms against 1 ms: g = 1/2, and 1 + 1 is the minimum again.
        batch(&mut envoy, &mut now, 2, 100);
        windows += 1;
        assert!(windows < 8, "it never measured again");
    }
    assert_eq!(windows, 6, "five windows, of which the last is seen to end by the sixth");
}

#[test]
fn a_window_gathers_before_the_limit_sees_anything() {
    let window = Window::of(Duration::from_secs(1)).with(|window| {
        window.tracked = Tracked::Shortest;
    });
    let mut aimd = machine(settings(AIMD).with(|settings| settings.window = Some(window)));
    let mut now = 1;
    assert_eq!(batch(&mut aimd, &mut now, 1, 10), 20, "too few samples, to 1011 ms");
    assert_eq!(batch(&mut aimd, &mut now, 10, 10), 20);
    now = 1_001;
    assert_eq!(batch(&mut aimd, &mut now, 1, 10), 20, "exactly at its end it is open");
    assert_eq!(batch(&mut aimd, &mut now, 1, 1), 21);
    now = 5_000;
    assert_eq!(batch(&mut aimd, &mut now, 20, 0), 21, "too short to be samples");
}

#[test]
fn in_the_path_it_refuses_and_gives_every_permit_back_once() {
    let layer = machine(beginning_at(2, AIMD));
    let mut driver = Driver::new(layer, &[]);
    let full = Action::Reply(Outcome::failed(Class::Rejected));
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.call(1), Action::Send);
    assert_eq!(driver.call(2), full);
    driver.cancel(2);
    driver.cancel(0);
    driver.late(0, Outcome::failed(Class::Timeout));
    driver.cancel(0);
    assert_eq!((driver.layer.in_flight(), driver.layer.limit()), (1, 2));
    let refused = Outcome::failed(Class::BulkheadFull);
    assert_eq!(driver.reply(1, refused), Action::Reply(refused));
    assert_eq!((driver.layer.in_flight(), driver.layer.limit()), (0, 2));
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.layer.limit(), 3);
    assert_eq!(driver.call(0), Action::Send);
    let late = Outcome::failed(Class::Timeout);
    assert_eq!(driver.reply(0, late), Action::Reply(late));
    assert_eq!(driver.layer.limit(), 2);
}

#[test]
fn only_changes_between_measuring_and_limiting_are_told() {
    use patterns::Layer;
    let mut driver = Driver::new(machine(settings(ENVOY)), &[0.0]);
    assert_eq!(driver.initial_state(), Some("measuring"));
    for _ in 0..40 {
        assert_eq!(driver.call(0), Action::Send);
        driver.pass(Duration::from_millis(10));
        assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    }
    assert_eq!(driver.states(), ["limiting"]);
    driver.pass(Duration::from_secs(1));
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.states(), ["limiting", "measuring"]);
    assert_eq!(driver.rng.taken(), 1);
    assert_eq!(machine(settings(AIMD)).initial_state(), None);
}

#[test]
fn adaptive_concurrency_counts_a_cancelled_call_as_it_is_set_to() {
    for (on_cancel, limit) in [(OnCancel::Ignore, 20), (OnCancel::Dropped, 18)] {
        let mut aimd = machine(settings(AIMD).with(|settings| settings.on_cancel = on_cancel));
        let permit = aimd.try_acquire(at(0)).expect("below the limit");
        aimd.cancel(permit, at(1));
        assert_eq!((aimd.in_flight(), aimd.limit()), (0, limit), "{on_cancel:?}");
    }
}

#[test]
fn adaptive_concurrency_takes_a_limit_set_by_hand_and_goes_on_from_there() {
    for algorithm in [AIMD, VEGAS, GRADIENT2] {
        let mut machine = machine(settings(algorithm));
        for (by_hand, limit) in [(50, 50), (0, 2), (1_000, 100)] {
            machine.set_limit(by_hand);
            assert_eq!(machine.limit(), limit, "{algorithm:?}");
        }
    }
    let mut now = 0;
    let mut aimd = machine(settings(AIMD));
    aimd.set_limit(50);
    assert_eq!(batch(&mut aimd, &mut now, 25, 10), 51, "half of 50 was in use by the last one");
    // While it measures, the limit stays at `min`; then it is the one that was set.
    let mut envoy = machine(settings(ENVOY));
    envoy.set_limit(50);
    assert_eq!((envoy.limit(), envoy.figures().unloaded), (2, None));
    for _ in 0..3 {
        batch(&mut envoy, &mut now, 1, 10);
    }
    assert_eq!(envoy.limit(), 50);
    let unloaded = envoy.figures().unloaded.expect("it was measured").as_secs_f64();
    assert!((unloaded / 0.010 - 1.0).abs() < 1.0 / 32.0, "{unloaded}");
    envoy.set_limit(7);
    assert_eq!(envoy.limit(), 7);
}

#[test]
fn adaptive_concurrency_knows_whether_it_draws() {
    let fixed = Algorithm::Gradient {
        percentile: 0.5,
        interval: Duration::from_millis(100),
        buffer: 0.25,
        min_rtt: MinRtt::Fixed(Duration::from_millis(10)),
        samples: 3,
        measured_every: Duration::from_secs(1),
        jitter: 0.5,
    };
    for (algorithm, draws) in
        [(AIMD, false), (VEGAS, true), (GRADIENT2, false), (ENVOY, true), (fixed, false)]
    {
        let mut machine = machine(settings(algorithm));
        assert_eq!(machine.uses_chance(), draws, "{algorithm:?}");
        if !draws {
            let permit = machine.try_acquire(at(0)).expect("below the limit");
            machine.record(permit, Success, at(1));
        }
    }
}

#[test]
#[should_panic(expected = "it needs `record_with`")]
fn adaptive_concurrency_that_draws_needs_a_source_of_draws() {
    let mut vegas = machine(settings(VEGAS));
    let permit = vegas.try_acquire(at(0)).expect("below the limit");
    vegas.record(permit, Success, at(1));
}

#[test]
#[should_panic(expected = "given by another machine")]
fn adaptive_concurrency_takes_no_permit_of_another_one() {
    let [mut one, mut two] = [AIMD, AIMD].map(|algorithm| machine(settings(algorithm)));
    let permit = one.try_acquire(at(0)).expect("below the limit");
    two.record(permit, Success, at(1));
}

#[test]
fn settings_that_cannot_be_are_named() {
    let reported = |settings| AdaptiveConcurrency::new(settings).expect_err("invalid").to_string();
    let good = settings(AIMD);
    assert_eq!(reported(good.with(|s| s.min = 0)), "`min` must be at least 1, not 0");
    assert_eq!(reported(good.with(|s| s.max = 1)), "`max` must be at least `min`");
    assert_eq!(reported(beginning_at(101, AIMD)), "`initial` must be from `min` to `max`");
    for backoff in [0.0, 1.0, f64::NAN] {
        let aimd = Algorithm::Aimd { backoff, timeout: Duration::ZERO };
        let must_be = "`algorithm.backoff` must be more than 0 and less than 1";
        assert_eq!(reported(settings(aimd)), format!("{must_be}, not {backoff:?}"));
    }
    let vegas = |smoothing, probe_multiplier| Algorithm::Vegas { smoothing, probe_multiplier };
    let probe = "`algorithm.probe-multiplier` must be at least 1, not 0";
    assert_eq!(reported(settings(vegas(1.0, 0))), probe);
    let smoothing = "`algorithm.smoothing` must be more than 0 and at most 1, not 1.1";
    assert_eq!(reported(settings(vegas(1.1, 1))), smoothing);
    let window = Window::of(Duration::from_secs(1)).with(|window| {
        window.longest = Auto::Is(Duration::from_millis(999));
    });
    let longest = "`window.longest` must be at least `shortest`";
    assert_eq!(reported(good.with(|s| s.window = Some(window))), longest);
}
