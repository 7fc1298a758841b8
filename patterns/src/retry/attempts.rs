//! What a retry remembers of one call.

use crate::backoff::Progress;
use crate::budget::Extra;
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::time::Time;

/// What a [`Retry`](super::Retry) remembers of one call. It belongs to that retry, and cannot be
/// copied.
// In lines of the cache of its own, of which the first has all that most calls touch.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Attempts {
    pub(super) began: Time,
    pub(super) deadline: Time,
    /// The failure that asked for the latest retry, or what is to be passed on.
    pub(super) answer: Outcome,
    pub(super) retries: u32,
    pub(super) may_repeat: bool,
    /// Whether it waits for its next attempt; of use to the layer alone.
    pub(super) waits: bool,
    /// Whether anything stands in `used`.
    pub(super) has_used: bool,
    /// By class, or all at the first place if all classes are counted together.
    pub(super) used: [Used; Class::COUNT],
    /// What the budget gave for the attempt under way.
    pub(super) permit: Option<Permit<Extra>>,
}

/// What failures have cost a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) retries: u32,
    pub(super) progress: Progress,
}

impl Attempts {
    /// Begins anew for a call that comes at `now`. Most calls have nothing tried again, and leave
    /// all as it was at first.
    #[inline]
    pub(super) fn begin(&mut self, now: Time, deadline: Time, may_repeat: bool) {
        if self.has_used {
            self.wipe();
        }
        (self.began, self.deadline, self.may_repeat) = (now, deadline, may_repeat);
    }

    #[inline(never)]
    fn wipe(&mut self) {
        *self = Self::default();
    }

    /// How many retries were granted so far.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// What is to be passed on, once there is no further attempt.
    pub fn answer(&self) -> Outcome {
        self.answer
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            began: Time::ZERO,
            deadline: Time::MAX,
            may_repeat: true,
            retries: 0,
            has_used: false,
            used: [Used::default(); Class::COUNT],
            answer: Outcome::Ok,
            waits: false,
            permit: None,
        }
    }
}
