//! A file without some of its parts: layers that are left out, and whatever else a path leads to.

use core::cmp::Reverse;
use core::ops::Range;

use patterns::settings::{Code, Entry, Node, Value};
use sim::System;

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics, mistakes, nearest};
use crate::path_keys::{self, path_of};
use crate::profiles;
use crate::registry::LayerRegistry;
use crate::scenario::Draft;
use crate::scenario_file::ScenarioFile;
use crate::tree;

/// Something that can be taken out of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removable {
    /// What it is called: a kind of layer, a key, or a path.
    pub name: String,
    /// Where it is in the file; all of these are taken out together.
    pub paths: Vec<String>,
}

/// Stands where something is to be taken out. No file can have it.
const TAKEN_OUT: &str = "\0taken out";

/// What leaves a layer out.
const OFF: &str = "off";

/// Sections of what is about other parts: what is about a part that is taken out goes with it.
const ABOUT_OTHERS: [&str; 5] = ["hypotheses", "aborts", "recoveries", "faults", "edges"];

/// Sections in which keys are found by their name alone.
const WITH_KEYS: [&str; 2] = ["agents", "services"];

impl ScenarioFile {
    /// The file without some of its parts: kinds of layers, keys, or paths. What is said of these
    /// parts alone goes with them.
    ///
    /// # Errors
    ///
    /// With everything that is wrong with the file, with the names, and with what is left.
    pub fn taking_out(
        &self,
        registry: &LayerRegistry,
        names: &[String],
    ) -> Result<Self, Diagnostics> {
        let mut file = self.clone();
        let mut found = Vec::new();
        let Some(draft) = file.draft(registry, &mut found) else {
            return Err(Diagnostics::new(&file.source, found));
        };
        let mut parts = Vec::new();
        for name in names {
            let at = file.source.argument("--without", name);
            match file.removable(name, &at, draft.system(), registry) {
                Ok(part) => parts.push(part),
                Err(wrong) => found.push(wrong),
            }
        }
        Diagnostics::new(&file.source, found).unless_wrong()?;
        let mut found = Vec::new();
        let (left, _) = file.without(&parts.iter().collect::<Vec<_>>(), registry, &mut found);
        Diagnostics::new(&file.source, found).unless_wrong()?;
        Ok(left)
    }

    /// What can be taken out of this file if nobody says what: each kind of layer that acts on some
    /// edge, in the order in which calls meet them.
    pub(crate) fn kinds_of_layers(&self, system: &System) -> Vec<Removable> {
        let mut used: Vec<&str> = Vec::new();
        for policy in system.edges.iter().filter_map(|edge| edge.policy) {
            let name = system.policies[policy].name.as_str();
            if !used.contains(&name) {
                used.push(name);
            }
        }
        let mut all: Vec<Removable> = Vec::new();
        for (kind, path) in used.into_iter().flat_map(|policy| self.layers_of(policy)) {
            match all.iter_mut().find(|one| one.name == kind) {
                Some(one) => one.paths.push(path),
                None => all.push(Removable { name: kind, paths: vec![path] }),
            }
        }
        all
    }

    /// The layers of a policy that are not off: the kind and the path of each.
    pub(crate) fn layers_of(&self, policy: &str) -> Vec<(String, String)> {
        let node = self.root.get("policies").and_then(|all| all.get(policy));
        let Some(Value::List(items)) = node.map(|node| &node.value) else { return Vec::new() };
        let kinds: Vec<&Entry> = items.iter().filter_map(|item| item.entries()?.first()).collect();
        let several = |kind: &str| kinds.iter().filter(|entry| entry.key == kind).count() > 1;
        let is_on = |(_, entry): &(usize, &&Entry)| entry.node.text() != Some(OFF);
        let layers = kinds.iter().enumerate().filter(is_on).map(|(place, entry)| {
            let last = if several(&entry.key) { place.to_string() } else { entry.key.clone() };
            (entry.key.clone(), path_of(&["policies", policy, &last]))
        });
        layers.collect()
    }

    /// What a name means: a kind of layer, a section, a key of agents or services wherever it is
    /// written, or a path.
    pub(crate) fn removable(
        &self,
        name: &str,
        at: &Range<usize>,
        system: &System,
        registry: &LayerRegistry,
    ) -> Result<Removable, Diagnostic> {
        let layers = self.kinds_of_layers(system);
        if let Some(found) = layers.iter().find(|one| one.name == name) {
            return Ok(found.clone());
        }
        if name.contains('.') {
            let wrong = |message| Diagnostic::new(at.clone(), FileCode::BadPath, message);
            let keys = path_keys::keys(name).map_err(wrong)?;
            if self.is_off_at(registry, name, &keys) {
                let message = format!("`{name}` is off as it is: there is nothing to take out");
                return Err(Diagnostic::new(at.clone(), FileCode::BadPath, message));
            }
            self.clone().mark(registry, name, at)?;
            return Ok(Removable { name: name.to_owned(), paths: vec![name.to_owned()] });
        }
        let mut known: Vec<String> = layers.into_iter().map(|one| one.name).collect();
        if let Some(found) = self.section_or_keys(name, &mut known) {
            return Ok(found);
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let message = format!("there is no `{name}` to take out");
        let message = Diagnostic::new(at.clone(), FileCode::BadPath, message);
        Err(message.help(match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is: {}; or a path, as in `--set`", known.join(", ")),
        }))
    }

