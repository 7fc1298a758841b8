//! What a retry can be set to.

use std::collections::BTreeMap;

use crate::outcome::Class;
use crate::time::Duration;
use crate::{backoff, budget};

/// A number of retries that is never used up.
pub const FOREVER: u32 = u32::MAX;

/// The settings of a [`Retry`](super::Retry); [`Settings::of`] is the plainest.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What follows on a failure of each class; one that is not here is passed on at once.
    pub rules: BTreeMap<Class, Rule>,
    /// How many retries one call may take over all classes, if that is limited.
    pub max_retries: Option<u32>,
    /// How long after the call came a wait may end, if that is limited.
    pub max_elapsed: Option<Duration>,
    /// What becomes of a wait that would end later.
    pub too_late: TooLate,
    /// The longest hint that is heeded; a longer one is as if it were not there (the SDKs of
    /// OpenAI and Anthropic: 60 s).
    pub max_retry_after: Option<Duration>,
    /// Whether a call that must not be repeated is sent but once, whatever its failure.
    pub only_idempotent: bool,
    /// What limits the retries of all calls together, if anything does.
    pub budget: Option<budget::Settings>,
    /// When the budget is asked.
    pub account: Account,
}

/// What becomes of a wait that would end later than `max_elapsed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLate {
    /// It is not begun: the failure is passed on at once (cenkalti/backoff).
    Stop,
    /// It is shortened, and the last try made at exactly that time; no time at all is too late
    /// (failsafe's `maxDuration`).
    Clip,
}

/// When a budget is asked for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// When the attempt before it has failed, so that retries which wait count as being under way
    /// (gRPC, AWS, Finagle, Envoy). A burst of failures uses the budget up at once.
    Decided,
    /// When its wait is over, so that waiting costs nothing; a refusal then comes after the wait.
    Sent,
}

impl Settings {
    /// These rules, with no other limit; what must not be repeated is not.
    pub fn of(rules: BTreeMap<Class, Rule>) -> Self {
        Self {
            rules,
            max_retries: None,
            max_elapsed: None,
            too_late: TooLate::Stop,
            max_retry_after: None,
            only_idempotent: true,
            budget: None,
            account: Account::Decided,
        }
    }
}

/// What follows on a failure of some class.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// How often one call may be tried again after such failures; [`FOREVER`] has no end.
    pub retries: u32,
    /// How long to wait before each retry.
    pub backoff: backoff::Settings,
    /// What to make of a failure that says when to come again.
    pub retry_after: RetryAfter,
}

/// What to make of a failure that says when to come again (`Retry-After`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Wait as long as the backoff says, but no less than was asked for.
    Floor,
    /// Wait exactly as long as was asked for.
    Exact,
    /// As `Floor`, but no more than this longer than the backoff says (AWS 2.1: 5 s).
    Clamp(Duration),
    /// Wait as long as the backoff says.
    Ignore,
}
