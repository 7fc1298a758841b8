//! What comes back differently when a policy is imported again.

use std::collections::BTreeSet;

use patterns::Class;
use patterns::settings::{Entry, Node, Value};

use super::forms::Form;
use super::layers::{Layer, Policy};
use crate::format::PER;
use crate::import::whole;

/// What is not as it was, in words.
pub(crate) fn differences(was: &Policy, is: Option<&Policy>, format: &str) -> Vec<String> {
    let name = &was.name;
    let back: &[Layer] = is.map_or(&[], |policy| &policy.layers);
    let mut found = Vec::new();
    let mut taken: Vec<usize> = Vec::new();
    for layer in &was.layers {
        let mut places = back.iter().enumerate();
        let place = places.find(|(at, other)| other.kind == layer.kind && !taken.contains(at));
        match place {
            None => found.push(format!("{name}: {format} has no such `{}`", layer.kind)),
            Some((at, other)) => {
                taken.push(at);
                found.extend(effective(name, layer));
                found.extend(shared(name, layer, format));
                settings(name, layer, other, format, &mut found);
            }
        }
    }
    if !taken.is_sorted() {
        let order: Vec<&str> = back.iter().map(|layer| layer.kind.as_str()).collect();
        found.push(format!("{name}: in {format} the layers lie so: {}", order.join(", ")));
    }
    for (at, layer) in back.iter().enumerate() {
        if !taken.contains(&at) {
            found.push(format!("{name}: {format} has a `{}` of its own beside these", layer.kind));
        }
    }
    found
}

/// Numbers of the author of which less counts: `resilience4j` asks for no more calls than there are
/// in its window.
fn effective(name: &str, layer: &Layer) -> Vec<String> {
    let number = |node: &Node| match node.value {
        Value::Integer(number) => Some(number),
        _ => None,
    };
    let entries = layer.written.entries().unwrap_or_default();
    let differs = entries.iter().filter_map(|entry| {
        let (written, counts) = (number(&entry.node)?, number(layer.get(&entry.key)?)?);
        (written != counts).then(|| {
            let (kind, key) = (&layer.kind, &entry.key);
            let of_window = if key == "min-calls" { "; the window has no more calls" } else { "" };
            format!(
                "{name}.{kind}.{key} is written as `{written}`, and `{counts}` counts{of_window}"
            )
        })
    });
    differs.collect()
}

/// Who shares a layer, if somebody wrote so: no format says it.
fn shared(name: &str, layer: &Layer, format: &str) -> Option<String> {
    let (kind, per) = (&layer.kind, layer.written.get(&PER.name())?);
    (per.text() != Some("agent")).then(|| {
        format!("{name}.{kind}.{} is {per}: who shares it is not said in {format}", PER.name())
    })
}

fn settings(name: &str, was: &Layer, is: &Layer, format: &str, found: &mut Vec<String>) {
    let (here, there) = (in_force(was), in_force(is));
    let keys = here.iter().chain(&there).map(|entry| entry.key.clone());
    let mut keys: Vec<String> = keys.collect();
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    // Keys that differ alike are told together: one rule for several classes.
    let mut alike: Vec<(Vec<String>, String)> = Vec::new();
    for key in keys {
        let of = |entries: &[Entry]| {
            entries.iter().find(|entry| entry.key == key).map(|entry| entry.node.clone())
        };
        let (here, there) = (of(&here), of(&there));
        if is_same(&key, here.as_ref(), there.as_ref()) {
            continue;
        }
        let shown = |node: Option<Node>| match (node, was.default(&key)) {
            (Some(node), _) => format!("`{node}`"),
            (None, Some(default)) => format!("`{default}`, the default"),
            (None, None) => "not set".to_owned(),
        };
        let said = format!("is {}, and in {format} it is {}", shown(here), shown(there));
        match alike.iter_mut().find(|(_, other)| *other == said) {
            Some((keys, _)) => keys.push(key),
            None => alike.push((vec![key], said)),
        }
    }
    let kind = &was.kind;
    let told = alike.iter().map(|(keys, said)| format!("{name}.{kind}.{} {said}", keys.join(", ")));
    found.extend(told);
}

/// The settings of a layer, as they come out together: libraries have one number of retries, which
/// is that of each class, too.
fn in_force(layer: &Layer) -> Vec<Entry> {
    let mut entries = layer.settings.entries().unwrap_or_default().to_vec();
    let most = layer.get("max-retries").and_then(whole);
    let Some(most) = most.filter(|_| layer.kind == "retry") else { return entries };
    for entry in &mut entries {
        let shown = entry.node.to_string();
        if let Some(waits) = shown.trim_matches('"').strip_prefix("unlimited x ") {
            entry.node = Node::word(format!("{most} x {waits}"));
        }
    }
    let is_of_call = layer.get("per-class").is_some_and(|node| node.value == Value::Bool(false));
    let times = |entry: &Entry| Form::of(&entry.node)?.times.as_ref().and_then(whole);
    let all = entries.iter().filter(|entry| Class::ALL.iter().any(|one| one.name() == entry.key));
    if is_of_call && all.filter_map(times).all(|times| times <= most) {
        entries.retain(|entry| entry.key != "max-retries");
    }
    entries
}

/// Whether two settings are the same. Services have other names there, but are as many.
fn is_same(key: &str, here: Option<&Node>, there: Option<&Node>) -> bool {
    let count = |node: Option<&Node>| match node.map(|node| &node.value) {
        Some(Value::List(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    };
    let names = matches!(key, "over" | "to");
    if names {
        return count(here) == count(there);
    }
    here.map(ToString::to_string) == there.map(ToString::to_string)
}
