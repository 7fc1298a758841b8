//! From the description of a system to a world at time zero.

use std::collections::BTreeMap;

use patterns::Duration;

use super::arrivals::Arrivals;
use super::fault::Fault;
use super::kind;
use super::limits::Watch;
use super::recorder::Recorder;
use super::role::{Bucket, CallStep, Health, Keys, Op, Role, RoleKind, Service};
use super::station::Stations;
use super::system::{Caller, Edge, Effect, KEYS_MAX, Per, Step, System};
use super::who::{Who, caller_numbers, is_keyed};
use super::windows::{TIMES_MAX, Windows};
use super::world::{EdgeStreams, World};
use crate::call::{Calls, ChainLink, EdgeState, LayerInstance};
use crate::kernel::{Distribution, LaneId, RngStream, RngStreams, Scheduler, StreamName};
use crate::observe::{LayerOwner, Track, TrackId};

impl World {
    /// A system at time zero, with the random streams of the seed.
    ///
    /// # Panics
    ///
    /// If the system refers to parts that it does not have, or lacks an edge for a call. Systems
    /// made from scenario files do neither.
    pub fn new(system: &System, seed: u64, watch: Watch) -> Self {
        let mut builder = Builder::new(system, seed, watch);
        for group in 0..system.agents.len() {
            builder.group(group);
        }
        for service in 0..system.services.len() {
            builder.service(service);
        }
        for fault in &system.faults {
            let name = StreamName::of("fault").text(&fault.name);
            let service = fault.service as u32;
            let schedule = fault.schedule.clone();
            let fault = Fault::new(service, fault.effect, schedule, builder.streams, name);
            builder.faults.push(fault);
        }
        builder.finish()
    }
}

/// What is built so far.
pub(super) struct Builder<'a> {
    pub(super) system: &'a System,
    seed: u64,
    streams: RngStreams,
    scheduler: Scheduler,
    /// The numbers of callers: groups of agents, then services.
    callers: Vec<u16>,
    /// The station of the first service; agents come before.
    first_service: u32,
    /// Of steps of work.
    distributions: Vec<Distribution>,
    roles: Vec<Role>,
    services: Vec<Service>,
    stations: Stations,
    arrivals: Arrivals,
    faults: Vec<Fault>,
    work: Vec<RngStream>,
    edges: Vec<EdgeState>,
    streams_of_edges: Vec<EdgeStreams>,
    layers: Vec<LayerInstance>,
    rngs_of_layers: Vec<RngStream>,
    /// Layers that are shared: by policy, place in it, and edge if it is shared by edge.
    shared: BTreeMap<(usize, usize, Option<usize>), u32>,
    /// Records of layers, by the same.
    pub(super) records: BTreeMap<(usize, usize, Option<usize>), usize>,
    /// By policy and place in it.
    lanes: Vec<Vec<LaneId>>,
    pub(super) recorder: Recorder,
}

impl<'a> Builder<'a> {
    fn new(system: &'a System, seed: u64, watch: Watch) -> Self {
        let mut scheduler = Scheduler::default();
        let lanes = system
            .policies
            .iter()
            .map(|policy| policy.layers.iter().map(|_| scheduler.lane()).collect());
        let lanes = lanes.collect();
        let names = system.agents.iter().map(|agents| agents.name.as_str());
        let services = system.services.iter().map(|service| service.name.as_str());
        let first_service = system.agents.iter().map(|agents| agents.count).sum();
        Self {
            system,
            callers: caller_numbers(names.chain(services)),
            seed,
            streams: RngStreams::new(seed),
            scheduler,
            first_service,
            distributions: Vec::new(),
            roles: Vec::new(),
            services: Vec::new(),
            stations: Stations::default(),
            arrivals: Arrivals::default(),
            faults: Vec::new(),
            work: Vec::new(),
            edges: Vec::new(),
            streams_of_edges: Vec::new(),
            layers: Vec::new(),
            rngs_of_layers: Vec::new(),
            shared: BTreeMap::new(),
            records: BTreeMap::new(),
            lanes,
            recorder: Recorder::of(system, watch),
        }
    }

    fn group(&mut self, group: usize) {
        let agents = &self.system.agents[group];
        let role = Role {
            kind: RoleKind::Agents(group as u32),
            program: self.program(Caller::Agents(group), &agents.steps, false),
            priority: agents.priority,
            deadline: agents.deadline.unwrap_or(Duration::MAX),
            caller: self.callers[group],
        };
        self.roles.push(role);
        self.arrivals.add_group(agents.arrivals.clone());
        for number in 0..agents.count {
            self.agent(group, number);
        }
    }

