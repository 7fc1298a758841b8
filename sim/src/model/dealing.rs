//! Attempts that come to a service of several replicas, or to a full queue that makes way.

use patterns::{Class, Outcome};

use super::balancer::Draws;
use super::request::{Coming, NONE};
use super::world::World;
use crate::call::Command;
use crate::fault::Condition;

impl World {
    /// An attempt comes to a service of several replicas, the first of which this is.
    #[inline(never)]
    pub(super) fn deal_out(&mut self, coming: Coming, first: u32, draws: Draws) -> Option<Command> {
        let (now, leaf) = (self.scheduler.now(), coming.leaf);
        self.calls.launch(leaf, NONE)?;
        let service = &mut self.services[first as usize];
        // The limit is one for all replicas.
        let record = self.recorder.record_of[coming.edge as usize];
        if let Some(limits) = &mut service.rate_limiter
            && let Err(refused) = limits.admit(record, now)
        {
            self.recorder.note_refused(service.number, refused);
            return self.calls.refuse(leaf, refused, &mut self.scheduler, &mut self.recorder);
        }
        let (call, station) = (self.calls.call_of(leaf), self.arrivals.len() + first);
        let balancer = service.balancer.as_mut().expect("it has several replicas");
        let load = |replica| self.stations.load(station + replica);
        let replica = balancer.pick((self.calls.caller(leaf), call), draws, now, load);
        self.recorder.note_replica(service.number, replica);
        self.enter_later(coming, first + replica, station + replica)
    }

    #[inline(never)]
    fn enter_later(&mut self, coming: Coming, replica: u32, station: u32) -> Option<Command> {
        self.enter(coming, replica, station, false)
    }

    /// An attempt has come to a full line that does not go first in, first out: it is refused, or
    /// the last in line is.
    #[inline(never)]
    pub(super) fn at_full_line(
        &mut self,
        coming: Coming,
        replica: u32,
        station: u32,
        priority: u8,
    ) -> Option<Command> {
        let (outcome, number) =
            (Outcome::failed(Class::Overload), self.services[replica as usize].number);
        let Some(last) = self.stations.gives_way(station, priority) else {
            self.recorder.note_refused(number, outcome);
            let (scheduler, recorder) = (&mut self.scheduler, &mut self.recorder);
            return self.calls.refuse(coming.leaf, outcome, scheduler, recorder);
        };
        let request = self.stations.request(last);
        let leaf = request.leaf;
        self.recorder.note_lost(number, request, outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(last) << 8);
        let before = self.stations.next_request();
        self.stations.drop_waiting(last);
        if let Some(origins) = &mut self.origins {
            origins.copy(before, self.stations.next_request());
        }
        // It was let in but for the line, in which there is room now.
        let next = self.enter_later(coming, replica, station);
        debug_assert!(next.is_none(), "it waits");
        self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder)
    }

    /// The condition of the service of a replica, whose own is given: the balancer learns of it.
    pub(super) fn condition_of_all(&mut self, replica: u32, own: Condition) -> Condition {
        let (now, nth) = (self.scheduler.now(), self.services[replica as usize].replica);
        let first = (replica - nth) as usize;
        let Some(balancer) = &mut self.services[first].balancer else { return own };
        balancer.note(nth, own.is_out, now);
        let all = first..first + balancer.count() as usize;
        let of = |place: usize| self.faults.condition(place, &self.services[place].health);
        let whole = all.clone().map(of).reduce(Condition::beside).unwrap_or(own);
        if let Some(tracer) = &mut self.recorder.tracer {
            for place in all {
                let shown = of(place).shown.filter(|_| whole.shown.is_none());
                tracer.show_replica(place, shown, now);
            }
        }
        whole
    }
}
