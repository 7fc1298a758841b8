//! Looking ahead: what the next events will need is read before the first of them comes.
//!
//! Where there are many agents, what belongs to each lies far from the caches, and an event reads
//! one thing to find the next. The events to come can be looked at together, and the processor then
//! waits for several of them in the time of one. Nothing depends on what is read here.

use std::hint::black_box;

use super::kind;
use super::request::{BRANCH, NONE};
use super::world::World;

/// With fewer agents than this, what they have fits into the nearer caches.
const AGENTS: u32 = 2500;

/// How many events are looked at together.
const EVENTS: usize = 16;

/// Where the things lie that an event needs.
#[derive(Clone, Copy)]
enum Place {
    /// At an edge, on which an attempt will be made.
    Edge(u32),
    /// At an agent, whose task may end.
    Agent(u32),
    /// Nowhere far.
    Near,
}

impl World {
    /// Whether it is worth to look ahead.
    pub(super) fn looks_ahead(&self) -> bool {
        self.arrivals.len() >= AGENTS
    }

    /// Reads what the next events will need, and says how many events that is; at least one.
    #[inline(never)]
    pub(super) fn look_ahead(&self) -> u64 {
        let mut places = [Place::Near; EVENTS];
        let mut count = 0;
        for (place, event) in places.iter_mut().zip(self.scheduler.upcoming()) {
            *place = match event.kind {
                kind::ARRIVAL => Place::Edge(self.stations.edges(event.index)),
                kind::WAKE => Place::Edge(self.calls.edge(event.index)),
                kind::WORK => self.agent_of(event.index).map_or(Place::Near, Place::Agent),
                _ => Place::Near,
            };
            count += 1;
        }
        black_box(places.iter().fold(0, |read, place| read ^ self.read(*place)));
        count.max(1)
    }

    /// The agent at the end of the way of a request, if it is not that of a call by a service.
    fn agent_of(&self, request: u32) -> Option<u32> {
        let leaf = self.stations.request(request).leaf;
        let task =
            if leaf == NONE || leaf == BRANCH { request } else { self.calls.caller(leaf)? };
        let station = self.stations.request(task).station;
        (station < self.arrivals.len()).then_some(station)
    }

    /// Reads from each line of the cache that is needed of a place.
    fn read(&self, place: Place) -> u64 {
        match place {
            Place::Edge(edge) => self.edges.get(edge as usize).map_or(0, |streams| {
                let layer = self.calls.first_layer(edge);
                u64::from(layer) ^ streams.demand.peek() ^ streams.error.peek()
            }),
            Place::Agent(agent) => {
                u64::from(self.stations.edges(agent)) ^ self.arrivals.peek(agent)
            }
            Place::Near => 0,
        }
    }
}
