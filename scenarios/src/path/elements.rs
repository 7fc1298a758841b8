//! The elements of lists, and what a path calls them.

use core::iter;

use patterns::settings::{Entry, Node};

/// The element of a list that a key names: by its only key, by its name, by the name that it has
/// where none is written, or by its number.
pub(super) fn element(items: &[Node], unwritten: &[String], key: &str) -> Option<usize> {
    let by_key =
        items.iter().position(|item| item.entries().is_some_and(|entries| is_only(entries, key)));
    let by_name = || items.iter().position(|item| name(item) == Some(key));
    let by_default = || unwritten.iter().take(items.len()).position(|name| name == key);
    let by_number = || key.parse().ok().filter(|index| *index < items.len());
    by_key.or_else(by_name).or_else(by_default).or_else(by_number)
}

pub(super) fn is_only(entries: &[Entry], key: &str) -> bool {
    entries.len() == 1 && entries[0].key == key
}

/// The name of an element that has one.
pub(super) fn name(item: &Node) -> Option<&str> {
    item.get("name").and_then(Node::text)
}

/// What the elements are called: as it is written, or as they are called where no name is.
pub(super) fn names(items: &[Node], unwritten: &[String]) -> Vec<String> {
    let first = |item: &Node| match name(item) {
        Some(name) => Some(name.to_owned()),
        None => item.entries().and_then(|all| match all {
            [only] => Some(only.key.clone()),
            _ => None,
        }),
    };
    let unwritten = unwritten.iter().map(|name| Some(name.clone()).filter(|name| !name.is_empty()));
    let unwritten = unwritten.chain(iter::repeat(None));
    let all = items.iter().zip(unwritten);
    all.filter_map(|(item, unwritten)| first(item).or(unwritten)).collect()
}
