//! The same workloads on all sides.

use std::hint::black_box;

use crate::engine;
use crate::limit::{self, Bare, Full, Recording, lives};
use crate::team::Team;
use crate::workload::{Answer, Calls, Customers, Run};

/// The same workload on all sides.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What it is called in tables.
    pub name: &'static str,
    /// What the engine may take of the time of the full limit, at most, where that is said.
    pub target: Option<f64>,
    /// Prepares a run of about this number of operations, with this seed, of each [`Side`].
    pub sides: [fn(u64, u64) -> Run; 3],
}

/// What runs a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A loop by hand that leaves two numbers.
    Bare,
    /// The same loop, leaving the record that the engine leaves.
    Full,
    /// The engine.
    Engine,
}

impl Side {
    /// All sides, in the order of [`Workload::sides`].
    pub const ALL: [Self; 3] = [Self::Bare, Self::Full, Self::Engine];

    /// What it is called in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Full => "full",
            Self::Engine => "engine",
        }
    }
}

/// All workloads.
pub const WORKLOADS: [Workload; 10] = [
    Workload {
        name: "W1: M/M/1, a customer",
        target: Some(1.5),
        sides: [mm1::<Bare>, mm1::<Full>, |customers, seed| {
            engine::mm1(Customers::of(customers), seed)
        }],
    },
    Workload {
        name: "W3: clients, breaker, a call",
        target: Some(1.75),
        sides: [breaking::<Bare>, breaking::<Full>, |calls, seed| {
            engine::calls(Calls::breaking(calls), seed)
        }],
    },
    Workload {
        name: "W3b: breaker never opens",
        target: Some(1.5),
        sides: [passing::<Bare>, passing::<Full>, |calls, seed| {
            engine::calls(Calls::passing(calls), seed)
        }],
    },
    Workload {
        name: "W4: agents that live, a call",
        target: Some(1.5),
        sides: [living::<Bare>, living::<lives::Full>, |calls, seed| {
            engine::lives(Team::of(calls), seed)
        }],
    },
    hold::<100>("W2: 100 pending, a hold", timers::<100>),
    hold::<10_000>("W2: 10,000 pending", timers::<10_000>),
    hold::<1_000_000>("W2: 1,000,000 pending", timers::<1_000_000>),
    hold::<100>("W2, posted: 100 pending", posts::<100>),
    hold::<10_000>("W2, posted: 10,000", posts::<10_000>),
    hold::<1_000_000>("W2, posted: 1,000,000", posts::<1_000_000>),
];

const fn hold<const PENDING: u32>(name: &'static str, engine: fn(u64, u64) -> Run) -> Workload {
    Workload { name, target: None, sides: [holds::<PENDING, Bare>, holds::<PENDING, Full>, engine] }
}

fn holds<const PENDING: u32, R: Recording + 'static>(holds: u64, seed: u64) -> Run {
    limit::hold::<R>(PENDING, holds, seed)
}

fn timers<const PENDING: u32>(holds: u64, seed: u64) -> Run {
    engine::hold(engine::By::Timer, PENDING, holds, seed)
}

fn posts<const PENDING: u32>(holds: u64, seed: u64) -> Run {
    engine::hold(engine::By::Schedule, PENDING, holds, seed)
}

fn mm1<R: Recording + 'static>(customers: u64, seed: u64) -> Run {
    recorded(move || limit::mm1::<R>(Customers::of(customers), seed))
}

fn breaking<R: Recording + 'static>(calls: u64, seed: u64) -> Run {
    recorded(move || limit::calls::<R>(Calls::breaking(calls), seed))
}

fn passing<R: Recording + 'static>(calls: u64, seed: u64) -> Run {
    recorded(move || limit::calls::<R>(Calls::passing(calls), seed))
}

fn living<R: lives::Recording + 'static>(calls: u64, seed: u64) -> Run {
    recorded(move || {
        let (answer, record, budgets) = lives::lives::<R>(Team::of(calls), seed);
        (answer, (record, budgets))
    })
}

/// A run whose record is made, though nobody looks at it.
fn recorded<R: 'static>(run: impl FnOnce() -> (Answer, R) + 'static) -> Run {
    Box::new(move || black_box(run()).0)
}
