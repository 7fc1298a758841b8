//! The check of deadlines itself.

use super::report::Counters;
use super::settings::{Reject, Settings};
use crate::invalid::Invalid;
use crate::permit::{Reason, Rejected};
use crate::settings::check;
use crate::time::Time;

/// A check of deadlines.
///
/// It has nothing to learn from how a call ends, so its calls need no permit and no record.
///
/// # Example
///
/// ```
/// use patterns::deadline::{Deadline, Settings};
/// use patterns::{Duration, Reason, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let min_remaining = Duration::from_secs(1);
/// let mut check = Deadline::new(Settings::of().with(|s| s.min_remaining = min_remaining))?;
/// let at = |millis| Time::ZERO + Duration::from_millis(millis);
/// let deadline = at(10_000);
/// assert!(check.try_acquire(at(9_000), deadline).is_ok());
/// let rejected = check.try_acquire(at(9_001), deadline).expect_err("999 ms are left");
/// assert_eq!(rejected.reason, Reason::TooLate);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Deadline {
    settings: Settings,
    /// The window that is counted.
    window: u64,
    figures: Figures,
    /// For the layer alone.
    pub(super) counters: Counters,
}

/// What came in the present window of [`Reject::Share`]; nothing is counted otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many calls came.
    pub calls: u64,
    /// How many of them were rejected.
    pub rejected: u64,
}

const TOO_LATE: Rejected = Rejected { reason: Reason::TooLate, until: None };

impl Deadline {
    /// A check with these settings.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self { settings, window: 0, figures: Figures::default(), counters: Counters::default() })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Asks whether a call with this deadline is to be sent at `now`; [`Time::MAX`] stands for no
    /// deadline.
    ///
    /// # Errors
    ///
    /// If it is not: its deadline is over or too close. There is no better time for it.
    pub fn try_acquire(&mut self, now: Time, deadline: Time) -> Result<(), Rejected> {
        let is_late = self.is_late(now, deadline);
        let rejects = match self.settings.reject {
            Reject::All => is_late,
            Reject::None => false,
            Reject::Share { share, .. } => {
                self.look(now);
                let Figures { calls, rejected } = &mut self.figures;
                *calls += 1;
                let rejects = is_late && (*rejected + 1) as f64 <= share * *calls as f64;
                *rejected += u64::from(rejects);
                rejects
            }
        };
        if rejects { Err(TOO_LATE) } else { Ok(()) }
    }

    /// When a call that was sent at `now` is given up, if it is.
    pub fn gives_up_at(&self, now: Time, deadline: Time) -> Option<Time> {
        let waits = self.settings.gives_up && now < deadline && deadline < Time::MAX;
        waits.then_some(deadline)
    }

    /// What came in the present window, for [`Reject::Share`].
    pub fn figures(&mut self, now: Time) -> Figures {
        self.look(now);
        self.figures
    }

    fn is_late(&self, now: Time, deadline: Time) -> bool {
        let left = deadline.since(now);
        deadline < Time::MAX && (left < self.settings.min_remaining || left.is_zero())
    }

    /// Begins a new window if it is time to. A window that was left is not entered again.
    fn look(&mut self, now: Time) {
        if let Reject::Share { within, .. } = self.settings.reject {
            let window = now.as_nanos() / within.as_nanos();
            if self.window < window {
                (self.window, self.figures) = (window, Figures::default());
            }
        }
    }
}
