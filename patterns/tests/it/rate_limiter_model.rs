//! Every limiter grants what a slow one grants that looks through its whole history each time.

use patterns::rate_limiter::{Kind, OnCancel, RateLimiter, Settings};
use patterns::settings::Auto;
use patterns::{Duration, Reason, Time};
use proptest::prelude::*;

pub(crate) fn limiter(kind: Kind, max_wait: u64) -> RateLimiter {
    let settings = Settings::of(kind).with(|settings| {
        settings.max_wait = Duration::from_nanos(max_wait);
        settings.on_cancel = OnCancel::Keeps;
    });
    RateLimiter::new(settings).expect("valid")
}

/// What becomes of a request for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Granted now.
    Granted,
    /// Granted for this time.
    Reserved(Time),
    /// Refused; at this time it would be granted.
    Refused(Time),
    TooLarge,
}

/// Asks for permits that are not given back.
pub(crate) trait Admit {
    fn admit(&mut self, now: Time, permits: u32) -> Decision;
}

impl Admit for RateLimiter {
    fn admit(&mut self, now: Time, permits: u32) -> Decision {
        match self.try_acquire(now, permits) {
            Ok(permit) if now < permit.at() => Decision::Reserved(permit.at()),
            Ok(_) => Decision::Granted,
            Err(rejected) if rejected.reason == Reason::RateLimited => {
                Decision::Refused(rejected.until.unwrap_or(Time::MAX))
            }
            Err(rejected) => {
                assert_eq!(rejected.reason, Reason::TooLarge);
                assert_eq!(rejected.until, None);
                Decision::TooLarge
            }
        }
    }
}

