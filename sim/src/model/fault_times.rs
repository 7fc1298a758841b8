//! Since when a service has a fault, and when the last one ended.

use patterns::Time;

/// What is known of the faults of one service, or of the way to one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FaultTimes {
    /// Since when it has some fault.
    pub(super) since: Option<Time>,
    /// When its last fault began, also if that is over.
    pub(super) began: Option<Time>,
    /// When its last fault ended.
    pub(super) ended: Option<Time>,
}
