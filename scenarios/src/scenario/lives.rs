//! What is said of the lives of agents, and whether anything follows from it.

use std::ops::Range;

use patterns::settings::{Code, Node};
use sim::System;
use sim::fault::OnAgents;
use sim::model::system::{Caller, Durability, Flow, Per, Place, Step};

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::scenario_file::ScenarioFile;

/// The most timers that processes and what saves their tasks can have.
const TIMERS_MAX: u64 = 1 << 20;

/// How many timers a process has.
const TIMERS: u64 = 6;

/// Reports groups of agents that need results of each other in a circle; `places` are those of the
/// groups.
pub(super) fn check_circles(system: &System, places: &[Range<usize>], found: &mut Vec<Diagnostic>) {
    let needed = |group: usize| needs(system, group);
    for group in 0..system.agents.len() {
        let mut seen = Vec::new();
        let mut open = needed(group);
        while let Some(here) = open.pop() {
            if !seen.contains(&here) {
                seen.push(here);
                open.extend(needed(here));
            }
        }
        if seen.contains(&group) {
            let message = "these agents need results of their own, directly or by way of others";
            let at = places.get(group).cloned().unwrap_or(0..0);
            found.push(Diagnostic::new(at, FileCode::Circle, message));
        }
    }
}

/// The groups whose results a group needs.
fn needs(system: &System, group: usize) -> Vec<usize> {
    let steps = system.agents[group].steps.iter();
    let needs = steps.filter_map(|step| match step {
        Step::Flow(Flow::Needs(needs)) => Some(needs.group),
        _ => None,
    });
    needs.collect()
}

/// Refuses more agents with a life than there are timers for.
pub(super) fn check_timers(system: &System, places: &[Range<usize>], found: &mut Vec<Diagnostic>) {
    let timers = |group: &usize| {
        let agents = &system.agents[*group];
        let savers = if saves(system, *group) { u64::from(agents.slots) } else { 0 };
        u64::from(agents.count).saturating_mul(TIMERS + savers)
    };
    let living: Vec<usize> =
        (0..system.agents.len()).filter(|group| system.lives(*group)).collect();
    let all = living.iter().map(timers).fold(0, u64::saturating_add);
    if all <= TIMERS_MAX {
        return;
    }
    let largest = living.iter().max_by_key(|group| timers(group)).copied().unwrap_or(0);
    let message = "too many agents whose processes are simulated";
    let at = places.get(largest).cloned().unwrap_or(0..0);
    let help = "170,000 fit, fewer with `checkpoint` and many `slots`";
    found.push(Diagnostic::new(at, FileCode::TooLarge, message).help(help));
}

/// Whether tasks of a group are saved in a way that a crash leaves.
fn saves(system: &System, group: usize) -> bool {
    let agents = &system.agents[group];
    let checkpoint = agents.life.as_ref().and_then(|life| life.checkpoint.as_ref());
    match checkpoint {
        Some(saving) => saving.durability != Durability::Exit,
        None => agents.steps.iter().any(|step| matches!(step, Step::Flow(Flow::Checkpoint(_)))),
    }
}

/// What can happen to the processes of a group.
struct Ends {
    /// They end by themselves or by a fault.
    crash: bool,
    /// They hang.
    hang: bool,
}

impl Ends {
    fn of(system: &System, group: usize) -> Self {
        let hits = |name: &str| {
            let faults = system.faults.iter().filter(|fault| fault.effect.info().name == name);
            faults.into_iter().any(|fault| fault.hits.contains(&Place::Agents(group)))
        };
        let is_risk = |step: &Step| matches!(step, Step::Flow(Flow::Crash(_)));
        let by_fault = ["crash", "down", "leak", "restart"].into_iter().any(hits);
        let crash = by_fault || system.agents[group].steps.iter().any(is_risk);
        Self { crash, hang: hits("hang") }
    }
}

