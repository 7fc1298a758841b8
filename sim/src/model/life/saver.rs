//! What saves the tasks of an agent: one for each that it can have in hand.

use std::collections::VecDeque;

use patterns::Duration;
use patterns::checkpoint::Checkpoints;
use patterns::process::CheckpointId;

use crate::model::request::NONE;
use crate::model::system::LOOPS_MAX;

/// What saves a task.
#[derive(Debug)]
pub(crate) struct Saver {
    pub(super) machine: Checkpoints,
    /// What the checkpoints hold that there are, the newest last.
    pub(super) kept: VecDeque<(CheckpointId, Snapshot)>,
    /// What is being written, and whether work goes on meanwhile.
    pub(super) writing: Option<Snapshot>,
    /// What follows when the agent is back.
    pub(super) resume: Resume,
    /// The task that it saves; [`NONE`] if none is in hand.
    pub(super) task: u32,
}

/// Where a task goes on when its agent is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// From the beginning.
    Anew,
    /// From a checkpoint.
    From(CheckpointId),
}

/// Where a task was when it was saved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot {
    pub(super) step: u16,
    /// How much of the work of this step was left; none if it had not begun.
    pub(super) left: Option<Duration>,
    pub(super) loops: [u32; LOOPS_MAX],
    pub(super) ending: u8,
    /// How long it had gone on until then, and with how many calls that may do harm.
    pub(super) progress: Duration,
    pub(super) effects: u64,
    /// What it had in mind, in tokens.
    pub(super) context: u64,
    /// Whether it can be read again.
    pub(super) is_whole: bool,
}

impl Saver {
    pub(crate) fn new(machine: Checkpoints) -> Self {
        Self { machine, kept: VecDeque::new(), writing: None, resume: Resume::Anew, task: NONE }
    }

    /// The newest checkpoint.
    pub(super) fn newest(&self) -> CheckpointId {
        self.machine.kept().last().unwrap_or_default()
    }

    /// Keeps what has been written as the newest checkpoint, and drops what is kept no longer.
    pub(super) fn keep(&mut self, snapshot: Snapshot) {
        let machine = &self.machine;
        // All that the machine keeps is here; mostly nothing else is.
        if machine.kept().count() <= self.kept.len() {
            self.kept.retain(|(id, _)| machine.kept().any(|kept| kept == *id));
        }
        self.kept.push_back((self.newest(), snapshot));
    }

    /// What a checkpoint holds.
    pub(super) fn snapshot(&self, id: CheckpointId) -> Option<Snapshot> {
        self.kept.iter().find(|(kept, _)| *kept == id).map(|(_, snapshot)| *snapshot)
    }
}
