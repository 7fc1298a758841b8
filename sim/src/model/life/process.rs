//! The process of an agent.

use patterns::health::Health;
use patterns::report::Severity;
use patterns::supervise::Supervisor;
use patterns::{Duration, Intervention, Time};

use crate::call::ChainLink;
use crate::kernel::RngStream;

/// The process of an agent.
#[derive(Debug)]
pub(crate) struct Process {
    pub(super) station: u32,
    pub(super) group: u32,
    pub(super) state: ProcessState,
    /// Since when it is in this state.
    pub(super) since: Time,
    pub(super) supervisor: Option<Supervisor>,
    pub(super) health: Option<Health>,
    /// For the waits of the supervisor, how long starts take, and crashes by themselves.
    pub(super) rng: RngStream,
    /// What the draws of its tasks go by, and how many it has begun.
    pub(super) salt: u64,
    pub(super) begun: u64,
    /// The first of its savers, how many it has, and those that are free.
    pub(super) savers: u32,
    pub(super) free: Vec<u32>,
    /// Layers of its own, which are as new after a crash, and those that are for each task.
    pub(super) layers: Vec<ResetLink>,
    pub(super) run_layers: Vec<ResetLink>,
    /// The probe that it has to answer, if one is out.
    pub(super) probed: Option<Time>,
}

/// A layer of an agent, and what makes it as new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResetLink {
    pub(crate) link: ChainLink,
    pub(crate) by: Intervention,
}

/// How a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProcessState {
    /// It works.
    Up,
    /// It is there, and nothing moves.
    Hung,
    /// It is not there.
    Down,
    /// It starts.
    Starting,
    /// It is not there, and was restarted too often: nothing starts it but what comes from outside.
    GivenUp,
}

impl Process {
    pub(crate) fn new(station: u32, group: u32, rng: RngStream, salt: u64) -> Self {
        Self {
            station,
            group,
            state: ProcessState::Up,
            since: Time::ZERO,
            supervisor: None,
            health: None,
            rng,
            salt,
            begun: 0,
            savers: 0,
            free: Vec::new(),
            layers: Vec::new(),
            run_layers: Vec::new(),
            probed: None,
        }
    }

    /// With what keeps it alive.
    pub(crate) fn with(
        mut self,
        supervisor: Option<Supervisor>,
        health: Option<Health>,
        savers: std::ops::Range<u32>,
    ) -> Self {
        self.supervisor = supervisor;
        self.health = health;
        self.savers = savers.start;
        // The first one is taken first.
        self.free = savers.rev().collect();
        self
    }

    /// With layers of its own.
    pub(crate) fn with_layers(
        mut self,
        layers: Vec<ResetLink>,
        run_layers: Vec<ResetLink>,
    ) -> Self {
        (self.layers, self.run_layers) = (layers, run_layers);
        self
    }

    /// Whether it is there and works.
    pub(super) fn is_well(&self) -> bool {
        self.state == ProcessState::Up
    }
}

/// How long it is until something happens that comes without memory, after this time on average.
pub(super) fn exponential(mean: Duration, rng: &mut RngStream) -> Duration {
    mean.scale(rng.exponential())
}

impl ProcessState {
    /// What a trace shows of it, and how bad that is: nothing while it works.
    pub(super) fn shown(self) -> Option<(&'static str, Severity)> {
        match self {
            Self::Up => None,
            Self::Hung => Some(("hung", Severity::Bad)),
            Self::Down => Some(("crashed", Severity::Bad)),
            Self::Starting => Some(("starting", Severity::Limited)),
            Self::GivenUp => Some(("given up", Severity::Bad)),
        }
    }
}
