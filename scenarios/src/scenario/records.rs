//! Steps that read and write records: nothing on the way may answer them in place of the service.

use patterns::settings::{Code, Node, Value};
use sim::System;
use sim::model::system::{Caller, Does, Place, Step};

use crate::diagnostic::Diagnostic;
use crate::scenario_file::ScenarioFile;

/// Layers that give one answer for several calls.
const SHARING: [&str; 2] = ["cache", "coalesce"];

/// No read or write goes through a layer that answers it with what another call was told.
pub(super) fn check(file: &ScenarioFile, system: &System, found: &mut Vec<Diagnostic>) {
    let agents = system.agents.iter().enumerate();
    let agents =
        agents.map(|(index, one)| ("agents", &one.name, Caller::Agents(index), &one.steps));
    let services = system.services.iter().enumerate();
    let services =
        services.map(|(index, one)| ("services", &one.name, Caller::Service(index), &one.steps));
    for (section, name, from, steps) in agents.chain(services) {
        let written = file.root.get(section).and_then(|all| all.get(name));
        let written = written.and_then(|table| table.get("steps")).map(|node| &node.value);
        let Some(Value::List(items)) = written else { continue };
        for (step, item) in steps.iter().zip(items) {
            if let Some(message) = of_step(system, from, step, item) {
                found.push(message);
            }
        }
    }
}

fn of_step(system: &System, from: Caller, step: &Step, item: &Node) -> Option<Diagnostic> {
    let Step::Call { service, does: Does::Read | Does::Write, .. } = step else { return None };
    let edge = system.edge_of(Place::Edge { from, to: *service })?;
    let policy = &system.policies[system.edges[edge].policy?];
    let layer = policy.layers.iter().find(|layer| SHARING.contains(&layer.kind.as_str()))?;
    let at = item.get("does").map_or_else(|| item.at.clone(), |node| node.at.clone());
    let kind = &layer.kind;
    let message = format!(
        "a `{kind}` on the way would answer this in place of the service, whose record it is about"
    );
    let help =
        format!("leave `{kind}` out of `policies.{}`, or give this call no `does`", policy.name);
    Some(Diagnostic::new(at, Code::Conflict, message).help(help))
}
