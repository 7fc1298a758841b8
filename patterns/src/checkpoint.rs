//! Checkpoints: save what was done, so that a crash costs no more than what came after.
//!
//! ```text
//!  run ──► due ──► write ──► written: the oldest of too many is dropped
//!   ▲               │
//!   │               └──────► not written: the ones before stay as they are
//!   │
//!   └── restore ◄── crash    the newest that is whole and was not resumed too often
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `when` | [`When`], any of several | due at exactly the time, after exactly the steps |
//! | `keep` | checkpoints, at least 1 | exactly so many are kept |
//! | `resumes` | resumes from one checkpoint, or none | so many, then the one before is used |
//!
//! With `C` the time that a checkpoint takes and `M` the mean time between failures, the time
//! between the end of one checkpoint and the beginning of the next is
//!
//! | policy | interval |
//! |---|---|
//! | [`When::Young`] | `√(2 C M)` |
//! | [`When::Daly`] | `√(2 C M) · (1 + √(C/2M)/3 + (C/2M)/9) − C`, and `M` if `C ≥ 2M` |
//! | [`When::Adaptive`] | Young's, of what was seen |
//!
//! Sources: J. W. Young, CACM 17(9), 1974; J. T. Daly, Future Generation Computer Systems 22(3),
//! 2006, equation 37.
//!
//! A checkpoint that leads to the next crash again and again is worse than none: with `resumes` it
//! is given up for the one before it. That it is broken is found out when it is restored; then,
//! too, the one before is used. When none is left the process starts from the beginning.

use std::collections::VecDeque;

use crate::invalid::Invalid;
use crate::layer::Context;
use crate::process::{Action, Event, ProcessPattern};
use crate::time::{Duration, Time};

/// The settings of [`Checkpoints`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// When one is due: as soon as any of these says so; at least one.
    pub when: Vec<When>,
    /// How many are kept; from 1 to 10,000.
    pub keep: u32,
    /// How often the process may be resumed from the same one, if that is limited; at least 1.
    pub resumes: Option<u32>,
}

/// When a checkpoint is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// So long after the last one was written, or the start; longer than zero.
    Every(Duration),
    /// After so many steps since the last one; at least 1.
    Steps(u32),
    /// Before each risky step, if anything was done since the last one.
    BeforeRisk,
    /// After Young's interval for a cost and a mean time between failures, both longer than zero.
    Young {
        /// What a checkpoint takes.
        cost: Duration,
        /// The mean time between failures.
        mtbf: Duration,
    },
    /// After Daly's interval for the same.
    Daly {
        /// What a checkpoint takes.
        cost: Duration,
        /// The mean time between failures.
        mtbf: Duration,
    },
    /// After Young's interval, for the mean of all costs and of all times between failures so far,
    /// in which what is given here counts as one of each.
    Adaptive {
        /// What a checkpoint takes, as is guessed at first.
        cost: Duration,
        /// The mean time between failures, as is guessed at first.
        mtbf: Duration,
    },
}

/// Names a checkpoint; they are counted from 0 on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckpointId(pub u64);

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
/// let mut saved = Checkpoints::new(Settings { when, keep: 5, resumes: Some(3) })?;
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
    running: Option<Time>,
    writing: Option<Time>,
    steps: u32,
    /// What was seen: checkpoints and what they took, failures and how long it ran.
    costs: (u64, Duration),
    failures: (u64, Duration),
    /// What was named to be restored, until the process starts.
    restoring: Option<CheckpointId>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    id: CheckpointId,
    resumes: u32,
}

