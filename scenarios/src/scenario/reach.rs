//! What comes where in a system: for whose tasks, and asking for how many different things.

use std::collections::BTreeSet;

use sim::System;
use sim::model::system::{Caller, Place, Step};

/// The services that are called for tasks of a group, however deep, in their order.
pub(super) fn called(system: &System, group: usize) -> BTreeSet<usize> {
    let (mut of_group, mut of_services) = (Vec::new(), vec![Vec::new(); system.services.len()]);
    for edge in &system.edges {
        match edge.from {
            Caller::Agents(agents) if agents == group => of_group.push(edge.to),
            Caller::Agents(_) => {}
            Caller::Service(service) => of_services[service].push(edge.to),
        }
    }
    let mut called = BTreeSet::new();
    let mut left = of_group;
    while let Some(service) = left.pop() {
        if called.insert(service) {
            left.extend(&of_services[service]);
        }
    }
    called
}

/// Whether something is done at a place for tasks of a group, however deep.
pub(super) fn reached(system: &System, group: usize, place: Place) -> bool {
    let is_called = |service: usize| called(system, group).contains(&service);
    match place {
        Place::Service(service)
        | Place::Replica { service, .. }
        | Place::Edge { from: Caller::Service(service), .. } => is_called(service),
        Place::Edge { from: Caller::Agents(other), .. } | Place::Agents(other) => other == group,
        Place::Layer { .. } => true,
    }
}

/// The most different things that a step asks for there; none if no step asks for one of several.
pub(super) fn keys_at(system: &System, place: Place) -> u32 {
    let (only, to) = match place {
        Place::Service(service) | Place::Replica { service, .. } => (None, service),
        Place::Edge { from, to } => (Some(from), to),
        Place::Agents(_) | Place::Layer { .. } => return 0,
    };
    let agents = system.agents.iter().enumerate();
    let agents = agents.map(|(index, agents)| (Caller::Agents(index), &agents.steps));
    let services = system.services.iter().enumerate();
    let services = services.map(|(index, service)| (Caller::Service(index), &service.steps));
    let callers =
        agents.chain(services).filter(|(caller, _)| only.is_none_or(|one| one == *caller));
    let keys = callers.flat_map(|(caller, steps)| {
        steps.iter().filter_map(move |step| match step {
            Step::Call { service, keys: Some(keys), .. } if leads(system, caller, *service, to) => {
                Some(*keys)
            }
            _ => None,
        })
    });
    keys.max().unwrap_or(0)
}

/// Whether a call of a service may come to another one: by a fallback or a balance.
fn leads(system: &System, caller: Caller, service: usize, to: usize) -> bool {
    let mut services = vec![service];
    let mut next = 0;
    while let Some(&service) = services.get(next) {
        next += 1;
        let is_it = |edge: &&sim::model::system::Edge| edge.from == caller && edge.to == service;
        let policy = system.edges.iter().find(is_it).and_then(|edge| edge.policy);
        for target in policy.iter().flat_map(|policy| &system.policies[*policy].targets) {
            if !services.contains(target) {
                services.push(*target);
            }
        }
    }
    services.contains(&to)
}
