//! The budget itself.

use super::balance::Balance;
use super::settings::{Kind, Settings};
use crate::invalid::Invalid;
use crate::outcome::{Class, Classes, Outcome};
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::settings::check;
use crate::time::Time;

/// A limit on extra attempts.
///
/// The permit of an extra attempt is settled once, by [`Budget::record`] or [`Budget::cancel`]. One
/// that is lost counts as under way for ever: kinds that look at what is under way then grant one
/// less, and a quota keeps what it cost.
///
/// # Example
///
/// ```
/// use patterns::budget::{Budget, Kind, Settings};
/// use patterns::{Class, Outcome, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut budget = Budget::new(Settings::of(Kind::quota(10, 5)))?;
/// let now = Time::ZERO;
/// budget.begin(now);
/// budget.record_first(Outcome::failed(Class::Network), now);
/// let permit = budget.try_acquire(now, Some(Class::Network)).expect("5 of 10");
/// budget.record(permit, Outcome::failed(Class::Timeout), now);
/// assert_eq!(budget.figures(now).left, 5.0);
/// assert!(budget.try_acquire(now, Some(Class::Timeout)).is_err(), "5 are left, 10 are needed");
/// budget.end(now);
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once. This is right:
///
/// ```
/// # use patterns::budget::{Budget, Kind, Settings};
/// # use patterns::{Outcome, Time};
/// # let mut budget = Budget::new(Settings::of(Kind::Fixed(1))).expect("valid");
/// let permit = budget.try_acquire(Time::ZERO, None).expect("the first one");
/// budget.record(permit, Outcome::Ok, Time::ZERO);
/// ```
///
/// and the same call a second time does not compile:
///
/// ```compile_fail,E0382
/// # use patterns::budget::{Budget, Kind, Settings};
/// # use patterns::{Outcome, Time};
/// # let mut budget = Budget::new(Settings::of(Kind::Fixed(1))).expect("valid");
/// let permit = budget.try_acquire(Time::ZERO, None).expect("the first one");
/// budget.record(permit, Outcome::Ok, Time::ZERO);
/// budget.record(permit, Outcome::Ok, Time::ZERO);
/// ```
#[derive(Debug)]
pub struct Budget {
    owner: Owner,
    settings: Settings,
    count: Classes,
    /// Whether an extra attempt is one of the calls, or counts beside them.
    is_one_of_calls: bool,
    balance: Balance,
    /// Calls that have begun and not ended.
    calls: u32,
    /// Extra attempts that were granted and have not ended, those that wait included.
    extra: u32,
}

/// What a budget notes of an extra attempt.
#[derive(Debug, PartialEq, Eq)]
pub struct Extra {
    /// What it cost.
    cost: u32,
}

/// What can be read of a budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// What is left: of tokens, a quota, deposits or a bucket in their own unit, and else how many
    /// extra attempts would be granted one after another now (counted to 10,000).
    pub left: f64,
    /// Calls under way.
    pub calls: u32,
    /// Extra attempts under way, those that wait included.
    pub extra: u32,
}

impl Budget {
    /// A budget that nothing was taken of, which sees attempts: an extra one counts beside the
    /// calls under way. So does the layer.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self {
            owner: Owner::new(),
            settings,
            count: settings.count,
            is_one_of_calls: false,
            balance: Balance::new(settings.kind),
            calls: 0,
            extra: 0,
        })
    }

    /// A budget that nothing was taken of, which sees calls: one that is tried again is one call
    /// under way and not two. Only failures of the classes in `retried` can cost a token. So does
    /// a [`retry`](crate::retry).
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn of_calls(settings: Settings, retried: Classes) -> Result<Self, Invalid> {
        let budget = Self::new(settings)?;
        let count = settings.count.and(retried);
        Ok(Self { count, is_one_of_calls: true, ..budget })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A call begins, and its first attempt is sent.
    pub fn begin(&mut self, now: Time) {
        self.calls = self.calls.saturating_add(1);
        self.balance.call(now);
    }

    /// The first attempt of a call has ended so.
    pub fn record_first(&mut self, outcome: Outcome, now: Time) {
        self.settle(None, outcome, now);
    }

    /// A call has ended, whatever became of its attempts.
    pub fn end(&mut self, _now: Time) {
        self.calls = self.calls.saturating_sub(1);
    }

    /// Asks for an extra attempt after a failure of this class; none for a hedge.
    ///
    /// # Errors
    ///
    /// If the budget is used up; nothing was taken then. `until` is known where only time can
    /// help.
    pub fn try_acquire(
        &mut self,
        now: Time,
        after: Option<Class>,
    ) -> Result<Permit<Extra>, Rejected> {
        let active = self.active();
        let Some(cost) = self.balance.take(after, active, self.extra, now) else {
            let until = self.balance.free_at(after, now);
            return Err(Rejected { reason: Reason::BudgetUsedUp, until });
        };
        self.extra = self.extra.saturating_add(1);
        Ok(Permit::new(self.owner, Extra { cost }))
    }

    /// An extra attempt has ended so.
    pub fn record(&mut self, permit: Permit<Extra>, outcome: Outcome, now: Time) {
        let Extra { cost } = permit.redeem(self.owner);
        self.extra = self.extra.saturating_sub(1);
        self.settle(Some(cost), outcome, now);
    }

    /// An extra attempt was given up, or never sent.
    pub fn cancel(&mut self, permit: Permit<Extra>, _now: Time) {
        let _token = permit.redeem(self.owner);
        self.extra = self.extra.saturating_sub(1);
    }

    fn settle(&mut self, cost: Option<u32>, outcome: Outcome, now: Time) {
        if outcome.is_ok() {
            self.balance.success(cost, now);
        } else if self.count.has(outcome) || outcome.forbids_retry() {
            self.balance.failure();
        }
    }

    /// What is left, and what is under way.
    pub fn figures(&self, now: Time) -> Figures {
        let Self { calls, extra, .. } = *self;
        Figures { left: self.left(now), calls, extra }
    }

    fn left(&self, now: Time) -> f64 {
        let room = |most: u32| f64::from(most.saturating_sub(self.extra));
        match self.settings.kind {
            Kind::Fixed(most) => room(most),
            Kind::Share { share, least } if self.is_one_of_calls => {
                room(least.max((share * f64::from(self.active())) as u32))
            }
            // Each one that is granted raises the limit: asked one after another.
            Kind::Share { .. } | Kind::Rate { .. } => {
                let most = self.extra.saturating_add(MOST_TRIED);
                let ends = (self.extra..most)
                    .take_while(|extra| self.balance.admits(self.active_beside(*extra), *extra));
                ends.count() as f64
            }
            _ => self.balance.left(now),
        }
    }

    fn active(&self) -> u32 {
        self.active_beside(self.extra)
    }

    /// What is under way, beside this number of extra attempts.
    fn active_beside(&self, extra: u32) -> u32 {
        let is_rate = matches!(self.settings.kind, Kind::Rate { .. });
        if self.is_one_of_calls && !is_rate { self.calls } else { self.calls.saturating_add(extra) }
    }
}

/// How many extra attempts are tried out at most to say how many would be granted.
const MOST_TRIED: u32 = 10_000;
