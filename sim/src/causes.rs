//! Why tasks failed: failures counted where they were made, whatever became of the calls; and the
//! layers that did nothing.

use std::collections::BTreeMap;

use patterns::Class;
use patterns::report::{Quantity, Severity};

use crate::measure::Measure;
use crate::model::system::{Flow, LayerFactory, Per, Step, System};

/// Failures that were made in one place in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Whose failures they are.
    pub of: CauseOf,
    /// The name of the group of agents, of the edge (`research -> github`), of the policy of a
    /// layer that all its edges share, or of the budget.
    pub name: String,
    /// Who made them: the service, the kind of layer, a budget, or a loop; none of tasks.
    pub by: Option<String>,
    /// The class of failure; of a layer what it did: `refused`, `fired`.
    pub what: &'static str,
    /// How many.
    pub measure: Measure,
}

/// Whose failures are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseOf {
    /// Tasks that ended so, or are overdue.
    Tasks,
    /// Loops that were not over after as many passes as they may have.
    Loops,
    /// Attempts that the service, or the way to it, failed.
    Attempts,
    /// Calls or attempts that a layer, or a budget, failed by itself.
    Layers,
}

/// The measures of a system, by their paths.
type Measures = BTreeMap<String, Measure>;

fn measures(system: &System) -> Measures {
    let all = Measure::all(system).into_iter();
    all.map(|measure| (measure.path().to_owned(), measure)).collect()
}

/// All places and ways in which something can fail in a system, in its order. A layer that all
/// edges of a policy share is there once.
pub fn causes(system: &System) -> Vec<Cause> {
    let measures = measures(system);
    let mut all: Vec<Cause> = Vec::new();
    let mut add = |of, (name, by, what): (&str, Option<&str>, &'static str), path: &str| {
        if let Some(measure) = measures.get(path).cloned() {
            let (name, by) = (name.to_owned(), by.map(str::to_owned));
            all.push(Cause { of, name, by, what, measure });
        }
    };
    for agents in &system.agents {
        let name = &agents.name;
        for class in Class::ALL.map(Class::name) {
            let path = format!("agents.{name}.failures.{class}");
            add(CauseOf::Tasks, (name, None, class), &path);
        }
        // Nothing has answered those yet.
        add(CauseOf::Tasks, (name, None, "overdue"), &format!("agents.{name}.overdue"));
        let is_loop = |step: &Step| matches!(step, Step::Flow(Flow::Again { .. }));
        if agents.steps.iter().any(is_loop) {
            let path = format!("agents.{name}.loop-limits");
            add(CauseOf::Loops, (name, Some("loop"), "limit"), &path);
        }
    }
    for edge in &system.edges {
        let (name, to) = (system.edge_name(edge), &system.services[edge.to].name);
        for class in Class::ALL.map(Class::name) {
            let path = format!("edges.\"{name}\".failures.{class}");
            add(CauseOf::Attempts, (&name, Some(to), class), &path);
        }
    }
    for budget in &system.budgets {
        let path = format!("budgets.{}.refused", budget.name);
        add(CauseOf::Layers, (&budget.name, Some("budget"), "refused"), &path);
    }
    for OfKind { owner, edge, layer } in kinds(system) {
        let counters = layer.report.counters.iter();
        for counter in counters.filter(|counter| counter.quantity == Quantity::Failures) {
            let path = format!("edges.\"{edge}\".{}.{}", layer.kind, counter.name);
            add(CauseOf::Layers, (&owner, Some(&layer.kind), counter.name), &path);
        }
    }
    all
}

/// All that layers can be seen to do, in the order of a system: what they count when they
/// [act](patterns::report::Report::acts). Those that fail something by it are among the causes.
pub fn acts(system: &System) -> Vec<Cause> {
    let measures = measures(system);
    let of_layer = |OfKind { owner, edge, layer }: OfKind<'_>| {
        let all = layer.report.acts().filter_map(|counter| {
            let path = format!("edges.\"{edge}\".{}.{}", layer.kind, counter.name);
            let measure = measures.get(&path)?.clone();
            let (name, by) = (owner.clone(), Some(layer.kind.clone()));
            Some(Cause { of: CauseOf::Layers, name, by, what: counter.name, measure })
        });
        all.collect::<Vec<_>>()
    };
    kinds(system).into_iter().flat_map(of_layer).collect()
}

/// The layers of a system that never [acted](patterns::report::Report::acts) and were never in a
/// bad state, each with whose it is and its kind. `value` is what was measured.
pub fn idle_layers(system: &System, value: impl Fn(&Measure) -> f64) -> Vec<(String, String)> {
    let measures = measures(system);
    let acted = |of: &OfKind<'_>| {
        let report = of.layer.report;
        let bad = report.states.iter().filter(|state| state.severity == Severity::Bad);
        let numbers = report.acts().map(|counter| counter.name.to_owned());
        let mut numbers = numbers.chain(bad.map(|state| format!("{}-share", state.name)));
        numbers.any(|number| {
            let path = format!("edges.\"{}\".{}.{number}", of.edge, of.layer.kind);
            measures.get(&path).is_some_and(|measure| 0.0 < value(measure))
        })
    };
    let idle = kinds(system).into_iter().filter(|of| !acted(of));
    idle.map(|OfKind { owner, layer, .. }| (owner, layer.kind.clone())).collect()
}

/// The layers of one kind on an edge.
struct OfKind<'a> {
    /// The edge; if all edges of the policy share them, the policy.
    owner: String,
    /// An edge on which they are.
    edge: String,
    /// The first of them.
    layer: &'a LayerFactory,
}

/// All layers, by edge and kind; those that all edges of a policy share, once.
fn kinds(system: &System) -> Vec<OfKind<'_>> {
    let mut all: Vec<OfKind<'_>> = Vec::new();
    let mut seen = vec![false; system.policies.len()];
    for edge in &system.edges {
        let Some(index) = edge.policy else { continue };
        let policy = &system.policies[index];
        for (place, layer) in policy.layers.iter().enumerate() {
            let is_alike = |other: &&LayerFactory| other.kind == layer.kind;
            let is_first = !policy.layers[..place].iter().any(|other| is_alike(&other));
            let mut alike = policy.layers.iter().filter(is_alike);
            let is_shared = alike.all(|other| other.per == Per::Policy);
            if !is_first || is_shared && seen[index] {
                continue;
            }
            let edge = system.edge_name(edge);
            let owner = if is_shared { policy.name.clone() } else { edge.clone() };
            all.push(OfKind { owner, edge, layer });
        }
        seen[index] = true;
    }
    all
}
