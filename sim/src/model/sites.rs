//! Where faults can happen in a world, by number.

use std::collections::{BTreeMap, BTreeSet};

use super::own_work::OwnWork;
use super::system::{Place, System};
use crate::call::{ChainLink, EdgeState};

impl System {
    /// The edges on which faults can happen, each once.
    pub(crate) fn links(&self) -> Vec<usize> {
        let mut links = Vec::new();
        for place in self.faults.iter().flat_map(|fault| &fault.hits) {
            if let Some(edge) = self.edge_of(*place).filter(|edge| !links.contains(edge)) {
                links.push(edge);
            }
        }
        links
    }
}

/// What a number stands for by which faults know a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    /// A replica of a service.
    Service(u32),
    /// A link, by its place among all of them.
    Link(usize),
    /// A group of agents.
    Agents(usize),
    /// An instance of a layer, by its place among those that faults hit.
    Layer(usize),
}

/// How the numbers of places are given: to replicas of services, links, groups of agents and
/// layers in turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sites {
    services: usize,
    links: usize,
    groups: usize,
}

impl Sites {
    /// For so many replicas of services, links, and groups of agents.
    pub(super) fn of(services: usize, links: usize, groups: usize) -> Self {
        Self { services, links, groups }
    }

    /// How many places there are, but for layers.
    pub(super) fn count(&self) -> usize {
        self.services + self.links + self.groups
    }

    /// What a number stands for.
    pub(super) fn site(&self, place: u32) -> Site {
        let place = place as usize;
        if place < self.services {
            return Site::Service(place as u32);
        }
        let behind = place - self.services;
        if behind < self.links {
            return Site::Link(behind);
        }
        let behind = behind - self.links;
        if behind < self.groups { Site::Agents(behind) } else { Site::Layer(behind - self.groups) }
    }

    /// The number of what stands for something.
    pub(super) fn place(&self, site: Site) -> u32 {
        let place = match site {
            Site::Service(service) => service as usize,
            Site::Link(link) => self.services + link,
            Site::Agents(group) => self.services + self.links + group,
            Site::Layer(layer) => self.count() + layer,
        };
        place as u32
    }
}

/// The instances of a layer that a place means; none if it is no layer.
pub(super) fn instances(
    system: &System,
    (edges, record_of): (&[EdgeState], &[u32]),
    place: Place,
) -> Vec<ChainLink> {
    let Place::Layer { policy, layer, edge: only } = place else { return Vec::new() };
    let all = edges.iter().zip(record_of).filter(|(_, record)| {
        let edge = &system.edges[**record as usize];
        let is_meant = only.is_none_or(|only| only == (edge.from, edge.to));
        edge.policy == Some(policy) && is_meant
    });
    all.map(|(state, _)| state.chain[layer]).collect()
}

/// The instances of layers that faults hit, each once, and for each place of such a fault the ones
/// that it means: by the fault, and by their place among all of them.
pub(super) fn hit_layers(
    system: &System,
    edges: &[EdgeState],
    record_of: &[u32],
) -> (Vec<ChainLink>, Vec<(u32, usize)>) {
    let mut links: Vec<ChainLink> = Vec::new();
    let mut known: BTreeMap<u32, usize> = BTreeMap::new();
    let mut hits = Vec::new();
    for (fault, number) in system.faults.iter().zip(0..) {
        let mut of_fault = BTreeSet::new();
        for place in &fault.hits {
            for link in instances(system, (edges, record_of), *place) {
                let index = *known.entry(link.instance).or_insert_with(|| {
                    links.push(link);
                    links.len() - 1
                });
                of_fault.insert(index);
            }
        }
        hits.extend(of_fault.into_iter().map(|index| (number, index)));
    }
    (links, hits)
}

/// What faults need beside health of services and links.
#[derive(Debug, Default)]
pub(super) struct Hit {
    /// The instances of layers that they hit.
    pub(super) layers: Vec<ChainLink>,
    /// The own work of agents, if they hit that.
    pub(super) work: Option<Box<OwnWork>>,
}
