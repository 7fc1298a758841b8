//! Rules for the policies of a scenario: what its layers do to one another.

mod breakers;
mod retries;
mod stacks;

use sim::System;

use crate::diagnostic::Diagnostic;
use crate::export::{Policy, policies};
use crate::lint::proof::Proofs;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// Looks at all policies of a scenario, which it returns.
pub(super) fn look(
    file: &ScenarioFile,
    system: &System,
    registry: &LayerRegistry,
    found: &mut Vec<Diagnostic>,
) -> Vec<Policy> {
    let all = policies(file, registry);
    let mut proofs = Proofs::new(registry);
    for policy in &all {
        retries::look(policy, found);
        breakers::look(policy, system, &mut proofs, found);
    }
    stacks::look(&all, system, &mut proofs, found);
    all
}

/// Looks at what tasks cannot do without: a scenario says so, a configuration does not.
pub(super) fn needs(all: &[Policy], system: &System, found: &mut Vec<Diagnostic>) {
    for policy in all {
        breakers::alone(policy, system, found);
    }
}
