//! When checkpoints are due, and which there are.

use std::collections::VecDeque;

use super::interval::{daly, young};
use super::settings::{Settings, When};
use crate::invalid::Invalid;
use crate::process::CheckpointId;
use crate::settings::check;
use crate::time::{Duration, Time};

/// When to save what a process has done, and what to resume from.
///
/// # Example
///
/// ```
/// use patterns::checkpoint::{CheckpointId, Checkpoints, Settings, When};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let when = vec![When::Every(Duration::from_secs(300)), When::BeforeRisk];
/// let mut saved = Checkpoints::new(Settings::of(when))?;
/// let now = Time::ZERO;
/// saved.started(now);
/// assert!(!saved.is_due(now + Duration::from_secs(299)));
/// let now = now + Duration::from_secs(300);
/// assert!(saved.is_due(now));
/// saved.began(now);
/// assert_eq!(saved.written(now + Duration::from_secs(2)), CheckpointId(0));
///
/// saved.crashed(now + Duration::from_secs(100));
/// assert_eq!(saved.restore(), Some(CheckpointId(0)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoints {
    settings: Settings,
    /// Those there are, the newest last.
    kept: VecDeque<Kept>,
    next: u64,
    /// When the process last started, or a checkpoint was last written.
    since: Time,
    /// When it started, if it runs.
    pub(super) running: Option<Time>,
    writing: Option<Time>,
    steps: u32,
    /// What was seen: checkpoints and what they took, failures and how long it ran.
    costs: (u64, Duration),
    failures: (u64, Duration),
    /// What was named to be restored, until the process starts.
    pub(super) restoring: Option<CheckpointId>,
    /// Whether one may be due by the time, and after how many steps it is, if it goes by these.
    goes_by_time: bool,
    due_after: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    id: CheckpointId,
    resumes: u32,
}

impl Checkpoints {
    /// No checkpoints yet, of a process that does not run yet.
    ///
    /// # Errors
    ///
    /// If a setting is out of range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let steps = |when: &When| match when {
            When::Steps(steps) => Some(*steps),
            _ => None,
        };
        let goes_by_time = |when: &When| !matches!(when, When::Steps(_) | When::BeforeRisk);
        Ok(Self {
            kept: VecDeque::with_capacity(settings.keep as usize + 1),
            next: 0,
            since: Time::ZERO,
            running: None,
            writing: None,
            steps: 0,
            costs: (0, Duration::ZERO),
            failures: (0, Duration::ZERO),
            restoring: None,
            goes_by_time: settings.when.iter().any(goes_by_time),
            due_after: settings.when.iter().filter_map(steps).min(),
            settings,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The process runs: from the beginning, or from the checkpoint that was named.
    pub fn started(&mut self, now: Time) {
        self.running = Some(now);
        self.since = now;
        self.steps = 0;
        self.writing = None;
        if let Some(id) = self.restoring.take()
            && let Some(kept) = self.kept.iter_mut().find(|kept| kept.id == id)
        {
            kept.resumes += 1;
        }
    }

    /// The process has done a step.
    pub fn step_done(&mut self) {
        self.steps = self.steps.saturating_add(1);
    }

    /// When the next checkpoint is due by the time alone; never while one is written, or nothing
    /// runs.
    pub fn due_at(&self) -> Time {
        if !self.goes_by_time || self.running.is_none() || self.writing.is_some() {
            return Time::MAX;
        }
        let intervals = self.settings.when.iter().filter_map(|when| self.interval(*when));
        intervals.min().map_or(Time::MAX, |interval| self.since + interval)
    }

    /// Whether a checkpoint is due: by the time, or by the steps.
    pub fn is_due(&self, now: Time) -> bool {
        let can = self.running.is_some() && self.writing.is_none();
        let is_due_by_steps = self.due_after.is_some_and(|steps| steps <= self.steps);
        can && (is_due_by_steps || self.due_at() <= now)
    }

    /// Whether a checkpoint is due because the next step is risky.
    pub fn is_due_before_risk(&self, now: Time) -> bool {
        let can = self.running.is_some() && self.writing.is_none();
        let before_risk = self.settings.when.contains(&When::BeforeRisk) && 0 < self.steps;
        self.is_due(now) || can && before_risk
    }

    /// A checkpoint is being written from now on.
    pub fn began(&mut self, now: Time) {
        self.writing = Some(now);
    }

    /// It is written: what it is called. One too many is dropped, the oldest.
    pub fn written(&mut self, now: Time) -> CheckpointId {
        let took = self.writing.take().map_or(Duration::ZERO, |began| now.since(began));
        self.costs = (self.costs.0 + 1, self.costs.1 + took);
        let id = CheckpointId(self.next);
        self.next += 1;
        self.kept.push_back(Kept { id, resumes: 0 });
        if self.settings.keep < self.kept.len() as u32 {
            self.kept.pop_front();
        }
        self.since = now;
        self.steps = 0;
        id
    }

    /// It could not be written; those before it are as they were. The next try is due as if it had
    /// been.
    pub fn not_written(&mut self, now: Time) {
        self.writing = None;
        self.since = now;
        self.steps = 0;
    }

    /// The process has failed. What was being written is lost.
    pub fn crashed(&mut self, now: Time) {
        self.writing = None;
        if let Some(began) = self.running.take() {
            self.failures = (self.failures.0 + 1, self.failures.1 + now.since(began));
        }
    }

    /// The process has done all its work: no checkpoint of it is of use any more.
    pub fn done(&mut self) {
        self.kept.clear();
        (self.running, self.writing, self.restoring) = (None, None, None);
    }

    /// What to resume from; none is from the beginning. Asked again before the process starts, it
    /// says the same. One that was resumed from too often is dropped for good.
    pub fn restore(&mut self) -> Option<CheckpointId> {
        let is_there = |id: &CheckpointId| self.kept.iter().any(|kept| kept.id == *id);
        if let Some(id) = self.restoring.filter(is_there) {
            return Some(id);
        }
        while let Some(newest) = self.kept.back() {
            if self.settings.resumes <= newest.resumes {
                self.kept.pop_back();
                continue;
            }
            self.restoring = Some(newest.id);
            return self.restoring;
        }
        None
    }

    /// A checkpoint that was to be restored is broken: it is dropped.
    pub fn broken(&mut self, id: CheckpointId) {
        self.kept.retain(|kept| kept.id != id);
        self.restoring = self.restoring.filter(|restoring| *restoring != id);
    }

    /// Those there are, the oldest first.
    pub fn kept(&self) -> impl Iterator<Item = CheckpointId> + '_ {
        self.kept.iter().map(|kept| kept.id)
    }

    /// After how long one is due by this policy, if it goes by time.
    pub fn interval(&self, when: When) -> Option<Duration> {
        match when {
            When::Every(interval) => Some(interval),
            When::Steps(_) | When::BeforeRisk => None,
            When::Young { cost, mtbf } => Some(young(cost, mtbf)),
            When::Daly { cost, mtbf } => Some(daly(cost, mtbf)),
            When::Adaptive { cost, mtbf } => {
                let mean = |guess: Duration, (count, sum): (u64, Duration)| {
                    Duration::from_nanos((guess + sum).as_nanos() / (count + 1))
                };
                Some(young(mean(cost, self.costs), mean(mtbf, self.failures)))
            }
        }
    }
}
