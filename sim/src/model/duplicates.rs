//! Requests that are delivered twice.

use super::serving::begin;
use super::world::World;

impl World {
    /// A request that has just come comes a second time, if there is room. Its caller knows nothing
    /// of that.
    #[cold]
    pub(super) fn deliver_again(&mut self, first: u32) {
        let now = self.scheduler.now();
        let first = *self.stations.request(first);
        let number = first.station - self.arrivals.len();
        let service = &mut self.services[number as usize];
        let edge = self.recorder.record_of[self.calls.edge(first.leaf) as usize];
        let limited = service.rate_limiter.as_mut().map(|limits| limits.admit(edge, now));
        let entry = self.stations.entry(first.station);
        if matches!(limited, Some(Err(_))) || entry.is_full() {
            return;
        }
        self.recorder.note_request(number, None);
        let leaf = self.calls.copy(first.leaf, entry.next_request(), &self.scheduler);
        let busy = entry.busy() + 1;
        let (index, has_slot, request) = entry.admit(leaf, now);
        request.demand = first.demand;
        request.ending = first.ending;
        request.priority = first.priority;
        request.deadline = first.deadline;
        request.fate = first.fate;
        request.is_last = service.is_plain;
        request.abandoned = now;
        if has_slot {
            begin(index, request, busy, service, &mut self.recorder, &mut self.scheduler);
        }
    }
}
