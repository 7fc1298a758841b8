//! Budgets as a run goes on: what is left of each, and when it is full again.

use patterns::{Duration, Time};

use super::system::{Budget, BudgetPer, BudgetThen};
use crate::observe::{BudgetRecord, Currency};

/// A budget, and what is left of each share of it.
#[derive(Clone, Debug)]
pub(super) struct Purse {
    pub(super) currency: Currency,
    pub(super) then: BudgetThen,
    pub(super) per: BudgetPer,
    amount: u64,
    reserve: Option<u64>,
    every: Option<Duration>,
    warmup: Time,
    /// None if each task has its own.
    shares: Box<[Share]>,
    record: BudgetRecord,
    /// When it was used up, if that is to be shown, as far as it was not yet. Where several have
    /// one each, it is not.
    shown: Option<Vec<(Time, Time)>>,
}

/// What one has to spend, or several together.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// Less than nothing, if the last call cost more than was left.
    left: i128,
    /// What is set aside for calls that are under way.
    set_aside: i128,
    /// When it is full again.
    full_at: Time,
    /// Since when a call would find it used up.
    empty_since: Option<Time>,
}

impl Purse {
    /// A budget that has so many shares; what is spent from the end of the warm-up on counts.
    pub(super) fn new(budget: &Budget, shares: u64, warmup: Time, is_shown: bool) -> Self {
        let &Budget { currency, then, per, amount, reserve, every, .. } = budget;
        let share = Share {
            left: amount.into(),
            set_aside: 0,
            full_at: every.map_or(Time::MAX, |every| Time::ZERO + every),
            empty_since: None,
        };
        let record = BudgetRecord::new(budget.name.clone(), currency, shares);
        let shown = (is_shown && shares == 1).then(Vec::new);
        let shares = vec![share; shares as usize].into();
        Self { currency, then, per, amount, reserve, every, warmup, shares, record, shown }
    }

    /// Whether something is set aside for each call.
    pub(super) fn sets_aside(&self) -> bool {
        self.reserve.is_some()
    }

    /// How much must be left for a call to be let through.
    fn needed(&self) -> u64 {
        self.reserve.unwrap_or(1)
    }

    /// Whether a task may make another call that has spent so much of a budget of its own.
    pub(super) fn allows(&self, used: u64) -> bool {
        used.saturating_add(self.needed()) <= self.amount
    }

    /// Whether a share allows another call, and else when it is full again.
    pub(super) fn ask(&mut self, share: u32, now: Time) -> Result<(), Time> {
        self.refill(share, now);
        let one = &self.shares[share as usize];
        if one.rest() < self.needed().into() { Err(one.full_at) } else { Ok(()) }
    }

    /// Sets aside for a call that is let through what is to be.
    pub(super) fn set_aside(&mut self, share: u32, now: Time) {
        if let Some(reserve) = self.reserve {
            self.shares[share as usize].set_aside += i128::from(reserve);
            self.note_rest(share, now);
        }
    }

    /// A call has ended for which something was set aside, and has cost this much.
    pub(super) fn settle(&mut self, share: u32, cost: u64, now: Time) {
        self.refill(share, now);
        self.shares[share as usize].set_aside -= i128::from(self.reserve.unwrap_or(0));
        self.spend(share, cost, now);
    }

    /// Something is spent of a share.
    pub(super) fn spend(&mut self, share: u32, cost: u64, now: Time) {
        self.refill(share, now);
        self.shares[share as usize].left -= i128::from(cost);
        self.note_spent(cost, now);
        self.note_rest(share, now);
    }

    /// Something is spent, of a share or by a task of its own.
    pub(super) fn note_spent(&mut self, cost: u64, now: Time) {
        if now >= self.warmup {
            self.record.used += u128::from(cost);
        }
    }

    /// A call is refused, left out, or has to wait.
    pub(super) fn note_stopped(&mut self, now: Time) {
        if now >= self.warmup {
            let waits = self.then == BudgetThen::Wait;
            self.record.waits += u64::from(waits);
            self.record.refused += u64::from(!waits);
        }
    }

    /// A share becomes full again, as often as it has by now.
    fn refill(&mut self, share: u32, now: Time) {
        let one = &mut self.shares[share as usize];
        let Some(every) = self.every.filter(|_| one.full_at <= now) else { return };
        let first = one.full_at;
        let times = |until: Time| until.since(first).as_nanos() / every.as_nanos() + 1;
        // What becomes full at the end of the warm-up has not been spent in what counts.
        let (all, before) = (times(now), if first > self.warmup { 0 } else { times(self.warmup) });
        let (amount, counted) = (i128::from(self.amount), i128::from(all - before.min(all)));
        if counted > 0 {
            // After the first of several such times nothing was spent.
            let of_first = if before == 0 { one.left.max(0) - amount } else { 0 };
            self.record.left[0] += (counted * amount + of_first).cast_unsigned();
            self.record.left[1] += (counted * amount).cast_unsigned();
        }
        one.left = amount;
        one.full_at = first + every * all;
        self.note_rest(share, first);
    }

    /// A share may be used up from a time on, or no longer be.
    fn note_rest(&mut self, share: u32, now: Time) {
        let is_empty = self.shares[share as usize].rest() < self.needed().into();
        let one = &mut self.shares[share as usize];
        match one.empty_since {
            None if is_empty => one.empty_since = Some(now),
            Some(since) if !is_empty => {
                one.empty_since = None;
                self.record.note_empty(self.warmup, since, now);
                if let Some(shown) = &mut self.shown {
                    shown.push((since, now));
                }
            }
            _ => {}
        }
    }

    /// What is to be known of it when a run has come to a time.
    pub(super) fn record(&self, now: Time) -> BudgetRecord {
        let mut until = self.clone();
        for share in 0..until.shares.len() as u32 {
            until.refill(share, now);
            if let Some(since) = until.shares[share as usize].empty_since {
                until.record.note_empty(self.warmup, since, now);
            }
        }
        until.record
    }

    /// When it was used up, since this was asked last.
    pub(super) fn shown(&mut self) -> impl Iterator<Item = (Time, Time)> {
        self.shown.iter_mut().flat_map(|shown| shown.drain(..))
    }

    /// A run ends: it is shown as used up until now.
    pub(super) fn close(&mut self, now: Time) {
        if self.shown.is_some() {
            self.refill(0, now);
        }
        if let Some(shown) = &mut self.shown
            && let Some(since) = self.shares[0].empty_since
        {
            shown.push((since, now));
        }
    }

    /// Its name, and what is left of all shares together, unless each task has its own.
    pub(super) fn rest(&self) -> Option<(&str, f64)> {
        let all: i128 = self.shares.iter().map(Share::rest).sum();
        let is_shared = !self.shares.is_empty();
        is_shared.then(|| (&*self.record.name, all as f64 / self.currency.unit()))
    }
}

impl Share {
    /// What is neither spent nor set aside.
    fn rest(&self) -> i128 {
        self.left - self.set_aside
    }
}
