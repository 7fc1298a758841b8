//! What a retry makes of failures that say when to come again, or never.

use patterns::backoff::{self, Curve, Jitter};
use patterns::budget;
use patterns::retry::{Account, FOREVER, Retry, RetryAfter, Rule, Settings, TooLate};
use patterns::{CallInfo, Class, Duration, Outcome, Time};

const SECOND: Duration = Duration::from_secs(1);

fn doubling() -> backoff::Settings {
    backoff::Settings::of(Curve::doubling(SECOND))
}

fn network(retry_after: RetryAfter) -> Settings {
    Settings::of([(Class::Network, Rule::of(3, doubling()))].into())
        .with(|settings| settings.retry_after = retry_after)
}

/// The times in seconds at which attempts are sent that end so at once.
fn sent(settings: Settings, outcomes: &[Outcome]) -> Vec<f64> {
    let mut retry = Retry::new(settings).expect("valid");
    let mut attempts = retry.start(Time::ZERO, CallInfo::default());
    let mut times = vec![0.0];
    let mut now = Time::ZERO;
    for outcome in outcomes {
        let Some(at) = retry.after(&mut attempts, *outcome, now) else {
            assert_eq!(attempts.answer(), *outcome);
            break;
        };
        now = at;
        times.push(now.as_secs_f64());
    }
    times
}

fn says(secs: u64) -> Outcome {
    Outcome::failed_until(Class::Network, Duration::from_secs(secs))
}

const PLAIN: Outcome = Outcome::failed(Class::Network);
const NEVER: Outcome = Outcome::failed_for_good(Class::Network);

#[test]
fn never_ends_the_call_unless_hints_are_ignored() {
    for retry_after in [RetryAfter::Floor, RetryAfter::Exact, RetryAfter::Clamp(SECOND)] {
        assert_eq!(sent(network(retry_after), &[PLAIN, NEVER, PLAIN]), [0.0, 1.0]);
    }
    assert_eq!(sent(network(RetryAfter::Ignore), &[PLAIN, NEVER, PLAIN]), [0.0, 1.0, 3.0, 7.0]);
}

#[test]
fn a_hint_counts_within_its_range() {
    let within = |least: u64, most: u64, hint: u64| {
        let settings = network(RetryAfter::Exact).with(|settings| {
            settings.min_retry_after = Duration::from_secs(least);
            settings.max_retry_after = Duration::from_secs(most);
        });
        sent(settings, &[says(hint)])[1].to_string()
    };
    assert_eq!([4, 5, 9, 10].map(|hint| within(5, 9, hint)), ["1", "5", "9", "1"]);
    assert_eq!(within(0, 9, 0), "0", "zero is at once");
}

#[test]
fn a_rule_may_have_its_own_way_with_hints() {
    let mut settings = network(RetryAfter::Ignore);
    let own = Rule::of(3, doubling()).with(|rule| rule.retry_after = Some(RetryAfter::Exact));
    settings.rules.set(Class::RateLimit, Some(own));
    let limited = Outcome::failed_until(Class::RateLimit, SECOND * 9);
    assert_eq!(sent(settings, &[says(9), limited]), [0.0, 1.0, 10.0]);
}

#[test]
fn the_backoff_goes_on_after_a_hint_or_begins_anew() {
    let of = |restarts| {
        let settings =
            network(RetryAfter::Exact).with(|settings| settings.retry_after_restarts = restarts);
        sent(settings, &[PLAIN, says(9), PLAIN])
    };
    assert_eq!(of(false), [0.0, 1.0, 10.0, 14.0]);
    assert_eq!(of(true), [0.0, 1.0, 10.0, 11.0]);
}

#[test]
fn a_hint_may_overrule_that_a_class_has_no_rule() {
    let of = |overrules, outcomes: &[Outcome]| {
        let settings = network(RetryAfter::Exact).with(|settings| {
            settings.max_retries = 2;
            settings.retry_after_overrules = overrules;
        });
        sent(settings, outcomes)
    };
    let validation = Outcome::failed(Class::Validation);
    let hinted = Outcome::failed_until(Class::Validation, SECOND * 5);
    assert_eq!(of(false, &[hinted]), [0.0]);
    assert_eq!(of(true, &[validation]), [0.0], "without a hint there is nothing to obey");
    assert_eq!(of(true, &[hinted, PLAIN]), [0.0, 5.0, 6.0]);
    assert_eq!(of(true, &[hinted, hinted, hinted]), [0.0, 5.0, 10.0], "the limit wins");
    let never = Outcome::failed_for_good(Class::Validation);
    assert_eq!(of(true, &[never]), [0.0]);
}

