//! Rules for breakers: what they count, how they close, and what is left while they are open.

use patterns::Class;
use patterns::settings::Node;
use sim::System;
use sim::model::system::{Caller, Service, Step};

use crate::diagnostic::Diagnostic;
use crate::export::{Layer, Policy};
use crate::import::{classes_of, whole};
use crate::lint::finding::finding;
use crate::lint::proof::Proofs;

pub(super) fn look(
    policy: &Policy,
    system: &System,
    proofs: &mut Proofs<'_>,
    found: &mut Vec<Diagnostic>,
) {
    for breaker in policy.layers.iter().filter(|layer| layer.kind == "breaker") {
        counting(breaker, proofs, found);
        closing(breaker, found);
        if counts(breaker, Class::RateLimit) && may_be_limited(policy, system) {
            limited(breaker, proofs, found);
        }
    }
}

/// Breakers with nothing around them that helps a task which cannot do without the call.
pub(super) fn alone(policy: &Policy, system: &System, found: &mut Vec<Diagnostic>) {
    let Some(breaker) = policy.layer("breaker") else { return };
    let helps = |layer: &Layer| ["fallback", "cache", "balance"].contains(&&*layer.kind);
    if policy.layers.iter().any(helps) {
        return;
    }
    let needed = system.edges.iter().find(|edge| {
        let is_here = edge.policy.is_some_and(|at| system.policies[at].name == policy.name);
        let steps = match edge.from {
            Caller::Agents(at) => &system.agents[at].steps,
            Caller::Service(at) => &system.services[at].steps,
        };
        is_here && steps.iter().any(|step| {
            matches!(step, Step::Call { service, optional: false, .. } if *service == edge.to)
        })
    });
    if let Some(edge) = needed {
        let message = format!(
            "`{}` cannot do without `{}`: while this breaker is open each of its calls fails, and \
             nothing stands in",
            system.caller_name(edge.from),
            system.services[edge.to].name
        );
        found.push(finding("breaker-without-fallback", &breaker.at, message));
    }
}

/// Failures that are never forgotten.
fn counting(breaker: &Layer, proofs: &mut Proofs<'_>, found: &mut Vec<Diagnostic>) {
    let is_all = breaker.get("window").and_then(Node::text) == Some("all");
    let Some(failures) = breaker.get("failures").and_then(whole).filter(|_| is_all) else {
        return;
    };
    let message = format!(
        "this breaker opens on {failures} failures since it was closed, whatever succeeded between \
         them: at 2 % errors with call number {} on average",
        failures.saturating_mul(50)
    );
    let proof = proofs.counting(failures);
    found.push(finding("counts-all-failures", &breaker.at, message).proof(proof));
}

/// Successes that no number of probes can make.
fn closing(breaker: &Layer, found: &mut Vec<Diagnostic>) {
    let number = |key: &str| breaker.written.get(key).or(breaker.get(key)).and_then(whole);
    let (Some(permits), Some(successes)) = (number("permits"), number("successes")) else { return };
    if permits < successes {
        let message = format!(
            "half-open, {successes} calls must succeed and {permits} may be under way at a time"
        );
        let rounds = (successes + permits - 1) / permits.max(1);
        let proof =
            format!("arithmetic: it takes {rounds} rounds of probes, each as long as a call");
        let written = breaker.written.entries().unwrap_or_default();
        let at = written.iter().find(|entry| entry.key == "successes");
        let at = at.map_or(&breaker.at, |entry| &entry.key_at);
        found.push(finding("more-successes-than-probes", at, message).proof(proof));
    }
}

fn limited(breaker: &Layer, proofs: &mut Proofs<'_>, found: &mut Vec<Diagnostic>) {
    let shown = |key: &str| breaker.get(key).map(Node::to_string);
    let (failures, open) = (shown("failures"), shown("open"));
    let wait = open.as_deref().unwrap_or("its wait").trim_matches('"').to_owned();
    let message = format!(
        "this breaker counts refusals for the rate (429): a shortage of seconds becomes an outage \
         of {wait}"
    );
    let proof = failures.zip(open).and_then(|(failures, open)| proofs.limited(&failures, &open));
    found.push(finding("limit-counted-as-failure", &breaker.at, message).proof(proof));
}

/// Whether a breaker counts failures of a class.
fn counts(breaker: &Layer, class: Class) -> bool {
    let has = |key: &str| breaker.get(key).is_some_and(|node| classes_of(node).contains(&class));
    has("count") && !has("ignore")
}

/// Whether what is called through a policy is known to refuse for the rate.
fn may_be_limited(policy: &Policy, system: &System) -> bool {
    let tries_again = |layer: &Layer| {
        layer.kind == "retry" && layer.written.get(Class::RateLimit.name()).is_some()
    };
    let is_limited = |service: &Service| {
        let fails = |(class, share): &(Class, f64)| *class == Class::RateLimit && *share > 0.0;
        service.rate_limit.is_some()
            || !service.token_limits.is_empty()
            || service.errors.iter().any(fails)
    };
    let called = system
        .edges
        .iter()
        .filter(|edge| edge.policy.is_some_and(|index| system.policies[index].name == policy.name));
    policy.layers.iter().any(tries_again)
        || called.map(|edge| &system.services[edge.to]).any(is_limited)
}
