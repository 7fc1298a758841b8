//! Fallback: when the answer is a failure, give another one instead.
//!
//! ```text
//!  call ──► send ──► good, or a failure not handled ──► passed on
//!             │
//!             └────► a failure handled ─┬─ Value ──► degraded
//!                                       └─ Target ─► sent there ─┬─ good ───► degraded
//!                                                                └─ failed ─► passed on
//! ```
//!
//! | knob | unit | meaning |
//! |---|---|---|
//! | `on` | classes of failure, at least one | which failures are replaced |
//! | `to` | [`Instead`] | what stands in for the answer |
//!
//! A fallback is never recursive: what the other target answers is final, even if it is a failure
//! of a class in `on`.

use crate::invalid::Invalid;
use crate::layer::{CallId, Cx, Layer, PerCall, Step, Target};
use crate::outcome::{Classes, Outcome};

/// The settings of a [`Fallback`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The failures that are replaced; at least one class.
    pub on: Classes,
    /// What stands in for the answer.
    pub to: Instead,
}

/// What stands in for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Something at hand: a constant, an empty list, an old copy.
    Value,
    /// The answer of another target.
    Target(Target),
}

/// Another answer in place of a failure.
///
/// # Example
///
/// ```
/// use patterns::fallback::{Fallback, Instead, Settings};
/// use patterns::{Class, Classes, Outcome};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let on = Classes::ALL.without(Class::Validation);
/// let fallback = Fallback::new(Settings { on, to: Instead::Value })?;
/// assert_eq!(fallback.instead_of(Outcome::failed(Class::Network)), Some(Instead::Value));
/// assert_eq!(fallback.instead_of(Outcome::failed(Class::Validation)), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fallback {
    settings: Settings,
    /// Whether a call was sent to the other target.
    diverted: PerCall<bool>,
}

impl Fallback {
    /// A fallback with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Invalid::unless(settings.on != Classes::NONE, "on", "at least one class of failure")?;
        Ok(Self { settings, diverted: PerCall::default() })
    }

    /// What stands in for this outcome, if it is to be replaced.
    pub fn instead_of(&self, outcome: Outcome) -> Option<Instead> {
        self.settings.on.has(outcome).then_some(self.settings.to)
    }
}

impl Layer for Fallback {
    fn on_call(&mut self, call: CallId, _cx: &mut Cx<'_>) -> Step {
        self.diverted.open(call, false);
        Step::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, _cx: &mut Cx<'_>) -> Step {
        if self.diverted[call] {
            return Step::Reply(if outcome.is_ok() { Outcome::Degraded } else { outcome });
        }
        match self.instead_of(outcome) {
            None => Step::Reply(outcome),
            Some(Instead::Value) => Step::Reply(Outcome::Degraded),
            Some(Instead::Target(target)) => {
                self.diverted[call] = true;
                Step::SendTo(target)
            }
        }
    }
}
