//! Attempts that come to a service of several replicas, or to a full queue that makes way.

use patterns::{Class, Outcome};

use super::balancer::Draws;
use super::request::Coming;
use super::world::World;
use crate::call::Command;
use crate::fault::Condition;

impl World {
    /// An attempt comes to a service of several replicas, the first of which this is.
    #[inline(never)]
    pub(super) fn deal_out(&mut self, coming: Coming, first: u32, draws: Draws) -> Option<Command> {
        let (now, leaf) = (self.scheduler.now(), coming.leaf);
        let service = &mut self.services[first as usize];
        // The limit is one for all replicas.
        let record = self.recorder.record_of[coming.edge as usize];
        if let Some(limits) = &mut service.rate_limiter
            && let Err(refused) = limits.admit(record, now)
        {
            self.recorder.note_request(service.number, Some(refused), false);
            return self.calls.refuse(leaf, refused, &mut self.scheduler, &mut self.recorder);
        }
        let (call, station) = (self.calls.call_of(leaf), self.arrivals.len() + first);
        let balancer = service.balancer.as_mut().expect("it has several replicas");
        let load = |replica| self.stations.load(station + replica);
        let replica = balancer.pick((self.calls.caller(leaf), call), draws, now, load);
        self.recorder.note_replica(service.number, replica);
        self.enter(coming, first + replica, station + replica, false)
    }

    /// The last in line goes for an attempt that has come.
    #[inline(never)]
    pub(super) fn make_way(
        &mut self,
        last: u32,
        coming: Coming,
        replica: u32,
        station: u32,
    ) -> Option<Command> {
        let outcome = Outcome::failed(Class::Overload);
        let request = self.stations.request(last);
        let leaf = request.leaf;
        self.recorder.note_lost(self.services[replica as usize].number, request, outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(last) << 8);
        self.stations.drop_waiting(last);
        self.calls.launch(coming.leaf, self.stations.next_request());
        // It was let in but for the queue.
        let next = self.enter(coming, replica, station, false);
        debug_assert!(next.is_none(), "there is room now");
        self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder)
    }

    /// The condition of the service of a replica, whose own is given: the balancer learns of it.
    pub(super) fn condition_of_all(&mut self, replica: u32, own: Condition) -> Condition {
        let (now, nth) = (self.scheduler.now(), self.services[replica as usize].replica);
        let first = (replica - nth) as usize;
        let Some(balancer) = &mut self.services[first].balancer else { return own };
        balancer.note(nth, own.is_down, now);
        let all = first..first + balancer.count() as usize;
        let conditions =
            all.map(|place| self.faults.condition(place, &self.services[place].health));
        conditions.reduce(Condition::beside).unwrap_or(own)
    }
}
