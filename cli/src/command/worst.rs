//! The runs of a sweep that came out worst, and the commands that make them again.

use std::io::{self, Write};

use results::SweepResult;
use sim::measure::Better;

/// Cells whose worst run is named; more are left out.
const NAMED_MAX: usize = 6;

/// Names the worst run by the objective of the best cell and of the file's own cell in each
/// variant, where not all runs came to the same. `again` makes a run, but for its cell and
/// replication.
pub(crate) fn name(result: &SweepResult, again: &str, out: &mut dyn Write) -> io::Result<()> {
    let own = (0..result.variants.len()).filter_map(|variant| result.default_cell(variant));
    let mut cells: Vec<usize> = Vec::new();
    for cell in result.best(None).into_iter().chain(own) {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    let worst = cells.iter().filter_map(|cell| Some((*cell, worst_of(result, *cell)?)));
    let worst: Vec<(usize, (u32, f64))> = worst.collect();
    if worst.is_empty() {
        return Ok(());
    }
    writeln!(out, "worst runs:")?;
    for (cell, (replication, value)) in worst.iter().take(NAMED_MAX) {
        let (variant, seed) = (result.variant(*cell), result.seed_of(*replication));
        writeln!(out, "  {value:.4} in cell {cell} ({variant}), seed 0x{seed:x}")?;
        writeln!(out, "    {again} --cell {cell} --replication {replication}")?;
    }
    if NAMED_MAX < worst.len() {
        writeln!(out, "  and of {} more variants, in runs.csv", worst.len() - NAMED_MAX)?;
    }
    Ok(())
}

/// The replication of a cell with the worst value of the objective, the first of equals; none if
/// all runs that say anything came to the same.
fn worst_of(result: &SweepResult, cell: usize) -> Option<(u32, f64)> {
    let values = (0..).zip(result.values(cell, result.objective));
    let mut values = values.filter(|(_, value)| !value.is_nan());
    let first = values.next()?;
    let (mut worst, mut are_alike) = (first, true);
    for (replication, value) in values {
        are_alike &= value.total_cmp(&first.1).is_eq();
        let is_worse = match result.better {
            Better::Higher => value < worst.1,
            Better::Lower => worst.1 < value,
        };
        if is_worse {
            worst = (replication, value);
        }
    }
    (!are_alike).then_some(worst)
}
