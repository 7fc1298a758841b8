//! The description of a system, checked and resolved: what a world is built from.
//!
//! Plain data. Names are only labels; parts refer to each other by index.

use std::fmt;
use std::sync::Arc;

use patterns::report::Report;
use patterns::settings::{ConfiguredLayer, LayerSettings};
use patterns::{Class, Duration, Layer, Time};

use super::abort::Abort;
use super::recovery::{Human, Recovery};
use crate::fault::{Effect, Schedule};
use crate::kernel::{Bursts, Distribution, RateProfile};
use crate::observe::{Asked, EpisodeRule, Parts, Window, Worth};

pub use super::place::{Caller, Place};
pub use life::{Durability, Flow, LOOPS_MAX, Life, LoopEnd, Needs, OnCrash, Saving};
pub use serving::{Abandoned, Order, Overflow, Pick, RateHint, RateLimit, RateRule, Replicas};
pub use spending::{AtLimit, Budget, BudgetPer, BudgetThen, Context, Cost, FindsOut, Price};

mod life;
mod serving;
mod spending;

/// A system, its faults, and how long it is watched.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// Groups of agents.
    pub agents: Vec<Agents>,
    /// Services.
    pub services: Vec<Service>,
    /// Stacks of layers.
    pub policies: Vec<Policy>,
    /// From which caller to which service, under which policy. At most one for each pair; every
    /// call of a step and every target of a policy has one.
    pub edges: Vec<Edge>,
    /// Failure injections.
    pub faults: Vec<Fault>,
    /// When a run ends.
    pub horizon: Time,
    /// What begins before this time is simulated, but not counted.
    pub warmup: Time,
    /// Parts of a run that are measured apart as well.
    pub windows: Vec<Window>,
    /// What ends the experiment.
    pub aborts: Vec<Abort>,
    /// How much agents may spend.
    pub budgets: Vec<Budget>,
    /// What is done when something is wrong; what each does is one of the faults.
    pub recoveries: Vec<Recovery>,
    /// Who is called.
    pub humans: Vec<Human>,
}

impl System {
    /// The name of a caller: of a group of agents or of a service.
    pub fn caller_name(&self, caller: Caller) -> &str {
        match caller {
            Caller::Agents(group) => &self.agents[group].name,
            Caller::Service(service) => &self.services[service].name,
        }
    }

    /// The name of an edge: `research -> github`.
    pub fn edge_name(&self, edge: &Edge) -> String {
        format!("{} -> {}", self.caller_name(edge.from), self.services[edge.to].name)
    }

    /// How many records steps read and write, by service.
    pub fn records(&self) -> Vec<u32> {
        let steps = self.agents.iter().map(|agents| &agents.steps);
        let steps = steps.chain(self.services.iter().map(|service| &service.steps));
        let mut records = vec![0; self.services.len()];
        for step in steps.flatten() {
            if let Step::Call { service, does: Does::Read | Does::Write, keys, .. } = step {
                records[*service] = keys.unwrap_or(0).max(records[*service]);
            }
        }
        records
    }

    /// Whether when a fault is on is up to a recovery, and known only afterwards.
    pub fn is_on_demand(&self, fault: &str) -> bool {
        let mut next = self.faults.iter().find(|one| one.name == fault);
        // A fault may follow another one, which comes before it, or a recovery.
        while let Some(one) = next {
            match one.schedule {
                Schedule::OnDemand { .. } => return true,
                Schedule::After { fault: other, .. } => next = self.faults.get(other),
                _ => return false,
            }
        }
        false
    }

    /// This much of each part of it.
    pub fn parts(&self, asked: Asked) -> Parts {
        let counts = [self.agents.len(), self.services.len(), self.edges.len()];
        Parts::of(counts, asked)
    }

    /// The index of the edge that a place is, if it is one that is there.
    pub fn edge_of(&self, place: Place) -> Option<usize> {
        let Place::Edge { from, to } = place else { return None };
        self.edges.iter().position(|edge| edge.from == from && edge.to == to)
    }
}

