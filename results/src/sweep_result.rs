//! What a sweep came to: the measures of every run, cell by cell.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::ops::Deref;

use patterns::Duration;
use sim::design::{Axis, SweepDesign};
use sim::measure::{Better, Measure, Sample};

use crate::estimate::Estimate;
use crate::measured::{Measured, TaskTimes, places_of_times};
use crate::pooled;
use crate::repairs::Repairs;
use crate::times::{OfTimes, Times};

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
    /// The command that makes one of its runs, but for the cell and the replication; empty if it is
    /// not known.
    pub run_command: String,
    /// By cell: what in place of its number picks it in such a command; nothing if numbers do.
    pub picks: Vec<String>,
    /// By axis: its values in seconds, if they are lengths of time.
    axes_in_seconds: Vec<Option<Vec<f64>>>,
    /// The measures of which all samples are kept.
    kept: Vec<usize>,
    /// By cell, measure that is kept, and replication.
    samples: Vec<Sample>,
    /// By cell, all samples, by measure and replication: of cells that were not forgotten.
    whole: BTreeMap<usize, Vec<Sample>>,
    /// Which of the times of a run each measure is of.
    places_of_times: Vec<Option<usize>>,
    /// Of cells of which all runs were added, by cell and measure.
    of_times: BTreeMap<(usize, usize), OfTimes>,
    /// Of cells of which some runs were added: runs come cell by cell, so that there are few.
    begun: BTreeMap<usize, Begun>,
    /// Of the file's own cell in each variant: how long tasks took, over all replications, of the
    /// group of agents that the objective is of, or of the first.
    latency: Vec<TaskTimes>,
    /// Of the same runs: how long the same agents took to recover.
    repairs: Vec<Repairs>,
    /// By variant: what it changes, as paths and values; nothing if that is not known.
    pub changes: Vec<Vec<(String, String)>>,
}

