//! What a sweep came to: the measures of every run, cell by cell.

use std::ops::Deref;

use sim::design::SweepDesign;
use sim::measure::{Better, Measure};
use sim::observe::Histogram;

use crate::estimate::Estimate;
use crate::measured::Measured;

/// What a sweep came to. It does not depend on the order in which runs are added.
#[derive(Clone, Debug)]
pub struct SweepResult {
    /// What it is about.
    pub design: SweepDesign,
    /// What is measured.
    pub measures: Vec<Measure>,
    /// Which of the measures is looked at.
    pub objective: usize,
    /// The command that makes it again.
    pub command: String,
    /// By cell, measure and replication.
    values: Vec<f64>,
    /// By cell: how long tasks of the first group of agents took, over all replications.
    latency: Vec<Histogram>,
}

/// A result can be asked for everything that its design says.
impl Deref for SweepResult {
    type Target = SweepDesign;

    fn deref(&self) -> &SweepDesign {
        &self.design
    }
}

impl SweepResult {
    /// A sweep without runs: what is to be measured, and the command that makes it again.
    ///
    /// # Panics
    ///
    /// If the objective is none of the measures.
    pub fn new(design: SweepDesign, measures: Vec<Measure>, command: String) -> Self {
        let objective = measures.iter().position(|measure| *measure == design.objective);
        let objective = objective.expect("the objective is one of the measures");
        let cells = design.cells();
        let values = vec![f64::NAN; cells * measures.len() * design.replications as usize];
        let latency = vec![Histogram::default(); cells];
        Self { design, measures, objective, command, values, latency }
    }

    /// Adds a run of a cell.
    ///
    /// # Panics
    ///
    /// If the design has no such cell or replication, or the run was measured otherwise.
    pub fn add(&mut self, cell: usize, replication: u32, run: &Measured) {
        assert_eq!(run.values.len(), self.measures.len(), "another number of measures");
        for (measure, value) in run.values.iter().enumerate() {
            let at = self.at(cell, measure) + replication as usize;
            self.values[at] = *value;
        }
        self.latency[cell].merge(&run.latency);
    }

    fn at(&self, cell: usize, measure: usize) -> usize {
        (cell * self.measures.len() + measure) * self.replications as usize
    }

    /// A measure of all runs of a cell, by replication.
    pub fn values(&self, cell: usize, measure: usize) -> &[f64] {
        let at = self.at(cell, measure);
        &self.values[at..at + self.replications as usize]
    }

    /// The mean of a measure over the runs of a cell.
    pub fn estimate(&self, cell: usize, measure: usize) -> Estimate {
        Estimate::of(self.values(cell, measure).iter().copied())
    }

    /// By how much a measure of one cell is above that of another, replication by replication.
    pub fn difference(&self, cell: usize, from: usize, measure: usize) -> Estimate {
        Estimate::paired(self.values(cell, measure), self.values(from, measure))
    }

    /// The best cell by the objective, among those of a variant or among all; the first of equals.
    pub fn best(&self, variant: Option<usize>) -> Option<usize> {
        self.extreme(variant, self.better)
    }

    /// The worst cell by the objective.
    pub fn worst(&self, variant: Option<usize>) -> Option<usize> {
        let worse = match self.better {
            Better::Higher => Better::Lower,
            Better::Lower => Better::Higher,
        };
        self.extreme(variant, worse)
    }

    fn extreme(&self, variant: Option<usize>, direction: Better) -> Option<usize> {
        let cells = match variant {
            Some(variant) => variant * self.per_variant()..(variant + 1) * self.per_variant(),
            None => 0..self.cells(),
        };
        let mut found: Option<(usize, f64)> = None;
        for cell in cells {
            let mean = self.estimate(cell, self.objective).mean;
            let better = |than: f64| match direction {
                Better::Higher => mean > than,
                Better::Lower => mean < than,
            };
            if !mean.is_nan() && found.is_none_or(|(_, than)| better(than)) {
                found = Some((cell, mean));
            }
        }
        found.map(|(cell, _)| cell)
    }

    /// Whether a cell may be as good as the best one: zero is in the interval of their paired
    /// difference.
    pub fn is_tied(&self, cell: usize, best: usize) -> bool {
        cell != best && self.difference(cell, best, self.objective).may_be_zero()
    }

    /// How long tasks of the first group of agents took in a cell, over all replications.
    pub fn latency(&self, cell: usize) -> &Histogram {
        &self.latency[cell]
    }

    /// What is looked at.
    pub fn objective(&self) -> &Measure {
        &self.design.objective
    }
}
