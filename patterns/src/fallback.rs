//! Fallback: when the answer is a failure, give another one instead.
//!
//! ```text
//!  call ──► send ──► good, or a failure not handled ──► passed on
//!             │
//!             └────► a failure handled ──► first target ──► good ──► degraded
//!                                               │
//!                                               ├─► a failure not handled ──► passed on
//!                                               │
//!                                               └─► a failure handled ──► next target ──► …
//!                                                                              none left │
//!                             a value: degraded ◄── Then::Value ────────────────────────┤
//!                    the failure of the callee ◄── Then::FirstFailure ──────────────────┤
//!               the failure of the last target ◄── Then::LastFailure ───────────────────┘
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `on` | classes of failure, at least one | which failures are replaced |
//! | `to` | [`Instead`] | what stands in for the answer |
//! | `targets` of a chain | other targets, in order | none: what comes at the end comes at once |
//! | `then` of a chain | [`Then`] | when no target gave an answer |
//!
//! A fallback is never recursive: each entry is asked once at most, and what the last one answers
//! is not replaced by asking again. A target that fails in a class outside `on` ends the chain, as
//! such a failure of the callee would have: asking elsewhere does not help.
//!
//! That the fallback itself has failed is told apart by [`Next::Failed`]; the outcome alone cannot
//! say so. `Then::LastFailure` passes on the failure of the fallback and hides that of the callee
//! (Polly's `FallbackAction`, failsafe's `Fallback`: what the action throws is what the caller
//! gets). `Then::FirstFailure` keeps the one that began it (Hystrix: the exception tells of the
//! failed command, and carries that of the fallback within). Chains are those of Hystrix, whose
//! fallback may be a command with a fallback of its own.

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall, Target};
use crate::outcome::{Class, Classes, Outcome};

/// The settings of a [`Fallback`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The failures that are replaced; at least one class.
    pub on: Classes,
    /// What stands in for the answer.
    pub to: Instead,
}

/// What stands in for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Something at hand: a constant, an empty list, an old copy. A chain without targets that
    /// ends in [`Then::Value`].
    Value,
    /// The answer of another target. A chain of this one that ends in [`Then::LastFailure`].
    Target(Target),
    /// The first good answer of several targets.
    Chain {
        /// Whom to ask, one after the other.
        targets: Vec<Target>,
        /// What to answer when all of them have failed.
        then: Then,
    },
}

/// What to answer when no target of a chain gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Something at hand.
    Value,
    /// The failure with which it began: that of the callee.
    FirstFailure,
    /// The failure of the last target.
    LastFailure,
}

/// Another answer in place of a failure.
///
/// # Example
///
/// ```
/// use patterns::fallback::{Fallback, Instead, Next, Settings, Then};
/// use patterns::{Class, Classes, Outcome, Target};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let to = Instead::Chain { targets: vec![Target(0), Target(1)], then: Then::FirstFailure };
/// let fallback = Fallback::new(Settings { on: Classes::REMOTE, to })?;
///
/// let mut tried = fallback.start();
/// let [refused, late] = [Class::Network, Class::Timeout].map(Outcome::failed);
/// assert_eq!(fallback.after(&mut tried, refused), Next::Send(Target(0)));
/// assert_eq!(fallback.after(&mut tried, late), Next::Send(Target(1)));
/// assert_eq!(fallback.after(&mut tried, late), Next::Failed(refused));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fallback {
    on: Classes,
    targets: Box<[Target]>,
    then: Then,
    calls: PerCall<Tried>,
}

/// What a [`Fallback`] remembers of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// How many targets were asked.
    targets: u32,
    /// How the callee itself failed, once it has.
    first: Option<Outcome>,
}

/// What follows on an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is passed on: nothing had to be replaced.
    PassOn(Outcome),
    /// This target is to be asked.
    Send(Target),
    /// The call is answered by what a target gave, or by a value at hand: [`Outcome::Degraded`].
    Replaced,
    /// The fallback has failed too; this is what the caller is told.
    Failed(Outcome),
}

impl Fallback {
    /// A fallback with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let Settings { on, to } = settings;
        let handles_any = Class::ALL.into_iter().any(|class| on.contains(class));
        Invalid::unless(handles_any, "on", "at least one class of failure")?;
        let (targets, then) = match to {
            Instead::Value => (Vec::new(), Then::Value),
            Instead::Target(target) => (vec![target], Then::LastFailure),
            Instead::Chain { targets, then } => (targets, then),
        };
        let does_something = !targets.is_empty() || then == Then::Value;
        Invalid::unless(does_something, "targets", "at least one unless a value comes then")?;
        Ok(Self { on, targets: targets.into(), then, calls: PerCall::default() })
    }

    /// Begins to follow a call that is sent to its callee.
    pub fn start(&self) -> Tried {
        Tried::default()
    }

    /// What follows on this outcome of the callee, or of the target that was asked last.
    pub fn after(&self, tried: &mut Tried, outcome: Outcome) -> Next {
        let handled = self.on.has(outcome);
        let Some(first) = tried.first else {
            if !handled {
                return Next::PassOn(outcome);
            }
            tried.first = Some(outcome);
            return self.ask_next(tried, outcome, outcome);
        };
        if outcome.is_ok() {
            Next::Replaced
        } else if handled {
            self.ask_next(tried, first, outcome)
        } else {
            Next::Failed(outcome)
        }
    }

    fn ask_next(&self, tried: &mut Tried, first: Outcome, last: Outcome) -> Next {
        if let Some(target) = self.targets.get(tried.targets as usize) {
            tried.targets += 1;
            return Next::Send(*target);
        }
        match self.then {
            Then::Value => Next::Replaced,
            Then::FirstFailure => Next::Failed(first),
            Then::LastFailure => Next::Failed(last),
        }
    }
}

impl Layer for Fallback {
    fn on_call(&mut self, call: CallId, _cx: &mut Context<'_>) -> Action {
        let tried = self.start();
        self.calls.open(call, tried);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        let mut tried = self.calls[call];
        let next = self.after(&mut tried, outcome);
        self.calls[call] = tried;
        match next {
            Next::PassOn(outcome) | Next::Failed(outcome) => Action::Reply(outcome),
            Next::Send(target) => Action::SendTo(target),
            Next::Replaced => Action::Reply(Outcome::Degraded),
        }
    }
}
