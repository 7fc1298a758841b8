//! What became of the processes of agents, and of what their tasks had done.

/// What became of the processes of the agents of a group, and of what their tasks had done: counted
/// from the end of the warm-up on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessRecord {
    /// How often one crashed.
    pub crashes: u64,
    /// How often one was started again.
    pub restarts: u64,
    /// How often one was given up that had crashed too often.
    pub escalations: u64,
    /// Time in which processes did not work, in nanoseconds, summed over agents.
    pub down: u128,
    /// Checkpoints that were begun.
    pub checkpoints: u64,
    /// Time in which tasks stood still for that, in nanoseconds.
    pub saving: u128,
    /// How often a task went on from a checkpoint.
    pub restored: u64,
    /// How often a checkpoint could not be read.
    pub broken: u64,
    /// What tasks had done and had to do again, in nanoseconds.
    pub lost: u128,
    /// Calls that may do harm when they are made again, and were.
    pub duplicates: u64,
    /// Tasks that failed because they had been begun too often.
    pub dead_letters: u64,
    /// Loops that were not over after as many passes as they may have.
    pub loop_limits: u64,
    /// Results of other groups that tasks went on with.
    pub results: u64,
    /// How old they were, in nanoseconds, in all.
    pub result_ages: u128,
}

impl ProcessRecord {
    /// What was counted since an earlier time.
    pub(super) fn since(&self, then: &Self) -> Self {
        self.with(then, |now, then| now - then, |now, then| now - then)
    }

    /// Adds what was counted later.
    pub(super) fn extend(&mut self, later: &Self) {
        *self = self.with(later, |sum, more| sum + more, |sum, more| sum + more);
    }

    fn with(
        &self,
        other: &Self,
        count: impl Fn(u64, u64) -> u64,
        time: impl Fn(u128, u128) -> u128,
    ) -> Self {
        Self {
            crashes: count(self.crashes, other.crashes),
            restarts: count(self.restarts, other.restarts),
            escalations: count(self.escalations, other.escalations),
            down: time(self.down, other.down),
            checkpoints: count(self.checkpoints, other.checkpoints),
            saving: time(self.saving, other.saving),
            restored: count(self.restored, other.restored),
            broken: count(self.broken, other.broken),
            lost: time(self.lost, other.lost),
            duplicates: count(self.duplicates, other.duplicates),
            dead_letters: count(self.dead_letters, other.dead_letters),
            loop_limits: count(self.loop_limits, other.loop_limits),
            results: count(self.results, other.results),
            result_ages: time(self.result_ages, other.result_ages),
        }
    }
}
