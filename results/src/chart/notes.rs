//! What the marks of a picture stand for: browsers show it of the one that is pointed at.

use sim::measure::Unit;

use super::{finding, scale, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Pictures with more marks have no notes: the marks are too small to point at, and the file would
/// consist of notes.
pub(crate) const NOTED_MAX: usize = 1000;

/// A cell of a sweep: the mean of the objective and its interval, and the command that runs it.
pub(crate) fn cell(result: &SweepResult, cell: usize) -> String {
    let estimate = result.estimate(cell, result.objective);
    let unit = result.objective().unit();
    let is = estimated(&estimate, &|value| scale::value(value, unit));
    format!("{}: {is}{}", what(result, cell), again(result, cell, 0))
}

/// One run of a cell.
pub(crate) fn run(result: &SweepResult, cell: usize, replication: usize, value: f64) -> String {
    let value = scale::value(value, result.objective().unit());
    let again = again(result, cell, replication);
    format!("{}: {value} in run {replication}{again}", what(result, cell))
}

/// By how much a cell is above another, in the mean or, with its number, in one run.
pub(crate) fn change(
    result: &SweepResult,
    cell: usize,
    change: &Estimate,
    run: Option<usize>,
) -> String {
    let unit = result.objective().unit();
    let is = estimated(change, &|value| scale::bare_difference(value, unit));
    let of = run.map_or(String::new(), |run| format!(" in run {run}"));
    format!("{}, change: {is}{of}", what(result, cell))
}

/// A share of what ended.
pub(crate) fn part(of: &str, number: u64, all: u64, what: &str) -> String {
    let share = scale::value(number as f64 / all.max(1) as f64, Unit::Share);
    format!("{of}: {number} of {all} {what} ({share})")
}

/// Which cell it is, and what is measured.
fn what(result: &SweepResult, cell: usize) -> String {
    let (choice, at) = (finding::choice(result, cell), finding::condition(result, cell));
    format!("{choice}{at}\n{}", words::measure(result.objective()))
}

fn estimated(estimate: &Estimate, shown: &dyn Fn(f64) -> String) -> String {
    let Estimate { n, mean, low, high, is_reliable, .. } = *estimate;
    if low.is_nan() {
        return shown(mean);
    }
    let high = if high.is_finite() { shown(high) } else { words::NO_END.to_owned() };
    let mark = if is_reliable { "" } else { ", unreliable" };
    format!("{} [{}, {high}], 95\u{a0}% interval from {n} runs{mark}", shown(mean), shown(low))
}

/// The command that makes a run again, on a line of its own; nothing if it is not known.
fn again(result: &SweepResult, cell: usize, replication: usize) -> String {
    if result.run_command.is_empty() {
        return String::new();
    }
    format!("\n{}", result.run_again(cell, replication as u32))
}
