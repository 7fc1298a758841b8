//! The two kinds that learn, against what their libraries compute, from the whole history.

use patterns::rate_limiter::{Kind, RateLimiter};
use patterns::{Class, Classes, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::rate_limiter_model::{Admit, Decision, limiter};

const SECOND: u64 = 1_000_000_000;

/// What happened to a limiter of botocore, in order.
#[derive(Clone, Copy, Debug)]
enum Event {
    Taken(u32),
    Answer { throttled: bool },
}

/// The bucket of botocore as it stands after some events.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    enabled: bool,
    rate: f64,
    capacity: f64,
    tokens: f64,
    last: f64,
    measured: f64,
    top: f64,
    failed: f64,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            enabled: false,
            rate: 1.0,
            capacity: 1.0,
            tokens: 0.0,
            last: 0.0,
            measured: 0.0,
            top: 0.0,
            failed: 0.0,
        }
    }
}

impl Bucket {
    fn refill(&mut self, now: f64) {
        self.tokens = (self.tokens + (now - self.last) * self.rate).min(self.capacity);
        self.last = now;
    }

    /// `ClientRateLimiter`, `RateClocker`, `CubicCalculator` and `TokenBucket`, one after another.
    fn after(history: &[(u64, Event)], now: u64) -> Self {
        let secs = |nanos: u64| nanos as f64 / 1e9;
        let mut bucket = Self::default();
        let (mut top, mut failed) = (0.0, 0.0);
        let (mut measured, mut count, mut half) = (0.0, 0.0, 0);
        for (time, event) in history {
            let at = secs(*time);
            bucket.refill(at);
            match event {
                Event::Taken(permits) if bucket.enabled => bucket.tokens -= f64::from(*permits),
                Event::Taken(_) => {}
                Event::Answer { throttled } => {
                    count += 1.0;
                    let this_half = time / (SECOND / 2);
                    if half < this_half {
                        let halves = (this_half - half) as f64;
                        measured = 0.8 * count / (halves * 0.5) + 0.2 * measured;
                        (count, half) = (0.0, this_half);
                    }
                    let rate = if *throttled {
                        top = if bucket.enabled { bucket.rate.min(measured) } else { measured };
                        failed = at;
                        bucket.enabled = true;
                        0.7 * top
                    } else {
                        let dip = libm::cbrt(top * 0.3 / 0.4);
                        0.4 * libm::pow(at - failed - dip, 3.0) + top
                    };
                    let rate = rate.min(2.0 * measured);
                    bucket.rate = rate.max(0.5);
                    bucket.capacity = rate.max(1.0);
                    bucket.tokens = bucket.tokens.min(bucket.capacity);
                }
            }
        }
        bucket.refill(secs(now));
        Self { measured, top, failed, ..bucket }
    }
}

/// The stored tokens of Sentinel as each look at them left them: the second, and what passed in it.
fn stored(rate: u32, secs: u32, cold: u32, looks: &[(u64, u32)], second: u64) -> (i64, i64, i64) {
    let [rate, secs, cold] = [rate, secs, cold].map(i64::from);
    let warning = secs * rate / (cold - 1);
    let most = warning + 2 * secs * rate / (1 + cold);
    // Its clock begins so long after its start that the first look fills it.
    let mut tokens = most;
    let passed_in = |second: i64| -> i64 {
        let there = looks.iter().filter(|(look, _)| look.cast_signed() == second);
        there.map(|(_, passed)| i64::from(*passed)).sum()
    };
    let mut filled = 0;
    for now in looks.iter().map(|(look, _)| *look).chain([second]).map(u64::cast_signed) {
        if now <= filled {
            continue;
        }
        let passed = passed_in(now - 1);
        if tokens < warning || (warning < tokens && passed < rate / cold) {
            tokens += (now - filled) * rate;
        }
        tokens = (tokens.min(most) - passed).max(0);
        filled = now;
    }
    (tokens, warning, most)
}

fn cubic() -> RateLimiter {
    limiter(Kind::Cubic { throttles: Classes::NONE.with(Class::RateLimit) }, 0)
}

