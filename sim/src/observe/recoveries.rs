//! What recoveries and humans did in a run.

/// What became of a recovery. It counts from the end of the warm-up on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryRecord {
    /// Its name.
    pub name: String,
    /// How often its turn came: its condition held, or another one had not helped.
    pub triggered: u64,
    /// How often it was done, by hand as well.
    pub done: u64,
    /// How often nothing was left to do when the time for it came.
    pub unneeded: u64,
    /// Of the times that it was done and looked at afterwards: how often the condition no longer
    /// held.
    pub healed: u64,
    /// How often it still held.
    pub failed: u64,
    /// How often another one took over.
    pub escalated: u64,
    /// Of what it healed, how long that took from when the condition was first seen, in
    /// nanoseconds.
    pub healing: u128,
}

/// What a human did. It counts from the end of the warm-up on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HumanRecord {
    /// Their name.
    pub name: String,
    /// How often they were called.
    pub calls: u64,
    /// How often they took something up.
    pub taken: u64,
    /// How long what they took up had waited for them, in nanoseconds.
    pub waited: u128,
    /// How long they were at it, in nanoseconds.
    pub busy: u128,
}

impl RecoveryRecord {
    pub(super) fn since(&self, then: &Self) -> Self {
        Self {
            name: self.name.clone(),
            triggered: self.triggered - then.triggered,
            done: self.done - then.done,
            unneeded: self.unneeded - then.unneeded,
            healed: self.healed - then.healed,
            failed: self.failed - then.failed,
            escalated: self.escalated - then.escalated,
            healing: self.healing - then.healing,
        }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.triggered += later.triggered;
        self.done += later.done;
        self.unneeded += later.unneeded;
        self.healed += later.healed;
        self.failed += later.failed;
        self.escalated += later.escalated;
        self.healing += later.healing;
    }
}

impl HumanRecord {
    pub(super) fn since(&self, then: &Self) -> Self {
        Self {
            name: self.name.clone(),
            calls: self.calls - then.calls,
            taken: self.taken - then.taken,
            waited: self.waited - then.waited,
            busy: self.busy - then.busy,
        }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.calls += later.calls;
        self.taken += later.taken;
        self.waited += later.waited;
        self.busy += later.busy;
    }
}
