//! The adaptive throttle in the path of calls.

use super::machine::AdaptiveThrottle;
use super::report::{Counter, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

impl Layer for AdaptiveThrottle {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let permit = self.try_acquire_with(cx.now, cx).ok();
        let is_sent = permit.map(|permit| permit.redeem(self.owner)).is_some();
        self.calls.open(call, is_sent);
        self.counters[if is_sent { Counter::Admitted } else { Counter::Refused }] += 1;
        if is_sent { Action::Send } else { Action::Reply(Outcome::failed(Class::Rejected)) }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if core::mem::take(&mut self.calls[call]) {
            self.record(Permit::new(self.owner, ()), self.classify(outcome), cx.now);
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if core::mem::take(&mut self.calls[call]) {
            self.cancel(Permit::new(self.owner, ()), cx.now);
        }
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "adaptive-throttle";
    const SHORT: Option<&'static str> = Some("rule");
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for AdaptiveThrottle {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, _keys: u64) -> u64 {
        64 * u64::from(settings.buckets)
    }
}
