//! The words of a circuit breaker: its states, what it grants, and what it is told.

use crate::time::Time;

/// The state of a [`Breaker`](super::Breaker).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Every call is admitted.
    Closed,
    /// No call is admitted.
    Open {
        /// The first time at which a call is admitted, as a probe.
        until: Time,
    },
    /// Probes are admitted, and no other call.
    HalfOpen {
        /// From this time on it is open or closed again; [`Time::MAX`] is never.
        until: Time,
        /// Permits taken and not given back.
        taken: u32,
        /// Probes that succeeded.
        successes: u32,
        /// Probes that failed.
        failures: u32,
    },
    /// Closed, but only a growing share of calls is admitted.
    Recovering {
        /// Since when.
        since: Time,
        /// From this time on it is closed.
        until: Time,
    },
    /// Held open by hand.
    ForcedOpen,
    /// Out of work: admits everything, records nothing.
    Disabled,
    /// Admits everything, records everything, never opens.
    MetricsOnly,
}

impl State {
    /// The name used in notes and charts: `closed`, `open`, `half-open`, `recovering`,
    /// `forced-open`, `disabled` or `metrics-only`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half-open",
            Self::Recovering { .. } => "recovering",
            Self::ForcedOpen => "forced-open",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics-only",
        }
    }
}

/// How a call ended, as a [`Breaker`](super::Breaker) sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The callee did its work.
    Success,
    /// It did not.
    Failure,
    /// This says nothing about the callee.
    Ignored,
}

/// A call was not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When a call may be admitted again. Unless it is open, a breaker cannot know, since that
    /// depends on its probes, on chance, or on who holds it open: then this is the time of the
    /// refusal.
    pub until: Time,
}

/// Leave to make one call.
///
/// It goes back to the breaker by [`settle`](super::Breaker::settle), once:
///
/// ```compile_fail
/// # use patterns::breaker::{Breaker, Permit, Verdict};
/// # use patterns::Time;
/// fn twice(breaker: &mut Breaker, permit: Permit) {
///     breaker.settle(permit, Verdict::Success, Time::ZERO);
///     breaker.settle(permit, Verdict::Success, Time::ZERO);
/// }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Permit(pub(super) Token);

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) generation: u32,
    /// Whether it was admitted as a probe.
    pub(super) is_probe: bool,
    pub(super) admitted: Time,
    /// Whether its call was given up, and what it held was given back.
    pub(super) given_up: bool,
}
