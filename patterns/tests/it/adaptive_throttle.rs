//! An adaptive throttle refuses the share that its formula says, and learns from what it sends.

use patterns::adaptive_throttle::{AdaptiveThrottle, OnCancel, Rule, Settings};
use patterns::testing::Driver;
use patterns::{Action, Class, Classification, Duration, Outcome, Time};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn settings(rule: Rule) -> Settings {
    Settings::of(rule).with(|settings| {
        settings.window = SECOND * 10;
        settings.counts_rejected = false;
    })
}

fn throttle(rule: Rule) -> AdaptiveThrottle {
    AdaptiveThrottle::new(settings(rule)).expect("valid")
}

/// A call that passed at the beginning of time has this result.
fn result(throttle: &mut AdaptiveThrottle, result: Classification, now: Time) {
    let permit = throttle.try_acquire_with(Time::ZERO, &mut || 1.0).expect("the largest draw");
    throttle.record(permit, result, now);
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

const SRE: Rule = Rule::Sre { k: 2.0, min_requests: 0, cap: 1.0 };
const ENVOY: Rule = success_rate(0.95, 1.0, 0.0, 0.8);

const GO_ZERO: Rule =
    Rule::Protected { spare: 5, k: 1.5, least_k: 1.1, pass_after: Duration::from_secs(1) };
const FINAGLE: Rule =
    Rule::Average { memory: Duration::from_secs(120), threshold: 0.5, min_per_sec: 0.0, cap: 0.75 };

const fn success_rate(rate: f64, aggression: f64, min_per_sec: f64, cap: f64) -> Rule {
    Rule::SuccessRate { rate, aggression, min_per_sec, cap, min_requests: 0 }
}

fn rules() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (1.0..3.0, 0..20_u32, 0.0..=1.0).prop_map(|(k, min_requests, cap)| Rule::Sre {
            k,
            min_requests,
            cap
        }),
        (0.1..=1.0, 0.5..3.0, 0.0..2.0, 0.0..=1.0, 0..20_u32).prop_map(
            |(rate, aggression, min_per_sec, cap, min_requests)| Rule::SuccessRate {
                rate,
                aggression,
                min_per_sec,
                cap,
                min_requests,
            },
        ),
        (0..10_u32, 1.0..2.0, 0.0..1.0).prop_map(|(spare, least_k, more)| Rule::Protected {
            spare,
            k: least_k + more,
            least_k,
            pass_after: SECOND,
        }),
        (1..200_u64, 0.0..0.9, 0.0..2.0, 0.0..=1.0).prop_map(
            |(secs, threshold, min_per_sec, cap)| Rule::Average {
                memory: Duration::from_secs(secs),
                threshold,
                min_per_sec,
                cap,
            },
        ),
    ]
}

/// What was counted, and in which second.
type Counted = Vec<(u64, f64, bool)>;