fn answer(throttled: bool) -> Outcome {
    if throttled { Outcome::failed(Class::RateLimit) } else { Outcome::Ok }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_warm_up_is_that_of_sentinel(
        // Enough for a room above the level of warning; without one Sentinel divides by zero.
        (rate, secs, cold_factor) in (3..40_u32, 1..5_u32, 2..6_u32),
        story in prop::collection::vec((0..1_500_000_000_u64, 1..9_u32, 1..40_u32), 1..60),
    ) {
        let mut limiter = limiter(Kind::WarmUp { rate, secs, cold_factor }, 0);
        let mut looks = Vec::new();
        let mut now = 0;
        for (passes, permits, times) in story {
            now += passes;
            let second = now / SECOND;
            for _ in 0..times {
                let (tokens, warning, most) = stored(rate, secs, cold_factor, &looks, second);
                let full = f64::from(rate);
                let allowed = if warning <= tokens {
                    let slope = f64::from(cold_factor - 1) / full / (most - warning) as f64;
                    (1.0 / ((tokens - warning) as f64 * slope + 1.0 / full)).next_up()
                } else {
                    full
                };
                let used: u32 =
                    looks.iter().filter(|(look, _)| *look == second).map(|(_, n)| n).sum();
                let expected = f64::from(used + permits) <= allowed;
                let granted = limiter.admit(Time::from_nanos(now), permits) == Decision::Granted;
                prop_assert_eq!(granted, expected, "{} of {} at {}", tokens, most, now);
                looks.push((second, if granted { permits } else { 0 }));
                if !granted {
                    break;
                }
            }
        }
    }

    #[test]
    fn cubic_rates_are_those_of_botocore(
        story in prop::collection::vec(
            (0..600_000_000_u64, 1..4_u32, any::<bool>(), prop::bool::weighted(0.15)),
            1..80,
        ),
    ) {
        let mut limiter = cubic();
        let mut history = Vec::new();
        let mut now = 0;
        for (passes, permits, asks, throttled) in story {
            now += passes;
            let time = Time::from_nanos(now);
            if asks {
                let bucket = Bucket::after(&history, now);
                let missing = f64::from(permits) - bucket.tokens;
                let decision = limiter.admit(time, permits);
                let granted = decision == Decision::Granted;
                // Which side of the border rounding falls on is nobody's promise.
                if !bucket.enabled {
                    prop_assert!(granted);
                } else if missing.abs() > 1e-6 {
                    prop_assert_eq!(granted, missing < 0.0, "{:?}, {:?}", decision, bucket);
                }
                if let Decision::Refused(until) = decision {
                    let wait = until.since(time);
                    let expected = Duration::from_secs_f64(missing / bucket.rate).as_nanos();
                    prop_assert!(wait.as_nanos().abs_diff(expected) < 2_000, "{wait} {bucket:?}");
                }
                if granted {
                    history.push((now, Event::Taken(permits)));
                }
            } else {
                limiter.observe(answer(throttled), time);
                history.push((now, Event::Answer { throttled }));
            }
            // What it has learned can be read.
            let expected = Bucket::after(&history, now);
            let learned = limiter.cubic().expect("it learns");
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
            prop_assert_eq!(learned.limits(), expected.enabled);
            prop_assert!(near(learned.rate(), expected.rate), "{learned:?} {expected:?}");
            prop_assert!(near(learned.measured().per_sec(), expected.measured));
            prop_assert!(near(learned.curve().top(), expected.top));
            prop_assert!(near(learned.curve().throttled_at().as_secs_f64(), expected.failed));
            prop_assert!(near(learned.tokens(time), expected.tokens), "{learned:?} {expected:?}");
        }
    }
}

#[test]
fn what_came_before_the_first_throttling_is_in_the_bucket() {
    let mut limiter = cubic();
    let at = |millis| Time::ZERO + Duration::from_millis(millis);
    for tenths in 1..=30 {
        limiter.observe(answer(false), at(tenths * 100));
    }
    limiter.observe(answer(true), at(3_000));
    let state = limiter.figures(at(3_000));
    assert!(1 <= state.free && state.free < u32::MAX, "{state:?}");
}
