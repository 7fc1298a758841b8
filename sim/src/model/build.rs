//! From the description of a system to a world at time zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use patterns::{Class, Duration, Time};

use super::fault::Fault;
use super::node::{Bucket, Health, Keys, Node, NodeKind, Op};
use super::recorder::{LayerStates, Recorder, Tracer};
use super::request::{Requests, WaitQueue};
use super::source::Source;
use super::system::{Caller, Effect, KEYS_MAX, Per, Step, System};
use super::world::{EdgeStreams, World, kind};
use crate::call::{Calls, EdgeState, LayerInstance};
use crate::kernel::{Distribution, LaneId, RngStream, RngStreams, Scheduler};
use crate::observe::{
    AgentRecord, EdgeRecord, Histogram, LayerRecord, OutcomeCounts, ServiceRecord, Track, TrackKind,
};

/// What is to be seen of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// Counters, histograms and states: bounded, whatever the horizon.
    #[default]
    Counts,
    /// Every call and every state as well: for drawing one run.
    Trace,
}

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
            let rng = builder.streams.stream(&format!("fault/{}", fault.name));
            let node = builder.first_service + fault.service as u32;
            let fault = Fault::new(node, fault.effect, fault.schedule.clone(), rng);
            builder.faults.push(fault);
        }
        builder.finish()
    }
}

/// What is built so far.
struct Builder<'a> {
    system: &'a System,
    seed: u64,
    streams: RngStreams,
    scheduler: Scheduler,
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
    /// Layers that are shared: by policy, place in it, and edge if it is shared by edge.
    shared: BTreeMap<(usize, usize, Option<usize>), u32>,
    /// By policy and place in it.
    lanes: Vec<Vec<LaneId>>,
    recorder: Recorder,
}

