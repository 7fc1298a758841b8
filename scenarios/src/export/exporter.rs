//! One format that can be exported.

use patterns::settings::Node;

use super::layers::Policy;

/// How a format is written.
#[derive(Debug)]
pub(crate) struct Exporter {
    /// Its name, which is that of the import.
    pub(crate) name: &'static str,
    /// Whether it is JSON; YAML otherwise.
    pub(crate) is_json: bool,
    /// What stands in the file.
    pub(crate) tree: fn(&[&Policy]) -> Node,
    /// What stands there that no scenario says, and what of the services cannot be said.
    pub(crate) notes: fn(&[&Policy]) -> Vec<String>,
}
