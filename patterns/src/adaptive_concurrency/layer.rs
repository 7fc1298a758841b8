//! The adaptive limit in the path of calls.

use super::machine::{AdaptiveConcurrency, Sent};
use super::report::{Counter, REPORT};
use super::settings::{Algorithm, Settings};
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::report::{Counts, Report, StateId};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::Time;

impl AdaptiveConcurrency {
    /// What is noted of a call in the path, if it is under way still.
    fn take(&mut self, call: CallId) -> Option<Sent> {
        let sent = self.calls.get(call).copied().flatten()?;
        self.calls[call] = None;
        Some(sent)
    }

    /// Does something, and tells of a change of state.
    fn watched<T>(
        &mut self,
        cx: &mut Context<'_>,
        what: impl FnOnce(&mut Self, &mut Context<'_>) -> T,
    ) -> T {
        let before = self.is_measuring();
        let done = what(self, cx);
        self.limited_to.set(self.limit().into(), cx.now);
        if before != self.is_measuring()
            && let Some(state) = self.state()
        {
            cx.enter_state(state);
        }
        done
    }
}

impl Layer for AdaptiveConcurrency {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let permit = self.watched(cx, |limit, cx| limit.try_acquire(cx.now)).ok();
        let sent = permit.map(|permit| permit.redeem(self.owner));
        self.calls.open(call, sent);
        match sent {
            Some(_) => {
                self.counters[Counter::Admitted] += 1;
                self.level.rise(cx.now);
                Action::Send
            }
            None => {
                self.counters[Counter::Refused] += 1;
                Action::Reply(Outcome::failed(Class::Rejected))
            }
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if let Some(sent) = self.take(call) {
            self.level.fall(cx.now);
            let result = self.classify(outcome);
            self.watched(cx, |limit, cx| limit.settle(sent, result, cx.now, cx));
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(sent) = self.take(call) {
            self.level.fall(cx.now);
            let permit = Permit::new(self.owner, sent);
            self.watched(cx, |limit, cx| limit.cancel_with(permit, cx.now, cx));
        }
    }

    fn initial_state(&self) -> Option<StateId> {
        self.state().map(Into::into)
    }

    fn count(&self, now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
        counts.add(Counter::InFlight, self.level.integral(now));
        counts.add(Counter::Limit, self.limited_to.integral(now));
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "adaptive-concurrency";
    const SHORT: Option<&'static str> = Some("algorithm");
    const REPORT: &'static Report = &REPORT;
}

impl ConfiguredLayer for AdaptiveConcurrency {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, _keys: u64) -> u64 {
        match settings.algorithm {
            Algorithm::Gradient { .. } => 60 << 10,
            _ => 0,
        }
    }
}
