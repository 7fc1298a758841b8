//! Edges: who calls whom, under which policy.

use std::ops::Range;

use patterns::settings::{Code, NameKind, Node};
use sim::System;
use sim::model::system::{Caller, Edge, Policy, Step};

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::{FileNames, section_of};
use crate::scenario_file::ScenarioFile;

/// An edge that was written, and where.
pub(super) struct Written {
    edge: Edge,
    at: Range<usize>,
}

/// Reads `"research -> github" = "guarded"` and its like.
pub(super) fn read(
    file: &ScenarioFile,
    names: &FileNames,
    policies: &[Policy],
    found: &mut Vec<Diagnostic>,
) -> Vec<Written> {
    let Some(node) = file.root.get("edges") else { return Vec::new() };
    let Some(entries) = node.entries() else {
        found.push(Diagnostic::wrong_section(section_of("edges"), node, "a table"));
        return Vec::new();
    };
    let mut written: Vec<Written> = Vec::new();
    for entry in entries {
        let Some(edge) = edge(&entry.key, &entry.key_at, &entry.node, names, policies, found)
        else {
            continue;
        };
        let is_same = |other: &Written| other.edge.from == edge.from && other.edge.to == edge.to;
        if written.iter().any(is_same) {
            let message = "this edge is given twice";
            found.push(Diagnostic::new(entry.key_at.clone(), Code::Twice, message));
            continue;
        }
        written.push(Written { edge, at: entry.key_at.clone() });
    }
    written
}

fn edge(
    name: &str,
    at: &Range<usize>,
    policy: &Node,
    names: &FileNames,
    policies: &[Policy],
    found: &mut Vec<Diagnostic>,
) -> Option<Edge> {
    let by = policy.text().and_then(|name| policies.iter().position(|policy| policy.name == name));
    match policy.text() {
        Some(name) if by.is_none() => {
            let known = policies.iter().map(|policy| policy.name.as_str());
            found.push(Diagnostic::unknown(policy.at.clone(), "policy", name, known));
        }
        Some(_) => {}
        None => {
            let message = format!("an edge needs the name of a policy, not {}", policy.kind());
            let message = Diagnostic::new(policy.at.clone(), Code::WrongType, message);
            let some = policies.first().map_or("guarded", |policy| &policy.name);
            found.push(message.help(format!("for example: \"{name}\" = \"{some}\"")));
        }
    }
    let Some((from, to)) = name.split_once("->") else {
        let message = "an edge is written \"caller -> service\"";
        found.push(Diagnostic::new(at.clone(), FileCode::BadName, message));
        return None;
    };
    let is = |kind: NameKind, name: &str| names.place(kind, name.trim()).is_ok();
    if !is(NameKind::Service, to) && is(NameKind::Caller, to) && is(NameKind::Service, from) {
        let (from, to) = (from.trim(), to.trim());
        let message = format!("an edge leads from who calls to the service: `{to} -> {from}`");
        found.push(Diagnostic::new(at.clone(), Code::UnknownName, message));
        return None;
    }
    let mut place = |kind: NameKind, name: &str| {
        let found_at = names.place(kind, name);
        found_at
            .map_err(|known| {
                let known = known.iter().map(String::as_str);
                found.push(Diagnostic::unknown(at.clone(), kind.in_words(), name, known));
            })
            .ok()
    };
    let from = place(NameKind::Caller, from.trim()).map(usize::from);
    let to = place(NameKind::Service, to.trim()).map(usize::from);
    let agents = names.agents.len();
    let from = from.map(|place| match place.checked_sub(agents) {
        Some(service) => Caller::Service(service),
        None => Caller::Agents(place),
    });
    Some(Edge { from: from?, to: to?, policy: Some(by?) })
}

/// Adds the edges that are used: as written, or bare.
pub(super) fn add_edges(system: &mut System, written: &[Written], found: &mut Vec<Diagnostic>) {
    let agents = system
        .agents
        .iter()
        .enumerate()
        .map(|(index, agents)| (Caller::Agents(index), called(&agents.steps)));
    let services = system
        .services
        .iter()
        .enumerate()
        .map(|(index, service)| (Caller::Service(index), called(&service.steps)));
    let callers: Vec<(Caller, Vec<usize>)> = agents.chain(services).collect();
    let mut used = vec![false; written.len()];
    for (from, mut called) in callers {
        let mut next = 0;
        while next < called.len() {
            let to = called[next];
            next += 1;
            if called[..next - 1].contains(&to) {
                continue;
            }
            let is_it = |one: &Written| one.edge.from == from && one.edge.to == to;
            let index = written.iter().position(is_it);
            let policy = index.and_then(|index| written[index].edge.policy);
            if let Some(index) = index {
                used[index] = true;
            }
            system.edges.push(Edge { from, to, policy });
            // Fallbacks and balances call, too.
            called.extend(policy.iter().flat_map(|policy| &system.policies[*policy].targets));
        }
    }
    for (one, used) in written.iter().zip(used) {
        if !used {
            let message = "this call is never made";
            let help = "no step, fallback or balance of the caller names the service";
            found.push(Diagnostic::new(one.at.clone(), FileCode::UnusedEdge, message).help(help));
        }
    }
}

fn called(steps: &[Step]) -> Vec<usize> {
    let called = steps.iter().filter_map(|step| match step {
        Step::Call { service, .. } => Some(*service),
        Step::Work(_) | Step::Flow(_) => None,
    });
    called.collect()
}
