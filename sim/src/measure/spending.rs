//! The tables of what is spent, and what it is worth.

use patterns::Class;

use super::definitions::{
    Definition, HIGHER, Info, LOWER, complete, definitions, degraded, late, wrong,
};
use super::sample::How;
use super::unit::Unit;
use crate::observe::{AgentRecord, BudgetRecord, EdgeRecord, NANO_USD, Record, Worth};

/// Of a group of agents, where calls cost something.
pub(super) const COSTS: &[Definition<AgentRecord>] = definitions! {
    "tokens" Count LOWER, "Tokens of all attempts that services let in and that were made for its \
        tasks, by services as well.", Value(|r, _| r.spending.spent.tokens as f64);
    "cost" Usd LOWER, "Price of all attempts that services let in and that were made for its \
        tasks, by services as well.", Value(|r, _| r.spending.spent.usd());
    "cost-per-good" Usd LOWER, "That price for each task that ended good and in time.",
        Ratio(|r, _| (r.spending.spent.usd(), complete(r) as f64));
};

/// Of a group that spends a budget.
pub(super) const BOUNDED: &[Definition<AgentRecord>] = definitions! {
    "budget-refused" Count LOWER, "Tasks that failed because a budget was used up; they are among \
        those that failed in the class rejected.", Value(|r, _| r.spending.refused as f64);
};

/// Of a group whose tasks have a context with a limit.
pub(super) const CONTEXT: &[Definition<AgentRecord>] = definitions! {
    "context-full" Count LOWER, "How often a call found the context of its task full.",
        Value(|r, _| r.spending.full as f64);
};

/// Of a group that finds out about wrong values.
pub(super) const FOUND_OUT: &[Definition<AgentRecord>] = definitions! {
    "found-out" Count None, "Tasks that ended in time with a wrong value that was found out by \
        now.", Value(|r, _| r.spending.found_out as f64);
};

/// Of a group whose tasks are worth something.
pub(super) const WORTH: &[Definition<AgentRecord>] = definitions! {
    "value" Usd HIGHER, "What its tasks are worth, by how they ended: those that are overdue have \
        failed, and what is wrong and found out is worth that instead.",
        Value(|r, _| usd(value(r)));
    "net" Usd HIGHER, "What its tasks are worth less what they have cost.",
        Value(|r, _| usd(value(r)) - r.spending.spent.usd());
    "loss" Usd LOWER, "What its tasks would be worth more if all of them had ended good, in time \
        and right.", Value(|r, _| usd(Ending::ALL.into_iter().map(|one| one.loss(r)).sum()));
    "loss.degraded" Usd LOWER, "The part of that loss by tasks that ended degraded.",
        Value(|r, _| usd(Ending::Degraded.loss(r)));
    "loss.late" Usd LOWER, "The part of that loss by tasks that ended good or degraded, but late.",
        Value(|r, _| usd(Ending::Late.loss(r)));
    "loss.wrong" Usd LOWER, "The part of that loss by tasks that ended in time with a wrong value.",
        Value(|r, _| usd(Ending::Wrong.loss(r)));
    "loss.overdue" Usd LOWER, "The part of that loss by tasks that are overdue.",
        Value(|r, _| usd(Ending::Overdue.loss(r)));
};

macro_rules! losses {
    ($($class:ident $name:literal),+) => {
        &[$(Definition {
            info: Info {
                name: concat!("loss.", $name),
                unit: Unit::Usd,
                better: LOWER,
                text: concat!(
                    "The part of that loss by tasks that failed in the class ", $name, "."
                ),
            },
            how: How::Value(|r, _| usd(Ending::Failed(Class::$class).loss(r))),
        }),+]
    };
}

/// The same, by how tasks failed.
pub(super) const LOSSES: &[Definition<AgentRecord>] = losses! {
    Network "network", Timeout "timeout", RateLimit "rate-limit", Overload "overload",
    Validation "validation", BreakerOpen "breaker-open", BulkheadFull "bulkhead-full",
    Rejected "rejected"
};

/// Of an edge, where calls cost something.
pub(super) const EDGE_COSTS: &[Definition<EdgeRecord>] = definitions! {
    "tokens" Count LOWER, "Tokens of all attempts on the edge that the service let in.",
        Value(|r, _| r.spent.tokens as f64);
    "cost" Usd LOWER, "Price of all attempts on the edge that the service let in.",
        Value(|r, _| r.spent.usd());
};