/// The share by the definition, from all that ever was counted.
fn share(rule: Rule, counted: &Counted, second: u64) -> f64 {
    let recent: Vec<_> = counted.iter().filter(|(at, ..)| second < at + 10).collect();
    let n = recent.len() as f64;
    let a = recent.iter().filter(|(.., accepted)| *accepted).count() as f64;
    match rule {
        Rule::Sre { k, min_requests, cap } => {
            if n < f64::from(min_requests) {
                0.0
            } else {
                ((n - k * a) / (n + 1.0)).clamp(0.0, cap)
            }
        }
        Rule::SuccessRate { rate, aggression, min_per_sec, cap, min_requests } => {
            if n < min_per_sec * 10.0 || n < f64::from(min_requests) {
                return 0.0;
            }
            libm::pow(((n - a / rate) / (n + 1.0)).max(0.0), 1.0 / aggression).min(cap)
        }
        Rule::Protected { spare, k, least_k, .. } => {
            let (mut good, mut bad) = (0.0, 0.0);
            for bucket in (second + 1).saturating_sub(10)..=second {
                let of = |wanted| recent.iter().any(|(at, _, ok)| *at == bucket && *ok == wanted);
                match (of(true), of(false)) {
                    (false, false) => {}
                    (true, false) => (good, bad) = (good + 1.0, 0.0),
                    (false, true) => (good, bad) = (0.0, bad + 1.0),
                    (true, true) => (good, bad) = (0.0, 0.0),
                }
            }
            let weight = (k - (k - least_k) * bad / 10.0).max(least_k);
            let share = (n - f64::from(spare) - weight * a) / (n + 1.0);
            share.max(0.0) * (10.0 - good) / 10.0
        }
        Rule::Average { memory, threshold, min_per_sec, cap } => {
            if n < min_per_sec * 10.0 {
                return 0.0;
            }
            let mut average = 1.0;
            let mut before = None;
            for (_, at, accepted) in counted {
                let age = (at - before.unwrap_or(*at)) / memory.as_secs_f64();
                average += (1.0 - libm::exp(-age)) * (f64::from(u8::from(*accepted)) - average);
                before = Some(*at);
            }
            (1.0 - average / (1.0 - threshold)).clamp(0.0, cap)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_throttle_is_what_its_history_makes_it(
        rule in rules(),
        counts_rejected in any::<bool>(),
        story in prop::collection::vec((0..1_500_u64, 0.0..1.0, 0..5_u8), 1..150),
    ) {
        let settings = settings(rule).with(|settings| settings.counts_rejected = counts_rejected);
        let mut throttle = AdaptiveThrottle::new(settings).expect("valid");
        let mut counted = Counted::new();
        let (mut now, mut passed) = (Time::ZERO, Time::ZERO);
        for (millis, draw, how) in story {
            now = now + Duration::from_millis(millis);
            let (second, exact) = (now.as_nanos() / 1_000_000_000, now.as_secs_f64());
            let expected = share(rule, &counted, second);
            let p = throttle.probability(now);
            prop_assert!((p - expected).abs() < 1e-9, "{p} is not {expected}");
            prop_assert!((0.0..=1.0).contains(&p));
            let mut draws = 0;
            let admitted = throttle.try_acquire_with(now, &mut || {
                draws += 1;
                draw
            });
            prop_assert_eq!(draws, 1);
            let overdue = matches!(rule, Rule::Protected { .. }) && SECOND < now.since(passed);
            prop_assert_eq!(admitted.is_ok(), overdue || p <= draw);
            if let Ok(permit) = admitted {
                passed = now;
                let result = match how {
                    0 => Classification::Ignored,
                    1 | 2 => Classification::Success,
                    _ => Classification::Failure,
                };
                throttle.record(permit, result, now);
                if result != Classification::Ignored {
                    counted.push((second, exact, result == Classification::Success));
                }
            } else if counts_rejected {
                counted.push((second, exact, false));
            }
        }
    }

    /// More accepted, no more refused; more not accepted, no fewer.
    #[test]
    fn it_follows_what_is_accepted(rule in rules(), accepted in 0..50_u32, not in 0..50_u32) {
        let after = |accepted: u32, not: u32| {
            let mut throttle = throttle(rule);
            // All in one instant: the order is not seen.
            (0..not).for_each(|_| result(&mut throttle, Classification::Failure, at(3)));
            (0..accepted).for_each(|_| result(&mut throttle, Classification::Success, at(3)));
            throttle.probability(at(3))
        };
        let p = after(accepted, not);
        if !matches!(rule, Rule::Average { .. }) {
            prop_assert!(p <= after(accepted, not + 1) + 1e-12);
        }
        let enough = match rule {
            Rule::Sre { min_requests, .. } => min_requests <= accepted + not,
            Rule::SuccessRate { min_per_sec, min_requests, .. } => {
                min_per_sec * 10.0 <= f64::from(accepted + not) && min_requests <= accepted + not
            }
            Rule::Protected { .. } => true,
            Rule::Average { .. } => false,
        };
        prop_assert!(!enough || after(accepted + 1, not) <= p + 1e-12);
    }

    /// A callee that accepts everything for a whole window has no call refused any more.
    #[test]
    fn a_healthy_callee_is_forgiven(rule in rules(), failures in 0..100_u32) {
        let mut throttle = throttle(rule);
        (0..failures).for_each(|_| result(&mut throttle, Classification::Failure, at(0)));
        for second in 1..=1_500 {
            result(&mut throttle, Classification::Success, at(second));
        }
        prop_assert!(throttle.probability(at(1_500)) < 1e-3);
        let windowed = !matches!(rule, Rule::Average { .. });
        prop_assert!(!windowed || throttle.try_acquire_with(at(1_500), &mut || 0.0).is_ok());
    }
}

#[test]
fn shares_are_those_of_the_published_formulas() {
    let after = |rule, accepted, not| {
        let mut throttle = throttle(rule);
        (0..accepted).for_each(|_| result(&mut throttle, Classification::Success, at(0)));
        (0..not).for_each(|_| result(&mut throttle, Classification::Failure, at(0)));
        (throttle.probability(at(0)) * 1e4).round() as u32
    };
    // (100 − 2·40) / 101
    assert_eq!(after(SRE, 40, 60), 1980);
    assert_eq!(after(SRE, 50, 50), 0);
    // (100 − 40/0.95) / 101, and at most 0.8
    assert_eq!(after(ENVOY, 40, 60), 5732);
    assert_eq!(after(ENVOY, 0, 100), 8000);
    // (100 − 5 − 1.5·40) / 101; with failures alone (100 − 5) / 101
    assert_eq!(after(GO_ZERO, 40, 60), 3465);
    assert_eq!(after(GO_ZERO, 0, 100), 9406);
    let unlike = success_rate(0.95, 2.0, 0.0, 1.0);
    assert_eq!(after(unlike, 40, 60), 7571);
}

#[test]
fn an_average_over_time_forgets_by_the_time_between() {
    let mut throttle = throttle(FINAGLE);
    result(&mut throttle, Classification::Success, at(0));
    result(&mut throttle, Classification::Failure, at(120));
    // 1/e of what was: 1 - 0.3679 / 0.5
    assert_eq!((throttle.probability(at(120)) * 1e4).round() as u32, 2642);
    result(&mut throttle, Classification::Failure, at(240));
    assert_eq!((throttle.probability(at(240)) * 1e4).round() as u32, 7293);
    result(&mut throttle, Classification::Failure, at(360));
    assert_eq!((throttle.probability(at(360)) * 1e4).round() as u32, 7500);
}

#[test]
fn few_requests_are_never_refused() {
    let sre = Rule::Sre { k: 1.0, min_requests: 5, cap: 1.0 };
    let envoy = success_rate(1.0, 1.0, 0.5, 1.0);
    for rule in [sre, envoy] {
        let mut throttle = throttle(rule);
        for requests in 0..10 {
            assert_eq!(throttle.probability(at(0)) > 0.0, requests >= 5, "{rule:?} {requests}");
            result(&mut throttle, Classification::Failure, at(0));
        }
    }
}

/// go-zero: however bad it looks, one call a second passes.
#[test]
fn nothing_is_refused_for_ever() {
    let mut throttle = throttle(GO_ZERO);
    (0..1_000).for_each(|_| result(&mut throttle, Classification::Failure, at(5)));
    assert!(throttle.try_acquire_with(at(6), &mut || 0.0).is_ok(), "nothing has passed for 6 s");
    let nanosecond = Duration::from_nanos(1);
    assert!(
        throttle.try_acquire_with(at(7), &mut || 0.0).is_err(),
        "exactly 1 s ago is not longer ago"
    );
    assert!(throttle.try_acquire_with(at(7) + nanosecond, &mut || 0.0).is_ok());
}

#[test]
fn refusals_count_where_they_are_told_to() {
    for (counts_rejected, after) in [(true, 0.75), (false, 0.5)] {
        let settings = settings(SRE).with(|settings| settings.counts_rejected = counts_rejected);
        let mut throttle = AdaptiveThrottle::new(settings).expect("valid");
        result(&mut throttle, Classification::Failure, at(0));
        (0..2).for_each(|_| assert!(throttle.try_acquire_with(at(0), &mut || 0.0).is_err()));
        assert!((throttle.probability(at(0)) - after).abs() < 1e-12);
    }
}

#[test]
fn a_clock_that_steps_changes_nothing_for_it() {
    for rule in [SRE, ENVOY, GO_ZERO, FINAGLE] {
        let mut throttle = throttle(rule);
        (0..20).for_each(|_| result(&mut throttle, Classification::Failure, at(100)));
        let before = throttle.probability(at(100));
        assert!((throttle.probability(at(3)) - before).abs() < 1e-12);
        result(&mut throttle, Classification::Failure, at(3));
        assert!(before <= throttle.probability(at(3)), "{rule:?}");
        assert!((0.0..=1.0).contains(&throttle.probability(Time::MAX)));
        result(&mut throttle, Classification::Success, Time::MAX);
        assert!(throttle.try_acquire_with(Time::MAX, &mut || 1.0).is_ok());
    }
}

#[test]
fn in_the_path_of_calls_it_counts_what_it_sent() {
    let (down, refused) = (Outcome::failed(Class::Network), Outcome::failed(Class::Rejected));
    for (on_cancel, counted) in [(OnCancel::Ignore, 1), (OnCancel::NotAccepted, 2)] {
        let settings = settings(SRE).with(|settings| settings.on_cancel = on_cancel);
        let layer = AdaptiveThrottle::new(settings).expect("valid");
        let mut driver = Driver::new(layer, &[0.4]);
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.call(1), Action::Send);
        assert_eq!(driver.reply(0, down), Action::Reply(down));
        driver.cancel(1);
        driver.late(1, down);
        // 1/2 or 2/3 of what comes is refused, and what was refused is not settled.
        assert_eq!(driver.call(2), Action::Reply(refused));
        let n = f64::from(counted);
        let p = driver.layer.probability(driver.now);
        assert!((p - n / (n + 1.0)).abs() < 1e-12, "{on_cancel:?} {p}");
        assert_eq!(driver.rng.taken(), 3);
    }
    // Validation means that the callee did answer, and a refusal below says nothing.
    let layer = throttle(SRE);
    assert_eq!(layer.classify(Outcome::failed(Class::Validation)), Classification::Success);
    assert_eq!(layer.classify(Outcome::failed(Class::BreakerOpen)), Classification::Ignored);
}

#[test]
fn settings_that_make_no_sense_are_told() {
    let reported = |settings| AdaptiveThrottle::new(settings).map(drop).unwrap_err().to_string();
    let of = |rule| reported(settings(rule));
    let sre = |k, cap| of(Rule::Sre { k, min_requests: 0, cap });
    assert_eq!(sre(0.9, 1.0), "`rule.k` must be at least 1, not 0.9");
    assert_eq!(sre(f64::INFINITY, 1.0), "`rule.k` must be at least 1, not inf");
    assert_eq!(sre(1.0, 1.1), "`rule.cap` must be from 0 to 1, not 1.1");
    let rate =
        |rate, aggression, min_per_sec, cap| of(success_rate(rate, aggression, min_per_sec, cap));
    let share = "more than 0 and at most 1";
    assert_eq!(rate(0.0, 1.0, 0.0, 1.0), format!("`rule.rate` must be {share}, not 0.0"));
    assert_eq!(rate(0.5, 0.0, 0.0, 1.0), "`rule.aggression` must be more than 0, not 0.0");
    assert_eq!(rate(0.5, 1.0, -1.0, 1.0), "`rule.min-per-sec` must be at least 0, not -1.0");
    assert_eq!(rate(0.5, 1.0, 0.0, -0.1), "`rule.cap` must be from 0 to 1, not -0.1");
    let protected = |k, least_k| of(Rule::Protected { spare: 0, k, least_k, pass_after: SECOND });
    assert_eq!(protected(1.0, 0.9), "`rule.least-k` must be at least 1, not 0.9");
    assert_eq!(protected(1.0, 1.1), "`rule.k` must be no less than `least-k`");
    let average =
        |memory, threshold, cap| of(Rule::Average { memory, threshold, min_per_sec: 0.0, cap });
    assert_eq!(average(Duration::ZERO, 0.5, 1.0), "`rule.memory` must be longer than 0s, not 0s");
    let below = "`rule.threshold` must be at least 0 and less than 1, not 1.0";
    assert_eq!(average(SECOND, 1.0, 1.0), below);
    assert_eq!(average(SECOND, 0.5, 2.0), "`rule.cap` must be from 0 to 1, not 2.0");
    let buckets = |buckets| reported(settings(SRE).with(|settings| settings.buckets = buckets));
    assert_eq!(buckets(0), "`buckets` must be from 1 to 10000, not 0");
    assert_eq!(buckets(10_001), "`buckets` must be from 1 to 10000, not 10001");
    let window = |window| settings(SRE).with(|settings| settings.window = window);
    let short = "`buckets` must be no more than the nanoseconds of `window`";
    assert_eq!(reported(window(Duration::from_nanos(9))), short);
    assert_eq!(reported(window(Duration::ZERO)), "`window` must be longer than 0s, not 0s");
    assert!(AdaptiveThrottle::new(window(Duration::MAX)).is_ok());
}
