//! Words: names without their spelling, and classes of failure.

use patterns::Class;
use patterns::settings::{Node, Value};

/// A name without case, `-` and `_`.
pub(crate) fn loose(name: &str) -> String {
    letters(name).collect()
}

/// Its letters; names are compared by the thousand, and most differ in the first.
pub(crate) fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !"-_".contains(*c)).flat_map(char::to_lowercase)
}

/// Classes, as our settings write them.
pub(crate) fn classes(all: impl IntoIterator<Item = Class>) -> Node {
    let mut all: Vec<Class> = all.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    match all.len() {
        0 => Node::word("none"),
        Class::COUNT => Node::word("all"),
        _ => Node::unwritten(Value::List(all.into_iter().map(Node::word).collect())),
    }
}

/// The classes that our settings have written.
pub(crate) fn classes_of(node: &Node) -> Vec<Class> {
    let named =
        |node: &Node| Class::ALL.into_iter().find(|class| Some(class.name()) == node.text());
    match &node.value {
        Value::List(items) => items.iter().filter_map(named).collect(),
        _ if node.text() == Some("all") => Class::ALL.to_vec(),
        _ => named(node).into_iter().collect(),
    }
}