/// Of all groups together, where calls cost something.
pub(super) const SYSTEM_COSTS: &[Definition<Record>] = definitions! {
    "tokens" Count LOWER, "Tokens of all attempts that services let in and that were made for \
        tasks of any group.", Value(|r, _| {
            r.agents.iter().map(|agents| agents.spending.spent.tokens as f64).sum()
        });
    "cost" Usd LOWER, "Price of all attempts that services let in and that were made for tasks of \
        any group.", Value(|r, _| cost(r));
};

/// Of all groups together, where tasks are worth something.
pub(super) const SYSTEM_WORTH: &[Definition<Record>] = definitions! {
    "value" Usd HIGHER, "What the tasks of all groups are worth, by how they ended.",
        Value(|r, _| worth(r));
    "net" Usd HIGHER, "What the tasks of all groups are worth less what they have cost.",
        Value(|r, _| worth(r) - cost(r));
};

/// Of a budget.
pub(super) const BUDGETS: &[Definition<BudgetRecord>] = definitions! {
    "used" Count None, "How much of it was spent: tokens, dollars, calls, or seconds.",
        Value(|r, _| r.used());
    "empty" Share LOWER, "Share of time in which a call would have found it used up, on average \
        over those who have one each; undefined if each task has.",
        Ratio(|r, time| (r.empty as f64 / 1e9, time * r.shares as f64));
    "unused" Share LOWER, "What was left over each time that it became full again, of what there \
        had been.", Ratio(|r, _| (r.left[0] as f64, r.left[1] as f64));
    "refused" Count LOWER, "Calls that were not made because it was used up.",
        Value(|r, _| r.refused as f64);
    "waits" Count LOWER, "How often a call had to wait until it was full again.",
        Value(|r, _| r.waits as f64);
};

/// How a task can end that is worth less than it might be.
#[derive(Clone, Copy)]
enum Ending {
    Degraded,
    Late,
    Wrong,
    Overdue,
    Failed(Class),
}

impl Ending {
    const ALL: [Self; 4 + Class::COUNT] = {
        let mut all = [Self::Degraded; 4 + Class::COUNT];
        (all[1], all[2], all[3]) = (Self::Late, Self::Wrong, Self::Overdue);
        let mut class = 0;
        while class < Class::COUNT {
            all[4 + class] = Self::Failed(Class::ALL[class]);
            class += 1;
        }
        all
    };

    /// What the tasks that ended so are worth: how many there are of it, and each of them. Of wrong
    /// ones some may be found out, even after the part of a run in which they ended.
    fn worth(self, r: &AgentRecord, worth: &Worth) -> [(i128, i64); 2] {
        let (wrong, wrong_degraded) = wrong(r);
        let all = match self {
            Self::Degraded => (degraded(r) - wrong_degraded, worth.degraded),
            Self::Late => (late(r), worth.late),
            Self::Wrong => {
                let found = i128::from(r.spending.found_out);
                return [(i128::from(wrong) - found, worth.wrong), (found, worth.found_out)];
            }
            Self::Overdue => (r.overdue, worth.failed),
            Self::Failed(class) => (r.tasks.failed_as(class), worth.failed),
        };
        [(all.0.into(), all.1), (0, 0)]
    }

    /// By how much less these tasks are worth than good ones.
    fn loss(self, r: &AgentRecord) -> i128 {
        let Some(worth) = &r.spending.worth else { return 0 };
        let less = |each: i64| i128::from(worth.good) - i128::from(each);
        self.worth(r, worth).into_iter().map(|(number, each)| number * less(each)).sum()
    }

    fn value(self, r: &AgentRecord, worth: &Worth) -> i128 {
        let all = self.worth(r, worth).into_iter();
        all.map(|(number, each)| number * i128::from(each)).sum()
    }
}

/// What all tasks of a group are worth.
fn value(r: &AgentRecord) -> i128 {
    let Some(worth) = &r.spending.worth else { return 0 };
    let (wrong, wrong_degraded) = wrong(r);
    let good = i128::from(complete(r)) - i128::from(wrong - wrong_degraded);
    let others = Ending::ALL.into_iter().map(|ending| ending.value(r, worth));
    good * i128::from(worth.good) + others.sum::<i128>()
}

fn usd(nano: i128) -> f64 {
    nano as f64 / NANO_USD as f64
}

fn worth(r: &Record) -> f64 {
    usd(r.agents.iter().map(value).sum())
}

fn cost(r: &Record) -> f64 {
    r.agents.iter().map(|agents| agents.spending.spent.usd()).sum()
}
