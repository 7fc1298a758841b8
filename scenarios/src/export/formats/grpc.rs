//! gRPC: a configuration of methods for each policy.

use patterns::Class;
use patterns::settings::{Node, Value};

use crate::export::exporter::Exporter;
use crate::export::forms::{Form, Retry};
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, list, whole};
use crate::import;

pub(crate) static EXPORTER: Exporter =
    Exporter { name: NAME, is_json: true, tree, notes: |_| Vec::new() };

const NAME: &str = "grpc";

fn tree(policies: &[&Policy]) -> Node {
    let mut tree = Table::default();
    tree.put("methodConfig", list(policies.iter().map(|policy| method(policy))));
    let budgets = policies.iter().filter_map(|policy| {
        let own = policy.layer("retry-budget").and_then(|layer| layer.get("kind"));
        own.or(policy.layer("retry").and_then(|layer| layer.at("budget.kind")))
    });
    // One throttle holds for all methods.
    if let Some(form) = { budgets }.filter_map(Form::of).find(|form| form.name == "tokens") {
        let max = form.get("max").and_then(import::whole).map(whole);
        let ratio = form.get("ratio").and_then(import::decimal).unwrap_or(0.1);
        tree.put_some("retryThrottling.maxTokens", max);
        tree.put("retryThrottling.tokenRatio", Node::unwritten(Value::Float(ratio)));
    }
    tree.node()
}

fn method(policy: &Policy) -> Node {
    let mut method = Table::default();
    let mut name = Table::default();
    match policy.name.split_once('/') {
        Some((service, of_it)) => {
            name.put("service", Node::word(service));
            name.put("method", Node::word(of_it));
        }
        None if policy.name == "default" => {}
        None => name.put("service", Node::word(&policy.name)),
    }
    method.put("name", list([name.node()]));
    let (above, below) = policy.timeouts();
    let limit = above.or(below).and_then(|layer| layer.get("limit").cloned());
    method.add(NAME, "methodConfig[]", &[("limit", limit)]);
    let retry = policy.layer("retry").and_then(Retry::of);
    if let Some(retry) = retry {
        let factor = if retry.waits.grows() {
            retry.waits.factor()
        } else {
            Node::unwritten(Value::Float(1.0))
        };
        let cap = retry.waits.get("cap").cloned();
        // There is a longest wait in any case.
        let cap = cap.or_else(|| {
            if retry.waits.grows() { Some(Node::word("1h")) } else { retry.waits.base() }
        });
        let table = Table::of(
            NAME,
            "methodConfig[].retryPolicy",
            &[
                ("max-attempts", retry.retries.map(|retries| whole((retries + 1).max(2)))),
                ("base", retry.waits.base()),
                ("cap", cap),
                ("factor", Some(factor)),
                ("retry-on", Some(retry.on)),
            ],
        );
        // Without a code that can be said gRPC takes no policy.
        let policy = table.node();
        if policy.get("retryableStatusCodes").is_some() {
            method.put("retryPolicy", policy);
        }
    } else if let Some(hedge) = policy.layer("hedge") {
        method.put("hedgingPolicy", hedging(hedge));
    }
    method.node()
}

fn hedging(layer: &Layer) -> Node {
    let delay = layer.get("delay").and_then(|delay| match Form::of(delay) {
        Some(form) if form.name == "fixed" => form.get("delay").cloned(),
        _ => Some(delay.clone()),
    });
    let hedges = match layer.get("max-hedges").map(|node| &node.value) {
        Some(Value::Integer(hedges)) => *hedges,
        _ => 1,
    };
    // What is not fatal lets others go on.
    let fatal = layer.get("fatal").map_or_else(|| vec!["validation".to_owned()], names);
    let others = Class::ALL.iter().filter(|class| !fatal.iter().any(|name| name == class.name()));
    let others: Vec<Node> = others.map(Node::word).collect();
    Table::of(
        NAME,
        "methodConfig[].hedgingPolicy",
        &[
            ("max-attempts", Some(whole(hedges + 1))),
            ("hedging-delay", delay),
            ("non-fatal", Some(list(others)).filter(|node| *node != list([]))),
        ],
    )
    .node()
}

fn names(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ if node.text() == Some("all") => Class::ALL.map(|class| class.name().to_owned()).to_vec(),
        _ => Vec::new(),
    }
}
