//! Adds services and their policies to a draft.

use core::ops::Range;

use patterns::settings::{Node, Value};

use super::draft::{Draft, From, Layer, Line, Policy, Service};

/// A service that is called through these layers.
pub(crate) fn service(draft: &mut Draft, theirs: &str, from: From, layers: Vec<Layer>) -> usize {
    let name = draft.names.take(theirs);
    let policy = (!layers.is_empty()).then(|| name.clone());
    if policy.is_some() {
        draft.policies.push(Policy { name: name.clone(), layers });
    }
    let (lines, stands_for) = (Vec::new(), Vec::new());
    draft.services.push(Service { name, from, lines, policy, is_called: true, stands_for });
    draft.services.len() - 1
}

/// Makes the calls to a service go to this many hosts instead, through this layer.
pub(crate) fn balanced(
    draft: &mut Draft,
    service: usize,
    hosts: usize,
    from: &From,
    mut balance: Layer,
) {
    let mut names = Vec::new();
    for number in 1..=hosts.clamp(1, HOSTS_MAX) {
        let name = draft.names.take(&format!("{}-{number}", draft.services[service].name));
        let (lines, stands_for) = (Vec::new(), Vec::new());
        let (from, policy) = (from.clone(), None);
        names.push(name.clone());
        draft.services.push(Service { name, from, lines, policy, is_called: false, stands_for });
    }
    let over = names.iter().map(Node::word).collect();
    balance.set("over", Node::unwritten(Value::List(over)), from.clone());
    let Service { name, policy, stands_for, .. } = &mut draft.services[service];
    *stands_for = names;
    let policy = policy.get_or_insert_with(|| name.clone()).clone();
    // It is one of the last, mostly.
    match draft.policies.iter_mut().rfind(|one| one.name == policy) {
        Some(found) => found.layers.push(balance),
        None => draft.policies.push(Policy { name: policy, layers: vec![balance] }),
    }
}

/// More hosts than anybody balances over in a scenario.
const HOSTS_MAX: usize = 100;

/// Hosts behind a name of which no file says how many they are.
pub(crate) const HOSTS_ASSUMED: usize = 3;

/// A whole number that was not written.
pub(crate) fn whole(number: i128) -> Node {
    Node::unwritten(Value::Integer(number))
}

/// Sets a key unless it is there.
pub(crate) fn default(layer: &mut Layer, key: &str, value: Node, why: &'static str) {
    if layer.line(key).is_none() {
        layer.set(key, value, From::Default(why));
    }
}

/// A line of a service.
pub(crate) fn line(key: &str, value: Node, at: &Range<usize>, said: String) -> Line {
    Line { key: key.to_owned(), value, from: From::Written(at.clone(), said) }
}

/// A layer of a kind that comes from some place.
pub(crate) fn layer_at(kind: &'static str, node: &Node, said: &str) -> Layer {
    Layer::new(kind, From::Written(node.at.start..node.at.start, said.to_owned()))
}

/// Turns rules off whose number of failures is 0: there it means that there is no such rule.
pub(crate) fn off_at_zero(layer: &mut Layer, rules: &[&str]) {
    for rule in rules {
        let key = format!("{rule}.failures");
        let zero = layer.line(&key).filter(|line| line.value == whole(0));
        if let Some(from) = zero.map(|line| line.from.clone()) {
            layer.lines.retain(|line| !line.key.starts_with(&format!("{rule}.")));
            layer.set(rule, Node::word("off"), from);
        }
    }
}

/// The rules of a proxy that count failures in a row.
pub(crate) const IN_A_ROW: [&str; 2] = ["eject.consecutive", "eject.consecutive-gateway"];
