//! A limiter in the path of calls, and its boundaries.

use patterns::rate_limiter::{Kind, OnCancel, RateLimiter, Settings};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, Class, Classes, Duration, Invalid, Outcome, Time};

use crate::rate_limiter_model::{Admit, Decision};

const SECOND: Duration = Duration::from_secs(1);

fn driver(on_cancel: OnCancel) -> Driver<RateLimiter> {
    let settings = Settings::of(Kind::gcra(1, SECOND, 1)).with(|settings| {
        settings.max_wait = SECOND * 2;
        settings.drain_on = Classes::NONE.with(Class::RateLimit);
        settings.on_cancel = on_cancel;
    });
    Driver::new(RateLimiter::new(settings).expect("valid"), &[])
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

#[test]
fn a_call_waits_for_its_time_and_is_sent_once() {
    let mut driver = driver(OnCancel::Keeps);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.call(1), Action::WaitUntil(at(1)));
    assert_eq!(driver.call(2), Action::WaitUntil(at(2)));
    let refused = Outcome::failed_until(Class::Rejected, SECOND * 3);
    assert_eq!(driver.call(3), Action::Reply(refused));
    assert_eq!(driver.wake(1), Action::WaitUntil(at(1)));
    driver.pass(SECOND);
    assert_eq!(driver.wake(1), Action::Send);
    assert_eq!(driver.wake(1), Action::Wait);
    assert_eq!(driver.reply(1, Outcome::Ok), Action::Reply(Outcome::Ok));
}

#[test]
fn the_last_place_of_a_call_given_up_is_given_to_the_next() {
    for (on_cancel, next) in [(OnCancel::GivesBack, 1), (OnCancel::Keeps, 2)] {
        let mut driver = driver(on_cancel);
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.call(1), Action::WaitUntil(at(1)));
        driver.cancel(1);
        driver.cancel(1);
        assert_eq!(driver.call(2), Action::WaitUntil(at(next)));
    }
}

#[test]
fn a_place_with_others_behind_it_is_lost() {
    let mut driver = driver(OnCancel::GivesBack);
    for call in 0..3 {
        let _ = driver.call(call);
    }
    driver.cancel(1);
    let refused = Outcome::failed_until(Class::Rejected, SECOND * 3);
    assert_eq!(driver.call(3), Action::Reply(refused));
}

#[test]
fn a_sent_call_gives_nothing_back() {
    let mut driver = driver(OnCancel::GivesBack);
    assert_eq!(driver.call(0), Action::Send);
    driver.cancel(0);
    assert_eq!(driver.call(1), Action::WaitUntil(at(1)));
}

#[test]
fn a_failure_that_drains_takes_what_is_there() {
    for (outcome, step) in [
        (Outcome::failed(Class::RateLimit), Action::WaitUntil(at(6))),
        (Outcome::failed(Class::Network), Action::Send),
    ] {
        for late in [false, true] {
            let mut driver = driver(OnCancel::Keeps);
            assert_eq!(driver.call(0), Action::Send);
            driver.pass(SECOND * 5);
            if late {
                driver.cancel(0);
                driver.late(0, outcome);
            } else {
                assert_eq!(driver.reply(0, outcome), Action::Reply(outcome));
            }
            assert_eq!(driver.call(1), step);
        }
    }
}

fn limiter(kind: Kind) -> Result<RateLimiter, Invalid> {
    RateLimiter::new(Settings::of(kind))
}

#[test]
fn failsafe_smooth_lets_two_come_closer_than_its_interval() {
    let interval = Duration::from_millis(500);
    let mut smooth = limiter(Kind::Smooth { interval }).expect("valid");
    for (millis, granted) in [(800, true), (999, false), (1000, true), (1001, false)] {
        let decision = smooth.admit(Time::ZERO + Duration::from_millis(millis), 1);
        assert_eq!(decision == Decision::Granted, granted, "{millis}");
    }
}

#[test]
fn a_cold_limiter_grants_a_part_and_a_warm_one_all() {
    let kind = Kind::WarmUp { rate: 90, secs: 4, cold_factor: 3 };
    let mut limiter = limiter(kind).expect("valid");
    let by_second: Vec<u32> = (0..60)
        .map(|second| {
            let granted = |_: &u32| limiter.admit(at(second), 1) == Decision::Granted;
            (0..200).take_while(granted).count() as u32
        })
        .collect();
    assert_eq!(by_second[0], 30);
    assert!(by_second.is_sorted() && by_second[59] == 90, "{by_second:?}");
}

#[test]
fn a_throttled_caller_sends_slower_and_recovers() {
    let throttles = Classes::NONE.with(Class::RateLimit);
    let mut limiter = limiter(Kind::Cubic { throttles }).expect("valid");
    let tenth = |tenths: u64| Time::ZERO + Duration::from_millis(100) * tenths;
    let mut granted = [0; 12];
    for tenths in 0..120 {
        if limiter.admit(tenth(tenths), 1) == Decision::Granted {
            granted[tenths as usize / 10] += 1;
            let outcome = if (20..40).contains(&tenths) {
                Outcome::failed(Class::RateLimit)
            } else {
                Outcome::Ok
            };
            limiter.observe(outcome, tenth(tenths));
        }
    }
    assert_eq!(granted[..2], [10, 10]);
    assert!(granted[3] < 5, "{granted:?}");
    assert!(granted[3] < granted[11], "{granted:?}");
}

#[test]
fn settings_out_of_range_are_named() {
    let zero = Duration::ZERO;
    for (kind, setting) in [
        (Kind::FixedWindow { limit: 0, window: SECOND }, "limit"),
        (Kind::SlidingCounter { limit: 1, window: zero }, "window"),
        (Kind::SlidingLog { limit: u32::MAX, window: SECOND }, "limit"),
        (Kind::SlidingWindow { limit: 1, window: SECOND, segments: 7 }, "segments"),
        (
            Kind::TokenBucket { permits: 1, per: SECOND, burst: Auto::Auto, first: Auto::Is(2) },
            "first",
        ),
        (Kind::gcra(0, SECOND, 1), "permits"),
        (Kind::gcra(1, SECOND, 0), "burst"),
        (Kind::IntervalBucket { fill: 0, every: SECOND, burst: Auto::Is(1) }, "fill"),
        (Kind::LazyBucket { interval: SECOND, burst: 0 }, "burst"),
        (Kind::LeakyBucket { permits: 1, per: SECOND, tick: zero }, "tick"),
        (Kind::RefreshPeriod { limit: 1, period: zero }, "period"),
        (Kind::Bursty { limit: 0, period: SECOND }, "limit"),
        (Kind::Smooth { interval: zero }, "interval"),
        (Kind::WarmUp { rate: 1, secs: 1, cold_factor: 1 }, "cold-factor"),
    ] {
        let reported = limiter(kind).expect_err("invalid").setting;
        assert_eq!(reported, format!("kind.{setting}"));
    }
}
