//! Whether layers sound the alarm when a service that they stand before has a fault, and only then:
//! a breaker that opens is an alarm.

use patterns::Time;
use patterns::report::{Severity, StateId};

use super::recorder::{Instance, Recorder};

impl Recorder {
    /// A service that had no fault has one now. One that begins in the instant in which another one
    /// ends goes on with it, and so it is not missed yet.
    pub(super) fn note_fault(&mut self, service: usize) {
        let fault = &mut self.faults[service];
        let goes_on = fault.ended == Some(self.now);
        fault.began = fault.began.filter(|_| goes_on).or(Some(self.now));
        fault.since = fault.began;
        let since = fault.since;
        if goes_on {
            self.count_missed(service, since, u64::saturating_sub);
        }
    }

    /// A service no longer has a fault.
    pub(super) fn note_fault_end(&mut self, service: usize) {
        let since = self.faults[service].since.take();
        self.faults[service].ended = Some(self.now);
        self.count_missed(service, since, u64::saturating_add);
    }

    /// Counts, or no longer, a fault of which layers before a service gave no alarm.
    fn count_missed(&mut self, service: usize, since: Option<Time>, count: fn(u64, u64) -> u64) {
        let counts = u64::from(self.now >= self.warmup);
        for record in 0..self.layers.len() {
            if !self.callees[record].contains(&(service as u32)) {
                continue;
            }
            let is_open = self.instances.iter().any(|instance| {
                let Some((state, _)) = instance.state else { return false };
                instance.record as usize == record
                    && self.severity(record, state) != Severity::Normal
            });
            if !is_open && self.alarm_of[record] < since {
                let missed = &mut self.layers[record].alarms.missed;
                *missed = count(*missed, counts);
            }
        }
    }

    /// An instance of a layer goes from one state to another.
    pub(super) fn note_alarm(&mut self, instance: usize, from: StateId, to: StateId) {
        let Instance { record, by_hand, .. } = self.instances[instance];
        let record = record as usize;
        let (from, to) = (self.severity(record, from), self.severity(record, to));
        let counts = u64::from(self.now >= self.warmup);
        let callees = || self.callees[record].iter().map(|service| self.faults[*service as usize]);
        let fault = callees().filter_map(|fault| fault.since).min();
        if by_hand {
            // It says nothing of the services behind it.
            self.instances[instance].alarm = None;
        } else if from == Severity::Normal && to == Severity::Bad {
            self.instances[instance].alarm = Some(self.now);
            let alarms = &mut self.layers[record].alarms;
            match fault {
                None => alarms.false_alarms += counts,
                Some(since) => {
                    let is_first = self.alarm_of[record] < Some(since);
                    alarms.found += counts * u64::from(is_first);
                    self.alarm_of[record] = Some(self.now);
                    if self.instances[instance].fault != fault {
                        self.instances[instance].fault = fault;
                        alarms.raised += counts;
                        alarms.raised_after +=
                            u128::from(self.now.since(since).as_nanos() * counts);
                    }
                }
            }
        } else if from != Severity::Normal && to == Severity::Normal {
            let ended = callees().filter_map(|fault| fault.ended).max();
            let raised = self.instances[instance].alarm.take();
            if let (None, Some(ended), Some(raised)) = (fault, ended, raised)
                && raised <= ended
            {
                let alarms = &mut self.layers[record].alarms;
                alarms.cleared += counts;
                alarms.cleared_after += u128::from(self.now.since(ended).as_nanos() * counts);
            }
        }
    }

    fn severity(&self, record: usize, state: StateId) -> Severity {
        self.layers[record].report.state(state).severity
    }
}