impl ScenarioFile {
    /// Warns of what is said of lives and has no effect.
    pub(super) fn warn_of_lives(&self, system: &System, found: &mut Vec<Diagnostic>) {
        for (group, agents) in system.agents.iter().enumerate() {
            let written = self.root.get("agents").and_then(|all| all.get(&agents.name));
            let place =
                |key: &str| written.and_then(|table| table.get(key)).map(|node| node.at.clone());
            let ends = Ends::of(system, group);
            let mut warn = |key: &str, why: &str| {
                if let Some(at) = place(key) {
                    found.push(Diagnostic::no_effect(at, format!("`{key}` has no effect: {why}")));
                }
            };
            if !ends.crash && !ends.hang {
                let why = "nothing crashes or hangs these agents: no fault hits them, no step is \
                           a `risk`";
                for key in ["supervise", "checkpoint", "tries", "on-crash", "starts-in"] {
                    warn(key, why);
                }
            }
            if !ends.hang {
                warn("health", "nothing hangs these agents, and crashes are seen without it");
            }
            let life = agents.life.as_deref();
            let is_fail =
                life.is_some_and(|life| life.on_crash == sim::model::system::OnCrash::Fail);
            if is_fail {
                warn("checkpoint", "with `on-crash = \"fail\"` no task goes on from one");
                warn("tries", "with `on-crash = \"fail\"` no task is begun again");
            }
            let is_started = life.is_some_and(|life| {
                life.supervise.is_some() || life.health.as_ref().is_some_and(|one| one.restarts)
            });
            if ends.crash && !is_started {
                self.warn_of_no_return(system, group, found);
            }
        }
        warn_of_runs(self, system, found);
    }

    /// Agents that crash, and that nothing starts again.
    fn warn_of_no_return(&self, system: &System, group: usize, found: &mut Vec<Diagnostic>) {
        let ends_well = |name: &str| {
            let faults = system.faults.iter().filter(|fault| fault.effect.info().name == name);
            faults.into_iter().any(|fault| fault.hits.contains(&Place::Agents(group)))
        };
        if ends_well("restart") || (ends_well("down") && !ends_well("crash")) {
            return;
        }
        let name = &system.agents[group].name;
        let written = self.root.get("agents").and_then(Node::entries).unwrap_or_default();
        let at = written.iter().find(|entry| entry.key == *name).map(|entry| entry.key_at.clone());
        let message = "these agents crash, and nothing starts them again";
        let help = "give them `supervise = { restarts = 3, within = \"1h\" }`, if something does";
        let at = at.unwrap_or(0..0);
        found.push(Diagnostic::no_effect(at, message).help(help));
    }
}

/// Layers for each run on the way from services, which have no runs.
fn warn_of_runs(file: &ScenarioFile, system: &System, found: &mut Vec<Diagnostic>) {
    for (policy, stack) in system.policies.iter().enumerate() {
        let mut own = system.edges.iter().filter(|edge| edge.policy == Some(policy));
        let by_service = own.any(|edge| matches!(edge.from, Caller::Service(_)));
        if by_service && stack.layers.iter().any(|layer| layer.per == Per::Run) {
            let node = file.root.get("policies").and_then(|all| all.get(&stack.name));
            let at = node.map_or(0..0, |node| node.at.clone());
            let message = "with `per = \"run\"` the layers of services are as with `per = \
                           \"agent\"`: services have no runs";
            found.push(Diagnostic::no_effect(at, message));
        }
    }
}

/// Why a fault of the processes of a group does nothing, if it does not.
pub(super) fn without_effect(
    system: &System,
    group: usize,
    effect: &sim::fault::Effect,
) -> Option<String> {
    if effect.on_agents() != OnAgents::Process {
        return None;
    }
    let steps = &system.agents[group].steps;
    let has = |is: fn(&Step) -> bool| steps.iter().any(is);
    match effect.info().name {
        "stuck" if !has(|step| matches!(step, Step::Flow(Flow::Again { .. }))) => {
            Some("these agents have no step `{ loop = … }` that could be stuck".to_owned())
        }
        "corrupt" if !saves(system, group) => {
            Some("these agents write no checkpoints that could be broken".to_owned())
        }
        _ => None,
    }
}

/// The diagnostic of such a fault.
pub(super) fn hits_nothing(at: Range<usize>, why: String) -> Diagnostic {
    Diagnostic::new(at, Code::Conflict, why)
}