    /// The section of a name, or the keys of that name of agents and services, if there are some;
    /// other keys are known.
    pub(crate) fn section_or_keys(&self, name: &str, known: &mut Vec<String>) -> Option<Removable> {
        let is_section = |node: &Node| matches!(node.value, Value::Table(_) | Value::List(_));
        let mut paths = Vec::new();
        if self.root.get(name).is_some_and(is_section) {
            paths.push(name.to_owned());
            return Some(Removable { name: name.to_owned(), paths });
        }
        for section in WITH_KEYS {
            for part in self.root.get(section).and_then(Node::entries).unwrap_or_default() {
                let path = [section.to_owned(), part.key.clone()];
                keys_named(&part.node, name, &path, &mut paths, known);
            }
        }
        (!paths.is_empty()).then(|| Removable { name: name.to_owned(), paths })
    }

    /// Whether a path leads to a layer that is off.
    fn is_off_at(&self, registry: &LayerRegistry, path: &str, keys: &[String]) -> bool {
        let node = self.get(registry, path);
        let is_layer = matches!(keys, [section, _, _] if section == "policies");
        is_layer && node.is_some_and(|node| node.text() == Some(OFF)) || self.is_off(registry, path)
    }

    /// Marks what is at a path, to be taken out; a layer is off at once.
    fn mark(
        &mut self,
        registry: &LayerRegistry,
        path: &str,
        at: &Range<usize>,
    ) -> Result<(), Diagnostic> {
        let keys = path_keys::keys(path)
            .map_err(|message| Diagnostic::new(at.clone(), FileCode::BadPath, message))?;
        let is_layer = matches!(&keys[..], [section, _, _] if section == "policies");
        let Some(node) = self.at_path(registry, path, at, false)? else { return Ok(()) };
        match &mut node.value {
            // A layer that goes by its number: the table that has it alone.
            Value::Table(entries) if is_layer && keys[2].parse::<usize>().is_ok() => {
                for Entry { node, .. } in entries {
                    node.value = Value::Text(OFF.to_owned());
                }
            }
            value if is_layer => *value = Value::Text(OFF.to_owned()),
            value => *value = Value::Word(TAKEN_OUT.to_owned()),
        }
        Ok(())
    }

