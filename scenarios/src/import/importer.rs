//! One format that can be imported.

use patterns::settings::Node;

use super::draft::Draft;
use super::table::Format;

/// How a format is known and read.
#[derive(Debug)]
pub(crate) struct Importer {
    pub(crate) format: &'static Format,
    /// Whether documents are of it.
    pub(crate) is: fn(&[Node]) -> bool,
    /// Makes a scenario of them.
    pub(crate) read: fn(&[Node], &mut Draft),
}
