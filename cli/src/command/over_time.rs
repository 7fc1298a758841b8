//! What a sweep measures over time.

use results::chart::measures_over_time;
use results::series::Pieces;
use scenarios::Scenario;
use sim::measure::Measure;
use sim::series::SeriesDesign;
use sim::{Record, RunOptions, System, run_until};

use crate::pictures::asked_about;

/// What is measured over time: what the file says, and what is drawn.
pub(crate) fn drawn_over_time(sweep: &scenarios::Sweep, scenario: &Scenario) -> SeriesDesign {
    let SeriesDesign { every, measures } = &sweep.series;
    if measures.is_empty() {
        return sweep.series.clone();
    }
    let first = asked_about(&scenario.system, std::iter::once(&sweep.design.objective));
    let all = Measure::all(&scenario.system);
    SeriesDesign { every: *every, measures: measures_over_time(&all, first, measures, 3) }
}

/// A run of a cell, with what is measured of its pieces.
pub(crate) fn run_in_pieces(
    system: &System,
    seed: u64,
    options: &RunOptions<'_>,
    series: &SeriesDesign,
) -> (Record, Pieces) {
    let mut pieces = Pieces::default();
    let SeriesDesign { every, measures } = series;
    if measures.is_empty() {
        return (run_until(system, seed, options), pieces);
    }
    let parts = series.parts(system);
    let mut add = |piece: &Record| pieces.add(measures, piece);
    let record = sim::series::run_in_pieces(system, seed, options, *every, &parts, &mut add);
    if record.stopped.is_some() {
        pieces.cut();
    }
    (record, pieces)
}
