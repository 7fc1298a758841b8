//! Rules for the policies of a scenario: what its layers do to one another.

mod alike;
mod breakers;
mod limits;
mod read;
mod retries;
mod stacks;
mod waits;

use sim::System;

use crate::diagnostic::Diagnostic;
use crate::export::policies;
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
    limits::look(file, proofs.registry(), (&all, system), found);
    stacks::look(&all, system, proofs, found);
}