fn ns(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

/// Kinds that look at nothing but what was granted when.
pub(crate) fn plain_kinds() -> impl Strategy<Value = Kind> {
    let limit = 1..6_u32;
    let span = 1..20_u64;
    let parts = (limit.clone(), span.clone(), limit.clone());
    prop_oneof![
        parts.clone().prop_map(|(limit, w, _)| Kind::FixedWindow { limit, window: ns(w) }),
        parts.clone().prop_map(|(limit, w, _)| Kind::SlidingLog { limit, window: ns(w) }),
        parts.clone().prop_map(|(limit, w, segments)| Kind::SlidingWindow {
            limit,
            window: ns(w * u64::from(segments)),
            segments
        }),
        parts.clone().prop_map(|(limit, w, _)| Kind::SlidingCounter { limit, window: ns(w) }),
        (parts.clone(), 0..6_u32).prop_map(|((burst, per, permits), first)| Kind::TokenBucket {
            permits,
            per: ns(per),
            burst: Auto::Is(burst),
            first: Auto::Is(first.min(burst))
        }),
        parts.clone().prop_map(|(burst, per, permits)| Kind::gcra(permits, ns(per), burst)),
        parts.clone().prop_map(|(burst, every, fill)| Kind::IntervalBucket {
            fill,
            every: ns(every),
            burst: Auto::Is(burst)
        }),
        parts.prop_map(|(burst, interval, _)| Kind::LazyBucket { interval: ns(interval), burst }),
    ]
}

/// Kinds that remember debts.
pub(crate) fn debt_kinds() -> impl Strategy<Value = Kind> {
    let parts = (1..6_u32, 1..20_u64, 1..4_u64);
    prop_oneof![
        parts
            .clone()
            .prop_map(|(limit, period, _)| Kind::RefreshPeriod { limit, period: ns(period) }),
        parts.clone().prop_map(|(limit, period, _)| Kind::Bursty { limit, period: ns(period) }),
        parts.clone().prop_map(|(_, interval, _)| Kind::Smooth { interval: ns(interval) }),
        parts.prop_map(|(permits, per, tick)| Kind::LeakyBucket {
            permits,
            per: ns(per),
            tick: ns(tick)
        }),
    ]
}

/// The most that can be had at once, where there is such a number.
pub(crate) fn burst(kind: Kind) -> u32 {
    match kind {
        Kind::FixedWindow { limit, .. }
        | Kind::SlidingLog { limit, .. }
        | Kind::SlidingWindow { limit, .. }
        | Kind::SlidingCounter { limit, .. } => limit,
        Kind::TokenBucket { permits, burst, .. } | Kind::Gcra { permits, burst, .. } => {
            burst.or(permits)
        }
        Kind::IntervalBucket { fill, burst, .. } => burst.or(fill),
        Kind::LazyBucket { burst, .. } => burst,
        _ => u32::MAX,
    }
}

/// Whether so many more may be granted at `at`, after these grants.
pub(crate) fn fits(kind: Kind, grants: &[(u64, u32)], at: u64, permits: u32) -> bool {
    let among = |counts: &dyn Fn(u64) -> bool| -> u32 {
        grants.iter().filter(|(time, _)| counts(*time)).map(|(_, n)| n).sum()
    };
    match kind {
        Kind::FixedWindow { limit, window } => {
            let window = window.as_nanos();
            among(&|time| time / window == at / window) + permits <= limit
        }
        Kind::SlidingLog { limit, window } => {
            among(&|time| at - time < window.as_nanos()) + permits <= limit
        }
        Kind::SlidingWindow { limit, window, segments } => {
            let segment = window.as_nanos() / u64::from(segments);
            let seen = |time| at / segment - time / segment < u64::from(segments);
            among(&seen) + permits <= limit
        }
        Kind::SlidingCounter { limit, window } => {
            let window = window.as_nanos();
            let before = u64::from(among(&|time| time / window + 1 == at / window));
            let count = u64::from(among(&|time| time / window == at / window) + permits);
            before * (window - at % window) + count * window <= u64::from(limit) * window
        }
        Kind::TokenBucket { permits: rate, per, burst, first } => {
            let per = per.as_nanos();
            let burst = burst.or(rate);
            let full = u64::from(burst) * per;
            let mut level = u64::from(first.or(burst)) * per;
            for time in 0..=at {
                level = if time == 0 { level } else { full.min(level + u64::from(rate)) };
                level -= u64::from(among(&|grant| grant == time)) * per;
            }
            u64::from(permits) * per <= level
        }
        // No stretch of time holds more than the burst and what comes in it.
        Kind::Gcra { permits: rate, per, burst } => {
            let starts = grants.iter().map(|(time, _)| *time).chain([at]);
            starts.into_iter().all(|start| {
                let count = u64::from(among(&|time| start <= time) + permits) * per.as_nanos();
                count <= u64::from(burst.or(rate)) * per.as_nanos() + u64::from(rate) * (at - start)
            })
        }
        Kind::IntervalBucket { fill, every, burst } => {
            let burst = burst.or(fill);
            let mut tokens = burst;
            for time in 0..=at {
                if time > 0 && time % every.as_nanos() == 0 {
                    tokens = burst.min(tokens + fill);
                }
                tokens -= among(&|grant| grant == time);
            }
            permits <= tokens
        }
        Kind::LazyBucket { interval, burst } => {
            let interval = interval.as_nanos();
            let (mut tokens, mut refill) = (u64::from(burst), interval);
            let asked = grants.iter().copied().chain([(at, permits)]);
            // As the library does: one after the other.
            for time in asked.flat_map(|(time, n)| (0..n).map(move |_| time)) {
                if tokens == 0 {
                    if time < refill {
                        return false;
                    }
                    tokens = u64::from(burst).min(1 + (time - refill) / interval);
                    refill = (refill + tokens * interval).max(time + interval);
                }
                tokens -= 1;
            }
            true
        }
        _ => unreachable!("has another model"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn grants_follow_from_the_whole_history(
        kind in plain_kinds(),
        max_wait in prop_oneof![Just(0_u64), 0..60_u64],
        story in prop::collection::vec((0..12_u64, 1..7_u32), 1..40),
    ) {
        let mut limiter = limiter(kind, max_wait);
        let mut grants: Vec<(u64, u32)> = Vec::new();
        let mut now = 0;
        for (passes, permits) in story {
            now += passes;
            let from = grants.last().map_or(now, |(last, _)| now.max(*last));
            let expected = if burst(kind) < permits {
                Decision::TooLarge
            } else {
                let at = (from..from + 400).find(|at| fits(kind, &grants, *at, permits));
                let at = at.expect("some time it fits");
                if at - now > max_wait {
                    Decision::Refused(Time::from_nanos(at))
                } else {
                    grants.push((at, permits));
                    let decision = limiter.admit(Time::from_nanos(now), permits);
                    match decision {
                        Decision::Granted => prop_assert_eq!(at, now),
                        Decision::Reserved(place) => {
                            prop_assert_eq!(place, Time::from_nanos(at));
                            prop_assert!(now < at);
                        }
                        _ => prop_assert!(false, "{decision:?}, not granted at {at}"),
                    }
                    let ahead = grants.iter().filter(|(at, _)| now < *at);
                    let debt: u32 = ahead.map(|(_, permits)| permits).sum();
                    let figures = limiter.figures(Time::from_nanos(now));
                    prop_assert_eq!(figures.debt, u64::from(debt));
                    continue;
                }
            };
            prop_assert_eq!(limiter.admit(Time::from_nanos(now), permits), expected);
        }
    }

    #[test]
    fn debts_are_those_of_the_libraries(
        kind in debt_kinds(),
        max_wait in prop_oneof![Just(0_u64), 0..80_u64],
        story in prop::collection::vec((0..40_u64, 1..9_u32), 1..40),
    ) {
        let mut limiter = limiter(kind, max_wait);
        let mut model = Debts::new(kind);
        let mut now = 0;
        for (passes, permits) in story {
            now += passes;
            let wait = model.ask(now, permits, max_wait);
            match limiter.admit(Time::from_nanos(now), permits) {
                Decision::Granted => prop_assert_eq!(wait, 0),
                Decision::Reserved(place) => {
                    prop_assert!((1..=max_wait).contains(&wait));
                    prop_assert_eq!(place, Time::from_nanos(now + wait));
                }
                Decision::Refused(refused) => {
                    prop_assert!(max_wait < wait);
                    prop_assert_eq!(refused, Time::from_nanos(now + wait));
                }
                Decision::TooLarge => prop_assert!(false, "none is too large"),
            }
        }
    }

    #[test]
    fn a_gcra_and_a_full_bucket_grant_the_same(
        (permits, per, burst) in (1..50_u32, 1..1_000_000_u64, 1..20_u32),
        max_wait in prop_oneof![Just(0_u64), 0..1_000_000_u64],
        story in prop::collection::vec((0..100_000_u64, 0..22_u32), 1..100),
        changes in prop::collection::vec(
            prop::option::weighted(0.1, (1..50_u32, 1..1_000_000_u64, 1..20_u32)), 100
        ),
    ) {
        let per = ns(per);
        let mut gcra = limiter(Kind::gcra(permits, per, burst), max_wait);
        let mut bucket = limiter(Kind::token_bucket(permits, per, burst), max_wait);
        let mut now = Time::ZERO;
        for ((passes, permits), change) in story.into_iter().zip(changes) {
            now = now + ns(passes);
            if let Some((permits, per, burst)) = change {
                let per = ns(per);
                gcra.set_limit(Kind::gcra(permits, per, burst), now).expect("valid");
                bucket.set_limit(Kind::token_bucket(permits, per, burst), now).expect("valid");
            }
            prop_assert_eq!(gcra.admit(now, permits), bucket.admit(now, permits));
            prop_assert_eq!(gcra.figures(now), bucket.figures(now));
        }
    }
}

/// What the libraries compute, written from their descriptions with what was used so far.
struct Debts {
    kind: Kind,
    /// Permits used in each cycle, from the first on.
    used: Vec<u32>,
    period: i64,
    available: i64,
    next: u64,
    latest: f64,
}

impl Debts {
    fn new(kind: Kind) -> Self {
        let available = match kind {
            Kind::Bursty { limit, .. } => i64::from(limit),
            _ => 0,
        };
        Self { kind, used: vec![0; 3000], period: 0, available, next: 0, latest: -1e18 }
    }

    fn ask(&mut self, now: u64, permits: u32, max_wait: u64) -> u64 {
        match self.kind {
            Kind::RefreshPeriod { limit, period } => {
                // Each permit is the next that is free, in this cycle or one to come.
                let mut used = self.used.clone();
                let mut cycle = (now / period.as_nanos()) as usize;
                for _ in 0..permits {
                    while used[cycle] == limit {
                        cycle += 1;
                    }
                    used[cycle] += 1;
                }
                let wait = (cycle as u64 * period.as_nanos()).saturating_sub(now);
                if wait <= max_wait {
                    self.used = used;
                }
                wait
            }
            Kind::Bursty { limit, period } => {
                let (limit, period) = (i64::from(limit), period.as_nanos().cast_signed());
                let (now, permits) = (now.cast_signed(), i64::from(permits));
                let passed = now / period - self.period;
                if passed > 0 {
                    self.period += passed;
                    self.available =
                        if self.available < 0 { self.available + passed * limit } else { limit };
                }
                let mut wait = 0;
                if permits > self.available {
                    let missing = permits - self.available;
                    let more =
                        if missing % limit == 0 { missing / limit - 1 } else { missing / limit };
                    wait = (self.period + 1) * period - now + more * period;
                }
                if wait as u64 <= max_wait {
                    self.available -= permits;
                }
                wait as u64
            }
            Kind::Smooth { interval } => {
                let interval = interval.as_nanos();
                let slot = if now >= self.next { now / interval * interval } else { self.next };
                let next = slot + u64::from(permits) * interval;
                let wait = next.saturating_sub(now + interval);
                if wait <= max_wait {
                    self.next = next;
                }
                wait
            }
            Kind::LeakyBucket { permits: rate, per, tick } => {
                let tick = tick.as_nanos() as f64;
                let cost = f64::from(permits) * per.as_secs_f64() * 1e9 / f64::from(rate);
                let expected = self.latest + (cost / tick + 1e-9).round() * tick;
                let wait = (expected - now as f64).max(0.0) as u64;
                if wait <= max_wait {
                    self.latest = expected.max(now as f64);
                }
                wait
            }
            _ => unreachable!("has another model"),
        }
    }
}
