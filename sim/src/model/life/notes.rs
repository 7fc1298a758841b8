//! What is written down of processes and of what their tasks had done.

use patterns::report::Severity;
use patterns::{Duration, Time};

use crate::model::recorder::Recorder;
use crate::observe::ProcessRecord;

impl Recorder {
    /// The record of the processes of a group, if what happens now counts.
    fn lives_of(&mut self, group: u32) -> Option<&mut ProcessRecord> {
        let counts = self.counts(self.now);
        counts.then(|| &mut self.agents[group as usize].process)
    }

    pub(super) fn note_crash(&mut self, group: u32) {
        if let Some(record) = self.lives_of(group) {
            record.crashes += 1;
        }
    }

    pub(super) fn note_restart(&mut self, group: u32) {
        if let Some(record) = self.lives_of(group) {
            record.restarts += 1;
        }
    }

    pub(super) fn note_escalation(&mut self, group: u32) {
        if let Some(record) = self.lives_of(group) {
            record.escalations += 1;
        }
    }

    /// A process was in a state until now in which it does not work, or in one in which it does.
    pub(super) fn note_process(
        &mut self,
        station: u32,
        group: u32,
        since: Time,
        shown: Option<(&'static str, Severity)>,
    ) {
        let Some((state, severity)) = shown else { return };
        self.agents[group as usize].process.down += self.counted_since(since);
        if since < self.now {
            self.agent_track(station, since, (state, severity));
        }
    }

    /// A checkpoint is begun.
    pub(super) fn note_checkpoint(&mut self, group: u32) {
        if let Some(record) = self.lives_of(group) {
            record.checkpoints += 1;
        }
    }

    /// A task has stood still for a checkpoint from some time until now.
    pub(super) fn note_saving(&mut self, group: u32, since: Time) {
        self.agents[group as usize].process.saving += self.counted_since(since);
    }

    /// A checkpoint has been read, or could not be.
    pub(super) fn note_restored(&mut self, group: u32, is_whole: bool) {
        if let Some(record) = self.lives_of(group) {
            *if is_whole { &mut record.restored } else { &mut record.broken } += 1;
        }
    }

    /// A task does again what took so long, and so many calls that may do harm.
    pub(super) fn note_done_again(&mut self, group: u32, lost: Duration, calls: u64) {
        if let Some(record) = self.lives_of(group) {
            record.lost += u128::from(lost.as_nanos());
            record.duplicates += calls;
        }
    }

    pub(super) fn note_dead_letter(&mut self, group: u32) {
        if let Some(record) = self.lives_of(group) {
            record.dead_letters += 1;
        }
    }

    pub(super) fn note_loop_limit(&mut self, group: u32) {
        if let Some(record) = self.lives_of(group) {
            record.loop_limits += 1;
        }
    }

    /// A task goes on with a result of this age.
    pub(super) fn note_result_used(&mut self, group: u32, age: Duration) {
        if let Some(record) = self.lives_of(group) {
            record.results += 1;
            record.result_ages += u128::from(age.as_nanos());
        }
    }
}
