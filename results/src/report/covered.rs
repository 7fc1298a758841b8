//! Which of the entries that every runbook needs were tried, and which were not.

use patterns::Class;
use patterns::settings::{Group, Value};
use sim::System;
use sim::causes::CauseOf;
use sim::fault::{Schedule, Scope};
use sim::model::system::{Edge, Fault, Place};
use sim::trial::{Trial, TrialOf};

use super::document::{Document, code};
use super::facts::Facts;
use super::families::is_wrong;
use super::words::{self, listed};

/// From as many seconds on an outage is long.
const LONG: f64 = 300.0;

/// Adds the entries that every runbook needs, each with what stands for it.
pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(3, "Entries that every runbook needs");
    let kind = |name: &'static str| move |fault: &Fault| fault.effect.info().name == name;
    let all = |fault: &Fault| is_everything(facts.system, fault);
    let agents = |fault: &Fault| !words::groups_hit(fault).is_empty();
    let long = |fault: &Fault| {
        let mut services = 0..facts.system.services.len();
        LONG <= lasts(fault) && services.any(|one| takes_away(facts.system, fault, one))
    };
    let limit = |fault: &Fault| fault.effect.word().contains("rate-limit");
    let force =
        |of: &TrialOf| matches!(of, TrialOf::Lever { action, .. } if action.starts_with("force"));
    let reset =
        |of: &TrialOf| matches!(of, TrialOf::Lever { action, .. } if action.starts_with("reset"));
    let healing = ["retry", "fallback", "supervise", "checkpoint", "recovery"];
    let heals = |of: &TrialOf| match of {
        TrialOf::Without { kind, .. } => healing.contains(&words::kind(kind)),
        _ => false,
    };
    let rows = [
        ("everything fails", faults(facts, all)),
        ("one agent degrades", faults(facts, agents)),
        ("a service is away for long", faults(facts, long)),
        ("a rate limit is hit", rate_limits(facts, limit)),
        ("a loop burns the budget", faults(facts, kind("stuck"))),
        ("a checkpoint is corrupt", faults(facts, kind("corrupt"))),
        ("answers are wrong", faults(facts, is_wrong)),
        ("a breaker stays open", trials(facts, force)),
        ("healing does not work", trials(facts, heals)),
        ("all come back at once", trials(facts, reset)),
    ];
    let rows = rows.into_iter().map(|(mode, covered)| vec![mode.to_owned(), covered]).collect();
    let caption = format!("What stands for each in {}.", code(facts.source));
    out.table(caption, &["Entry", "Tried as"], rows);
}

/// Whether nothing of a service is left while a fault is on.
fn takes_away(system: &System, fault: &Fault, service: usize) -> bool {
    let mut settings = Vec::new();
    fault.effect.write_fields(&mut settings);
    let share = settings.iter().find(|entry| entry.key == "share");
    let is_whole = share.is_none_or(|share| match share.node.value {
        Value::Float(share) => 1.0 <= share,
        Value::Integer(share) => 1 <= share,
        _ => false,
    });
    let is_outage =
        ["down", "hang", "errors", "refuse", "loss"].contains(&fault.effect.info().name);
    let hits = |edge: &Edge| {
        fault.hits.iter().any(|place| match *place {
            Place::Edge { from, to } => (from, to) == (edge.from, edge.to),
            _ => false,
        })
    };
    let mut edges = system.edges.iter().filter(|edge| edge.to == service).peekable();
    let is_hit = fault.hits.iter().any(|one| matches!(one, Place::Service(it) if *it == service))
        || edges.peek().is_some() && edges.all(hits);
    is_outage && is_whole && fault.effect.scope() == Scope::ALL && is_hit
}

/// Whether all services that are called are away while a fault is on, or all agents.
fn is_everything(system: &System, fault: &Fault) -> bool {
    let mut called = system.edges.iter().map(|edge| edge.to);
    let services = !system.edges.is_empty() && called.all(|one| takes_away(system, fault, one));
    let mut settings = Vec::new();
    fault.effect.write_fields(&mut settings);
    let is_each = settings.iter().any(|entry| entry.key == "each");
    let is_crash = fault.effect.info().name == "crash" && !is_each;
    services || is_crash && words::groups_hit(fault).len() == system.agents.len()
}

/// How long a fault lasts, on average.
fn lasts(fault: &Fault) -> f64 {
    match &fault.schedule {
        Schedule::Once { lasts, .. }
        | Schedule::Every { lasts, .. }
        | Schedule::After { lasts, .. }
        | Schedule::OnDemand { lasts } => lasts.as_secs_f64(),
        Schedule::Renewal { down, .. } => down.mean_secs(),
    }
}

fn faults(facts: &Facts<'_>, is_it: impl Fn(&Fault) -> bool) -> String {
    let those = facts.faults().into_iter().filter(|fault| is_it(fault));
    or_nothing(facts, &those.map(|fault| code(&fault.name)).collect::<Vec<_>>())
}

/// Faults by which a rate limit is hit, or else how often one is by the load alone.
fn rate_limits(facts: &Facts<'_>, is_it: impl Fn(&Fault) -> bool) -> String {
    if facts.faults().into_iter().any(&is_it) {
        return faults(facts, is_it);
    }
    let seen = super::failed::of_variant(facts, 0);
    let seen = seen
        .iter()
        .filter(|(cause, ..)| cause.of != CauseOf::Tasks && cause.what == Class::RateLimit.name());
    let told = seen.map(|(cause, place, _)| {
        format!("{} {} in a run", facts.figures.level(0, *place), words::sign(cause))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return or_nothing(facts, &[]);
    }
    format!("by no fault, and by its load: {}", listed(&told))
}

fn trials(facts: &Facts<'_>, is_it: impl Fn(&TrialOf) -> bool) -> String {
    let told = facts.numbered(is_it).into_iter();
    let told = told.map(|(variant, Trial { name, .. })| {
        format!("with {} {}", code(name), facts.effects(variant))
    });
    or_nothing(facts, &told.collect::<Vec<_>>())
}

fn or_nothing(facts: &Facts<'_>, all: &[String]) -> String {
    if all.is_empty() {
        return format!("not tried in {}", code(facts.source));
    }
    listed(all)
}
