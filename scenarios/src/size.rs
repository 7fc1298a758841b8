//! How large a sweep may be: so that it fits into memory.

use core::ops::Range;

use patterns::Duration;
use sim::design::SweepDesign;
use sim::measure::Measure;
use sim::series::{PIECES_MAX, SeriesDesign, length};

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;

/// Cells of all variants beyond which a sweep is refused: each is read, run and shown.
const CELLS_MAX: usize = 1_000_000;

/// Numbers beyond which a sweep is refused, one for each measure of each run: they are written to
/// the disk.
const NUMBERS_MAX: u64 = 2_000_000_000;

/// The same of one cell, which is held in memory: 16 bytes each.
const NUMBERS_OF_CELL_MAX: u64 = 100_000_000;

/// Rows of `series.csv` beyond which a sweep is refused: one for each cell, piece and measure.
const ROWS_MAX: u64 = 2_000_000;

/// Numbers that the pieces of a cell may have, of which some hundred runs are kept at a time, and
/// as how many of them counts a measure that needs all times.
const OF_CELL_MAX: u64 = 100_000;
const TIMES: u64 = 30;

/// Pieces that a run is cut into at the most, unless the file says how long they are: each costs
/// every run a look.
const PIECES: u64 = 30;

/// Refuses a sweep of too many cells: they are all combinations of lists of these lengths.
pub(crate) fn check_cells(
    mut lengths: impl Iterator<Item = usize>,
    at: &Range<usize>,
    found: &mut Vec<Diagnostic>,
) -> Option<()> {
    let cells = lengths.try_fold(1_usize, |cells, more| {
        cells.checked_mul(more).filter(|cells| *cells <= CELLS_MAX)
    });
    if cells.is_none() {
        let message = format!("axes and variants make more than {CELLS_MAX} cells");
        found.push(Diagnostic::new(at.clone(), FileCode::TooLarge, message));
    }
    cells.map(|_| ())
}

/// Refuses a sweep of too many results.
pub(crate) fn check_numbers(
    design: &SweepDesign,
    measures: usize,
    at: &Range<usize>,
    found: &mut Vec<Diagnostic>,
) -> Option<()> {
    let (replications, measures) = (design.replications, measures as u64);
    let all = design.runs().saturating_mul(measures);
    let of_cell = u64::from(replications).saturating_mul(measures);
    let cells = design.cells();
    let (cells, most) = match (all > NUMBERS_MAX, of_cell > NUMBERS_OF_CELL_MAX) {
        (false, false) => return Some(()),
        (true, _) => (format!("{cells} cells"), NUMBERS_MAX),
        (false, true) => ("cells".to_owned(), NUMBERS_OF_CELL_MAX),
    };
    let message = format!(
        "{cells} of {replications} runs with {measures} measures each are more than {most} numbers"
    );
    found.push(Diagnostic::new(at.clone(), FileCode::TooLarge, message));
    None
}

/// What is measured over time in this many cells, the longest of which counts so much time. Without
/// a length, pieces are as long as it takes. Refuses pieces of which there are too many.
pub(crate) fn check_series(
    cells: usize,
    longest: Duration,
    every: Option<Duration>,
    measures: Vec<Measure>,
    at: &Range<usize>,
    found: &mut Vec<Diagnostic>,
) -> Option<SeriesDesign> {
    let of_piece = (cells as u64).saturating_mul(measures.len() as u64).max(1);
    let weight = |one: &Measure| if one.pooling().is_of_times() { TIMES } else { 1 };
    let weight = measures.iter().map(weight).sum::<u64>().max(1);
    let most = PIECES_MAX.min(ROWS_MAX / of_piece).min(OF_CELL_MAX / weight);
    let every = match every {
        Some(every) => every,
        None => length(longest, PIECES.min(most).max(1)),
    };
    let pieces = longest.as_nanos().div_ceil(every.as_nanos().max(1));
    if pieces <= most || measures.is_empty() {
        return Some(SeriesDesign { every, measures });
    }
    let number = measures.len();
    let message = format!(
        "{pieces} pieces of {number} measures over time in {cells} cells are too many: it may be \
         {most} pieces"
    );
    let help = match most {
        0 => "fewer cells, or fewer measures in `series`, have fewer rows".to_owned(),
        most => format!("with `series-every = \"{}\"` they are fewer", length(longest, most)),
    };
    found.push(Diagnostic::new(at.clone(), FileCode::TooLarge, message).help(help));
    None
}
