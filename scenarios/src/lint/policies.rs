//! Rules for the policies of a scenario: what its layers do to one another.

mod breakers;
mod retries;
mod stacks;

use sim::System;

use crate::diagnostic::Diagnostic;
use crate::export::policies;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// Looks at all policies of a scenario.
pub(super) fn look(
    file: &ScenarioFile,
    system: &System,
    registry: &LayerRegistry,
    found: &mut Vec<Diagnostic>,
) {
    let all = policies(file, registry);
    for policy in &all {
        retries::look(policy, found);
        breakers::look(policy, system, registry, found);
    }
    stacks::look(&all, system, registry, found);
}

/// Looks at what tasks cannot do without: a scenario says so, a configuration does not.
pub(super) fn needs(
    file: &ScenarioFile,
    system: &System,
    registry: &LayerRegistry,
    found: &mut Vec<Diagnostic>,
) {
    for policy in &policies(file, registry) {
        breakers::alone(policy, system, found);
    }
}
