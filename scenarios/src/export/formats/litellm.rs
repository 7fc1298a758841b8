//! `LiteLLM`: a model for each policy, and what holds for all of them.

use patterns::Class;
use patterns::settings::{Node, Value};

use crate::export::exporter::Exporter;
use crate::export::forms::{Form, Retry};
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, list, named, whole};
use crate::import::{self, Times};

pub(crate) static EXPORTER: Exporter = Exporter { name: NAME, is_json: false, tree };

const NAME: &str = "litellm";

fn tree(policies: &[&Policy]) -> Node {
    let mut models = Vec::new();
    let mut router = Table::default();
    let mut fallbacks = Vec::new();
    let balances = policies.iter().any(|policy| policy.layer("balance").is_some());
    for policy in policies {
        // The breaker on the way to a deployment is what holds for all of them.
        let is_way = policy.layers.iter().all(|layer| layer.kind == "breaker");
        if balances && is_way {
            continue;
        }
        let hosts = match policy.layer("balance").and_then(|layer| layer.get("over")) {
            Some(Node { value: Value::List(hosts), .. }) => hosts.len(),
            _ => 1,
        };
        for number in 1..=hosts {
            let host = if hosts > 1 { format!("/{number}") } else { String::new() };
            let mut model = Table::default();
            model.put("model_name", Node::word(&policy.name));
            let name = Node::word(format!("openai/{}{host}", policy.name));
            model.put("litellm_params.model", name);
            models.push(model.node());
        }
        // Settings hold for all models; the first policy that has some says them.
        if let Some(fallback) = policy.layer("fallback") {
            let count = match fallback.get("to").map(|node| &node.value) {
                Some(Value::List(targets)) => targets.len(),
                Some(_) if fallback.get("to").and_then(Node::text) != Some("value") => 1,
                _ => 0,
            };
            let others = (1..=count).map(|n| Node::word(format!("{}-fallback-{n}", policy.name)));
            if count > 0 {
                fallbacks.push(named([(policy.name.clone(), list(others))]));
            }
        }
    }
    let first = |kind: &str| policies.iter().find_map(|policy| policy.layer(kind));
    if let Some(pick) = first("balance").and_then(|layer| layer.get("pick")) {
        router.add(NAME, "router_settings", &[("balance.pick", Some(pick.clone()))]);
        let strategy = match pick.text() {
            Some("random") => Some("simple-shuffle"),
            Some("least-in-flight") => Some("least-busy"),
            Some("two-choices") => Some("latency-based-routing"),
            _ => None,
        };
        router.put_some("routing_strategy", strategy.map(Node::word));
    }
    if let Some(layer) = first("retry") {
        retry(layer, &mut router);
    }
    if let Some(limit) = first("timeout").and_then(|layer| layer.get("limit")) {
        router.put_some("timeout", seconds(limit));
    }
    if let Some(breaker) = first("breaker") {
        if let Some(Value::Integer(failures)) = breaker.get("failures").map(|node| &node.value) {
            router.put("allowed_fails", whole(failures - 1));
        }
        router.put_some("cooldown_time", breaker.get("open").and_then(seconds));
    }
    if !fallbacks.is_empty() {
        router.put("fallbacks", list(fallbacks));
    }
    let mut tree = Table::default();
    tree.put("model_list", list(models));
    if !router.is_empty() {
        tree.put("router_settings", router.node());
    }
    tree.node()
}

fn seconds(node: &Node) -> Option<Node> {
    Some(Times::Seconds.write(node.text()?.parse().ok()?))
}

/// One number, or one for each kind of failure.
fn retry(layer: &Layer, router: &mut Table) {
    if layer.get("max-retries").is_some() {
        let retries = Retry::of(layer).and_then(|retry| retry.retries);
        return router.put_some("num_retries", retries.map(whole));
    }
    for (class, key) in [
        (Class::Network, "BadGatewayErrorRetries"),
        (Class::Timeout, "TimeoutErrorRetries"),
        (Class::RateLimit, "RateLimitErrorRetries"),
        (Class::Overload, "InternalServerErrorRetries"),
        (Class::Validation, "BadRequestErrorRetries"),
    ] {
        let times = layer.get(class.name()).and_then(Form::of).and_then(|form| form.times);
        let times = times.as_ref().and_then(import::whole);
        router.put_some(&format!("retry_policy.{key}"), times.map(whole));
    }
}
