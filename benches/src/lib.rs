//! How fast the engine is, against loops written by hand.
//!
//! [`limit`] holds one loop for each workload, with no framework: what a careful programmer would
//! write for that one question and nothing else. [`engine`] runs the same workloads through the
//! engine with everything on: named streams, histograms, counts, fingerprint. Both use the same
//! generator (`ChaCha8`), the same samplers and the same pending-event queue, so that their ratio
//! is the price of generality and of nothing else.
//!
//! `cargo run --release -p wavetank-benches` prints the ratios; `cargo bench -p wavetank-benches`
//! measures both sides with criterion.

use std::hint::black_box;
use std::time::Instant;

pub mod engine;
pub mod limit;
mod workload;

pub use workload::{Answer, Calls, Run};

/// The same workload on both sides.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What it is called in tables.
    pub name: &'static str,
    /// Prepares a run of about this number of operations, with this seed.
    pub limit: fn(u64, u64) -> Run,
    /// The same through the engine.
    pub engine: fn(u64, u64) -> Run,
}

/// All workloads.
pub const WORKLOADS: [Workload; 9] = [
    Workload {
        name: "W1: M/M/1, a customer",
        limit: |customers, seed| Box::new(move || limit::mm1(customers, seed)),
        engine: |customers, seed| engine::mm1(customers, seed),
    },
    Workload { name: "W2: 100 pending, a hold", limit: hold::<100>, engine: timers::<100> },
    Workload { name: "W2: 10,000 pending", limit: hold::<10_000>, engine: timers::<10_000> },
    Workload {
        name: "W2: 1,000,000 pending",
        limit: hold::<1_000_000>,
        engine: timers::<1_000_000>,
    },
    Workload { name: "W2, posted: 100 pending", limit: hold::<100>, engine: posts::<100> },
    Workload { name: "W2, posted: 10,000", limit: hold::<10_000>, engine: posts::<10_000> },
    Workload {
        name: "W2, posted: 1,000,000",
        limit: hold::<1_000_000>,
        engine: posts::<1_000_000>,
    },
    Workload {
        name: "W3: clients, breaker, a call",
        limit: |calls, seed| Box::new(move || limit::calls(Calls::breaking(calls), seed)),
        engine: |calls, seed| engine::calls(Calls::breaking(calls), seed),
    },
    Workload {
        name: "W3b: breaker never opens",
        limit: |calls, seed| Box::new(move || limit::calls(Calls::passing(calls), seed)),
        engine: |calls, seed| engine::calls(Calls::passing(calls), seed),
    },
];

fn hold<const PENDING: u32>(holds: u64, seed: u64) -> Run {
    limit::hold(PENDING, holds, seed)
}

fn timers<const PENDING: u32>(holds: u64, seed: u64) -> Run {
    engine::hold(engine::By::Timer, PENDING, holds, seed)
}

fn posts<const PENDING: u32>(holds: u64, seed: u64) -> Run {
    engine::hold(engine::By::Schedule, PENDING, holds, seed)
}

/// How long a run takes, and what it came to.
pub fn timed(run: Run) -> (std::time::Duration, Answer) {
    #[expect(clippy::disallowed_methods, reason = "here real time is what is asked for")]
    let begin = Instant::now();
    let answer = black_box(run());
    (begin.elapsed(), answer)
}
