//! The supervisor itself.

use std::collections::VecDeque;

use super::settings::{Kind, Settings};
use crate::backoff::{Backoff, Progress};
use crate::invalid::Invalid;
use crate::layer::Rng;
use crate::settings::check;
use crate::time::Time;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It failed, or hung.
    Crashed,
    /// It did all its work.
    Done,
}

/// What is to be done after an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It stays as it is.
    Leave,
    /// It is to be started at this time.
    RestartAt(Time),
    /// It has been restarted too often: what is above has to act.
    Escalate,
}

/// Restarts a process.
///
/// # Example
///
/// ```
/// use patterns::backoff::{self, Curve};
/// use patterns::supervise::{End, Kind, Next, Settings, Supervisor};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let settings = Settings::of(2, Duration::from_secs(60)).with(|settings| {
///     settings.kind = Kind::Transient;
///     settings.backoff = backoff::Settings::of(Curve::doubling(Duration::from_secs(10)));
/// });
/// let mut supervisor = Supervisor::new(settings)?;
/// let mut now = Time::ZERO;
/// for wait in [10, 20] {
///     supervisor.started(now);
///     let at = now + Duration::from_secs(wait);
///     assert_eq!(supervisor.ended(End::Crashed, now), Next::RestartAt(at));
///     now = at;
/// }
/// supervisor.started(now);
/// assert_eq!(supervisor.ended(End::Crashed, now), Next::Escalate);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Supervisor {
    settings: Settings,
    backoff: Backoff,
    progress: Progress,
    /// When it was restarted, as far as that counts.
    recent: VecDeque<Time>,
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not started yet, ended for good, or escalated.
    Ended,
    Running {
        since: Time,
        beat: Time,
    },
    Waiting {
        until: Time,
    },
}

impl Supervisor {
    /// A supervisor of a process that does not run yet.
    ///
    /// # Errors
    ///
    /// If a setting is out of range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let room = if settings.is_limited() { settings.restarts as usize + 1 } else { 0 };
        Ok(Self {
            backoff: Backoff::new(settings.backoff.clone())?,
            progress: Progress::default(),
            recent: VecDeque::with_capacity(room),
            phase: Phase::Ended,
            settings,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether an end may draw, so that [`ended_with`](Self::ended_with) is needed.
    pub fn uses_chance(&self) -> bool {
        self.backoff.uses_chance()
    }

    /// The process runs.
    pub fn started(&mut self, now: Time) {
        self.phase = Phase::Running { since: now, beat: now };
    }

    /// The process shows that it is alive.
    pub fn beat(&mut self, now: Time) {
        if let Phase::Running { beat, .. } = &mut self.phase {
            *beat = now.max(*beat);
        }
    }

    /// From when on it counts as hung if it gives no sign of life; never if that is not looked at,
    /// or it does not run.
    pub fn hangs_at(&self) -> Time {
        match (self.phase, self.settings.beats_within) {
            (Phase::Running { beat, .. }, Some(within)) => beat + within,
            _ => Time::MAX,
        }
    }

    /// The process has ended.
    ///
    /// # Panics
    ///
    /// If the backoff has jitter, see [`uses_chance`](Self::uses_chance).
    pub fn ended(&mut self, end: End, now: Time) -> Next {
        assert!(!self.uses_chance(), "this backoff draws: it needs `ended_with`");
        self.ended_with(end, now, &mut || 0.5)
    }

    /// The process has ended. Draws once if it is to be started again and the backoff has jitter.
    pub fn ended_with(&mut self, end: End, now: Time, rng: &mut impl Rng) -> Next {
        let Phase::Running { since, .. } = self.phase else { return Next::Leave };
        self.phase = Phase::Ended;
        let again = match self.settings.kind {
            Kind::Permanent => true,
            Kind::Transient => end == End::Crashed,
            Kind::Temporary => false,
        };
        if !again {
            return Next::Leave;
        }
        if self.settings.is_limited() {
            while self.recent.front().is_some_and(|then| *then + self.settings.within < now) {
                self.recent.pop_front();
            }
            if self.recent.len() >= self.settings.restarts as usize {
                return Next::Escalate;
            }
            self.recent.push_back(now);
        }
        if self.settings.reset_after.is_some_and(|reset| reset <= now.since(since)) {
            self.progress = Progress::default();
        }
        let until = now + self.backoff.next_with(&mut self.progress, rng);
        self.phase = Phase::Waiting { until };
        Next::RestartAt(until)
    }

    /// How many restarts count at `now` against those that are allowed; none count where they are
    /// not limited.
    pub fn recent(&self, now: Time) -> usize {
        self.recent.iter().filter(|then| now <= **then + self.settings.within).count()
    }
}
