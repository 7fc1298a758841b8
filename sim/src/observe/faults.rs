//! When faults were on somewhere.

use patterns::Time;

/// When faults were on somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultRecord {
    /// Time with a fault of any kind, in nanoseconds.
    pub faulty: u128,
    /// How often a fault began while no other was on.
    pub intervals: u64,
    /// From when to when the first fault was on, or several that followed each other without a gap;
    /// it counts in the warm-up as well.
    pub first: Option<(Time, Time)>,
}

impl FaultRecord {
    pub(super) fn since(&self, earlier: &Self) -> Self {
        Self {
            faulty: self.faulty - earlier.faulty,
            intervals: self.intervals - earlier.intervals,
            first: self.first,
        }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.faulty += later.faulty;
        self.intervals += later.intervals;
    }
}
