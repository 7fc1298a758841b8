//! What results and their absence do to a circuit breaker.

use super::counts::{Counts, Mark};
use super::half_open::{OnIgnored, Permits};
use super::machine::{Breaker, NoChance};
use super::probing::Decision;
use super::settings::{CountAt, Evaluate, LateResults, OnCancel};
use super::state::{Cause, State, Token};
use crate::layer::Rng;
use crate::outcome::Classification;
use crate::time::Time;

impl Breaker {
    /// Settles a call, after [`Breaker::advance`].
    #[inline]
    pub(super) fn settle(
        &mut self,
        token: Token,
        how: Classification,
        now: Time,
        rng: &mut impl Rng,
    ) {
        let is_current = self.is_current(token);
        let took = now.since(token.admitted);
        let slow = self.settings.slow.is_some_and(|limit| limit < took);
        let mark = Mark { failed: how == Classification::Failure, slow };
        let at = match self.settings.count_at {
            CountAt::Result => now,
            CountAt::Admission => token.admitted.min(now),
        };
        match (how, is_current) {
            (Classification::Ignored, true) => self.ignore(now),
            (Classification::Ignored, false) => {}
            (_, true) => {
                self.give_back(false);
                self.act_on(mark, at, now, rng);
            }
            (_, false) => self.act_on_late(token, mark, at, now, rng),
        }
    }

    /// Whether a success of this call is settled by [`Breaker::count_success`] alone.
    #[inline]
    pub(super) fn only_counts_success(&self, token: Token) -> bool {
        let is_closed = matches!(self.state, State::Closed);
        self.only_counts_successes && is_closed && self.is_current(token)
    }

    /// The short way of a success: it is counted, and nothing else follows.
    #[inline]
    pub(super) fn count_success(&mut self, now: Time) {
        self.count(Mark { failed: false, slow: false }, now, now);
    }

    /// Whether the result of a call comes in the state that let it in, and is awaited.
    #[inline]
    pub(super) fn is_current(&self, token: Token) -> bool {
        !token.given_up && token.generation == self.generation
    }

    /// Gives up a call, after [`Breaker::advance`]; what is returned settles a result that still
    /// comes.
    pub(super) fn give_up(&mut self, token: Token, now: Time, rng: &mut impl Rng) -> Option<Token> {
        let counts_as = match self.settings.on_cancel {
            OnCancel::Failure => Some(Classification::Failure),
            OnCancel::FailureOfProbe if token.is_probe => Some(Classification::Failure),
            OnCancel::Success => Some(Classification::Success),
            OnCancel::Ignore | OnCancel::Forget | OnCancel::FailureOfProbe => None,
        };
        if let Some(how) = counts_as {
            self.settle(token, how, now, rng);
            return None;
        }
        if self.is_current(token) {
            self.give_back(true);
        }
        let is_awaited = self.settings.on_cancel == OnCancel::Ignore;
        is_awaited.then_some(Token { given_up: true, ..token })
    }

    /// A result of this generation that says nothing.
    #[cold]
    fn ignore(&mut self, now: Time) {
        if self.state != State::Disabled {
            self.figures.ignored += 1;
        }
        if let State::HalfOpen { .. } = self.state {
            match self.settings.half_open.on_ignored {
                OnIgnored::GiveBack => self.give_back(true),
                OnIgnored::Open if self.is_held => self.give_back(true),
                OnIgnored::Open => self.open(Cause::ProbesFailed, now, &mut NoChance),
                OnIgnored::Keep => {}
            }
        }
    }

    /// Makes room for another probe when one has ended: if places are for probes at a time, and
    /// in any case if its result says nothing.
    fn give_back(&mut self, says_nothing: bool) {
        if let State::HalfOpen { taken, .. } = &mut self.state {
            let comes_back = match self.settings.half_open.permits {
                Permits::Total(_) => says_nothing,
                Permits::Concurrent(_) | Permits::Share(_) => true,
                Permits::OneEvery(_) => false,
            };
            *taken -= u32::from(comes_back);
        }
    }

