//! Measures over time in a sweep: each piece of the runs of a cell pooled, with its interval.

use std::io::Write;

use csv::Writer;
use patterns::Time;
use sim::Record;
use sim::measure::{Measure, Sample};
use sim::observe::Histogram;

use crate::bytes::{Bytes, put, put_all_times, put_samples};
use crate::estimate::Estimate;
use crate::measured::{places_of_times, times_of};
use crate::over_time::{OverTime, Piece};
use crate::pooled;
use crate::sweep_result::SweepResult;
use crate::table::{number, place, place_columns};
use crate::times::Times;

/// The most groups of runs: beyond it, runs are added up in groups, which are the units then, so
/// that what is kept of a cell does not grow with them.
const GROUPS_MAX: usize = 100;

/// What is kept of the pieces of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pieces {
    all: Vec<Measured>,
}

#[derive(Clone, Debug, PartialEq)]
struct Measured {
    from: Time,
    to: Time,
    samples: Vec<Sample>,
    times: Vec<Histogram>,
}

impl Pieces {
    /// Measures the next piece.
    pub fn add(&mut self, measures: &[Measure], piece: &Record) {
        self.all.push(Measured {
            from: piece.warmup,
            to: piece.ended,
            samples: measures.iter().map(|measure| measure.sample(piece)).collect(),
            times: times_of(measures, piece),
        });
    }

    /// Writes them as bytes.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put(out, self.all.len() as u64);
        for piece in &self.all {
            put(out, piece.from.as_nanos());
            put(out, piece.to.as_nanos());
            put_samples(out, &piece.samples);
            put_all_times(out, &piece.times);
        }
    }

    /// Reads what was written so.
    pub(crate) fn take(from: &mut Bytes<'_>) -> Option<Self> {
        let length = from.length()?;
        let piece = |_| {
            let [begin, end] = [from.number()?, from.number()?].map(Time::from_nanos);
            let (samples, times) = (from.samples()?, from.all_times()?);
            Some(Measured { from: begin, to: end, samples, times })
        };
        let all = (0..length).map(piece).collect::<Option<_>>()?;
        Some(Self { all })
    }

    /// Takes away the last piece, which the end of a run that was stopped has cut short.
    pub fn cut(&mut self) {
        self.all.pop();
    }
}

/// A piece in all runs of a cell.
#[derive(Debug)]
struct Pool {
    from: Time,
    to: Time,
    /// By measure: how many runs have said something.
    runs: Vec<usize>,
    /// By measure and group of runs.
    samples: Vec<Sample>,
    times: Vec<Times>,
}

/// Writes the `series.csv` of a sweep, cell by cell, as runs come in: one row for each piece and
/// measure, pooled and with intervals as in [`summary.csv`](crate::table::summary). Runs must come
/// in the order of their cells. Of a run that was stopped, the pieces count that it has come
/// through.
///
/// Of more than 100 runs, groups are the units of the intervals.
#[derive(Debug)]
pub struct SeriesWriter<W: Write> {
    out: Writer<W>,
    measures: Vec<Measure>,
    /// Of how many of them there are rows; the others are drawn alone.
    written: usize,
    groups: usize,
    /// Of which cells the series are kept, and those that are.
    drawn: Vec<usize>,
    kept: Vec<(usize, OverTime)>,
    /// The cell whose runs come in, and its pieces.
    cell: Option<usize>,
    pools: Vec<Pool>,
}

impl<W: Write> SeriesWriter<W> {
    /// Writes the names of the columns. There are rows of the first measures; those and the others
    /// are kept of the cells that are to be drawn.
    pub fn new(
        result: &SweepResult,
        measures: Vec<Measure>,
        written: usize,
        drawn: Vec<usize>,
        out: W,
    ) -> csv::Result<Self> {
        let mut out = Writer::from_writer(out);
        let rest =
            ["from_s", "to_s", "measure", "unit", "n", "mean", "low95", "high95", "reliable"];
        out.write_record(place_columns(result).into_iter().chain(rest.map(str::to_owned)))?;
        let groups = (result.replications as usize).min(GROUPS_MAX);
        let (cell, kept, pools) = (None, Vec::new(), Vec::new());
        Ok(Self { out, measures, written, groups, drawn, kept, cell, pools })
    }

