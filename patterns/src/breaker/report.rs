//! What a breaker reports of itself.

use super::state::State;
use crate::intervention::{Hold, Intervention};
use crate::report::StateId;

crate::report! {
    states StateName {
        /// Every call is admitted.
        Closed = "closed", Normal;
        /// Calls are refused. After its wait it stays so until the next call comes.
        Open = "open", Bad;
        /// Probes are admitted, and no other call.
        HalfOpen = "half-open", Limited;
        /// Closed, but only a growing share of calls is admitted.
        Recovering = "recovering", Limited;
        /// Held open by hand.
        ForcedOpen = "forced-open", Bad;
        /// Out of work: every call is admitted, nothing is recorded.
        Disabled = "disabled", Normal;
        /// Every call is admitted and recorded, and it never opens.
        MetricsOnly = "metrics-only", Normal;
    }

    counters Counter {
        /// How often it opened while it was closed.
        Opens = "opens", Count, Lower;
        /// How often it opened again because its probes failed, or took too long.
        Reopens = "reopens", Count, Lower;
        /// How often it closed after its probes succeeded.
        Closes = "closes", Count;
        /// Calls that were refused.
        Refused = "refused", Failures, Lower;
        /// Calls that were let in as probes.
        Probes = "probes", Count;
        /// Results that came after the state that had let in their call, or after the call was
        /// given up.
        Late = "late", Count;
    }

    interventions [
        Intervention::Reset,
        Intervention::Hold(Hold::Open),
        Intervention::Hold(Hold::HalfOpen),
        Intervention::Hold(Hold::Closed),
    ]
}

impl From<State> for StateName {
    fn from(state: State) -> Self {
        match state {
            State::Closed => Self::Closed,
            State::Open { .. } => Self::Open,
            State::HalfOpen { .. } => Self::HalfOpen,
            State::Recovering { .. } => Self::Recovering,
            State::ForcedOpen => Self::ForcedOpen,
            State::Disabled => Self::Disabled,
            State::MetricsOnly => Self::MetricsOnly,
        }
    }
}

impl From<State> for StateId {
    fn from(state: State) -> Self {
        StateName::from(state).into()
    }
}
