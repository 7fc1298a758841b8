//! Parts of a system in the words of a report.

use patterns::{Duration, Time};
use sim::System;
use sim::causes::Cause;
use sim::fault::Schedule;
use sim::measure::{Bound, Compare, Measure, Unit};
use sim::model::system::{Caller, Edge, Fault, Place};

use super::document::code;
use crate::chart::level;
use crate::estimate::Estimate;

/// What a fault hits, by name.
pub(super) fn hit(system: &System, fault: &Fault) -> Vec<String> {
    let name = |place: &Place| match *place {
        Place::Service(service) => system.services[service].name.clone(),
        Place::Replica { service, replica } => {
            format!("{}#{}", system.services[service].name, replica + 1)
        }
        Place::Edge { from, to } => {
            format!("{} -> {}", system.caller_name(from), system.services[to].name)
        }
        Place::Agents(group) => system.agents[group].name.clone(),
        Place::Layer { policy, layer, .. } => {
            let policy = &system.policies[policy];
            format!("policies.{}.{}", policy.name, policy.layers[layer].kind)
        }
    };
    fault.hits.iter().map(name).collect()
}

/// The services that a fault hits.
pub(super) fn services_hit(fault: &Fault) -> Vec<usize> {
    let all = fault.hits.iter().filter_map(|place| match *place {
        Place::Service(service) | Place::Replica { service, .. } => Some(service),
        Place::Edge { to, .. } => Some(to),
        Place::Agents(_) | Place::Layer { .. } => None,
    });
    all.collect()
}

/// The groups of agents that a fault hits.
pub(super) fn groups_hit(fault: &Fault) -> Vec<usize> {
    let all = fault.hits.iter().filter_map(|place| match *place {
        Place::Agents(group) => Some(group),
        _ => None,
    });
    all.collect()
}

/// Whether a fault keeps processes of agents from working, for which supervision is.
pub(super) fn is_of_processes(fault: &Fault) -> bool {
    fault.effect.info().hits_agents && ["crash", "hang"].contains(&fault.effect.info().name)
}

/// The edges on which the calls meet a fault.
pub(super) fn edges_hit<'s>(system: &'s System, fault: &Fault) -> Vec<&'s Edge> {
    let services = services_hit(fault);
    let is_hit = |edge: &&Edge| {
        let from = fault.hits.iter().any(|place| match *place {
            Place::Edge { from, to } => from == edge.from && to == edge.to,
            _ => true,
        });
        from && services.contains(&edge.to)
    };
    system.edges.iter().filter(is_hit).collect()
}

/// The groups of agents whose tasks meet a fault: by a call, by one of a service that they call, or
/// themselves.
pub(super) fn groups_that_meet(system: &System, fault: &Fault) -> Vec<usize> {
    let mut reached = services_hit(fault);
    let mut next = 0;
    let mut groups = groups_hit(fault);
    while let Some(service) = reached.get(next).copied() {
        next += 1;
        for edge in system.edges.iter().filter(|edge| edge.to == service) {
            match edge.from {
                Caller::Agents(group) if !groups.contains(&group) => groups.push(group),
                Caller::Service(by) if !reached.contains(&by) => reached.push(by),
                _ => {}
            }
        }
    }
    groups.sort_unstable();
    groups
}

/// The same groups, by name.
pub(super) fn names_that_meet(system: &System, fault: &Fault) -> Vec<String> {
    let groups = groups_that_meet(system, fault).into_iter();
    groups.map(|group| system.agents[group].name.clone()).collect()
}

/// Whether a fault is on for the whole of every run.
pub(super) fn is_throughout(system: &System, fault: &Fault) -> bool {
    let Schedule::Once { at, lasts } = fault.schedule else { return false };
    at == Time::ZERO && system.horizon <= at + lasts
}

/// When a fault is on.
pub(super) fn when(system: &System, fault: &Fault) -> String {
    match &fault.schedule {
        Schedule::Once { .. } if is_throughout(system, fault) => "throughout".to_owned(),
        Schedule::Once { at, lasts } if lasts.is_zero() => format!("at {at}"),
        Schedule::Once { at, lasts } => format!("at {at} for {lasts}"),
        Schedule::Every { at, lasts, every, chance } => {
            let chance = match *chance {
                chance if chance < 1.0 => format!(" with a chance of {} %", 100.0 * chance),
                _ => String::new(),
            };
            format!("every {every} from {at} on for {lasts}{chance}")
        }
        Schedule::After { fault, lasts } => {
            format!("for {lasts} after {}", code(&system.faults[*fault].name))
        }
        Schedule::OnDemand { lasts } => format!("when it is called for, for {lasts}"),
        Schedule::Renewal { up, down } => {
            let [up, down] = [up, down].map(|one| level(one.mean_secs(), Unit::Seconds));
            format!("by chance, {up} apart and {down} long on average")
        }
    }
}

