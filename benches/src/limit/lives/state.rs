//! What there is of W4 at a time: agents with their tasks, services with their requests, faults.

use std::collections::VecDeque;

use patterns::Outcome;
use sim::kernel::RngStream;

use super::recording::{Call, Stay, Task};

/// No request.
pub(super) const NONE: u32 = u32::MAX;

/// What an agent is at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Phase {
    /// It has no task.
    Idle,
    /// Its task has come while it was not there.
    InLine,
    /// In own work.
    Working,
    /// It waits for the end of the hour.
    Broke,
    /// It waits for an answer.
    Calling,
    /// It stands still for a checkpoint.
    Saving,
    /// It has crashed with a task in hand.
    Down,
    /// It reads a checkpoint.
    Restoring,
}

/// Whether an agent is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Process {
    Up,
    Down,
    Starting,
}

/// Where a task was when it was saved. Since none is broken, and none is gone on with more often
/// than a task is tried, only the latest is of use.
#[derive(Clone, Copy)]
pub(super) struct Saved {
    pub(super) step: u8,
    pub(super) is_degraded: bool,
    pub(super) effects: u64,
    pub(super) progress: u64,
}

/// An agent and its task.
#[derive(Clone, Copy)]
pub(super) struct Agent {
    pub(super) phase: Phase,
    pub(super) process: Process,
    /// The present step, and how many were done since the last checkpoint.
    pub(super) step: u8,
    pub(super) unsaved: u8,
    pub(super) tries: u8,
    pub(super) is_degraded: bool,
    /// Whether the tokens of the call that is to be made were drawn.
    pub(super) has_tokens: bool,
    pub(super) tokens: u64,
    /// The request that it waits for.
    pub(super) request: u32,
    /// By which event what its task waits for is over, and by which it crashes or has started; of
    /// others nothing comes.
    pub(super) wake: u64,
    pub(super) turns: u64,
    pub(super) down_since: u64,
    pub(super) task: Task,
    /// Since when its phase has lasted that counts as no progress.
    pub(super) since: u64,
    /// How long the task has gone on until `moving`, and since when it does.
    pub(super) progress: u64,
    pub(super) moving: u64,
    pub(super) effects: u64,
    pub(super) saved: Option<Saved>,
}

/// A request at a service.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) call: Call,
    pub(super) ending: Outcome,
    pub(super) work: u64,
    /// By which faults fail it.
    pub(super) bits: u64,
    pub(super) arrived: u64,
    pub(super) started: u64,
    /// By which event its work is done; none before it is begun.
    pub(super) due: u64,
    /// When its agent crashed.
    pub(super) given_up: u64,
    pub(super) next_free: u32,
}

/// A fault that is on or off.
pub(super) struct Fault {
    pub(super) rng: RngStream,
    pub(super) salt: u64,
    pub(super) is_on: bool,
}

/// What a service is at.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) busy: u32,
    pub(super) line: VecDeque<u32>,
    pub(super) is_down: bool,
    /// By which numbers, and with which chance, requests fail, and how.
    pub(super) failing: Option<(u64, f64, Outcome)>,
}

impl Request {
    pub(super) fn stay(&self) -> Stay {
        let some = |time: u64| (time != u64::MAX).then_some(time);
        let Self { arrived, started, given_up, .. } = *self;
        Stay { arrived, started: some(started), given_up: some(given_up) }
    }
}
