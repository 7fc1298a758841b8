//! Looking ahead: what the next events will need is read before the first of them comes.
//!
//! Where there are many agents, what belongs to each lies far from the caches, and an event reads
//! one thing to find the next. The events to come can be looked at together, and the processor then
//! waits for several of them in the time of one. Nothing depends on what is read here.

use std::hint::black_box;

use super::kind;
use super::request::NONE;
use super::world::World;

/// With fewer agents than this, what they have fits into the nearer caches.
const AGENTS: u32 = 400;

impl World {
    /// Whether it is worth to look ahead.
    pub(super) fn looks_ahead(&self) -> bool {
        self.arrivals.len() >= AGENTS
    }

    /// Reads what the next events will need, and says how many events that is.
    pub(super) fn look_ahead(&self) -> usize {
        let mut read = 0;
        let mut count = 0;
        for event in self.scheduler.upcoming() {
            count += 1;
            read ^= match event.kind {
                kind::ARRIVAL => self.read_agent(event.index),
                kind::WORK => self.read_request(event.index),
                kind::WAKE => self.calls.caller(event.index).map_or(0, |task| self.read_task(task)),
                _ => 0,
            };
        }
        black_box(read);
        count
    }

    /// Reads what the first call of a task will need.
    fn read_agent(&self, agent: u32) -> u64 {
        let edge = self.stations.edges(agent);
        let Some(streams) = self.edges.get(edge as usize) else { return 0 };
        let layer = self.calls.first_layer(edge);
        u64::from(layer) ^ streams.demand.peek() ^ streams.error.peek()
    }

    /// Reads what the end of a request will need.
    fn read_request(&self, index: u32) -> u64 {
        let leaf = self.stations.request(index).leaf;
        let task = if leaf == NONE { Some(index) } else { self.calls.caller(leaf) };
        task.map_or(0, |task| self.read_task(task))
    }

    /// Reads what the end of a task will need.
    fn read_task(&self, index: u32) -> u64 {
        let station = self.stations.request(index).station;
        if station < self.arrivals.len() { self.arrivals.peek(station) } else { 0 }
    }
}
