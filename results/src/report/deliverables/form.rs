//! What all deliverables have in common.

use super::super::document::{Document, code};
use super::super::facts::Facts;
use super::super::words::counted;

/// A column that is filled on the real system.
pub(super) const REAL: &str = "Real system";

/// What stands in it.
pub(super) const EMPTY: &str = "not measured yet";

/// A document about the system of a report.
pub(super) fn titled(what: &str, facts: &Facts<'_>) -> Document {
    let title = format!("{what}: {}", facts.title);
    let mut out = Document { title, ..Document::default() };
    let result = facts.figures.result();
    out.say(format!(
        "Simulated values of {}: {} of each trial, seeds from 0x{:x} on.",
        code(facts.source),
        counted(result.replications as usize, "run"),
        result.seed
    ));
    out
}
