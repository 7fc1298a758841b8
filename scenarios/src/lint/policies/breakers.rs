//! Rules for breakers: what they count, how they close, and what is left while they are open.

use patterns::Class;
use patterns::breaker::{Close, Permits, Settings, Trip, Window};
use patterns::retry;
use patterns::settings::Node;
use sim::System;
use sim::model::system::{Caller, Service, Step};

use super::read::settings;
use crate::diagnostic::Diagnostic;
use crate::export::{Layer, Policy};
use crate::import::classes_of;
use crate::lint::finding::finding;
use crate::lint::proof::Proofs;
use crate::path_keys::path_key;

pub(super) fn look(
    policy: &Policy,
    system: &System,
    proofs: &mut Proofs<'_>,
    found: &mut Vec<Diagnostic>,
) {
    for breaker in &policy.layers {
        let Some(settings) = settings(breaker).filter(|_| !is_off(breaker)) else { continue };
        counting(breaker, &settings, proofs, found);
        closing(breaker, &settings, found);
        let counts = settings.count.contains(Class::RateLimit)
            && !settings.ignore.contains(Class::RateLimit);
        if counts && may_be_limited(policy, system) {
            limited(breaker, proofs, found);
        }
    }
    alone(policy, system, found);
}

/// Whether a breaker lets everything through, whatever it counts.
fn is_off(layer: &Layer) -> bool {
    let mode = layer.get("mode").and_then(Node::text);
    mode.is_some_and(|mode| ["disabled", "metrics-only"].contains(&mode))
}

/// Breakers with nothing around them that helps a task which cannot do without the call.
fn alone(policy: &Policy, system: &System, found: &mut Vec<Diagnostic>) {
    let Some(breaker) = policy.layer("breaker").filter(|layer| !is_off(layer)) else { return };
    let helps = |layer: &Layer| ["fallback", "cache", "balance"].contains(&&*layer.kind);
    if policy.layers.iter().any(helps) {
        return;
    }
    let needed = system.edges.iter().find_map(|edge| {
        let is_here = edge.policy.is_some_and(|at| system.policies[at].name == policy.name);
        let (section, steps) = match edge.from {
            Caller::Agents(at) => ("agents", &system.agents[at].steps),
            Caller::Service(at) => ("services", &system.services[at].steps),
        };
        let needs = |step: &Step| {
            matches!(step, Step::Call { service, optional: false, .. } if *service == edge.to)
        };
        let at = steps.iter().position(needs).filter(|_| is_here)?;
        Some((edge, format!("{section}.{}.steps.{at}", path_key(system.caller_name(edge.from)))))
    });
    if let Some((edge, step)) = needed {
        let message = format!(
            "`{}` cannot do without `{}`: while this breaker is open each of its calls fails, and \
             nothing stands in",
            system.caller_name(edge.from),
            system.services[edge.to].name
        );
        let wrong = finding("breaker-without-fallback", &breaker.at, message);
        found.push(wrong.set(format!("{step}.optional"), "true"));
    }
}

/// Failures that are never forgotten.
fn counting(
    breaker: &Layer,
    settings: &Settings,
    proofs: &mut Proofs<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Trip::Count { failures, window: Window::All } = settings.trip else { return };
    let message = format!(
        "this breaker opens on {failures} failures since it was closed, whatever succeeded between \
         them: at 2 % errors with call number {} on average",
        u64::from(failures) * 50
    );
    let proof = proofs.counting(failures.into());
    let wrong = finding("counts-all-failures", &breaker.at, message).proof(proof);
    let (key, value) = match breaker.written.get("window") {
        Some(_) => ("window", (u64::from(failures) * 4).to_string()),
        None => ("like", "course-meant".to_owned()),
    };
    found.push(wrong.set(format!("{}.{key}", breaker.path), value));
}

/// Successes that no number of probes can make.
fn closing(breaker: &Layer, settings: &Settings, found: &mut Vec<Diagnostic>) {
    let Permits::Concurrent(permits) = settings.half_open.permits else { return };
    let (Close::Successes(successes) | Close::Of { successes, .. }) = settings.half_open.close
    else {
        return;
    };
    if permits < successes {
        let message = format!(
            "half-open, {successes} calls must succeed and {permits} may be under way at a time"
        );
        let rounds = successes.div_ceil(permits.max(1));
        let proof =
            format!("arithmetic: it takes {rounds} rounds of probes, each as long as a call");
        let at = breaker.place("successes");
        let wrong = finding("more-successes-than-probes", at, message).proof(proof);
        found.push(wrong.set(format!("{}.permits", breaker.path), successes.to_string()));
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
    let mut ignored = breaker.get("ignore").map(classes_of).unwrap_or_default();
    ignored.push(Class::RateLimit);
    let ignored: Vec<String> = ignored.iter().map(|class| format!("\"{class}\"")).collect();
    let wrong = finding("limit-counted-as-failure", &breaker.at, message).proof(proof);
    found.push(wrong.set(format!("{}.ignore", breaker.path), format!("[{}]", ignored.join(", "))));
}

/// Whether what is called through a policy is known to refuse for the rate: a service says so, or
/// retries have a rule for it alone.
fn may_be_limited(policy: &Policy, system: &System) -> bool {
    let has_own_rule = |layer: &Layer| {
        let Some(retry) = settings::<retry::Settings>(layer) else { return false };
        let rule = retry.rules.get(Class::RateLimit);
        let is_same = |class: &Class| retry.rules.get(*class) == rule;
        rule.is_some() && Class::ALL.iter().filter(|class| is_same(class)).count() == 1
    };
    let tries_again = |layer: &Layer| {
        has_own_rule(layer)
            || layer.kind == "retry" && layer.written.get(Class::RateLimit.name()).is_some()
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
