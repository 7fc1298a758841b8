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

use patterns::{Duration, Time};

pub mod engine;
pub mod limit;

/// What a workload came to, so that both sides can be seen to have done the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// How many operations were done: customers, holds, calls.
    pub operations: u64,
    /// A number that both sides must agree on but for chance: mean sojourn in seconds, mean time
    /// of a hold in seconds, share of calls that ended well.
    pub figure: f64,
}

/// A run that is ready to begin: what comes before is not measured.
pub type Run = Box<dyn FnOnce() -> Answer>;

/// The same workload on both sides.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What it is called in tables.
    pub name: &'static str,
    /// Prepares a run of some so many operations, with this seed.
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

/// The settings of workload W3, for both sides.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// Clients, each with one call at a time.
    pub clients: u32,
    /// Mean of the exponential time between a client's calls.
    pub think: Duration,
    /// Slots of the service.
    pub slots: u32,
    /// Mean of the exponential time of service.
    pub service: Duration,
    /// Share of answers that are errors.
    pub errors: f64,
    /// How long a client waits for an answer.
    pub timeout: Duration,
    /// Attempts in addition to the first.
    pub retries: u32,
    /// The longest first wait before a retry; it doubles with each failure of the same class, and
    /// the wait is drawn evenly from zero up to it.
    pub backoff: Duration,
    /// Failures in a row that open the breaker, which all clients share.
    pub failures: u32,
    /// How long it stays open.
    pub open: Duration,
    /// When the service goes down.
    pub down_at: Time,
    /// For how long.
    pub down_for: Duration,
    /// When the run ends.
    pub horizon: Time,
}

impl Calls {
    /// W3: some so many calls, and a breaker that opens after 5 failures for 60 s.
    pub fn breaking(calls: u64) -> Self {
        // Fifty clients make a call in some 1.25 s each.
        Self::until(Duration::from_millis(25) * calls)
    }

    /// W3b: the same with a breaker that never opens, so that every attempt is made.
    pub fn passing(calls: u64) -> Self {
        Self { failures: u32::MAX, ..Self::breaking(calls) }
    }

    fn until(horizon: Duration) -> Self {
        Self {
            clients: 50,
            think: Duration::from_secs(1),
            slots: 10,
            service: Duration::from_millis(100),
            errors: 0.2,
            timeout: Duration::from_secs(1),
            retries: 3,
            backoff: Duration::from_millis(100),
            failures: 5,
            open: Duration::from_secs(60),
            down_at: Time::ZERO + horizon.scale(0.5),
            down_for: Duration::from_secs(60),
            horizon: Time::ZERO + horizon,
        }
    }
}
