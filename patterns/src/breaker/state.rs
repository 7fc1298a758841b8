//! The states of a circuit breaker, and what brings it from one to the other.

use core::error::Error;
use core::fmt;

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

    /// Whether it decides by its settings in this state.
    pub(super) const fn is_automatic(self) -> bool {
        !matches!(self, Self::ForcedOpen | Self::Disabled | Self::MetricsOnly)
    }
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The state before.
    pub from: State,
    /// The state that it entered.
    pub to: State,
    /// As of when. This may be earlier than the call or result by which it was noticed.
    pub at: Time,
    /// Why.
    pub cause: Cause,
}

/// Why a breaker changed its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A trip condition held.
    Tripped(Tripped),
    /// The open wait was over, and a call came.
    WaitOver,
    /// Enough probes succeeded.
    ProbesSucceeded,
    /// Too many probes failed, or one was ignored and that opens it.
    ProbesFailed,
    /// It was half-open for too long.
    HalfOpenTimedOut,
    /// All calls are let in again.
    RampOver,
    /// By hand.
    ByHand,
}

/// Which trip condition held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tripped {
    /// The place of the condition among all of `any` and `all`, in the order in which they are
    /// written, from 0 on. Where several held, the first one.
    pub condition: u32,
    /// What reached its threshold.
    pub measure: Measure,
}

/// What a trip condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The number of failures, in a row or in a window.
    Failures,
    /// The share of failures.
    Rate,
    /// The share of slow calls.
    SlowRate,
    /// The moving average of failures.
    Average,
}

/// A change of state by hand that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImpossibleChange {
    /// The state that it is in, and stays in.
    pub from: State,
    /// The name of the state that it was to enter.
    pub to: &'static str,
}

impl fmt::Display for ImpossibleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "a breaker that is {} cannot become {to}", from.name())?;
        if from.is_automatic() { Ok(()) } else { f.write_str(" before its mode is set") }
    }
}

impl Error for ImpossibleChange {}

/// What a breaker notes of a call that it admitted; a [`Permit`](crate::Permit) holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub(super) generation: u32,
    /// Whether it was admitted as a probe.
    pub(super) is_probe: bool,
    /// Whether its call was given up, and what it held was given back.
    pub(super) given_up: bool,
    pub(super) admitted: Time,
}
