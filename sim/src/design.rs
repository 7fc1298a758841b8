//! The design of a sweep: what is varied, how often each cell is run, and which cell is which.

use crate::kernel::split_mix;
use crate::measure::{Better, Measure};

/// What a sweep is about: the one description of it, from the file to the results.
///
/// A *cell* is one variant with one value on each axis; a *run* is one replication of a cell.
/// Cells are numbered from 0 with variants outermost and the last axis fastest:
///
/// ```
/// use sim::design::{Axis, AxisRole, SweepDesign};
/// use sim::measure::{Better, Measure};
///
/// let axis = |path: &str, values: &[&str]| Axis {
///     path: path.to_owned(),
///     values: values.iter().map(ToString::to_string).collect(),
///     role: AxisRole::Choice,
/// };
/// let design = SweepDesign {
///     title: "When should the breaker open?".to_owned(),
///     variants: vec!["as written".to_owned(), "slow".to_owned()],
///     axes: vec![axis("retry.times", &["3", "5"]), axis("breaker.open", &["5s", "1min", "2h"])],
///     default: Some(vec![1, 0]),
///     replications: 30,
///     seed: 1,
///     objective: Measure::of_agents("research", "success").expect("it is a measure"),
///     better: Better::Higher,
/// };
/// assert_eq!(design.cells(), 12);
/// assert_eq!(design.place(8), (1, vec![0, 2]));
/// assert_eq!(design.cell(1, &[0, 2]), 8);
/// assert_eq!(design.default_cell(1), Some(9));
/// assert_eq!(design.settings(8).map(|(_, value)| value).collect::<Vec<_>>(), ["3", "2h"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SweepDesign {
    /// What the scenario is about.
    pub title: String,
    /// Variants, at least one; the first is the file as it is written.
    pub variants: Vec<String>,
    /// What is varied within each variant; every axis has at least one value.
    pub axes: Vec<Axis>,
    /// The place on each axis of the value that the file itself has, if all have one.
    pub default: Option<Vec<usize>>,
    /// Runs of each cell.
    pub replications: u32,
    /// The root seed, from which the seed of every run follows.
    pub seed: u64,
    /// What is looked at.
    pub objective: Measure,
    /// Whether more of it is better.
    pub better: Better,
}

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Where it is in the scenario file.
    pub path: String,
    /// Its values, as tables and charts show them.
    pub values: Vec<String>,
    /// Whether its values are chosen, or come as they come.
    pub role: AxisRole,
}

/// What the values of an axis are to those who ask what is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisRole {
    /// Settings, of which one is to be chosen.
    Choice,
    /// What a choice has to stand, and nobody chooses: loads, faults. What is best is said under
    /// each of its values.
    Condition,
}

impl Axis {
    /// The end of the path: what an author would call it. A number says nothing without the list
    /// that it is of.
    pub fn name(&self) -> &str {
        let parts = self.path.rmatch_indices('.').map(|(at, _)| at + 1);
        let is_number = |at: usize| self.path[at..].starts_with(|c: char| c.is_ascii_digit());
        let begin = parts.skip(1).find(|at| !is_number(*at));
        &self.path[begin.unwrap_or(0)..]
    }

    /// Whether it is the weather, and not a choice.
    pub fn is_condition(&self) -> bool {
        self.role == AxisRole::Condition
    }
}

impl SweepDesign {
    /// How many cells there are; `usize::MAX` if there are more.
    pub fn cells(&self) -> usize {
        self.per_variant().saturating_mul(self.variants.len())
    }

    /// Cells of each variant; `usize::MAX` if there are more.
    pub fn per_variant(&self) -> usize {
        self.axes.iter().fold(1, |cells, axis| cells.saturating_mul(axis.values.len()))
    }

    /// How many runs there are; `u64::MAX` if there are more.
    pub fn runs(&self) -> u64 {
        (self.cells() as u64).saturating_mul(u64::from(self.replications))
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
        let axes = self.axes.iter().zip(places);
        axes.fold(variant, |cell, (axis, place)| cell * axis.values.len() + place)
    }

    /// The cell of a variant with the file's own values.
    pub fn default_cell(&self, variant: usize) -> Option<usize> {
        self.default.as_ref().map(|places| self.cell(variant, places))
    }

    /// Each axis with the value that a cell has on it.
    pub fn settings(&self, cell: usize) -> impl Iterator<Item = (&Axis, &str)> {
        let (_, places) = self.place(cell);
        self.axes.iter().zip(places).map(|(axis, place)| (axis, axis.values[place].as_str()))
    }

    /// The name of a cell's variant.
    pub fn variant(&self, cell: usize) -> &str {
        &self.variants[cell / self.per_variant()]
    }

    /// The variant of a cell, and its value on each axis.
    pub fn in_words(&self, cell: usize) -> String {
        let settings =
            self.settings(cell).map(|(axis, value)| format!("{} = {value}", axis.name()));
        let all = std::iter::once(self.variant(cell).to_owned()).chain(settings);
        all.collect::<Vec<_>>().join(", ")
    }

    /// The seed of a replication, in every cell.
    pub fn seed_of(&self, replication: u32) -> u64 {
        seed_of(self.seed, replication)
    }
}

/// The seed of a replication.
///
/// It depends on nothing but the root seed and the number of the replication: replication r of
/// every cell draws the same (common random numbers), so that cells differ by their settings
/// alone.
pub fn seed_of(root: u64, replication: u32) -> u64 {
    split_mix(root, u64::from(replication))
}
