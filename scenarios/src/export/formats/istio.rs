//! Istio: a `VirtualService` and a `DestinationRule` for each policy, in one list.

use patterns::settings::{Node, Value};

use super::envoy::waits;
use crate::export::exporter::Exporter;
use crate::export::forms::{Form, Retry};
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, list, percent, whole, yes};
use crate::import::{self, Times};

pub(crate) static EXPORTER: Exporter = Exporter { name: NAME, is_json: false, tree, notes };

const NAME: &str = "istio";
const POLICY: &str = "DestinationRule.spec.trafficPolicy";

fn notes(policies: &[&Policy]) -> Vec<String> {
    let retries = policies.iter().any(|policy| policy.layer("retry").is_some());
    let on =
        "a class of failure is coarser than a condition: see whether `retryOn` is what you mean";
    retries.then(|| on.to_owned()).into_iter().collect()
}

fn tree(policies: &[&Policy]) -> Node {
    let both = |policy: &&Policy| [routes(policy), rule(policy)];
    let mut tree = Table::default();
    tree.put("apiVersion", Node::word("v1"));
    tree.put("kind", Node::word("List"));
    tree.put("items", list(policies.iter().flat_map(both)));
    tree.node()
}

fn resource(kind: &str, policy: &Policy, spec: Node) -> Node {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = policy.name.chars().map(kept).collect();
    let mut resource = Table::default();
    resource.put("apiVersion", Node::word("networking.istio.io/v1"));
    resource.put("kind", Node::word(kind));
    resource.put("metadata.name", Node::word(name));
    resource.put("spec", spec);
    resource.node()
}

fn routes(policy: &Policy) -> Node {
    let (above, below) = policy.timeouts();
    let retry = policy.layer("retry").and_then(Retry::of);
    let limit = |layer: Option<&Layer>| {
        let time = layer?.get("limit")?.text()?.parse().ok()?;
        Some(Times::Go.write(time))
    };
    let mut target = Table::default();
    target.put("destination.host", Node::word(&policy.name));
    let mut route = Table::default();
    route.put("route", list([target.node()]));
    match retry.filter(|retry| retry.retries != Some(0)) {
        Some(retry) => {
            let mut table = Table::of(
                NAME,
                "VirtualService.spec.http[].retries",
                &[
                    ("max-retries", retry.retries.map(whole)),
                    ("retry-on", Some(retry.on)),
                    ("base", retry.waits.base()),
                ],
            );
            table.put_some("perTryTimeout", limit(below));
            route.put_some("timeout", limit(above));
            route.put("retries", table.node());
        }
        // Every route has retries unless there are none.
        None => {
            route.put_some("timeout", limit(above).or(limit(below)));
            route.put("retries.attempts", whole(0));
        }
    }
    let mut spec = Table::default();
    spec.put("hosts", list([Node::word(&policy.name)]));
    spec.put("http", list([route.node()]));
    resource("VirtualService", policy, spec.node())
}

fn rule(policy: &Policy) -> Node {
    let number = |layer: Option<&Layer>, key: &str| {
        let node = layer?.get(key)?.clone();
        matches!(node.value, Value::Integer(number) if number > 0).then_some(node)
    };
    let (bulkhead, balance) = (policy.layer("bulkhead"), policy.layer("balance"));
    // Istio's default is another one than ours.
    let pick = balance.and_then(|layer| layer.get_or_default("pick")).cloned();
    let keys = [
        ("slots", number(bulkhead, "slots")),
        ("queue", number(bulkhead, "queue")),
        ("pick", pick),
    ];
    let mut rules = Table::of(NAME, POLICY, &keys);
    // Requests wait for connections alone.
    if bulkhead.and_then(|layer| layer.get("queue")).is_some_and(waits) {
        rules.put_some("connectionPool.tcp.maxConnections", number(bulkhead, "slots"));
    }
    let budget = policy.layer("retry").and_then(|layer| Form::of(layer.at("budget.kind")?));
    if let Some(budget) = budget {
        retries(&budget, &mut rules);
    }
    let ejects = |layer: &&Layer| layer.at("eject").is_some_and(|eject| eject.entries().is_some());
    if let Some(balance) = balance.filter(ejects) {
        rules.put("outlierDetection", outliers(balance));
    }
    let mut spec = Table::default();
    spec.put("host", Node::word(&policy.name));
    if !rules.is_empty() {
        spec.put("trafficPolicy", rules.node());
    }
    resource("DestinationRule", policy, spec.node())
}

/// What all retries together may be; without it Istio sets no limit.
fn retries(budget: &Form, rules: &mut Table) {
    let number = |key: &str| budget.get(key).and_then(import::whole).map(whole);
    match &*budget.name {
        "fixed" => rules.put_some("connectionPool.http.maxRetries", number("most")),
        "share" => {
            rules.put_some("retryBudget.percent", percent(budget.get("share")));
            let least = number("least").unwrap_or_else(|| whole(3));
            rules.put("retryBudget.minRetryConcurrency", least);
        }
        _ => {}
    }
}

/// The rules by which hosts are left out: 0 failures in a row are no rule.
fn outliers(balance: &Layer) -> Node {
    let at = |path: &str| balance.at(path).cloned();
    let in_a_row = |rule: &str| match balance.at(rule).map(|node| node.entries().is_some()) {
        Some(true) => balance.at(&format!("{rule}.failures")).cloned().or(Some(whole(5))),
        _ => Some(whole(0)),
    };
    let gateway = "eject.consecutive-gateway";
    // What nobody enforces is what Istio has where nothing is written.
    let is_idle = at(&format!("{gateway}.enforce-percent")) == Some(whole(0));
    let gateway = if is_idle { None } else { in_a_row(gateway) };
    let mut table = Table::of(
        NAME,
        "DestinationRule.spec.trafficPolicy.outlierDetection",
        &[
            ("eject.consecutive.failures", in_a_row("eject.consecutive")),
            ("eject.consecutive-gateway.failures", gateway),
            ("eject.interval", at("eject.interval")),
            ("eject.base-ejection-time", at("eject.base-ejection-time")),
            ("eject.max-ejection-percent", at("eject.max-ejection-percent").or(Some(whole(50)))),
            ("panic-percent", balance.get_or_default("panic-percent").cloned()),
        ],
    );
    if balance.at("eject.split-local").is_some_and(|node| node.entries().is_some()) {
        table.put("splitExternalLocalOriginErrors", yes());
    }
    table.node()
}
