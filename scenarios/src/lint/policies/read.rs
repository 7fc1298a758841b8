//! What is asked of layers and edges: settings, and the policy of an edge.

use patterns::settings::{LayerSettings, Reader, read_layer};
use sim::System;
use sim::model::system::Edge;

use crate::export::{Layer, Policy};
use crate::format::FileNames;

/// What a layer is set to: what is written, with what follows from its library and the defaults.
pub(super) fn settings<S: LayerSettings>(layer: &Layer) -> Option<S> {
    if layer.kind != S::KIND {
        return None;
    }
    let mut names = FileNames::default();
    read_layer(&layer.settings, &mut Reader::new(&mut names))
}

/// The policy of an edge.
pub(super) fn policy_of<'a>(edge: &Edge, all: &'a [Policy], system: &System) -> Option<&'a Policy> {
    let name = &system.policies[edge.policy?].name;
    all.iter().find(|policy| policy.name == *name)
}
