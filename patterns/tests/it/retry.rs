//! What a caller sees of a retry.

use std::collections::BTreeMap;

use expect_test::expect;
use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::retry::{FOREVER, Retry, RetryAfter, Rule, Settings, TooLate};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Class, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::breaker::{at, breaker, in_a_row};

const NETWORK: Outcome = Outcome::failed(Class::Network);

fn constant(millis: u64) -> backoff::Settings {
    backoff::Settings::constant(Duration::from_millis(millis))
}

fn rule(retries: u32, backoff: backoff::Settings) -> Rule {
    Rule::of(retries, backoff)
}

/// A failure that asks for this wait, if for any.
fn hinted(class: Class, hint: Option<Duration>) -> Outcome {
    hint.map_or(Outcome::failed(class), |hint| Outcome::failed_until(class, hint))
}

fn settings<const N: usize>(rules: [(Class, Rule); N]) -> Settings {
    Settings::of(rules.into())
}

fn driver(settings: Settings, draws: &[f64]) -> Driver<Retry> {
    Driver::new(Retry::new(settings).expect("valid"), draws)
}

/// One line for each attempt until the call is answered.
fn story(driver: &mut Driver<Retry>, outcomes: &[Outcome]) -> String {
    let first = driver.call(0);
    let mut story = vec![format!("{} {first:?}\n", driver.now)];
    for &outcome in outcomes {
        match driver.reply(0, outcome) {
            Action::WaitUntil(at) => {
                driver.now = at;
                story.push(format!("{at} {:?}\n", driver.wake(0)));
            }
            step => story.push(format!("{} {step:?}\n", driver.now)),
        }
    }
    story.concat()
}

