//! A limit that is changed while it is used.

use std::fmt::Write;

use expect_test::expect;
use patterns::rate_limiter::{Kind, RateLimiter, Settings};
use patterns::settings::Auto;
use patterns::{Duration, Reason, Time};

fn ns(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

/// Kinds with smaller and larger numbers, ten nanoseconds long.
fn changes() -> Vec<(&'static str, Kind, Kind)> {
    let window = |limit, window| Kind::FixedWindow { limit, window: ns(window) };
    let log = |limit, window| Kind::SlidingLog { limit, window: ns(window) };
    let segments = |limit, segments| Kind::SlidingWindow { limit, window: ns(10), segments };
    let counter = |limit, window| Kind::SlidingCounter { limit, window: ns(window) };
    let bucket = |permits, burst| Kind::token_bucket(permits, ns(10), burst);
    let fills = |fill, burst| Kind::IntervalBucket { fill, every: ns(10), burst: Auto::Is(burst) };
    let lazy = |interval, burst| Kind::LazyBucket { interval: ns(interval), burst };
    let leaky = |permits| Kind::LeakyBucket { permits, per: ns(60), tick: ns(1) };
    let periods = |limit, period| Kind::RefreshPeriod { limit, period: ns(period) };
    let bursty = |limit, period| Kind::Bursty { limit, period: ns(period) };
    let smooth = |interval| Kind::Smooth { interval: ns(interval) };
    vec![
        ("window, more", window(5, 10), window(7, 10)),
        ("window, less", window(5, 10), window(2, 10)),
        ("window, longer", window(5, 10), window(5, 40)),
        ("log, more", log(5, 10), log(7, 10)),
        ("log, less", log(5, 10), log(2, 10)),
        ("log, longer", log(5, 10), log(5, 40)),
        ("segments, more", segments(5, 5), segments(7, 5)),
        ("segments, less", segments(5, 5), segments(2, 5)),
        ("segments, fewer", segments(5, 5), segments(5, 2)),
        ("counter, more", counter(5, 10), counter(7, 10)),
        ("counter, less", counter(5, 10), counter(2, 10)),
        ("counter, longer", counter(5, 10), counter(5, 40)),
        ("bucket, faster", bucket(1, 5), bucket(10, 5)),
        ("bucket, smaller", bucket(1, 5), bucket(1, 1)),
        ("bucket, larger", bucket(1, 5), bucket(1, 9)),
        ("fills, larger", fills(2, 5), fills(4, 9)),
        ("fills, smaller", fills(2, 5), fills(1, 1)),
        ("lazy, faster", lazy(30, 5), lazy(10, 5)),
        ("lazy, smaller", lazy(30, 5), lazy(30, 1)),
        ("leaky, faster", leaky(2), leaky(6)),
        ("leaky, slower", leaky(2), leaky(1)),
        ("periods, more", periods(5, 10), periods(9, 10)),
        ("periods, less", periods(5, 10), periods(1, 10)),
        ("periods, longer", periods(5, 10), periods(5, 40)),
        ("bursty, more", bursty(5, 10), bursty(9, 10)),
        ("smooth, slower", smooth(10), smooth(20)),
        ("another kind", window(5, 10), bucket(1, 3)),
    ]
}

/// Three permits are taken at 12, the limit is changed at 14: what there is then, and at 20 and 50.
#[test]
fn what_was_granted_counts_when_the_limit_changes() {
    let mut table = String::new();
    for (name, before, after) in changes() {
        let mut limiter = RateLimiter::new(Settings::of(before)).expect("valid");
        for _ in 0..3 {
            let _permit = limiter.try_acquire(at(12), 1);
        }
        let free = limiter.figures(at(14)).free;
        limiter.set_limit(after, at(14)).expect("valid");
        assert_eq!(limiter.settings().kind, after);
        write!(table, "{name:16} {free}").expect("a string");
        for now in [14, 20, 50] {
            let figures = limiter.clone().figures(at(now));
            let next = figures.next.expect("some time").since(Time::ZERO).as_nanos();
            write!(table, " | {} at {now}, next {next}", figures.free).expect("a string");
        }
        table.push('\n');
    }
    expect![[r#"
        window, more     2 | 4 at 14, next 14 | 7 at 20, next 20 | 7 at 50, next 50
        window, less     2 | 0 at 14, next 20 | 2 at 20, next 20 | 2 at 50, next 50
        window, longer   2 | 2 at 14, next 14 | 2 at 20, next 20 | 5 at 50, next 50
        log, more        2 | 4 at 14, next 14 | 4 at 20, next 20 | 7 at 50, next 50
        log, less        2 | 0 at 14, next 22 | 0 at 20, next 22 | 2 at 50, next 50
        log, longer      2 | 2 at 14, next 14 | 2 at 20, next 20 | 2 at 50, next 50
        segments, more   2 | 4 at 14, next 14 | 4 at 20, next 20 | 7 at 50, next 50
        segments, less   2 | 0 at 14, next 22 | 0 at 20, next 22 | 2 at 50, next 50
        segments, fewer  2 | 2 at 14, next 14 | 5 at 20, next 20 | 5 at 50, next 50
        counter, more    2 | 4 at 14, next 14 | 4 at 20, next 20 | 7 at 50, next 50
        counter, less    2 | 0 at 14, next 27 | 0 at 20, next 27 | 2 at 50, next 50
        counter, longer  2 | 2 at 14, next 14 | 2 at 20, next 20 | 2 at 50, next 50
        bucket, faster   2 | 2 at 14, next 14 | 5 at 20, next 20 | 5 at 50, next 50
        bucket, smaller  2 | 1 at 14, next 14 | 1 at 20, next 20 | 1 at 50, next 50
        bucket, larger   2 | 2 at 14, next 14 | 2 at 20, next 20 | 5 at 50, next 50
        fills, larger    2 | 2 at 14, next 14 | 6 at 20, next 20 | 9 at 50, next 50
        fills, smaller   2 | 1 at 14, next 14 | 1 at 20, next 20 | 1 at 50, next 50
        lazy, faster     2 | 2 at 14, next 14 | 2 at 20, next 20 | 5 at 50, next 50
        lazy, smaller    2 | 1 at 14, next 14 | 1 at 20, next 20 | 1 at 50, next 50
        leaky, faster    0 | 0 at 14, next 22 | 0 at 20, next 22 | 3 at 50, next 50
        leaky, slower    0 | 0 at 14, next 72 | 0 at 20, next 72 | 0 at 50, next 72
        periods, more    2 | 2 at 14, next 14 | 9 at 20, next 20 | 9 at 50, next 50
        periods, less    2 | 2 at 14, next 14 | 1 at 20, next 20 | 1 at 50, next 50
        periods, longer  2 | 2 at 14, next 14 | 2 at 20, next 20 | 5 at 50, next 50
        bursty, more     2 | 2 at 14, next 14 | 9 at 20, next 20 | 9 at 50, next 50
        smooth, slower   0 | 0 at 14, next 20 | 1 at 20, next 20 | 1 at 50, next 50
        another kind     2 | 3 at 14, next 14 | 3 at 20, next 20 | 3 at 50, next 50
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_limit_out_of_range_changes_nothing() {
    let kind = Kind::gcra(1, ns(10), 2);
    let mut limiter = RateLimiter::new(Settings::of(kind)).expect("valid");
    let reported = limiter.set_limit(Kind::gcra(0, ns(10), 2), at(5)).expect_err("no permits");
    assert_eq!(reported.to_string(), "`kind.permits` must be at least 1, not 0");
    assert_eq!(limiter.settings().kind, kind);
    assert_eq!(limiter.figures(at(5)).free, 2);
}

/// What was reserved keeps its time, and is not given back into a limit that is another.
#[test]
fn a_reservation_outlives_a_change() {
    let settings = Settings::of(Kind::gcra(1, ns(10), 1)).with(|s| s.max_wait = ns(100));
    let mut limiter = RateLimiter::new(settings).expect("valid");
    let _now = limiter.try_acquire(at(0), 1).expect("granted");
    let later = limiter.try_acquire(at(0), 1).expect("reserved");
    assert_eq!(later.at(), at(10));
    limiter.set_limit(Kind::gcra(1, ns(50), 1), at(0)).expect("valid");
    assert_eq!(limiter.figures(at(0)).debt, 1);
    limiter.cancel(later, at(5));
    let next = limiter.try_acquire(at(5), 1).expect("reserved");
    assert_eq!(next.at(), at(60), "after the one that was given up");
    limiter.set_max_wait(ns(1));
    let refused = limiter.try_acquire(at(5), 1).expect_err("too long");
    assert_eq!((refused.reason, refused.until), (Reason::RateLimited, Some(at(110))));
}

#[test]
fn a_permit_of_another_limiter_is_not_accepted() {
    let limiter = || RateLimiter::new(Settings::of(Kind::gcra(1, ns(10), 1))).expect("valid");
    let (mut one, mut other) = (limiter(), limiter());
    let permit = one.try_acquire(at(0), 1).expect("granted");
    let settled = std::panic::AssertUnwindSafe(|| {
        other.record(permit, patterns::Outcome::Ok, at(0));
    });
    assert!(std::panic::catch_unwind(settled).is_err());
}
