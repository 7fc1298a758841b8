//! The changes of state of a circuit breaker.

use super::settings::Boundary;
use super::{Breaker, Counts, Record, State, Then};
use crate::backoff::Progress;
use crate::time::{Duration, Time};

impl Breaker {
    /// Brings about what time alone does: ends the half-open state, or a ramp.
    pub(super) fn advance(&mut self, now: Time) {
        if let Some(end) = self.half_open_end(now) {
            match self.settings.half_open.then {
                Then::Open => self.open(end, || unreachable!("drawn when it became half-open")),
                Then::Close => self.enter(self.recovered(end), end),
            }
        }
        if let State::Recovering { until, .. } = self.state
            && until <= now
        {
            // Calls admitted on the ramp are calls of the closed breaker: no new generation.
            self.state = State::Closed;
            self.forget_openings();
        }
    }

    /// When the half-open state ended, if it has by `now`.
    pub(super) fn half_open_end(&self, now: Time) -> Option<Time> {
        match self.state {
            State::HalfOpen { until, .. } if until <= now && until < Time::MAX => Some(until),
            _ => None,
        }
    }

    pub(super) fn open(&mut self, now: Time, mut draw: impl FnMut() -> f64) {
        let mut openings = self.openings;
        let wait = if matches!(self.state, State::HalfOpen { .. }) {
            self.waits.next_with(&mut openings, &mut || self.drawn)
        } else {
            self.waits.next_with(&mut openings, &mut draw)
        };
        self.enter(self.open_for(wait, now), now);
        self.openings = openings;
    }

    pub(super) fn open_for(&self, wait: Duration, now: Time) -> State {
        let after_end = match self.settings.boundary {
            Boundary::Admits => Duration::ZERO,
            Boundary::Refuses => Duration::from_nanos(1),
        };
        State::Open { until: now + wait + after_end }
    }

    /// The half-open state that begins at `now`.
    pub(super) fn next_half_open(&self, now: Time) -> State {
        let until = self.settings.half_open.half_open_timeout.map_or(Time::MAX, |wait| now + wait);
        State::HalfOpen { until, taken: 0, successes: 0, failures: 0 }
    }

    /// What follows at `now` when the callee is found well.
    pub(super) fn recovered(&self, now: Time) -> State {
        match self.settings.ramp {
            Some(ramp) => State::Recovering { since: now, until: now + ramp.over },
            None => State::Closed,
        }
    }

    pub(super) fn enter(&mut self, state: State, now: Time) {
        self.state = state;
        self.generation = self.generation.wrapping_add(1);
        match state {
            State::Closed | State::Recovering { .. } | State::MetricsOnly => {
                self.recording = self.generation;
                self.judge.clear();
                self.decided = Some(now);
                if state == State::Closed {
                    self.forget_openings();
                }
            }
            State::HalfOpen { .. } => {
                self.probes = Counts::default();
                self.latest_probes.iter_mut().for_each(Record::clear);
            }
            State::Open { .. } | State::ForcedOpen | State::Disabled => {}
        }
    }

    fn forget_openings(&mut self) {
        self.openings = Progress::default();
    }
}
