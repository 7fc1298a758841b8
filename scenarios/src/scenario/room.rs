//! How much memory a run takes, so that no system is taken on that does not fit.
//!
//! The numbers are measured, and rather too high than too low. What is open (tasks, requests,
//! calls) has a limit of its own, which stops a run.

use std::mem;
use std::ops::Range;

use sim::System;
use sim::model::system::{Caller, Edge, Per, Step};

use super::policies::Rooms;
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;

/// Bytes beyond which a system is refused.
const ROOM_MAX: u64 = 3 << 29;

/// An agent, with its source and its random streams.
const AGENT: u64 = 2 << 10;
/// A replica of a service, with its line and its random stream.
const REPLICA: u64 = 4 << 10;
/// An edge of one caller, with its random streams.
const EDGE: u64 = 1 << 10;
/// An instance of a layer, with what is noted of its states.
const LAYER: u64 = 3 << 10;
/// A step of a task.
const STEP: u64 = 256;
/// The version of one thing that a service remembers.
const VERSION: u64 = 4;
/// A fault, with its random stream.
const FAULT: u64 = 1 << 10;
/// What is noted of a group, a service or an edge: two histograms that have seen every length.
const RECORD: u64 = 120 << 10;

/// Keys of calls that ask for something of their own each: as many as there can be.
const OWN_KEYS: u64 = 1 << 31;

/// About how many bytes a run takes. Refuses a system that would take too much; the places are
/// those of its agents and then services.
pub(super) fn check(
    system: &System,
    rooms: &Rooms,
    places: &[Range<usize>],
    found: &mut Vec<Diagnostic>,
) -> u64 {
    let layers = layers(system, rooms);
    let agents = system.agents.iter().enumerate().map(|(group, agents)| {
        let steps = STEP * agents.steps.len() as u64;
        let own = RECORD + steps + AGENT * u64::from(agents.count);
        own.saturating_add(edges(system, &layers, Caller::Agents(group)))
    });
    let services = system.services.iter().zip(system.records()).enumerate();
    let services = services.map(|(index, (service, records))| {
        let replicas = u64::from(service.replicas.count);
        let records = VERSION * u64::from(records);
        let own = RECORD + records + replicas * (REPLICA + STEP * service.steps.len() as u64);
        own.saturating_add(edges(system, &layers, Caller::Service(index)))
    });
    let sizes: Vec<u64> = agents.chain(services).collect();
    let faults = FAULT * system.faults.len() as u64;
    let size = sizes.iter().fold(faults, |all, size| all.saturating_add(*size));
    if size <= ROOM_MAX {
        return size;
    }
    let largest = (0..sizes.len()).max_by_key(|index| sizes[*index]).unwrap_or(0);
    let at = places.get(largest).cloned().unwrap_or(0..0);
    let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let message = format!(
        "a run would take about {:.1} GB of memory, and this the most of it; it may take {:.1} GB",
        gigabytes(size),
        gigabytes(ROOM_MAX)
    );
    let help = "fewer agents, layers that they share (`per = \"edge\"`), smaller windows and a \
                smaller `capacity` of caches take less";
    found.push(Diagnostic::new(at, FileCode::TooLarge, message).help(help));
    size
}

/// How many callers there are of a kind.
fn count(system: &System, from: Caller) -> u64 {
    match from {
        Caller::Agents(group) => system.agents[group].count.into(),
        Caller::Service(service) => system.services[service].replicas.count.into(),
    }
}

/// All edges of a caller, whose layers take so much.
fn edges(system: &System, layers: &[u64], from: Caller) -> u64 {
    let edges = system.edges.iter().zip(layers).filter(|(edge, _)| edge.from == from);
    let own = RECORD + EDGE * count(system, from);
    edges.fold(0, |all: u64, (_, layers)| all.saturating_add(own).saturating_add(*layers))
}

/// The layers of each edge: one instance for each caller, or one that all share. What all edges
/// under a policy share is that of the first.
fn layers(system: &System, rooms: &Rooms) -> Vec<u64> {
    let keys = keys(system);
    let mut keys_of_policy = vec![0_u64; system.policies.len()];
    for (edge, keys) in system.edges.iter().zip(&keys) {
        if let Some(policy) = edge.policy {
            keys_of_policy[policy] = keys_of_policy[policy].saturating_add(*keys);
        }
    }
    let mut is_first = vec![true; system.policies.len()];
    let of_edge = |(edge, keys): (&Edge, &u64)| {
        let Some(policy) = edge.policy else { return 0 };
        let is_first = mem::take(&mut is_first[policy]);
        let layers = system.policies[policy].layers.iter().zip(&rooms[policy]);
        let sizes = layers.map(|(layer, room)| {
            let (instances, keys) = match layer.per {
                Per::Agent | Per::Run => (count(system, edge.from), *keys),
                Per::Edge => (1, *keys),
                Per::Policy => (u64::from(is_first), keys_of_policy[policy]),
            };
            LAYER.saturating_add(room(keys)).saturating_mul(instances)
        });
        sizes.fold(0, u64::saturating_add)
    };
    system.edges.iter().zip(&keys).map(of_edge).collect()
}

/// For how many different things the calls on each edge may ask at the most.
fn keys(system: &System) -> Vec<u64> {
    let own: Vec<u64> = system.edges.iter().map(|edge| keys_of_steps(system, edge)).collect();
    // What a layer sends to another service asks there for what it asked for here.
    let diverts =
        |edge: &Edge| edge.policy.is_some_and(|policy| !system.policies[policy].targets.is_empty());
    let place = |from: Caller| match from {
        Caller::Agents(group) => group,
        Caller::Service(service) => system.agents.len() + service,
    };
    let mut diverted = vec![0_u64; system.agents.len() + system.services.len()];
    for (edge, own) in system.edges.iter().zip(&own).filter(|(edge, _)| diverts(edge)) {
        diverted[place(edge.from)] = diverted[place(edge.from)].saturating_add(*own);
    }
    let all = system.edges.iter().zip(&own).map(|(edge, own)| {
        let own = if diverts(edge) { 0 } else { *own };
        diverted[place(edge.from)].saturating_add(own)
    });
    all.collect()
}

/// The same, of the calls that a caller makes in its steps.
fn keys_of_steps(system: &System, edge: &Edge) -> u64 {
    let steps = match edge.from {
        Caller::Agents(group) => &system.agents[group].steps,
        Caller::Service(service) => &system.services[service].steps,
    };
    let keys = steps.iter().map(|step| match step {
        Step::Call { service, keys, .. } if *service == edge.to => keys.map_or(OWN_KEYS, u64::from),
        _ => 0,
    });
    // Steps with keys ask for the same things.
    keys.max().unwrap_or(0)
}
