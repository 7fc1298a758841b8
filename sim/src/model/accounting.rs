//! What the world writes down: the ends of requests, the condition of services, and the record.

use patterns::report::Counts;
use patterns::{Duration, Outcome, Time};

use super::memory::Effect;
use super::recorder::Recorder;
use super::records::empty_rest;
use super::request::{Request, State};
use super::world::World;
use crate::fault::{Condition, Standing};
use crate::observe::{Parts, Record, Stop};

impl Recorder {
    /// A task comes to an agent: whether it may take too long.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn note_arrival(&mut self, group: u32) -> bool {
        let counts = self.counts(self.now);
        self.agents[group as usize].tasks.issued += u64::from(counts);
        self.groups[group as usize].limit < Duration::MAX
    }

    /// A task ends; says whether that is news for a recovery.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn note_task_end(
        &mut self,
        group: u32,
        (number, task): (u32, &Request),
        outcome: Outcome,
    ) -> bool {
        let counts = self.counts(task.arrived);
        let busy = self.counted_since(task.started);
        let latency = self.now.since(task.arrived);
        let watch = &mut self.groups[group as usize];
        let is_in_time = latency <= watch.limit;
        let is_news = if is_in_time {
            watch.episodes.note(outcome, self.now)
        } else {
            self.note_late_task(group, task, outcome)
        };
        let agents = &mut self.agents[group as usize];
        agents.busy += busy;
        if counts {
            agents.tasks.end(outcome);
            if outcome.is_ok() {
                agents.latency_ok.add(latency);
            } else {
                agents.latency_failed.add(latency);
                self.failures.note(task.station, self.now);
            }
        }
        self.track(task.station, task.started, "working");
        self.task_span(group, (number, task), outcome);
        is_news
    }

    /// A request comes to a service: there is a slot for it, or it waits in line.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn note_request(&mut self, service: u32, has_slot: bool) {
        let counts = self.counts(self.now);
        let service = &mut self.services[service as usize];
        service.seconds.add(self.now);
        service.load.add();
        if !has_slot {
            service.line.load.add();
        }
        service.requests.issued += u64::from(counts);
    }

    /// A request comes to a service, which refuses it.
    #[inline(never)]
    pub(super) fn note_refused(&mut self, service: u32, outcome: Outcome) {
        let counts = self.counts(self.now);
        let service = &mut self.services[service as usize];
        service.seconds.add(self.now);
        if counts {
            service.requests.issued += 1;
            service.requests.end(outcome);
        }
    }

    /// A request goes to one of several replicas.
    pub(super) fn note_replica(&mut self, service: u32, replica: u32) {
        let counts = self.counts(self.now);
        self.services[service as usize].by_replica[replica as usize] += u64::from(counts);
    }

    /// A request at a service that remembers has an effect.
    pub(super) fn note_effect(&mut self, service: u32, arrived: Time, effect: Effect) {
        if self.counts(arrived) {
            let writes = &mut self.services[service as usize].writes;
            writes.all += u64::from(effect != Effect::None);
            writes.conflicts += u64::from(effect == Effect::Refused);
            writes.lost_updates += u64::from(effect == Effect::Overwritten);
        }
    }

    /// A request gets a slot: it had waited in line for it, or had just come.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn note_begin(&mut self, service: u32, arrived: Time, was_in_line: bool) {
        let counts = self.counts(arrived);
        let queued = self.counted_since(arrived);
        let waited = self.now.since(arrived);
        let service = &mut self.services[service as usize];
        if was_in_line {
            service.line.remove(self.now);
        }
        if counts {
            service.waiting.add(waited);
        }
        service.queued += queued;
    }

    /// A request ends that has a slot.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn note_request_end(&mut self, service: u32, request: &Request, outcome: Outcome) {
        let counts = self.counts(request.arrived);
        let busy = self.counted_since(request.started);
        let wasted = self.wasted(request);
        let sojourn = self.now.since(request.arrived);
        let service = &mut self.services[service as usize];
        service.busy += busy;
        service.wasted += wasted;
        service.load.remove();
        if counts {
            service.requests.end(outcome);
            service.sojourn.add(sojourn);
        }
    }

    /// A request is lost that may have had no slot yet.
    pub(super) fn note_lost(&mut self, service: u32, request: &Request, outcome: Outcome) {
        if request.state != State::InLine {
            return self.note_request_end(service, request, outcome);
        }
        let counts = self.counts(request.arrived);
        let queued = self.counted_since(request.arrived);
        let now = self.now;
        let service = &mut self.services[service as usize];
        service.line.remove(now);
        service.queued += queued;
        service.load.remove();
        if counts {
            service.requests.end(outcome);
        }
    }

    /// The caller of a request gives up.
    pub(super) fn note_abandoned(&mut self, service: u32, arrived: Time) {
        let counts = self.counts(arrived);
        self.services[service as usize].abandoned += u64::from(counts);
    }

    /// A request is dropped because its caller has given up.
    pub(super) fn note_given_up(&mut self, service: u32, request: &Request) {
        let counts = self.counts(request.arrived);
        let record = &mut self.services[service as usize];
        record.requests.given_up += u64::from(counts);
        record.load.remove();
        if request.state == State::InLine {
            record.line.remove(self.now);
        }
        self.note_time(service, request);
    }

    /// The time of a request that does not end.
    pub(super) fn note_time(&mut self, service: u32, request: &Request) {
        let in_line = request.state == State::InLine;
        let time = self.counted_since(if in_line { request.arrived } else { request.started });
        let service = &mut self.services[service as usize];
        *if in_line { &mut service.queued } else { &mut service.busy } += time;
    }

    /// Work on a request after its caller gave up.
    #[inline]
    pub(super) fn wasted(&self, request: &Request) -> u128 {
        if request.abandoned == Time::MAX || request.state == State::InLine {
            return 0;
        }
        self.counted_since(request.abandoned.max(request.started))
    }

    /// A service or a link is in another condition from now on.
    pub(super) fn note_condition(&mut self, place: usize, is: Condition) {
        match (self.standings[place].condition.faults > 0, is.faults > 0) {
            (false, true) => self.note_fault(place),
            (true, false) => self.note_fault_end(place),
            _ => {}
        }
        self.enter_condition(place, is);
    }

    /// Adds up the time in the condition before.
    fn enter_condition(&mut self, place: usize, is: Condition) {
        let now = self.now;
        let Standing { condition: was, faulty_since, faulty_until, down_since, shown_since } =
            self.standings[place];
        // A fault that begins in the instant in which another one ends goes on with it.
        let goes_on = faulty_until == Some(now);
        let (faulty, down) = (self.counted_since(faulty_since), self.counted_since(down_since));
        let begins = u64::from(now >= self.warmup && !goes_on);
        let standing = &mut self.standings[place];
        standing.condition = is;
        let (time, intervals, first) = match place.checked_sub(self.services.len()) {
            None => {
                let record = &mut self.services[place];
                (&mut record.faulty, &mut record.fault_intervals, &mut record.first_fault)
            }
            Some(link) => {
                let record = &mut self.edges[self.links[link] as usize].faults;
                (&mut record.faulty, &mut record.intervals, &mut record.first)
            }
        };
        match (was.faults > 0, is.faults > 0) {
            (false, true) => {
                standing.faulty_since = now;
                *intervals += begins;
                let (_, until) = first.get_or_insert((now, Time::MAX));
                if goes_on && *until == now {
                    *until = Time::MAX;
                }
            }
            (true, false) => {
                if let Some((_, until @ Time::MAX)) = first {
                    *until = now;
                }
                standing.faulty_until = Some(now);
                *time += faulty;
            }
            _ => {}
        }
        match (was.is_down, is.is_down) {
            (false, true) => standing.down_since = now,
            (true, false) => {
                if let Some(record) = self.services.get_mut(place) {
                    record.down += down;
                }
            }
            _ => {}
        }
        if was.shown != is.shown {
            standing.shown_since = now;
            if let Some(state) = was.shown.filter(|_| shown_since < now) {
                self.place_track(place, shown_since, state);
            }
        }
    }
}

