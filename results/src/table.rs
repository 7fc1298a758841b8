//! Tidy CSV: one row per run, and one row per cell and measure with its interval.
//!
//! A measure has one name in all tables, and its unit stands where it has a row. An axis whose
//! values are all lengths of time has a second column, `PATH_s`: what it is in seconds. Seeds and
//! fingerprints are text (`0x…`), what is undefined is empty, and numbers have as many digits as it
//! takes to read them back.

use std::io::Write;

use csv::Writer;

use crate::estimate::Estimate;
use crate::measured::Measured;
use crate::sweep_result::SweepResult;

/// Writes `runs.csv`: one row per cell and replication, as runs come in.
#[derive(Debug)]
pub struct RunsWriter<W: Write> {
    out: Writer<W>,
}

impl<W: Write> RunsWriter<W> {
    /// Writes the names of the columns. The last one, `again`, is a command that makes the run of
    /// the row.
    pub fn new(result: &SweepResult, out: W) -> csv::Result<Self> {
        let mut out = Writer::from_writer(out);
        let run = ["replication", "seed", "fingerprint", "events", "stopped"].map(str::to_owned);
        let measures = result.measures.iter().map(|measure| measure.path().to_owned());
        let last = ["again".to_owned()];
        let columns = place_columns(result).into_iter().chain(run).chain(measures);
        out.write_record(columns.chain(last))?;
        Ok(Self { out })
    }

    /// Writes one run.
    pub fn row(
        &mut self,
        result: &SweepResult,
        cell: usize,
        replication: u32,
        run: &Measured,
    ) -> csv::Result<()> {
        let head = [
            replication.to_string(),
            format!("0x{:x}", run.seed),
            format!("0x{:016x}", run.fingerprint),
            run.events.to_string(),
            run.stopped.map_or("", sim::Stop::name).to_owned(),
        ];
        let measures = run.values().map(number);
        let again = [result.run_again(cell, replication)];
        let row = place(result, cell).into_iter().chain(head).chain(measures).chain(again);
        self.out.write_record(row)
    }

    /// Writes what is still held back, and gives the writer back.
    pub fn finish(self) -> std::io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Writes `summary.csv`: one row per cell and measure.
///
/// - `n`: how many runs it is made of; those that say nothing are left out;
/// - `mean`: ratios (shares, means of times, rates) over all that came in all runs, quantiles of
///   all times of all runs, and of all else the mean over runs;
/// - `low95`, `high95`: its 95 % interval, with runs as the independent units; empty if there is
///   one run, and `high95` if there is no upper end, as for the time between failures where none
///   came;
/// - `min`, `max`: the least and the greatest of single runs;
/// - `reliable`: `no` where too little was seen for the interval to hold in 95 of 100 cases, and
///   `runs_needed`: how many runs would do, where that can be said;
/// - `diff`, `diff_low95`, `diff_high95`: the difference to the cell with the file's own values,
///   from pairs of runs with the same random numbers, zero where both are equal bit for bit;
///   `diff_n`: of how many pairs, those in which both runs say something. Where times are missing
///   in some, it is the mean difference of the quantiles (or deviations) of single runs;
/// - `diff_reliable`, `diff_runs_needed`: the same of the difference, which is at most as reliable
///   as the rows of both cells.
#[derive(Debug)]
pub struct SummaryWriter<W: Write> {
    out: Writer<W>,
}

/// What follows the cell in a row of `summary.csv`.
const OF_CELL: [&str; 16] = [
    "measure",
    "unit",
    "n",
    "mean",
    "low95",
    "high95",
    "min",
    "max",
    "reliable",
    "runs_needed",
    "diff_n",
    "diff",
    "diff_low95",
    "diff_high95",
    "diff_reliable",
    "diff_runs_needed",
];

impl<W: Write> SummaryWriter<W> {
    /// Writes the names of the columns.
    pub fn new(result: &SweepResult, out: W) -> csv::Result<Self> {
        let mut out = Writer::from_writer(out);
        let rest = OF_CELL.map(str::to_owned);
        out.write_record(place_columns(result).into_iter().chain(rest))?;
        Ok(Self { out })
    }

    /// Writes a cell of which all runs were added, and the file's own one as well.
    pub fn cell(&mut self, result: &SweepResult, cell: usize) -> csv::Result<()> {
        let (place, own) = (place(result, cell), result.default_cell(0));
        for (index, measure) in result.measures.iter().enumerate() {
            let estimate = result.estimate(cell, index);
            let values = result.values(cell, index);
            let (least, most) =
                (values.clone().fold(f64::NAN, f64::min), values.fold(f64::NAN, f64::max));
            let mut row = place.clone();
            row.push(measure.path().to_owned());
            row.push(measure.unit().name().to_owned());
            row.push(estimate.n.to_string());
            row.extend([estimate.mean, estimate.low, estimate.high, least, most].map(number));
            row.extend(reliability(&estimate));
            let difference = own.map(|own| result.difference(cell, own, index));
            row.push(difference.map_or(String::new(), |d| d.n.to_string()));
            let ends = difference.map_or([f64::NAN; 3], |d| [d.mean, d.low, d.high]);
            row.extend(ends.map(number));
            row.extend(difference.map_or_else(Default::default, |d| reliability(&d)));
            self.out.write_record(row)?;
        }
        Ok(())
    }

    /// Writes what is still held back, and gives the writer back.
    pub fn finish(self) -> std::io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Writes `summary.csv` of a sweep whose runs were all added, and of which nothing was forgotten.
pub fn summary<W: Write>(result: &SweepResult, out: W) -> csv::Result<W> {
    let mut rows = SummaryWriter::new(result, out)?;
    for cell in 0..result.cells() {
        rows.cell(result, cell)?;
    }
    Ok(rows.finish()?)
}

/// Whether an interval is reliable, and how many runs would do.
pub(crate) fn reliability(estimate: &Estimate) -> [String; 2] {
    let is_reliable = if estimate.is_reliable { "yes" } else { "no" };
    [is_reliable.to_owned(), estimate.runs_needed.map_or(String::new(), |runs| runs.to_string())]
}

/// The names of the first columns.
pub(crate) fn place_columns(result: &SweepResult) -> Vec<String> {
    let mut columns = ["cell", "variant"].map(str::to_owned).to_vec();
    for (axis, seconds) in result.axes.iter().zip(result.axes_in_seconds()) {
        columns.push(axis.path.clone());
        columns.extend(seconds.as_ref().map(|_| format!("{}_s", axis.path)));
    }
    columns
}

/// The first columns of a row: the cell, its variant and its values on the axes.
pub(crate) fn place(result: &SweepResult, cell: usize) -> Vec<String> {
    let mut row = vec![cell.to_string(), result.variant(cell).to_owned()];
    let (_, places) = result.place(cell);
    for ((axis, seconds), at) in result.axes.iter().zip(result.axes_in_seconds()).zip(places) {
        row.push(axis.values[at].clone());
        row.extend(seconds.as_ref().map(|seconds| number(seconds[at])));
    }
    row
}

/// The shortest text that reads back as the number; nothing for what is none.
pub(crate) fn number(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}
