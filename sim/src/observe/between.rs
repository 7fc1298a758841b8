//! The record of a window: what a record has that an earlier one of the same run did not.

use patterns::{Duration, Time};

use super::{
    AgentRecord, EdgeRecord, Episodes, LateCounts, LayerRecord, OutcomeCounts, Record,
    ServiceRecord, StateRecord, Writes,
};

impl Record {
    /// The part of a run between two times: this record is of the run until the later one,
    /// `earlier` of the same run until the earlier one.
    ///
    /// It holds what *ended* in the window, whenever it began after the warm-up, and time integrals
    /// over the window. The least and greatest of times are known to within a bucket of their
    /// histogram.
    pub fn since(&self, earlier: &Self) -> Self {
        let from = earlier.ended.max(earlier.warmup);
        let within = |now: &Episodes, then: &Episodes| now.since(then, from, self.ended);
        let agents = self.agents.iter().zip(&earlier.agents).map(|(now, then)| AgentRecord {
            name: now.name.clone(),
            count: now.count,
            open: now.open,
            tasks: now.tasks.since(&then.tasks),
            late: now.late.since(then.late),
            overdue: now.overdue,
            failures: now.failures.since(from),
            episodes: within(&now.episodes, &then.episodes),
            latency_ok: now.latency_ok.since(&then.latency_ok),
            latency_failed: now.latency_failed.since(&then.latency_failed),
            frozen: now.frozen.saturating_sub(then.frozen),
            busy: now.busy - then.busy,
            process: now.process.since(&then.process),
            spending: now.spending.since(then.spending),
        });
        let services = self.services.iter().zip(&earlier.services);
        let services = services.map(|(now, then)| now.since(then, from));
        let edges = self.edges.iter().zip(&earlier.edges).map(|(now, then)| EdgeRecord {
            from: now.from.clone(),
            to: now.to.clone(),
            layers: now.layers.clone(),
            calls: now.calls.since(&then.calls),
            load: now.load.since(from),
            attempts: now.attempts.since(&then.attempts),
            diverted: now.diverted.since(&then.diverted),
            latency_ok: now.latency_ok.since(&then.latency_ok),
            latency_failed: now.latency_failed.since(&then.latency_failed),
            late: now.late - then.late,
            frozen: now.frozen.saturating_sub(then.frozen),
            episodes: within(&now.episodes, &then.episodes),
            faults: now.faults.since(&then.faults),
            spent: now.spent.since(then.spent),
        });
        let layers = self.layers.iter().zip(&earlier.layers).map(|(now, then)| now.since(then));
        let budgets = self.budgets.iter().zip(&earlier.budgets);
        let budgets = budgets.map(|(now, then)| now.since(then));
        Self {
            seed: self.seed,
            horizon: self.horizon,
            warmup: from,
            ended: self.ended,
            left_out: Duration::ZERO,
            stopped: self.stopped,
            faults_removed: self.faults_removed,
            events: self.events - earlier.events,
            fingerprint: self.fingerprint,
            agents: agents.collect(),
            services: services.collect(),
            edges: edges.collect(),
            layers: layers.collect(),
            budgets: budgets.collect(),
            recoveries: (self.recoveries.iter().zip(&earlier.recoveries))
                .map(|(now, then)| now.since(then))
                .collect(),
            humans: (self.humans.iter().zip(&earlier.humans))
                .map(|(now, then)| now.since(then))
                .collect(),
            windows: Vec::new(),
            trace: None,
        }
    }
}

impl ServiceRecord {
    /// The same of the time from this one on, by the record of what was before.
    fn since(&self, then: &Self, from: Time) -> Self {
        Self {
            name: self.name.clone(),
            slots: self.slots,
            by_replica: (self.by_replica.iter().zip(&then.by_replica))
                .map(|(now, then)| now - then)
                .collect(),
            writes: self.writes.since(then.writes),
            open: self.open,
            requests: self.requests.since(&then.requests),
            load: self.load.since(from),
            line: self.line.since(from),
            seconds: self.seconds.since(from),
            waiting: self.waiting.since(&then.waiting),
            sojourn: self.sojourn.since(&then.sojourn),
            abandoned: self.abandoned - then.abandoned,
            wasted: self.wasted - then.wasted,
            busy: self.busy - then.busy,
            queued: self.queued - then.queued,
            down: self.down - then.down,
            faulty: self.faulty - then.faulty,
            fault_intervals: self.fault_intervals - then.fault_intervals,
            first_fault: self.first_fault,
        }
    }
}

