//! The services of a file, and the policies of the calls to them.

use patterns::settings::{Node, Value};

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) name: String,
    /// What is written of it.
    pub(crate) settings: Node,
    /// The policies of the edges that lead to it.
    pub(crate) policies: Vec<String>,
}

/// All services of a file.
pub(super) fn services(root: &Node) -> Vec<Service> {
    let edges = root.get("edges").and_then(Node::entries).unwrap_or_default();
    let policies_to = |service: &str| {
        let leads = |edge: &str| edge.split("->").last().map(str::trim) == Some(service);
        let to_it = edges.iter().filter(|edge| leads(&edge.key)).map(|edge| &edge.node);
        to_it.flat_map(names).collect()
    };
    let entries = root.get("services").and_then(Node::entries).unwrap_or_default();
    let one = |entry: &patterns::settings::Entry| Service {
        name: entry.key.clone(),
        settings: entry.node.clone(),
        policies: policies_to(&entry.key),
    };
    entries.iter().map(one).collect()
}

/// The names in a list, or the one alone.
pub(crate) fn names(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ => node.text().map(str::to_owned).into_iter().collect(),
    }
}
