//! From the description of a system to a world at time zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use patterns::{Class, Span, Time};

use super::fault::Fault;
use super::node::{Bucket, Health, Keys, Member, Node, Op};
use super::request::{Line, Requests};
use super::source::Source;
use super::system::{Effect, KEYS_MAX, Party, Per, Step, System};
use super::world::{Way, World, kind};
use crate::call::{Calls, Instance, Link};
use crate::kernel::{Agenda, LaneId, Law, Stream, Streams};
use crate::observe::recorder::{LayerStates, Recorder, Tracer};
use crate::observe::{
    AgentRecord, EdgeRecord, Histogram, Lane, LaneKind, LayerRecord, ServiceRecord, Tally,
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
    /// A system at time zero, with the luck that belongs to the seed.
    ///
    /// # Panics
    ///
    /// If the system refers to parts that it does not have, or lacks an edge for a call. What
    /// reads scenarios sees to that.
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
            let chance = builder.streams.stream(&format!("fault/{}", fault.name));
            let node = builder.first_service + fault.service as u32;
            let fault = Fault::new(node, fault.effect, fault.schedule.clone(), chance);
            builder.faults.push(fault);
        }
        builder.finish()
    }
}

/// What is built so far.
struct Builder<'a> {
    system: &'a System,
    seed: u64,
    streams: Streams,
    agenda: Agenda,
    /// The node of the first service; agents come before.
    first_service: u32,
    /// The latency laws of all services, then others.
    laws: Vec<Law>,
    nodes: Vec<Node>,
    sources: Vec<Source>,
    faults: Vec<Fault>,
    work: Vec<Stream>,
    links: Vec<Link>,
    ways: Vec<Way>,
    layers: Vec<Instance>,
    /// Layers that are shared: by policy, place in it, and edge if it is shared by edge.
    shared: BTreeMap<(usize, usize, Option<usize>), u32>,
    /// By policy and place in it.
    lanes: Vec<Vec<LaneId>>,
    recorder: Recorder,
}

impl<'a> Builder<'a> {
    fn new(system: &'a System, seed: u64, watch: Watch) -> Self {
        let mut agenda = Agenda::default();
        let lanes = system
            .policies
            .iter()
            .map(|policy| policy.layers.iter().map(|_| agenda.lane()).collect());
        let lanes = lanes.collect();
        let first_service = system.agents.iter().map(|agents| agents.count).sum();
        Self {
            system,
            seed,
            streams: Streams::new(seed),
            agenda,
            first_service,
            laws: system.services.iter().map(|service| service.latency.clone()).collect(),
            nodes: Vec::new(),
            sources: Vec::new(),
            faults: Vec::new(),
            work: Vec::new(),
            links: Vec::new(),
            ways: Vec::new(),
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
        let links = self.links(Party::Agents(group), &name, Some(index));
        let links = called(&agents.steps).map(|service| links[&service]).collect();
        let source = self.sources.len() as u32;
        let chance = self.streams.stream(&format!("arrivals/{name}"));
        self.sources.push(Source::new(index, agents.arrivals.clone(), chance));
        let work = self.work(&name);
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.lanes.push(Lane { name, kind: LaneKind::Agent, episodes: Vec::new() });
        }
        self.nodes.push(Node {
            party: Member::Agent { group: group as u32, source, lane: index },
            program,
            links,
            slots: agents.slots,
            busy: 0,
            queue: u32::MAX,
            line: Line::default(),
            abandoned: super::system::Abandoned::RunsOn,
            work,
            door: None,
            health: Health::default(),
            caller: group as u16,
            priority: agents.priority,
            deadline: agents.deadline.unwrap_or(Span::MAX),
        });
    }

