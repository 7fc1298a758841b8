//! What is written for a rate limiter is what is meant, and what has no effect is said.

use patterns::rate_limiter::{Kind, LONGEST_LOG, MOST_SEGMENTS, OnCancel, RateLimiter, Settings};
use patterns::settings::{Auto, Setting, Value};
use patterns::testing::Driver;
use patterns::{Action, Class, Classes, Duration, Outcome, Time};

use crate::settings_reading::{good, list, presets_are_sound, read, table, text, warnings};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn every_kind_can_be_written() {
    let (limit, permits, window, per) = (50, 50, MINUTE, MINUTE);
    let throttles = Classes::NONE.with(Class::RateLimit).with(Class::Overload);
    for (written, expected) in [
        ("token-bucket(50, per=1min, burst=10)", Kind::token_bucket(50, MINUTE, 10)),
        (
            "token-bucket(50, per=1min, burst=10, first=0)",
            Kind::TokenBucket { permits, per, burst: Auto::Is(10), first: Auto::Is(0) },
        ),
        (
            "token-bucket(50, 1min)",
            Kind::TokenBucket { permits, per, burst: Auto::Auto, first: Auto::Auto },
        ),
        ("gcra(50, per=1min)", Kind::Gcra { permits, per, burst: Auto::Auto }),
        ("gcra(50, per=1min, burst=auto)", Kind::Gcra { permits, per, burst: Auto::Auto }),
        ("fixed-window(50, window=1min)", Kind::FixedWindow { limit, window }),
        ("sliding-log(50, window=1min)", Kind::SlidingLog { limit, window }),
        (
            "sliding-window(50, window=1min, segments=6)",
            Kind::SlidingWindow { limit, window, segments: 6 },
        ),
        ("sliding-window(50, window=1min)", Kind::SlidingWindow { limit, window, segments: 10 }),
        ("sliding-counter(50, window=1min)", Kind::SlidingCounter { limit, window }),
        (
            "interval-bucket(10, every=1s, burst=50)",
            Kind::IntervalBucket { fill: 10, every: SECOND, burst: Auto::Is(50) },
        ),
        (
            "interval-bucket(10, every=1s)",
            Kind::IntervalBucket { fill: 10, every: SECOND, burst: Auto::Auto },
        ),
        ("lazy-bucket(1s, burst=10)", Kind::LazyBucket { interval: SECOND, burst: 10 }),
        ("lazy-bucket(1s)", Kind::LazyBucket { interval: SECOND, burst: 1 }),
        (
            "leaky-bucket(50, per=1min)",
            Kind::LeakyBucket { permits, per, tick: Duration::from_nanos(1) },
        ),
        ("refresh-period(50, period=1min)", Kind::RefreshPeriod { limit, period: MINUTE }),
        ("bursty(50, period=1min)", Kind::Bursty { limit, period: MINUTE }),
        ("smooth(1s)", Kind::Smooth { interval: SECOND }),
        ("warm-up(50)", Kind::WarmUp { rate: 50, secs: 10, cold_factor: 3 }),
        ("warm-up(50, secs=5, cold-factor=2)", Kind::WarmUp { rate: 50, secs: 5, cold_factor: 2 }),
        ("cubic", Kind::Cubic { throttles }),
    ] {
        let settings = good::<Settings>(&[("kind", text(written))]);
        assert_eq!(settings, Settings::of(expected), "{written}");
        assert!(RateLimiter::new(settings).is_ok(), "{written}");
        let Value::Table(again) = settings.write().value else { panic!("a table") };
        let again: Vec<(&str, Value)> =
            again.iter().map(|entry| (entry.key.as_str(), entry.node.value.clone())).collect();
        assert_eq!(good::<Settings>(&again), settings, "{written}");
    }
    let throttles = Classes::NONE.with(Class::Network);
    let cubic = table(&[("cubic", table(&[("throttles", list(&["network"]))]))]);
    assert_eq!(good::<Settings>(&[("kind", cubic)]).kind, Kind::Cubic { throttles });
}

#[test]
fn every_other_setting_can_be_written() {
    let settings = good::<Settings>(&[
        ("kind", text("smooth(1s)")),
        ("max-wait", text("unlimited")),
        ("drain-on", list(&["rate-limit"])),
        ("on-cancel", text("keeps")),
    ]);
    let expected = Settings::of(Kind::Smooth { interval: SECOND }).with(|settings| {
        settings.max_wait = Duration::MAX;
        settings.drain_on = Classes::NONE.with(Class::RateLimit);
        settings.on_cancel = OnCancel::Keeps;
    });
    assert_eq!(settings, expected);
}

