//! Building what lives: processes of agents, what saves their tasks, and the order of their steps.

use std::collections::BTreeSet;
use std::ops::Range;

use patterns::checkpoint::{Checkpoints, Settings, When};
use patterns::health::Health;
use patterns::report::Report;
use patterns::supervise::Supervisor;
use patterns::{Duration, Intervention};

use super::build::Builder;
use super::life::{Group, Lives, Process, Regions, ResetLink, Saver};
use super::lives_so_far::LivesSoFar;
use super::role::Op;
use super::system::{Agents, Caller, Durability, Flow, Life, OnCrash, Per, Place, Step, System};
use super::who::Who;
use crate::fault::{Ills, OnAgents};
use crate::kernel::Distribution;

impl System {
    /// Whether the agents of a group have a life: something can happen to their processes, or their
    /// steps are in another order than one after the other.
    pub fn lives(&self, group: usize) -> bool {
        let agents = &self.agents[group];
        let is_hit = self.faults.iter().any(|fault| {
            let is_process = fault.effect.on_agents() == OnAgents::Process;
            is_process && fault.hits.contains(&Place::Agents(group))
        });
        let from = Caller::Agents(group);
        let own = self.edges.iter().filter(|edge| edge.from == from);
        let mut layers =
            own.filter_map(|edge| edge.policy).flat_map(|policy| &self.policies[policy].layers);
        is_hit
            || agents.life.is_some()
            || agents.steps.iter().any(|step| matches!(step, Step::Flow(_)))
            || layers.any(|layer| layer.per == Per::Run)
    }
}

impl Agents {
    /// How tasks are saved, if they are: some steps may save them where nothing else does.
    fn saving(&self) -> Option<(Settings, Durability)> {
        let own = self.life.as_ref().and_then(|life| life.checkpoint.as_ref());
        if let Some(saving) = own {
            return (saving.durability != Durability::Exit)
                .then(|| (saving.settings.clone(), saving.durability));
        }
        let saves = |step: &Step| matches!(step, Step::Flow(Flow::Checkpoint(_)));
        // It is never due by itself.
        let settings = || Settings::of(vec![When::Every(Duration::MAX)]);
        self.steps.iter().any(saves).then(|| (settings(), Durability::Sync))
    }
}

