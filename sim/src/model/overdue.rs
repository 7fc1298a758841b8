//! Tasks that took too long, or are open for too long: for whoever sent them they have failed.

use patterns::{Class, Duration, Outcome, Time};

use super::recorder::Recorder;
use super::request::Request;
use crate::observe::{AgentRecord, EpisodeFinder};

/// How often at most one task fails for the episodes of its group.
const FAILURES_MAX: u64 = 64;

impl Recorder {
    /// A task ends that took longer than it might.
    #[cold]
    #[inline(never)]
    pub(super) fn note_late_task(&mut self, group: u32, task: &Request, outcome: Outcome) {
        let group = group as usize;
        if self.counts(task.arrived) {
            let late = &mut self.agents[group].late;
            let as_it_ended = match outcome.class() {
                Some(_) => &mut late.failed,
                None if outcome == Outcome::Ok => &mut late.good,
                None => &mut late.degraded,
            };
            *as_it_ended += 1;
            late.wrong += u64::from(outcome.is_wrong());
        }
        let limit = self.task_limits[group];
        for at in failures(task.arrived, self.now, limit, FAILURES_MAX) {
            fail(&mut self.group_episodes[group], at);
        }
    }

    /// How long a task may be open now before it has failed: what its group says, or else no longer
    /// than any task that ended. None if there is nothing to go by.
    fn limit_of_open(&self, group: usize) -> Option<Duration> {
        let longest = |group: &AgentRecord| group.latency_ok.max().max(group.latency_failed.max());
        match self.task_limits[group] {
            Duration::MAX => longest(&self.agents[group]),
            limit => Some(limit),
        }
    }

    /// Writes down those of the open tasks (when they came, and their group) that have failed by
    /// now.
    ///
    /// A task that is stuck fails once each time its limit has passed: so a group whose agents are
    /// all stuck is seen to fail, though nothing ends.
    pub(super) fn note_overdue(&mut self, open: &[(Time, u32)]) {
        let limits: Vec<Option<Duration>> =
            (0..self.agents.len()).map(|group| self.limit_of_open(group)).collect();
        let overdue: Vec<(Time, usize, Duration)> = open
            .iter()
            .filter_map(|&(arrived, group)| {
                Some((arrived, group as usize, limits[group as usize]?))
            })
            .filter(|&(arrived, _, limit)| limit < self.now.since(arrived))
            .collect();
        let mut numbers = vec![0; self.agents.len()];
        for &(arrived, group, _) in &overdue {
            numbers[group] += 1;
            self.agents[group].overdue += u64::from(self.counts(arrived));
        }
        let mut times: Vec<(Time, usize)> = Vec::new();
        for (arrived, group, limit) in overdue {
            let most = (FAILURES_MAX / numbers[group]).max(1);
            times.extend(failures(arrived, self.now, limit, most).map(|at| (at, group)));
        }
        times.sort_unstable();
        for (at, group) in times {
            fail(&mut self.group_episodes[group], at);
        }
    }

    /// An attempt is open at the end: who waits for it longer than for any call that ended well
    /// waits in vain.
    pub(super) fn note_open_attempt(&mut self, edge: u32, began: Time) {
        let waited = self.counted_since(began);
        let age = self.now.since(began);
        let record = &mut self.edges[self.record_of[edge as usize] as usize];
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
        for (agents, finder) in self.agents.iter_mut().zip(&self.group_episodes) {
            agents.episodes = finder.within(from, to);
        }
        for (edge, group) in self.edges.iter().zip(&self.group_of_edge) {
            if let Some(group) = group {
                self.agents[*group as usize].frozen += edge.frozen;
            }
        }
    }
}

/// When a task that came at a time has failed until now.
fn failures(arrived: Time, now: Time, limit: Duration, most: u64) -> impl Iterator<Item = Time> {
    let times = now.since(arrived).as_nanos().checked_div(limit.as_nanos()).unwrap_or(1);
    (1..=times.min(most)).map(move |number| arrived + limit * number)
}

fn fail(finder: &mut EpisodeFinder, at: Time) {
    finder.failed(Outcome::failed(Class::Timeout), at);
}
