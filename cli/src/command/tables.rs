//! The tables of a sweep, from the runs in its journal.

use std::collections::BTreeMap;
use std::io;

use results::series::SeriesWriter;
use results::stored::Kept;
use results::table::{RunsWriter, SummaryWriter};
use results::{Measured, OverTime, SweepResult};
use sim::Stop;
use sim::series::SeriesDesign;

use crate::output::{Folder, Journal, Part, Unwritten};

/// Cells that are named if they are unstable; more are counted.
pub(crate) const NAMED_MAX: usize = 3;

/// What became of the runs of a sweep.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) runs: u64,
    /// How many of them did not come to their end, and why.
    pub(crate) stops: BTreeMap<Stop, u64>,
    /// In how many of them an abort condition took the faults off, and which.
    pub(crate) removals: BTreeMap<u32, u64>,
    /// How many of them were unstable.
    pub(crate) unstable: u64,
    /// In how many cells some were.
    pub(crate) unstable_cells: usize,
    /// The first of these cells, and what piled up in the first such run of each.
    pub(crate) first_unstable: Vec<(usize, String)>,
    /// Of the file's own cells, measures over time.
    pub(crate) over_time: Vec<(usize, OverTime)>,
    /// The last of these cells.
    last_unstable: Option<usize>,
}

impl Made {
    /// How many runs of a cell were made: they come cell by cell.
    pub(crate) fn of_cell(&self, cell: usize, replications: u32) -> u32 {
        let (cell, replications) = (cell as u64, u64::from(replications));
        self.runs.saturating_sub(cell * replications).min(replications) as u32
    }

    /// How many cells there are of which some were.
    pub(crate) fn cells(&self, replications: u32) -> usize {
        self.runs.div_ceil(replications.max(1).into()) as usize
    }

    /// Counts the next run, cell by cell.
    fn add(&mut self, cell: usize, run: &Measured, pile_up: Option<String>) {
        self.runs += 1;
        if let Some(pile_up) = pile_up {
            self.unstable += 1;
            if self.last_unstable.replace(cell) != Some(cell) {
                self.unstable_cells += 1;
                if self.first_unstable.len() < NAMED_MAX {
                    self.first_unstable.push((cell, pile_up));
                }
            }
        }
        if let Some(stop) = run.stopped {
            *self.stops.entry(stop).or_insert(0) += 1;
        }
        if let Some(by) = run.faults_removed {
            *self.removals.entry(by).or_insert(0) += 1;
        }
    }
}

/// The tables of a sweep under way.
#[derive(Debug)]
pub(crate) struct Tables {
    runs: Part,
    series: Part,
    summary: Part,
}

impl Tables {
    pub(crate) fn new(folder: &Folder) -> Result<Self, Unwritten> {
        let [runs, series, summary] = ["runs.csv", "series.csv", "summary.csv"];
        let [runs, series] = [folder.part(runs)?, folder.part(series)?];
        Ok(Self { runs, series, summary: folder.part(summary)? })
    }

    /// Keeps all of them, which are whole now; the one over time only if anything is in it.
    pub(crate) fn keep(self, folder: &mut Folder, has_series: bool) -> Result<(), Unwritten> {
        let series = has_series.then_some(self.series);
        let all = [Some(self.runs), series, Some(self.summary)];
        all.into_iter().flatten().try_for_each(|part| folder.keep(part))
    }

    /// Writes all runs of a journal, and adds them to the result. One cell is held whole at a time,
    /// beside the file's own, from which all differences are taken.
    pub(crate) fn write(
        &mut self,
        journal: &Journal,
        (of_file, over_time): (&SeriesDesign, &SeriesDesign),
        result: &mut SweepResult,
    ) -> Result<Made, Unwritten> {
        let replications = u64::from(result.replications);
        let own = result.default_cell(0);
        let mut of_own = journal.read(true)?;
        while let Some((number, run)) = own.and(of_own.next()?) {
            let cell = (number / replications) as usize;
            if own != Some(cell) {
                break;
            }
            result.add(cell, (number % replications) as u32, &kept(&run)?.run);
        }
        let Self { runs, series, summary } = self;
        let written = (|| {
            let mut rows = RunsWriter::new(result, &mut *runs).map_err(Failed::Runs)?;
            let (measures, of_file) = (over_time.measures.clone(), of_file.measures.len());
            let drawn = (0..result.variants.len()).filter_map(|one| result.default_cell(one));
            let mut pieces =
                SeriesWriter::new(result, measures, of_file, drawn.collect(), &mut *series)
                    .map_err(Failed::Series)?;
            let mut cells = SummaryWriter::new(result, &mut *summary).map_err(Failed::Summary)?;
            let (mut made, mut next_cell) = (Made::default(), 0);
            let mut all = journal.read(false).map_err(Failed::Journal)?;
            while let Some((number, run)) = all.next().map_err(Failed::Journal)? {
                let cell = (number / replications) as usize;
                let replication = (number % replications) as u32;
                let Kept { run, pile_up, pieces: of_run } = kept(&run).map_err(Failed::Journal)?;
                if next_cell < cell {
                    cells.cell(result, next_cell).map_err(Failed::Summary)?;
                    forget(result, next_cell);
                    next_cell = cell;
                }
                if own != Some(cell) {
                    result.add(cell, replication, &run);
                }
                rows.row(result, cell, replication, &run).map_err(Failed::Runs)?;
                pieces.add(result, cell, replication, &of_run).map_err(Failed::Series)?;
                made.add(cell, &run, pile_up);
            }
            // The last, and those that were not reached.
            for cell in next_cell..result.cells() {
                cells.cell(result, cell).map_err(Failed::Summary)?;
                forget(result, cell);
            }
            rows.finish().map_err(|error| Failed::Runs(error.into()))?;
            made.over_time = pieces.finish(result).map_err(Failed::Series)?.1;
            cells.finish().map_err(|error| Failed::Summary(error.into()))?;
            Ok(made)
        })();
        written.map_err(|failed| match failed {
            Failed::Journal(unwritten) => unwritten,
            Failed::Runs(error) => runs.unwritten(error.into()),
            Failed::Series(error) => series.unwritten(error.into()),
            Failed::Summary(error) => summary.unwritten(error.into()),
        })
    }
}

/// What could not be read or written.
enum Failed {
    Journal(Unwritten),
    Runs(csv::Error),
    Series(csv::Error),
    Summary(csv::Error),
}

/// Sweeps of more cells hold only those whole that are the file's own.
const WHOLE_MAX: usize = 100;

/// Forgets a cell where there are many, but not one of the file's own.
fn forget(result: &mut SweepResult, cell: usize) {
    let (variant, _) = result.place(cell);
    if WHOLE_MAX < result.cells() && result.default_cell(variant) != Some(cell) {
        result.forget(cell);
    }
}

/// A run as it was kept.
fn kept(run: &[u8]) -> Result<Kept, Unwritten> {
    // Its digest was right: another program has written it.
    Kept::from_bytes(run).ok_or_else(|| Unwritten {
        path: "the journal of the sweep".into(),
        error: io::ErrorKind::InvalidData.into(),
    })
}
