//! What a sweep came to: the measures of every run, cell by cell.

use std::ops::Deref;

use sim::Record;
use sim::measure::{Better, Measure};
use sim::observe::Histogram;

use crate::estimate::Estimate;

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Where it is in the scenario file.
    pub path: String,
    /// Its values, as tables and charts show them.
    pub values: Vec<String>,
}

impl Axis {
    /// The end of the path: what an author would call it.
    pub fn name(&self) -> &str {
        let dots = self.path.rmatch_indices('.').nth(1).map(|(at, _)| at + 1);
        &self.path[dots.unwrap_or(0)..]
    }
}

/// What a sweep came to. It does not depend on the order in which runs are added.
#[derive(Clone, Debug)]
pub struct SweepResult {
    /// What it is about.
    pub design: SweepDesign,
    /// Which of the measures is looked at.
    pub objective: usize,
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

/// What a sweep is about, before anything was run.
#[derive(Clone, Debug)]
pub struct SweepDesign {
    /// What the scenario is about.
    pub title: String,
    /// Variants; the first is the file as it is written.
    pub variants: Vec<String>,
    /// What is varied within each variant.
    pub axes: Vec<Axis>,
    /// The place on each axis of the value that the file itself has.
    pub default: Option<Vec<usize>>,
    /// Runs of each cell.
    pub replications: u32,
    /// The root seed.
    pub seed: u64,
    /// What is measured.
    pub measures: Vec<Measure>,
    /// Which of the measures is looked at; one of them.
    pub objective: Measure,
    /// Whether more of it is better.
    pub better: Better,
    /// The command that makes it again.
    pub command: String,
}

impl SweepResult {
    /// A sweep without runs.
    ///
    /// # Panics
    ///
    /// If the objective is none of the measures.
    pub fn new(design: SweepDesign) -> Self {
        let SweepDesign { variants, axes, replications, measures, objective, .. } = &design;
        let at = measures.iter().position(|measure| measure == objective);
        let objective = at.expect("the objective is one of the measures");
        let cells = axes.iter().map(|axis| axis.values.len()).product::<usize>() * variants.len();
        let values = vec![f64::NAN; cells * measures.len() * *replications as usize];
        let latency = vec![Histogram::default(); cells];
        Self { design, objective, values, latency }
    }

    /// Takes up one run of a cell.
    pub fn add(&mut self, cell: usize, replication: u32, record: &Record) {
        for measure in 0..self.measures.len() {
            let at = self.at(cell, measure) + replication as usize;
            self.values[at] = self.design.measures[measure].of(record);
        }
        if let Some(agents) = record.agents.first() {
            self.latency[cell].merge(&agents.latency());
        }
    }

    fn at(&self, cell: usize, measure: usize) -> usize {
        (cell * self.measures.len() + measure) * self.replications as usize
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.latency.len()
    }

    /// Cells of each variant.
    pub fn per_variant(&self) -> usize {
        self.cells() / self.variants.len()
    }

    /// The variant of a cell, and its place on each axis.
    pub fn place(&self, cell: usize) -> (usize, Vec<usize>) {
        let (variant, mut rest) = (cell / self.per_variant(), cell % self.per_variant());
        let mut places = vec![0; self.axes.len()];
        for (place, axis) in places.iter_mut().zip(&self.axes).rev() {
            *place = rest % axis.values.len();
            rest /= axis.values.len();
        }
        (variant, places)
    }

    /// The cell of a variant at a place on each axis.
    pub fn cell(&self, variant: usize, places: &[usize]) -> usize {
        let within = self
            .axes
            .iter()
            .zip(places)
            .fold(0, |cell, (axis, place)| cell * axis.values.len() + place);
        variant * self.per_variant() + within
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

    /// Whether a cell may be as good as the best one: their paired interval has room for zero.
    pub fn is_tied(&self, cell: usize, best: usize) -> bool {
        cell != best && self.difference(cell, best, self.objective).may_be_zero()
    }

    /// The cell of a variant with the file's own values.
    pub fn default_cell(&self, variant: usize) -> Option<usize> {
        self.default.as_ref().map(|places| self.cell(variant, places))
    }

    /// How long tasks of the first group of agents took in a cell, over all replications.
    pub fn latency(&self, cell: usize) -> &Histogram {
        &self.latency[cell]
    }

    /// The objective.
    pub fn objective(&self) -> &Measure {
        &self.measures[self.objective]
    }
}
