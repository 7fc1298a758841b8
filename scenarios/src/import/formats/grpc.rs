//! gRPC: service configurations.
//!
//! Keys: `service_config.proto` of grpc/grpc-proto, and the proposals A6 (retries, hedging,
//! throttling) and A50 (outlier detection). The deadline of a method holds for all its attempts.

mod checks;
mod tables;

use patterns::settings::{Node, Value};

use crate::import::draft::{Draft, From, Layer};
use crate::import::importer::Importer;
use crate::import::parts::{HOSTS_ASSUMED, balanced, default, service};
use crate::import::section::{find, get, take};
use crate::import::table::Format;
use crate::import::unit::Unit;
use tables::{HEDGE, METHOD, OUTLIER, RETRY, ROOT};

pub(crate) static FORMAT: Format = Format {
    name: "grpc",
    about: "a service configuration of gRPC: `methodConfig`, `retryThrottling`",
    order: "timeout, retry or hedge, retry-budget, balance",
    source: "grpc/grpc-proto, `service_config.proto`; grpc/proposal, A6 and A50",
    relaxed: true,
    sections: &[&METHOD, &RETRY, &HEDGE, &ROOT, &OUTLIER],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

/// The configuration of a document: itself, or what the DNS record of a name says.
fn config(document: &Node) -> &Node {
    get(document, "serviceConfig", true).unwrap_or(document)
}

fn is(documents: &[Node]) -> bool {
    let keys = ["methodConfig", "retryThrottling", "loadBalancingConfig"];
    let has = |node: &Node| keys.iter().any(|key| get(node, key, true).is_some());
    documents.iter().any(|document| has(config(document)))
}

fn read(documents: &[Node], draft: &mut Draft) {
    for document in documents {
        let root = config(document);
        checks::whole(root, draft);
        let taken = take(&ROOT, &[root], true, From::Assumed, draft);
        let throttle = throttle(root, draft);
        let methods = taken.entry("methodConfig").map(|entry| &entry.node);
        let mut names = Vec::new();
        if let Some(Value::List(items)) = methods.map(|node| &node.value) {
            for item in items {
                names.push(method(item, throttle.as_ref(), draft));
            }
        }
        if let Some((_, from)) = throttle.as_ref().filter(|_| names.len() > 1) {
            let why = "here each method has a budget of its own; in gRPC all calls to a \
                       server share one";
            draft.leave_from(from, why);
        }
        if names.is_empty() && (throttle.is_some() || taken.entry("loadBalancingConfig").is_some())
        {
            let layers = throttle.iter().map(|(kind, from)| of_throttle(kind, from)).collect();
            names.push(service(draft, "service", From::Assumed, layers));
        }
        if let Some(balance) =
            taken.entry("loadBalancingConfig").and_then(|entry| eject(&entry.node, draft))
        {
            for at in names {
                balanced(draft, at, HOSTS_ASSUMED, &From::Assumed, balance.clone());
            }
        }
    }
    draft.about = format!("methods of gRPC ({})", draft.policies.len());
}

/// What throttles the retries of all methods: the budget, and where it is written.
fn throttle(root: &Node, draft: &mut Draft) -> Option<(Node, From)> {
    let entry = find(root, "retryThrottling", true)?;
    let taken = take(&ROOT, &[root], true, From::Assumed, draft);
    let max = taken.value("retryThrottling.maxTokens", Unit::Whole, draft);
    let ratio = taken.value("retryThrottling.tokenRatio", Unit::Factor, draft);
    let (max, ratio) = (max?, ratio?);
    Some((Node::word(format!("tokens({max}, ratio={ratio})")), From::entry(entry)))
}

fn of_throttle(kind: &Node, from: &From) -> Layer {
    let mut layer = Layer::new("retry-budget", from.clone());
    layer.set("kind", kind.clone(), from.clone());
    layer
}

/// What a method is called: the first name, with its service.
fn name(item: &Node) -> String {
    let Some(Value::List(names)) = get(item, "name", true).map(|node| &node.value) else {
        return "default".to_owned();
    };
    let Some(first) = names.first() else { return "default".to_owned() };
    let text = |key: &str| get(first, key, true).and_then(Node::text).unwrap_or_default();
    match (text("service"), text("method")) {
        ("", _) => "default".to_owned(),
        (service, "") => service.to_owned(),
        (service, method) => format!("{service}/{method}"),
    }
}

/// A service for the methods of one configuration.
fn method(item: &Node, throttle: Option<&(Node, From)>, draft: &mut Draft) -> usize {
    let theirs = name(item);
    let from = From::Written(item.at.start..item.at.start, format!("methodConfig of {theirs}"));
    if let Some(Value::List(names)) = get(item, "name", true).map(|node| &node.value) {
        for further in names.iter().skip(1) {
            draft.leave(&further.at, "name", "the methods of one configuration are one service");
        }
    }
    let taken = take(&METHOD, &[item], true, from.clone(), draft);
    let mut layers = Vec::new();
    if taken.layer.line("limit").is_some() {
        let mut timeout = taken.layer;
        let known = Node::unwritten(Value::Bool(true));
        default(&mut timeout, "propagates", known, "gRPC sends deadlines along");
        layers.push(timeout);
    }
    if let Some(policy) = get(item, "retryPolicy", true) {
        let mut retry = take(&RETRY, &[policy], true, written(policy, "retryPolicy"), draft).layer;
        match throttle {
            Some((kind, from)) => retry.set("budget", kind.clone(), from.clone()),
            None => {
                retry.set("budget", Node::word("none"), From::Default("without retryThrottling"));
            }
        }
        layers.push(retry);
    }
    if let Some(policy) = get(item, "hedgingPolicy", true) {
        let from = written(policy, "hedgingPolicy");
        layers.push(take(&HEDGE, &[policy], true, from, draft).layer);
        layers.extend(throttle.map(|(kind, from)| of_throttle(kind, from)));
    }
    service(draft, &theirs, from, layers)
}

fn written(node: &Node, said: &str) -> From {
    From::Written(node.at.start..node.at.start, said.to_owned())
}

/// The layer that leaves hosts out, if a balancer with outlier detection is asked for.
fn eject(list: &Node, draft: &mut Draft) -> Option<Layer> {
    let Value::List(items) = &list.value else { return None };
    let keys = ["outlier_detection", "outlier_detection_experimental"];
    let entry = items.iter().find_map(|item| keys.iter().find_map(|key| find(item, key, true)));
    for item in items {
        for other in item.entries().unwrap_or_default() {
            if entry.is_none_or(|entry| entry.key_at != other.key_at) {
                draft.leave_entry(other, "of balancers only `outlier_detection` is modelled");
            }
        }
    }
    let entry = entry?;
    let taken = take(&OUTLIER, &[&entry.node], true, From::entry(entry), draft);
    let mut layer = Layer::new(OUTLIER.layer, taken.layer.from.clone());
    layer.set("eject.like", Node::word("grpc"), From::Default(""));
    for (key, theirs) in [
        ("success-rate", "successRateEjection"),
        ("failure-percentage", "failurePercentageEjection"),
    ] {
        if get(&entry.node, theirs, true).is_none() {
            let off = From::Default("a rule that is not written is off");
            layer.set(&format!("eject.{key}"), Node::word("off"), off);
        }
    }
    layer.lines.extend(taken.layer.lines);
    Some(layer)
}