/// Some agents that are alike. Each works on its own, with random streams of its own.
#[derive(Clone, Debug)]
pub struct Agents {
    /// The name of the group.
    pub name: String,
    /// How many there are; at least 1.
    pub count: u32,
    /// How tasks come to each of them.
    pub arrivals: Arrivals,
    /// Tasks that one agent works on at a time; others wait in a queue.
    pub slots: u32,
    /// What is done for each task, in order.
    pub steps: Vec<Step>,
    /// How long after its arrival the result of a task is of use, if that is limited. The layers
    /// of all calls made for it know the deadline.
    pub deadline: Option<Duration>,
    /// How important the tasks are: 0 comes first. The layers of all calls made for them know it.
    pub priority: u8,
    /// How long whoever sent a task waits for it, if that is limited: drawn when it comes. A task
    /// that takes longer has failed for them, however it ends. No layer knows of it.
    pub patience: Option<Distribution>,
    /// Whether a task ends there and then when patience does, and its calls are given up.
    pub gives_up: bool,
    /// What counts as a failure episode of the group, and of its calls on each edge.
    pub episode: EpisodeRule,
    /// What keeps their processes alive, if something is said of that.
    pub life: Option<Box<Life>>,
    /// What is kept in mind of each task, if that costs something or has a limit.
    pub context: Option<Context>,
    /// What tasks are worth, if that is said.
    pub worth: Option<Worth>,
    /// How it comes to light that a task has ended with a wrong value, if it does.
    pub finds_out: Option<FindsOut>,
}

impl Agents {
    /// How long a task may take before it has failed for whoever sent it; none if that is drawn for
    /// each task.
    pub fn limit(&self) -> Option<Duration> {
        let deadline = self.deadline.unwrap_or(Duration::MAX);
        match &self.patience {
            None => Some(deadline),
            Some(patience) => Some(deadline.min(patience.as_constant()?)),
        }
    }
}

/// How tasks come to an agent.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// Tasks come whether or not earlier ones are done. The distribution gives the gap before each
    /// task, the first one included.
    Open(Distribution),
    /// The next task comes when the one before is done.
    Closed {
        /// The time between the end of a task and the beginning of the next; the first task comes
        /// after one such time.
        think: Distribution,
        /// The pause after a task that ended in the instant it began (refused on the spot), if
        /// thinking takes no time either. More than zero.
        pause: Duration,
    },
    /// A Poisson process whose rate changes with time.
    Varying(RateProfile),
    /// A Poisson process whose rate changes at random between two values.
    Bursts(Bursts),
    /// At these times, which do not fall; the same for each agent of the group.
    Trace(Arc<[Time]>),
}

impl Arrivals {
    /// How many tasks come to one agent until `end` on average, if that does not depend on how
    /// long they take.
    pub fn expected(&self, end: Time) -> Option<f64> {
        let lasts = end.since(Time::ZERO).as_secs_f64();
        match self {
            Self::Open(gap) => Some(lasts / gap.mean_secs()),
            Self::Closed { .. } => None,
            Self::Varying(profile) => Some(profile.expected(end)),
            Self::Bursts(bursts) => Some(bursts.mean_rate() * lasts),
            Self::Trace(times) => Some(times.partition_point(|time| *time < end) as f64),
        }
    }
}

impl Step {
    /// One call of a service, idempotent, whose failure is the task's.
    pub fn call(service: usize) -> Self {
        let (does, cost) = (Does::Other, Cost::default());
        Self::Call { service, times: 1, optional: false, keys: None, idempotent: true, does, cost }
    }
}

/// How many different things one can ask of a service: see [`Step::Call`].
pub const KEYS_MAX: u32 = 1 << 20;

/// One step of an agent's task or of a service's work.
#[derive(Clone, Debug)]
pub enum Step {
    /// Work on one's own, for a time drawn when the step begins.
    Work(Distribution),
    /// A call, and waiting for its answer.
    Call {
        /// The index of the service called.
        service: usize,
        /// How often, one after the other; at least 1.
        times: u32,
        /// Whether the task goes on (degraded) when the call fails. Otherwise it fails as the
        /// call did.
        optional: bool,
        /// How many different things there are to ask for: each call asks for one of them, all
        /// equally likely; at most [`KEYS_MAX`]. Without it no two calls ask for the same.
        keys: Option<u32>,
        /// Whether it does no harm to send the call more than once.
        idempotent: bool,
        /// What it has to do with what the service remembers.
        does: Does,
        /// What it costs.
        cost: Cost,
    },
    /// Which step is next.
    Flow(Flow),
}

