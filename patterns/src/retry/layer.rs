//! The retry in the path of calls.

use super::machine::Retry;
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::Outcome;
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};

impl Layer for Retry {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let attempts = self.policy.start(cx.info(), cx.now);
        self.calls.open(call, attempts);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let attempts = &mut self.calls[call];
        let again = self.policy.after(attempts, outcome, cx.now, cx);
        again.map_or(Action::Reply(attempts.answer()), Action::WaitUntil)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let attempts = &mut self.calls[call];
        let sends = self.policy.may_send(attempts, cx.now);
        if sends { Action::Send } else { Action::Reply(attempts.answer()) }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.policy.cancel(&mut self.calls[call], cx.now);
    }

    fn keeps_nothing(&self) -> bool {
        self.budget().is_none()
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "retry";

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for Retry {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
