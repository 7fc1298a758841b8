//! A retry budget in the path of attempts.

use super::machine::{Budget, Extra};
use super::report::{Counter, Counters, REPORT};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

/// A [`Budget`] as a layer below a retry, a hedge, or both, which share it.
///
/// First attempts pass. An extra one is sent if the budget grants it, and is refused as
/// [`Class::Rejected`] otherwise: a retry above then passes on the failure it wanted to retry, and
/// a hedge goes on as if that attempt had not been launched. What failed before is not known here,
/// so a quota takes its plain cost.
#[derive(Debug)]
pub struct RetryBudget {
    budget: Budget,
    calls: PerCall<Option<Attempt>>,
    counters: Counters,
}

/// An attempt under way: the first one, or an extra one with its permit.
#[derive(Debug)]
struct Attempt(Option<Permit<Extra>>);

impl RetryBudget {
    /// A layer with a budget of these settings.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Ok(Self {
            budget: Budget::new(settings)?,
            calls: PerCall::default(),
            counters: Counters::default(),
        })
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl Layer for RetryBudget {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let permit = if cx.info().is_extra {
            let Ok(permit) = self.budget.try_acquire(cx.now, None) else {
                self.calls.open(call, None);
                self.counters[Counter::Refused] += 1;
                return Action::Reply(Outcome::failed(Class::Rejected));
            };
            self.counters[Counter::Granted] += 1;
            Some(permit)
        } else {
            self.budget.begin(cx.now);
            None
        };
        self.calls.open(call, Some(Attempt(permit)));
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        match self.calls[call].take() {
            Some(Attempt(Some(permit))) => self.budget.record(permit, outcome, cx.now),
            Some(Attempt(None)) => {
                self.budget.record_first(outcome, cx.now);
                self.budget.end(cx.now);
            }
            None => {}
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        match self.calls[call].take() {
            Some(Attempt(Some(permit))) => self.budget.cancel(permit, cx.now),
            Some(Attempt(None)) => self.budget.end(cx.now),
            None => {}
        }
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "retry-budget";
    const SHORT: Option<&'static str> = Some("kind");
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for RetryBudget {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