impl<'a> Builder<'a> {
    fn new(system: &'a System, seed: u64, watch: Watch) -> Self {
        let mut scheduler = Scheduler::default();
        let lanes = system
            .policies
            .iter()
            .map(|policy| policy.layers.iter().map(|_| scheduler.lane()).collect());
        let lanes = lanes.collect();
        let first_service = system.agents.iter().map(|agents| agents.count).sum();
        Self {
            system,
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
            shared: BTreeMap::new(),
            lanes,
            recorder: recorder(system, watch),
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
        let edges = self.edges(Caller::Agents(group), &name, Some(index));
        let edges = called(&agents.steps).map(|service| edges[&service]).collect();
        let source = self.sources.len() as u32;
        let rng = self.streams.stream(&format!("arrivals/{name}"));
        self.sources.push(Source::new(index, agents.arrivals.clone(), rng));
        let work = self.work(&name);
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.tracks.push(Track { name, kind: TrackKind::Agent, intervals: Vec::new() });
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
            caller: group as u16,
            priority: agents.priority,
            deadline: agents.deadline.unwrap_or(Duration::MAX),
        });
    }

    fn service(&mut self, service: usize) {
        let settings = &self.system.services[service];
        let name = settings.name.clone();
        let program = self.program(&settings.steps, true);
        let edges = self.edges(Caller::Service(service), &name, None);
        let edges = called(&settings.steps).map(|service| edges[&service]).collect();
        let work = self.work(&name);
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.tracks.push(Track { name, kind: TrackKind::Service, intervals: Vec::new() });
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
            caller: (self.system.agents.len() + service) as u16,
            priority: 0,
            deadline: Duration::MAX,
        });
    }

    fn work(&mut self, name: &str) -> u32 {
        self.work.push(self.streams.stream(&format!("work/{name}")));
        self.work.len() as u32 - 1
    }

    fn program(&mut self, steps: &[Step], serves: bool) -> Arc<[Op]> {
        let mut ops = if serves { vec![Op::Serve] } else { Vec::new() };
        let mut calls = 0;
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
                        keys: keys.map(|count| Keys { first, count }),
                    }
                }
            });
        }
        ops.into()
    }

    /// The edges of one caller, by the service they lead to: each agent of a group has its own.
    fn edges(&mut self, from: Caller, name: &str, track: Option<u32>) -> BTreeMap<usize, u32> {
        let system = self.system;
        let described = || system.edges.iter().enumerate().filter(|(_, edge)| edge.from == from);
        let numbers: BTreeMap<usize, u32> = described()
            .zip(self.edges.len() as u32..)
            .map(|((_, edge), number)| (edge.to, number))
            .collect();
        for (index, edge) in described() {
            let to = &system.services[edge.to];
            let name = format!("{name} -> {}", to.name);
            let mut state = EdgeState::default();
            if let Some(policy) = edge.policy {
                let layers = 0..system.policies[policy].layers.len();
                state.chain = layers.map(|place| self.layer(policy, place, index, &name)).collect();
                let targets = system.policies[policy].targets.iter();
                state.targets = targets.map(|target| numbers[target]).collect();
            }
            self.edges.push(state);
            let streams = self.streams_of(edge.to, &name);
            self.streams_of_edges.push(streams);
            self.recorder.record_of.push(index as u32);
            if let Some(tracer) = &mut self.recorder.tracer {
                tracer.track_of_edge.push(track);
            }
        }
        numbers
    }

    /// The instance of a layer for one edge: its own, or one that it shares.
    fn layer(&mut self, policy: usize, place: usize, edge: usize, name: &str) -> u32 {
        let stack = &self.system.policies[policy];
        let factory = &stack.layers[place];
        let (key, whose) = match factory.per {
            Per::Agent => (None, name.to_owned()),
            Per::Edge => {
                let record = &self.recorder.edges[edge];
                let whose = format!("{} -> {}", record.from, record.to);
                (Some((policy, place, Some(edge))), whose)
            }
            Per::Policy => (Some((policy, place, None)), stack.name.clone()),
        };
        if let Some(shared) = key.and_then(|key| self.shared.get(&key)) {
            return *shared;
        }
        let index = self.layers.len() as u32;
        let layer = (factory.make)();
        let name = format!("{whose}: {}", factory.kind);
        self.recorder.layers.push(LayerStates {
            record: LayerRecord { name, kind: factory.kind.clone(), states: Vec::new() },
            current: layer.initial_state().map(|state| (state, Time::ZERO)),
            intervals: Vec::new(),
        });
        let stream = format!("layer/{}/{place}/{whose}", stack.name);
        let rng = self.streams.stream(&stream);
        self.layers.push(LayerInstance::new(layer, rng, self.lanes[policy][place]));
        if let Some(key) = key {
            self.shared.insert(key, index);
        }
        index
    }

    fn streams_of(&mut self, service: usize, name: &str) -> EdgeStreams {
        let settings = &self.system.services[service];
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
            demand: self.streams.stream(&format!("demand/{name}")),
            draws: [!errors.is_empty(), by_fault],
            errors,
            error: self.streams.stream(&format!("errors/{name}")),
        }
    }

    fn finish(self) -> World {
        World {
            seed: self.seed,
            horizon: self.system.horizon,
            scheduler: self.scheduler,
            calls: Calls::new(self.edges, self.layers, kind::WAKE),
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

/// An empty record for each part of the system.
fn recorder(system: &System, watch: Watch) -> Recorder {
    let agents = system.agents.iter().map(|agents| AgentRecord {
        name: agents.name.clone(),
        count: agents.count,
        tasks: OutcomeCounts::default(),
        latency_ok: Histogram::new(),
        latency_failed: Histogram::new(),
        frozen: 0,
        busy: 0,
    });
    let services = system.services.iter().map(|service| ServiceRecord {
        name: service.name.clone(),
        slots: service.slots,
        requests: OutcomeCounts::default(),
        waiting: Histogram::new(),
        sojourn: Histogram::new(),
        abandoned: 0,
        wasted: 0,
        busy: 0,
        queued: 0,
        down: 0,
        faulty: 0,
        fault_intervals: 0,
    });
    let edges = system.edges.iter().map(|edge| EdgeRecord {
        from: match edge.from {
            Caller::Agents(group) => system.agents[group].name.clone(),
            Caller::Service(service) => system.services[service].name.clone(),
        },
        to: system.services[edge.to].name.clone(),
        calls: OutcomeCounts::default(),
        attempts: OutcomeCounts::default(),
        latency_ok: Histogram::new(),
        latency_failed: Histogram::new(),
        late: 0,
    });
    Recorder {
        now: Time::ZERO,
        warmup: system.warmup,
        agents: agents.collect(),
        services: services.collect(),
        edges: edges.collect(),
        record_of: Vec::new(),
        layers: Vec::new(),
        tracer: (watch == Watch::Trace).then(Tracer::default),
    }
}
