//! The parts of a scenario, each read by itself; how they hang together comes after.

use std::collections::BTreeMap;
use std::ops::Range;

use sim::model::system::{LayerMaker, Per, Policy};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalog::{Catalog, Names};
use crate::document::Document;
use crate::problem::Problem;
use crate::read::read;
use crate::spec;

/// The parts of a scenario. What could not be read is none, but its name is known.
pub(super) struct Parts {
    pub(super) agents: BTreeMap<String, Part<spec::Agents>>,
    pub(super) services: BTreeMap<String, Part<spec::Service>>,
    pub(super) policies: Vec<Policy>,
    pub(super) edges: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) faults: Vec<Part<spec::Fault>>,
}

/// Something that was written at a place, and what it says if it can be read.
pub(super) struct Part<T> {
    pub(super) place: Range<usize>,
    pub(super) read: Option<T>,
}

impl Parts {
    pub(super) fn read(
        document: &Document<'_>,
        catalog: &Catalog,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let agents: BTreeMap<String, Part<spec::Agents>> =
            named(&document.section("agents", problems), problems);
        let services: BTreeMap<String, Part<spec::Service>> =
            named(&document.section("services", problems), problems);
        let callers: Vec<&str> = agents.keys().map(String::as_str).collect();
        let served: Vec<&str> = services.keys().map(String::as_str).collect();
        let names = (&callers[..], &served[..]);
        let policies = document
            .section("policies", problems)
            .iter()
            .map(|(name, layers)| policy(name.get_ref(), layers, names, catalog, problems))
            .collect();
        let edges = document.section("edges", problems);
        let edges = edges.iter().filter_map(|(name, policy)| {
            let policy = Spanned::new(policy.span(), read(policy, problems)?);
            Some((Spanned::new(name.span(), name.get_ref().clone().into_owned()), policy))
        });
        let edges = edges.collect();
        let faults = document.list("faults", problems);
        let faults = faults
            .iter()
            .map(|fault| Part { place: fault.span(), read: read(fault, problems) })
            .collect();
        Self { agents, services, policies, edges, faults }
    }
}

/// The entries of a table, by name.
fn named<T: serde::de::DeserializeOwned>(
    table: &DeTable<'_>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Part<T>> {
    let parts = table.iter().map(|(name, value)| {
        let part = Part { place: name.span(), read: read(value, problems) };
        (name.get_ref().clone().into_owned(), part)
    });
    parts.collect()
}

/// A stack of layers.
fn policy(
    name: &str,
    layers: &Spanned<DeValue<'_>>,
    (agents, services): (&[&str], &[&str]),
    catalog: &Catalog,
    problems: &mut Vec<Problem>,
) -> Policy {
    let mut policy = Policy { name: name.to_owned(), layers: Vec::new(), targets: Vec::new() };
    let DeValue::Array(items) = layers.get_ref() else {
        let told = format!("a policy is a list of layers, not a {}", layers.get_ref().type_str());
        let help = "for example: [{ breaker = { failures = 5, open = \"60s\" } }]";
        problems.push(Problem::new(layers.span(), told).help(help));
        return policy;
    };
    for item in items {
        let entry = item.get_ref().as_table().filter(|table| table.len() == 1);
        let Some((kind, settings)) = entry.and_then(|table| table.iter().next()) else {
            let told = "a layer is a table with one key, its kind";
            let help = format!("kinds are: {}", catalog.kinds().collect::<Vec<_>>().join(", "));
            problems.push(Problem::new(item.span(), told).help(help));
            continue;
        };
        if !catalog.kinds().any(|known| known == kind.get_ref()) {
            problems.push(Problem::unknown(
                kind.span(),
                "kind of layer",
                kind.get_ref(),
                catalog.kinds(),
            ));
            continue;
        }
        if settings.get_ref().as_str() == Some("off") {
            continue;
        }
        let targets = &mut policy.targets;
        let mut names = Names { agents, services, targets, unknown: Vec::new() };
        let made = layer(kind.get_ref(), settings, &mut names, catalog, problems);
        policy.layers.extend(made);
    }
    policy
}

fn layer(
    kind: &str,
    settings: &Spanned<DeValue<'_>>,
    names: &mut Names<'_>,
    catalog: &Catalog,
    problems: &mut Vec<Problem>,
) -> Option<LayerMaker> {
    let mut settings = settings.clone();
    let mut per = Per::Agent;
    if let DeValue::Table(table) = settings.get_mut()
        && let Some(written) = table.remove("per")
    {
        per = read::<spec::PerText>(&written, problems)?.into();
    }
    let make = catalog.read(kind, &settings, names, problems);
    problems.append(&mut names.unknown);
    Some(LayerMaker { kind: kind.to_owned(), per, make: make? })
}
