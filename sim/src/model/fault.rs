//! Faults: when each is on, and what all that are on do to a service together.

use patterns::{Duration, Time};

use super::role::{FaultErrors, Health};
use super::system::{Effect, Schedule};
use crate::kernel::{RngStream, RngStreams, StreamName};

/// One failure injection in a run.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The service it hits.
    pub(super) service: u32,
    pub(super) effect: Effect,
    pub(super) on: bool,
    schedule: Schedule,
    rng: RngStream,
    /// Its name as a number.
    salt: u64,
}

impl Fault {
    pub(super) fn new(
        service: u32,
        effect: Effect,
        schedule: Schedule,
        streams: RngStreams,
        name: StreamName,
    ) -> Self {
        let (rng, salt) = (streams.stream(name), name.hash());
        Self { service, effect, on: false, schedule, rng, salt }
    }

    /// When it comes on for the first time.
    pub(super) fn first(&mut self) -> Time {
        match &self.schedule {
            Schedule::Once { at, .. } => *at,
            Schedule::Renewal { up, .. } => Time::ZERO + up.sample(&mut self.rng),
        }
    }

    /// From when to when it is on, until the horizon, as far as its first `most` times. Nothing in
    /// a run can change that.
    pub(super) fn times(&self, horizon: Time, most: usize) -> Vec<(Time, Time)> {
        let mut fault = self.clone();
        let mut times = Vec::new();
        let mut from = fault.first();
        while from < horizon && times.len() < most {
            let to = fault.toggle().map_or(Time::MAX, |lasts| from + lasts);
            times.push((from, to.min(horizon)));
            match fault.toggle() {
                Some(gap) => from = to + gap,
                None => break,
            }
        }
        times
    }

    /// Comes on or goes off, and says after how long it does the other.
    pub(super) fn toggle(&mut self) -> Option<Duration> {
        self.on = !self.on;
        match (&self.schedule, self.on) {
            (Schedule::Once { lasts, .. }, true) => Some(*lasts),
            (Schedule::Once { .. }, false) => None,
            (Schedule::Renewal { down, .. }, true) => Some(down.sample(&mut self.rng)),
            (Schedule::Renewal { up, .. }, false) => Some(up.sample(&mut self.rng)),
        }
    }
}

/// Adds up what the faults of one service that are on do to it.
///
/// Factors multiply. Of several faults that let a share of requests fail, each hits them
/// independently of the others; a request that several hit fails as by the first.
pub(super) fn combine<'a>(faults: impl Iterator<Item = &'a Fault>, health: &mut Health) {
    health.down = 0;
    health.hanging = 0;
    health.slow = 1.0;
    health.on = 0;
    health.errors.clear();
    for fault in faults.filter(|fault| fault.on) {
        health.on += 1;
        match fault.effect {
            Effect::Down => health.down += 1,
            Effect::Hang { .. } => health.hanging += 1,
            Effect::Slow(factor) => health.slow *= factor,
            Effect::Errors(class, share) => {
                health.errors.push(FaultErrors { class, share, salt: fault.salt });
            }
        }
    }
}
