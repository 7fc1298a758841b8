//! The fallback in the path of calls.

use super::machine::{Fallback, Next};
use super::report::{Counter, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, Target};
use crate::outcome::Outcome;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::Time;

impl Layer for Fallback {
    fn on_call(&mut self, call: CallId, _cx: &mut Context<'_>) -> Action {
        let tried = self.start();
        self.calls.open(call, tried);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        let mut tried = self.calls[call];
        let next = self.after(&mut tried, outcome);
        self.calls[call] = tried;
        let (counter, action) = match next {
            Next::PassOn(outcome) => return Action::Reply(outcome),
            Next::Failed(failure) => (Counter::Exhausted, Action::Reply(failure)),
            Next::Send(target) => (Counter::Sent, Action::SendTo(target)),
            Next::Replaced if outcome.is_ok() => {
                (Counter::Answered, Action::Reply(Outcome::Degraded.with_value_of(outcome)))
            }
            Next::Replaced => (Counter::Values, Action::Reply(Outcome::Degraded)),
        };
        self.counters[counter] += 1;
        action
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }

    fn keeps_nothing(&self) -> bool {
        true
    }

    fn sends_to(&self, target: Target) -> bool {
        self.settings().to.targets().contains(&target)
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "fallback";
    const SHORT: Option<&'static str> = Some("to");
    const REPORT: &'static Report = &REPORT;
}

impl ConfiguredLayer for Fallback {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
