//! Rules for the policies of a scenario: what its layers do to one another.

mod alike;
mod breakers;
mod limits;
mod retries;
mod stacks;
mod waits;

use patterns::settings::{LayerSettings, Reader, read_layer};
use sim::System;

use crate::diagnostic::Diagnostic;
use crate::export::{Layer, Policy, policies};
use crate::format::FileNames;
use crate::lint::proof::Proofs;
use crate::scenario_file::ScenarioFile;

/// Looks at all policies of a scenario.
pub(super) fn look(
    file: &ScenarioFile,
    system: &System,
    proofs: &mut Proofs<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let all = policies(file, proofs.registry());
    for policy in &all {
        retries::look(policy, found);
        breakers::look(policy, system, proofs, found);
    }
    alike::look(&all, system, found);
    limits::look(&all, system, found);
    stacks::look(&all, system, proofs, found);
}

/// What a layer is set to: what is written, with what follows from its library and the defaults.
fn settings<S: LayerSettings>(layer: &Layer) -> Option<S> {
    if layer.kind != S::KIND {
        return None;
    }
    let mut names = FileNames::default();
    read_layer(&layer.settings, &mut Reader::new(&mut names))
}

/// The policy of an edge.
fn policy_of<'a>(
    edge: &sim::model::system::Edge,
    all: &'a [Policy],
    system: &System,
) -> Option<&'a Policy> {
    let name = &system.policies[edge.policy?].name;
    all.iter().find(|policy| policy.name == *name)
}
