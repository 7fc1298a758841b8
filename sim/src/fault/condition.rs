//! In what condition a service is: what records and traces tell of its faults.

use patterns::Time;
use patterns::report::Severity;

/// In what condition a service is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Condition {
    /// How many faults are on.
    pub(crate) faults: u32,
    /// Whether it answers nothing.
    pub(crate) is_down: bool,
    /// Whether a balancer that checks it leaves it out.
    pub(crate) is_out: bool,
    /// What a trace shows of it: the gravest fault; of all replicas together, if all have the same.
    pub(crate) shown: Option<(&'static str, Severity)>,
}

impl Condition {
    /// That of a service of which one replica is in this condition, and another in the other one.
    pub(crate) fn beside(self, other: Self) -> Self {
        Self {
            faults: self.faults + other.faults,
            is_down: self.is_down && other.is_down,
            is_out: self.is_out && other.is_out,
            shown: self.shown.filter(|_| self.shown == other.shown),
        }
    }
}

/// A condition, and since when each part of it has held.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) condition: Condition,
    /// Since when some fault has been on.
    pub(crate) faulty_since: Time,
    /// When the last fault ended, if one has.
    pub(crate) faulty_until: Option<Time>,
    pub(crate) down_since: Time,
    pub(crate) shown_since: Time,
}
