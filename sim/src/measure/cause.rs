//! Why tasks failed: failures counted where they were made, whatever became of the calls.

use patterns::report::{Quantity, Severity};

use super::Measure;
use super::layer::{OfLayers, What};
use super::subject::{Formula, Subject};
use crate::model::system::{LayerFactory, Per, System};

/// Failures that were made in one place in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Whose failures they are.
    pub of: CauseOf,
    /// The name of the group of agents, of the edge (`research -> github`), or of the policy of a
    /// layer that all its edges share.
    pub name: String,
    /// Who made them: the service, or the kind of layer; none of tasks.
    pub by: Option<String>,
    /// The class of failure; of a layer what it did: `refused`, `fired`.
    pub what: &'static str,
    /// How many.
    pub measure: Measure,
}

/// Whose failures are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseOf {
    /// Tasks that ended so.
    Tasks,
    /// Attempts that the service, or the way to it, failed.
    Attempts,
    /// Calls or attempts that a layer failed by itself.
    Layers,
}

/// All places and ways in which something can fail in a system, in its order. A layer that all edges
/// of a policy share is there once.
pub fn causes(system: &System) -> Vec<Cause> {
    let mut all: Vec<Cause> = Vec::new();
    for measure in Measure::all(system) {
        let Some(cause) = cause(system, measure) else { continue };
        let is_known = |other: &Cause| {
            (other.of, &other.name, &other.by, other.what)
                == (cause.of, &cause.name, &cause.by, cause.what)
        };
        if cause.of != CauseOf::Layers || !all.iter().any(is_known) {
            all.push(cause);
        }
    }
    all
}

fn cause(system: &System, measure: Measure) -> Option<Cause> {
    let class = |name: &'static str| name.strip_prefix("failures.");
    let name = measure.subject.name();
    let (of, name, by, what) = match (&measure.formula, &measure.subject) {
        (Formula::Agents(definition), _) => {
            (CauseOf::Tasks, name, None, class(definition.info.name)?)
        }
        (Formula::Edge(definition), Subject::Edge { to, .. }) => {
            (CauseOf::Attempts, name, Some(to.clone()), class(definition.info.name)?)
        }
        (Formula::Layers(OfLayers { kind, number: None, what: What::Counter(counter) }), _)
            if counter.quantity == Quantity::Failures =>
        {
            let name = owner(system, &measure, kind);
            (CauseOf::Layers, name, Some(kind.clone()), counter.name)
        }
        _ => return None,
    };
    Some(Cause { of, name, by, what, measure })
}

/// Who has the layers of a kind that a measure is of: the edge, or all edges of the policy.
fn owner(system: &System, measure: &Measure, kind: &str) -> String {
    let policy = system.edges.get(measure.place).and_then(|edge| edge.policy);
    let policy = policy.map(|policy| &system.policies[policy]);
    let is_shared = |layer: &LayerFactory| layer.kind != kind || layer.per == Per::Policy;
    match policy.filter(|policy| policy.layers.iter().all(is_shared)) {
        Some(policy) => policy.name.clone(),
        None => measure.subject.name(),
    }
}

/// The layers of a system of which nothing was seen, each with whose it is: those that can fail
/// calls failed none, and were never in a bad state; the others counted nothing. `value` is what was
/// measured.
pub fn idle_layers(system: &System, value: impl Fn(&Measure) -> f64) -> Vec<(String, String)> {
    let mut all: Vec<((String, String), bool)> = Vec::new();
    for measure in Measure::all(system) {
        let Formula::Layers(OfLayers { kind, number: None, what }) = &measure.formula else {
            continue;
        };
        let edge = &system.edges[measure.place];
        let layers = edge.policy.iter().flat_map(|policy| &system.policies[*policy].layers);
        let mut counters =
            layers.filter(|layer| layer.kind == *kind).flat_map(|layer| layer.report.counters);
        let fails = counters.any(|counter| counter.quantity == Quantity::Failures);
        let is_sign = match what {
            What::Counter(counter) => match counter.quantity {
                Quantity::Failures => true,
                Quantity::Count => !fails || counter.better == Some(super::Better::Lower),
                Quantity::Time | Quantity::Level => false,
            },
            What::StateShare(state) => state.severity == Severity::Bad,
            What::StateAtEnd(_) | What::Alarm(_) => false,
        };
        let layer = (owner(system, &measure, kind), kind.clone());
        let acted = is_sign && value(&measure) > 0.0;
        match all.iter_mut().find(|(known, _)| *known == layer) {
            Some((_, has_acted)) => *has_acted |= acted,
            None => all.push((layer, acted)),
        }
    }
    all.into_iter().filter(|(_, has_acted)| !has_acted).map(|(layer, _)| layer).collect()
}
