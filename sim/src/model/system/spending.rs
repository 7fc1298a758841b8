//! What calls cost, and who has how much to spend.

use patterns::Duration;

use crate::kernel::Distribution;
use crate::observe::Currency;

/// What the calls of a step cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// The tokens of a call, a nanosecond standing for each. They are drawn when the call begins,
    /// and each of its attempts costs as many.
    pub tokens: Option<Distribution>,
    /// The price of each attempt at the service that is called, beside what the service asks for,
    /// in billionths of a dollar.
    pub nano_usd: u64,
}

impl Cost {
    /// Whether it is nothing.
    pub fn is_none(&self) -> bool {
        self.tokens.is_none() && self.nano_usd == 0
    }
}

/// What a service asks for each request that it lets in, in billionths of a dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// For the request.
    pub call: u64,
    /// For a million of its tokens.
    pub per_million_tokens: u64,
}

impl Price {
    /// Whether it is nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// What a request of so many tokens costs.
    pub fn of(&self, tokens: u64) -> u64 {
        // Numbers of 128 bits are divided slowly.
        let by_tokens = match tokens.checked_mul(self.per_million_tokens) {
            Some(product) => product / 1_000_000,
            None => {
                let product = u128::from(tokens) * u128::from(self.per_million_tokens);
                u64::try_from(product / 1_000_000).unwrap_or(u64::MAX)
            }
        };
        self.call.saturating_add(by_tokens)
    }
}

/// How much agents may spend.
#[derive(Clone, Debug)]
pub struct Budget {
    /// The name of the budget.
    pub name: String,
    /// In what it counts.
    pub currency: Currency,
    /// How much there is of it; more than nothing.
    pub amount: u64,
    /// How much is set aside for a call when it begins, and settled when it has ended: what it
    /// really cost is taken then. Without it a call is let through while anything is left, and what
    /// it costs is taken when a service lets it in. Of tokens only.
    pub reserve: Option<u64>,
    /// After which time it is full again, for the first time after one such time.
    pub every: Option<Duration>,
    /// The groups that spend it.
    pub groups: Vec<usize>,
    /// Who shares one.
    pub per: BudgetPer,
    /// What becomes of a call that would spend when it is used up.
    pub then: BudgetThen,
}

/// Who shares one budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetPer {
    /// All agents of all its groups.
    All,
    /// Each group has its own.
    Group,
    /// Each agent has its own.
    Agent,
    /// Each task has its own, which never becomes full again.
    Task,
}

/// What becomes of a call that would spend when a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetThen {
    /// It fails as [`patterns::Class::Rejected`], without being made.
    Fail,
    /// It waits until the budget is full again.
    Wait,
    /// It is left out, and the task goes on degraded.
    Skip,
}

/// How much of what was said in a task its agent keeps in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// How many tokens it can hold; more than none.
    pub limit: u64,
    /// Whether each call sends all of it, and so costs that as well.
    pub is_resent: bool,
    /// What becomes of it when a call would make it larger.
    pub at_limit: AtLimit,
}

/// What becomes of a context that would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtLimit {
    /// The call fails as [`patterns::Class::Validation`], without being made.
    Fail,
    /// The oldest of it is forgotten, and the task goes on degraded.
    Truncate,
    /// It is put into fewer words.
    Compact {
        /// How many tokens that are.
        to: u64,
        /// How long it takes.
        takes: Duration,
    },
}

/// How wrong values come to light.
#[derive(Clone, Debug, PartialEq)]
pub struct FindsOut {
    /// The share of tasks with a wrong value of which it is found out.
    pub share: f64,
    /// How long after the end of the task.
    pub after: Distribution,
}
