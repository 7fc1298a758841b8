//! `LiteLLM`: a model for each policy, and what holds for all of them.

mod models;
mod retries;

use patterns::settings::{Node, Value};

use crate::export::exporter::Exporter;
use crate::export::layers::Policy;
use crate::export::put::{Table, list, named, whole};
use crate::import::Times;
use models::Models;

pub(crate) static EXPORTER: Exporter = Exporter { name: NAME, is_json: false, tree, notes };

const NAME: &str = "litellm";

fn tree(policies: &[&Policy]) -> Node {
    let models = Models::of(policies);
    let mut router = Table::default();
    let first = |kind: &str| policies.iter().find_map(|policy| policy.layer(kind));
    if let Some(pick) = first("balance").and_then(|layer| layer.get_or_default("pick")) {
        let strategy = match pick.text() {
            Some("random") => Some("simple-shuffle"),
            Some("least-in-flight") => Some("least-busy"),
            Some("two-choices") => Some("latency-based-routing"),
            Some("round-robin") => Some("usage-based-routing-v2"),
            Some("in-order") => Some("cost-based-routing"),
            _ => None,
        };
        router.put_some("routing_strategy", strategy.map(Node::word));
    }
    retries::put(policies, &mut router);
    if let Some(limit) = first("timeout").and_then(|layer| layer.get("limit")) {
        router.put_some("timeout", seconds(limit));
    }
    if let Some(breaker) = first("breaker") {
        if let Some(Value::Integer(failures)) = breaker.get("failures").map(|node| &node.value) {
            router.put("allowed_fails", whole(failures - 1));
        }
        router.put_some("cooldown_time", breaker.get("open").and_then(seconds));
    }
    let fallbacks = models
        .fallbacks
        .iter()
        .map(|(model, others)| named([(model.clone(), list(others.iter().map(Node::word)))]));
    let fallbacks: Vec<Node> = fallbacks.collect();
    if !fallbacks.is_empty() {
        router.put("fallbacks", list(fallbacks));
    }
    let mut tree = Table::default();
    tree.put("model_list", list(models.list));
    if !router.is_empty() {
        tree.put("router_settings", router.node());
    }
    tree.node()
}

fn notes(policies: &[&Policy]) -> Vec<String> {
    let models = Models::of(policies);
    let mut notes = vec![format!(
        "a scenario does not say which model a service is, nor of which provider: put both in \
         place of each `{}…`",
        models::PROVIDER
    )];
    notes.extend(models.notes);
    notes
}

fn seconds(node: &Node) -> Option<Node> {
    Some(Times::Seconds.write(node.text()?.parse().ok()?))
}