    /// Lets a result change the current state.
    #[inline]
    fn act_on(&mut self, mark: Mark, at: Time, now: Time, rng: &mut impl Rng) {
        match self.state {
            State::ForcedOpen | State::Disabled => {}
            State::MetricsOnly => self.count(mark, at, now),
            // Only late results come while open.
            State::Open { .. } => {
                self.count(mark, at, now);
                if mark.failed && self.settings.late == LateResults::Extend {
                    self.state = self.open_until_after(self.wait, now);
                }
            }
            State::Closed | State::Recovering { .. } => {
                self.count(mark, at, now);
                let decides = match self.settings.evaluate {
                    Evaluate::EveryResult => true,
                    Evaluate::Failures => mark.failed || mark.slow,
                    Evaluate::Periodically(_) => return self.decide_if_due(now, rng),
                    Evaluate::Ticks(_) => false,
                };
                if decides && let Some(tripped) = self.judge.tripped(now) {
                    self.open(Cause::Tripped(tripped), now, rng);
                }
            }
            State::HalfOpen { .. } => self.act_on_probe(mark, at, now),
        }
    }

    /// Enters a result in the record that the trip condition looks at.
    #[inline]
    fn count(&mut self, mark: Mark, at: Time, now: Time) {
        self.figures.add(mark);
        self.judge.add(mark, at, now);
    }

    #[inline(never)]
    fn act_on_probe(&mut self, mark: Mark, at: Time, now: Time) {
        self.figures.add(mark);
        let latest = self.latest_probes.as_mut().map_or(Counts::default(), |latest| {
            latest.add(mark, now, now);
            latest.counts(now)
        });
        if let State::HalfOpen { successes, failures, .. } = &mut self.state {
            *failures += u32::from(mark.failed);
            *successes += u32::from(!mark.failed);
        }
        match self.settings.half_open.close.decide(self.figures.counts(), latest, mark) {
            // Nothing follows where it is held.
            Decision::Close | Decision::Open if self.is_held => {}
            Decision::GoOn => {}
            Decision::Close => {
                self.enter(self.recovered(now), now, Cause::ProbesSucceeded);
                if self.settings.half_open.count_last {
                    self.count(mark, at, now);
                }
            }
            Decision::Open => self.open(Cause::ProbesFailed, now, &mut NoChance),
        }
    }

    #[inline(never)]
    fn act_on_late(&mut self, token: Token, mark: Mark, at: Time, now: Time, rng: &mut impl Rng) {
        let is_closed = matches!(self.state, State::Closed | State::Recovering { .. });
        let is_recorded = match self.settings.late {
            LateResults::ActClosed if is_closed => return self.act_on(mark, at, now, rng),
            LateResults::Drop | LateResults::ActClosed => false,
            LateResults::ActCurrent | LateResults::Extend => {
                return self.act_on(mark, at, now, rng);
            }
            LateResults::CountCurrent => self.state != State::Disabled,
            LateResults::CountOrigin => {
                token.generation == self.recording && self.state != State::Disabled
            }
        };
        if is_recorded {
            self.judge.add(mark, at, now);
            // The figures may be those of probes by now.
            if self.figured == self.recording {
                self.figures.add(mark);
            }
        }
    }

    /// Opens a closed breaker if it is time to decide about that, and the trip condition holds.
    pub(super) fn decide_if_due(&mut self, now: Time, rng: &mut impl Rng) {
        if let Evaluate::Periodically(period) = self.settings.evaluate
            && matches!(self.state, State::Closed | State::Recovering { .. })
            && period <= now.since(*self.decided.get_or_insert(now))
        {
            self.decided = Some(now);
            if let Some(tripped) = self.judge.tripped(now) {
                self.open(Cause::Tripped(tripped), now, rng);
            }
        }
    }
}
