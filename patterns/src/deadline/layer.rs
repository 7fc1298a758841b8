//! The check of deadlines in the path of calls.

use super::machine::Deadline;
use super::report::{Counter, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

const LATE: Action = Action::Reply(Outcome::failed(Class::Timeout));

impl Layer for Deadline {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        let deadline = cx.info().deadline;
        if self.try_acquire(cx.now, deadline).is_err() {
            self.counters[Counter::Refused] += 1;
            return LATE;
        }
        self.gives_up_at(cx.now, deadline).map_or(Action::Send, Action::SendAndWake)
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        self.counters[Counter::GivenUp] += 1;
        LATE
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "deadline";
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for Deadline {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
