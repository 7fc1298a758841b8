//! How fast the engine is, against loops written by hand.
//!
//! [`limit`] holds one loop for each workload, with no framework: what a careful programmer would
//! write for that one question and nothing else. [`engine`] runs the same workloads through the
//! engine with everything on: named streams, histograms, tallies, fingerprint. Both use the same
//! generator (ChaCha8), the same samplers and the same pending-event queue, so that their ratio is
//! the price of generality and of nothing else.
//!
//! `cargo run --release -p wavetank-benches` prints the ratios; `cargo bench -p wavetank-benches`
//! measures the same with criterion.

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
