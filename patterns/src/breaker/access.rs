//! What can be asked of a circuit breaker, and what can be done with it by hand.

use super::counts::{Counts, Figures};
use super::half_open::Then;
use super::machine::{Breaker, NoChance};
use super::settings::Mode;
use super::state::{Cause, Change, ImpossibleChange, State, Tripped};
use crate::intervention::{Hold, Intervention};
use crate::layer::Rng;
use crate::time::{Duration, Time};

impl Breaker {
    /// The state as the last call or result left it.
    pub fn state(&self) -> State {
        self.state
    }

    /// The state that a call at `now` would find: with the changes that time has brought since,
    /// and half-open as soon as a probe would be admitted. Trips that are decided now and then are
    /// not foreseen.
    pub fn state_at(&self, now: Time) -> State {
        let state = match (self.half_open_end(now), self.settings.half_open.then) {
            (None, _) => self.state,
            (Some(end), Then::Open) => {
                let mut openings = self.openings;
                let wait = self.waits.next_with(&mut openings, &mut || self.drawn);
                self.open_until_after(wait, end)
            }
            (Some(end), Then::Close) => self.recovered(end),
        };
        match state {
            State::Open { until } if until <= now => self.next_half_open(now),
            State::Recovering { until, .. } if until <= now => State::Closed,
            state => state,
        }
    }

    /// The changes of state that the last method brought which took a call, a result or an order,
    /// in their order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The last change of state there was.
    pub fn last_change(&self) -> Option<Change> {
        self.last_change
    }

    /// How often it has opened without having closed in between.
    pub fn openings(&self) -> u32 {
        self.opened
    }

    /// Which trip condition holds at `now`, if one does: in the mode `metrics-only` this says
    /// whether it would open.
    pub fn would_open(&self, now: Time) -> Option<Tripped> {
        self.judge.tripped(now)
    }

    /// The record of calls that the trip condition looks at, and of several conditions the first:
    /// it is begun anew on closing, and while open or half-open only late results enter it, if any
    /// do. Failures in a row are their own number of calls; an average counts all results since the
    /// breaker closed.
    pub fn counts(&self, now: Time) -> Counts {
        self.judge.counts(0, now).unwrap_or_default()
    }

    /// The same of one of several conditions, by its place as [`Tripped`] has it; none if there are
    /// fewer.
    pub fn counts_of(&self, condition: u32, now: Time) -> Option<Counts> {
        self.judge.counts(condition, now)
    }

    /// What came since the record of the present state was begun: as gobreaker's `Counts`, but that
    /// an open breaker shows those of the state before, closed or half-open.
    pub fn figures(&self) -> Figures {
        self.figures
    }

    /// Takes a breaker out of its own hands, or gives it back, closed and with an empty record. One
    /// that is held is so no longer.
    pub fn set_mode(&mut self, mode: Mode, now: Time) {
        self.changes.clear();
        self.settings.mode = mode;
        self.begin_anew(now);
    }

    /// Holds it in a state, whatever its mode, until it is [released](Self::release) or its mode is
    /// set.
    ///
    /// # Panics
    ///
    /// If the settings use chance: then take [`Breaker::hold_with`].
    pub fn hold(&mut self, hold: Hold, now: Time) {
        self.refuse_chance();
        self.hold_with(hold, now, &mut NoChance);
    }

    /// The same, with a source of draws: one is made if it is held half-open and the open waits
    /// have jitter.
    pub fn hold_with(&mut self, hold: Hold, now: Time, rng: &mut impl Rng) {
        self.catch_up(now);
        self.intervene(Intervention::Hold(hold), now, rng);
    }

    /// Holds it no longer: it is as its mode says, and if it decides for itself closed, with an
    /// empty record. One that is not held stays as it is.
    pub fn release(&mut self, now: Time) {
        self.catch_up(now);
        self.intervene(Intervention::Release, now, &mut NoChance);
    }

    /// Begins anew as its mode says: closed, with an empty record, if it decides for itself. One
    /// that is held stays so.
    pub fn reset(&mut self, now: Time) {
        self.catch_up(now);
        self.intervene(Intervention::Reset, now, &mut NoChance);
    }

    /// Does what is done by hand, if it can be done to a breaker.
    pub(super) fn intervene(
        &mut self,
        intervention: Intervention,
        now: Time,
        rng: &mut impl Rng,
    ) -> bool {
        match intervention {
            Intervention::Flush => return false,
            Intervention::Reset if !self.is_held => self.begin_anew(now),
            Intervention::Release if self.is_held => self.begin_anew(now),
            Intervention::Reset | Intervention::Release => {}
            Intervention::Hold(hold) => {
                match hold {
                    Hold::Open => self.enter(State::ForcedOpen, now, Cause::ByHand),
                    Hold::HalfOpen => self.probe(now, Cause::ByHand, rng),
                    Hold::Closed => self.enter(State::Disabled, now, Cause::ByHand),
                }
                self.is_held = true;
            }
        }
        true
    }

    fn begin_anew(&mut self, now: Time) {
        self.is_held = false;
        self.enter(self.settings.mode.state(), now, Cause::ByHand);
    }

    /// Opens it for this wait, whatever its settings say; also if it is open already.
    ///
    /// # Errors
    ///
    /// If its mode holds it in another state.
    pub fn open_for(&mut self, wait: Duration, now: Time) -> Result<(), ImpossibleChange> {
        self.begin_change("open", now)?;
        self.open_with(wait, now, Cause::ByHand);
        Ok(())
    }

    /// Closes it, with an empty record and without a ramp; also if it is closed already.
    ///
    /// # Errors
    ///
    /// If its mode holds it in another state.
    pub fn close(&mut self, now: Time) -> Result<(), ImpossibleChange> {
        self.begin_change("closed", now)?;
        self.enter(State::Closed, now, Cause::ByHand);
        Ok(())
    }

    /// Makes it half-open, with all places for probes free.
    ///
    /// # Errors
    ///
    /// If it is closed, so that there is nothing to find out, or held by its mode.
    ///
    /// # Panics
    ///
    /// If the settings use chance: then take [`Breaker::half_open_with`].
    pub fn half_open(&mut self, now: Time) -> Result<(), ImpossibleChange> {
        self.refuse_chance();
        self.half_open_with(now, &mut NoChance)
    }

    /// The same, with a source of draws: one is made if the open waits have jitter.
    ///
    /// # Errors
    ///
    /// If it is closed, so that there is nothing to find out, or held by its mode.
    pub fn half_open_with(
        &mut self,
        now: Time,
        rng: &mut impl Rng,
    ) -> Result<(), ImpossibleChange> {
        self.begin_change("half-open", now)?;
        if matches!(self.state, State::Closed | State::Recovering { .. }) {
            return Err(ImpossibleChange { from: self.state, to: "half-open" });
        }
        self.probe(now, Cause::ByHand, rng);
        Ok(())
    }

    fn begin_change(&mut self, to: &'static str, now: Time) -> Result<(), ImpossibleChange> {
        self.catch_up(now);
        let from = self.state;
        if from.is_automatic() && !self.is_held {
            Ok(())
        } else {
            Err(ImpossibleChange { from, to })
        }
    }

    /// Brings about what time alone does to its state.
    fn catch_up(&mut self, now: Time) {
        self.changes.clear();
        self.end_half_open(now);
        self.end_ramp(now);
    }
}
