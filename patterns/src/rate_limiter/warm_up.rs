//! A limit that grows while it is used.

use super::rule::{Rule, clipped};

const SECOND: u64 = 1_000_000_000;

/// Stored permits that stand for coldness: the more there are, the less is granted in a second.
#[derive(Clone, Debug)]
pub(super) struct WarmUp {
    rate: u32,
    cold_factor: u32,
    warning: f64,
    most: f64,
    slope: f64,
    last: u64,
    second: u64,
    passed: u32,
    stored: f64,
}

impl WarmUp {
    pub(super) fn new(rate: u32, warm_up_secs: u32, cold_factor: u32) -> Self {
        let saved = u64::from(warm_up_secs) * u64::from(rate);
        let warning = saved / u64::from(cold_factor - 1);
        let above = u128::from(saved) * 2 / (u128::from(cold_factor) + 1);
        let (warning, above) = (warning as f64, above as f64);
        // Without a room above the level of warning it is never cold.
        let slope = f64::from(cold_factor - 1) / f64::from(rate) / above.max(1.0);
        let most = warning + above;
        let (last, second, passed) = (0, 0, 0);
        Self { rate, cold_factor, warning, most, slope, last, second, passed, stored: most }
    }

    /// Other numbers from now on. It stays as cold as it is.
    pub(super) fn set(&mut self, rate: u32, secs: u32, cold_factor: u32, now: u64) {
        self.last = self.advance(now);
        let new = Self::new(rate, secs, cold_factor);
        let Self { last, second, passed, .. } = *self;
        let stored = self.stored * (new.most / self.most);
        *self = Self { last, second, passed, stored, ..new };
    }

    /// What is stored when `second` begins.
    fn stored(&self, second: u64) -> f64 {
        let seconds = second - self.second;
        if seconds == 0 {
            return self.stored;
        }
        // Idle seconds between have passed nothing.
        let passed = if seconds == 1 { self.passed } else { 0 };
        let calm = u64::from(passed) < u64::from(self.rate / self.cold_factor);
        let fills = self.stored < self.warning || (self.warning < self.stored && calm);
        let fill = if fills { seconds as f64 * f64::from(self.rate) } else { 0.0 };
        ((self.stored + fill).min(self.most) - f64::from(passed)).max(0.0)
    }

    /// How many permits a second may pass that begins with so much stored.
    fn allowed(&self, stored: f64) -> u32 {
        let rate = f64::from(self.rate);
        if stored < self.warning {
            return self.rate;
        }
        ((1.0 / ((stored - self.warning) * self.slope + 1.0 / rate)).next_up() as u32)
            .min(self.rate)
    }

    fn advance(&mut self, now: u64) -> u64 {
        let from = now.max(self.last);
        let second = from / SECOND;
        if self.second < second {
            self.stored = self.stored(second);
            self.passed = 0;
            self.second = second;
            self.last = from;
        }
        from
    }
}

impl Rule for WarmUp {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let from = self.advance(now);
        if u64::from(self.passed) + u64::from(permits) <= self.allowed(self.stored).into() {
            return Some(from);
        }
        // What the passing second has used warms the next; to wait longer makes it only colder.
        let next = self.second.saturating_add(1);
        let fits = permits <= self.allowed(self.stored(next));
        fits.then(|| clipped(u128::from(next) * u128::from(SECOND)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.last = self.advance(at);
        self.passed = self.passed.saturating_add(permits);
    }

    fn untake(&mut self, permits: u32) {
        self.passed = self.passed.saturating_sub(permits);
    }
}
