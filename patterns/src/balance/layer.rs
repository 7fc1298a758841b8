//! Balancing in the path of calls.

use super::machine::{Balance, Sent, Turn};
use super::report::{Counter, REPORT, State};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, Target};
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::report::{Counts, Report, StateId};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::Time;

impl Balance {
    /// Sends the call on, or answers it if there is nowhere to send it.
    fn send(&mut self, call: CallId, otherwise: Option<Outcome>, cx: &mut Context<'_>) -> Action {
        let turn = self.calls[call];
        let refused = &turn.refused[..usize::from(turn.refusals)];
        match self.try_acquire_with(cx.now, cx.info().caller, refused, cx) {
            Ok(permit) => {
                let sent = permit.redeem(self.owner);
                self.calls[call].sent = Some(sent);
                self.counters[Counter::Sent] += 1;
                self.counters[Counter::Reselected] += u64::from(turn.refusals != 0);
                Action::SendTo(self.settings.over[usize::from(sent.target)])
            }
            Err(rejected) => {
                self.counters[Counter::Refused] += 1;
                let refused = || Outcome::refused(Class::Rejected, rejected.until, cx.now);
                Action::Reply(otherwise.unwrap_or_else(refused))
            }
        }
    }

    /// The permit of a call, to be settled.
    fn take(&mut self, call: CallId) -> Option<Permit<Sent>> {
        let sent = self.calls[call].sent.take()?;
        Some(Permit::new(self.owner, sent))
    }

    fn note(&mut self, cx: &mut Context<'_>) {
        let state = self.state();
        if core::mem::replace(&mut self.noted, state) != state {
            self.counters[Counter::Panics] += u64::from(state == State::Panic);
            cx.enter_state(state);
        }
    }
}

impl Layer for Balance {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.calls.open(call, Turn::default());
        let step = self.send(call, None, cx);
        self.note(cx);
        step
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let Some(permit) = self.take(call) else { return Action::Reply(outcome) };
        let target = permit.target();
        self.record_with(permit, outcome, cx.now, cx);
        let turn = &mut self.calls[call];
        let refused = outcome.class().is_some_and(Class::is_refusal);
        let step = if refused && turn.refusals < self.reselect {
            turn.refused[usize::from(turn.refusals)] = target;
            turn.refusals += 1;
            self.send(call, Some(outcome), cx)
        } else {
            Action::Reply(outcome)
        };
        self.note(cx);
        step
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(permit) = self.take(call) {
            let late = self.cancel_with(permit, cx.now, cx);
            self.calls[call].sent = late.map(|permit| permit.redeem(self.owner));
            self.note(cx);
        }
    }

    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(permit) = self.take(call) {
            self.record_with(permit, outcome, cx.now, cx);
            self.note(cx);
        }
    }

    fn sends_to(&self, target: Target) -> bool {
        self.settings.over.contains(&target)
    }

    fn initial_state(&self) -> Option<StateId> {
        self.outliers().is_some().then_some(State::AllIn.into())
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
        if let Some(outliers) = self.outliers() {
            let found = outliers.counts();
            counts.add(Counter::Ejections, found.ejected.into());
            counts.add(Counter::Returned, found.returned.into());
        }
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "balance";
    const SHORT: Option<&'static str> = Some("over");
    const REPORT: &'static Report = &REPORT;
}

impl ConfiguredLayer for Balance {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