impl World {
    /// The record of a run that has ended.
    pub(super) fn finish(
        mut self,
        ended: Time,
        stopped: Option<Stop>,
        at_warmup: &[Counts],
    ) -> Record {
        self.expire_all(ended);
        self.close_budgets(ended);
        let mut recorder = std::mem::take(&mut self.recorder);
        recorder.now = ended;
        recorder.mark(Time::ZERO);
        self.closed(recorder, ended, stopped, Some(at_warmup))
    }

    /// The record of some parts of the run until a time, up to which all events are handled.
    pub(super) fn record_until(&self, time: Time, at_warmup: &[Counts], parts: &Parts) -> Record {
        let at_warmup = parts.layers.then_some(at_warmup);
        let mut record = self.closed(self.recorder.so_far(parts), time, None, at_warmup);
        // What is under way was added up of all parts.
        empty_rest(&mut record.agents, &parts.agents);
        empty_rest(&mut record.services, &parts.services);
        empty_rest(&mut record.edges, &parts.edges);
        record
    }

    /// What is written down, with all that is under way cut off at a time; what layers have counted
    /// since the warm-up, if that is asked for.
    fn closed(
        &self,
        mut recorder: Recorder,
        ended: Time,
        stopped: Option<Stop>,
        at_warmup: Option<&[Counts]>,
    ) -> Record {
        let warmup = recorder.warmup;
        recorder.now = ended;
        self.note_open(&mut recorder);
        for place in 0..recorder.standings.len() {
            recorder.enter_condition(place, Condition::default());
        }
        for (group, agents) in (0..).zip(&mut recorder.agents) {
            let found_out = self.spending.as_ref().map(|all| all.hidden.known(group, ended));
            agents.spending.found_out = found_out.unwrap_or(0);
        }
        let trace = recorder.finish();
        if let Some(at_warmup) = at_warmup {
            let counts = self.counted_by_layers(&recorder, ended);
            let mut earlier = at_warmup.iter();
            for (layer, mut counts) in recorder.layers.iter_mut().zip(counts) {
                if let Some(earlier) = earlier.next() {
                    counts.subtract(earlier);
                }
                layer.counts = counts;
            }
        }
        Record {
            seed: self.seed,
            horizon: self.horizon,
            warmup,
            ended,
            left_out: Duration::ZERO,
            stopped,
            faults_removed: self.faults_removed,
            events: self.scheduler.events(),
            fingerprint: self.scheduler.fingerprint(),
            agents: recorder.agents,
            services: recorder.services,
            edges: recorder.edges,
            layers: recorder.layers,
            budgets: self.spending.iter().flat_map(|all| all.budgets(ended)).collect(),
            recoveries: recorder.recoveries,
            humans: recorder.humans,
            windows: Vec::new(),
            trace,
        }
    }

    /// What layers have counted until now, by their record.
    pub(super) fn counted_by_layers(&self, recorder: &Recorder, now: Time) -> Vec<Counts> {
        let records = recorder.layers.iter();
        let mut counts: Vec<Counts> = records.map(|layer| Counts::of(layer.report)).collect();
        for (layer, instance) in self.calls.layers().zip(&recorder.instances) {
            layer.count(now, &mut counts[instance.record as usize]);
        }
        counts
    }
}
