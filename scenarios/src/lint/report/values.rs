//! Rules for values that cannot be.

use super::metrics::{CHANGES, METRICS, numbers_of};
use super::number::{Number, numbers};
use super::page::{Line, Page, cell};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, rounded};

/// Measures that are shares.
const SHARES: [&str; 4] = ["success", "availab", "graceful", "heal"];

/// Words of lines that count how many of how many.
const COUNTED: [&str; 5] = ["runs", "passed", "confirmed", "recovered", "experiments"];

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    for line in page.prose() {
        shares(line, found);
        parts(line, found);
        between_failures(line, found);
    }
}

fn push(line: &Line<'_>, one: &Number, message: String, found: &mut Vec<Diagnostic>) {
    found.push(finding("impossible-value", &one.place(line), message));
}

/// Shares above all.
fn shares(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    if line.has(&CHANGES) {
        return;
    }
    for one in SHARES.iter().flat_map(|name| numbers_of(line, name)) {
        // What a heading makes a share stands alone in its cell.
        let is_written = line.small[one.end..].trim_start().starts_with(['%', 'p']);
        let text = &line.small[one.start..one.end];
        let is_alone = || line.column(one.start).is_some_and(|at| cell(line, at) == text);
        if one.unit == "%" && one.value > 100.0 && (is_written || is_alone()) {
            push(line, &one, format!("{} % are more than all", rounded(one.value, 3)), found);
        }
    }
}

/// More of something than there are: `25/20`, `25 of 20`.
fn parts(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    if !line.has(&METRICS) && !line.has(&COUNTED) {
        return;
    }
    let all = numbers(line);
    for pair in all.windows(2) {
        let [part, whole] = pair else { continue };
        let between = line.small[part.end..whole.start].trim();
        let is_date = line.small[..part.start].ends_with('/')
            || line.small[whole.end..].starts_with('/')
            || (part.value, whole.value) == (24.0, 7.0);
        let is_part = ["/", "of", "out of"].contains(&between) && !is_date;
        if is_part && part.value > whole.value {
            let (part_of, of) = (number(part.value), number(whole.value));
            push(line, part, format!("{part_of} of {of} are more than there are"), found);
        }
    }
}

/// No time at all between failures.
fn between_failures(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let none = numbers_of(line, "mtbf").into_iter().find(|one| one.value <= 0.0 && !one.is_limit);
    if let Some(one) = none.filter(|one| one.seconds().is_some() || one.unit.is_empty()) {
        let message = "a mean time of 0 between failures: the system never ran".to_owned();
        push(line, &one, message, found);
    }
}
