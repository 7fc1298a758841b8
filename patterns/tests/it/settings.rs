//! Settings that make no sense are refused, each with its name.

use std::fmt::Write;

use expect_test::expect;
use patterns::backoff::{Backoff, CapWhen, Curve, Jitter};
use patterns::bulkhead::Bulkhead;
use patterns::fallback::{Fallback, Instead};
use patterns::retry::{FOREVER, Retry, RetryAfter, Rule};
use patterns::timeout::Timeout;
use patterns::{Class, Classes, Duration, Invalid, backoff, bulkhead, fallback, retry, timeout};

const ONE: Duration = Duration::from_secs(1);

/// What was said about each of the settings, one line for each.
fn told(results: impl IntoIterator<Item = (&'static str, Result<(), Invalid>)>) -> String {
    let mut lines = String::new();
    for (name, result) in results {
        let said = result.map_or_else(|invalid| invalid.to_string(), |()| "fine".to_owned());
        writeln!(lines, "{name}: {said}").expect("a string takes all");
    }
    lines
}

#[test]
fn of_a_backoff_and_a_retry() {
    let backoff = |curve, cap, jitter| {
        let cap_when = CapWhen::BeforeJitter;
        backoff::Settings { curve, cap, cap_when, jitter }
    };
    let plain = |curve| backoff(curve, None, Jitter::None);
    let exponential = |factor| plain(Curve::Exponential { first: ONE, factor });
    let backoffs = [
        ("constant 0", plain(Curve::Constant(Duration::ZERO))),
        ("factor 1", exponential(1.0)),
        ("factor below 1", exponential(0.999)),
        ("factor NaN", exponential(f64::NAN)),
        ("factor infinity", exponential(f64::INFINITY)),
        ("empty list", plain(Curve::List(Vec::new()))),
        ("decorrelated constant", backoff(Curve::Constant(ONE), None, Jitter::Decorrelated)),
    ]
    .map(|(name, settings)| (name, Backoff::new(settings).map(drop)));

    let retry = |retries, backoff, max_retries| {
        let rule = Rule { retries, backoff, retry_after: RetryAfter::Floor };
        let rules = [(Class::Network, rule)].into();
        Retry::new(retry::Settings { max_retries, ..retry::Settings::of(rules) }).map(drop)
    };
    let zero = Duration::ZERO;
    let constant = || plain(Curve::Constant(zero));
    let to_zero = backoff(Curve::Constant(ONE), Some(zero), Jitter::None);
    let list = |last| plain(Curve::List(vec![ONE, zero, last]));
    let linear = |step| plain(Curve::Linear { first: zero, step });
    let retries = [
        ("3 at once", retry(3, constant(), None)),
        ("for ever at once", retry(FOREVER, constant(), None)),
        ("for ever at once, up to 3", retry(FOREVER, constant(), Some(3))),
        ("for ever with a cap of 0", retry(FOREVER, to_zero, None)),
        ("for ever from a list to 0", retry(FOREVER, list(zero), None)),
        ("for ever from a list", retry(FOREVER, list(ONE), None)),
        ("for ever linear", retry(FOREVER, linear(ONE), None)),
        ("for ever linear at once", retry(FOREVER, linear(zero), None)),
        ("for ever exponential", retry(FOREVER, exponential(1.0), None)),
        ("bad backoff", retry(1, exponential(0.0), None)),
    ];
    expect![[r#"
        constant 0: fine
        factor 1: fine
        factor below 1: `factor` must be a finite number of at least 1
        factor NaN: `factor` must be a finite number of at least 1
        factor infinity: `factor` must be a finite number of at least 1
        empty list: `waits` must be a list of at least one wait
        decorrelated constant: `jitter` must be decorrelated only if the waits are exponential
        3 at once: fine
        for ever at once: `retries` must be limited unless its waits are longer than zero
        for ever at once, up to 3: fine
        for ever with a cap of 0: `retries` must be limited unless its waits are longer than zero
        for ever from a list to 0: `retries` must be limited unless its waits are longer than zero
        for ever from a list: fine
        for ever linear: fine
        for ever linear at once: `retries` must be limited unless its waits are longer than zero
        for ever exponential: fine
        bad backoff: `factor` must be a finite number of at least 1
    "#]]
    .assert_eq(&told(backoffs.into_iter().chain(retries)));
}

#[test]
fn of_the_others() {
    let slots = |slots| {
        let (queue, max_wait) = (u32::MAX, Some(Duration::ZERO));
        let settings = bulkhead::Settings::of(slots);
        Bulkhead::new(settings.with(|s| (s.queue, s.max_wait) = (queue, max_wait))).map(drop)
    };
    let limit = |limit| Timeout::new(timeout::Settings::of(limit)).map(drop);
    let on = |on| Fallback::new(fallback::Settings { on, to: Instead::Value }).map(drop);
    let cases = [
        ("no slots", slots(0)),
        ("all slots", slots(u32::MAX)),
        ("no limit", limit(Duration::ZERO)),
        ("longest limit", limit(Duration::MAX)),
        ("on nothing", on(Classes::NONE)),
        ("on all", on(Classes::ALL)),
    ];
    expect![[r#"
        no slots: `slots` must be at least 1, not 0
        all slots: fine
        no limit: `limit` must be longer than 0s, not 0s
        longest limit: fine
        on nothing: `on` must be at least one class of failure
        on all: fine
    "#]]
    .assert_eq(&told(cases));
}