    fn service(&mut self, service: usize) {
        let settings = &self.system.services[service];
        let name = settings.name.clone();
        let program = self.program(&settings.steps, true);
        let links = self.links(Party::Service(service), &name, None);
        let links = called(&settings.steps).map(|service| links[&service]).collect();
        let work = self.work(&name);
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.lanes.push(Lane { name, kind: LaneKind::Service, episodes: Vec::new() });
        }
        self.nodes.push(Node {
            party: Member::Service { service: service as u32 },
            program,
            links,
            slots: settings.slots,
            busy: 0,
            queue: settings.queue,
            line: Line::default(),
            abandoned: settings.abandoned,
            work,
            door: settings.rate_limit.map(Bucket::new),
            health: Health::default(),
            caller: (self.system.agents.len() + service) as u16,
            priority: 0,
            deadline: Span::MAX,
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
                Step::Work(law) => {
                    self.laws.push(law.clone());
                    Op::Work { law: self.laws.len() as u32 - 1 }
                }
                Step::Call { service, times, optional, keys, repeatable } => {
                    calls += 1;
                    // The upper half of all keys is for calls that ask for something of their own.
                    let first = (*service as u32).wrapping_mul(KEYS_MAX) & (u32::MAX >> 1);
                    Op::Call {
                        link: calls - 1,
                        times: *times,
                        optional: *optional,
                        repeatable: *repeatable,
                        keys: keys.map(|count| Keys { first, count }),
                    }
                }
            });
        }
        ops.into()
    }

    /// The links of one caller, by the service they lead to.
    fn links(&mut self, from: Party, name: &str, lane: Option<u32>) -> BTreeMap<usize, u32> {
        let system = self.system;
        let edges = || system.edges.iter().enumerate().filter(|(_, edge)| edge.from == from);
        let links: BTreeMap<usize, u32> = edges()
            .zip(self.links.len() as u32..)
            .map(|((_, edge), link)| (edge.to, link))
            .collect();
        for (index, edge) in edges() {
            let to = &system.services[edge.to];
            let route = format!("{name} -> {}", to.name);
            let mut link = Link::default();
            if let Some(policy) = edge.policy {
                let layers = 0..system.policies[policy].layers.len();
                link.chain = layers.map(|place| self.layer(policy, place, index, &route)).collect();
                let targets = system.policies[policy].targets.iter();
                link.targets = targets.map(|target| links[target]).collect();
            }
            self.links.push(link);
            let way = self.way(edge.to, &route);
            self.ways.push(way);
            self.recorder.edge_of.push(index as u32);
            if let Some(tracer) = &mut self.recorder.tracer {
                tracer.lane_of_link.push(lane);
            }
        }
        links
    }

    /// The instance of a layer for one link: its own, or one that it shares.
    fn layer(&mut self, policy: usize, place: usize, edge: usize, route: &str) -> u32 {
        let stack = &self.system.policies[policy];
        let maker = &stack.layers[place];
        let (key, whose) = match maker.per {
            Per::Agent => (None, route.to_owned()),
            Per::Edge => {
                let edge_of = &self.recorder.edges[edge];
                let whose = format!("{} -> {}", edge_of.from, edge_of.to);
                (Some((policy, place, Some(edge))), whose)
            }
            Per::Policy => (Some((policy, place, None)), stack.name.clone()),
        };
        if let Some(shared) = key.and_then(|key| self.shared.get(&key)) {
            return *shared;
        }
        let index = self.layers.len() as u32;
        let layer = (maker.make)();
        let name = format!("{whose}: {}", maker.kind);
        self.recorder.layers.push(LayerStates {
            record: LayerRecord { name, kind: maker.kind.clone(), states: Vec::new() },
            current: layer.first_state().map(|state| (state, Time::ZERO)),
            episodes: Vec::new(),
        });
        let stream = format!("layer/{}/{place}/{whose}", stack.name);
        let draws = self.streams.stream(&stream);
        self.layers.push(Instance::new(layer, draws, self.lanes[policy][place]));
        if let Some(key) = key {
            self.shared.insert(key, index);
        }
        index
    }

    fn way(&mut self, service: usize, route: &str) -> Way {
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
        Way {
            to: self.first_service + service as u32,
            latency: service as u32,
            demand: self.streams.stream(&format!("demand/{route}")),
            draws: [!errors.is_empty(), by_fault],
            errors,
            error: self.streams.stream(&format!("errors/{route}")),
        }
    }

    fn finish(self) -> World {
        World {
            seed: self.seed,
            horizon: self.system.horizon,
            agenda: self.agenda,
            calls: Calls::new(self.links, self.layers, kind::WAKE),
            nodes: self.nodes,
            requests: Requests::default(),
            sources: self.sources,
            faults: self.faults,
            laws: self.laws,
            work: self.work,
            ways: self.ways,
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
        tasks: Tally::default(),
        latency_ok: Histogram::default(),
        latency_failed: Histogram::default(),
        frozen: 0,
        busy: 0,
    });
    let services = system.services.iter().map(|service| ServiceRecord {
        name: service.name.clone(),
        slots: service.slots,
        requests: Tally::default(),
        waiting: Histogram::default(),
        sojourn: Histogram::default(),
        abandoned: 0,
        wasted: 0,
        busy: 0,
        queued: 0,
        down: 0,
        faulty: 0,
        fault_episodes: 0,
    });
    let edges = system.edges.iter().map(|edge| EdgeRecord {
        from: match edge.from {
            Party::Agents(group) => system.agents[group].name.clone(),
            Party::Service(service) => system.services[service].name.clone(),
        },
        to: system.services[edge.to].name.clone(),
        calls: Tally::default(),
        attempts: Tally::default(),
        latency_ok: Histogram::default(),
        latency_failed: Histogram::default(),
        late: 0,
    });
    Recorder {
        now: Time::ZERO,
        warmup: system.warmup,
        agents: agents.collect(),
        services: services.collect(),
        edges: edges.collect(),
        edge_of: Vec::new(),
        layers: Vec::new(),
        tracer: (watch == Watch::Trace).then(Tracer::default),
    }
}
