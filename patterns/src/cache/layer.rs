//! The cache in the path of calls.

use super::machine::{Cache, Found};
use super::settings::{LateResults, Settings};
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::Outcome;
use crate::settings::{ConfiguredLayer, LayerSettings};

impl Layer for Cache {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if info.is_idempotent
            && let Found::Fresh(outcome) = self.get(info.key, cx.now)
        {
            return Action::Reply(outcome);
        }
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if info.is_idempotent {
            return Action::Reply(self.answer(info.key, outcome, cx.now));
        }
        if outcome.is_ok() {
            self.forget(info.key);
        }
        Action::Reply(outcome)
    }

    fn on_late(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        let info = cx.info();
        if outcome.is_ok() && !info.is_idempotent {
            self.forget(info.key);
        } else if outcome == Outcome::Ok && self.settings().late == LateResults::Keep {
            let _answer = self.answer(info.key, outcome, cx.now);
        }
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "cache";
    const SHORT: Option<&'static str> = Some("ttl");
}

impl ConfiguredLayer for Cache {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
