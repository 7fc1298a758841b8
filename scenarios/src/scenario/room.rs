//! How much memory a run takes, so that no system is taken on that does not fit.
//!
//! The numbers are measured, and rather too high than too low. What is open (tasks, requests,
//! calls) has a limit of its own, which stops a run.

use std::ops::Range;

use sim::System;
use sim::model::system::{Caller, Edge, Per};

use super::policies::Rooms;
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;

/// Bytes beyond which a system is refused.
const ROOM_MAX: u64 = 3 << 29;

/// An agent, with its source and its random streams.
const AGENT: u64 = 2 << 10;
/// An edge of one caller, with its random streams.
const EDGE: u64 = 1 << 10;
/// An instance of a layer, with what is noted of its states.
const LAYER: u64 = 3 << 10;
/// A step of a task.
const STEP: u64 = 256;
/// A fault, with its random stream.
const FAULT: u64 = 1 << 10;
/// What is noted of a group, a service or an edge: two histograms that have seen every length.
const RECORD: u64 = 120 << 10;

/// About how many bytes a run takes. Refuses a system that would take too much; the places are
/// those of its agents and then services.
pub(super) fn check(
    system: &System,
    rooms: &Rooms,
    places: &[Range<usize>],
    found: &mut Vec<Diagnostic>,
) -> u64 {
    let agents = system.agents.iter().enumerate().map(|(group, agents)| {
        let steps = STEP * agents.steps.len() as u64;
        let own = RECORD + steps + AGENT * u64::from(agents.count);
        own.saturating_add(edges(system, rooms, Caller::Agents(group), agents.count))
    });
    let services = system.services.iter().enumerate().map(|(index, service)| {
        let own = RECORD + STEP * service.steps.len() as u64;
        own.saturating_add(edges(system, rooms, Caller::Service(index), 1))
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
    let help =
        "fewer agents, layers that they share (`per = \"edge\"`) and smaller windows take less";
    found.push(Diagnostic::new(at, FileCode::TooLarge, message).help(help));
    size
}

/// All edges of a caller, of which there are a number.
fn edges(system: &System, rooms: &Rooms, from: Caller, count: u32) -> u64 {
    let edges = system.edges.iter().filter(|edge| edge.from == from);
    let sizes = edges.map(|edge| {
        let layers = layers(system, rooms, edge, u64::from(count));
        (RECORD + EDGE * u64::from(count)).saturating_add(layers)
    });
    sizes.fold(0, u64::saturating_add)
}

/// The layers of an edge: one instance for each caller, or one that all share.
fn layers(system: &System, rooms: &Rooms, edge: &Edge, count: u64) -> u64 {
    let Some(policy) = edge.policy else { return 0 };
    let layers = system.policies[policy].layers.iter().zip(&rooms[policy]);
    let sizes = layers.map(|(layer, room)| {
        let instances = if layer.per == Per::Agent { count } else { 1 };
        LAYER.saturating_add(*room).saturating_mul(instances)
    });
    sizes.fold(0, u64::saturating_add)
}
