//! Roles: what agents of a group, and what services do.

use patterns::{CallInfo, Duration, Outcome, Time};

use super::balancer::Balancer;
use super::patience::Patience;
use super::rate_limit::Limits;
use super::system::{Abandoned, Does};
use crate::fault::Health;
use crate::kernel::Distribution;

/// What agents of one group have in common, or what a service is: a program of steps.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) kind: RoleKind,
    pub(super) program: Box<[Op]>,
    /// For agents: how important their tasks are, and how long the results are of use.
    pub(super) priority: u8,
    pub(super) deadline: Duration,
    /// How long who sent them waits, if that is drawn or if they give up.
    pub(super) patience: Option<Box<Patience>>,
    /// The number by which layers know it as a caller.
    pub(super) caller: u16,
}

/// Which agents, or which service.
#[derive(Clone, Copy, Debug)]
pub(super) enum RoleKind {
    /// The index of the group.
    Agents(u32),
    /// The place of the replica among those of all services.
    Service(u32),
}

/// What requests meet at a replica of a service, beside its slots.
#[derive(Debug)]
pub(super) struct Service {
    /// The index of the service.
    pub(super) number: u32,
    /// Which of its replicas.
    pub(super) replica: u32,
    pub(super) latency: Distribution,
    /// A request ends of itself in the first way whose number is above its draw.
    pub(super) endings: Box<[(Outcome, f64)]>,
    pub(super) rate_limiter: Option<Limits>,
    pub(super) health: Health,
    pub(super) abandoned: Abandoned,
    /// Whether its requests make no calls, and it remembers nothing.
    pub(super) is_plain: bool,
    /// Whether there are records.
    pub(super) remembers: bool,
    /// Of the first of several replicas: what deals out the requests of all.
    pub(super) balancer: Option<Box<Balancer>>,
}

/// One step of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// The work that was drawn where the request was made.
    Serve,
    /// Work drawn from this distribution when it begins.
    Work { distribution: u32 },
    /// A call.
    Call(CallStep),
    /// A task of an agent with a life begins.
    Begin,
    /// A step of such a task is done: a call that may do harm when it is made again, or another.
    Mark { may_harm: u32 },
    /// What stands between calls and work, by its number.
    Flow(u32),
    /// A call that costs something or may be stopped by budgets, by its number among those.
    Costly(CallStep, u32),
}

/// A step that calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallStep {
    /// Which edge, counted from the first of the station.
    pub(super) edge: u32,
    pub(super) times: u32,
    pub(super) optional: bool,
    pub(super) idempotent: bool,
    pub(super) keys: Option<Keys>,
    pub(super) does: Does,
    /// Whether it is the last step of its program.
    pub(super) is_last: bool,
}

impl CallStep {
    /// What layers know of its calls, but for what they ask for.
    #[inline]
    pub(super) fn info(&self, caller: u16, priority: u8, deadline: Time) -> CallInfo {
        let is_idempotent = self.idempotent;
        CallInfo { deadline, key: 0, caller, priority, is_extra: false, is_idempotent }
    }
}

/// The different things that a call may ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    pub(super) first: u32,
    pub(super) count: u32,
}
