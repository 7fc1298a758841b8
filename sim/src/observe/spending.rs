//! What was spent, on what, and what it was worth.
//!
//! Money is counted in billionths of a dollar, so that sums are exact.

use patterns::Time;

/// Billionths of a dollar in one.
pub const NANO_USD: u64 = 1_000_000_000;

/// What attempts have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Tokens.
    pub tokens: u64,
    /// Billionths of a dollar.
    pub nano_usd: u64,
}

/// What a group of agents has spent, and what came of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// All that was done for its tasks, by services as well.
    pub spent: Spent,
    /// Tasks that failed because a budget was used up.
    pub refused: u64,
    /// How often a context was full when a call was to be made.
    pub full: u64,
    /// Tasks with a wrong value that was found out.
    pub found_out: u64,
    /// What tasks are worth by how they end, if that is said.
    pub worth: Option<Worth>,
}

/// What a task is worth by how it ends, in billionths of a dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// One that ended good, in time and with a right value.
    pub good: i64,
    /// One that ended degraded, in time and with a right value.
    pub degraded: i64,
    /// One that ended good or degraded, but too late.
    pub late: i64,
    /// One that failed or is overdue.
    pub failed: i64,
    /// One that ended in time with a wrong value.
    pub wrong: i64,
    /// The same, once that is found out.
    pub found_out: i64,
}

/// In what a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// Tokens.
    Tokens,
    /// Billionths of a dollar.
    Usd,
    /// Calls: turns.
    Calls,
    /// Nanoseconds in which agents had a task in hand.
    Time,
}

/// What became of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRecord {
    /// The name of the budget.
    pub name: String,
    /// In what it counts.
    pub currency: Currency,
    /// How many there are of it: one for all, or one for each group or agent; none if each task has
    /// its own.
    pub shares: u64,
    /// How much was spent.
    pub used: u128,
    /// Calls that it refused or had left out.
    pub refused: u64,
    /// How often a call had to wait for it.
    pub waits: u64,
    /// How much was left over when it became full again, and how much there had been.
    pub left: [u128; 2],
    /// Time in which a call would have found it used up, in nanoseconds, added up over its shares.
    pub empty: u128,
}

impl Spent {
    /// Adds what an attempt costs.
    pub(crate) fn add(&mut self, more: Self) {
        self.tokens = self.tokens.saturating_add(more.tokens);
        self.nano_usd = self.nano_usd.saturating_add(more.nano_usd);
    }

    pub(super) fn since(self, earlier: Self) -> Self {
        Self { tokens: self.tokens - earlier.tokens, nano_usd: self.nano_usd - earlier.nano_usd }
    }

    /// In dollars.
    pub fn usd(self) -> f64 {
        self.nano_usd as f64 / NANO_USD as f64
    }
}

impl Spending {
    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            spent: self.spent.since(earlier.spent),
            refused: self.refused - earlier.refused,
            full: self.full - earlier.full,
            found_out: self.found_out - earlier.found_out,
            worth: self.worth,
        }
    }

    pub(super) fn extend(&mut self, later: Self) {
        self.spent.add(later.spent);
        self.refused += later.refused;
        self.full += later.full;
        self.found_out += later.found_out;
    }
}

impl BudgetRecord {
    /// Of which nothing is spent yet.
    pub(crate) fn new(name: String, currency: Currency, shares: u64) -> Self {
        let (used, left, empty) = (0, [0; 2], 0);
        Self { name, currency, shares, used, refused: 0, waits: 0, left, empty }
    }

    /// It was used up from one time to another.
    pub(crate) fn note_empty(&mut self, warmup: Time, from: Time, to: Time) {
        self.empty += u128::from(to.since(from.max(warmup)).as_nanos());
    }

    pub(super) fn since(&self, earlier: &Self) -> Self {
        Self {
            name: self.name.clone(),
            used: self.used - earlier.used,
            refused: self.refused - earlier.refused,
            waits: self.waits - earlier.waits,
            left: [0, 1].map(|part| self.left[part] - earlier.left[part]),
            empty: self.empty - earlier.empty,
            ..*self
        }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.used += later.used;
        self.refused += later.refused;
        self.waits += later.waits;
        for (sum, more) in self.left.iter_mut().zip(later.left) {
            *sum += more;
        }
        self.empty += later.empty;
    }

    /// How much was spent, in tokens, dollars, calls or seconds.
    pub fn used(&self) -> f64 {
        self.used as f64 / self.currency.unit()
    }
}

impl Currency {
    /// How much of what is counted people call one.
    pub fn unit(self) -> f64 {
        match self {
            Self::Tokens | Self::Calls => 1.0,
            Self::Usd | Self::Time => NANO_USD as f64,
        }
    }
}
