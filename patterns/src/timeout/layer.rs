//! The timeout in the path of calls.

use super::machine::Timeout;
use super::report::{Counter, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

impl Layer for Timeout {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        match self.deadline(cx.now) {
            Time::MAX => Action::Send,
            deadline => {
                if self.settings().propagates {
                    cx.shorten_deadline(deadline);
                }
                Action::SendAndWake(deadline)
            }
        }
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        self.counters[Counter::Fired] += 1;
        Action::Reply(Outcome::failed(Class::Timeout))
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }

    fn keeps_nothing(&self) -> bool {
        true
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "timeout";
    const SHORT: Option<&'static str> = Some("limit");
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for Timeout {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