/// A fault in a few words: `hang` of `github` at 2h for 10min.
pub(super) fn fault(system: &System, fault: &Fault) -> String {
    let hit: Vec<String> = hit(system, fault).iter().map(code).collect();
    let name = fault.effect.info().name;
    format!("{} of {}, {}", code(name), listed(&hit), when(system, fault))
}

/// The kind of a layer that goes by its number where there are several: `retry` of `2.retry`.
pub(super) fn kind(layer: &str) -> &str {
    layer.rsplit('.').next().unwrap_or(layer)
}

/// Some things in a row: a, b and c.
pub(super) fn listed(all: &[String]) -> String {
    match all {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A way in which something fails, or what a layer does, in a few words.
pub(super) fn sign(cause: &Cause) -> String {
    let by = cause.by.as_ref().map_or(String::new(), |by| format!(" by {}", code(by)));
    format!("{}{by} on {}", code(cause.what), code(&cause.name))
}

/// A number of things: `1 run`, `4 runs`.
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A bound as it is read.
pub(super) fn bound(of: &Bound, unit: Unit) -> String {
    let sign = match of.compare {
        Compare::AtLeast => "≥",
        Compare::MoreThan => ">",
        Compare::AtMost => "≤",
        Compare::LessThan => "<",
    };
    let value = match unit {
        Unit::Seconds => Duration::from_secs_f64(of.value).to_string(),
        unit => level(of.value, unit),
    };
    format!("{sign} {value}")
}

/// Whether a measure is taken before, during or after a fault.
pub(super) fn is_around(measure: &Measure, fault: &str) -> bool {
    measure.path().contains(&format!("\"{fault}\""))
}

/// A measure as a reader calls it: `success of research`.
pub(super) fn measure(of: &Measure) -> String {
    if of.window().is_some() {
        return code(of.path());
    }
    let name = of.name();
    let name = match &*name {
        "complete" => "complete tasks".to_owned(),
        "degraded" => "degraded tasks".to_owned(),
        "failed" => "failed tasks".to_owned(),
        "wrong" => "wrong answers".to_owned(),
        "right" => "right answers".to_owned(),
        "weighted-goodput" => "useful tasks per hour".to_owned(),
        "frozen" => "frozen time".to_owned(),
        other => other.replace(['-', '.'], " "),
    };
    match of.of_whom().as_str() {
        "" | "system" if of.name() == "value" => "value of all tasks".to_owned(),
        "" | "system" => format!("{name} of the whole system"),
        whom => format!("{name} of {}", code(whom)),
    }
}

/// Whether a difference is more than chance: its interval leaves out zero. Few events make an
/// interval wide, and do not make it wrong where there are runs enough.
pub(super) fn is_clear(of: &Estimate) -> bool {
    RUNS_MIN <= of.n && !of.may_be_zero()
}

/// Whether a bound is kept to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// By the whole interval.
    Surely,
    /// By the mean alone.
    OnAverage,
    /// Not by the mean, while the interval leaves it open, or there is none to rely on.
    MissedOnAverage,
    /// By no value of the interval.
    No,
    /// Nothing was there to be measured.
    Unknown,
}

/// Runs from which on intervals are relied on.
const RUNS_MIN: usize = 5;

impl Kept {
    pub(super) fn of(bound: &Bound, found: &Estimate) -> Self {
        let is_told = found.is_reliable || RUNS_MIN <= found.n;
        let (worst, best) = match bound.compare {
            Compare::AtLeast | Compare::MoreThan => (found.low, found.high),
            Compare::AtMost | Compare::LessThan => (found.high, found.low),
        };
        match (found.mean.is_nan(), bound.holds(found.mean), bound.holds(worst)) {
            (true, ..) => Self::Unknown,
            (_, false, _) if !is_told || bound.holds(best) => Self::MissedOnAverage,
            (_, false, _) => Self::No,
            (.., true) if is_told => Self::Surely,
            _ => Self::OnAverage,
        }
    }

    /// Whether a target is missed, at least by the mean.
    pub(super) fn is_missed(self) -> bool {
        matches!(self, Self::No | Self::MissedOnAverage)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Surely => "met",
            Self::OnAverage => "met on the mean only",
            Self::MissedOnAverage => "NOT met on the mean; too little was seen to be sure",
            Self::No => "NOT met",
            Self::Unknown => "not measured",
        }
    }
}
