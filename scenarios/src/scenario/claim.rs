//! A claim with its names resolved: what is said, and what decides it.

use sim::measure::Measure;

use super::hypothesis::Hypothesis;

/// Something that is said of systems, and what decides whether it holds.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What is claimed.
    pub says: String,
    /// Who says so.
    pub source: String,
    /// What the verdict rests on.
    pub caveat: Option<String>,
    /// What has to be so in a cell for it to hold there.
    pub rules: Vec<Rule>,
    /// What has to come out, whatever is claimed.
    pub figures: Vec<Figure>,
}

impl Claim {
    /// Adds what it measures to measures, each once.
    pub(crate) fn add_measures(&self, all: &mut Vec<Measure>) {
        for measure in self.measures() {
            if !all.contains(measure) {
                all.push(measure.clone());
            }
        }
    }

    /// All that it measures.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        let rules = self.rules.iter().map(|rule| &rule.that.measure);
        rules.chain(self.figures.iter().map(|figure| &figure.of))
    }
}

/// Something that has to be so in a cell.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The comparison.
    pub that: Hypothesis,
    /// The variant that each cell is held against, if it is its difference that is compared.
    pub against: Option<usize>,
    /// The variants of the cells that are asked.
    pub variants: Vec<usize>,
    /// Of some axes, by their places, the places of the values that are asked; of others all are.
    pub at: Vec<(usize, Vec<usize>)>,
}

/// A figure that follows from theory.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is measured.
    pub of: Measure,
    /// What it has to be, in the measure's unit, and as it is written.
    pub value: f64,
    /// The value as it is written.
    pub is: String,
    /// In which cell.
    pub cell: usize,
    /// What it follows from.
    pub why: String,
}
