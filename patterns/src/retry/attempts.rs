//! What a retry remembers of one call.

use crate::backoff::Progress;
use crate::budget::Extra;
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::time::Time;

/// What a [`Retry`](super::Retry) remembers of one call. It belongs to that retry, and cannot be
/// copied.
#[derive(Debug)]
pub struct Attempts {
    pub(super) began: Time,
    pub(super) deadline: Time,
    pub(super) may_repeat: bool,
    pub(super) retries: u32,
    /// By class, or all at the first place if all classes are counted together.
    pub(super) used: [Used; Class::COUNT],
    /// The failure that asked for the latest retry, or what is to be passed on.
    pub(super) answer: Outcome,
    /// Whether it waits for its next attempt; of use to the layer alone.
    pub(super) waits: bool,
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
            used: [Used::default(); Class::COUNT],
            answer: Outcome::Ok,
            waits: false,
            permit: None,
        }
    }
}