#[test]
fn mistakes_are_all_said() {
    let said = |entries: &[(&str, Value)]| read::<Settings>(entries).1;
    assert_eq!(said(&[]), ["here, mistake: `rate-limiter` needs `kind`"]);
    let kind = |kind: &str| said(&[("kind", text(kind))]);
    for (written, expected) in [
        ("cycles(1, period=1s)", "`kind` has no form `cycles`"),
        ("fixed-window(0, window=1s)", "`limit` must be at least 1, not 0"),
        ("sliding-log(2000000, 1s)", "`limit` must be from 1 to 1048576, not 2000000"),
        (
            "sliding-window(5, 1s, segments=7)",
            "`segments` must be a divisor of the nanoseconds of the window",
        ),
        ("token-bucket(5, 1s, burst=3, first=4)", "`first` must be at most the burst"),
        ("token-bucket(5, 1s, first=6)", "`first` must be at most the burst"),
        ("gcra(5, per=0s)", "`per` must be longer than 0s, not 0s"),
        ("warm-up(5, cold-factor=1)", "`cold-factor` must be at least 2, not 1"),
    ] {
        assert_eq!(kind(written), [format!("kind, mistake: {expected}")], "{written}");
    }
    assert_eq!(kind("gcra(0, per=0s)").len(), 2);
    let renamed = said(&[("kind", text("smooth(1s)")), ("cancelled", text("keeps"))]);
    assert_eq!(renamed, ["cancelled, mistake: `cancelled` is called `on-cancel` now"]);
    // The ranges that are described are those of the constants.
    let most = format!("sliding-log({LONGEST_LOG}, 1s)");
    assert_eq!(kind(&most), Vec::<String>::new());
    let most = format!("sliding-window(5, 65536ns, segments={MOST_SEGMENTS})");
    assert_eq!(kind(&most), Vec::<String>::new());
    assert_eq!(kind("sliding-window(5, 65537ns, segments=65537)").len(), 1);
}

#[test]
fn what_has_no_effect_is_said() {
    let of = |entries: &[(&str, Value)]| warnings::<Settings>(entries);
    let kind = |kind: &str| ("kind", text(kind));
    let cancel = ("on-cancel", text("keeps"));
    assert_eq!(
        of(&[kind("smooth(1s)"), cancel.clone()]),
        ["on-cancel, warning: `on-cancel` has no effect: without `max-wait` no call waits"]
    );
    let waits = ("max-wait", text("1s"));
    assert_eq!(of(&[kind("smooth(1s)"), cancel, waits]), Vec::<String>::new());
    assert_eq!(
        of(&[kind("interval-bucket(10, 1s, burst=4)")]),
        ["kind, warning: of `fill` only 4 have an effect: the bucket holds no more"]
    );
    let never = table(&[("cubic", table(&[("throttles", list(&[]))]))]);
    assert_eq!(
        of(&[("kind", never)]),
        ["kind, warning: this limits nothing: no failure counts as throttling"]
    );
}

/// resilience4j `RateLimiterConfig`: `limitForPeriod`, `limitRefreshPeriod`, `timeoutDuration`.
#[test]
fn resilience4j_has_its_own_numbers() {
    presets_are_sound::<Settings>();
    let own = |entries: &[(&str, Value)]| {
        let entries: Vec<_> =
            [("like", text("resilience4j"))].into_iter().chain(entries.iter().cloned()).collect();
        good::<Settings>(&entries)
    };
    let period = Duration::from_nanos(500);
    let plain = own(&[]);
    assert_eq!(plain.kind, Kind::RefreshPeriod { limit: 50, period });
    assert_eq!((plain.max_wait, plain.on_cancel), (SECOND * 5, OnCancel::Keeps));
    let changed = own(&[
        ("limit-for-period", Value::Integer(2)),
        ("limit-refresh-period", text("1s")),
        ("max-wait", text("1s")),
        ("drain-on", list(&["overload"])),
    ]);
    assert_eq!(changed.kind, Kind::RefreshPeriod { limit: 2, period: SECOND });
    assert_eq!(changed.max_wait, SECOND);

    let mut driver = Driver::new(RateLimiter::new(changed).expect("valid"), &[]);
    assert_eq!([0, 1].map(|call| driver.call(call)), [Action::Send; 2]);
    let next = Time::ZERO + SECOND;
    assert_eq!([2, 3].map(|call| driver.call(call)), [Action::WaitUntil(next); 2]);
    let refused = Outcome::failed_until(Class::Rejected, SECOND * 2);
    assert_eq!(driver.call(4), Action::Reply(refused), "longer than `timeoutDuration`");

    // Ours hold on top of it.
    let other = own(&[("kind", text("smooth(1s)")), ("on-cancel", text("gives-back"))]);
    assert_eq!(other.kind, Kind::Smooth { interval: SECOND });
    assert_eq!((other.max_wait, other.on_cancel), (SECOND * 5, OnCancel::GivesBack));
}

/// botocore's adaptive mode has no numbers: every call waits as long as it takes.
#[test]
fn aws_has_a_wait_and_nothing_else() {
    let settings = good::<Settings>(&[("like", text("aws"))]);
    let throttles = Classes::NONE.with(Class::RateLimit).with(Class::Overload);
    assert_eq!(settings.kind, Kind::Cubic { throttles });
    assert_eq!((settings.max_wait, settings.on_cancel), (Duration::MAX, OnCancel::Keeps));
    let short = good::<Settings>(&[("like", text("aws")), ("max-wait", text("1s"))]);
    assert_eq!(short.max_wait, SECOND);
    let said = read::<Settings>(&[("like", text("aws")), ("rate", Value::Integer(5))]).1;
    assert_eq!(said, ["rate, mistake: `rate-limiter` has no key `rate`"]);
}
