//! Timeout: stop waiting for an answer after a while.
//!
//! ```text
//!  call ──► send ──┬── a result comes first ──► the result
//!                  └── the limit comes first ─► failed: timeout
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `limit` | time, longer than zero | the order of events decides |
//! | `propagates` | whether what is below is told of the deadline | |
//!
//! So a result at exactly the deadline counts if its event comes before that of the deadline.
//!
//! The attempt that was given up releases what it holds in the layers below; whether work goes on
//! at the callee is not for this layer to say. A result that comes later changes nothing. Of two
//! nested timeouts the earlier deadline holds, whichever of them is outside.

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::time::{Duration, Time};

/// The settings of a [`Timeout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long an answer may take; longer than zero. [`Duration::MAX`] is "for ever".
    pub limit: Duration,
    /// Whether layers and callees below are told when nobody waits any more (gRPC's deadlines).
    /// They are then free to heed it, as [`deadline`](crate::deadline) and
    /// [`retry`](crate::retry) do. Most clients tell nobody.
    pub propagates: bool,
}

impl Settings {
    /// This limit, of which nobody is told.
    pub const fn of(limit: Duration) -> Self {
        Self { limit, propagates: false }
    }
}

/// A limit on how long an answer may take.
///
/// # Example
///
/// ```
/// use patterns::timeout::{Settings, Timeout};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let timeout = Timeout::new(Settings::of(Duration::from_secs(30)))?;
/// assert_eq!(timeout.deadline(Time::ZERO), Time::ZERO + Duration::from_secs(30));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timeout {
    settings: Settings,
}

impl Timeout {
    /// A timeout with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Invalid::unless(!settings.limit.is_zero(), "limit", "longer than zero")?;
        Ok(Self { settings })
    }

    /// When a call that begins at `now` is given up; [`Time::MAX`] stands for never.
    pub fn deadline(&self, now: Time) -> Time {
        now + self.settings.limit
    }
}

impl Layer for Timeout {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        match self.deadline(cx.now) {
            Time::MAX => Action::Send,
            deadline => {
                if self.settings.propagates {
                    cx.shorten_deadline(deadline);
                }
                Action::SendAndWake(deadline)
            }
        }
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Reply(Outcome::failed(Class::Timeout))
    }
}