impl Record {
    /// Adds a later window of the same run.
    ///
    /// # Panics
    ///
    /// If it is a record of another system, or not of a later window.
    pub fn extend(&mut self, later: &Self) {
        assert!(self.ended <= later.warmup, "a later window");
        self.left_out = self.left_out + later.left_out + later.warmup.since(self.ended);
        self.ended = later.ended;
        self.stopped = later.stopped;
        self.faults_removed = later.faults_removed;
        self.events += later.events;
        self.fingerprint = later.fingerprint;
        for (sum, more) in self.agents.iter_mut().zip(&later.agents) {
            sum.tasks.extend(&more.tasks);
            sum.late.extend(more.late);
            sum.overdue = more.overdue;
            sum.process.extend(&more.process);
            sum.failures.extend(&more.failures);
            sum.episodes.extend(&more.episodes);
            sum.latency_ok.merge(&more.latency_ok);
            sum.latency_failed.merge(&more.latency_failed);
            sum.frozen += more.frozen;
            sum.busy += more.busy;
            sum.spending.extend(more.spending);
        }
        for (sum, more) in self.services.iter_mut().zip(&later.services) {
            sum.requests.extend(&more.requests);
            sum.writes.extend(more.writes);
            for (sum, more) in sum.by_replica.iter_mut().zip(&more.by_replica) {
                *sum += more;
            }
            sum.load.extend(&more.load);
            sum.line.extend(&more.line);
            sum.seconds.extend(&more.seconds);
            sum.waiting.merge(&more.waiting);
            sum.sojourn.merge(&more.sojourn);
            sum.abandoned += more.abandoned;
            sum.wasted += more.wasted;
            sum.busy += more.busy;
            sum.queued += more.queued;
            sum.down += more.down;
            sum.faulty += more.faulty;
            sum.fault_intervals += more.fault_intervals;
        }
        for (sum, more) in self.edges.iter_mut().zip(&later.edges) {
            sum.calls.extend(&more.calls);
            sum.load.extend(&more.load);
            sum.attempts.extend(&more.attempts);
            sum.diverted.extend(&more.diverted);
            sum.latency_ok.merge(&more.latency_ok);
            sum.latency_failed.merge(&more.latency_failed);
            sum.late += more.late;
            sum.frozen += more.frozen;
            sum.episodes.extend(&more.episodes);
            sum.faults.extend(&more.faults);
            sum.spent.add(more.spent);
        }
        for (sum, more) in self.budgets.iter_mut().zip(&later.budgets) {
            sum.extend(more);
        }
        let recoveries = self.recoveries.iter_mut().zip(&later.recoveries);
        recoveries.for_each(|(sum, more)| sum.extend(more));
        let humans = self.humans.iter_mut().zip(&later.humans);
        humans.for_each(|(sum, more)| sum.extend(more));
        for (sum, more) in self.layers.iter_mut().zip(&later.layers) {
            for (sum, more) in sum.states.iter_mut().zip(&more.states) {
                sum.entered += more.entered;
                sum.time += more.time;
                sum.at_end = more.at_end;
            }
            sum.counts.merge(&more.counts);
            sum.alarms = sum.alarms.and(more.alarms);
        }
    }
}

impl OutcomeCounts {
    /// Adds those of a later window: what is open is what is open at its end.
    fn extend(&mut self, later: &Self) {
        self.issued += later.issued;
        for (sum, more) in self.ended.iter_mut().zip(later.ended) {
            *sum += more;
        }
        self.given_up += later.given_up;
        self.leave_open(later.open());
    }

    /// So many are open at the end.
    fn leave_open(&mut self, open: u64) {
        let gone = self.answered() + self.given_up;
        self.carried = (open + gone).cast_signed() - self.issued.cast_signed();
    }

    fn since(&self, earlier: &Self) -> Self {
        let mut ended = self.ended;
        for (now, then) in ended.iter_mut().zip(earlier.ended) {
            *now -= then;
        }
        let mut since = Self {
            issued: self.issued - earlier.issued,
            ended,
            given_up: self.given_up - earlier.given_up,
            carried: 0,
        };
        since.leave_open(self.open());
        since
    }
}

impl Writes {
    fn extend(&mut self, later: Self) {
        self.all += later.all;
        self.conflicts += later.conflicts;
        self.lost_updates += later.lost_updates;
    }

    fn since(self, earlier: Self) -> Self {
        Self {
            all: self.all - earlier.all,
            conflicts: self.conflicts - earlier.conflicts,
            lost_updates: self.lost_updates - earlier.lost_updates,
        }
    }
}

impl LateCounts {
    fn extend(&mut self, later: Self) {
        self.good += later.good;
        self.degraded += later.degraded;
        self.failed += later.failed;
        self.wrong += later.wrong;
        self.wrong_degraded += later.wrong_degraded;
    }

    fn since(self, earlier: Self) -> Self {
        Self {
            good: self.good - earlier.good,
            degraded: self.degraded - earlier.degraded,
            failed: self.failed - earlier.failed,
            wrong: self.wrong - earlier.wrong,
            wrong_degraded: self.wrong_degraded - earlier.wrong_degraded,
        }
    }
}

impl LayerRecord {
    fn since(&self, earlier: &Self) -> Self {
        let states = self.states.iter().zip(&earlier.states).map(|(now, then)| StateRecord {
            entered: now.entered - then.entered,
            time: now.time - then.time,
            at_end: now.at_end,
        });
        let mut counts = self.counts.clone();
        counts.subtract(&earlier.counts);
        let alarms = self.alarms.since(earlier.alarms);
        Self { states: states.collect(), counts, alarms, ..self.clone() }
    }
}
