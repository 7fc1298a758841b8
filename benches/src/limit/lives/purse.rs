//! Budgets of W4, each with what becomes of it.

use patterns::Duration;

const EVERY: u64 = Duration::from_secs(3600).as_nanos();

/// What one has to spend until the hour is over.
#[derive(Clone, Copy)]
pub(super) struct Purse {
    amount: i64,
    left: i64,
    full_at: u64,
    empty_since: Option<u64>,
}

/// What became of a budget, whoever has how much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetTotal {
    /// How much was spent.
    pub used: u128,
    /// Calls that were left out or had to wait.
    pub stopped: u64,
    /// How much was left over when it became full again, and how much there had been.
    pub left: [u128; 2],
    /// Time in which a call would have found it used up.
    pub empty: u128,
}

impl Purse {
    pub(super) fn new(amount: u64) -> Self {
        let amount = amount.cast_signed();
        Self { amount, left: amount, full_at: EVERY, empty_since: None }
    }

    /// Whether something is left, and else when it is full again.
    pub(super) fn ask(&mut self, now: u64, total: &mut BudgetTotal) -> Result<(), u64> {
        if self.full_at <= now {
            self.refill(now, total);
        }
        if self.left > 0 {
            return Ok(());
        }
        total.stopped += 1;
        Err(self.full_at)
    }

    /// Spends what was asked for in the same instant.
    pub(super) fn spend(&mut self, now: u64, cost: u64, total: &mut BudgetTotal) {
        self.left -= cost.cast_signed();
        total.used += u128::from(cost);
        if self.left <= 0 && self.empty_since.is_none() {
            self.empty_since = Some(now);
        }
    }

    #[cold]
    fn refill(&mut self, now: u64, total: &mut BudgetTotal) {
        let (first, times) = (self.full_at, (now - self.full_at) / EVERY + 1);
        let amount = u128::from(self.amount.cast_unsigned());
        total.left[0] += u128::from(self.left.max(0).cast_unsigned());
        total.left[0] += u128::from(times - 1) * amount;
        total.left[1] += u128::from(times) * amount;
        self.left = self.amount;
        self.full_at = first + times * EVERY;
        if let Some(since) = self.empty_since.take() {
            total.empty += u128::from(first - since);
        }
    }

    /// The run ends.
    pub(super) fn close(&mut self, now: u64, total: &mut BudgetTotal) {
        if self.full_at <= now {
            self.refill(now, total);
        }
        if let Some(since) = self.empty_since {
            total.empty += u128::from(now - since);
        }
    }
}