    /// Adds a run of a cell, and writes the cell before it.
    pub fn add(
        &mut self,
        result: &SweepResult,
        cell: usize,
        replication: u32,
        run: &Pieces,
    ) -> csv::Result<()> {
        if self.cell != Some(cell) {
            self.write(result)?;
            self.cell = Some(cell);
        }
        let group = replication as usize % self.groups;
        for (at, piece) in run.all.iter().enumerate() {
            if at == self.pools.len() {
                self.pools.push(Pool {
                    from: piece.from,
                    to: piece.to,
                    runs: vec![0; self.measures.len()],
                    samples: vec![Sample { part: 0.0, of: 0.0 }; self.measures.len() * self.groups],
                    times: vec![Times::default(); piece.times.len()],
                });
            }
            let pool = &mut self.pools[at];
            for (measure, sample) in piece.samples.iter().enumerate() {
                if pooled::says_something(sample) {
                    pool.runs[measure] += 1;
                    let sum = &mut pool.samples[measure * self.groups + group];
                    sum.part += sample.part;
                    sum.of += sample.of;
                }
            }
            for (all, times) in pool.times.iter_mut().zip(&piece.times) {
                all.add(replication, times);
            }
        }
        Ok(())
    }

    /// Writes the cell whose runs have come in.
    fn write(&mut self, result: &SweepResult) -> csv::Result<()> {
        let Some(cell) = self.cell else { return Ok(()) };
        let places = places_of_times(&self.measures);
        let is_drawn = self.drawn.contains(&cell);
        let mut over_time = OverTime {
            runs: result.replications,
            measures: self.measures.clone(),
            ..OverTime::default()
        };
        for pool in std::mem::take(&mut self.pools) {
            let secs = [pool.from, pool.to].map(|time| number(time.as_secs_f64()));
            let asked = if is_drawn { self.measures.len() } else { self.written };
            let of = |index: usize| self.estimate(&pool, index, places[index]);
            let estimates: Vec<Estimate> = (0..asked).map(of).collect();
            for (measure, estimate) in self.measures[..self.written].iter().zip(&estimates) {
                let mut row = place(result, cell);
                row.extend(secs.clone());
                row.extend([measure.path(), measure.unit().name()].map(str::to_owned));
                row.push(estimate.n.to_string());
                row.extend([estimate.mean, estimate.low, estimate.high].map(number));
                row.push(if estimate.is_reliable { "yes" } else { "no" }.to_owned());
                self.out.write_record(row)?;
            }
            if is_drawn {
                over_time.pieces.push(Piece { from: pool.from, to: pool.to, estimates });
            }
        }
        if is_drawn {
            self.kept.push((cell, over_time));
        }
        Ok(())
    }

    /// What the runs of a cell say of a measure in a piece.
    fn estimate(&self, pool: &Pool, index: usize, times: Option<usize>) -> Estimate {
        let measure = &self.measures[index];
        if let Some(found) = times.and_then(|at| pool.times[at].number(measure.pooling())) {
            return found.estimate;
        }
        let at = index * self.groups;
        let samples = pool.samples[at..at + self.groups].iter().copied();
        let of_groups = pooled::estimate(measure.pooling(), measure.unit(), samples);
        Estimate { n: pool.runs[index], ..of_groups }
    }

    /// Writes what is still held back, and returns the writer and the series of the cells that are
    /// to be drawn.
    pub fn finish(mut self, result: &SweepResult) -> csv::Result<(W, Vec<(usize, OverTime)>)> {
        self.write(result)?;
        let out = self.out.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok((out, self.kept))
    }
}
