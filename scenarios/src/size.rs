//! How large a sweep may be: so that it fits into memory.

use core::ops::Range;

use sim::design::SweepDesign;

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;

/// Cells of all variants beyond which a sweep is refused: each is read, run and shown.
const CELLS_MAX: usize = 10_000;

/// Numbers beyond which a sweep is refused: one for each measure of each run, of 16 bytes.
const NUMBERS_MAX: u64 = 100_000_000;

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
    if design.runs().saturating_mul(measures as u64) <= NUMBERS_MAX {
        return Some(());
    }
    let (cells, replications) = (design.cells(), design.replications);
    let message = format!(
        "{cells} cells of {replications} runs with {measures} measures each are more than \
         {NUMBERS_MAX} numbers"
    );
    found.push(Diagnostic::new(at.clone(), FileCode::TooLarge, message));
    None
}