    /// The file without some of its parts, what its sweep varies, and what is said of those parts
    /// alone; and the scenario of it, as far as it can be read. What is wrong with it is found.
    pub(crate) fn without(
        &self,
        parts: &[&Removable],
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> (Self, Option<Draft>) {
        let mut file = self.clone();
        // What is deeper first: below what is marked there is nothing to be found.
        let mut paths: Vec<&String> = parts.iter().flat_map(|part| &part.paths).collect();
        let depth = |path: &&String| path_keys::keys(path).map_or(0, |keys| keys.len());
        paths.sort_by_key(|path| Reverse(depth(path)));
        let marked = paths.into_iter().map(|path| file.mark(registry, path, &(0..0)));
        let wrong: Vec<Diagnostic> = marked.filter_map(Result::err).collect();
        if !wrong.is_empty() {
            found.extend(wrong);
            return (file, None);
        }
        prune_parts(&mut file.root);
        prune(&mut file.root);
        loop {
            let mut of_file = Vec::new();
            let draft = file.draft(registry, &mut of_file);
            let wrong = of_file.iter().filter(|one| !one.is_warning()).map(Diagnostic::place);
            let wrong: Vec<Range<usize>> = wrong.collect();
            let is_name = |one: &&Diagnostic| one.code() == Code::UnknownName.name();
            let names = of_file.iter().filter(is_name).map(Diagnostic::place).collect::<Vec<_>>();
            let mut drops =
                || drop_about(&mut file.root, &wrong) || drop_named(&mut file.root, &names);
            if wrong.is_empty() || !drops() {
                file.rename_faults();
                found.extend(of_file);
                return (file, draft.filter(|_| mistakes(found) == 0));
            }
        }
    }
}

/// All keys of a name within something, as paths; other keys are known.
fn keys_named(
    node: &Node,
    name: &str,
    path: &[String],
    paths: &mut Vec<String>,
    known: &mut Vec<String>,
) {
    let below = |key: &str| [path, &[key.to_owned()]].concat();
    match &node.value {
        Value::Table(entries) => {
            for entry in entries {
                let path = below(&entry.key);
                if entry.key == name {
                    paths.push(path_of(&path));
                } else {
                    if !known.contains(&entry.key) {
                        known.push(entry.key.clone());
                    }
                    keys_named(&entry.node, name, &path, paths, known);
                }
            }
        }
        Value::List(items) => {
            for (place, item) in items.iter().enumerate() {
                let only = item.entries().is_some_and(|all| all.len() == 1 && all[0].key == name);
                let path = below(&place.to_string());
                if only {
                    paths.push(path_of(&path));
                } else {
                    keys_named(item, name, &path, paths, known);
                }
            }
        }
        _ => {}
    }
}

/// Takes the names of profiles out of parts of which something is marked that they would bring
/// back; where the name itself is marked, all that has come with it is taken out.
fn prune_parts(root: &mut Node) {
    let Value::Table(sections) = &mut root.value else { return };
    for section in sections.iter_mut().filter(|one| WITH_KEYS.contains(&&*one.key)) {
        let Value::Table(parts) = &mut section.node.value else { continue };
        for part in parts {
            if let Value::Table(entries) = &mut part.node.value {
                profiles::leave_out(&section.key, entries, is_marked);
            }
        }
    }
}

/// Whether something is marked in this, or all of it.
fn is_marked(node: &Node) -> bool {
    match &node.value {
        Value::Table(entries) => entries.iter().any(|entry| is_marked(&entry.node)),
        Value::List(items) => items.iter().any(is_marked),
        Value::Call(call) => call.arguments.iter().any(|argument| is_marked(&argument.node)),
        _ => node.text() == Some(TAKEN_OUT),
    }
}

/// Takes out all that is marked: keys with their values, elements, arguments.
fn prune(node: &mut Node) {
    let is_kept = |node: &Node| node.text() != Some(TAKEN_OUT);
    match &mut node.value {
        Value::Table(entries) => {
            entries.retain(|entry| is_kept(&entry.node));
            for entry in entries {
                prune(&mut entry.node);
            }
        }
        Value::List(items) => {
            // What an element that goes by its only key is called is the key.
            let is_only = |item: &Node| match item.entries() {
                Some([entry]) => is_kept(&entry.node),
                _ => is_kept(item),
            };
            items.retain(is_only);
            items.iter_mut().for_each(prune);
        }
        Value::Call(call) => {
            call.arguments.retain(|argument| is_kept(&argument.node));
            for argument in &mut call.arguments {
                prune(&mut argument.node);
            }
        }
        _ => {}
    }
}

/// Drops layers and keys that name at one of these places what is not there; whether there is such
/// a thing. Steps stay: without one of them a task would be another one.
fn drop_named(root: &mut Node, names: &[Range<usize>]) -> bool {
    let Value::Table(sections) = &mut root.value else { return false };
    let mut is_dropped = false;
    let mut keeps = |node: &Node| {
        let drops = tree::places(node).iter().any(|at| names.contains(at));
        is_dropped |= drops;
        !drops
    };
    for section in sections {
        let Value::Table(parts) = &mut section.node.value else { continue };
        for part in parts {
            match &mut part.node.value {
                Value::List(layers) if section.key == "policies" => layers.retain(&mut keeps),
                Value::Table(keys) if WITH_KEYS.contains(&&*section.key) => {
                    keys.retain(|entry| entry.key == "steps" || keeps(&entry.node));
                }
                _ => {}
            }
        }
    }
    is_dropped
}

/// Drops what is about other parts and has something wrong at one of these places; whether there is
/// such a thing.
fn drop_about(root: &mut Node, wrong: &[Range<usize>]) -> bool {
    let Value::Table(sections) = &mut root.value else { return false };
    let is_wrong = |at: &Range<usize>, whole: &Node| {
        let places = [tree::places(whole), vec![at.clone()]].concat();
        wrong
            .iter()
            .filter(|wrong| **wrong != (0..0))
            .any(|wrong| places.iter().any(|at| at.start <= wrong.start && wrong.end <= at.end))
    };
    let mut is_dropped = false;
    for section in sections.iter_mut().filter(|one| ABOUT_OTHERS.contains(&&*one.key)) {
        match &mut section.node.value {
            Value::List(items) => items.retain(|item| {
                let drops = is_wrong(&item.at, item);
                is_dropped |= drops;
                !drops
            }),
            Value::Table(entries) => entries.retain(|entry| {
                let drops = is_wrong(&entry.key_at, &entry.node);
                is_dropped |= drops;
                !drops
            }),
            _ => {}
        }
    }
    is_dropped
}
