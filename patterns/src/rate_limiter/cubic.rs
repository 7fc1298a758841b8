//! A limit that a callee's refusals set: the adaptive mode of the AWS clients.

use super::rule::{Rule, clipped};

/// How far a throttled rate is lowered.
const BETA: f64 = 0.7;
/// How fast it grows again, in permits for each second to the power of four.
const SCALE: f64 = 0.4;
/// The slowest filling, in permits for each second.
const SLOWEST: f64 = 0.5;
/// The share of the newest half second in the measured rate.
const SMOOTH: f64 = 0.8;
const HALF_SECOND: u64 = 500_000_000;

/// A bucket whose rate follows a cubic curve since the last refusal.
///
/// It fills from the start, and nobody takes from it until the callee throttles for the first time.
#[derive(Clone, Debug, Default)]
pub(super) struct Cubic {
    limits: bool,
    bucket: Filling,
    throttled: u64,
    top: f64,
    measured: f64,
    half: u64,
    answers: u32,
}

#[derive(Clone, Copy, Debug)]
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
    /// An answer has come.
    pub(super) fn settle(&mut self, now: u64, throttled: bool) {
        self.measure(now);
        let rate = if throttled {
            // One that is not limited yet is taken at what it sends.
            let allowed = if self.limits { self.bucket.rate } else { f64::INFINITY };
            let rate = allowed.min(self.measured);
            (self.top, self.throttled) = (rate, now);
            rate * BETA
        } else {
            let dip = libm::cbrt(self.top * (1.0 - BETA) / SCALE);
            let since = now.saturating_sub(self.throttled) as f64 / 1e9 - dip;
            SCALE * since * since * since + self.top
        };
        self.limits |= throttled;
        self.bucket.set(rate.min(2.0 * self.measured), now);
    }

    fn measure(&mut self, now: u64) {
        let half = now / HALF_SECOND;
        self.answers = self.answers.saturating_add(1);
        if self.half < half {
            let rate = f64::from(self.answers) / ((half - self.half) as f64 / 2.0);
            self.measured = rate * SMOOTH + self.measured * (1.0 - SMOOTH);
            self.answers = 0;
            self.half = half;
        }
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
