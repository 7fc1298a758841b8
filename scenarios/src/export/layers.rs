//! The layers of a policy, with all that they are set to.

use core::ops::Range;
use std::sync::Arc;

use patterns::settings::{Entry, Node, Reader, Value};

use super::services::{Service, services};
use crate::describe::fields_of;
use crate::format::{FileNames, PER, PolicyNames};
use crate::path_keys::path_key;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
    /// Its layers, the outermost first.
    pub(crate) layers: Vec<Layer>,
    /// All services of the file.
    pub(crate) services: Arc<[Service]>,
}

impl Policy {
    /// The first layer of a kind.
    pub(crate) fn layer(&self, kind: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.kind == kind)
    }

    /// The timeouts above and below the retries, or the hedges; one alone is below.
    pub(crate) fn timeouts(&self) -> (Option<&Layer>, Option<&Layer>) {
        let tries = |layer: &Layer| ["retry", "hedge"].contains(&&*layer.kind);
        let at = self.layers.iter().position(tries);
        let is_timeout = |layer: &&Layer| layer.kind == "timeout";
        let (above, below) = self.layers.split_at(at.unwrap_or(0));
        (above.iter().find(is_timeout), below.iter().rfind(is_timeout))
    }
}

/// A layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layer {
    pub(crate) kind: String,
    /// The path that leads to it.
    pub(crate) path: String,
    /// Where it stands.
    pub(crate) at: Range<usize>,
    /// What of its settings is written.
    pub(crate) written: Node,
    /// All its settings that are not the defaults: those of its library, too.
    pub(crate) settings: Node,
    /// What holds for a key that has no setting, if anything does.
    pub(crate) defaults: Vec<(String, Node)>,
}

impl Layer {
    /// A setting.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.settings.get(key)
    }

    /// Where a setting is written; where the layer is, if it is not.
    pub(crate) fn place(&self, key: &str) -> &Range<usize> {
        let written = self.written.entries().unwrap_or_default();
        let entry = written.iter().find(|entry| entry.key == key);
        entry.map_or(&self.at, |entry| &entry.key_at)
    }

    /// What holds for a key if nothing is set.
    pub(crate) fn default(&self, key: &str) -> Option<&Node> {
        self.defaults.iter().find(|(name, _)| name == key).map(|(_, default)| default)
    }

    /// A setting, or the default in its place.
    pub(crate) fn get_or_default(&self, key: &str) -> Option<&Node> {
        self.get(key).or(self.default(key))
    }

    /// A setting, by the keys that lead to it.
    pub(crate) fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(&self.settings, |node, key| node.get(key))
    }
}

/// The policies of a file, each with its layers, the outermost first. What is wrong with the file
/// was found before.
pub(crate) fn policies(file: &ScenarioFile, registry: &LayerRegistry) -> Vec<Policy> {
    let names = FileNames::written(&file.root);
    let entries = file.root.get("policies").and_then(Node::entries).unwrap_or_default();
    let services: Arc<[Service]> = services(&file.root).into();
    let of_one = |entry: &Entry| {
        let items: &[Node] = match &entry.node.value {
            Value::List(items) => items,
            _ => &[],
        };
        let entries = items.iter().enumerate().filter_map(|(at, item)| Some((at, item.entries()?)));
        let entries = entries.flat_map(|(at, entries)| entries.iter().map(move |one| (at, one)));
        let layers = entries.filter_map(|(at, item)| {
            let path = path(&entry.key, items, at, &item.key);
            layer(item, path, registry, &names)
        });
        let layers = layers.collect();
        let services = Arc::clone(&services);
        Policy { name: entry.key.clone(), at: entry.key_at.clone(), layers, services }
    };
    entries.iter().map(of_one).collect()
}

/// The path to a layer of a policy: by its kind, or by its number if another one comes first.
fn path(policy: &str, items: &[Node], at: usize, kind: &str) -> String {
    let is_first = items.iter().position(|item| item.get(kind).is_some()) == Some(at);
    let number = if is_first { String::new() } else { format!("{at}.") };
    format!("policies.{}.{number}{kind}", path_key(policy))
}

fn layer(item: &Entry, path: String, registry: &LayerRegistry, names: &FileNames) -> Option<Layer> {
    if item.node.text() == Some("off") {
        return None;
    }
    let mut written = item.node.clone();
    if let Value::Table(entries) = &mut written.value {
        entries.retain(|entry| !PER.is_named(&entry.key));
    }
    let mut targets = Vec::new();
    let mut names = PolicyNames { file: names, targets: &mut targets };
    let mut reader = Reader::new(&mut names);
    let settings = registry.settings(&item.key, &written, &mut reader)?;
    let (kind, at) = (item.key.clone(), item.key_at.clone());
    let fields = registry.kind(&kind).map(fields_of).unwrap_or_default();
    let defaults = fields.into_iter().filter_map(|field| Some((field.key.name(), field.default?)));
    let defaults = defaults.collect();
    Some(Layer { kind, path, at, written: item.node.clone(), settings, defaults })
}