/// What a call has to do with the records that a service remembers: one for each thing that it can
/// be asked for, with a version that each write raises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Does {
    /// Nothing.
    #[default]
    Other,
    /// Its caller learns the version.
    Read,
    /// It writes what its caller has read last at this service, and says which version that was:
    /// see [`Service::refuses_stale`].
    Write,
}

/// A service: slots, a queue, a latency distribution, and ways to fail.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name of the service.
    pub name: String,
    /// Requests worked on at a time; `u32::MAX` for no limit.
    pub slots: u32,
    /// Requests that may wait for a slot; beyond it they are refused as overload. `u32::MAX` for
    /// no limit.
    pub queue: u32,
    /// The time of work in a slot. A request's is drawn where the request is made.
    pub latency: Distribution,
    /// The share of requests that fail when their work is done, by class. Adds up to at most 1.
    pub errors: Vec<(Class, f64)>,
    /// The share of requests that end well with a wrong value, of those that do not fail so.
    pub wrong: f64,
    /// A limit on the rate of requests, over all callers.
    pub rate_limit: Option<RateLimit>,
    /// The same of the tokens of requests: all of them have to let a request in.
    pub token_limits: Vec<RateLimit>,
    /// What it asks for each request that it lets in.
    pub price: Price,
    /// What becomes of work whose caller has given up.
    pub abandoned: Abandoned,
    /// What is done for each request after the work in `latency`: calls to other services.
    pub steps: Vec<Step>,
    /// Whether a write fails ([`Class::Validation`]) if its caller has not seen the present version
    /// of the record. Otherwise it overwrites what it has not seen.
    pub refuses_stale: bool,
    /// How many there are of it, each with slots and a queue of its own.
    pub replicas: Replicas,
    /// Whose turn is next in the queue.
    pub order: Order,
    /// Who has to go when a request comes that would have to wait, and the queue is full.
    pub overflow: Overflow,
}

/// A named stack of layers, outermost first.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The name of the policy.
    pub name: String,
    /// Its layers, outermost first.
    pub layers: Vec<LayerFactory>,
    /// The services that `Target(0)`, `Target(1)`, … of its layers stand for.
    pub targets: Vec<usize>,
}

/// How to make one layer of a policy, and who shares it.
#[derive(Clone)]
pub struct LayerFactory {
    /// The kind of layer, as scenario files call it: `breaker`.
    pub kind: String,
    /// The states that it reports, and what it counts.
    pub report: &'static Report,
    /// Who shares one instance.
    pub per: Per,
    /// Makes an instance.
    pub make: Arc<dyn Fn() -> Box<dyn Layer> + Send + Sync>,
}

impl LayerFactory {
    /// Makes layers of this kind by `make`.
    pub fn of<L: ConfiguredLayer>(per: Per, make: impl Fn() -> L + Send + Sync + 'static) -> Self {
        Self {
            kind: <L::Settings as LayerSettings>::KIND.to_owned(),
            report: <L::Settings as LayerSettings>::REPORT,
            per,
            make: Arc::new(move || Box::new(make())),
        }
    }
}

impl fmt::Debug for LayerFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerFactory")
            .field("kind", &self.kind)
            .field("per", &self.per)
            .finish_non_exhaustive()
    }
}

/// Who shares one instance of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// Each agent has its own for each service it calls: state inside the caller's process.
    #[default]
    Agent,
    /// The same, but each task begins with it as new.
    Run,
    /// All agents of a group share one for each service.
    Edge,
    /// All calls under the policy share one, on whichever edge.
    Policy,
}

/// A pair of caller and callee.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Who calls.
    pub from: Caller,
    /// The index of the service called.
    pub to: usize,
    /// The index of the policy, if there is one.
    pub policy: Option<usize>,
}

/// A failure injection.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The name, for records and random streams; unique.
    pub name: String,
    /// What it hits, all in the same instants: at least one.
    pub hits: Vec<Place>,
    /// What it does while it is on.
    pub effect: Effect,
    /// When it is on.
    pub schedule: Schedule,
}
