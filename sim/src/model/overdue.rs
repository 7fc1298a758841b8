//! Tasks that took too long, or are open for too long: for whoever sent them they have failed.

use patterns::{Class, Duration, Outcome, Time};

use super::recorder::{GroupWatch, Recorder};
use super::request::Request;
use crate::observe::{EpisodeFinder, Histogram, OpenSpan};

/// How often at most one task fails for the episodes of its group.
const FAILURES_MAX: u64 = 64;

impl Recorder {
    /// How long a task may take before it has failed.
    fn limit_of(&self, group: usize, task: &Request) -> Duration {
        let GroupWatch { limit, drawn, .. } = &self.groups[group];
        match *drawn {
            None => *limit,
            Some(deadline) => deadline.min(task.demand),
        }
    }

    /// A task ends that took longer than it might, unless that is drawn for each.
    #[cold]
    #[inline(never)]
    pub(super) fn note_late_task(&mut self, group: u32, task: &Request, outcome: Outcome) {
        let group = group as usize;
        let limit = self.limit_of(group, task);
        if self.now.since(task.arrived) <= limit {
            return self.groups[group].episodes.note(outcome, self.now);
        }
        if self.counts(task.arrived) {
            let late = &mut self.agents[group].late;
            let as_it_ended = match outcome.class() {
                Some(_) => &mut late.failed,
                None if outcome == Outcome::Ok => &mut late.good,
                None => &mut late.degraded,
            };
            *as_it_ended += 1;
            late.wrong += u64::from(outcome.is_wrong());
            self.failures.note(task.station, self.now);
        }
        for at in failures(task.arrived, self.now, limit, FAILURES_MAX) {
            fail(&mut self.groups[group].episodes, at);
        }
    }

    /// Who sent a task gives up: it has failed by waiting for as long as it might, and no sooner.
    pub(super) fn note_gave_up(&mut self, group: u32, task: &Request) {
        let is_in_time = self.now.since(task.arrived) <= self.limit_of(group as usize, task);
        if is_in_time && self.counts(task.arrived) {
            self.agents[group as usize].late.failed += 1;
        }
    }

    /// How long a task or a call may be open now before it has failed, if nothing else says so: no
    /// longer than any that ended; if none has, a twentieth of all the time that is to count.
    fn limit_of_open(&self, ended: [&Histogram; 2]) -> Duration {
        let longest = ended[0].max().max(ended[1].max());
        let twentieth = self.horizon.since(self.warmup).as_nanos() / 20;
        longest.unwrap_or(Duration::from_nanos(twentieth))
    }

    /// Writes down those of the open tasks (when they came, their group and their agent) that have
    /// failed by now. Those of the warm-up count as well: they are stuck in the time that counts.
    ///
    /// A task that is stuck fails once each time its limit has passed: so a group whose agents are
    /// all stuck is seen to fail, though nothing ends.
    pub(super) fn note_overdue(&mut self, open: &[(Time, u32, u32)]) {
        let limits = self.agents.iter().zip(&self.groups).map(|(group, watch)| match watch.limit {
            Duration::MAX => self.limit_of_open([&group.latency_ok, &group.latency_failed]),
            limit => limit,
        });
        let limits: Vec<Duration> = limits.collect();
        for &(arrived, group, agent) in open {
            let is_overdue = limits[group as usize] < self.now.since(arrived);
            self.agents[group as usize].tasks.carried += i64::from(!self.counts(arrived));
            if is_overdue {
                self.agents[group as usize].overdue += 1;
                self.failures.note(agent, self.now);
            }
            if let Some(tracer) = &mut self.tracer {
                tracer.keep_open_task(OpenSpan { from: arrived, track: agent, is_overdue });
            }
        }
        let open: Vec<(Time, u32)> = open.iter().map(|(at, group, _)| (*at, *group)).collect();
        for (at, group) in failures_of_open(&open, &limits, self.now) {
            fail(&mut self.groups[group].episodes, at);
        }
    }

