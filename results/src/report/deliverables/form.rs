//! What all deliverables have in common.

use super::super::document::Document;
use super::super::facts::Facts;

/// A column that is filled on the real system.
pub(super) const REAL: &str = "Real system";

/// What stands in it.
pub(super) const EMPTY: &str = "not measured yet";

/// A document about the system of a report.
pub(super) fn titled(what: &str, facts: &Facts<'_>) -> Document {
    let title = format!("{what}: {}", facts.title);
    Document { title, ..Document::default() }
}
