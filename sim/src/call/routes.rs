//! Which layers a call on each edge goes through, and where its layers may divert it to.

use patterns::{Rng, Target};

use super::frame::NONE;
use super::parts::{ChainLink, EdgeState};
use crate::kernel::RngStream;

/// The chains of all edges.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// Layers, outermost first, edge by edge; behind the last one of each an instance [`NONE`].
    chains: Vec<ChainLink>,
    edges: Vec<Route>,
    targets: Vec<u32>,
    /// What the layers of edges draw from.
    rngs: Vec<RngStream>,
}

/// Where the tables have what belongs to an edge.
#[derive(Clone, Copy, Debug)]
struct Route {
    chain: u32,
    targets: u32,
}

impl Routes {
    pub(super) fn new(edges: &[EdgeState], rngs: Vec<RngStream>) -> Self {
        let mut routes = Self { rngs, ..Self::default() };
        for edge in edges {
            let (chain, targets) = (routes.chains.len() as u32, routes.targets.len() as u32);
            routes.edges.push(Route { chain, targets });
            routes.chains.extend(&edge.chain);
            routes.chains.push(ChainLink { instance: NONE, rng: NONE });
            routes.targets.extend(&edge.targets);
        }
        routes
    }

    /// A draw from one of the streams of layers.
    pub(super) fn draw(&mut self, rng: u32) -> f64 {
        self.rngs[rng as usize].uniform()
    }

    /// The place of the first layer of an edge.
    #[inline]
    pub(super) fn first(&self, edge: u32) -> u32 {
        self.edges[edge as usize].chain
    }

    /// The instance of the layer at a place; [`NONE`] below the last one.
    #[inline]
    pub(super) fn layer(&self, place: u32) -> u32 {
        self.chains[place as usize].instance
    }

    /// The edge that a target stands for.
    #[inline]
    pub(super) fn target(&self, edge: u32, target: Target) -> u32 {
        self.targets[self.edges[edge as usize].targets as usize + target.0]
    }
}

/// The draws of the layer at a place; their stream is looked up when something is drawn.
#[derive(Debug)]
pub(super) struct Draws<'a> {
    pub(super) routes: &'a mut Routes,
    pub(super) place: u32,
}

impl Rng for Draws<'_> {
    fn uniform(&mut self) -> f64 {
        let Routes { chains, rngs, .. } = &mut *self.routes;
        rngs[chains[self.place as usize].rng as usize].uniform()
    }
}
