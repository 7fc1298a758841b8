//! Limits that grant what is not there yet, and remember it as a debt.

use super::rule::{Rule, clipped};

/// A queue that lets one through at even distances.
#[derive(Clone, Debug)]
pub(super) struct Leaky {
    rate: u128,
    per: u128,
    tick: u128,
    /// When the last one left or will leave; before time zero at first.
    latest: Option<u64>,
}

impl Leaky {
    pub(super) fn new(rate: u32, per: u64, tick: u64) -> Self {
        let [per, tick] = [per, tick].map(u128::from);
        Self { rate: u128::from(rate), per, tick, latest: None }
    }

    /// Other numbers from now on, also for the call after the last one.
    pub(super) fn set(&mut self, rate: u32, per: u64, tick: u64) {
        *self = Self { latest: self.latest, ..Self::new(rate, per, tick) };
    }

    fn cost(&self, permits: u32) -> u64 {
        let tick = self.tick * self.rate;
        let ticks = (2 * u128::from(permits) * self.per + tick) / (2 * tick);
        clipped(ticks * self.tick)
    }
}

impl Rule for Leaky {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let expected = self.latest.map_or(0, |latest| latest.saturating_add(self.cost(permits)));
        Some(now.max(expected))
    }

    fn take(&mut self, _now: u64, at: u64, _permits: u32) {
        self.latest = Some(at);
    }

    fn untake(&mut self, permits: u32) {
        self.latest = self.latest.and_then(|latest| latest.checked_sub(self.cost(permits)));
    }
}

/// Slots at even distances from time zero, each for one permit.
#[derive(Clone, Debug)]
pub(super) struct Smooth {
    interval: u64,
    next: u64,
}

impl Smooth {
    pub(super) fn new(interval: u64) -> Self {
        Self { interval, next: 0 }
    }

    /// Another interval from now on. Slots that were given stay.
    pub(super) fn set(&mut self, interval: u64) {
        self.interval = interval;
    }

    fn next(&self, now: u64, permits: u32) -> u64 {
        let slot = if now < self.next { self.next } else { now / self.interval * self.interval };
        slot.saturating_add(self.interval.saturating_mul(u64::from(permits)))
    }
}

impl Rule for Smooth {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let next = self.next(now, permits);
        // At the end of time there is no slot left.
        Some(if next == u64::MAX { next } else { now.max(next - self.interval) })
    }

    fn take(&mut self, now: u64, _at: u64, permits: u32) {
        self.next = self.next(now, permits);
    }

    fn untake(&mut self, permits: u32) {
        self.next = self.next.saturating_sub(self.interval.saturating_mul(u64::from(permits)));
    }
}

/// A balance that grows by the limit with each period, and may be below zero.
#[derive(Clone, Debug)]
pub(super) struct Periods {
    limit: u32,
    period: u64,
    fill: Fill,
    index: u64,
    balance: i128,
}

/// How a balance grows with each period.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fill {
    /// Up to the limit, always: resilience4j.
    Capped,
    /// A debt grows past the limit, what is no debt becomes the limit: failsafe.
    DebtUncapped,
}

impl Periods {
    pub(super) fn new(limit: u32, period: u64, fill: Fill) -> Self {
        Self { limit, period, fill, index: 0, balance: i128::from(limit) }
    }

    /// Other numbers from the next period on: what is left of this one, or owed, stays as it is
    /// (resilience4j, `changeLimitForPeriod`).
    pub(super) fn set(&mut self, limit: u32, period: u64, fill: Fill, now: u64) {
        self.advance(now);
        *self = Self { limit, period, fill, index: now / period, balance: self.balance };
    }

    fn advance(&mut self, now: u64) {
        let index = now / self.period;
        if self.index < index {
            let limit = i128::from(self.limit);
            let grown = self.balance + i128::from(index - self.index) * limit;
            self.balance = match self.fill {
                Fill::Capped => grown.min(limit),
                Fill::DebtUncapped if self.balance < 0 => grown,
                Fill::DebtUncapped => limit,
            };
            self.index = index;
        }
    }
}

impl Rule for Periods {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        self.advance(now);
        let missing = i128::from(permits) - self.balance;
        if missing <= 0 {
            return Some(now);
        }
        let periods = missing.unsigned_abs().div_ceil(u128::from(self.limit));
        Some(clipped((u128::from(self.index) + periods).saturating_mul(self.period.into())))
    }

    fn take(&mut self, now: u64, _at: u64, permits: u32) {
        self.advance(now);
        self.balance -= i128::from(permits);
    }

    fn untake(&mut self, permits: u32) {
        self.balance += i128::from(permits);
        if matches!(self.fill, Fill::Capped) {
            self.balance = self.balance.min(i128::from(self.limit));
        }
    }
}
