//! Which of the entries that every runbook needs were tried, and which were not.

use sim::fault::Schedule;
use sim::model::system::Fault;
use sim::trial::{Trial, TrialOf};

use super::document::{Document, code};
use super::facts::Facts;
use super::words::{self, listed};

/// From as many seconds on an outage is long.
const LONG: f64 = 300.0;

/// Adds the entries that every runbook needs, each with what stands for it.
pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(3, "Entries that every runbook needs");
    let groups = facts.system.agents.len();
    let kind = |name: &'static str| move |fault: &Fault| fault.effect.info().name == name;
    let all = |fault: &Fault| words::groups_that_meet(facts.system, fault).len() == groups;
    let agents = |fault: &Fault| !words::groups_hit(fault).is_empty();
    let long = |fault: &Fault| !words::services_hit(fault).is_empty() && LONG <= lasts(fault);
    let limit = |fault: &Fault| fault.effect.word().contains("rate-limit");
    let force =
        |of: &TrialOf| matches!(of, TrialOf::Lever { action, .. } if action.starts_with("force"));
    let reset =
        |of: &TrialOf| matches!(of, TrialOf::Lever { action, .. } if action.starts_with("reset"));
    let heals = |of: &TrialOf| {
        matches!(of, TrialOf::Without { kind, .. }
            if ["retry", "fallback", "supervise", "checkpoint"].contains(&&**kind))
    };
    let rows = [
        ("everything fails", faults(facts, all)),
        ("one agent degrades", faults(facts, agents)),
        ("a service is away for long", faults(facts, long)),
        ("a rate limit is hit", faults(facts, limit)),
        ("a loop burns the budget", faults(facts, kind("stuck"))),
        ("a checkpoint is corrupt", faults(facts, kind("corrupt"))),
        ("a breaker stays open", trials(facts, force)),
        ("healing does not work", trials(facts, heals)),
        ("all come back at once", trials(facts, reset)),
    ];
    let rows = rows.into_iter().map(|(mode, covered)| vec![mode.to_owned(), covered]).collect();
    let caption = format!("What stands for each in {}.", code(facts.source));
    out.table(caption, &["Entry", "Tried as"], rows);
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

fn trials(facts: &Facts<'_>, is_it: impl Fn(&TrialOf) -> bool) -> String {
    let told = facts.numbered(is_it).into_iter();
    let told = told
        .map(|(variant, Trial { name, .. })| format!("{}: {}", code(name), facts.effects(variant)));
    or_nothing(facts, &told.collect::<Vec<_>>())
}

fn or_nothing(facts: &Facts<'_>, all: &[String]) -> String {
    if all.is_empty() {
        return format!("not tried in {}", code(facts.source));
    }
    listed(all)
}
