//! Rules for what lies around one another over several calls: retries around retries.

use sim::System;
use sim::model::system::{Caller, Edge};

use super::read::policy_of;
use super::waits::most;
use crate::diagnostic::Diagnostic;
use crate::export::{Layer, Policy};
use crate::lint::finding::finding;
use crate::lint::proof::Proofs;

/// More attempts of one call than anyone means.
const ATTEMPTS_MAX: i128 = 10;

/// Calls within calls that are followed.
const DEPTH_MAX: usize = 20;

/// Calls below one that are looked at: ways branch, and may be more than anyone waits for.
const CALLS_MAX: usize = 2000;

pub(super) fn look(
    all: &[Policy],
    system: &System,
    proofs: &mut Proofs<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let mut seen = Vec::new();
    for edge in system.edges.iter().filter(|edge| matches!(edge.from, Caller::Agents(_))) {
        let mut left = CALLS_MAX;
        let way = deepest(edge, all, system, &mut left, 0);
        let attempts = product(&way);
        let Some((outer, _)) = way.first().filter(|_| way.len() > 1) else { continue };
        if attempts <= ATTEMPTS_MAX || seen.contains(&outer.at) {
            continue;
        }
        seen.push(outer.at.clone());
        let retries: Vec<i128> = way.iter().map(|(_, retries)| *retries).collect();
        let each: Vec<String> = retries.iter().map(|count| (count + 1).to_string()).collect();
        let message = format!(
            "retries around retries: {} = {attempts} attempts of one call to `{}`",
            each.join(" x "),
            system.services[edge.to].name
        );
        let proof = (attempts <= 10_000).then(|| proofs.stacked(&retries)).flatten();
        let wrong = finding("stacked-retries", &outer.at, message).proof(proof);
        let (_, others) = way.split_last().expect("there are at least two");
        let off = |wrong: Diagnostic, (layer, _): &(&Layer, i128)| wrong.set(&layer.path, "off");
        found.push(others.iter().fold(wrong, off));
    }
}

/// The layers that retry on the way of a call on which the most attempts can become of it.
fn deepest<'a>(
    edge: &Edge,
    all: &'a [Policy],
    system: &System,
    left: &mut usize,
    depth: usize,
) -> Vec<(&'a Layer, i128)> {
    let layers = policy_of(edge, all, system).map_or(&[][..], |policy| &policy.layers);
    let retries = layers.iter().filter(|layer| layer.kind == "retry");
    let mut way: Vec<_> = retries.filter_map(|layer| Some((layer, most(layer)?))).collect();
    way.retain(|(_, retries)| *retries > 0);
    if depth < DEPTH_MAX && *left > 0 {
        *left -= 1;
        let below = system.edges.iter().filter(|next| next.from == Caller::Service(edge.to));
        let below = below.map(|next| deepest(next, all, system, left, depth + 1));
        way.extend(below.max_by_key(|way| product(way)).unwrap_or_default());
    }
    way
}

fn product(way: &[(&Layer, i128)]) -> i128 {
    way.iter().fold(1, |product, (_, retries)| product.saturating_mul(retries.saturating_add(1)))
}
