//! The layers of a policy, with all that they are set to.

use core::ops::Range;

use patterns::settings::{Entry, Node, Reader, Value};

use crate::diagnostic::Diagnostics;
use crate::format::{FileNames, PER, PolicyNames};
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// A layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layer {
    pub(crate) kind: String,
    pub(crate) at: Range<usize>,
    /// As it was written, but for who shares it.
    pub(crate) written: Node,
    /// All its settings: those of its library and the defaults, too.
    pub(crate) settings: Node,
}

impl Layer {
    /// A setting.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.settings.get(key)
    }
}

/// The policies of a file, each with its layers, the outermost first. What is wrong with the file
/// was found before.
pub(crate) fn policies(file: &ScenarioFile, registry: &LayerRegistry) -> Vec<(String, Vec<Layer>)> {
    let names = FileNames::written(&file.root);
    let entries = file.root.get("policies").and_then(Node::entries).unwrap_or_default();
    let of_one = |entry: &Entry| {
        let Value::List(items) = &entry.node.value else { return (entry.key.clone(), Vec::new()) };
        let items = items.iter().filter_map(Node::entries).flatten();
        let layers = items.filter_map(|item| layer(item, registry, &names));
        (entry.key.clone(), layers.collect())
    };
    entries.iter().map(of_one).collect()
}

fn layer(item: &Entry, registry: &LayerRegistry, names: &FileNames) -> Option<Layer> {
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
    Some(Layer { kind: item.key.clone(), at: item.key_at.clone(), written, settings })
}

/// For now.
pub fn dump_layers(text: &str) -> Result<String, Diagnostics> {
    let registry = LayerRegistry::builtin();
    let file = ScenarioFile::parse("it", text)?;
    Ok(policies(&file, &registry)
        .iter()
        .map(|(name, layers)| {
            format!(
                "{name}\n{}",
                layers.iter().map(|l| format!("  {} {}\n", l.kind, l.settings)).collect::<String>()
            )
        })
        .collect())
}
