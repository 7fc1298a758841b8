//! Looks at a run while it goes on: for windows, for who watches it, and for conditions.

use patterns::Time;
use patterns::report::Counts;

use super::abort::Then;
use super::kind;
use super::limits::Looks;
use super::world::World;
use crate::kernel::Event;
use crate::observe::{Asked, Parts, Stop};

impl World {
    /// The first time after another one at which something is to be looked at.
    pub(super) fn next_look(&self, after: Time, looks: Option<&Looks<'_>>) -> Option<Time> {
        let asked = looks.and_then(|looks| {
            let at = looks.times.partition_point(|time| *time <= after);
            looks.times.get(at).copied()
        });
        [self.windows.next(after), asked, self.next_look_of_run()].into_iter().flatten().min()
    }

    /// The next time at which something is to be looked at on which the run depends.
    pub(super) fn next_look_of_run(&self) -> Option<Time> {
        let recoveries = self.recoveries.as_ref().and_then(|all| all.next());
        [self.aborts.next(), recoveries].into_iter().flatten().min()
    }

    /// Looks at the run at a time, up to which all events are handled; says why, if that stops it.
    pub(super) fn look(
        &mut self,
        time: Time,
        at_warmup: &[Counts],
        looks: Option<&mut Looks<'_>>,
    ) -> Option<Stop> {
        self.recorder.now = time;
        self.expire_all(time);
        self.recorder.mark(self.oldest_start(time, looks.as_deref()));
        let mut aborts = std::mem::take(&mut self.aborts);
        let met = aborts.look(time, |parts| self.record_until(time, at_warmup, parts));
        self.aborts = aborts;
        if let Some((by, Then::RemoveFaults)) = met {
            self.faults_removed = Some((time, by));
            self.scheduler.schedule(time, Event { kind: kind::RECOVER, index: kind::ALL_FAULTS });
            self.windows.remove_faults(time);
        }
        self.look_for_recoveries(time, at_warmup);
        if self.windows.is_due(time) {
            let all = self.every_part();
            let record = self.record_until(time, at_warmup, &all);
            self.windows.look(time, &record);
        }
        if let Some(looks) = looks.filter(|looks| looks.times.binary_search(&time).is_ok()) {
            (looks.look)(self.record_until(time, at_warmup, looks.parts));
        }
        match met {
            Some((by, Then::Stop)) => Some(Stop::Aborted(by)),
            _ => None,
        }
    }

    /// When the oldest of the parts of the run began of which a record may still be asked.
    fn oldest_start(&self, now: Time, looks: Option<&Looks<'_>>) -> Time {
        let asked = looks.map(|looks| {
            let before = looks.times.partition_point(|time| *time < now).checked_sub(1);
            before.map_or(Time::ZERO, |before| looks.times[before])
        });
        let recoveries = self.recoveries.as_ref().and_then(|all| all.oldest_start());
        let all = [self.windows.oldest_start(), self.aborts.oldest_start(), recoveries, asked];
        all.into_iter().flatten().min().unwrap_or(now)
    }

    fn every_part(&self) -> Parts {
        let Self { recorder, .. } = self;
        let counts = [recorder.agents.len(), recorder.services.len(), recorder.edges.len()];
        Parts::of(counts, Asked::Times)
    }
}