    /// The same for tasks whose own limits were drawn: their groups, and what they are.
    pub(super) fn note_overdue_drawn(&mut self, open: &[(u32, Request)]) {
        let mut times: Vec<(Time, u32)> = Vec::new();
        let mut overdue = vec![0; self.groups.len()];
        for (group, task) in open {
            let limit = self.limit_of(*group as usize, task);
            overdue[*group as usize] += u64::from(limit < self.now.since(task.arrived));
        }
        for (group, task) in open {
            let limit = self.limit_of(*group as usize, task);
            let is_overdue = limit < self.now.since(task.arrived);
            let carried = i64::from(!self.counts(task.arrived));
            self.agents[*group as usize].tasks.carried += carried;
            if let Some(tracer) = &mut self.tracer {
                let (from, track) = (task.arrived, task.station);
                tracer.keep_open_task(OpenSpan { from, track, is_overdue });
            }
            if is_overdue {
                self.agents[*group as usize].overdue += 1;
                self.failures.note(task.station, self.now);
                let most = (FAILURES_MAX / overdue[*group as usize]).max(1);
                times.extend(failures(task.arrived, self.now, limit, most).map(|at| (at, *group)));
            }
        }
        times.sort_unstable();
        for (at, group) in times {
            fail(&mut self.groups[group as usize].episodes, at);
        }
    }

    /// The same for calls: when they began, the record of their edge, and the running edge itself
    /// if they are traced.
    pub(super) fn note_overdue_calls(&mut self, open: &[(Time, u32, Option<u32>)]) {
        let limits = self
            .edges
            .iter()
            .map(|edge| self.limit_of_open([&edge.latency_ok, &edge.latency_failed]));
        let limits: Vec<Duration> = limits.collect();
        for &(from, edge, traced) in open {
            let is_overdue = limits[edge as usize] < self.now.since(from);
            self.edges[edge as usize].calls.carried += i64::from(!self.counts(from));
            if let (Some(running), Some(tracer)) = (traced, &mut self.tracer) {
                tracer.keep_open_call(running, edge, from, is_overdue);
            }
        }
        let open: Vec<(Time, u32)> = open.iter().map(|(began, edge, _)| (*began, *edge)).collect();
        for (at, edge) in failures_of_open(&open, &limits, self.now) {
            fail(&mut self.edge_episodes[edge], at);
        }
    }

    /// A request is open at the end.
    pub(super) fn note_open_request(&mut self, service: u32, request: &Request) {
        let (wasted, carried) = (self.wasted(request), !self.counts(request.arrived));
        self.note_time(service, request);
        let service = &mut self.services[service as usize];
        service.wasted += wasted;
        service.requests.carried += i64::from(carried);
    }

    /// An attempt is open at the end: who waits for it longer than for any call that ended well
    /// waits in vain.
    pub(super) fn note_open_attempt(&mut self, record: u32, began: Time) {
        let waited = self.counted_since(began);
        let age = self.now.since(began);
        let record = &mut self.edges[record as usize];
        if record.latency_ok.max().is_none_or(|longest| longest < age) {
            record.frozen += waited;
        }
    }

    /// Fills in what follows from the rest.
    pub(super) fn add_up(&mut self) {
        let (from, to) = (self.warmup, self.now);
        for (edge, finder) in self.edges.iter_mut().zip(&self.edge_episodes) {
            edge.episodes = finder.within(from, to);
        }
        let mut first = 0;
        for (agents, watch) in self.agents.iter_mut().zip(&self.groups) {
            agents.episodes = watch.episodes.within(from, to);
            agents.failures = self.failures.of(first..first + agents.count);
            first += agents.count;
        }
        for service in &mut self.services {
            service.line.add_up(from);
        }
        for (edge, group) in self.edges.iter().zip(&self.group_of_edge) {
            if let Some(group) = group {
                self.agents[*group as usize].frozen += edge.frozen;
            }
        }
    }
}

/// When those of the open tasks or calls of each group or edge fail that are older than its limit,
/// in order.
fn failures_of_open(open: &[(Time, u32)], limits: &[Duration], now: Time) -> Vec<(Time, usize)> {
    let overdue = || {
        let all = open.iter().map(|&(began, of)| (began, of as usize));
        all.filter(|(began, of)| limits[*of] < now.since(*began))
    };
    let mut numbers = vec![0; limits.len()];
    for (_, of) in overdue() {
        numbers[of] += 1;
    }
    let mut times: Vec<(Time, usize)> = Vec::new();
    for (began, of) in overdue() {
        let most = (FAILURES_MAX / numbers[of]).max(1);
        times.extend(failures(began, now, limits[of], most).map(|at| (at, of)));
    }
    times.sort_unstable();
    times
}

/// When a task that came at a time has failed until now.
fn failures(arrived: Time, now: Time, limit: Duration, most: u64) -> impl Iterator<Item = Time> {
    let times = now.since(arrived).as_nanos().checked_div(limit.as_nanos()).unwrap_or(1);
    (1..=times.min(most)).map(move |number| arrived + limit * number)
}

fn fail(finder: &mut EpisodeFinder, at: Time) {
    finder.failed(Outcome::failed(Class::Timeout), at);
}
