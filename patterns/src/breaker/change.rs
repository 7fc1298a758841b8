//! The changes of state of a circuit breaker that come by themselves.

use super::counts::Figures;
use super::half_open::Then;
use super::machine::{Breaker, NoChance};
use super::record::Record;
use super::settings::{Boundary, Evaluate};
use super::state::{Cause, Change, State};
use crate::backoff::Progress;
use crate::layer::Rng;
use crate::time::{Duration, Time};

impl Breaker {
    /// Brings about what time alone does: ends the half-open state or a ramp, begins the record
    /// anew, and opens if that is decided at set times.
    #[inline]
    pub(super) fn advance(&mut self, now: Time, rng: &mut impl Rng) {
        if self.is_timeless
            && !matches!(self.state, State::HalfOpen { .. } | State::Recovering { .. })
        {
            return;
        }
        self.advance_in_any(now, rng);
    }

    /// The long way, for every state and all settings.
    pub(super) fn advance_in_any(&mut self, now: Time, rng: &mut impl Rng) {
        self.end_half_open(now);
        if let Evaluate::Ticks(period) = self.settings.evaluate {
            let end = match self.state {
                State::Recovering { until, .. } => now.min(until),
                _ => now,
            };
            self.tick(period, end, rng);
            self.end_ramp(now);
            self.tick(period, now, rng);
        } else {
            self.end_ramp(now);
        }
        self.end_interval(now);
    }

    pub(super) fn end_half_open(&mut self, now: Time) {
        if let Some(end) = self.half_open_end(now) {
            let cause = Cause::HalfOpenTimedOut;
            match self.settings.half_open.then {
                Then::Open => self.open(cause, end, &mut NoChance),
                Then::Close => self.enter(self.recovered(end), end, cause),
            }
        }
    }

    pub(super) fn end_ramp(&mut self, now: Time) {
        if let State::Recovering { until, .. } = self.state
            && until <= now
        {
            // Calls admitted on the ramp are calls of the closed breaker: no new generation.
            let change =
                Change { from: self.state, to: State::Closed, at: until, cause: Cause::RampOver };
            self.state = State::Closed;
            self.note(change);
            self.forget_openings();
        }
    }

    /// Begins the record anew if it is older than the interval.
    fn end_interval(&mut self, now: Time) {
        if let Some(interval) = self.settings.interval
            && matches!(self.state, State::Closed | State::MetricsOnly)
            && self.begun + interval < now
        {
            self.generation = self.generation.wrapping_add(1);
            self.begin_record(now);
        }
    }

    /// Decides at each of the set times that have come since the last one.
    fn tick(&mut self, period: Duration, now: Time, rng: &mut impl Rng) {
        if !matches!(self.state, State::Closed | State::Recovering { .. }) {
            return;
        }
        let Some(last) = self.decided else {
            // The first call of all.
            self.decided = Some(now);
            self.judge.clear(now);
            return;
        };
        let mut tick = last + period;
        while tick <= now && tick < Time::MAX {
            self.decided = Some(tick);
            // What comes at the tick itself belongs to the time after it.
            let before = Time::from_nanos(tick.as_nanos() - 1);
            if let Some(tripped) = self.judge.tripped(before) {
                return self.open(Cause::Tripped(tripped), tick, rng);
            }
            // The ticks until something leaves the record decide as this one did.
            let alike = self.judge.changes_after(before).unwrap_or(Time::MAX).min(now);
            let alike = alike.since(tick).as_nanos() / period.as_nanos();
            self.decided = Some(tick + period * alike);
            tick = tick + period * (alike + 1);
        }
    }

    /// When the half-open state ended, if it has by `now`.
    pub(super) fn half_open_end(&self, now: Time) -> Option<Time> {
        match self.state {
            State::HalfOpen { until, .. } if until <= now && until < Time::MAX && !self.is_held => {
                Some(until)
            }
            _ => None,
        }
    }

    /// Opens for the next open wait. One that follows half-open takes the draw that was made then,
    /// and none here.
    #[cold]
    pub(super) fn open(&mut self, cause: Cause, now: Time, rng: &mut impl Rng) {
        let mut openings = self.openings;
        let wait = if matches!(self.state, State::HalfOpen { .. }) {
            self.waits.next_with(&mut openings, &mut || self.drawn)
        } else {
            self.waits.next_with(&mut openings, rng)
        };
        self.open_with(wait, now, cause);
        self.openings = openings;
    }

    /// Opens for this wait.
    pub(super) fn open_with(&mut self, wait: Duration, now: Time, cause: Cause) {
        self.wait = wait;
        self.opened = self.opened.saturating_add(1);
        self.enter(self.open_until_after(wait, now), now, cause);
    }

    /// The open state that begins at `now`.
    pub(super) fn open_until_after(&self, wait: Duration, now: Time) -> State {
        let after_end = match self.settings.boundary {
            Boundary::Admits => Duration::ZERO,
            Boundary::Refuses => Duration::from_nanos(1),
        };
        State::Open { until: now + wait + after_end }
    }

    /// Becomes half-open, and draws for the open wait that may follow.
    pub(super) fn probe(&mut self, now: Time, cause: Cause, rng: &mut impl Rng) {
        self.drawn = if self.waits.uses_chance() { rng.uniform() } else { 0.0 };
        self.enter(self.next_half_open(now), now, cause);
    }

    /// The half-open state that begins at `now`.
    pub(super) fn next_half_open(&self, now: Time) -> State {
        let until = self.settings.half_open.half_open_timeout.map_or(Time::MAX, |wait| now + wait);
        State::HalfOpen { until, taken: 0, successes: 0, failures: 0 }
    }

    /// What follows at `now` when the callee is found well.
    pub(super) fn recovered(&self, now: Time) -> State {
        if self.settings.ramp.is_zero() {
            return State::Closed;
        }
        State::Recovering { since: now, until: now + self.settings.ramp }
    }

    pub(super) fn enter(&mut self, state: State, now: Time, cause: Cause) {
        self.note(Change { from: self.state, to: state, at: now, cause });
        self.state = state;
        self.generation = self.generation.wrapping_add(1);
        match state {
            State::Closed | State::Recovering { .. } | State::MetricsOnly => {
                self.begin_record(now);
                self.decided = Some(now);
                if state == State::Closed {
                    self.forget_openings();
                }
            }
            State::HalfOpen { .. } => {
                self.begin_figures();
                self.latest_probes.iter_mut().for_each(|latest: &mut Record| latest.clear(now));
            }
            State::Disabled => self.begin_figures(),
            State::Open { .. } | State::ForcedOpen => {}
        }
    }

    fn begin_record(&mut self, now: Time) {
        self.recording = self.generation;
        self.begun = now;
        self.judge.clear(now);
        self.begin_figures();
    }

    fn begin_figures(&mut self) {
        self.figures = Figures::default();
        self.figured = self.generation;
    }

    fn note(&mut self, change: Change) {
        self.changes.push(change);
        self.last_change = Some(change);
    }

    fn forget_openings(&mut self) {
        self.openings = Progress::default();
        self.opened = 0;
    }
}
