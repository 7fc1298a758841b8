//! Requests that are delivered twice.

use super::serving::begin;
use super::world::World;

impl World {
    /// A request that has just come comes a second time, if there is room. Its caller knows nothing
    /// of that.
    #[cold]
    pub(super) fn deliver_again(&mut self, first: u32) {
        let now = self.scheduler.now();
        if let Some(origins) = &mut self.origins {
            origins.copy(first, self.stations.next_request());
        }
        let first = *self.stations.request(first);
        let number = first.station - self.arrivals.len();
        let edge = self.recorder.record_of[self.calls.edge(first.leaf) as usize];
        // The limit is one for all replicas.
        let limiting = number - self.services[number as usize].replica;
        let limits = self.services[limiting as usize].rate_limiter.as_mut();
        let limited = limits.map(|limits| limits.admit(edge, now));
        let service = &mut self.services[number as usize];
        let copy = self.stations.next_request();
        let entry = self.stations.entry(first.station);
        if matches!(limited, Some(Err(_))) || entry.is_full() {
            return;
        }
        let leaf = self.calls.copy(first.leaf, copy, &self.scheduler);
        if let Some(spending) = &mut self.spending {
            spending.open(copy);
        }
        if service.remembers {
            self.memories.copy(first.leaf, leaf);
        }
        let busy = entry.busy() + 1;
        let (index, has_slot, request) = entry.admit(leaf, first.priority, now);
        request.demand = first.demand;
        request.ending = first.ending;
        request.deadline = first.deadline;
        request.fate = first.fate;
        request.is_last = service.is_plain;
        request.abandoned = now;
        self.recorder.note_request(service.number, has_slot);
        if has_slot {
            begin(index, request, (busy, false), service, &mut self.recorder, &mut self.scheduler);
        }
    }
}