impl Checkpoints {
    /// No checkpoints yet, of a process that does not run yet.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Invalid::unless(!settings.when.is_empty(), "when", "at least one time")?;
        settings.when.iter().try_for_each(When::check)?;
        Invalid::unless((1..=10_000).contains(&settings.keep), "keep", "from 1 to 10000")?;
        Invalid::unless(settings.resumes != Some(0), "resumes", "at least 1")?;
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
            settings,
        })
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
        if self.running.is_none() || self.writing.is_some() {
            return Time::MAX;
        }
        let intervals = self.settings.when.iter().filter_map(|when| self.interval(*when));
        intervals.min().map_or(Time::MAX, |interval| self.since + interval)
    }

    /// Whether a checkpoint is due: by the time, or by the steps.
    pub fn is_due(&self, now: Time) -> bool {
        let by_steps = |when: &When| matches!(when, When::Steps(steps) if *steps <= self.steps);
        let can = self.running.is_some() && self.writing.is_none();
        can && (self.due_at() <= now || self.settings.when.iter().any(by_steps))
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

    /// What to resume from; none is from the beginning. Asked again before the process starts, it
    /// says the same. One that was resumed from too often is dropped for good.
    pub fn restore(&mut self) -> Option<CheckpointId> {
        let is_there = |id: &CheckpointId| self.kept.iter().any(|kept| kept.id == *id);
        if let Some(id) = self.restoring.filter(is_there) {
            return Some(id);
        }
        while let Some(newest) = self.kept.back() {
            if self.settings.resumes.is_some_and(|most| most <= newest.resumes) {
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

impl When {
    fn check(&self) -> Result<(), Invalid> {
        match *self {
            Self::Every(interval) => {
                Invalid::unless(!interval.is_zero(), "every", "longer than zero")
            }
            Self::Steps(steps) => Invalid::unless(1 <= steps, "steps", "at least 1"),
            Self::BeforeRisk => Ok(()),
            Self::Young { cost, mtbf }
            | Self::Daly { cost, mtbf }
            | Self::Adaptive { cost, mtbf } => {
                Invalid::unless(!cost.is_zero(), "cost", "longer than zero")?;
                Invalid::unless(!mtbf.is_zero(), "mtbf", "longer than zero")
            }
        }
    }
}

/// Young's interval, at least a nanosecond.
fn young(cost: Duration, mtbf: Duration) -> Duration {
    let (cost, mtbf) = (cost.as_nanos() as f64, mtbf.as_nanos() as f64);
    whole(libm::sqrt(2.0 * cost * mtbf))
}

/// Daly's interval, at least a nanosecond.
fn daly(cost: Duration, mtbf: Duration) -> Duration {
    let (cost, mtbf) = (cost.as_nanos() as f64, mtbf.as_nanos() as f64);
    let ratio = cost / (2.0 * mtbf);
    if 1.0 <= ratio {
        return whole(mtbf);
    }
    let young = libm::sqrt(2.0 * cost * mtbf);
    whole(young * (1.0 + libm::sqrt(ratio) / 3.0 + ratio / 9.0) - cost)
}

fn whole(nanos: f64) -> Duration {
    Duration::from_nanos((nanos + 0.5) as u64).max(Duration::from_nanos(1))
}

impl Checkpoints {
    /// What follows if nothing else does.
    fn timer(&self, now: Time) -> Action {
        match self.due_at() {
            Time::MAX => Action::Wait,
            due => Action::WaitUntil(due.max(now)),
        }
    }

    fn write_if(&mut self, is_due: bool, now: Time) -> Action {
        if !is_due {
            return self.timer(now);
        }
        self.began(now);
        Action::Checkpoint
    }

    fn resume(&mut self) -> Action {
        self.restore().map_or(Action::Restart, Action::Restore)
    }
}

impl ProcessPattern for Checkpoints {
    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action {
        let now = cx.now;
        match event {
            Event::Started => self.started(now),
            Event::Step => {
                self.step_done();
                return self.write_if(self.is_due(now), now);
            }
            Event::RiskAhead => return self.write_if(self.is_due_before_risk(now), now),
            Event::Wake => return self.write_if(self.is_due(now), now),
            Event::Written => {
                let _id = self.written(now);
            }
            Event::NotWritten => self.not_written(now),
            Event::Crashed => {
                self.crashed(now);
                return self.resume();
            }
            Event::Broken => {
                if let Some(id) = self.restoring {
                    self.broken(id);
                }
                return self.resume();
            }
            Event::Done => self.running = None,
            Event::Beat | Event::ProbeOk(_) | Event::ProbeFailed => {}
        }
        self.timer(now)
    }
}
