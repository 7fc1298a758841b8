//! The fallback itself.

use super::report::Counters;
use super::settings::{Settings, Then};
use crate::invalid::Invalid;
use crate::layer::{PerCall, Target};
use crate::outcome::Outcome;
use crate::settings::check;

/// Another answer in place of a failure.
///
/// # Example
///
/// ```
/// use patterns::fallback::{Fallback, Next, Settings, Then};
/// use patterns::settings::Auto;
/// use patterns::{Class, Outcome, Target};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let settings = Settings::of([Target(0), Target(1)]);
/// let settings = settings.with(|settings| settings.then = Auto::Is(Then::FirstFailure));
/// let fallback = Fallback::new(settings)?;
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
    settings: Settings,
    then: Then,
    /// For the layer alone.
    pub(super) calls: PerCall<Tried>,
    pub(super) counters: Counters,
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
    /// The fallback has failed too; this is what the caller gets.
    Failed(Outcome),
}

impl Fallback {
    /// A fallback with these settings.
    ///
    /// # Errors
    ///
    /// If it handles no class of failure, or has neither a target nor a value to give.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self {
            then: settings.last_resort(),
            settings,
            calls: PerCall::default(),
            counters: Counters::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Begins to follow a call that is sent to its callee.
    pub fn start(&self) -> Tried {
        Tried::default()
    }

    /// What follows on this outcome of the callee, or of the target that was asked last.
    pub fn after(&self, tried: &mut Tried, outcome: Outcome) -> Next {
        let handled = self.settings.on.has(outcome);
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
        if let Some(target) = self.settings.to.targets().get(tried.targets as usize) {
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
