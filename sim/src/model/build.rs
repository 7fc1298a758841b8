//! From the description of a system to a world at time zero.

use std::ops::Range;

use patterns::Duration;

use super::aborts::Aborts;
use super::arrivals::Arrivals;
use super::edge_streams::EdgeStreams;
use super::kind;
use super::limits::Watch;
use super::lives_so_far::LivesSoFar;
use super::memory::Memories;
use super::recorder::Recorder;
use super::role::{CallStep, Keys, Op, Role, RoleKind, Service};
use super::sites::Sites;
use super::spending::Spending;
use super::station::Stations;
use super::system::{self, Caller, Per, Step, System};
use super::who::{Who, caller_numbers, first_key};
use super::world::World;
use crate::call::{Calls, ChainLink, EdgeState, LayerInstance};
use crate::fault::{Faults, Health};
use crate::kernel::{Distribution, LaneId, RngStream, RngStreams, Scheduler};
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
        builder.faults();
        for group in 0..system.agents.len() {
            builder.group(group);
        }
        for service in 0..system.services.len() {
            builder.service(service);
        }
        builder.finish()
    }
}

/// What is built so far.
pub(super) struct Builder<'a> {
    pub(super) system: &'a System,
    seed: u64,
    pub(super) streams: RngStreams,
    scheduler: Scheduler,
    /// The numbers of callers: groups of agents, then services.
    pub(super) callers: Vec<u16>,
    /// The station of the first replica of a service; agents come before.
    pub(super) first_service: u32,
    /// By service, the place of its first replica among those of all; then how many there are.
    pub(super) first_replicas: Vec<u32>,
    /// Of steps of work.
    distributions: Vec<Distribution>,
    pub(super) roles: Vec<Role>,
    pub(super) services: Vec<Service>,
    pub(super) stations: Stations,
    arrivals: Arrivals,
    pub(super) memories: Memories,
    pub(super) lives: LivesSoFar,
    pub(super) faults: Faults,
    /// The edges on which faults can happen.
    pub(super) links: Vec<usize>,
    pub(super) sites: Sites,
    pub(super) work: Vec<RngStream>,
    pub(super) edges: Vec<EdgeState>,
    streams_of_edges: Vec<EdgeStreams>,
    pub(super) layers: Vec<LayerInstance>,
    rngs_of_layers: Vec<RngStream>,
    /// Edges by their callers, each caller's in the order of the system.
    by_caller: Vec<usize>,
    /// Where the layers of each edge and then those of each policy begin in what follows.
    first_layers: Vec<usize>,
    /// Layers that are shared, by place on their edge or, if all edges share them, in their policy.
    shared: Vec<Option<u32>>,
    /// Records of layers, by the same.
    pub(super) records: Vec<Option<u32>>,
    /// By policy and place in it.
    lanes: Vec<Vec<LaneId>>,
    pub(super) recorder: Recorder,
    pub(super) spending: Option<Box<Spending>>,
    /// By edge of the system, whether something is spent on it.
    pub(super) costly_edges: Vec<bool>,
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
        let mut by_caller: Vec<usize> = (0..system.edges.len()).collect();
        by_caller.sort_by_key(|&edge| order(system.edges[edge].from));
        let links = system.links();
        let mut replicas = 0;
        let first_of = |service: &system::Service| {
            replicas += service.replicas.count;
            replicas - service.replicas.count
        };
        let mut first_replicas: Vec<u32> = system.services.iter().map(first_of).collect();
        first_replicas.push(replicas);
        let sites = Sites::of(replicas as usize, links.len(), system.agents.len());
        let mut layers = 0;
        let of_edges = system.edges.iter().map(|edge| edge.policy);
        let of_all = of_edges.chain((0..system.policies.len()).map(Some));
        let first_layers = of_all.map(|policy| {
            let first = layers;
            layers += policy.map_or(0, |policy| system.policies[policy].layers.len());
            first
        });
        let first_layers = first_layers.collect();
        Self {
            system,
            callers: caller_numbers(names.chain(services)),
            seed,
            streams: RngStreams::new(seed),
            scheduler,
            first_service,
            first_replicas,
            distributions: Vec::new(),
            roles: Vec::new(),
            services: Vec::new(),
            stations: Stations::default(),
            arrivals: Arrivals::default(),
            memories: Memories::of(system),
            lives: LivesSoFar::default(),
            faults: Faults::of_places(sites.count()),
            links,
            sites,
            work: Vec::new(),
            edges: Vec::new(),
            streams_of_edges: Vec::new(),
            layers: Vec::new(),
            rngs_of_layers: Vec::new(),
            by_caller,
            first_layers,
            shared: vec![None; layers],
            records: vec![None; layers],
            lanes,
            recorder: Recorder::of(system, watch),
            spending: Self::spending(system, watch),
            costly_edges: system.costly_edges(),
        }
    }

    fn group(&mut self, group: usize) {
        let agents = &self.system.agents[group];
        self.group_life(group);
        let program = self.program(Caller::Agents(group), &agents.steps, false);
        let has_life = self.system.lives(group);
        let role = Role {
            kind: RoleKind::Agents(group as u32),
            program: if has_life { self.living_program(group, &program) } else { program },
            priority: agents.priority,
            deadline: agents.deadline.unwrap_or(Duration::MAX),
            patience: self.patience(agents),
            caller: self.callers[group],
        };
        self.roles.push(role);
        self.arrivals.add_group(agents.arrivals.clone());
        let is_held_up = self.is_held_up(group);
        for number in 0..agents.count {
            self.agent(group, number, has_life);
            if is_held_up {
                self.stations.link_last();
            }
        }
    }

    fn agent(&mut self, group: usize, number: u32, has_life: bool) {
        let agents = &self.system.agents[group];
        let index = self.stations.len();
        let first = self.edges.len();
        self.stations.add_agent(group as u32, agents.slots, first as u32, has_life);
        let who = Who::Agent { group: &agents.name, number, is_alone: agents.count == 1 };
        self.edges(Caller::Agents(group), who, Some(index));
        self.arrivals.add_agent(self.streams.stream(who.stream("arrivals")));
        self.work.push(self.streams.stream(who.stream("work")));
        if has_life {
            self.process(group, who, index, first..self.edges.len());
        }
        self.spender(Caller::Agents(group), who);
        if let Some(tracer) = &mut self.recorder.tracer {
            let id = TrackId::Agent(who.label());
            tracer.tracks.push(Track { id, intervals: Vec::new() });
        }
    }

    pub(super) fn program(&mut self, caller: Caller, steps: &[Step], serves: bool) -> Box<[Op]> {
        let mut ops = if serves { vec![Op::Serve] } else { Vec::new() };
        for (number, step) in (1..).zip(steps) {
            ops.push(match step {
                // It gets its place where the program of agents with a life is put together.
                Step::Flow(_) => Op::Begin,
                Step::Work(distribution) => {
                    self.distributions.push(distribution.clone());
                    Op::Work { distribution: self.distributions.len() as u32 - 1 }
                }
                Step::Call { service, times, optional, keys, idempotent, does, .. } => {
                    let first = first_key(*service);
                    let edge = self.edge_to(caller, *service).expect("every call has an edge");
                    let call = CallStep {
                        edge,
                        times: *times,
                        optional: *optional,
                        idempotent: *idempotent,
                        does: *does,
                        keys: keys.map(|count| Keys { first, count }),
                        is_last: number == steps.len(),
                    };
                    match self.costly_step(caller, step) {
                        Some(number) => Op::Costly(call, number),
                        None => Op::Call(call),
                    }
                }
            });
        }
        ops.into()
    }

    /// The edges of one caller: each agent of a group has its own.
    pub(super) fn edges(&mut self, from: Caller, who: Who<'_>, track: Option<u32>) {
        let system = self.system;
        let first = self.edges.len() as u32;
        for place in self.edges_of(from) {
            let index = self.by_caller[place];
            let edge = &system.edges[index];
            let mut state = EdgeState::default();
            if let Some(policy) = edge.policy {
                state.chain = self.chain(policy, index, who);
                self.report_chain(index, &state.chain);
                let targets = system.policies[policy].targets.iter().map(|&target| {
                    first + self.edge_to(from, target).expect("every target has an edge")
                });
                state.targets = targets.collect();
            }
            self.edges.push(state);
            let streams = self.streams_of(index, who);
            self.streams_of_edges.push(streams);
            self.recorder.record_of.push(index as u32);
            if let Some(tracer) = &mut self.recorder.tracer {
                tracer.track_of_edge.push(track);
                tracer.service_of_edge.push(track.is_none().then(|| who.label().into()));
            }
        }
    }

    /// The places of a caller's edges among those by caller.
    fn edges_of(&self, from: Caller) -> Range<usize> {
        let caller = |edge: &usize| order(self.system.edges[*edge].from);
        let start = self.by_caller.partition_point(|edge| caller(edge) < order(from));
        let count = self.by_caller[start..].partition_point(|edge| caller(edge) == order(from));
        start..start + count
    }

    /// Which of a caller's edges leads to a service.
    fn edge_to(&self, from: Caller, service: usize) -> Option<u32> {
        let edges = &self.by_caller[self.edges_of(from)];
        let place = edges.iter().position(|&edge| self.system.edges[edge].to == service)?;
        Some(place as u32)
    }

    /// The layers of one edge. All of one kind draw from one stream: so a layer that never draws
    /// changes nothing for others of its kind, wherever it stands among them.
    fn chain(&mut self, policy: usize, edge: usize, who: Who<'_>) -> Box<[ChainLink]> {
        let callee = &self.system.services[self.system.edges[edge].to].name;
        let layers = &self.system.policies[policy].layers;
        let mut links: Vec<ChainLink> = Vec::with_capacity(layers.len());
        for (place, factory) in layers.iter().enumerate() {
            let alike = layers[..place].iter().position(|other| other.kind == factory.kind);
            let rng = alike.map_or_else(
                || {
                    let name = who.stream("layer").text(callee).text(&factory.kind);
                    self.rngs_of_layers.push(self.streams.stream(name));
                    self.rngs_of_layers.len() as u32 - 1
                },
                |alike| links[alike].rng,
            );
            links.push(ChainLink { instance: self.layer(policy, place, edge, who), rng });
        }
        links.into()
    }

    /// The instance of a layer for one edge: its own, or one that it shares.
    fn layer(&mut self, policy: usize, place: usize, edge: usize, who: Who<'_>) -> u32 {
        let stack = &self.system.policies[policy];
        let factory = &stack.layers[place];
        let at = place
            + match factory.per {
                Per::Agent | Per::Run | Per::Edge => self.first_layers[edge],
                Per::Policy => self.first_layers[self.system.edges.len() + policy],
            };
        if let Some(shared) = self.shared[at] {
            if matches!(factory.per, Per::Agent | Per::Run) {
                // Each agent has one, as far as can be seen.
                let record = self.recorder.instances[shared as usize].record;
                self.recorder.layers[record as usize].instances += 1;
            }
            return shared;
        }
        let index = self.layers.len() as u32;
        let layer = (factory.make)();
        // What agents have of their own is shared all the same if that makes no difference.
        let is_own = matches!(factory.per, Per::Agent | Per::Run)
            && !(layer.keeps_nothing() && layer.initial_state().is_none());
        if !is_own {
            self.shared[at] = Some(index);
        }
        self.report((policy, place, edge), at, layer.initial_state());
        if let Some(tracer) = &mut self.recorder.tracer {
            let record = &self.recorder.edges[edge];
            let owner = match factory.per {
                Per::Policy => LayerOwner::Policy(stack.name.clone()),
                Per::Agent | Per::Run if is_own => LayerOwner::edge(&who.label(), &record.to),
                Per::Agent | Per::Run | Per::Edge => LayerOwner::edge(&record.from, &record.to),
            };
            tracer.layers.push(Self::track(stack, place, owner));
        }
        self.layers.push(LayerInstance::new(layer, self.lanes[policy][place]));
        index
    }

    fn finish(mut self) -> World {
        let (windows, hit, origins) = (self.windows(), self.hit(), self.origins());
        let lives = self.lives();
        self.recorder.add_tracks(self.system);
        self.callees();
        let links = self.links.iter().map(|_| Health::default()).collect();
        let System { aborts, warmup, horizon, .. } = self.system;
        let recoveries = self.recoveries();
        World {
            links,
            sites: self.sites,
            hit,
            origins,
            seed: self.seed,
            horizon: *horizon,
            scheduler: self.scheduler,
            calls: Calls::new(&self.edges, self.layers, self.rngs_of_layers, kind::WAKE),
            roles: self.roles,
            services: self.services,
            stations: self.stations,
            arrivals: self.arrivals,
            memories: self.memories,
            lives,
            faults: self.faults,
            distributions: self.distributions,
            work: self.work,
            edges: self.streams_of_edges,
            recorder: self.recorder,
            calls_made: 0,
            windows,
            aborts: Aborts::new(aborts, *warmup, *horizon),
            spending: self.spending,
            recoveries,
            faults_removed: None,
            beyond_events: 0,
        }
    }
}

/// By which the edges of one caller come to stand together.
fn order(caller: Caller) -> (bool, usize) {
    match caller {
        Caller::Agents(group) => (false, group),
        Caller::Service(service) => (true, service),
    }
}