/// As most libraries: one count and one backoff, whatever fails.
#[test]
fn classes_are_counted_apart_or_together() {
    let of = |per_class| {
        let mut settings = network(RetryAfter::Floor);
        settings.rules.set(Class::RateLimit, Some(Rule::of(3, doubling())));
        settings.per_class = per_class;
        let limited = Outcome::failed(Class::RateLimit);
        sent(settings, &[PLAIN, limited, PLAIN, limited, PLAIN])
    };
    assert_eq!(of(true), [0.0, 1.0, 2.0, 4.0, 6.0, 10.0]);
    assert_eq!(of(false), [0.0, 1.0, 3.0, 7.0]);
}

/// tenacity `stop_after_delay` (jd/tenacity#423) looks at the time when an attempt has failed.
#[test]
fn a_wait_may_end_after_the_limit_of_tenacity() {
    let of = |too_late, secs, took: u64| {
        let rules = [(Class::Network, Rule::of(FOREVER, doubling()))].into();
        let settings = Settings::of(rules).with(|settings| {
            settings.max_elapsed = Duration::from_secs(secs);
            settings.too_late = too_late;
        });
        let mut retry = Retry::new(settings).expect("valid");
        let mut attempts = retry.start(Time::ZERO, CallInfo::default());
        let mut times = vec![0];
        let mut now = Time::ZERO + Duration::from_secs(took);
        while let Some(at) = retry.after(&mut attempts, PLAIN, now) {
            times.push(at.as_nanos() / 1_000_000_000);
            now = at + Duration::from_secs(took);
        }
        times
    };
    assert_eq!(of(TooLate::AfterAttempt, 5, 0), [0, 1, 3, 7]);
    assert_eq!(of(TooLate::Stop, 5, 0), [0, 1, 3]);
    assert_eq!(of(TooLate::Clip, 5, 0), [0, 1, 3, 5]);
    assert_eq!(of(TooLate::AfterAttempt, 3, 0), [0, 1, 3], "exactly then is too late");
    assert_eq!(of(TooLate::AfterAttempt, 5, 2), [0, 3]);
}

#[test]
fn a_budget_hears_of_never_only_where_hints_are_heeded() {
    let left = |retry_after| {
        let tokens = budget::Kind::Tokens { max: 10, ratio: 0.1 };
        let settings = network(retry_after)
            .with(|settings| settings.budget = Some(budget::Settings::of(tokens)));
        let mut retry = Retry::new(settings).expect("valid");
        let mut attempts = retry.start(Time::ZERO, CallInfo::default());
        let never = Outcome::failed_for_good(Class::Validation);
        assert_eq!(retry.after(&mut attempts, never, Time::ZERO), None);
        assert_eq!(attempts.answer(), never, "who is above may heed it");
        retry.budget().expect("it has one").figures(Time::ZERO).left.to_string()
    };
    assert_eq!(left(RetryAfter::Exact), "9");
    assert_eq!(left(RetryAfter::Ignore), "10");
}

#[test]
#[should_panic(expected = "a retry with jitter needs `after_with`")]
fn jitter_without_draws_is_told() {
    let rule = Rule::of(1, doubling().spread(Jitter::Full));
    let mut retry = Retry::new(Settings::of([(Class::Network, rule)].into())).expect("valid");
    assert!(retry.uses_chance());
    let mut attempts = retry.start(Time::ZERO, CallInfo::default());
    let _again = retry.after(&mut attempts, PLAIN, Time::ZERO);
}

#[test]
fn a_budget_that_is_asked_at_sending_holds_nothing_while_it_waits() {
    let settings = network(RetryAfter::Floor).with(|settings| {
        settings.budget = Some(budget::Settings::of(budget::Kind::Fixed(1)));
        settings.account = Account::Sent;
    });
    let mut retry = Retry::new(settings).expect("valid");
    let mut attempts = retry.start(Time::ZERO, CallInfo::default());
    let at = retry.after(&mut attempts, PLAIN, Time::ZERO).expect("a retry");
    let left = |retry: &Retry| retry.budget().expect("it has one").figures(at).left.to_string();
    assert_eq!(left(&retry), "1");
    assert!(retry.may_send(&mut attempts, at));
    assert_eq!(left(&retry), "0");
    retry.cancel(&mut attempts, at);
    assert_eq!(left(&retry), "1");
}
