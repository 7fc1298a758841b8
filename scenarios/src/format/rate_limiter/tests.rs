//! What is written becomes what is meant.

use patterns::adaptive_concurrency::AdaptiveConcurrency as Learned;
use patterns::preset::Library;
use patterns::rate_limiter::RateLimiter as Machine;

use super::*;

fn read(text: &str) -> Result<rate_limiter::Settings, String> {
    let limiter: RateLimiter = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let settings = limiter.settings().map_err(|invalid| invalid.to_string())?;
    Machine::new(settings).map_err(|invalid| invalid.to_string())?;
    Ok(settings)
}

#[test]
fn every_kind_of_rate_can_be_written() {
    let kind = |text: &str| read(&format!("kind = '{text}'")).map(|settings| settings.kind);
    let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
    let (limit, permits, window, per) = (50, 50, minute, minute);
    for (text, expected) in [
        (
            "token-bucket(50, per=1min, burst=10)",
            Kind::TokenBucket { permits, per, burst: 10, first: 10 },
        ),
        ("gcra(50, per=1min)", Kind::Gcra { permits, per, burst: 50 }),
        ("fixed-window(50, window=1min)", Kind::FixedWindow { limit, window }),
        ("sliding-log(50, window=1min)", Kind::SlidingLog { limit, window }),
        (
            "sliding-window(50, window=1min, segments=6)",
            Kind::SlidingSegments { limit, window, segments: 6 },
        ),
        ("sliding-counter(50, window=1min)", Kind::SlidingCounter { limit, window }),
        (
            "interval-bucket(10, every=1s, burst=50)",
            Kind::IntervalBucket { fill: 10, every: second, burst: 50 },
        ),
        ("lazy-bucket(1s, burst=10)", Kind::LazyBucket { interval: second, burst: 10 }),
        (
            "leaky-bucket(50, per=1min)",
            Kind::LeakyBucket { permits, per, tick: Duration::from_nanos(1) },
        ),
        ("refresh-period(50, period=1min)", Kind::RefreshPeriod { limit, period: minute }),
        ("bursty(50, period=1min)", Kind::Bursty { limit, period: minute }),
        ("smooth(1s)", Kind::Smooth { interval: second }),
        ("warm-up(50, secs=10)", Kind::WarmUp { rate: 50, secs: 10, cold_factor: 3 }),
        (
            "cubic",
            Kind::Cubic { throttles: Classes::NONE.with(Class::RateLimit).with(Class::Overload) },
        ),
    ] {
        assert_eq!(kind(text), Ok(expected), "{text}");
    }
    assert!(kind("token-buckt(1, per=1s)").is_err_and(|told| told.contains("`token-bucket`?")));
    assert!(kind("fixed-window(0, window=1s)").is_err_and(|told| told.contains("`limit`")));
}

#[test]
fn every_other_knob_can_be_written() {
    let written = "
        kind = 'smooth(1s)'
        max-wait = '5s'
        drain-on = ['rate-limit']
        cancelled = 'keeps'
    ";
    let expected = rate_limiter::Settings {
        kind: Kind::Smooth { interval: Duration::from_secs(1) },
        max_wait: Duration::from_secs(5),
        drain_on: Classes::NONE.with(Class::RateLimit),
        cancelled: rate_limiter::Cancelled::Keeps,
    };
    assert_eq!(read(written), Ok(expected));
    for library in Library::ALL {
        let none = "`like` must be a library with a rate limiter".to_owned();
        assert_eq!(read(&format!("like = '{library}'")), library.rate_limiter().ok_or(none));
    }
    let preset = Library::Resilience4j.rate_limiter().expect("it has one");
    let changed = rate_limiter::Settings { kind: expected.kind, ..preset };
    assert_eq!(read("like = 'resilience4j'\nkind = 'smooth(1s)'"), Ok(changed));
    assert_eq!(read("max-wait = '1s'"), Err("`kind` must be given".to_owned()));
}

#[test]
fn every_way_to_learn_a_limit_can_be_written() {
    let read = |text: &str| {
        let written: AdaptiveConcurrency =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let settings = adaptive_concurrency::Settings::from(written);
        Learned::new(settings).map_err(|invalid| invalid.to_string())?;
        Ok::<_, String>(settings)
    };
    let of = |text: &str| read(&format!("algorithm = '{text}'")).map(|settings| settings.algorithm);
    let timeout = Duration::from_secs(5);
    assert_eq!(of("aimd"), Ok(Algorithm::Aimd { backoff: 0.9, timeout }));
    let aimd = Algorithm::Aimd { backoff: 0.5, timeout: Duration::from_secs(1) };
    assert_eq!(of("aimd(backoff=0.5, timeout=1s)"), Ok(aimd));
    assert_eq!(of("vegas"), Ok(Algorithm::Vegas { smoothing: 1.0, probe_multiplier: 30 }));
    let (queue, long_window) = (4, 600);
    let gradient2 = Algorithm::Gradient2 { smoothing: 0.2, queue, long_window, tolerance: 1.5 };
    assert_eq!(of("gradient2"), Ok(gradient2));
    let (percentile, interval, buffer) = (0.5, Duration::from_millis(100), 0.25);
    let min_rtt = MinRtt::Fixed(Duration::from_secs(1));
    let gradient = Algorithm::Gradient { percentile, interval, buffer, min_rtt };
    assert_eq!(of("gradient(min-rtt=1s)"), Ok(gradient));
    let measured = Duration::from_secs(60);
    let min_rtt = MinRtt::Measured { samples: 50, interval: measured, jitter: 0.15 };
    assert_eq!(of("gradient"), Ok(Algorithm::Gradient { percentile, interval, buffer, min_rtt }));

    let all = "
        algorithm = 'vegas'
        min = 2
        max = 10
        window = '1s'
        drops = ['overload']
        cancelled = 'dropped'
    ";
    let settings = read(all).expect("well written");
    assert_eq!((settings.min, settings.max, settings.initial), (2, 10, 10));
    assert_eq!(settings.window.map(|window| window.shortest), Some(Duration::from_secs(1)));
    assert_eq!(settings.drops, Classes::NONE.with(Class::Overload));
    assert_eq!(settings.cancelled, Verdict::Dropped);
    assert!(of("aims").is_err_and(|told| told.contains("did you mean `aimd`?")));
}
