//! Limits that save up permits, up to a burst.

use super::rule::{Rule, clipped};

/// As many permits, counted in parts of which another number makes one.
fn rescaled(level: u128, per: u128, new: u128) -> u128 {
    level / per * new + level % per * new / per
}

/// A bucket into which permits drip at every moment.
///
/// One permit is `per` drops, and `rate` drops come each nanosecond, so that all is whole numbers.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    rate: u128,
    per: u128,
    burst: u32,
    last: u64,
    level: u128,
}

impl Bucket {
    pub(super) fn new(rate: u32, per: u64, burst: u32, first: u32) -> Self {
        let per = u128::from(per);
        let level = u128::from(first) * per;
        Self { rate: u128::from(rate), per, burst, last: 0, level }
    }

    /// Other numbers from now on. What is in the bucket stays, up to the new burst.
    pub(super) fn set(&mut self, rate: u32, per: u64, burst: u32, now: u64) {
        let from = now.max(self.last);
        let level = rescaled(self.level(from), self.per, per.into());
        *self = Self::new(rate, per, burst, 0);
        self.level = level.min(u128::from(burst) * self.per);
        self.last = from;
    }

    fn level(&self, at: u64) -> u128 {
        let dripped = u128::from(at.saturating_sub(self.last)) * self.rate;
        (self.level + dripped).min(u128::from(self.burst) * self.per)
    }
}

impl Rule for Bucket {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        if self.burst < permits {
            return None;
        }
        let from = now.max(self.last);
        let missing = (u128::from(permits) * self.per).saturating_sub(self.level(from));
        Some(clipped(u128::from(from) + missing.div_ceil(self.rate)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.level = self.level(at).saturating_sub(u128::from(permits) * self.per);
        self.last = at;
    }

    fn untake(&mut self, permits: u32) {
        let full = u128::from(self.burst) * self.per;
        self.level = (self.level + u128::from(permits) * self.per).min(full);
    }
}

/// The time at which the next permit would come if they came at even distances.
///
/// Times are in parts of a nanosecond, `rate` of them each, so that the distance is whole: `per`.
#[derive(Clone, Debug)]
pub(super) struct Gcra {
    rate: u128,
    per: u128,
    burst: u32,
    last: u64,
    tat: u128,
}

impl Gcra {
    pub(super) fn new(rate: u32, per: u64, burst: u32) -> Self {
        Self { rate: u128::from(rate), per: u128::from(per), burst, last: 0, tat: 0 }
    }

    /// Other numbers from now on. What could be had at once stays, up to the new burst.
    pub(super) fn set(&mut self, rate: u32, per: u64, burst: u32, now: u64) {
        let from = now.max(self.last);
        let owed = self.tat.saturating_sub(u128::from(from) * self.rate);
        let level = (u128::from(self.burst) * self.per).saturating_sub(owed);
        let level = rescaled(level, self.per, per.into());
        *self = Self::new(rate, per, burst);
        let full = u128::from(burst) * self.per;
        self.tat = u128::from(from) * self.rate + full.saturating_sub(level);
        self.last = from;
    }
}

impl Rule for Gcra {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        if self.burst < permits {
            return None;
        }
        let from = now.max(self.last);
        let early = u128::from(self.burst - permits) * self.per;
        let at = self.tat.saturating_sub(early).div_ceil(self.rate);
        Some(from.max(clipped(at)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.tat = self.tat.max(u128::from(at) * self.rate) + u128::from(permits) * self.per;
        self.last = at;
    }

    fn untake(&mut self, permits: u32) {
        self.tat = self.tat.saturating_sub(u128::from(permits) * self.per);
    }
}

/// A bucket that is filled up at even distances from time zero.
#[derive(Clone, Debug)]
pub(super) struct Fills {
    fill: u32,
    every: u64,
    burst: u32,
    last: u64,
    tokens: u32,
}

impl Fills {
    pub(super) fn new(fill: u32, every: u64, burst: u32) -> Self {
        Self { fill, every, burst, last: 0, tokens: burst }
    }

    /// Other numbers from now on. What is in the bucket stays, up to the new burst.
    pub(super) fn set(&mut self, fill: u32, every: u64, burst: u32, now: u64) {
        let from = now.max(self.last);
        let tokens = self.tokens(from).min(burst);
        *self = Self { fill, every, burst, last: from, tokens };
    }

    fn tokens(&self, at: u64) -> u32 {
        let fills = at / self.every - self.last / self.every;
        let filled = u128::from(fills) * u128::from(self.fill) + u128::from(self.tokens);
        filled.min(u128::from(self.burst)) as u32
    }
}

impl Rule for Fills {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        if self.burst < permits {
            return None;
        }
        let from = now.max(self.last);
        let missing = permits.saturating_sub(self.tokens(from));
        if missing == 0 {
            return Some(from);
        }
        let fills = u128::from(from / self.every) + u128::from(missing.div_ceil(self.fill));
        Some(clipped(fills * u128::from(self.every)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.tokens = self.tokens(at).saturating_sub(permits);
        self.last = at;
    }

    fn untake(&mut self, permits: u32) {
        self.tokens = self.tokens.saturating_add(permits).min(self.burst);
    }
}

/// A bucket that looks at the time only when it is empty.
#[derive(Clone, Debug)]
pub(super) struct Lazy {
    interval: u64,
    burst: u32,
    last: u64,
    tokens: u32,
    refill: u64,
}

impl Lazy {
    pub(super) fn new(interval: u64, burst: u32) -> Self {
        Self { interval, burst, last: 0, tokens: burst, refill: interval }
    }

    /// Other numbers from now on. What is in the bucket stays, up to the new burst, and the next
    /// permit comes no later than the new interval from now.
    pub(super) fn set(&mut self, interval: u64, burst: u32, now: u64) {
        self.interval = interval;
        self.burst = burst;
        self.tokens = self.tokens.min(burst);
        self.refill = self.refill.min(now.max(self.last).saturating_add(interval));
    }
}

impl Rule for Lazy {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        if self.burst < permits {
            return None;
        }
        let from = now.max(self.last);
        let Some(more) = permits.saturating_sub(self.tokens).checked_sub(1) else {
            return Some(from);
        };
        let at = u128::from(self.refill) + u128::from(more) * u128::from(self.interval);
        Some(from.max(clipped(at)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.last = at;
        if self.tokens < permits {
            let passed = at.saturating_sub(self.refill) / self.interval;
            let added = passed.saturating_add(1).min(u64::from(self.burst));
            self.refill = (self.refill.saturating_add(added.saturating_mul(self.interval)))
                .max(at.saturating_add(self.interval));
            self.tokens = self.tokens.saturating_add(added as u32);
        }
        self.tokens = self.tokens.saturating_sub(permits);
    }

    fn untake(&mut self, permits: u32) {
        self.tokens = self.tokens.saturating_add(permits).min(self.burst);
    }
}
