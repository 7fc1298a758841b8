//! What is known of a task, or of a branch of one, beside what every request has.

use patterns::{Duration, Time};

use super::draws::Luck;
use crate::kernel::split_mix;
use crate::model::request::NONE;
use crate::model::system::LOOPS_MAX;

/// What the passes of a loop are counted with that has no way out.
pub(super) const NO_WAY_OUT: u32 = 1 << 31;

/// What is known of a task of an agent with a life, or of a branch of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaskLife {
    /// The group of its agent.
    pub(super) group: u32,
    /// Of a branch: the task or branch that waits for it, and the next branch of the same.
    pub(super) parent: u32,
    pub(super) next: u32,
    /// The first of its branches.
    pub(super) first: u32,
    /// How many of its branches have ended well, and in a failure.
    pub(super) joined: u32,
    pub(super) failed: u32,
    /// Of a branch: its first step.
    pub(super) from: u16,
    /// The passes that its loops have made, by depth, with [`NO_WAY_OUT`].
    pub(super) loops: [u32; LOOPS_MAX],
    pub(super) luck: Luck,
    /// How often it was begun or gone on with.
    pub(super) tries: u32,
    pub(super) phase: Phase,
    /// When its present phase began.
    pub(super) since: Time,
    /// How long it has gone on, on the way to where it is, until `moving`.
    pub(super) progress: Duration,
    /// Since when it goes on.
    pub(super) moving: Time,
    /// Calls on the way that may do harm when they are made again.
    pub(super) effects: u64,
    /// Its saver; [`NONE`] if it has none.
    pub(super) saver: u32,
    /// What it waits for a result of.
    pub(super) awaits: u32,
}

/// What a task is at, beside its state as a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Of a branch: it is about to begin.
    Beginning,
    /// It goes on.
    Going,
    /// It stands still while it is saved.
    Saving,
    /// Its agent is not there.
    Down,
    /// A checkpoint is read.
    Restoring,
    /// It waits for a result of another group.
    Awaiting,
}

impl TaskLife {
    /// Of a task that has just been begun.
    pub(super) fn new(luck: Luck, group: u32, now: Time) -> Self {
        Self {
            group,
            parent: NONE,
            next: NONE,
            first: NONE,
            joined: 0,
            failed: 0,
            from: 0,
            loops: [0; LOOPS_MAX],
            luck,
            tries: 0,
            phase: Phase::Going,
            since: now,
            progress: Duration::ZERO,
            moving: now,
            effects: 0,
            saver: NONE,
            awaits: NONE,
        }
    }

    /// The passes that its loops have made, as one number for each way to have made them.
    pub(super) fn passes(&self) -> u64 {
        let passes = self.loops.iter().map(|passes| passes & !NO_WAY_OUT).enumerate();
        let made = passes.filter(|(_, passes)| *passes != 0);
        made.fold(0, |all, (depth, passes)| {
            split_mix(all, (depth as u64) << 32 | u64::from(passes))
        })
    }

    /// How long it has gone on by now, on the way to where it is.
    pub(super) fn progress(&self, now: Time) -> Duration {
        match self.phase {
            Phase::Going | Phase::Awaiting => self.progress + now.since(self.moving),
            Phase::Beginning | Phase::Saving | Phase::Down | Phase::Restoring => self.progress,
        }
    }

    /// Another phase begins.
    pub(super) fn enter(&mut self, phase: Phase, now: Time) {
        self.progress = self.progress(now);
        (self.phase, self.since, self.moving) = (phase, now, now);
    }
}
