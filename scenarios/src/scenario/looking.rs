//! What faults are looked up in, and the layers that they hit.

use patterns::Intervention;
use patterns::settings::{Code, Value};
use sim::System;
use sim::fault::Effect;
use sim::model::system::{Caller, LayerFactory, Place};

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::format::{FileNames, Hit, LayerName};
use crate::scenario_file::ScenarioFile;

/// What faults are looked up in.
pub(super) struct Looking<'a> {
    pub(super) file: &'a ScenarioFile,
    pub(super) names: &'a FileNames,
    /// All but the faults.
    pub(super) system: &'a System,
    /// Whether all layers of its policies can be read.
    pub(super) are_layers_known: bool,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl Looking<'_> {
    /// The policy of an edge.
    pub(super) fn policy_of(
        &self,
        hit: &Hit,
        (from, to): (Caller, usize),
    ) -> Result<String, Diagnostic> {
        let place = self.system.edge_of(Place::Edge { from, to });
        let Some(edge) = place else { return Err(never_called(hit)) };
        let policy = self.system.edges[edge].policy;
        policy.map(|policy| self.system.policies[policy].name.clone()).ok_or_else(|| {
            let message = "this edge has no policy, so it has no layers";
            Diagnostic::new(hit.at.clone(), Code::Conflict, message)
                .help("add it to `[edges]`: \"caller -> service\" = \"policy\"")
        })
    }

    /// Layers of a policy, on all edges or on one.
    pub(super) fn layers(
        &mut self,
        hit: &Hit,
        policy: &str,
        layer: &LayerName,
        edge: Option<(Caller, usize)>,
        effect: &Effect,
    ) -> Result<Vec<Place>, Diagnostic> {
        let meant = self.meant(hit, policy, layer)?;
        let Some((index, first)) = meant.first() else { return Ok(Vec::new()) };
        let first = &self.system.policies[*index].layers[*first];
        if let Some(what) = effect.intervention(true).filter(|what| !first.report.takes(*what)) {
            let message = format!("a layer `{}` cannot {}", layer.kind, what.in_words());
            let message = Diagnostic::new(hit.at.clone(), Code::Conflict, message);
            return Err(message.help(self.able(effect)));
        }
        if edge.is_none() && self.system.edges.iter().all(|edge| edge.policy != Some(*index)) {
            let message = format!("no edge uses the policy `{policy}`, so the fault hits nothing");
            self.found.push(Diagnostic::no_effect(hit.at.clone(), message));
        }
        let place = |(policy, layer)| Place::Layer { policy, layer, edge };
        Ok(meant.into_iter().map(place).collect())
    }

    /// The layers of a policy that a name means, each with its policy; none if they are off, or
    /// are not known yet.
    pub(super) fn meant(
        &mut self,
        hit: &Hit,
        policy: &str,
        layer: &LayerName,
    ) -> Result<Vec<(usize, usize)>, Diagnostic> {
        let policies = &self.system.policies;
        let Some(index) = policies.iter().position(|known| known.name == policy) else {
            let known = policies.iter().map(|policy| policy.name.as_str());
            return Err(Diagnostic::unknown(hit.at.clone(), "policy", policy, known));
        };
        let layers = &policies[index].layers;
        let alike = layers.iter().enumerate().filter(|(_, other)| other.kind == layer.kind);
        let number = layer.number.map(|number| number as usize - 1);
        let meant = alike.enumerate().filter(|(nth, _)| number.is_none_or(|only| only == *nth));
        let meant: Vec<(usize, &LayerFactory)> = meant.map(|(_, meant)| meant).collect();
        if meant.is_empty() && self.is_off(policy, layer) {
            let message = "this layer is off, so the fault hits nothing";
            self.found.push(Diagnostic::no_effect(hit.at.clone(), message));
            return Ok(Vec::new());
        }
        if meant.is_empty() && !self.are_layers_known {
            return Ok(Vec::new());
        }
        if meant.is_empty() {
            let (known, layer) = (layer_names(layers), layer.in_words());
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let message = format!("the policy `{policy}` has no layer `{layer}`");
            let message = Diagnostic::new(hit.at.clone(), Code::UnknownName, message);
            return Err(message.help(nearest_or_all(&layer, &known)));
        }
        Ok(meant.into_iter().map(|(layer, _)| (index, layer)).collect())
    }

    /// The layers of the file to which this can be done.
    pub(super) fn able(&self, effect: &Effect) -> String {
        let Some(what) = effect.intervention(true) else { return String::new() };
        let able = self.system.policies.iter().flat_map(|policy| {
            let names = layer_names(&policy.layers).into_iter().zip(&policy.layers);
            let able = names.filter(move |(_, layer)| layer.report.takes(what));
            able.map(|(layer, _)| format!("`{}`", format_path(&policy.name, &layer)))
        });
        let able: Vec<String> = able.collect();
        if able.is_empty() {
            let kind = if what == Intervention::Flush { "cache" } else { "breaker" };
            return format!("no layer of this file can {}; a `{kind}` can", what.in_words());
        }
        format!("these can {}: {}", what.in_words(), able.join(", "))
    }

    /// Whether a policy has such a layer that is left out.
    fn is_off(&self, policy: &str, layer: &LayerName) -> bool {
        let policy = self.file.root.get("policies").and_then(|all| all.get(policy));
        let Some(Value::List(items)) = policy.map(|node| &node.value) else { return false };
        let mut layers = items.iter().filter_map(|item| item.entries()?.first());
        layers.any(|entry| entry.key == layer.kind && entry.node.text() == Some("off"))
    }
}

/// A fault on an edge hits calls that are made.
pub(super) fn never_called(hit: &Hit) -> Diagnostic {
    let message = "this call is never made, so the fault hits nothing";
    let help = "no step, fallback or balance of the caller names the service";
    Diagnostic::new(hit.at.clone(), FileCode::UnusedEdge, message).help(help)
}

/// The names of layers, with numbers where there are several of a kind.
fn layer_names(layers: &[LayerFactory]) -> Vec<String> {
    let several = |kind: &str| layers.iter().filter(|layer| layer.kind == kind).count() > 1;
    let named = layers.iter().enumerate().map(|(place, layer)| {
        let before = layers[..=place].iter().filter(|other| other.kind == layer.kind).count();
        if several(&layer.kind) { format!("{}#{before}", layer.kind) } else { layer.kind.clone() }
    });
    named.collect()
}

/// The path of a layer, as a fault names it.
fn format_path(policy: &str, layer: &str) -> String {
    if policy.contains('.') {
        format!("policies.'{policy}'.{layer}")
    } else {
        format!("policies.{policy}.{layer}")
    }
}
