//! Replications, and intervals over them.

use sim::model::system::System;
use sim::{Record, Watch, run};

/// Runs of each system.
const RUNS: u64 = 20;

/// The 99.5 % quantile of Student's t distribution with 19 degrees of freedom (any table).
const T: f64 = 2.860_935;

/// The same system with different luck.
pub(crate) fn replicate(system: &System) -> Vec<Record> {
    (1..=RUNS).map(|seed| run(system, seed, Watch::Counts)).collect()
}

/// Holds the mean of a number over replications against theory: it must lie within the 99 %
/// interval, and half of the interval must be at most `sharp` of the value.
#[track_caller]
pub(crate) fn agrees(records: &[Record], of: impl Fn(&Record) -> f64, theory: f64, sharp: f64) {
    let values: Vec<f64> = records.iter().map(of).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let half = T * (squares / (n - 1.0) / n).sqrt();
    assert!((mean - theory).abs() <= half, "{mean} ± {half} is not {theory}");
    assert!(half <= sharp * theory, "± {half} says too little about {theory}");
}
