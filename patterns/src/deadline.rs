//! Deadline: do not do what nobody waits for any more.
//!
//! ```text
//!             time is left
//!  call ──┬──────────────────► send ──┬── a result comes first ────► the result
//!         │ too little                └── the deadline comes first ► failed: timeout
//!         └──► failed: timeout
//! ```
//!
//! The deadline is that of the call ([`CallInfo::deadline`](crate::CallInfo::deadline)): a timeout
//! that propagates, or the task that it is made for, has set it, and it has come down from caller
//! to callee. It never grows on the way.
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `min_remaining` | time | with exactly so much left a call is sent, unless it is none |
//! | `reject` | [`Reject`] | |
//! | `gives_up` | whether it stops waiting at the deadline | the order of events decides |
//!
//! A call without a deadline passes.

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::time::{Duration, Time};

/// The settings of a [`Deadline`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much time must be left for a call to be sent.
    pub min_remaining: Duration,
    /// How many calls may be rejected for that.
    pub reject: Reject,
    /// Whether a call that was sent is given up at its deadline.
    pub gives_up: bool,
}

/// How many calls may be rejected because too little time is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reject {
    /// All of them.
    All,
    /// None: late calls pass.
    None,
    /// Of the calls of the latest time this share at most, so that clocks which disagree do not
    /// reject everything (Finagle's `DeadlineFilter`: 0.2 of 10 s).
    Share {
        /// The share, from 0 to 1.
        share: f64,
        /// Calls are counted in windows of this length, one after the other; more than zero.
        within: Duration,
    },
}

/// A check of deadlines.
///
/// # Example
///
/// ```
/// use patterns::deadline::{Deadline, Reject, Settings};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let min_remaining = Duration::from_secs(1);
/// let mut check = Deadline::new(Settings { min_remaining, reject: Reject::All, gives_up: true })?;
/// let deadline = Time::ZERO + Duration::from_secs(10);
/// assert!(check.admits(deadline, Time::ZERO + Duration::from_secs(9)));
/// assert!(!check.admits(deadline, Time::ZERO + Duration::from_millis(9_001)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Deadline {
    settings: Settings,
    /// The window that is counted, and what came in it.
    window: u64,
    calls: u64,
    rejected: u64,
}

impl Deadline {
    /// A check with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        if let Reject::Share { share, within } = settings.reject {
            Invalid::unless((0.0..=1.0).contains(&share), "share", "from 0 to 1")?;
            Invalid::unless(!within.is_zero(), "within", "longer than zero")?;
        }
        Ok(Self { settings, window: 0, calls: 0, rejected: 0 })
    }

    /// Whether a call with this deadline is to be sent at `now`.
    pub fn admits(&mut self, deadline: Time, now: Time) -> bool {
        let left = deadline.since(now);
        let is_late =
            deadline < Time::MAX && (left < self.settings.min_remaining || left.is_zero());
        match self.settings.reject {
            Reject::All => !is_late,
            Reject::None => true,
            Reject::Share { share, within } => {
                let window = now.as_nanos() / within.as_nanos();
                if self.window < window {
                    (self.window, self.calls, self.rejected) = (window, 0, 0);
                }
                self.calls += 1;
                let rejects = is_late && (self.rejected + 1) as f64 <= share * self.calls as f64;
                self.rejected += u64::from(rejects);
                !rejects
            }
        }
    }
}

impl Layer for Deadline {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        let deadline = cx.info().deadline;
        if !self.admits(deadline, cx.now) {
            return Action::Reply(Outcome::failed(Class::Timeout));
        }
        if self.settings.gives_up && cx.now < deadline && deadline < Time::MAX {
            Action::SendAndWake(deadline)
        } else {
            Action::Send
        }
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Reply(Outcome::failed(Class::Timeout))
    }
}
