//! The cells of a sweep, as a table of a page.

use super::html::{Field, Row, Table, named};
use crate::chart::difference_in_unit;
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;
use crate::table::number;

/// The most cells on a page: more are slow to sort and to scroll through.
pub const CELLS_MAX: usize = 2000;

/// The objective of every cell with its interval, and the difference to the file's own; of too
/// many cells the best, and the file's own. Each has the command that makes it again.
pub fn cells(result: &SweepResult, command: impl Fn(usize) -> String) -> Table {
    let shown = Shown::new(result);
    let has_variants = result.variants.len() > 1;
    let mut columns = vec!["cell".to_owned()];
    columns.extend(has_variants.then(|| "variant".to_owned()));
    columns.extend(result.axes.iter().map(|axis| axis.name().to_owned()));
    columns.extend(["", "mean", "95 % interval", "least to greatest"].map(str::to_owned));
    if shown.own.is_some() {
        columns.push("difference to the file's own".to_owned());
    }
    columns.extend(["runs", "reliable"].map(str::to_owned));
    let objective = result.objective();
    let definition = objective.definition().trim_end_matches('.');
    let mut note = format!("{}: {definition}.", objective.path());
    if shown.cells.len() < result.cells() {
        note += &format!(
            " These are the {} best of {} cells; all are in summary.csv.",
            shown.cells.len(),
            result.cells()
        );
    } else {
        note += " All measures of all cells are in summary.csv.";
    }
    if shown.own.is_some() {
        note += " In bold: the file's own cell; the upright line is its mean.";
    }
    let rows = shown.cells.iter().map(|cell| shown.row(*cell, command(*cell)));
    Table {
        id: "cells",
        heading: "Cells".to_owned(),
        note,
        is_key: false,
        is_folded: false,
        columns,
        rows: rows.collect(),
    }
}

/// What is shown of a sweep.
struct Shown<'a> {
    result: &'a SweepResult,
    cells: Vec<usize>,
    /// The file's own cell.
    own: Option<usize>,
    /// From where to where intervals go.
    range: (f64, f64),
}

impl<'a> Shown<'a> {
    fn new(result: &'a SweepResult) -> Self {
        let estimate = |cell: usize| result.estimate(cell, result.objective);
        let mut cells: Vec<usize> = (0..result.cells()).collect();
        if cells.len() > CELLS_MAX {
            let mut by: Vec<(f64, usize)> =
                cells.into_iter().map(|cell| (-result.merit(cell), cell)).collect();
            let key = |mean: f64| if mean.is_nan() { f64::INFINITY } else { mean };
            by.sort_by(|a, b| key(a.0).total_cmp(&key(b.0)).then(a.1.cmp(&b.1)));
            let own: Vec<usize> =
                (0..result.variants.len()).filter_map(|v| result.default_cell(v)).collect();
            by.retain(|(_, cell)| !own.contains(cell));
            let best = by.into_iter().map(|(_, cell)| cell);
            cells = own.into_iter().chain(best).take(CELLS_MAX).collect();
            cells.sort_unstable();
        }
        let ends = cells.iter().flat_map(|cell| {
            let Estimate { mean, low, high, .. } = estimate(*cell);
            [mean, low, high]
        });
        let range = ends
            .filter(|end| end.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| {
                (low.min(end), high.max(end))
            });
        Self { result, cells, own: result.default_cell(0), range }
    }

    fn row(&self, cell: usize, command: String) -> Row {
        let result = self.result;
        let (index, unit) = (result.objective, result.objective().unit());
        let estimate = result.estimate(cell, index);
        let named = |name, value| named(name, value, unit);
        let values = || result.values(cell, index);
        let (variant, places) = result.place(cell);
        let mut fields = vec![Field::Ranked(cell.to_string(), cell)];
        if result.variants.len() > 1 {
            fields.push(Field::Ranked(result.variant(cell).to_owned(), variant));
        }
        let on_axes = result.settings(cell).zip(&places);
        fields.extend(on_axes.map(|((_, value), place)| Field::Ranked(value.to_owned(), *place)));
        fields.push(self.drawn(&estimate));
        fields.push(Field::Numbers(vec![named("mean", estimate.mean)]));
        let ends = vec![named("low95", estimate.low), named("high95", estimate.high)];
        fields.push(Field::Numbers(ends));
        let least = named("min", values().fold(f64::NAN, f64::min));
        let most = named("max", values().fold(f64::NAN, f64::max));
        fields.push(Field::Numbers(vec![least, most]));
        if let Some(own) = self.own {
            let from = result.difference(cell, own, index);
            let shown = if from.mean.is_nan() {
                "–".to_owned()
            } else {
                difference_in_unit(from.mean, from.low, from.high, unit)
            };
            fields.push(Field::Numbers(vec![("diff", number(from.mean), shown)]));
        }
        let runs = estimate.n.to_string();
        fields.push(Field::Numbers(vec![("n", runs.clone(), runs)]));
        let reliable = match (estimate.is_reliable, estimate.runs_needed) {
            (true, _) => "yes".to_owned(),
            (false, Some(runs)) => format!("no: {runs} runs would do"),
            (false, None) => "no".to_owned(),
        };
        fields.push(Field::Text(reliable));
        Row { key: cell.to_string(), command, is_own: self.own == Some(cell), fields }
    }

    fn drawn(&self, estimate: &Estimate) -> Field {
        let (low, high) = self.range;
        let share = |value: f64| if low < high { (value - low) / (high - low) } else { 0.5 };
        let own = self.own.map(|own| self.result.estimate(own, self.result.objective).mean);
        let has_ends = !estimate.low.is_nan() && !estimate.high.is_nan();
        Field::Drawn {
            mean: share(estimate.mean),
            ends: has_ends.then(|| (share(estimate.low), share(estimate.high))),
            own: own.filter(|own| !own.is_nan()).map(share),
        }
    }
}
