//! The parts of a scenario, each read by itself; how they hang together comes after.

use std::collections::BTreeMap;
use std::ops::Range;

use sim::model::system::{LayerFactory, Per, Policy};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::format;
use crate::read::read;
use crate::registry::{LayerRegistry, Names};
use crate::scenario_file::ScenarioFile;

/// The parts of a scenario. What could not be read is none, but its name is known.
pub(super) struct Parts {
    pub(super) agents: BTreeMap<String, Part<format::Agents>>,
    pub(super) services: BTreeMap<String, Part<format::Service>>,
    pub(super) policies: Vec<Policy>,
    pub(super) edges: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) faults: Vec<Part<format::Fault>>,
}

/// Something that was written at a place, and what it says if it can be read.
pub(super) struct Part<T> {
    pub(super) place: Range<usize>,
    pub(super) read: Option<T>,
}

impl Parts {
    pub(super) fn read(
        file: &ScenarioFile<'_>,
        registry: &LayerRegistry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let agents: BTreeMap<String, Part<format::Agents>> =
            named(&file.section("agents", diagnostics), diagnostics);
        let services: BTreeMap<String, Part<format::Service>> =
            named(&file.section("services", diagnostics), diagnostics);
        let callers: Vec<&str> = agents.keys().map(String::as_str).collect();
        let served: Vec<&str> = services.keys().map(String::as_str).collect();
        let names = (&callers[..], &served[..]);
        let policies = file
            .section("policies", diagnostics)
            .iter()
            .map(|(name, layers)| policy(name.get_ref(), layers, names, registry, diagnostics))
            .collect();
        let edges = file.section("edges", diagnostics);
        let edges = edges.iter().filter_map(|(name, policy)| {
            let policy = Spanned::new(policy.span(), read(policy, diagnostics)?);
            Some((Spanned::new(name.span(), name.get_ref().clone().into_owned()), policy))
        });
        let edges = edges.collect();
        let faults = file.list("faults", diagnostics);
        let faults = faults
            .iter()
            .map(|fault| Part { place: fault.span(), read: read(fault, diagnostics) })
            .collect();
        Self { agents, services, policies, edges, faults }
    }
}

/// The entries of a table, by name.
fn named<T: serde::de::DeserializeOwned>(
    table: &DeTable<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Part<T>> {
    let parts = table.iter().map(|(name, value)| {
        let part = Part { place: name.span(), read: read(value, diagnostics) };
        (name.get_ref().clone().into_owned(), part)
    });
    parts.collect()
}

/// A stack of layers.
fn policy(
    name: &str,
    layers: &Spanned<DeValue<'_>>,
    (agents, services): (&[&str], &[&str]),
    registry: &LayerRegistry,
    diagnostics: &mut Vec<Diagnostic>,
) -> Policy {
    let mut policy = Policy { name: name.to_owned(), layers: Vec::new(), targets: Vec::new() };
    let DeValue::Array(items) = layers.get_ref() else {
        let told = format!("a policy is a list of layers, not a {}", layers.get_ref().type_str());
        let help = "for example: [{ breaker = { failures = 5, open = \"60s\" } }]";
        diagnostics.push(Diagnostic::new(layers.span(), told).help(help));
        return policy;
    };
    for item in items {
        let entry = item.get_ref().as_table().filter(|table| table.len() == 1);
        let Some((kind, settings)) = entry.and_then(|table| table.iter().next()) else {
            let told = "a layer is a table with one key, its kind";
            let help = format!("kinds are: {}", registry.kinds().collect::<Vec<_>>().join(", "));
            diagnostics.push(Diagnostic::new(item.span(), told).help(help));
            continue;
        };
        if !registry.kinds().any(|known| known == kind.get_ref()) {
            diagnostics.push(Diagnostic::unknown(
                kind.span(),
                "kind of layer",
                kind.get_ref(),
                registry.kinds(),
            ));
            continue;
        }
        if settings.get_ref().as_str() == Some("off") {
            continue;
        }
        let targets = &mut policy.targets;
        let mut names = Names { agents, services, targets, unknown: Vec::new() };
        let made = layer(kind.get_ref(), settings, &mut names, registry, diagnostics);
        policy.layers.extend(made);
    }
    policy
}

fn layer(
    kind: &str,
    settings: &Spanned<DeValue<'_>>,
    names: &mut Names<'_>,
    registry: &LayerRegistry,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LayerFactory> {
    let mut settings = settings.clone();
    let mut per = Per::Agent;
    if let DeValue::Table(table) = settings.get_mut()
        && let Some(written) = table.remove("per")
    {
        per = read::<format::PerText>(&written, diagnostics)?.into();
    }
    let make = registry.read(kind, &settings, names, diagnostics);
    diagnostics.append(&mut names.unknown);
    Some(LayerFactory { kind: kind.to_owned(), per, make: make? })
}
