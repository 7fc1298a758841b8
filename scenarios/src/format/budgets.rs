//! Budgets: how much agents may spend.

use patterns::Duration;
use patterns::settings::Findings;
use sim::model::system;
use sim::observe::Currency;

use super::narrow::Named;
use super::tokens::{TokenCount, USD_MAX, price};

/// The least time after which a budget is full again, in nanoseconds, so that a run ends.
const EVERY_MIN: f64 = 1e6;

patterns::settings! {
    /// How much some agents may spend: of tokens, of money, of calls, or of time. What a retry, a
    /// hedge, a fallback or a service on the way spends for a task is paid by that task.
    #[derive(Clone, Debug)]
    pub(crate) struct Budget {
        /// How much there is.
        @flat amount: Amount,
        /// After which time it is full again, for the first time when one has passed; with `none`,
        /// never. What the last call took beyond it is forgiven then.
        every: Option<Duration> [.at_least(EVERY_MIN).none(&["none"]).example("\"1d\"")] = None,
        /// The groups of agents that spend it.
        r#for: Vec<Named> [.at_least(1.0).example("[\"research\", \"write\"]")],
        /// Who shares one.
        per: BudgetPer = BudgetPer::All,
        /// What becomes of a call that would spend when it is used up.
        then: BudgetThen = BudgetThen::Fail,
    }
    rules Self::rules;
}

patterns::settings! {
    /// How much there is, of one thing.
    #[derive(Clone, Debug)]
    pub(crate) keyed enum Amount {
        /// So many tokens.
        Tokens {
            /// How many tokens, over all attempts that services let in.
            tokens: TokenCount [.above(0.0).example("\"500k\"")],
            /// Set aside for a call when it begins, which waits or fails if not so much is left;
            /// when it has ended, what it really cost is taken instead (as limits that count
            /// `max_tokens` beforehand do). With `none` a call is let through while anything is
            /// left, since what it costs is known only afterwards: the last one may cost more.
            reserve: Option<TokenCount> [.above(0.0).example("4000")] = None,
        },
        /// So many dollars.
        Usd {
            /// How many dollars, over all attempts that services let in. A call is let through
            /// while anything is left.
            usd: f64 [.above(0.0).at_most(USD_MAX).example("12.4")],
        },
        /// So many calls: turns.
        Calls {
            /// How many calls; further attempts of a call do not count.
            calls: u32 [.at_least(1.0).example("25")],
        },
        /// So much time.
        Time {
            /// How much time with a task in hand, without waiting for budgets. It is looked at when
            /// a call is to be made, and no call is cut short: where a task has to end on time,
            /// that is its `patience` with `gives-up`.
            time: Duration [.above(0.0).example("\"10min\"")],
        },
    }
}

patterns::settings! {
    /// Who shares a budget.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum BudgetPer {
        /// All agents of all its groups.
        All,
        /// Each group has its own: so none can take what is meant for another.
        Group,
        /// Each agent has its own.
        Agent,
        /// Each task has its own.
        Task,
    }
}

patterns::settings! {
    /// What becomes of a call that would spend when a budget is used up.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum BudgetThen {
        /// It is not made, and fails as `rejected`: its task fails, unless the step is optional.
        Fail,
        /// It waits until the budget is full again.
        Wait,
        /// It is not made, and the task goes on, degraded.
        Skip,
    }
}

impl Budget {
    fn rules(&self, found: &mut Findings) {
        let is_of_task = self.per == BudgetPer::Task;
        let of_task = "left out where each task has a budget of its own";
        found.unless(!is_of_task || self.every.is_none(), "every", of_task);
        let for_ever = "given with `every`: a call that waits would wait for ever";
        let waits = self.then == BudgetThen::Wait;
        found.unless(!waits || self.every.is_some(), "then", for_ever);
        if let Amount::Tokens { tokens, reserve: Some(reserve) } = &self.amount {
            let most = "at most `tokens`: else no call is ever made";
            found.unless(reserve.0 <= tokens.0, "reserve", most);
        }
    }

    /// The budget, as it is run, of groups by their index.
    pub(crate) fn resolved(&self, name: &str, groups: Vec<usize>) -> system::Budget {
        let (currency, amount, reserve) = match &self.amount {
            Amount::Tokens { tokens, reserve } => {
                (Currency::Tokens, tokens.0, reserve.map(|reserve| reserve.0))
            }
            // What is less than a billionth is one all the same.
            Amount::Usd { usd } => (Currency::Usd, price(*usd).max(1), None),
            Amount::Calls { calls } => (Currency::Calls, u64::from(*calls), None),
            Amount::Time { time } => (Currency::Time, time.as_nanos(), None),
        };
        let per = match self.per {
            BudgetPer::All => system::BudgetPer::All,
            BudgetPer::Group => system::BudgetPer::Group,
            BudgetPer::Agent => system::BudgetPer::Agent,
            BudgetPer::Task => system::BudgetPer::Task,
        };
        let then = match self.then {
            BudgetThen::Fail => system::BudgetThen::Fail,
            BudgetThen::Wait => system::BudgetThen::Wait,
            BudgetThen::Skip => system::BudgetThen::Skip,
        };
        let (name, every) = (name.to_owned(), self.every);
        system::Budget { name, currency, amount, reserve, every, groups, per, then }
    }
}
