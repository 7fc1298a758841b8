//! The retry in the path of calls.

use super::machine::Retry;
use super::report::{Counter, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::Outcome;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

impl Layer for Retry {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.policy.start(self.calls.reuse(call), cx.info(), cx.now);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let attempts = &mut self.calls[call];
        let again = self.policy.after(attempts, outcome, cx.now, cx);
        match again {
            Some(at) => {
                attempts.waits = true;
                self.waiting.rise(cx.now);
                Action::WaitUntil(at)
            }
            None => Action::Reply(attempts.answer()),
        }
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let attempts = &mut self.calls[call];
        attempts.waits = false;
        self.waiting.fall(cx.now);
        let sends = self.policy.may_send(attempts, cx.now);
        if sends { Action::Send } else { Action::Reply(attempts.answer()) }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        let attempts = &mut self.calls[call];
        if core::mem::take(&mut attempts.waits) {
            self.waiting.fall(cx.now);
        }
        self.policy.cancel(attempts, cx.now);
    }

    fn count(&self, now: Time, counts: &mut Counts) {
        self.policy.counters.add_to(counts);
        counts.add(Counter::Waited, self.waiting.integral(now));
    }

    fn keeps_nothing(&self) -> bool {
        self.budget().is_none()
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "retry";
    const REPORT: &'static Report = &REPORT;

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
