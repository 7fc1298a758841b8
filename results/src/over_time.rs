//! Some measures over time, of one run or of all runs of a cell.

use patterns::Time;
use sim::measure::Measure;
use sim::series::Series;

use crate::estimate::Estimate;

/// What some measures were, piece by piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverTime {
    /// How many runs there were.
    pub runs: u32,
    /// The seed of the run, if there was one alone.
    pub seed: u64,
    /// What was measured.
    pub measures: Vec<Measure>,
    /// All pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// When it began.
    pub from: Time,
    /// When it ended.
    pub to: Time,
    /// By measure.
    pub estimates: Vec<Estimate>,
}

impl Piece {
    /// How long it is, in seconds.
    pub fn length(&self) -> f64 {
        self.to.since(self.from).as_secs_f64()
    }
}

impl OverTime {
    /// Some measures of one run in which all were measured.
    pub fn of_run(series: &Series, all: &[Measure], shown: &[Measure], seed: u64) -> Self {
        let places = shown.iter().filter_map(|one| all.iter().position(|other| other == one));
        let places: Vec<usize> = places.collect();
        let measures = places.iter().map(|place| all[*place].clone()).collect();
        let pieces = series.pieces.iter().map(|(from, to, values)| {
            let estimates = places.iter().map(|place| Estimate::bare(1, values[*place])).collect();
            Piece { from: *from, to: *to, estimates }
        });
        Self { runs: 1, seed, measures, pieces: pieces.collect() }
    }
}
