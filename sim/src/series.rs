//! Measures over time: a run cut into pieces of equal length, each measured as a window.

use patterns::{Duration, Time};

use crate::measure::Measure;
use crate::model::{RunOptions, System, World};
use crate::observe::Record;

/// The most pieces of one run.
pub const PIECES_MAX: u64 = 10_000;

/// What some measures were, piece by piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// From when to when, and what the measures were then, in their order.
    pub pieces: Vec<(Time, Time, Vec<f64>)>,
}

impl Series {
    /// The length of pieces by which a run of this system has at most 150 of them: 1, 2 or 5 times
    /// a power of ten, or a part of a minute, an hour or a day.
    pub fn every(system: &System) -> Duration {
        const STEPS: [u64; 26] = [
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000,
            60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000,
            14_400_000, 43_200_000, 86_400_000,
        ];
        let counted = system.horizon.since(system.warmup);
        let millis = STEPS.iter().map(|millis| Duration::from_millis(*millis));
        let fits = |step: &Duration| counted.as_nanos() <= 150 * step.as_nanos();
        millis.clone().find(fits).unwrap_or(Duration::from_nanos(counted.as_nanos().div_ceil(150)))
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
    /// If the length is zero, or makes more than [`PIECES_MAX`] pieces.
    pub fn run(
        system: &System,
        seed: u64,
        options: &RunOptions<'_>,
        every: Duration,
        measures: &[Measure],
    ) -> (Record, Self) {
        let number = Self::count(system, every);
        assert!(number <= PIECES_MAX, "{number} pieces");
        let times: Vec<Time> = (1..number).map(|piece| system.warmup + every * piece).collect();
        let mut series = Self::default();
        let mut before: Option<Record> = None;
        let mut look = |record: Record| {
            series.add(before.as_ref(), &record, measures);
            before = Some(record);
        };
        let world = World::new(system, seed, options.watch);
        let record = world.run_watched(options, &times, &mut look);
        series.add(before.as_ref(), &record, measures);
        (record, series)
    }

    fn add(&mut self, before: Option<&Record>, record: &Record, measures: &[Measure]) {
        let window = before.map(|before| record.since(before));
        let piece = window.as_ref().unwrap_or(record);
        let values = measures.iter().map(|measure| measure.of(piece)).collect();
        self.pieces.push((piece.warmup, piece.ended, values));
    }
}
