//! How the parts of a scenario hang together: names become indices.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use patterns::{Class, Duration};
use sim::System;
use sim::model::system::{Abandoned, Agents, Caller, Edge, KEYS_MAX, RateLimit, Service, Step};
use toml::Spanned;

use super::faults::fault;
use super::parts::{Part, Parts};
use crate::diagnostic::Diagnostic;
use crate::format::{self, Limit};

impl Parts {
    /// The system that the parts make, if nothing is wrong with any of them.
    pub(super) fn link(self, diagnostics: &mut Vec<Diagnostic>) -> Option<System> {
        let names: Vec<String> = self.services.keys().cloned().collect();
        let mut system = System { policies: self.policies, ..System::default() };
        let mut whole = true;
        for (name, part) in &self.agents {
            let agents =
                part.read.as_ref().map(|written| agents(name, written, &names, diagnostics));
            whole &= agents.is_some();
            system.agents.extend(agents);
        }
        if self.agents.is_empty() {
            let told = "there are no agents: nobody does anything";
            diagnostics.push(Diagnostic::new(0..0, told).help("add a table `[agents.NAME]`"));
        }
        for (name, part) in &self.services {
            if self.agents.contains_key(name) {
                let told = format!("`{name}` is an agent already");
                diagnostics.push(Diagnostic::new(part.place.clone(), told));
            }
            let service =
                part.read.as_ref().map(|written| service(name, written, &names, diagnostics));
            whole &= service.is_some();
            system.services.extend(service);
        }
        let mut taken = BTreeSet::new();
        for (index, part) in self.faults.iter().enumerate() {
            let fault = part.read.as_ref().and_then(|written| {
                fault(index, written, &part.place, &names, &mut taken, diagnostics)
            });
            whole &= fault.is_some();
            system.faults.extend(fault);
        }
        let agents: Vec<&String> = self.agents.keys().collect();
        let written = self.edges.iter().filter_map(|(name, policy)| {
            let edge = edge(name, policy, &agents, &names, &system, diagnostics)?;
            Some((edge, name.span()))
        });
        let written: Vec<(Edge, Range<usize>)> = written.collect();
        if !whole {
            return None;
        }
        add_edges(&mut system, &written, diagnostics);
        no_circles(&system, &self.services, diagnostics);
        Some(system)
    }
}

