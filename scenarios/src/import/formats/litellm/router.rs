//! What the router says for all groups of models.

use patterns::settings::Node;

use super::retries::Retries;
use crate::import::draft::{From, Layer};

/// What holds for all groups of models.
pub(super) struct Router<'a> {
    pub(super) retries: Retries,
    pub(super) timeout: Option<Layer>,
    pub(super) cooldown: Cooldown,
    pub(super) pick: Option<(Node, From)>,
    /// What calls to a group fall back to, by its name; all others to those of no name.
    pub(super) fallbacks: Vec<(&'a str, Vec<&'a str>, From)>,
}

/// The breaker on the way to a deployment.
#[derive(Debug, Default)]
pub(super) struct Cooldown {
    /// To one of several deployments.
    pub(super) of_several: Option<Layer>,
    /// To one that is alone.
    pub(super) alone: Option<Layer>,
}

/// A layer with one line.
pub(super) fn with(kind: &'static str, key: &str, value: Node, from: From) -> Layer {
    let mut layer = Layer::new(kind, from.clone());
    layer.set(key, value, from);
    layer
}
