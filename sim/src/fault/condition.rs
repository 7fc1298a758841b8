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
    /// What a trace shows of it: the gravest fault.
    pub(crate) shown: Option<(&'static str, Severity)>,
}

/// A condition, and since when each part of it has held.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) condition: Condition,
    /// Since when some fault has been on.
    pub(crate) faulty_since: Time,
    pub(crate) down_since: Time,
    pub(crate) shown_since: Time,
}