#[test]
fn waits_grow_to_the_cap() {
    let doubling = backoff::Settings::of(Curve::doubling(Duration::from_millis(100)));
    let backoff = doubling.capped(Duration::from_millis(250)).spread(Jitter::Full);
    let mut driver = driver(settings([(Class::Network, rule(4, backoff))]), &[0.5]);
    expect![[r#"
        0s Send
        50ms Send
        150ms Send
        275ms Send
        400ms Send
        400ms Reply(Failed { class: Network, hint: none })
    "#]]
    .assert_eq(&story(&mut driver, &[NETWORK; 5]));
    assert_eq!(driver.rng.taken(), 4);
}

#[test]
fn each_class_has_its_own_allowance_and_its_own_backoff() {
    let step = Auto::Is(Duration::from_secs(1));
    let linear = backoff::Settings::of(Curve::Linear { base: Duration::from_secs(1), step });
    let rules = [
        (Class::Network, rule(2, linear)),
        (Class::RateLimit, rule(2, constant(60_000))),
        (Class::Validation, rule(0, constant(1))),
    ];
    let limited = Outcome::failed(Class::RateLimit);
    let story_of = |last| {
        let mut driver = driver(settings(rules.clone()), &[]);
        story(&mut driver, &[NETWORK, limited, NETWORK, last])
    };
    expect![[r#"
        0s Send
        1s Send
        1min 1s Send
        1min 3s Send
        1min 3s Reply(Failed { class: Network, hint: none })
    "#]]
    .assert_eq(&story_of(NETWORK));
    expect![[r#"
        0s Send
        1s Send
        1min 1s Send
        1min 3s Send
        2min 3s Send
    "#]]
    .assert_eq(&story_of(limited));
    for never in [Class::Validation, Class::Timeout] {
        let never = Outcome::failed(never);
        let mut driver = driver(settings(rules.clone()), &[]);
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.reply(0, never), Action::Reply(never));
    }
}

#[test]
fn good_and_degraded_answers_are_passed_on() {
    for outcome in [Outcome::Ok, Outcome::Degraded] {
        let rules = Class::ALL.map(|class| (class, rule(FOREVER, constant(1))));
        let mut driver = driver(settings(rules), &[]);
        let _sent = driver.call(0);
        assert_eq!(driver.reply(0, outcome), Action::Reply(outcome));
    }
}

#[test]
fn a_hint_is_a_floor_or_exact_or_ignored() {
    let after = |retry_after, hint: Option<u64>, draw: f64| {
        let rule = rule(1, constant(2_000).spread(Jitter::Full))
            .with(|rule| rule.retry_after = Some(retry_after));
        let mut driver = driver(settings([(Class::RateLimit, rule)]), &[draw]);
        let _sent = driver.call(0);
        let step = driver.reply(0, hinted(Class::RateLimit, hint.map(Duration::from_secs)));
        assert_eq!(driver.rng.taken(), 1, "one draw whatever the hint");
        match step {
            Action::WaitUntil(at) => at.since(Time::ZERO),
            step => panic!("{step:?}"),
        }
    };
    let [one, two, five] = [1, 2, 5].map(Duration::from_secs);
    for draw in [0.0, 0.5, 0.999] {
        assert_eq!(after(RetryAfter::Floor, Some(5), draw), five);
        assert_eq!(after(RetryAfter::Exact, Some(5), draw), five);
        assert!(after(RetryAfter::Ignore, Some(5), draw) <= two);
    }
    assert_eq!(after(RetryAfter::Floor, Some(1), 0.75), Duration::from_millis(1_500));
    assert_eq!(after(RetryAfter::Exact, Some(1), 0.75), one);
    // No hint at all.
    assert_eq!(after(RetryAfter::Exact, None, 0.5), one);
    assert_eq!(after(RetryAfter::Floor, None, 0.5), one);
    // Zero is at once, and not the same as no hint.
    assert_eq!(after(RetryAfter::Exact, Some(0), 0.5), Duration::ZERO);
    assert_eq!(after(RetryAfter::Floor, Some(0), 0.5), one);
    assert_eq!(after(RetryAfter::Ignore, Some(0), 0.5), one);
}

#[test]
fn a_wait_may_end_exactly_when_the_time_is_up() {
    let rules = settings([(Class::Network, rule(FOREVER, constant(1_000)))]);
    let within = |nanos| {
        let max_elapsed = Duration::from_nanos(nanos);
        let rules = rules.clone().with(|settings| settings.max_elapsed = max_elapsed);
        let mut driver = driver(rules, &[]);
        driver.pass(Duration::from_secs(100));
        let _sent = driver.call(0);
        driver.pass(Duration::from_secs(2));
        driver.reply(0, NETWORK)
    };
    assert_eq!(within(3_000_000_000), Action::WaitUntil(Time::ZERO + Duration::from_secs(103)));
    assert_eq!(within(2_999_999_999), Action::Reply(NETWORK));
    assert_eq!(within(0), Action::Reply(NETWORK));
}

#[test]
fn the_total_holds_over_all_classes() {
    let rules = settings([
        (Class::Network, rule(FOREVER, constant(1))),
        (Class::Timeout, rule(5, constant(1))),
    ]);
    let mut driver = driver(rules.with(|settings| settings.max_retries = 3), &[]);
    let timeout = Outcome::failed(Class::Timeout);
    expect![[r#"
        0s Send
        1ms Send
        2ms Send
        3ms Send
        3ms Reply(Failed { class: Timeout, hint: none })
    "#]]
    .assert_eq(&story(&mut driver, &[NETWORK, timeout, NETWORK, timeout]));
}

#[test]
fn a_wait_past_the_end_of_time_is_no_wait() {
    let mut driver = driver(settings([(Class::Network, rule(9, constant(u64::MAX)))]), &[]);
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK));
}

#[test]
fn granted_retries_are_counted() {
    let settings = settings([(Class::Network, rule(2, constant(1)))]);
    let mut retry = Retry::new(settings).expect("valid");
    let mut attempts = retry.start(at(0), CallInfo::default());
    for (is_granted, so_far) in [(true, 1), (true, 2), (false, 2)] {
        let again = retry.after(&mut attempts, NETWORK, at(0));
        assert_eq!((again.is_some(), attempts.retries()), (is_granted, so_far));
    }
}

#[test]
fn a_call_begins_with_nothing_used() {
    let mut driver = driver(settings([(Class::Network, rule(1, constant(1)))]), &[]);
    for _ in 0..3 {
        assert_eq!(driver.call(0), Action::Send);
        assert!(matches!(driver.reply(0, NETWORK), Action::WaitUntil(_)));
        driver.cancel(0);
    }
}

/// Retry above breaker: a refusal says when to come again, and the retry comes no earlier, nor
/// any later.
#[test]
fn a_retry_waits_for_the_breaker_below_to_let_it_pass() {
    let rules = [Class::Network, Class::BreakerOpen].map(|class| (class, rule(9, constant(1_000))));
    let mut retry = driver(settings(rules), &[]);
    let mut breaker = Driver::new(breaker(in_a_row(1)), &[]);
    let mut attempts = Vec::new();
    let mut step = retry.call(0);
    while step == Action::Send {
        breaker.now = retry.now;
        let up = retry.now == at(21);
        let passed = match breaker.call(0) {
            Action::Send => breaker.reply(0, if up { Outcome::Ok } else { NETWORK }),
            refused => refused,
        };
        let Action::Reply(outcome) = passed else { panic!("{passed:?}") };
        attempts.push(outcome.class());
        step = retry.reply(0, outcome);
        if let Action::WaitUntil(at) = step {
            retry.now = at;
            step = retry.wake(0);
        }
        if attempts.len() == 2 {
            // The breaker opened at zero for 20 s, and was asked again at 1 s.
            assert_eq!(retry.now, at(20));
            retry.pass(Duration::from_secs(1));
        }
    }
    assert_eq!(step, Action::Reply(Outcome::Ok));
    assert_eq!(attempts, [Some(Class::Network), Some(Class::BreakerOpen), None]);
}

fn rules() -> impl Strategy<Value = BTreeMap<Class, Rule>> {
    let curve = prop_oneof![
        (1..100_u64).prop_map(|nanos| Curve::Constant(Duration::from_nanos(nanos))),
        (1..100_u64, 1.0..3.0_f64).prop_map(|(nanos, factor)| {
            Curve::Exponential { base: Duration::from_nanos(nanos), factor }
        }),
    ];
    let jitter = prop_oneof![Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal)];
    let retry_after = prop_oneof![
        Just(RetryAfter::Floor),
        Just(RetryAfter::Exact),
        Just(RetryAfter::Ignore),
        Just(RetryAfter::Clamp(Duration::from_nanos(40))),
    ];
    let retries = prop_oneof![0..4_u32, Just(FOREVER)];
    let one =
        (retries, curve, jitter, retry_after).prop_map(|(retries, curve, jitter, retry_after)| {
            let backoff = backoff::Settings::of(curve)
                .capped(Duration::from_nanos(500))
                .spread(jitter)
                .with(|backoff| backoff.cap_when = CapWhen::After);
            rule(retries, backoff).with(|rule| rule.retry_after = Some(retry_after))
        });
    prop::collection::btree_map(prop::sample::select(&Class::ALL), one, 0..5)
}

proptest! {
    /// Counted anew from the whole story: what was granted, and what it cost.
    #[test]
    fn a_retry_keeps_every_limit(
        rules in rules(),
        max_retries in prop::option::of(0..6_u32),
        max_elapsed in prop::option::of(0..3_000_u64),
        clip in any::<bool>(),
        deadline in prop::option::of(0..3_000_u64),
        draws in prop::collection::vec(0.0..1.0_f64, 1..9),
        story in prop::collection::vec(
            (0..8_usize, prop::option::of(0..200_u64), 0..100_u64),
            1..60,
        ),
    ) {
        let max_elapsed = max_elapsed.map(Duration::from_nanos);
        let too_late = if clip { TooLate::Clip } else { TooLate::Stop };
        let settings = Settings::of(rules.clone().into()).with(|settings| {
            settings.max_retries = max_retries.unwrap_or(FOREVER);
            settings.max_elapsed = max_elapsed.unwrap_or(Duration::MAX);
            settings.too_late = too_late;
            settings.max_retry_after = Duration::from_nanos(150);
        });
        let mut driver = driver(settings, &draws);
        driver.pass(Duration::from_secs(1));
        let began = driver.now;
        let deadline = deadline.map_or(Time::MAX, |nanos| began + Duration::from_nanos(nanos));
        driver.info.deadline = deadline;
        let mut last = Outcome::Ok;
        prop_assert_eq!(driver.call(0), Action::Send);

        let mut granted: Vec<Class> = Vec::new();
        for (class, hint, took) in story {
            driver.pass(Duration::from_nanos(took));
            let class = Class::ALL[class];
            let hint = hint.map(Duration::from_nanos);
            let failed = hinted(class, hint);
            let hint = hint.filter(|hint| *hint <= Duration::from_nanos(150));
            // Refused below, the retry leaves the failure that asked for it.
            let refused = class == Class::Rejected && !rules.contains_key(&class);
            let answer = if refused && !granted.is_empty() { last } else { failed };
            let drawn = driver.rng.taken();
            let step = driver.reply(0, failed);
            let drawn = driver.rng.taken() - drawn;

            let used = granted.iter().filter(|one| **one == class).count();
            let total = granted.len();
            let allowed = rules.get(&class).filter(|rule| {
                (rule.retries == FOREVER || used < rule.retries as usize)
                    && max_retries.is_none_or(|most| total < most as usize)
            });
            let Some(rule) = allowed else {
                prop_assert_eq!(step, Action::Reply(answer));
                prop_assert_eq!(drawn, 0);
                break;
            };
            prop_assert_eq!(drawn, usize::from(rule.backoff.jitter != Jitter::None));
            match step {
                Action::WaitUntil(at) => {
                    prop_assert!(driver.now <= at);
                    let wait = at.since(driver.now);
                    match rule.retry_after.expect("each has its own") {
                        RetryAfter::Floor => prop_assert!(hint.unwrap_or_default() <= wait),
                        RetryAfter::Exact if hint.is_some() => {
                            prop_assert_eq!(hint, Some(wait));
                        }
                        RetryAfter::Clamp(over) => {
                            prop_assert!(wait <= Duration::from_nanos(500) + over);
                            prop_assert!(hint.unwrap_or_default().min(over) <= wait);
                        }
                        _ => prop_assert!(wait <= Duration::from_nanos(500)),
                    }
                    prop_assert!(max_elapsed.is_none_or(|most| at.since(began) <= most));
                    prop_assert!(at < deadline);
                    last = failed;
                    granted.push(class);
                    driver.now = at;
                    prop_assert_eq!(driver.wake(0), Action::Send);
                }
                step => {
                    // Only the time that is left can have refused it.
                    prop_assert_eq!(step, Action::Reply(answer));
                    let longest = Duration::from_nanos(500).max(hint.unwrap_or_default());
                    let too_long = max_elapsed.is_some_and(|most| {
                        // A clipped wait is only refused for want of any time.
                        let ignores = rule.retry_after == Some(RetryAfter::Ignore);
                        let hinted = hint.is_some() && !ignores;
                        let clips = clip && !hinted;
                        let asked = if clips { Duration::from_nanos(1) } else { longest };
                        most < driver.now.since(began) + asked
                    });
                    prop_assert!(too_long || deadline <= driver.now + longest);
                    break;
                }
            }
        }
    }
}

#[test]
fn a_wait_that_ends_too_late_is_not_begun_or_cut_short() {
    let second = Duration::from_secs(1);
    let of = |too_late, retry_after| {
        let rules = settings([(Class::Network, rule(FOREVER, constant(2_000)))]);
        let rules = rules.with(|settings| {
            settings.max_elapsed = second * 5;
            settings.too_late = too_late;
            settings.retry_after = retry_after;
        });
        driver(rules, &[])
    };
    let story = |mut driver: Driver<Retry>, hint: Option<Duration>| {
        assert_eq!(driver.call(0), Action::Send);
        let mut ends = Vec::new();
        while let Action::WaitUntil(at) = driver.reply(0, hinted(Class::Network, hint)) {
            ends.push(at.as_secs_f64());
            driver.now = at;
            assert_eq!(driver.wake(0), Action::Send);
        }
        ends
    };
    let (stop, clip) = (TooLate::Stop, TooLate::Clip);
    assert_eq!(story(of(stop, RetryAfter::Floor), None), [2.0, 4.0]);
    assert_eq!(story(of(clip, RetryAfter::Floor), None), [2.0, 4.0, 5.0]);
    // What the callee asked for is not cut short, even if it asked for no more than the backoff.
    assert_eq!(story(of(clip, RetryAfter::Floor), Some(second * 2)), [2.0, 4.0]);
    assert_eq!(story(of(clip, RetryAfter::Exact), Some(second * 3)), [3.0]);
    assert_eq!(story(of(clip, RetryAfter::Ignore), Some(second * 3)), [2.0, 4.0, 5.0]);
}

/// AWS 2.1: as long as was asked for, but no more than 5 s longer than the backoff.
#[test]
fn a_clamped_hint_lies_between_the_backoff_and_a_little_more() {
    let waits = |hint: u64, longest| {
        let clamp = RetryAfter::Clamp(Duration::from_secs(5));
        let rules = settings([(Class::RateLimit, rule(1, constant(2_000)))]);
        let rules = rules.with(|settings| {
            settings.retry_after = clamp;
            settings.max_retry_after = longest;
        });
        let mut driver = driver(rules, &[]);
        assert_eq!(driver.call(0), Action::Send);
        match driver.reply(0, Outcome::failed_until(Class::RateLimit, Duration::from_secs(hint))) {
            Action::WaitUntil(at) => at.since(Time::ZERO).as_nanos() / 1_000_000_000,
            step => panic!("{step:?}"),
        }
    };
    assert_eq!([1, 2, 6, 7, 8, 100].map(|hint| waits(hint, Duration::MAX)), [2, 2, 6, 7, 7, 7]);
    // A hint longer than the longest is none.
    let longest = Duration::from_secs(6);
    assert_eq!([6, 7].map(|hint| waits(hint, longest)), [6, 2]);
}

#[test]
fn what_must_not_be_repeated_is_sent_once() {
    for only_idempotent in [true, false] {
        let rules = settings([(Class::Network, rule(3, constant(1)))]);
        let rules = rules.with(|settings| settings.only_idempotent = only_idempotent);
        let mut driver = driver(rules, &[]);
        driver.info.is_idempotent = false;
        assert_eq!(driver.call(0), Action::Send);
        let answered = driver.reply(0, NETWORK) == Action::Reply(NETWORK);
        assert_eq!(answered, only_idempotent);
    }
}

#[test]
fn nothing_is_retried_at_the_deadline() {
    let mut driver = driver(settings([(Class::Network, rule(9, constant(1_000)))]), &[]);
    driver.info.deadline = at(3);
    assert_eq!(driver.call(0), Action::Send);
    for second in 1..3 {
        assert_eq!(driver.reply(0, NETWORK), Action::WaitUntil(at(second)));
        driver.now = at(second);
        assert_eq!(driver.wake(0), Action::Send);
    }
    assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK));
}

#[test]
fn a_retry_refused_below_leaves_the_failure_that_asked_for_it() {
    let refused = Outcome::failed(Class::Rejected);
    let rules = [(Class::Network, rule(9, constant(1)))];
    let mut plain = driver(settings(rules.clone()), &[]);
    assert_eq!(plain.call(0), Action::Send);
    assert_eq!(plain.reply(0, refused), Action::Reply(refused), "the first attempt was refused");

    assert_eq!(plain.call(0), Action::Send);
    assert!(matches!(plain.reply(0, NETWORK), Action::WaitUntil(_)));
    assert_eq!(plain.reply(0, refused), Action::Reply(NETWORK));

    let [network] = rules;
    let mut other = driver(settings([network, (Class::Rejected, rule(1, constant(1)))]), &[]);
    assert_eq!(other.call(0), Action::Send);
    assert!(matches!(other.reply(0, NETWORK), Action::WaitUntil(_)));
    assert!(matches!(other.reply(0, refused), Action::WaitUntil(_)), "there is a rule for it");
    assert_eq!(other.reply(0, refused), Action::Reply(refused));
}
