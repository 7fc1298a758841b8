//! Polly: a section of options for each policy, as the standard handler has them if there are
//! timeouts above and below the retries.

use patterns::settings::{Node, Value};

use crate::export::exporter::Exporter;
use crate::export::forms::{Form, Retry};
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, named, whole};

pub(crate) static EXPORTER: Exporter =
    Exporter { name: NAME, is_json: true, tree, notes: |_| Vec::new() };

const NAME: &str = "polly";

fn tree(policies: &[&Policy]) -> Node {
    let sections = policies.iter().map(|policy| (policy.name.clone(), pipeline(policy)));
    named([("Resilience".to_owned(), named(sections))])
}

fn some(layer: &Layer, key: &str) -> Option<Node> {
    layer.get(key).cloned()
}

fn pipeline(policy: &Policy) -> Node {
    let mut table = Table::default();
    let (above, below) = policy.timeouts();
    let is_standard = above.is_some();
    let limit = |layer: &Layer, place: &str| {
        Table::of(NAME, place, &[("limit", some(layer, "limit"))]).node()
    };
    if let Some(bulkhead) = policy.layer("bulkhead") {
        let place = if is_standard { "RateLimiter" } else { "ConcurrencyLimiter" };
        let keys = ["slots", "queue", "order"];
        let limiter = Table::of(NAME, place, &keys.map(|key| (key, some(bulkhead, key))));
        table.put(place, limiter.node());
    }
    if let Some(above) = above {
        table.put("TotalRequestTimeout", limit(above, "TotalRequestTimeout"));
    }
    if let Some(hedge) = policy.layer("hedge") {
        let delay = hedge.get("delay").and_then(|delay| match Form::of(delay) {
            Some(form) if form.name == "fixed" => form.get("delay").cloned(),
            _ => Some(delay.clone()),
        });
        let hedges = some(hedge, "max-hedges").unwrap_or_else(|| whole(1));
        let keys = [("max-hedges", Some(hedges)), ("delay", delay)];
        table.put("Hedging", Table::of(NAME, "Hedging", &keys).node());
    }
    if let Some(layer) = policy.layer("retry")
        && let Some(retry) = Retry::of(layer)
    {
        table.put("Retry", self::retry(&retry, layer, is_standard));
    }
    if let Some(breaker) = policy.layer("breaker") {
        table.put("CircuitBreaker", self::breaker(breaker));
    }
    if let Some(below) = below {
        let place = if is_standard { "AttemptTimeout" } else { "Timeout" };
        table.put(place, limit(below, place));
    }
    table.node()
}

fn retry(retry: &Retry, layer: &Layer, is_standard: bool) -> Node {
    let backoff = match &*retry.waits.name {
        "linear" => "linear",
        "exponential" => "exponential",
        _ => "constant",
    };
    let mut table = Table::of(
        NAME,
        "Retry",
        &[
            ("max-retries", retry.retries.map(whole)),
            ("base", retry.waits.base()),
            ("cap", retry.waits.get("cap").cloned()),
            ("backoff", Some(Node::word(backoff))),
        ],
    );
    let spreads = retry.waits.get("jitter").is_some();
    if spreads || is_standard {
        table.put("UseJitter", Node::unwritten(Value::Bool(spreads)));
    }
    let hint = layer.get("retry-after").and_then(Node::text).unwrap_or("floor");
    if is_standard || hint != "ignore" {
        table.put("ShouldRetryAfterHeader", Node::unwritten(Value::Bool(hint != "ignore")));
    }
    table.node()
}

fn breaker(layer: &Layer) -> Node {
    let failures = some(layer, "failures");
    let window = layer.get("window").and_then(|window| match Form::of(window) {
        Some(form) => form.get("size").cloned().or_else(|| window.text().map(Node::word)),
        None => Some(window.clone()),
    });
    let all = failures.as_ref().map(|_| Node::unwritten(Value::Float(1.0)));
    // `BreakDuration` alone: what grows is a matter of a program.
    let open = layer.get("open").and_then(|open| match open.text() {
        Some(_) => Some(open.clone()),
        None => Form::of(open)?.base(),
    });
    Table::of(
        NAME,
        "CircuitBreaker",
        &[
            ("rate", some(layer, "rate").or(all)),
            ("min-calls", some(layer, "min-calls").or(failures).map(at_least_two)),
            ("window", window),
            ("open", open),
        ],
    )
    .node()
}

/// Polly takes no `MinimumThroughput` below 2.
fn at_least_two(node: Node) -> Node {
    match node.value {
        Value::Integer(calls) => whole(calls.max(2)),
        _ => node,
    }
}
