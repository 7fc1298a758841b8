//! What is kept of one run of a sweep: the record itself may be large.

use sim::measure::Measure;
use sim::observe::{AgentRecord, Histogram};
use sim::{Record, Stop};

/// What is kept of one run of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The seed of all random numbers of the run.
    pub seed: u64,
    /// The fingerprint of the run.
    pub fingerprint: u64,
    /// Events handled.
    pub events: u64,
    /// Why the run was stopped before the horizon, if it was.
    pub stopped: Option<Stop>,
    /// What was measured, in the order in which it was asked for.
    pub values: Vec<f64>,
    /// How long tasks of the first group of agents took.
    pub latency: Histogram,
}

impl Measured {
    /// Measures a run.
    pub fn of(measures: &[Measure], record: &Record) -> Self {
        Self {
            seed: record.seed,
            fingerprint: record.fingerprint,
            events: record.events,
            stopped: record.stopped,
            values: measures.iter().map(|measure| measure.of(record)).collect(),
            latency: record.agents.first().map(AgentRecord::latency).unwrap_or_default(),
        }
    }
}
