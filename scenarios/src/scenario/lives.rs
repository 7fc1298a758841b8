//! What is said of the lives of agents, and whether anything follows from it.

use std::ops::Range;

use patterns::Duration;
use patterns::settings::{Code, Node};
use sim::System;
use sim::model::system::{Agents, Caller, Durability, Flow, Life, LoopEnd, Per, Place, Step};

use super::circles;
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
    for group in 0..system.agents.len() {
        if let Some(way) = circles::way(group, group, &|group| needs(system, group)) {
            let names = way.iter().map(|group| system.agents[*group].name.as_str());
            let names = names.collect::<Vec<_>>().join(" -> ");
            let message = format!("these agents need results of their own: `{names}`");
            let at = places.get(group).cloned().unwrap_or(0..0);
            found.push(Diagnostic::new(at, FileCode::Circle, message));
        }
    }
}

/// Whether a step is a loop that no task leaves but by a failure.
fn has_no_way_out(step: &Step) -> bool {
    let Step::Flow(Flow::Again { escape, at_limit, .. }) = step else { return false };
    *escape <= 0.0 && *at_limit == LoopEnd::Fail
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
    /// They end by themselves, by a fault, or since nothing was seen of them for too long.
    crash: bool,
    /// They hang.
    hang: bool,
}

impl Ends {
    fn of(system: &System, group: usize) -> Self {
        let is_risk = |step: &Step| matches!(step, Step::Flow(Flow::Crash(_)));
        let faults = ["crash", "down", "leak", "restart"];
        let by_fault = faults.into_iter().any(|name| is_hit_by(system, group, name));
        let crash = by_fault || system.agents[group].steps.iter().any(is_risk);
        let crash = crash || beats_within(system, group).is_some();
        Self { crash, hang: is_hit_by(system, group, "hang") }
    }
}

/// Whether a fault of this kind hits a group.
fn is_hit_by(system: &System, group: usize, kind: &str) -> bool {
    let mut faults = system.faults.iter().filter(|fault| fault.effect.info().name == kind);
    faults.any(|fault| fault.hits.contains(&Place::Agents(group)))
}

/// For how long agents may give no sign of life, if that is limited.
fn beats_within(system: &System, group: usize) -> Option<Duration> {
    system.agents[group].life.as_deref()?.supervise.as_ref()?.beats_within
}

/// The longest piece of work that takes always as long, during which nothing else gives a sign of
/// life: no other task, and no other branch.
fn longest_work(agents: &Agents) -> Option<Duration> {
    let (mut longest, mut next) = (None, 0);
    while let Some(step) = agents.steps.get(next).filter(|_| agents.slots == 1) {
        next = match step {
            Step::Flow(Flow::Parallel { end, .. }) => (next + 1).max(*end),
            _ => next + 1,
        };
        if let Step::Work(work) = step {
            longest = longest.max(work.as_constant());
        }
    }
    longest
}

impl ScenarioFile {
    /// Warns of what is said of lives and has no effect.
    pub(super) fn warn_of_lives(&self, system: &System, found: &mut Vec<Diagnostic>) {
        for (group, agents) in system.agents.iter().enumerate() {
            let written = self.part("agents", &agents.name);
            let place =
                |key: &str| written.and_then(|table| table.get(key)).map(|node| node.at.clone());
            let ends = Ends::of(system, group);
            if let Some(at) = place("steps").filter(|_| agents.steps.iter().any(has_no_way_out)) {
                let message = "no task gets behind a loop in this: no pass of it escapes, and at \
                               its limit a task fails";
                let help = "give the loop an `escape`, or `at-limit = \"go-on\"`";
                found.push(Diagnostic::no_effect(at, message).help(help));
            }
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
            let life = agents.life.as_deref();
            let is_supervised = life.is_some_and(|life| life.supervise.is_some());
            let restarts = |life: &Life| life.health.as_ref().is_some_and(|one| one.restarts);
            let starts_again = ends.crash && !is_supervised && life.is_some_and(restarts);
            if !ends.hang && !starts_again {
                warn("health", "nothing hangs these agents, and crashes are seen without it");
            }
            let is_fail =
                life.is_some_and(|life| life.on_crash == sim::model::system::OnCrash::Fail);
            if is_fail {
                warn("checkpoint", "with `on-crash = \"fail\"` no task goes on from one");
                warn("tries", "with `on-crash = \"fail\"` no task is begun again");
            }
            if ends.crash && !is_supervised && !life.is_some_and(restarts) {
                self.warn_of_no_return(system, group, found);
            }
            let limit = beats_within(system, group).zip(longest_work(agents));
            if let Some((limit, work)) = limit.filter(|(limit, work)| limit <= work) {
                let supervise = written.and_then(|table| table.get("supervise"));
                let place = supervise.and_then(|table| table.get("beats-within"));
                let message = format!(
                    "work of these agents takes {work}, in which they give no sign of life: after \
                     {limit} they are taken for hung, each time"
                );
                let at = place.map_or(0..0, |node| node.at.clone());
                let help = "a longer `beats-within`, or shorter pieces of work";
                found.push(Diagnostic::no_effect(at, message).help(help));
            }
        }
        warn_of_runs(self, system, found);
    }

    /// Agents that crash, and that nothing starts again.
    fn warn_of_no_return(&self, system: &System, group: usize, found: &mut Vec<Diagnostic>) {
        let is_hit = |kind: &str| is_hit_by(system, group, kind);
        if is_hit("restart") || (is_hit("down") && !is_hit("crash")) {
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
