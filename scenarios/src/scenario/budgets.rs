//! Budgets: who spends them, looked up, and whether anybody does.

use patterns::settings::Code;
use sim::System;
use sim::model::system;
use sim::observe::Currency;

use super::part::Part;
use crate::diagnostic::Diagnostic;
use crate::format::{Budget, FileNames};

/// The budgets of a system that has agents, services and edges already.
pub(super) fn resolved(
    parts: &[Part<Budget>],
    names: &FileNames,
    system: &System,
    found: &mut Vec<Diagnostic>,
) -> Vec<system::Budget> {
    let one = |part: &Part<Budget>| {
        let groups =
            if part.are_calls_known { groups(part, names, found) } else { Some(Vec::new()) };
        let budget = part.read.resolved(&part.name, groups.clone().unwrap_or_default());
        if let Some(message) = groups.and_then(|_| unspent(part, &budget, system)) {
            found.push(message);
        }
        budget
    };
    parts.iter().map(one).collect()
}

/// The groups that spend a budget, if all of them are there.
fn groups(
    part: &Part<Budget>,
    names: &FileNames,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<usize>> {
    let mut groups = Vec::new();
    let mut are_there = true;
    for named in &part.read.r#for {
        let group = names.agents.iter().position(|name| *name == named.name);
        let Some(group) = group else {
            let known = names.agents.iter().map(String::as_str);
            let (at, what) = (named.at.clone(), "group of agents");
            found.push(Diagnostic::unknown(at, what, &named.name, known));
            are_there = false;
            continue;
        };
        if groups.contains(&group) {
            let message = format!("`{}` is there twice", named.name);
            found.push(Diagnostic::new(named.at.clone(), Code::Twice, message));
        }
        groups.push(group);
    }
    are_there.then_some(groups)
}

/// That no step of its groups spends a budget.
fn unspent(part: &Part<Budget>, budget: &system::Budget, system: &System) -> Option<Diagnostic> {
    let mut steps = budget.groups.iter().flat_map(|group| &system.agents[*group].steps);
    if !part.are_calls_known || steps.any(|step| system.spends(step, budget.currency)) {
        return None;
    }
    let (what, help) = match budget.currency {
        Currency::Tokens => ("has `tokens`", "give a step that calls `tokens`"),
        Currency::Usd => (
            "costs money",
            "give a step that calls `usd`, or its service a `price`, and for that of tokens the \
             step `tokens`",
        ),
        Currency::Calls | Currency::Time => ("calls", "give them a step `{ call = … }`"),
    };
    let message =
        format!("the budget `{}` is never spent: no step of its groups {what}", part.name);
    Some(Diagnostic::new(part.at.clone(), Code::Conflict, message).help(help))
}
