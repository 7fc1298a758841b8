//! Tasks that took too long, or are open for too long: for whoever sent them they have failed.

use patterns::{Duration, Outcome, Time};

use super::expiry::{Expiries, fail};
use super::recorder::{GroupWatch, Recorder};
use super::request::Request;
use crate::observe::{EpisodeFinder, Histogram, OpenSpan};

/// A task that is open.
pub(super) struct OpenTask {
    /// When it came.
    pub(super) arrived: Time,
    /// How long it is waited for, if that was drawn.
    pub(super) demand: Duration,
    pub(super) group: u32,
    pub(super) agent: u32,
}

impl Recorder {
    /// A task has come, now, that may take too long: of how long it may take, what was drawn.
    #[inline(never)]
    pub(super) fn expect_end(&mut self, group: u32, index: u32, drawn: Duration) {
        let limit = self.limit_of(group as usize, drawn);
        let expiries = &mut self.expiries[group as usize];
        expiries.add((index, self.now), limit);
        let next = if expiries.is_full() { Time::ZERO } else { expiries.next() };
        self.groups[group as usize].expires = next;
    }

    /// How long a task may take before it has failed; of that, what was drawn.
    pub(super) fn limit_of(&self, group: usize, demand: Duration) -> Duration {
        let GroupWatch { limit, drawn, .. } = &self.groups[group];
        match *drawn {
            None => *limit,
            Some(deadline) => deadline.min(demand),
        }
    }

    /// Whether a task that ends now took longer than who sent it waits.
    pub(super) fn is_late(&self, group: usize, task: &Request) -> bool {
        self.limit_of(group, task.demand) < self.now.since(task.arrived)
    }

    /// A task ends that took longer than it might, unless that is drawn for each. By then its
    /// failure is behind it: it came when its limit passed.
    #[cold]
    #[inline(never)]
    pub(super) fn note_late_task(&mut self, group: u32, task: &Request, outcome: Outcome) -> bool {
        let group = group as usize;
        if !self.is_late(group, task) {
            return self.groups[group].episodes.note(outcome, self.now);
        }
        // One of the warm-up was overdue until now in the time that counts.
        self.failures.note(task.station, self.now);
        if self.counts(task.arrived) {
            let late = &mut self.agents[group].late;
            let as_it_ended = match outcome.class() {
                Some(_) => &mut late.failed,
                None if outcome == Outcome::Ok => &mut late.good,
                None => &mut late.degraded,
            };
            *as_it_ended += 1;
            late.wrong += u64::from(outcome.is_wrong());
            let is_wrong_degraded = outcome.is_wrong() && outcome == Outcome::Degraded;
            late.wrong_degraded += u64::from(is_wrong_degraded);
        }
        self.groups[group].episodes.note_late(self.now)
    }

    /// Who sent a task gives up: it has failed by waiting for as long as it might, and no sooner.
    pub(super) fn note_gave_up(&mut self, group: u32, task: &Request) {
        if !self.is_late(group as usize, task) && self.counts(task.arrived) {
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

    /// Writes down which of the open tasks have failed by now. Those of the warm-up count as well:
    /// they are stuck in the time that counts.
    pub(super) fn note_overdue(&mut self, open: &[OpenTask]) {
        let watches = self.agents.iter().zip(&self.groups);
        let in_hindsight = watches.map(|(group, watch)| {
            let is_unlimited = watch.limit == Duration::MAX;
            is_unlimited.then(|| self.limit_of_open([&group.latency_ok, &group.latency_failed]))
        });
        let in_hindsight: Vec<Option<Duration>> = in_hindsight.collect();
        let mut began = vec![Vec::new(); self.groups.len()];
        for &OpenTask { arrived, demand, group, agent } in open {
            began[group as usize].push(arrived);
            let in_hindsight = in_hindsight[group as usize];
            let limit = in_hindsight.unwrap_or_else(|| self.limit_of(group as usize, demand));
            let is_overdue = limit < self.now.since(arrived);
            self.agents[group as usize].tasks.carried += i64::from(!self.counts(arrived));
            if is_overdue {
                self.agents[group as usize].overdue += 1;
                self.failures.note(agent, self.now);
            }
            if let Some(tracer) = &mut self.tracer {
                tracer.keep_open_task(OpenSpan { from: arrived, track: agent, is_overdue });
            }
        }
        for (group, began) in began.iter().enumerate() {
            if let Some(limit) = in_hindsight[group] {
                let watch = &mut self.groups[group];
                let agents = watch.is_closed.then_some(self.agents[group].count);
                fail_in_hindsight(&mut watch.episodes, began, (limit, agents), self.now);
            }
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
        let mut began = vec![Vec::new(); limits.len()];
        for &(from, edge, traced) in open {
            let is_overdue = limits[edge as usize] < self.now.since(from);
            self.edges[edge as usize].calls.carried += i64::from(!self.counts(from));
            if let (Some(running), Some(tracer)) = (traced, &mut self.tracer) {
                tracer.keep_open_call(running, edge, from, is_overdue);
            }
            began[edge as usize].push(from);
        }
        for (edge, began) in began.iter().enumerate() {
            let group = self.group_of_edge[edge];
            let agents = group
                .filter(|group| self.groups[*group as usize].is_closed)
                .map(|group| self.agents[group as usize].count);
            let (finder, limit) = (&mut self.edge_episodes[edge], limits[edge]);
            fail_in_hindsight(finder, began, (limit, agents), self.now);
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

/// Notes that what is open has failed by taking longer than all that ended, which is known only
/// now: as far as it did so after the last outcome, for what was before that is judged. While all
/// of so many agents that do one thing after the other are stuck, they fail again and again; while
/// some are not, it is seen by these that something ends.
fn fail_in_hindsight(
    finder: &mut EpisodeFinder,
    began: &[Time],
    (limit, agents): (Duration, Option<u32>),
    now: Time,
) {
    let last = finder.latest();
    let stuck = began.iter().filter(|began| limit < now.since(**began)).count();
    let fails_again = agents.is_some_and(|agents| agents as usize <= stuck);
    let mut expiries = Expiries::new(fails_again);
    for &began in began {
        let first = if fails_again && limit > Duration::ZERO {
            limit * (last.since(began).as_nanos() / limit.as_nanos())
        } else {
            Duration::ZERO
        };
        if last < began + first + limit {
            expiries.add((0, began + first), limit);
        }
    }
    expiries.fail_before(now, |_, _| true, |at| fail(finder, at));
}
