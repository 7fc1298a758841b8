//! What comes back differently when a policy is imported again.

use std::collections::BTreeSet;

use patterns::settings::{Node, Value};

use super::layers::{Layer, Policy};
use crate::format::PER;

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
    let of = |layer: &Layer| layer.settings.entries().unwrap_or_default().to_vec();
    let keys = of(was).into_iter().chain(of(is)).map(|entry| entry.key);
    let mut keys: Vec<String> = keys.collect();
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    // Keys that differ alike are told together: one rule for several classes.
    let mut alike: Vec<(Vec<String>, String)> = Vec::new();
    for key in keys {
        let (here, there) = (was.get(&key), is.get(&key));
        if is_same(&key, here, there) {
            continue;
        }
        let shown = |node: Option<&Node>| {
            node.map_or_else(|| "the default".to_owned(), |node| format!("`{node}`"))
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
