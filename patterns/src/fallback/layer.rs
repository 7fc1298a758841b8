//! The fallback in the path of calls.

use super::machine::{Fallback, Next};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::Outcome;
use crate::settings::{ConfiguredLayer, LayerSettings};

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
        match next {
            Next::PassOn(outcome) | Next::Failed(outcome) => Action::Reply(outcome),
            Next::Send(target) => Action::SendTo(target),
            Next::Replaced => Action::Reply(Outcome::Degraded),
        }
    }

    fn keeps_nothing(&self) -> bool {
        true
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "fallback";
    const SHORT: Option<&'static str> = Some("to");
}

impl ConfiguredLayer for Fallback {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
