//! The life of agents: how they crash, save and come back, and the order of their steps.

use patterns::{Duration, checkpoint, health, supervise};

use crate::kernel::Distribution;

/// What keeps the process of each agent of a group alive.
#[derive(Clone, Debug)]
pub struct Life {
    /// What starts it again when it has crashed. Without it a crash is for good, until something
    /// else starts it: the end of a fault, or a restart by hand.
    pub supervise: Option<supervise::Settings>,
    /// What asks it whether it is well.
    pub health: Option<health::Settings>,
    /// How its tasks are saved.
    pub checkpoint: Option<Saving>,
    /// How long it takes to start again.
    pub start: Distribution,
    /// How often a task is begun or gone on with at the most: one that was as often in hand when
    /// its agent crashed fails. `u32::MAX` for no limit.
    pub tries: u32,
    /// What becomes of the tasks in hand when it crashes.
    pub on_crash: OnCrash,
}

impl Default for Life {
    fn default() -> Self {
        Self {
            supervise: None,
            health: None,
            checkpoint: None,
            start: Distribution::constant(Duration::ZERO),
            tries: u32::MAX,
            on_crash: OnCrash::Again,
        }
    }
}

/// What becomes of the tasks in hand when their agent crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCrash {
    /// They are gone on with from their last checkpoint, or begun again, when it is back.
    Again,
    /// They fail at once, with [`patterns::Class::Network`].
    Fail,
}

/// How tasks are saved.
#[derive(Clone, Debug)]
pub struct Saving {
    /// When, and what is kept.
    pub settings: checkpoint::Settings,
    /// How long it takes to write a checkpoint.
    pub takes: Distribution,
    /// How long it takes to read one, which may turn out to be broken.
    pub restore: Distribution,
    /// When what is written is safe.
    pub durability: Durability,
}

/// When a checkpoint that is written is safe, and whether work goes on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Work stands still until it is written.
    Sync,
    /// Work goes on while it is written; a crash before that loses it.
    Async,
    /// It is kept in the memory of the process, and written when the task ends: a crash loses it.
    Exit,
}

/// The order of steps: what stands between calls and work.
#[derive(Clone, Debug)]
pub enum Flow {
    /// What follows is done for a share of tasks; for others it goes on at a later step.
    Chance {
        /// The share.
        share: f64,
        /// The step at which others go on.
        to: usize,
    },
    /// The end of one pass of a loop.
    Again {
        /// The first step of the loop.
        to: usize,
        /// In how many other loops it is; less than [`LOOPS_MAX`].
        depth: usize,
        /// The chance with which the loop is over after a pass.
        escape: f64,
        /// The most passes; at least 1.
        limit: u32,
        /// What becomes of a task whose loop is not over after as many.
        at_limit: LoopEnd,
    },
    /// Several branches side by side.
    Parallel {
        /// The first step of each branch; each is over at its [`Flow::Join`].
        branches: Vec<usize>,
        /// How many of them must end well; then the others are given up.
        need: u32,
        /// The step at which the task goes on.
        end: usize,
    },
    /// The end of a branch.
    Join,
    /// Until a later step, a failure does not end the task or the branch, which goes on there,
    /// degraded.
    Optional {
        /// The step after those that may fail.
        until: usize,
    },
    /// What another group has found out lately.
    Needs(Needs),
    /// A checkpoint, and how long it takes.
    Checkpoint(Distribution),
    /// The next step is risky.
    RiskAhead,
    /// The process crashes here for a share of tasks.
    Crash(f64),
}

/// How deep loops can be in one another.
pub const LOOPS_MAX: usize = 4;

/// What becomes of a task whose loop has made all its passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopEnd {
    /// It fails, with [`patterns::Class::Rejected`].
    Fail,
    /// It goes on, degraded.
    GoOn,
}

/// The latest result of another group of agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Needs {
    /// The index of the group.
    pub group: usize,
    /// How old it may be at the most.
    pub within: Duration,
    /// From which age on what is made of it is degraded.
    pub fresh: Duration,
    /// How long a new one is waited for if there is none; then the task fails, with
    /// [`patterns::Class::Timeout`].
    pub wait: Duration,
    /// The mean time until the world has changed: a result of this age `a` is wrong with the chance
    /// `1 - exp(-a / changes)`.
    pub changes: Duration,
}
