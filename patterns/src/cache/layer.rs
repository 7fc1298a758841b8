//! The cache in the path of calls.

use super::machine::{Cache, Found};
use super::report::{Counter, REPORT};
use super::settings::{LateResults, Settings};
use crate::intervention::Intervention;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::Outcome;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::Time;

/// Bytes that an answer takes, in buffers that double: the answer, its place in the order and up to
/// four slots of the index.
const ANSWER: u64 = 192;

impl Layer for Cache {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if info.is_idempotent {
            if let Found::Fresh(outcome) = self.get(info.key, cx.now) {
                let is_hit = outcome.is_ok();
                self.counters[if is_hit { Counter::Hits } else { Counter::Negative }] += 1;
                return Action::Reply(outcome);
            }
            self.counters[Counter::Misses] += 1;
        }
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if info.is_idempotent {
            let answer = self.answer(info.key, outcome, cx.now);
            let is_stale = answer.is_ok() && !outcome.is_ok();
            self.counters[Counter::Stale] += u64::from(is_stale);
            return Action::Reply(answer);
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

    fn intervene(&mut self, intervention: Intervention, _cx: &mut Context<'_>) -> bool {
        let is_right = matches!(intervention, Intervention::Flush | Intervention::Reset);
        if is_right {
            self.clear();
        }
        is_right
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "cache";
    const SHORT: Option<&'static str> = Some("ttl");
    const REPORT: &'static Report = &REPORT;
}

impl ConfiguredLayer for Cache {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, keys: u64) -> u64 {
        ANSWER.saturating_mul(keys.min(settings.capacity.into()))
    }
}
