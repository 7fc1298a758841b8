//! A limit that a callee's refusals set: the adaptive mode of the AWS clients.

use super::rule::{Rule, clipped};
use crate::time::Time;

/// How far a throttled rate is lowered.
const BETA: f64 = 0.7;
/// How fast it grows again, in permits for each second to the power of four.
const SCALE: f64 = 0.4;
/// The slowest filling, in permits for each second.
const SLOWEST: f64 = 0.5;
/// The share of the newest half second in the measured rate.
const SMOOTH: f64 = 0.8;
const HALF_SECOND: u64 = 500_000_000;

/// The curve on which a rate grows after the callee has throttled: steep at first, flat around the
/// rate at which it did, and steep again beyond (botocore `CubicCalculator`).
///
/// # Example
///
/// ```
/// use patterns::rate_limiter::CubicCurve;
/// use patterns::{Duration, Time};
///
/// // Throttled at 100 calls a second.
/// let curve = CubicCurve::throttled(100.0, Time::ZERO);
/// assert_eq!(curve.lowered(), 70.0);
/// let after = |secs: u64| curve.rate(Time::ZERO + Duration::from_secs(secs));
/// assert!((after(0) - 70.0).abs() < 1e-9);
/// assert!((after(4) - 100.0).abs() < 0.1, "{}", after(4));
/// assert!(after(10) > 150.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CubicCurve {
    top: f64,
    throttled_at: Time,
}

impl CubicCurve {
    /// The curve of a caller that sent at this rate, in calls for each second, when the callee
    /// throttled.
    pub const fn throttled(rate: f64, at: Time) -> Self {
        Self { top: rate, throttled_at: at }
    }

    /// The rate right after that: 0.7 of the one before.
    pub fn lowered(&self) -> f64 {
        self.top * BETA
    }

    /// The rate of the curve at `now`.
    pub fn rate(&self, now: Time) -> f64 {
        let dip = libm::cbrt(self.top * (1.0 - BETA) / SCALE);
        let since = now.since(self.throttled_at).as_secs_f64() - dip;
        SCALE * since * since * since + self.top
    }

    /// The rate at which the callee throttled for the last time; zero if it never did.
    pub const fn top(&self) -> f64 {
        self.top
    }

    /// When it throttled for the last time; [`Time::ZERO`] if it never did.
    pub const fn throttled_at(&self) -> Time {
        self.throttled_at
    }
}

/// The rate at which answers come, smoothed over half seconds (botocore `RateClocker`).
///
/// # Example
///
/// ```
/// use patterns::rate_limiter::MeasuredRate;
/// use patterns::{Duration, Time};
///
/// let mut measured = MeasuredRate::default();
/// for tenth in 1..=100 {
///     measured.record(Time::ZERO + Duration::from_millis(100) * tenth);
/// }
/// assert!((measured.per_sec() - 10.0).abs() < 0.01);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasuredRate {
    per_sec: f64,
    half: u64,
    answers: u32,
}

impl MeasuredRate {
    /// An answer has come. Returns the rate as it is by that.
    pub fn record(&mut self, now: Time) -> f64 {
        let half = now.as_nanos() / HALF_SECOND;
        self.answers = self.answers.saturating_add(1);
        if self.half < half {
            let rate = f64::from(self.answers) / ((half - self.half) as f64 / 2.0);
            self.per_sec = rate * SMOOTH + self.per_sec * (1.0 - SMOOTH);
            self.answers = 0;
            self.half = half;
        }
        self.per_sec
    }

    /// The rate in answers for each second, as of the last half second in which one came.
    pub const fn per_sec(&self) -> f64 {
        self.per_sec
    }
}

/// A bucket whose rate follows a cubic curve since the last refusal.
///
/// It fills from the start, and nothing is taken from it until the callee throttles for the first
/// time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cubic {
    limits: bool,
    bucket: Filling,
    curve: CubicCurve,
    measured: MeasuredRate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Filling {
    rate: f64,
    capacity: f64,
    tokens: f64,
    last: u64,
}

impl Default for Filling {
    fn default() -> Self {
        Self { rate: 1.0, capacity: 1.0, tokens: 0.0, last: 0 }
    }
}

impl Filling {
    fn tokens(&self, at: u64) -> f64 {
        let filled = at.saturating_sub(self.last) as f64 / 1e9 * self.rate;
        (self.tokens + filled).min(self.capacity)
    }

    /// Another rate from now on; what has passed counts at the old one.
    fn set(&mut self, rate: f64, now: u64) {
        let now = now.max(self.last);
        let tokens = self.tokens(now);
        let capacity = rate.max(1.0);
        *self = Self { rate: rate.max(SLOWEST), capacity, tokens: tokens.min(capacity), last: now };
    }
}

impl Cubic {
    /// Whether the callee has throttled so far. Before that nothing is limited.
    pub const fn limits(&self) -> bool {
        self.limits
    }

    /// How many permits come in a second at present.
    pub const fn rate(&self) -> f64 {
        self.bucket.rate
    }

    /// How many permits there are at `now`, with fractions.
    pub fn tokens(&self, now: Time) -> f64 {
        self.bucket.tokens(now.as_nanos())
    }

    /// The curve on which the rate grows.
    pub const fn curve(&self) -> CubicCurve {
        self.curve
    }

    /// The rate at which answers come. The limit is at most twice this.
    pub const fn measured(&self) -> MeasuredRate {
        self.measured
    }

    /// An answer has come.
    pub(super) fn settle(&mut self, now: Time, throttled: bool) {
        let measured = self.measured.record(now);
        let rate = if throttled {
            // One that is not limited yet is taken at what it sends.
            let allowed = if self.limits { self.bucket.rate } else { f64::INFINITY };
            self.curve = CubicCurve::throttled(allowed.min(measured), now);
            self.curve.lowered()
        } else {
            self.curve.rate(now)
        };
        self.limits |= throttled;
        self.bucket.set(rate.min(2.0 * measured), now.as_nanos());
    }
}

impl Rule for Cubic {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        if !self.limits {
            return Some(now);
        }
        let bucket = &self.bucket;
        let permits = f64::from(permits);
        if bucket.capacity < permits {
            return None;
        }
        let from = now.max(bucket.last);
        let wait = (permits - bucket.tokens(from)).max(0.0) / bucket.rate * 1e9;
        // `f64` may miss the first nanosecond at which it is enough by some.
        let guess = from.saturating_add(wait as u64).saturating_sub(16).max(from);
        let enough = |at: u64| permits <= bucket.tokens(at);
        (guess..=guess.saturating_add(64))
            .find(|at| enough(*at))
            .or(Some(clipped(u128::from(guess) + 64)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        if self.limits {
            let bucket = &mut self.bucket;
            bucket.tokens = (bucket.tokens(at) - f64::from(permits)).max(0.0);
            bucket.last = at.max(bucket.last);
        }
    }

    fn untake(&mut self, permits: u32) {
        // Nothing is reserved before it limits.
        let bucket = &mut self.bucket;
        bucket.tokens = (bucket.tokens + f64::from(permits)).min(bucket.capacity);
    }
}
