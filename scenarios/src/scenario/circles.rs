//! Services must not call each other in a circle, nor fallbacks and balances lead back to where
//! they began: a call would go round for ever.

use std::collections::VecDeque;
use std::ops::Range;

use sim::System;
use sim::model::system::Caller;

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;

/// Reports every circle; `places` are those of the services.
pub(super) fn check(system: &System, places: &[Range<usize>], found: &mut Vec<Diagnostic>) {
    let place = |service: usize| places.get(service).cloned().unwrap_or(0..0);
    // What a service calls by its steps, and by what fallbacks and balances make of them.
    let calls = |from: usize| {
        let edges = system.edges.iter().filter(|edge| edge.from == Caller::Service(from));
        edges.map(|edge| edge.to).collect::<Vec<_>>()
    };
    for service in 0..system.services.len() {
        if reaches(service, service, &calls) {
            let message = "this service calls itself, directly or by way of others";
            found.push(Diagnostic::new(place(service), FileCode::Circle, message));
        }
    }
    for edge in &system.edges {
        let targets = |to: usize| {
            let edge = system.edges.iter().find(|other| other.from == edge.from && other.to == to);
            let policy = edge.and_then(|edge| edge.policy);
            policy.map_or(Vec::new(), |policy| system.policies[policy].targets.clone())
        };
        if reaches(edge.to, edge.to, &targets) {
            let message = "a fallback or balance of calls to this service leads back to it";
            found.push(Diagnostic::new(place(edge.to), FileCode::Circle, message));
        }
    }
}

/// Whether one can come from `from` to `goal` by at least one step.
fn reaches(from: usize, goal: usize, next: &dyn Fn(usize) -> Vec<usize>) -> bool {
    way(from, goal, next).is_some()
}

/// A shortest way from `from` to `goal`, by at least one step; both stand in it.
pub(super) fn way(
    from: usize,
    goal: usize,
    next: &dyn Fn(usize) -> Vec<usize>,
) -> Option<Vec<usize>> {
    let mut seen = Vec::new();
    let mut open = VecDeque::from([vec![from]]);
    while let Some(way) = open.pop_front() {
        for step in next(*way.last()?) {
            let way = [&way[..], &[step]].concat();
            if step == goal {
                return Some(way);
            }
            if !seen.contains(&step) {
                seen.push(step);
                open.push_back(way);
            }
        }
    }
    None
}
