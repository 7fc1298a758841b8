//! What the router says for all groups of models.

use patterns::settings::Node;

use super::retries::Retries;
use crate::import::draft::{From, Layer};

/// What holds for all groups of models.
pub(super) struct Router<'a> {
    pub(super) retries: Retries,
    pub(super) timeout: Option<Layer>,
    pub(super) cooldown: Option<Layer>,
    pub(super) pick: Option<(Node, From)>,
    /// What calls to a group fall back to, by its name; all others to those of no name.
    pub(super) fallbacks: Vec<(&'a str, Vec<&'a str>, From)>,
}

/// A layer with one line.
pub(super) fn with(kind: &'static str, key: &str, value: Node, from: From) -> Layer {
    let mut layer = Layer::new(kind, from.clone());
    layer.set(key, value, from);
    layer
}
