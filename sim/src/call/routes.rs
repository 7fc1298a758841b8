//! Which layers a call on each edge goes through, and where its layers may divert it to.

use patterns::Target;

use super::frame::NONE;
use super::parts::{ChainLink, EdgeState};

/// The chains of all edges.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// Layers, outermost first, edge by edge; behind the last one of each an instance [`NONE`].
    chains: Vec<ChainLink>,
    edges: Vec<Route>,
    targets: Vec<u32>,
}

/// Where the tables have what belongs to an edge.
#[derive(Clone, Copy, Debug)]
struct Route {
    chain: u32,
    targets: u32,
}

impl Routes {
    pub(super) fn new(edges: &[EdgeState]) -> Self {
        let mut routes = Self::default();
        for edge in edges {
            let (chain, targets) = (routes.chains.len() as u32, routes.targets.len() as u32);
            routes.edges.push(Route { chain, targets });
            routes.chains.extend(&edge.chain);
            routes.chains.push(ChainLink { instance: NONE, rng: NONE });
            routes.targets.extend(&edge.targets);
        }
        routes
    }

    /// The place of the first layer of an edge.
    #[inline]
    pub(super) fn first(&self, edge: u32) -> u32 {
        self.edges[edge as usize].chain
    }

    /// The layer at a place; its instance is [`NONE`] below the last one.
    #[inline]
    pub(super) fn link(&self, place: u32) -> ChainLink {
        self.chains[place as usize]
    }

    /// The edge that a target stands for.
    #[inline]
    pub(super) fn target(&self, edge: u32, target: Target) -> u32 {
        self.targets[self.edges[edge as usize].targets as usize + target.0]
    }
}
