//! Tracks of a run: agents, budgets, layers, services and edges, and what can be seen of them.

use std::fmt;
use std::sync::Arc;

use patterns::report::{Report, Severity};
use patterns::{Outcome, Time};

/// One agent, budget, service, layer or edge, and the states it was in.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Whose track it is.
    pub id: TrackId,
    /// What state it was in when; in order, without overlap, but for those of agents: there
    /// `working` is the whole of a task, over which its waits lie, and an agent with several slots
    /// has several tasks at a time. Times in no interval are idle (an agent), or healthy (a
    /// service, an edge).
    pub intervals: Vec<Interval>,
}

/// Whose track it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrackId {
    /// An agent; states: `working`, `waiting` (for a call that succeeds in the end), `frozen` (for
    /// a call that fails in the end).
    Agent(String),
    /// A budget that all who spend it share; its state is `used up`.
    Budget(String),
    /// An instance of a layer; states are its own: `closed`, `open`, `half-open`.
    Layer {
        /// The kind of layer.
        kind: String,
        /// Its number among those of its kind in the policy, if there are several.
        number: Option<u32>,
        /// Whose instance it is.
        owner: LayerOwner,
        /// What its kind reports.
        report: &'static Report,
    },
    /// A service, or one of its replicas (`github#2`), which has a track if it has had a fault that
    /// not all of them have had; its state is the kind of the gravest fault that is on: `hang`.
    Service(String),
    /// The way from a caller to a service; its state is the kind of the gravest fault on it.
    Edge {
        /// A group of agents, or a service.
        from: String,
        /// The service called.
        to: String,
    },
    /// A recovery; states: `due` from when it is triggered until it is done, and then `watched`
    /// until it is known whether it has helped. It is `done` in an instant.
    Recovery(String),
    /// A human; states: `called` while something waits for them, and `at work`.
    Human(String),
}

/// Whose instance of a layer it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerOwner {
    /// That of one caller, or of all in a group, on the way to a service.
    Edge {
        /// An agent, a group of agents, or a service.
        from: String,
        /// The service called.
        to: String,
    },
    /// That of all calls under a policy.
    Policy(String),
}

/// What kind of thing a track shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrackKind {
    /// An agent.
    Agent,
    /// A budget.
    Budget,
    /// A layer.
    Layer,
    /// A service.
    Service,
    /// An edge.
    Edge,
    /// A recovery.
    Recovery,
    /// A human.
    Human,
}

impl TrackKind {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Budget => "budget",
            Self::Layer => "layer",
            Self::Service => "service",
            Self::Edge => "edge",
            Self::Recovery => "recovery",
            Self::Human => "human",
        }
    }

    /// Whether its states are the faults that are on there.
    pub fn has_faults(self) -> bool {
        matches!(self, Self::Service | Self::Edge)
    }
}

impl Track {
    /// What kind of thing it shows.
    pub fn kind(&self) -> TrackKind {
        self.id.kind()
    }
}

impl TrackId {
    /// What kind of thing it is.
    pub fn kind(&self) -> TrackKind {
        match self {
            Self::Agent(_) => TrackKind::Agent,
            Self::Budget(_) => TrackKind::Budget,
            Self::Layer { .. } => TrackKind::Layer,
            Self::Service(_) => TrackKind::Service,
            Self::Edge { .. } => TrackKind::Edge,
            Self::Recovery(_) => TrackKind::Recovery,
            Self::Human(_) => TrackKind::Human,
        }
    }
}

/// What charts call it: `research#2`, `github`, `research -> github`, `research#2 -> github:
/// breaker`.
impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(name) | Self::Service(name) | Self::Recovery(name) | Self::Human(name) => {
                f.write_str(name)
            }
            Self::Budget(name) => write!(f, "budget {name}"),
            Self::Edge { from, to } => write!(f, "{from} -> {to}"),
            Self::Layer { kind, number, owner, .. } => {
                write!(f, "{owner}: {kind}")?;
                number.map_or(Ok(()), |number| write!(f, "#{number}"))
            }
        }
    }
}

impl LayerOwner {
    /// That of callers on the way to a service.
    pub fn edge(from: &str, to: &str) -> Self {
        Self::Edge { from: from.to_owned(), to: to.to_owned() }
    }
}

impl fmt::Display for LayerOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edge { from, to } => write!(f, "{from} -> {to}"),
            Self::Policy(policy) => f.write_str(policy),
        }
    }
}

/// A state, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began.
    pub from: Time,
    /// When it ended, or the run did.
    pub to: Time,
    /// The state.
    pub state: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

/// A task that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskSpan {
    /// The index of its agent's track.
    pub track: u32,
    /// When it came.
    pub from: Time,
    /// When it ended.
    pub to: Time,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it took longer than its deadline or patience allows.
    pub is_late: bool,
    /// A number that it alone had while it was there.
    pub number: u32,
    /// Its place among all pieces of the trace by when they ended, also within an instant.
    pub order: u32,
}

/// A call that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSpan {
    /// The index of the caller's track.
    pub track: u32,
    /// The index of the edge.
    pub edge: u32,
    /// When the call began.
    pub from: Time,
    /// When it ended.
    pub to: Time,
    /// How it ended.
    pub outcome: Outcome,
    /// The number of its task.
    pub task: Option<u32>,
    /// Its place among all pieces of the trace by when they ended, also within an instant.
    pub order: u32,
}

/// A call whose caller gave it up before it ended: the agent crashed, the task was over, or another
/// branch was done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutCall {
    /// The index of the caller's track.
    pub track: u32,
    /// The index of the edge.
    pub edge: u32,
    /// When the call began.
    pub from: Time,
    /// When it was given up.
    pub to: Time,
    /// The number of its task.
    pub task: Option<u32>,
    /// Its place among all pieces of the trace by when they ended, also within an instant.
    pub order: u32,
}

/// An attempt that has ended: what is sent to a service below all layers, or a call that goes
/// through none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptSpan {
    /// The index of the caller's track, if it is an agent.
    pub track: Option<u32>,
    /// The index of the edge: that of the call, or that to which a layer has diverted it.
    pub edge: u32,
    /// When it was sent.
    pub from: Time,
    /// When it ended, or was given up.
    pub to: Time,
    /// How it ended; none if it was given up.
    pub outcome: Option<Outcome>,
    /// The number of the task, or of the request at a service, for which it was made.
    pub caller: Option<u32>,
    /// The number that the request has at the service, if it came there.
    pub request: Option<u32>,
    /// Whether it is a call as well, which goes through no layer.
    pub is_call: bool,
    /// Its place among all pieces of the trace by when they ended, also within an instant.
    pub order: u32,
}

/// A call of a service to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCall {
    /// The service that calls, or the replica: `github#2`.
    pub caller: Arc<str>,
    /// The index of the edge.
    pub edge: u32,
    /// When the call began.
    pub from: Time,
    /// When it ended, and how; none if it is open.
    pub end: Option<(Time, Outcome)>,
    /// Whether it is open for longer than any that ended.
    pub is_overdue: bool,
    /// The number of the request that makes the call; none if it is open.
    pub request: Option<u32>,
    /// Its place among all pieces of the trace by when they ended, also within an instant.
    pub order: u32,
}

/// A task or a call that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenSpan {
    /// When it began.
    pub from: Time,
    /// The track of its agent.
    pub track: u32,
    /// Whether it is open for longer than its deadline or patience allows; without either, or of a
    /// call, for longer than any that ended.
    pub is_overdue: bool,
}
