//! Writes the policies of a scenario in another format.

use patterns::settings::{Node, Value};

use super::compare::differences;
use super::emit::{json, yaml};
use super::exporter::Exporter;
use super::formats::FORMATS;
use super::layers::{Policy, policies};
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::import::{make, order_of};
use crate::plain::plain;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::source::Source;

/// Policies in another format.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exported {
    /// The configuration.
    pub text: String,
    /// What cannot be said there, in words.
    pub left_out: Vec<String>,
    /// What stands there that no scenario says, and is to be looked at.
    pub notes: Vec<String>,
}

/// The names of all formats that can be exported.
pub fn export_formats() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|exporter| exporter.name)
}

/// Writes one policy of a scenario, or all of them, in another format.
///
/// # Errors
///
/// If something is wrong with the scenario, or it has no such policy or variant.
///
/// # Panics
///
/// If there is no such format.
pub fn export(
    file: &ScenarioFile,
    to: &str,
    policy: Option<&str>,
    variant: Option<&str>,
    registry: &LayerRegistry,
) -> Result<Exported, Diagnostics> {
    let exporter = FORMATS.iter().find(|exporter| exporter.name == to);
    let exporter = exporter.expect("a format of `export_formats`");
    let file = match variant {
        Some(name) => file.in_variant(name, registry)?,
        None => file.clone(),
    };
    file.scenario(registry)?;
    let all = policies(&file, registry);
    let chosen: Vec<&Policy> = match policy {
        Some(name) => vec![named(&file, &all, name)?],
        None => all.iter().filter(|policy| !policy.layers.is_empty()).collect(),
    };
    if chosen.is_empty() {
        let message = "there is no policy that could be exported";
        let none = Diagnostic::new(0..0, FileCode::UnusedEdge, message);
        return Err(Diagnostics::new(&file.source, vec![none]));
    }
    let tree = (exporter.tree)(&chosen);
    if !says_something(&tree) {
        let message = format!("nothing of these policies can be said in {to}");
        let help = format!("its layers are: {}", order_of(to));
        let none = Diagnostic::new(chosen[0].at.clone(), FileCode::UnusedEdge, message);
        return Err(Diagnostics::new(&file.source, vec![none.help(help)]));
    }
    let written = if exporter.is_json { json(&tree) } else { yaml(&tree) };
    let left_out = left_out(&chosen, &written, exporter, registry);
    let notes = (exporter.notes)(&chosen);
    let notes: Vec<String> = notes.iter().map(|note| plain(note).into_owned()).collect();
    let mut text = String::new();
    // JSON has no comments.
    if !exporter.is_json {
        text.push_str(&format!(
            "# Made from {} by `wavetank export`.\n",
            plain(file.source.file())
        ));
        text.extend(notes.iter().map(|note| format!("# Look at it: {note}.\n")));
    }
    text.push_str(&written);
    if !exporter.is_json && !left_out.is_empty() {
        text.push_str(&format!("\n# What cannot be said here:\n#   {}\n", left_out.join("\n#   ")));
    }
    Ok(Exported { text, left_out, notes })
}

/// Whether anything stands in a tree.
fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Table(entries) => entries.iter().any(|entry| says_something(&entry.node)),
        Value::List(items) => items.iter().any(says_something),
        _ => true,
    }
}

/// Imports what was written, and finds what is not as it was.
fn left_out(
    chosen: &[&Policy],
    written: &str,
    exporter: &Exporter,
    registry: &LayerRegistry,
) -> Vec<String> {
    let mut found = Vec::new();
    let source = Source::new("exported", written);
    let back = match make(&source, written, Some(exporter.name), registry) {
        Ok(made) => policies(&made.file, registry),
        Err(wrong) => {
            let refused = wrong.all().iter().map(Diagnostic::message);
            found.extend(refused.map(|why| format!("{} does not take this: {why}", exporter.name)));
            Vec::new()
        }
    };
    for policy in chosen {
        let is = back.iter().find(|other| other.name == policy.name);
        found.extend(differences(policy, is, exporter.name));
    }
    found.iter().map(|one| plain(one).into_owned()).collect()
}

fn named<'a>(
    file: &ScenarioFile,
    all: &'a [Policy],
    name: &str,
) -> Result<&'a Policy, Diagnostics> {
    all.iter().find(|policy| policy.name == name).ok_or_else(|| {
        let at = file.root.get("policies").map_or(0..0, |node: &Node| node.at.start..node.at.start);
        let known = all.iter().map(|policy| policy.name.as_str());
        Diagnostics::new(&file.source, vec![Diagnostic::unknown(at, "policy", name, known)])
    })
}

impl ScenarioFile {
    /// The file with the changes of a variant.
    fn in_variant(&self, name: &str, registry: &LayerRegistry) -> Result<Self, Diagnostics> {
        let mut found = Vec::new();
        let variants = self.variants(&mut found);
        let Some(variant) = variants.iter().find(|variant| variant.name == name) else {
            let known = variants.iter().map(|variant| variant.name.as_str());
            found.push(Diagnostic::unknown(0..0, "variant", name, known));
            return Err(Diagnostics::new(&self.source, found));
        };
        let mut file = self.clone();
        for (path, at, value) in variant.changes() {
            found.extend(file.set(registry, path, at, value.clone()).err());
        }
        Diagnostics::new(&self.source, found).unless_wrong()?;
        crate::profiles::expand(&mut file.root);
        Ok(file)
    }
}
