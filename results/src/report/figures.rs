//! The figures of a report: each as it is shown, and where it can be made again.

use std::cell::RefCell;
use std::io::Write;

use csv::Writer;
use sim::measure::{Better, Measure, Unit};

use super::document::figure;
use crate::chart::{change, level, level_like};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;
use crate::table::number;

/// A figure of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// As it stands in the report, with its interval.
    pub shown: String,
    /// The variant that it is of.
    pub variant: String,
    /// What is measured.
    pub measure: String,
    /// The column of `summary.csv` in which it is.
    pub column: &'static str,
    /// As it stands there.
    pub value: f64,
    /// The command that makes that table again.
    pub command: String,
}

/// All figures of a report, in the order in which they are asked for.
#[derive(Debug)]
pub struct Figures<'a> {
    result: &'a SweepResult,
    all: RefCell<Vec<Figure>>,
}

/// Written where nothing was seen that could be measured.
pub(super) const NOTHING: &str = "nothing to measure";

impl<'a> Figures<'a> {
    /// The figures of a sweep over variants, of which the first is the file as it is written.
    pub fn new(result: &'a SweepResult) -> Self {
        Self { result, all: RefCell::default() }
    }

    /// What they are of.
    pub fn result(&self) -> &'a SweepResult {
        self.result
    }

    /// Where a measure is, if it is measured.
    pub fn place(&self, path: &str) -> Option<usize> {
        self.result.measures.iter().position(|measure| measure.path() == path)
    }

    /// Where a measure of a group of agents is, if it is measured.
    pub fn of_group(&self, group: &str, name: &str) -> Option<usize> {
        self.place(&format!("agents.{group}.{name}"))
    }

    /// Where this measure is, with its window, if it is measured.
    pub fn place_of(&self, measure: &Measure) -> Option<usize> {
        self.result.measures.iter().position(|one| one == measure)
    }

    fn measure(&self, measure: usize) -> &'a Measure {
        &self.result.measures[measure]
    }

    /// What a measure came to in a variant.
    pub fn estimate(&self, variant: usize, measure: usize) -> Estimate {
        self.result.estimate(variant, measure)
    }

    /// By how much a measure is more in a variant than as it is written, run by run.
    pub fn difference(&self, variant: usize, measure: usize) -> Estimate {
        self.result.difference(variant, 0, measure)
    }

    /// A measure in a variant, with its interval.
    pub fn level(&self, variant: usize, measure: usize) -> String {
        let found = self.estimate(variant, measure);
        let of = self.measure(measure);
        // Zero seconds between failures are none.
        let is_never = found.mean == 0.0 && of.name().ends_with("mtbf");
        let never = || "none: never without a failure".to_owned();
        let shown = if is_never { never() } else { within(&found, of.unit()) };
        self.add(shown, (variant, measure), ("mean", found.mean))
    }

    /// By how much a measure is more in a variant than as it is written, with its interval.
    pub fn change(&self, variant: usize, measure: usize) -> String {
        let found = self.difference(variant, measure);
        if found.mean.is_nan() {
            return NOTHING.to_owned();
        }
        let shown = change(&found, self.measure(measure).unit());
        self.add(shown, (variant, measure), ("diff", found.mean))
    }

    /// The same the other way round: by how much it is more as it is written than in a variant.
    pub fn change_from(&self, variant: usize, measure: usize) -> String {
        let found = self.difference(variant, measure);
        if found.mean.is_nan() {
            return NOTHING.to_owned();
        }
        let [mean, low, high] = [found.mean, found.high, found.low].map(|end| 0.0 - end);
        let turned = Estimate { mean, low, high, ..found };
        let shown = change(&turned, self.measure(measure).unit());
        self.add(shown, (variant, measure), ("diff", found.mean))
    }

    /// The worst run of a measure in a variant.
    pub fn worst(&self, variant: usize, measure: usize) -> String {
        let of = self.measure(measure);
        let is_least = of.better().unwrap_or(Better::Higher) == Better::Higher;
        self.extreme(variant, measure, is_least).unwrap_or_else(|| NOTHING.to_owned())
    }

    /// The most that any run of a variant has of a measure, if there is anything of it.
    pub fn most(&self, variant: usize, measure: usize) -> Option<String> {
        self.extreme(variant, measure, false)
    }

    fn extreme(&self, variant: usize, measure: usize, is_least: bool) -> Option<String> {
        let values = self.result.values(variant, measure);
        let (column, value) = if is_least {
            ("min", values.fold(f64::NAN, f64::min))
        } else {
            ("max", values.fold(f64::NAN, f64::max))
        };
        let shown = level(value, self.measure(measure).unit());
        (!value.is_nan()).then(|| self.add(shown, (variant, measure), (column, value)))
    }

    fn add(
        &self,
        shown: String,
        (variant, measure): (usize, usize),
        (column, value): (&'static str, f64),
    ) -> String {
        if value.is_nan() {
            return shown;
        }
        let result = self.result;
        let of = result.variants[variant].clone();
        let measure = self.measure(measure).path().to_owned();
        let command = self.command(variant);
        let made = Figure { shown: shown.clone(), variant: of, measure, column, value, command };
        let mut all = self.all.borrow_mut();
        let place = all.iter().position(|one| *one == made).unwrap_or_else(|| {
            all.push(made);
            all.len() - 1
        });
        figure(place + 1, &shown)
    }

    /// The command that measures a variant again, beside the file as it is written.
    pub fn command(&self, variant: usize) -> String {
        let picks = self.result.picks.get(variant).cloned().unwrap_or_default();
        format!("{}{picks}", self.result.command)
    }

    /// All figures that were asked for.
    pub fn all(&self) -> Vec<Figure> {
        self.all.borrow().clone()
    }
}

/// A number with its interval, if it has one.
pub fn within(found: &Estimate, unit: Unit) -> String {
    if found.mean.is_nan() {
        return NOTHING.to_owned();
    }
    let like = found.mean;
    let shown = |value| level_like(value, like, unit);
    let [mean, low, high] = [found.mean, found.low, found.high].map(shown);
    let unsure = if found.is_reliable { "" } else { " (few events)" };
    match (found.low.is_nan(), found.high.is_infinite(), low == high) {
        (true, ..) => mean,
        (_, true, _) => format!("{mean} [at least {low}]{unsure}"),
        (.., true) => mean,
        _ => format!("{mean} [{low}, {high}]{unsure}"),
    }
}

/// Writes `numbers.csv`: a row for each figure of a report.
///
/// - `number`: which figure it is, as pages number them, and `shown`: as it stands there;
/// - `variant`, `measure`, `column`: the row and the column of `summary.csv` in which it is;
/// - `value`: as it stands there. A report may show it the other way round;
/// - `command`: what makes that table again.
pub fn table<W: Write>(all: &[Figure], out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record(["number", "shown", "variant", "measure", "column", "value", "command"])?;
    for (place, one) in all.iter().enumerate() {
        let Figure { shown, variant, measure, column, value, command } = one;
        let (place, value) = ((place + 1).to_string(), number(*value));
        out.write_record([&place, shown, variant, measure, *column, &value, command])?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
