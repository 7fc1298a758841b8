//! Coalescing in the path of calls.

use super::machine::{Coalesce, Joined, Turn};
use super::report::{Counter, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::Time;

impl Layer for Coalesce {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if !info.is_idempotent {
            self.stay_apart(call);
            return Action::Send;
        }
        let (counter, action) = match self.join(call, info.key) {
            Ok(Joined::Leads) => (Counter::Leaders, Action::Send),
            Ok(Joined::Follows) => (Counter::Joined, Action::Wait),
            Err(_) => (Counter::Refused, Action::Reply(Outcome::failed(Class::Rejected))),
        };
        self.counters[counter] += 1;
        action
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.record(call, outcome, |follower| cx.wake(follower));
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, _cx: &mut Context<'_>) -> Action {
        match self.turn(call) {
            Turn::Send => {
                self.counters[Counter::Promoted] += 1;
                Action::Send
            }
            Turn::Answer(outcome) => Action::Reply(outcome),
            Turn::Wait => Action::Wait,
        }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.cancel(call, |other| cx.wake(other));
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "coalesce";
    const REPORT: &'static Report = &REPORT;
}

impl ConfiguredLayer for Coalesce {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