    fn agent(&mut self, group: usize, number: u32) {
        let agents = &self.system.agents[group];
        let name = if agents.count == 1 {
            agents.name.clone()
        } else {
            format!("{}#{}", agents.name, number + 1)
        };
        let index = self.stations.len();
        self.stations.add_agent(group as u32, agents.slots, self.edges.len() as u32);
        let who = Who::Agent(&agents.name, number);
        self.edges(Caller::Agents(group), &name, who, Some(index));
        self.arrivals.add_agent(self.streams.stream(who.stream("arrivals")));
        self.work.push(self.streams.stream(who.stream("work")));
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.tracks.push(Track { id: TrackId::Agent(name), intervals: Vec::new() });
        }
    }

    fn service(&mut self, service: usize) {
        let settings = &self.system.services[service];
        let name = settings.name.clone();
        let caller = Caller::Service(service);
        let role = Role {
            kind: RoleKind::Service(service as u32),
            program: self.program(caller, &settings.steps, true),
            priority: 0,
            deadline: Duration::MAX,
            caller: self.callers[self.system.agents.len() + service],
        };
        let index = self.roles.len() as u32;
        self.roles.push(role);
        self.stations.add(index, settings.slots, settings.queue, self.edges.len() as u32);
        let who = Who::Service(&settings.name);
        self.edges(caller, &name, who, None);
        self.work.push(self.streams.stream(who.stream("work")));
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.tracks.push(Track { id: TrackId::Service(name), intervals: Vec::new() });
        }
        let mut below = 0.0;
        let errors = settings.errors.iter().map(|(class, share)| {
            below += share;
            (*class, below)
        });
        self.services.push(Service {
            number: service as u32,
            latency: settings.latency.clone(),
            errors: errors.collect(),
            rate_limiter: settings.rate_limit.map(Bucket::new),
            health: Health::default(),
            abandoned: settings.abandoned,
            is_plain: settings.steps.is_empty(),
        });
    }

    fn program(&mut self, caller: Caller, steps: &[Step], serves: bool) -> Box<[Op]> {
        let mut ops = if serves { vec![Op::Serve] } else { Vec::new() };
        for (number, step) in (1..).zip(steps) {
            ops.push(match step {
                Step::Work(distribution) => {
                    self.distributions.push(distribution.clone());
                    Op::Work { distribution: self.distributions.len() as u32 - 1 }
                }
                Step::Call { service, times, optional, keys, idempotent } => {
                    // The upper half of all keys is for calls that ask for something of their own.
                    let first = (*service as u32).wrapping_mul(KEYS_MAX) & (u32::MAX >> 1);
                    let edge = edges_of(self.system, caller)
                        .position(|(_, edge)| edge.to == *service)
                        .expect("every call has an edge");
                    Op::Call(CallStep {
                        edge: edge as u32,
                        times: *times,
                        optional: *optional,
                        idempotent: *idempotent,
                        keys: keys.map(|count| Keys { first, count }),
                        is_last: number == steps.len(),
                    })
                }
            });
        }
        ops.into()
    }

    /// The edges of one caller: each agent of a group has its own.
    fn edges(&mut self, from: Caller, name: &str, who: Who<'_>, track: Option<u32>) {
        let system = self.system;
        let numbers: BTreeMap<usize, u32> = edges_of(system, from)
            .zip(self.edges.len() as u32..)
            .map(|((_, edge), number)| (edge.to, number))
            .collect();
        for (index, edge) in edges_of(system, from) {
            let mut state = EdgeState::default();
            if let Some(policy) = edge.policy {
                state.chain = self.chain(policy, index, name, who);
                let targets = system.policies[policy].targets.iter();
                state.targets = targets.map(|target| numbers[target]).collect();
            }
            self.edges.push(state);
            let streams = self.streams_of(edge, who);
            self.streams_of_edges.push(streams);
            self.recorder.record_of.push(index as u32);
            if let Some(tracer) = &mut self.recorder.tracer {
                tracer.track_of_edge.push(track);
            }
        }
    }

    /// The layers of one edge. All of one kind draw from one stream: so a layer that never draws
    /// changes nothing for others of its kind, wherever it stands among them.
    fn chain(&mut self, policy: usize, edge: usize, name: &str, who: Who<'_>) -> Box<[ChainLink]> {
        let callee = &self.system.services[self.system.edges[edge].to].name;
        let layers = &self.system.policies[policy].layers;
        let mut kinds = BTreeMap::new();
        let links = layers.iter().enumerate().map(|(place, factory)| {
            let rng = *kinds.entry(&factory.kind).or_insert_with(|| {
                let name = who.stream("layer").text(callee).text(&factory.kind);
                self.rngs_of_layers.push(self.streams.stream(name));
                self.rngs_of_layers.len() as u32 - 1
            });
            ChainLink { instance: self.layer(policy, place, edge, name, callee), rng }
        });
        links.collect()
    }

    /// The instance of a layer for one edge: its own, or one that it shares.
    fn layer(&mut self, policy: usize, place: usize, edge: usize, from: &str, to: &str) -> u32 {
        let stack = &self.system.policies[policy];
        let factory = &stack.layers[place];
        let key = match factory.per {
            Per::Agent | Per::Edge => (policy, place, Some(edge)),
            Per::Policy => (policy, place, None),
        };
        if let Some(&shared) = self.shared.get(&key) {
            if factory.per == Per::Agent {
                // Each agent has one, as far as can be seen.
                let record = self.recorder.instances[shared as usize].record;
                self.recorder.layers[record as usize].instances += 1;
            }
            return shared;
        }
        let index = self.layers.len() as u32;
        let layer = (factory.make)();
        // What agents have of their own is shared all the same if that makes no difference.
        let is_own = factory.per == Per::Agent
            && !(layer.keeps_nothing() && layer.initial_state().is_none());
        let record = &self.recorder.edges[edge];
        let owner = match factory.per {
            Per::Policy => LayerOwner::Policy(stack.name.clone()),
            Per::Agent if is_own => LayerOwner::edge(from, to),
            Per::Agent | Per::Edge => LayerOwner::edge(&record.from, &record.to),
        };
        if !is_own {
            self.shared.insert(key, index);
        }
        self.report(policy, place, edge, owner, layer.initial_state());
        self.layers.push(LayerInstance::new(layer, self.lanes[policy][place]));
        index
    }

    fn streams_of(&self, edge: &Edge, who: Who<'_>) -> EdgeStreams {
        let service = edge.to;
        let callee = &self.system.services[service].name;
        let stream = |purpose| self.streams.stream(who.stream(purpose).text(callee));
        let by_fault =
            self.system.faults.iter().any(|fault| {
                fault.service == service && matches!(fault.effect, Effect::Errors(..))
            });
        let steps = match edge.from {
            Caller::Agents(group) => &self.system.agents[group].steps,
            Caller::Service(service) => &self.system.services[service].steps,
        };
        EdgeStreams {
            service: service as u32,
            station: self.first_service + service as u32,
            demand: stream("demand"),
            error: stream("errors"),
            fault: by_fault.then(|| stream("errors by faults")),
            keys: is_keyed(steps, service).then(|| stream("keys")),
        }
    }

    /// The windows of the system. When faults are on is known beforehand.
    fn windows(&self) -> Windows {
        let System { windows, warmup, horizon, .. } = self.system;
        Windows::new(windows, (*warmup, *horizon), |name| {
            let fault = self.system.faults.iter().position(|fault| fault.name == name);
            let fault = &self.faults[fault.expect("a window names a fault of the system")];
            fault.times(*horizon, TIMES_MAX)
        })
    }

    fn finish(self) -> World {
        let windows = self.windows();
        World {
            seed: self.seed,
            horizon: self.system.horizon,
            scheduler: self.scheduler,
            calls: Calls::new(&self.edges, self.layers, self.rngs_of_layers, kind::WAKE),
            roles: self.roles,
            services: self.services,
            stations: self.stations,
            arrivals: self.arrivals,
            faults: self.faults,
            distributions: self.distributions,
            work: self.work,
            edges: self.streams_of_edges,
            recorder: self.recorder,
            calls_made: 0,
            windows,
        }
    }
}

/// The edges of a caller, with their places in the system.
fn edges_of(system: &System, from: Caller) -> impl Iterator<Item = (usize, &Edge)> {
    system.edges.iter().enumerate().filter(move |(_, edge)| edge.from == from)
}