impl Builder<'_> {
    /// What the agents of a group have in common.
    pub(super) fn group_life(&mut self, group: usize) {
        let agents = &self.system.agents[group];
        let own = agents.life.as_deref().cloned().unwrap_or_default();
        let Life { start, tries, on_crash, checkpoint, .. } = own;
        let none = || Distribution::constant(Duration::ZERO);
        let times = checkpoint.map(|saving| (saving.takes, saving.restore));
        let (takes, restore) = times.unwrap_or_else(|| (none(), none()));
        let first = self.stations.len();
        let is_needed = self
            .system
            .agents
            .iter()
            .flat_map(|agents| &agents.steps)
            .any(|step| matches!(step, Step::Flow(Flow::Needs(needs)) if needs.group == group));
        self.lives.groups.push(Group {
            start,
            tries,
            fails_on_crash: on_crash == OnCrash::Fail,
            takes,
            restore,
            durability: agents.saving().map(|(_, durability)| durability),
            regions: Regions::default(),
            stations: first..first + agents.count,
            latest: None,
            is_needed,
            waiting: Vec::new(),
            ills: Ills::default(),
        });
    }

    /// The process of an agent, whose edges are these.
    pub(super) fn process(
        &mut self,
        group: usize,
        who: Who<'_>,
        station: u32,
        edges: Range<usize>,
    ) {
        let agents = &self.system.agents[group];
        let rng = self.streams.stream(who.stream("process"));
        let salt = self.streams.stream(who.stream("choices")).next_u64();
        let first = self.lives.savers.len() as u32;
        if let Some((settings, _)) = agents.saving() {
            for _ in 0..agents.slots {
                let machine = Checkpoints::new(settings.clone());
                self.lives.savers.push(Saver::new(machine.expect("settings that were checked")));
            }
        }
        let life = agents.life.as_deref();
        let supervise = life.and_then(|life| life.supervise.clone());
        let supervisor = supervise
            .map(|settings| Supervisor::new(settings).expect("settings that were checked"));
        let health = life.and_then(|life| life.health);
        let health =
            health.map(|settings| Health::new(settings).expect("settings that were checked"));
        let savers = first..self.lives.savers.len() as u32;
        let process = Process::new(station, group as u32, rng, salt);
        let own = self.own_layers(edges.clone(), |per| matches!(per, Per::Agent | Per::Run));
        let for_runs = self.own_layers(edges, |per| per == Per::Run);
        let process = process.with(supervisor, health, savers).with_layers(own, for_runs);
        self.lives.processes.push(process);
    }

    /// The layers of some edges of one agent that are its own, and how each is made as new.
    fn own_layers(&self, edges: Range<usize>, is_meant: impl Fn(Per) -> bool) -> Vec<ResetLink> {
        let mut links: Vec<ResetLink> = Vec::new();
        for edge in edges {
            let record = self.recorder.record_of[edge] as usize;
            let Some(policy) = self.system.edges[record].policy else { continue };
            let layers = &self.system.policies[policy].layers;
            for (layer, link) in layers.iter().zip(&self.edges[edge].chain) {
                let by = renewal(layer.report);
                if let Some(by) = by.filter(|_| is_meant(layer.per)) {
                    links.push(ResetLink { link: *link, by });
                }
            }
        }
        links
    }

    /// The program of agents with a life: which tasks begin and go on as their processes do.
    pub(super) fn living_program(&mut self, group: usize, ops: &[Op]) -> Box<[Op]> {
        let agents = &self.system.agents[group];
        let saves = agents.saving().is_some();
        let exit = agents.life.as_ref().and_then(|life| life.checkpoint.as_ref());
        let exit = exit.filter(|saving| saving.durability == Durability::Exit);
        // Behind which steps those side by side are done.
        let ends = agents.steps.iter().filter_map(|step| match step {
            Step::Flow(Flow::Parallel { end, .. }) => Some(*end),
            _ => None,
        });
        let ends: BTreeSet<usize> = ends.collect();
        // Where each step comes to stand, and the end of all.
        let mut places = vec![1];
        for step in &agents.steps {
            let takes = match step {
                Step::Flow(Flow::RiskAhead) if !saves => 0,
                Step::Flow(_) if ends.contains(&places.len()) => 2,
                Step::Flow(_) => 1,
                Step::Call { .. } | Step::Work(_) => 2,
            };
            places.push(places[places.len() - 1] + takes);
        }
        let mut program = vec![Op::Begin];
        let mut regions = Vec::new();
        for (nth, (step, op)) in agents.steps.iter().zip(ops).enumerate() {
            let place = places[nth];
            match step {
                Step::Flow(Flow::RiskAhead) if !saves => {}
                Step::Flow(flow) => {
                    if let Flow::Optional { until } = flow {
                        regions.push((place as u16, places[*until] as u16));
                    }
                    program.push(Op::Flow(self.lives.flows.len() as u32));
                    self.lives.flows.push(placed(flow, &places));
                    if ends.contains(&(nth + 1)) {
                        program.push(Op::Mark { may_harm: 0 });
                    }
                }
                Step::Call { idempotent, times, .. } => {
                    let may_harm = if *idempotent { 0 } else { *times };
                    program.extend([*op, Op::Mark { may_harm }]);
                }
                Step::Work(_) => program.extend([*op, Op::Mark { may_harm: 0 }]),
            }
        }
        if let Some(saving) = exit {
            program.push(Op::Flow(self.lives.flows.len() as u32));
            self.lives.flows.push(Flow::Checkpoint(saving.takes.clone()));
        }
        self.lives.groups[group].regions = Regions(regions);
        for op in &mut program {
            if let Op::Call(step) | Op::Costly(step, _) = op {
                step.is_last = false;
            }
        }
        program.into()
    }

    /// All that lives.
    pub(super) fn lives(&mut self) -> Option<Box<Lives>> {
        let LivesSoFar { groups, flows, processes, savers } = std::mem::take(&mut self.lives);
        if processes.is_empty() {
            return None;
        }
        let agents = self.system.agents.iter().map(|agents| agents.count).sum();
        let mut lives = Lives::new(agents, groups, flows);
        for process in processes {
            lives.add(process);
        }
        for saver in savers {
            lives.add_saver(saver);
        }
        Some(Box::new(lives.seal()))
    }
}

/// What makes a layer of this kind as new, as far as it can be.
fn renewal(report: &Report) -> Option<Intervention> {
    [Intervention::Reset, Intervention::Flush].into_iter().find(|one| report.takes(*one))
}

/// The same, with steps by where they stand.
fn placed(flow: &Flow, places: &[usize]) -> Flow {
    let at = |step: usize| places[step];
    match flow {
        Flow::Chance { share, to } => Flow::Chance { share: *share, to: at(*to) },
        Flow::Again { to, depth, escape, limit, at_limit } => Flow::Again {
            to: at(*to),
            depth: *depth,
            escape: *escape,
            limit: *limit,
            at_limit: *at_limit,
        },
        Flow::Parallel { branches, need, end } => Flow::Parallel {
            branches: branches.iter().map(|step| at(*step)).collect(),
            need: *need,
            // What notes that they are done.
            end: at(*end) - 1,
        },
        Flow::Optional { until } => Flow::Optional { until: at(*until) },
        other @ (Flow::Join
        | Flow::Needs(_)
        | Flow::Checkpoint(_)
        | Flow::RiskAhead
        | Flow::Crash(_)) => other.clone(),
    }
}