/// A cell of which not all runs were added.
#[derive(Clone, Debug, Default)]
struct Begun {
    runs: u32,
    times: Vec<Times>,
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
        Self::keeping(design, measures, command, |_| true)
    }

    /// The same, of which after a cell was [forgotten](Self::forget) only some measures are known,
    /// beside the objective: so that what is held does not grow with all that is measured.
    pub fn keeping(
        design: SweepDesign,
        measures: Vec<Measure>,
        command: String,
        is_kept: impl Fn(&Measure) -> bool,
    ) -> Self {
        let objective = measures.iter().position(|measure| *measure == design.objective);
        let objective = objective.expect("the objective is one of the measures");
        let cells = design.cells();
        let runs = design.replications as usize;
        let is_kept = |place: &usize| *place == objective || is_kept(&measures[*place]);
        let kept: Vec<usize> = (0..measures.len()).filter(is_kept).collect();
        let samples = vec![Sample::UNDEFINED; cells * kept.len() * runs];
        let latency = vec![TaskTimes::default(); design.variants.len()];
        let repairs = vec![Repairs::default(); design.variants.len()];
        Self {
            axes_in_seconds: design.axes.iter().map(in_seconds).collect(),
            design,
            places_of_times: places_of_times(&measures),
            measures,
            objective,
            command,
            run_command: String::new(),
            picks: Vec::new(),
            kept,
            samples,
            whole: BTreeMap::new(),
            of_times: BTreeMap::new(),
            begun: BTreeMap::new(),
            latency,
            repairs,
            changes: Vec::new(),
        }
    }

    /// Adds a run of a cell.
    ///
    /// # Panics
    ///
    /// If the design has no such cell or replication, or the run was measured otherwise.
    pub fn add(&mut self, cell: usize, replication: u32, run: &Measured) {
        assert_eq!(run.samples.len(), self.measures.len(), "another number of measures");
        let runs = self.design.replications as usize;
        for (place, measure) in self.kept.iter().enumerate() {
            let at = (cell * self.kept.len() + place) * runs + replication as usize;
            self.samples[at] = run.samples[*measure];
        }
        if self.kept.len() < self.measures.len() {
            let undefined = || vec![Sample::UNDEFINED; self.measures.len() * runs];
            let whole = self.whole.entry(cell).or_insert_with(undefined);
            for (measure, sample) in run.samples.iter().enumerate() {
                whole[measure * runs + replication as usize] = *sample;
            }
        }
        let (variant, places) = self.place(cell);
        if self.default.as_ref().is_none_or(|own| *own == places) {
            let whom = self.design.objective.caller();
            let asked = run.tasks.iter().position(|(name, _)| *name == whom).unwrap_or(0);
            if let Some((_, times)) = run.tasks.get(asked) {
                self.latency[variant].merge(times);
            }
            if let Some(repairs) = run.repairs.get(asked) {
                self.repairs[variant].merge(repairs);
            }
        }
        let begun = self.begun.entry(cell).or_default();
        begun.runs += 1;
        begun.times.resize_with(run.times.len(), Times::default);
        for (all, times) in begun.times.iter_mut().zip(&run.times) {
            all.add(replication, times);
        }
        if begun.runs == self.design.replications {
            let places = 0..self.measures.len();
            let found = places.filter_map(|measure| {
                Some(((cell, measure), self.of_times(cell, measure)?.into_owned()))
            });
            let found: Vec<_> = found.collect();
            self.of_times.extend(found);
            self.begun.remove(&cell);
        }
    }

    /// Whether all that was measured of a cell is known: it has runs, and was not forgotten.
    fn is_whole(&self, cell: usize) -> bool {
        self.kept.len() == self.measures.len() || self.whole.contains_key(&cell)
    }

    /// The cell of which most is shown: the file's own, or the best if none is its own; none if it
    /// was forgotten.
    pub fn shown_cell(&self) -> Option<usize> {
        self.default_cell(0).or(self.best(None)).filter(|cell| self.is_whole(*cell))
    }

    /// Forgets of a cell what is not kept.
    pub fn forget(&mut self, cell: usize) {
        self.whole.remove(&cell);
        let kept = &self.kept;
        let of_cell = self.of_times.range((cell, 0)..(cell + 1, 0)).map(|(key, _)| *key);
        let forgotten: Vec<_> =
            of_cell.filter(|(_, measure)| kept.binary_search(measure).is_err()).collect();
        for key in forgotten {
            self.of_times.remove(&key);
        }
    }

    /// The command that makes a run again.
    pub fn run_again(&self, cell: usize, replication: u32) -> String {
        let pick = self.picks.get(cell).cloned().unwrap_or_else(|| format!(" --cell {cell}"));
        format!("{}{pick} --replication {replication}", self.run_command)
    }

    /// What each run of a cell says of a measure, by replication.
    pub(crate) fn samples(
        &self,
        cell: usize,
        measure: usize,
    ) -> impl Iterator<Item = Sample> + Clone + '_ {
        let runs = self.design.replications as usize;
        let place = self.kept.binary_search(&measure);
        let found = match (place, self.whole.get(&cell)) {
            (Ok(place), _) => &self.samples[(cell * self.kept.len() + place) * runs..][..runs],
            (Err(_), Some(whole)) => &whole[measure * runs..][..runs],
            // A cell without runs, or one that was forgotten.
            (Err(_), None) => &[],
        };
        found.iter().copied().chain(repeat_n(Sample::UNDEFINED, runs - found.len()))
    }

    /// A measure that is a number of all times of a cell; none if it is something else, or no run
    /// of the cell was added.
    fn of_times(&self, cell: usize, measure: usize) -> Option<Cow<'_, OfTimes>> {
        let place = self.places_of_times[measure]?;
        match self.of_times.get(&(cell, measure)) {
            Some(known) => Some(Cow::Borrowed(known)),
            None => {
                let times = &self.begun.get(&cell)?.times[place];
                times.number(self.measures[measure].pooling()).map(Cow::Owned)
            }
        }
    }

    /// A measure of each run of a cell, by replication.
    pub fn values(&self, cell: usize, measure: usize) -> impl Iterator<Item = f64> + Clone + '_ {
        self.samples(cell, measure).map(|sample| sample.value())
    }

    /// What the runs of a cell say of a measure, all together.
    pub fn estimate(&self, cell: usize, measure: usize) -> Estimate {
        if let Some(number) = self.of_times(cell, measure) {
            return number.estimate;
        }
        let asked = &self.measures[measure];
        pooled::estimate(asked.pooling(), asked.unit(), self.samples(cell, measure))
    }

    /// By how much a measure of one cell is above that of another, replication by replication, of
    /// the runs in which both are defined.
    pub fn difference(&self, cell: usize, from: usize, measure: usize) -> Estimate {
        self.difference_of_several(cell, from, measure, 1)
    }

    /// The same, with an interval that holds together with those of so many comparisons.
    pub(crate) fn difference_of_several(
        &self,
        cell: usize,
        from: usize,
        measure: usize,
        intervals: usize,
    ) -> Estimate {
        let pairs = self.samples(cell, measure).zip(self.samples(from, measure));
        let both = self.of_times(cell, measure).zip(self.of_times(from, measure));
        if let Some((one, other)) = both
            && pairs.clone().all(|(a, b)| a.value().is_nan() == b.value().is_nan())
        {
            return one.above(&other, intervals);
        }
        // Where some runs lack the times of one of the two, the others have a number each.
        let asked = &self.measures[measure];
        pooled::difference(asked.pooling(), asked.unit(), pairs, intervals)
    }

    /// How good a cell is by the objective: the more the better.
    pub(crate) fn merit(&self, cell: usize) -> f64 {
        self.better.sign() * self.estimate(cell, self.objective).mean
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
    ///
    /// All cells are compared with one, and the intervals hold together (Bonferroni): the cell that
    /// is best in truth is with 95 % confidence the best one here or one of those that may be as
    /// good.
    pub fn is_tied(&self, cell: usize, best: usize) -> bool {
        self.is_tied_among(cell, best, self.cells() - 1)
    }

    /// The same where the best is one of fewer: so many others are compared with it.
    pub(crate) fn is_tied_among(&self, cell: usize, best: usize, others: usize) -> bool {
        cell != best && self.difference_of_several(cell, best, self.objective, others).may_be_zero()
    }

    /// How long tasks took in the file's own cell of a variant (in all its cells, if the file has
    /// none), over all replications: those of the agents that the objective is of, or of the first.
    pub fn latency(&self, variant: usize) -> &TaskTimes {
        &self.latency[variant]
    }

    /// How long these agents took to recover, in the same runs.
    pub fn repairs(&self, variant: usize) -> &Repairs {
        &self.repairs[variant]
    }

    /// By axis: its values in seconds, if all of them are lengths of time.
    pub(crate) fn axes_in_seconds(&self) -> &[Option<Vec<f64>>] {
        &self.axes_in_seconds
    }

    /// What is looked at.
    pub fn objective(&self) -> &Measure {
        &self.design.objective
    }
}

/// The values of an axis in seconds, if all of them are lengths of time.
fn in_seconds(axis: &Axis) -> Option<Vec<f64>> {
    let seconds = |value: &String| value.parse().ok().map(Duration::as_secs_f64);
    axis.values.iter().map(seconds).collect()
}
