//! Measures over time: a run cut into pieces of equal length, each measured as a window.

use patterns::{Duration, Time};

use crate::measure::Measure;
use crate::model::{Looks, RunOptions, System, World};
use crate::observe::{Asked, Parts, Record};

/// The most pieces of one run.
pub const PIECES_MAX: u64 = 10_000;

/// What some measures were, piece by piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// From when to when, and what the measures were then, in their order.
    pub pieces: Vec<(Time, Time, Vec<f64>)>,
}

/// What is measured over time in a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesDesign {
    /// The length of the pieces.
    pub every: Duration,
    /// What is measured of each.
    pub measures: Vec<Measure>,
}

impl SeriesDesign {
    /// The parts of the records of a system that are looked at.
    pub fn parts(&self, system: &System) -> Parts {
        let mut parts = system.parts(Asked::Nothing);
        self.measures.iter().for_each(|measure| measure.mark(system, &mut parts));
        parts
    }
}

impl Series {
    /// The length of pieces by which a run of this system has at most 150 of them: 1, 2 or 5 times
    /// a power of ten, or a part of a minute, an hour or a day.
    pub fn every(system: &System) -> Duration {
        length(system.horizon.since(system.warmup), 150)
    }

    /// How many pieces of this length a run of a system has.
    ///
    /// # Panics
    ///
    /// If the length is zero.
    pub fn count(system: &System, every: Duration) -> u64 {
        system.horizon.since(system.warmup).as_nanos().div_ceil(every.as_nanos())
    }

    /// Runs a system as [`run_until`](crate::run_until) does, and measures every piece of this
    /// length from the end of the warm-up on.
    ///
    /// # Panics
    ///
    /// As [`run_in_pieces`].
    pub fn run(
        system: &System,
        seed: u64,
        options: &RunOptions<'_>,
        every: Duration,
        measures: &[Measure],
    ) -> (Record, Self) {
        let mut series = Self::default();
        let all = system.parts(Asked::Times);
        let record = run_in_pieces(system, seed, options, every, &all, &mut |piece| {
            let values = measures.iter().map(|measure| measure.of(piece)).collect();
            series.pieces.push((piece.warmup, piece.ended, values));
        });
        (record, series)
    }
}

/// The length of pieces by which so much time has at most so many of them: 1, 2 or 5 times a power
/// of ten, or a part of a minute, an hour or a day.
pub fn length(time: Duration, most: u64) -> Duration {
    const STEPS: [u64; 26] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000,
        120_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
        43_200_000, 86_400_000,
    ];
    let mut millis = STEPS.iter().map(|millis| Duration::from_millis(*millis));
    let fits = |step: &Duration| time.as_nanos() <= most.saturating_mul(step.as_nanos());
    millis.find(fits).unwrap_or(Duration::from_nanos(time.as_nanos().div_ceil(most)))
}

/// Runs a system as [`run_until`](crate::run_until) does, and shows some parts of the record of
/// every piece of this length, from the end of the warm-up on. The last piece ends with the run.
///
/// # Panics
///
/// If the length is zero, or makes more than [`PIECES_MAX`] pieces.
pub fn run_in_pieces(
    system: &System,
    seed: u64,
    options: &RunOptions<'_>,
    every: Duration,
    parts: &Parts,
    on_piece: &mut dyn FnMut(&Record),
) -> Record {
    let number = Series::count(system, every);
    assert!(number <= PIECES_MAX, "{number} pieces");
    let times: Vec<Time> = (1..number).map(|piece| system.warmup + every * piece).collect();
    let mut before: Option<Record> = None;
    let mut look = |record: Record| {
        match &before {
            Some(before) => on_piece(&record.since(before)),
            None => on_piece(&record),
        }
        before = Some(record);
    };
    let looks = Looks { times: &times, parts, look: &mut look };
    let record = World::new(system, seed, options.watch).run_watched(options, Some(looks));
    match &before {
        Some(before) => on_piece(&record.since(before)),
        None => on_piece(&record),
    }
    record
}
