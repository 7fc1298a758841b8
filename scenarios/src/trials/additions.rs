//! Layers that are not there: what the one that a course would put there would be worth.

use patterns::settings::{Node, Value};
use sim::trial::TrialOf;

use super::Maker;
use crate::path_keys::path_of;
use crate::tree;

/// Layers that a call to something outside should have, outermost first, as the course has them.
const LAYERS: [(&str, &str); 5] = [
    ("fallback", "{ fallback = {} }"),
    ("retry", RETRY),
    ("breaker", "{ breaker = { failures = 5, open = \"60s\" } }"),
    ("bulkhead", "{ bulkhead = { slots = 4 } }"),
    ("timeout", "{ timeout = \"30s\" }"),
];

/// What is worth trying again.
const RETRY: &str = "{ retry = { network = \"3 x exponential(1s, jitter=full)\", \
                     overload = \"3 x exponential(2s, jitter=full)\" } }";

impl Maker<'_> {
    pub(super) fn additions(&mut self) {
        for policy in self.used_policies() {
            let path = path_of(&["policies", &policy]);
            let Some(node) = self.file.get(self.registry, &path) else { continue };
            let Value::List(own) = node.value else { continue };
            for (kind, layer) in LAYERS {
                if let Some(whole) = with_layer(&own, kind, layer) {
                    let (to, layer) = (policy.clone(), layer.to_owned());
                    let of = TrialOf::Added { to, kind: kind.to_owned(), layer };
                    let change = vec![(path.clone(), whole)];
                    self.add(format!("{path} with {kind}"), of, change);
                }
            }
        }
        let bare = self.system.edges.iter().filter(|edge| edge.policy.is_none());
        let bare: Vec<String> = bare
            .map(|edge| {
                let from = self.system.caller_name(edge.from);
                format!("{from} -> {}", self.system.services[edge.to].name)
            })
            .collect();
        for edge in bare {
            for policy in self.used_policies() {
                let change = vec![(path_of(&["edges", &edge]), policy.clone())];
                let (to, kind) = (edge.clone(), "policy".to_owned());
                let of = TrialOf::Added { to, kind, layer: policy.clone() };
                self.add(format!("{edge} under {policy}"), of, change);
            }
        }
    }
}

/// A policy with one more layer, where the order of [`LAYERS`] has it; none if it has such a layer.
fn with_layer(own: &[Node], kind: &str, layer: &str) -> Option<String> {
    let place = |kind: &str| LAYERS.iter().position(|(name, _)| *name == kind);
    let kinds: Vec<&str> =
        own.iter().filter_map(|item| Some(&*item.entries()?.first()?.key)).collect();
    if kinds.contains(&kind) {
        return None;
    }
    let after = kinds.iter().position(|other| place(kind) < place(other));
    let mut all = own.to_vec();
    all.insert(after.unwrap_or(own.len()), tree::value(layer));
    Some(Node::unwritten(Value::List(all)).to_string())
}
