//! What fills up until it is emptied, and what comes of it.

use patterns::{Class, Duration, Outcome, Time};

use super::hit::{Fate, Hit};

/// How something fills up, and what happens to requests when it is full.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// After how long it is full, if it grows with time; else [`Duration::MAX`].
    pub full_after: Duration,
    /// After how many requests it is full, if it grows with these; else [`u32::MAX`].
    pub full_after_requests: u32,
    /// How many times as long work takes when it is full.
    pub factor: f64,
    /// How full it is when the first requests fail; when it is full, all do.
    pub fails_from: f64,
    /// How they fail.
    pub class: Class,
}

/// How full it is at one service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leak {
    growth: Growth,
    /// The requests by which it grows, and which it slows and fails.
    hit: Hit,
    /// When it was emptied for the last time, and how many requests have come since.
    emptied: Time,
    requests: u32,
}

impl Leak {
    pub(super) fn new(growth: Growth, hit: Hit) -> Self {
        Self { growth, hit, emptied: hit.since(), requests: 0 }
    }

    /// Whether it is of the same fault, on since the same time.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.hit.is_as(&other.hit)
    }

    /// The service was restarted.
    pub(super) fn empty(&mut self, now: Time) {
        (self.emptied, self.requests) = (now, 0);
    }

    /// How full it is, from 0 to 1.
    fn fill(&self, now: Time) -> f64 {
        let Growth { full_after, full_after_requests: requests, .. } = self.growth;
        let by_time = match full_after {
            Duration::MAX => 0.0,
            after => now.since(self.emptied).as_secs_f64() / after.as_secs_f64(),
        };
        let by_requests = match requests {
            u32::MAX => 0.0,
            all => f64::from(self.requests) / f64::from(all),
        };
        (by_time + by_requests).min(1.0)
    }

    /// A request comes to be worked on: how many times as long that takes.
    pub(super) fn serve(&mut self, fate: Fate, now: Time) -> f64 {
        if !self.hit.hits(fate, now) {
            return 1.0;
        }
        let factor = 1.0 + (self.growth.factor - 1.0) * self.fill(now);
        self.requests = self.requests.saturating_add(1);
        factor
    }

    /// How a request fails by it that would end well, if it does.
    pub(super) fn ending(&mut self, fate: Fate, now: Time) -> Option<Outcome> {
        let over = self.fill(now) - self.growth.fails_from;
        if over < 0.0 || !self.hit.hits(fate, now) {
            return None;
        }
        let left = 1.0 - self.growth.fails_from;
        let share = if left > 0.0 { over / left } else { 1.0 };
        (self.hit.draw(fate) < share).then_some(Outcome::failed(self.growth.class))
    }
}