fn agents(
    name: &str,
    written: &format::Agents,
    services: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Agents {
    let count = *written.count.get_ref();
    if count == 0 || count > 100_000 {
        diagnostics.push(Diagnostic::new(written.count.span(), "`count` must be from 1 to 100000"));
    }
    if written.steps.get_ref().is_empty() {
        let told = "a task needs at least one step";
        diagnostics.push(Diagnostic::new(written.steps.span(), told));
    }
    let slots = Limit::or(written.slots.as_ref(), 1);
    if slots == 0 {
        let told = format!("`agents.{name}.slots` must be at least 1: else no task is ever begun");
        diagnostics.push(Diagnostic::new(written.count.span(), told));
    }
    Agents {
        name: name.to_owned(),
        count,
        arrivals: written.arrivals.0.clone(),
        slots,
        steps: steps(written.steps.get_ref(), &written.steps.span(), services, diagnostics),
        deadline: written.deadline.map(|length| length.0),
        priority: written.priority,
    }
}

fn steps(
    written: &[format::Step],
    place: &Range<usize>,
    services: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Step> {
    let step = |written: &format::Step| match (&written.call, &written.work) {
        (Some(call), None) => {
            let known = services.iter().map(String::as_str);
            let service = services.iter().position(|service| service == call.get_ref());
            if service.is_none() {
                diagnostics.push(Diagnostic::unknown(
                    call.span(),
                    "service",
                    call.get_ref(),
                    known,
                ));
            }
            let times = written.times.as_ref().map_or(1, |times| *times.get_ref());
            if times == 0 {
                let span = written.times.as_ref().map_or(place.clone(), Spanned::span);
                diagnostics.push(Diagnostic::new(span, "`times` must be at least 1"));
            }
            let keys = written.keys.as_ref().map(|keys| *keys.get_ref());
            if let Some(written) = &written.keys
                && !(1..=KEYS_MAX).contains(written.get_ref())
            {
                let told = format!("`keys` must be from 1 to {KEYS_MAX}");
                diagnostics.push(Diagnostic::new(written.span(), told));
            }
            let format::Step { optional, idempotent, .. } = *written;
            Some(Step::Call { service: service?, times, optional, keys, idempotent })
        }
        (None, Some(work)) => Some(Step::Work(work.0.clone())),
        _ => {
            let told = "a step either calls a service or works";
            let help = "{ call = \"NAME\" } or { work = \"5s\" }";
            diagnostics.push(Diagnostic::new(place.clone(), told).help(help));
            None
        }
    };
    written.iter().filter_map(step).collect()
}

fn service(
    name: &str,
    written: &format::Service,
    services: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Service {
    let mut total = 0.0;
    let mut errors = Vec::new();
    for (class, share) in &written.errors {
        match format::class(class.get_ref()) {
            Ok(class) => errors.push((class, *share.get_ref())),
            Err(_) => {
                let known = Class::ALL.map(Class::name);
                diagnostics.push(Diagnostic::unknown(
                    class.span(),
                    "class",
                    class.get_ref(),
                    known,
                ));
            }
        }
        total += is_share(share, diagnostics);
        if total > 1.0 {
            let told = "the shares of errors add up to more than 1";
            diagnostics.push(Diagnostic::new(share.span(), told));
        }
    }
    if let Some(Limit(0)) = written.slots {
        let told = format!("`services.{name}.slots` must be at least 1");
        let span = written.errors.keys().next().map_or(0..0, Spanned::span);
        diagnostics.push(Diagnostic::new(span, told));
    }
    Service {
        name: name.to_owned(),
        slots: Limit::or(written.slots.as_ref(), Limit::NONE),
        queue: Limit::or(written.queue.as_ref(), Limit::NONE),
        latency: written.latency.0.clone(),
        errors,
        rate_limit: written.rate_limit.as_ref().map(|limit| rate_limit(limit, diagnostics)),
        abandoned: match written.abandoned {
            format::Abandoned::RunsOn => Abandoned::RunsOn,
            format::Abandoned::Stops => Abandoned::Stops,
        },
        steps: steps(&written.steps, &(0..0), services, diagnostics),
    }
}

/// The share, if it is one.
pub(super) fn is_share(share: &Spanned<f64>, diagnostics: &mut Vec<Diagnostic>) -> f64 {
    let value = *share.get_ref();
    if !(0.0..=1.0).contains(&value) {
        diagnostics.push(Diagnostic::new(share.span(), "a share must be from 0 to 1"));
        return 0.0;
    }
    value
}

fn rate_limit(written: &format::RateLimit, diagnostics: &mut Vec<Diagnostic>) -> RateLimit {
    let limit = *written.limit.get_ref();
    let per = written.per.get_ref().0;
    let every = Duration::from_nanos(per.as_nanos() / u64::from(limit.max(1)));
    if limit == 0 {
        diagnostics.push(Diagnostic::new(written.limit.span(), "`limit` must be at least 1"));
    } else if every.is_zero() {
        let told = "`per` must be at least a nanosecond for each request of the limit";
        diagnostics.push(Diagnostic::new(written.per.span(), told));
    }
    let burst = written.burst.as_ref().map_or(limit, |burst| *burst.get_ref());
    if let (0, Some(written)) = (burst, &written.burst) {
        diagnostics.push(Diagnostic::new(written.span(), "`burst` must be at least 1"));
    }
    RateLimit { every, burst }
}

/// Reads `"research -> github" = "guarded"`.
fn edge(
    name: &Spanned<String>,
    policy: &Spanned<String>,
    agents: &[&String],
    services: &[String],
    system: &System,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Edge> {
    let policies = || system.policies.iter().map(|policy| policy.name.as_str());
    let found = policies().position(|known| known == policy.get_ref());
    if found.is_none() {
        diagnostics.push(Diagnostic::unknown(
            policy.span(),
            "policy",
            policy.get_ref(),
            policies(),
        ));
    }
    let Some((from, to)) = name.get_ref().split_once("->") else {
        let told = "an edge is written \"caller -> service\"";
        diagnostics.push(Diagnostic::new(name.span(), told));
        return None;
    };
    let (from, to) = (from.trim(), to.trim());
    let service = |name: &str| services.iter().position(|service| service == name);
    let agent = agents.iter().position(|agent| *agent == from);
    let party = agent.map(Caller::Agents).or_else(|| service(from).map(Caller::Service));
    let all = || agents.iter().map(|agent| agent.as_str()).chain(services.iter().map(|s| &**s));
    if party.is_none() {
        diagnostics.push(Diagnostic::unknown(name.span(), "agent or service", from, all()));
    }
    if service(to).is_none() {
        let known = services.iter().map(String::as_str);
        diagnostics.push(Diagnostic::unknown(name.span(), "service", to, known));
    }
    Some(Edge { from: party?, to: service(to)?, policy: Some(found?) })
}

/// Adds the edges that are used: as written, or bare.
fn add_edges(
    system: &mut System,
    written: &[(Edge, Range<usize>)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let agents = system
        .agents
        .iter()
        .enumerate()
        .map(|(index, agents)| (Caller::Agents(index), called(&agents.steps)));
    let services = system
        .services
        .iter()
        .enumerate()
        .map(|(index, service)| (Caller::Service(index), called(&service.steps)));
    let callers: Vec<(Caller, Vec<usize>)> = agents.chain(services).collect();
    let mut used = vec![false; written.len()];
    for (from, mut called) in callers {
        let mut next = 0;
        while next < called.len() {
            let to = called[next];
            next += 1;
            if called[..next - 1].contains(&to) {
                continue;
            }
            let found = written.iter().position(|(edge, _)| edge.from == from && edge.to == to);
            let policy = found.and_then(|index| written[index].0.policy);
            if let Some(index) = found {
                used[index] = true;
            }
            system.edges.push(Edge { from, to, policy });
            // Fallbacks and balances call, too.
            called.extend(policy.iter().flat_map(|policy| &system.policies[*policy].targets));
        }
    }
    for ((_, place), used) in written.iter().zip(used) {
        if !used {
            let told = "nobody makes this call";
            let help = "no step, fallback or balance of the caller names the service";
            diagnostics.push(Diagnostic::new(place.clone(), told).help(help));
        }
    }
}

fn called(steps: &[Step]) -> Vec<usize> {
    let called = steps.iter().filter_map(|step| match step {
        Step::Call { service, .. } => Some(*service),
        Step::Work(_) => None,
    });
    called.collect()
}

/// Services must not call each other in a circle, nor fallbacks and balances lead back to where
/// they began: a call would go round for ever.
fn no_circles(
    system: &System,
    services: &BTreeMap<String, Part<format::Service>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // Its steps, and what fallbacks and balances make of them.
    let calls = |from: usize| {
        let edges = system.edges.iter().filter(|edge| edge.from == Caller::Service(from));
        edges.map(|edge| edge.to).collect::<Vec<_>>()
    };
    for (start, part) in services.values().enumerate() {
        if reaches(start, start, &calls) {
            let told = "this service calls itself, by way of others or not";
            diagnostics.push(Diagnostic::new(part.place.clone(), told));
        }
    }
    for edge in &system.edges {
        let targets = |to: usize| {
            let edge = system.edges.iter().find(|other| other.from == edge.from && other.to == to);
            let policy = edge.and_then(|edge| edge.policy);
            policy.map_or(Vec::new(), |policy| system.policies[policy].targets.clone())
        };
        if reaches(edge.to, edge.to, &targets) {
            let place = services.values().nth(edge.to).map_or(0..0, |part| part.place.clone());
            let told = "a fallback or balance of calls to this service leads back to it";
            diagnostics.push(Diagnostic::new(place, told));
        }
    }
}

/// Whether one can come from `from` to `goal` by at least one step.
fn reaches(from: usize, goal: usize, next: &dyn Fn(usize) -> Vec<usize>) -> bool {
    let mut seen = Vec::new();
    let mut open = next(from);
    while let Some(here) = open.pop() {
        if here == goal {
            return true;
        }
        if !seen.contains(&here) {
            seen.push(here);
            open.extend(next(here));
        }
    }
    false
}
