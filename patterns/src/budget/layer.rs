//! A retry budget in the path of attempts.

use super::{Budget, Grant, Settings};
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Outcome};

/// A [`Budget`] as a layer below a retry, a hedge, or both, which share it.
///
/// First attempts pass. An extra one is sent if the budget grants it, and is refused as
/// [`Class::Rejected`] otherwise: a retry above then passes on the failure it wanted to retry, and
/// a hedge goes on as if that attempt had not been launched. What failed before is not known here,
/// so a quota takes its plain cost.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    budget: Budget,
    calls: PerCall<Option<Attempt>>,
}

/// An attempt under way: the first one, or an extra one with its grant.
#[derive(Clone, Copy, Debug)]
struct Attempt(Option<Grant>);

impl RetryBudget {
    /// A guard with a budget of these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Ok(Self { budget: Budget::new(settings)?, calls: PerCall::default() })
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl Layer for RetryBudget {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let grant = if cx.info().is_extra {
            let Ok(grant) = self.budget.ask(None, cx.now) else {
                self.calls.open(call, None);
                return Action::Reply(Outcome::failed(Class::Rejected));
            };
            Some(grant)
        } else {
            self.budget.begin(cx.now);
            None
        };
        self.calls.open(call, Some(Attempt(grant)));
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if let Some(Attempt(grant)) = self.calls[call].take() {
            self.budget.settle(grant, outcome, cx.now);
            if grant.is_none() {
                self.budget.end(cx.now);
            }
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(Attempt(grant)) = self.calls[call].take() {
            self.budget.cancel(grant, cx.now);
            if grant.is_none() {
                self.budget.end(cx.now);
            }
        }
    }
}
