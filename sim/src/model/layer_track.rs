//! The tracks of layers: which layer it is, and whose.

use super::system::Policy;
use crate::observe::{LayerOwner, Track, TrackId};

/// Which of the layers of its kind in a policy one is, from 1 on.
pub(super) fn number(stack: &Policy, place: usize) -> u32 {
    let kind = &stack.layers[place].kind;
    stack.layers[..=place].iter().filter(|other| other.kind == *kind).count() as u32
}

/// The empty track of an instance of a layer.
pub(super) fn track(stack: &Policy, place: usize, owner: LayerOwner) -> Track {
    let factory = &stack.layers[place];
    let alike = stack.layers.iter().filter(|other| other.kind == factory.kind).count();
    let id = TrackId::Layer {
        kind: factory.kind.clone(),
        number: (1 < alike).then(|| number(stack, place)),
        owner,
        report: factory.report,
    };
    Track { id, intervals: Vec::new() }
}
