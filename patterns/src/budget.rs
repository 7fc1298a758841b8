//! Retry budget: however many calls fail, only so many extra attempts are sent.
//!
//! ```text
//!  calls, successes ───► ┌─────────┐ ◄─── an extra attempt asks
//!                        │ balance │
//!    time, or results ─► └─────────┘ ───► granted, or refused
//! ```
//!
//! A retry multiplies the load just when there is too much of it; a limit on each call does not
//! help, since there are many calls. First attempts never need a budget.
//!
//! | kind | gives | takes | who |
//! |---|---|---|---|
//! | [`Kind::Tokens`] | a success | a failure, whether retried or not | gRPC |
//! | [`Kind::Quota`] | a success, and perhaps time | a retry, by the failure before it | AWS |
//! | [`Kind::Deposits`] | a call, and time | a retry; all is forgotten after a while | Finagle |
//! | [`Kind::Bucket`] | time | a retry | tower-resilience |
//! | [`Kind::Share`] | its end | a retry under way | Envoy |
//! | [`Kind::Rate`] | its end | a retry under way | failsafe-go |
//! | [`Kind::Fixed`] | its end | a retry under way | Envoy's `max_retries` |
//!
//! | knob | unit |
//! |---|---|
//! | `kind` | [`Kind`] |
//! | `count` | the classes that cost a token ([`Kind::Tokens`] only) |
//!
//! # Two places
//!
//! As a setting of [`retry`](crate::retry) a budget is asked for its retries alone, before or after
//! their wait. As a layer ([`RetryBudget`]) it stands *below* a retry and a hedge, and is asked for
//! every extra attempt of either, when that is sent: so they share it. The layer sees attempts and
//! not calls: each first attempt is a call to it, which ends with the attempt.

mod kinds;
mod retry_budget;

use crate::invalid::Invalid;
use crate::outcome::{Class, Classes, Outcome};
use crate::time::Time;
use kinds::Balance;

pub use kinds::Kind;
pub use retry_budget::RetryBudget;

/// The settings of a [`Budget`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How it is counted.
    pub kind: Kind,
    /// The classes of failure that cost a token, for [`Kind::Tokens`]: gRPC counts those that its
    /// policy would retry.
    pub count: Classes,
}

impl Settings {
    /// This kind; every failure that the callee or the way to it made costs a token.
    pub const fn of(kind: Kind) -> Self {
        Self { kind, count: Classes::REMOTE }
    }
}

/// A limit on extra attempts.
///
/// # Example
///
/// ```
/// use patterns::budget::{Budget, Kind, Settings};
/// use patterns::{Class, Outcome, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let quota = Kind::Quota {
///     capacity: 10,
///     cost: 5,
///     timeout_cost: 10,
///     throttle_cost: 5,
///     reward: 1,
///     refill: None,
/// };
/// let mut budget = Budget::new(Settings::of(quota))?;
/// let now = Time::ZERO;
/// budget.begin(now);
/// budget.settle(None, Outcome::failed(Class::Network), now);
/// let grant = budget.ask(Some(Class::Network), now).expect("5 of 10");
/// budget.settle(Some(grant), Outcome::failed(Class::Timeout), now);
/// assert!(budget.ask(Some(Class::Timeout), now).is_err(), "5 are left, 10 are needed");
/// budget.end(now);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Budget {
    count: Classes,
    balance: Balance,
    /// Calls that have begun and not ended.
    calls: u32,
    /// Extra attempts that were granted and have not ended, those that wait included.
    extra: u32,
}

/// Leave to send one extra attempt; goes back by [`Budget::settle`] or [`Budget::cancel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Grant {
    /// What it cost.
    cost: u32,
}

/// An extra attempt was not granted; nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Budget {
    /// A budget that nothing was taken of.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let balance = Balance::new(settings.kind)?;
        Ok(Self { count: settings.count, balance, calls: 0, extra: 0 })
    }

    /// A call begins, and its first attempt is sent.
    pub fn begin(&mut self, now: Time) {
        self.calls = self.calls.saturating_add(1);
        self.balance.call(now);
    }

    /// Asks for an extra attempt after a failure of this class; none for a hedge.
    pub fn ask(&mut self, after: Option<Class>, now: Time) -> Result<Grant, Refused> {
        let cost = self.balance.take(after, self.calls, self.extra, now).ok_or(Refused)?;
        self.extra = self.extra.saturating_add(1);
        Ok(Grant { cost })
    }

    /// An attempt has ended: an extra one with its grant, or the first one.
    pub fn settle(&mut self, grant: Option<Grant>, outcome: Outcome, now: Time) {
        self.extra -= u32::from(grant.is_some());
        if outcome.is_ok() {
            self.balance.success(grant.map(|grant| grant.cost), now);
        } else if self.count.has(outcome) {
            self.balance.failure();
        }
    }

    /// An attempt was given up, or never sent.
    pub fn cancel(&mut self, grant: Option<Grant>, _now: Time) {
        self.extra -= u32::from(grant.is_some());
    }

    /// A call has ended, whatever became of its attempts.
    pub fn end(&mut self, _now: Time) {
        self.calls = self.calls.saturating_sub(1);
    }

    /// Calls under way, and extra attempts under way.
    pub fn in_flight(&self) -> (u32, u32) {
        (self.calls, self.extra)
    }
}
