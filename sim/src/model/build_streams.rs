//! Building the random streams of edges.

use super::build::Builder;
use super::edge_streams::{EdgeStreams, Link, RareStreams};
use super::system::Caller;
use super::who::{Who, is_keyed};

impl Builder<'_> {
    /// What the attempts of a caller on an edge draw from.
    pub(super) fn streams_of(&self, index: usize, who: Who<'_>) -> EdgeStreams {
        let edge = &self.system.edges[index];
        let service = edge.to;
        let callee = &self.system.services[service].name;
        let stream = |purpose| self.streams.stream(who.stream(purpose).text(callee));
        let steps = match edge.from {
            Caller::Agents(group) => &self.system.agents[group].steps,
            Caller::Service(service) => &self.system.services[service].steps,
        };
        let (by_fault, is_keyed) = (self.draws(service), is_keyed(steps, service));
        let first = self.first_replicas[service];
        let replicas = self.system.services[service].replicas;
        let (has_replicas, remembers) = (replicas.count > 1, self.memories.has(service));
        let link = self.links.iter().position(|link| *link == index);
        let (by_scope, scopes) = self.scopes(service, link);
        let link = link.map(|link| Link { index: link as u32, bits: stream("faults on the way") });
        let is_rare = by_fault.by_attempt || is_keyed || link.is_some() || by_scope;
        let costs = self.costly_edges[index];
        let is_rare = is_rare || has_replicas || remembers || costs;
        EdgeStreams {
            service: first,
            station: self.first_service + first,
            demand: stream("demand"),
            error: stream("errors"),
            rare: is_rare.then(|| {
                let fault = by_fault.by_attempt.then(|| stream("errors by faults"));
                let keys = is_keyed.then(|| stream("keys"));
                Box::new(RareStreams {
                    fault,
                    keys,
                    route: has_replicas.then(|| (replicas.pick, stream("replicas"))),
                    remembers,
                    costs,
                    salts: self.salts(service, link.as_ref(), who),
                    scopes,
                    link,
                })
            }),
        }
    }
}
