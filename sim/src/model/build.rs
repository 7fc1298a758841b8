//! From the description of a system to a world at time zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use patterns::{Class, Duration};

use super::fault::Fault;
use super::limits::Watch;
use super::node::{Bucket, Health, Keys, Node, NodeKind, Op};
use super::recorder::Recorder;
use super::request::{Requests, WaitQueue};
use super::source::Source;
use super::system::{Caller, Effect, KEYS_MAX, Per, Step, System};
use super::who::{Who, caller_numbers, keyed};
use super::world::{EdgeStreams, World, kind};
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
        for (group, agents) in system.agents.iter().enumerate() {
            for number in 0..agents.count {
                builder.agent(group, number);
            }
        }
        for service in 0..system.services.len() {
            builder.service(service);
        }
        for fault in &system.faults {
            let name = StreamName::of("fault").text(&fault.name);
            let node = builder.first_service + fault.service as u32;
            let schedule = fault.schedule.clone();
            let fault = Fault::new(node, fault.effect, schedule, builder.streams, name);
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
    /// The node of the first service; agents come before.
    first_service: u32,
    /// The latency distributions of all services, then others.
    distributions: Vec<Distribution>,
    nodes: Vec<Node>,
    sources: Vec<Source>,
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
            distributions: system.services.iter().map(|service| service.latency.clone()).collect(),
            nodes: Vec::new(),
            sources: Vec::new(),
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

    fn agent(&mut self, group: usize, number: u32) {
        let agents = &self.system.agents[group];
        let name = if agents.count == 1 {
            agents.name.clone()
        } else {
            format!("{}#{}", agents.name, number + 1)
        };
        let index = self.nodes.len() as u32;
        let program = match self.nodes.last() {
            Some(colleague) if number > 0 => Arc::clone(&colleague.program),
            _ => self.program(&agents.steps, false),
        };
        let who = Who::Agent(&agents.name, number);
        let edges = self.edges(Caller::Agents(group), &name, who, Some(index));
        let edges = called(&agents.steps).map(|service| edges[&service]).collect();
        let source = self.sources.len() as u32;
        let rng = self.streams.stream(who.stream("arrivals"));
        self.sources.push(Source::new(index, agents.arrivals.clone(), rng));
        let work = self.work(who, &agents.steps);
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.tracks.push(Track { id: TrackId::Agent(name), intervals: Vec::new() });
        }
        self.nodes.push(Node {
            kind: NodeKind::Agent { group: group as u32, source, track: index },
            program,
            edges,
            slots: agents.slots,
            busy: 0,
            queue: u32::MAX,
            wait_queue: WaitQueue::default(),
            abandoned: super::system::Abandoned::RunsOn,
            work,
            rate_limiter: None,
            health: Health::default(),
            caller: self.callers[group],
            priority: agents.priority,
            deadline: agents.deadline.unwrap_or(Duration::MAX),
        });
    }

    fn service(&mut self, service: usize) {
        let settings = &self.system.services[service];
        let name = settings.name.clone();
        let program = self.program(&settings.steps, true);
        let who = Who::Service(&settings.name);
        let edges = self.edges(Caller::Service(service), &name, who, None);
        let edges = called(&settings.steps).map(|service| edges[&service]).collect();
        let work = self.work(who, &settings.steps);
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.tracks.push(Track { id: TrackId::Service(name), intervals: Vec::new() });
        }
        self.nodes.push(Node {
            kind: NodeKind::Service { service: service as u32 },
            program,
            edges,
            slots: settings.slots,
            busy: 0,
            queue: settings.queue,
            wait_queue: WaitQueue::default(),
            abandoned: settings.abandoned,
            work,
            rate_limiter: settings.rate_limit.map(Bucket::new),
            health: Health::default(),
            caller: self.callers[self.system.agents.len() + service],
            priority: 0,
            deadline: Duration::MAX,
        });
    }

    /// The streams of a node: for its work, then for the keys of each service it calls.
    fn work(&mut self, who: Who<'_>, steps: &[Step]) -> u32 {
        let first = self.work.len() as u32;
        self.work.push(self.streams.stream(who.stream("work")));
        for service in keyed(steps) {
            let name = who.stream("keys").text(&self.system.services[service].name);
            self.work.push(self.streams.stream(name));
        }
        first
    }

    fn program(&mut self, steps: &[Step], serves: bool) -> Arc<[Op]> {
        let mut ops = if serves { vec![Op::Serve] } else { Vec::new() };
        let mut calls = 0;
        let keyed = keyed(steps);
        for step in steps {
            ops.push(match step {
                Step::Work(distribution) => {
                    self.distributions.push(distribution.clone());
                    Op::Work { distribution: self.distributions.len() as u32 - 1 }
                }
                Step::Call { service, times, optional, keys, idempotent } => {
                    calls += 1;
                    // The upper half of all keys is for calls that ask for something of their own.
                    let first = (*service as u32).wrapping_mul(KEYS_MAX) & (u32::MAX >> 1);
                    Op::Call {
                        edge: calls - 1,
                        times: *times,
                        optional: *optional,
                        idempotent: *idempotent,
                        keys: keys.map(|count| {
                            let place = keyed.iter().position(|other| other == service);
                            let stream = 1 + place.unwrap_or_default() as u32;
                            Keys { first, count, stream }
                        }),
                    }
                }
            });
        }
        ops.into()
    }

    /// The edges of one caller, by the service they lead to: each agent of a group has its own.
    fn edges(
        &mut self,
        from: Caller,
        name: &str,
        who: Who<'_>,
        track: Option<u32>,
    ) -> BTreeMap<usize, u32> {
        let system = self.system;
        let described = || system.edges.iter().enumerate().filter(|(_, edge)| edge.from == from);
        let numbers: BTreeMap<usize, u32> = described()
            .zip(self.edges.len() as u32..)
            .map(|((_, edge), number)| (edge.to, number))
            .collect();
        for (index, edge) in described() {
            let mut state = EdgeState::default();
            if let Some(policy) = edge.policy {
                state.chain = self.chain(policy, index, name, who);
                let targets = system.policies[policy].targets.iter();
                state.targets = targets.map(|target| numbers[target]).collect();
            }
            self.edges.push(state);
            let streams = self.streams_of(edge.to, who);
            self.streams_of_edges.push(streams);
            self.recorder.record_of.push(index as u32);
            if let Some(tracer) = &mut self.recorder.tracer {
                tracer.track_of_edge.push(track);
            }
        }
        numbers
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
        let record = &self.recorder.edges[edge];
        let (key, owner) = match factory.per {
            Per::Agent => (None, LayerOwner::edge(from, to)),
            Per::Edge => {
                (Some((policy, place, Some(edge))), LayerOwner::edge(&record.from, &record.to))
            }
            Per::Policy => (Some((policy, place, None)), LayerOwner::Policy(stack.name.clone())),
        };
        if let Some(shared) = key.and_then(|key| self.shared.get(&key)) {
            return *shared;
        }
        let index = self.layers.len() as u32;
        let layer = (factory.make)();
        self.report(policy, place, edge, owner, layer.initial_state());
        self.layers.push(LayerInstance::new(layer, self.lanes[policy][place]));
        if let Some(key) = key {
            self.shared.insert(key, index);
        }
        index
    }

    fn streams_of(&mut self, service: usize, who: Who<'_>) -> EdgeStreams {
        let settings = &self.system.services[service];
        let stream = |purpose| self.streams.stream(who.stream(purpose).text(&settings.name));
        let mut below = 0.0;
        let errors: Box<[(Class, f64)]> = settings
            .errors
            .iter()
            .map(|(class, share)| {
                below += share;
                (*class, below)
            })
            .collect();
        let by_fault =
            self.system.faults.iter().any(|fault| {
                fault.service == service && matches!(fault.effect, Effect::Errors(..))
            });
        EdgeStreams {
            to: self.first_service + service as u32,
            latency: service as u32,
            demand: stream("demand"),
            errors,
            error: stream("errors"),
            fault: by_fault.then(|| stream("errors by faults")),
        }
    }

    fn finish(self) -> World {
        World {
            seed: self.seed,
            horizon: self.system.horizon,
            scheduler: self.scheduler,
            calls: Calls::new(self.edges, self.layers, self.rngs_of_layers, kind::WAKE),
            nodes: self.nodes,
            requests: Requests::default(),
            sources: self.sources,
            faults: self.faults,
            distributions: self.distributions,
            work: self.work,
            edges: self.streams_of_edges,
            recorder: self.recorder,
            calls_made: 0,
        }
    }
}

/// The services that steps call, one for each such step.
fn called(steps: &[Step]) -> impl Iterator<Item = usize> + '_ {
    steps.iter().filter_map(|step| match step {
        Step::Call { service, .. } => Some(*service),
        Step::Work(_) => None,
    })
}
