//! What is kept of one run of a sweep: the record itself may be large.

use sim::measure::{Measure, Sample};
use sim::observe::{AgentRecord, Histogram};
use sim::{Record, Stop};

use crate::repairs::Repairs;

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
    /// The abort condition that took the faults off, if one did.
    pub faults_removed: Option<u32>,
    /// What was measured, in the order in which it was asked for.
    pub samples: Vec<Sample>,
    /// The times of which quantiles and deviations were asked for, in this order; neighbours that
    /// are of the same times share them.
    pub times: Vec<Histogram>,
    /// How long tasks took, by group of agents.
    pub tasks: Vec<(String, TaskTimes)>,
    /// How long it took to recover, by group of agents in the same order.
    pub repairs: Vec<Repairs>,
}

/// How long tasks took, by how they ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskTimes {
    /// Those that ended good or degraded.
    pub ok: Histogram,
    /// Those that failed.
    pub failed: Histogram,
}

impl TaskTimes {
    /// Those of a group of agents in one run.
    pub fn of(agents: &AgentRecord) -> Self {
        Self { ok: agents.latency_ok.clone(), failed: agents.latency_failed.clone() }
    }

    /// How many tasks there are.
    pub fn all(&self) -> u64 {
        self.ok.count() + self.failed.count()
    }

    /// Adds those of another run.
    pub fn merge(&mut self, other: &Self) {
        self.ok.merge(&other.ok);
        self.failed.merge(&other.failed);
    }
}

impl Measured {
    /// Measures a run.
    pub fn of(measures: &[Measure], record: &Record) -> Self {
        Self {
            seed: record.seed,
            fingerprint: record.fingerprint,
            events: record.events,
            stopped: record.stopped,
            faults_removed: record.faults_removed.map(|(_, by)| by),
            samples: measures.iter().map(|measure| measure.sample(record)).collect(),
            times: times_of(measures, record),
            tasks: (record.agents.iter())
                .map(|agents| (agents.name.clone(), TaskTimes::of(agents)))
                .collect(),
            repairs: record.agents.iter().map(|agents| Repairs::of(record, agents)).collect(),
        }
    }

    /// What was measured of this run alone.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.samples.iter().map(Sample::value)
    }
}

/// The times of a run that measures are of, in their order.
pub(crate) fn times_of(measures: &[Measure], record: &Record) -> Vec<Histogram> {
    let begins = (0..measures.len()).filter(|index| begins_times(measures, *index));
    begins.map(|index| measures[index].times(record).unwrap_or_default()).collect()
}

/// Which of the times of a run each measure is of.
pub(crate) fn places_of_times(measures: &[Measure]) -> Vec<Option<usize>> {
    let mut begun = 0;
    let of = |(index, measure): (usize, &Measure)| {
        begun += usize::from(begins_times(measures, index));
        measure.pooling().is_of_times().then(|| begun - 1)
    };
    measures.iter().enumerate().map(of).collect()
}

/// Whether a measure is of other times than the one before it.
fn begins_times(measures: &[Measure], index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| &measures[before]);
    let measure = &measures[index];
    measure.pooling().is_of_times() && before.is_none_or(|before| !before.is_of_same_times(measure))
}
