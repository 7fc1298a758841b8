//! Envoy: a cluster for each policy, and a route to it.

use patterns::settings::{Node, Value, entry};

use crate::export::exporter::Exporter;
use crate::export::forms::{Form, Retry};
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, list, percent, whole, yes};
use crate::import::{self, Times};

pub(crate) static EXPORTER: Exporter = Exporter { name: NAME, is_json: false, tree, notes };

const NAME: &str = "envoy";

fn notes(policies: &[&Policy]) -> Vec<String> {
    let retries = policies.iter().any(|policy| policy.layer("retry").is_some());
    let on =
        "a class of failure is coarser than a condition: see whether `retry_on` is what you mean";
    let mut notes: Vec<String> = retries.then(|| on.to_owned()).into_iter().collect();
    let balances = policies.iter().any(|policy| policy.layer("balance").is_some());
    let hosts =
        "a scenario does not say where hosts are: put their addresses in place of those here";
    notes.extend(balances.then(|| hosts.to_owned()));
    notes
}

fn tree(policies: &[&Policy]) -> Node {
    let routes = policies.iter().map(|policy| {
        let mut route = Table::default();
        route.put("match.path_separated_prefix", Node::word(format!("/{}", policy.name)));
        route.put("route", self::route(policy));
        route.node()
    });
    let mut host = Table::default();
    host.put("name", Node::word("all"));
    host.put("domains", list([Node::word("*")]));
    host.put("routes", list(routes));
    let mut tree = Table::default();
    tree.put("route_config.virtual_hosts", list([host.node()]));
    tree.put("static_resources.clusters", list(policies.iter().map(|policy| cluster(policy))));
    tree.node()
}

fn route(policy: &Policy) -> Node {
    let (above, below) = policy.timeouts();
    let retry = policy.layer("retry").and_then(Retry::of);
    let mut route = Table::default();
    route.put("cluster", Node::word(&policy.name));
    let limit = above.and_then(|layer| layer.get("limit"));
    route.put("timeout", limit.and_then(proto).unwrap_or_else(|| Node::word("0s")));
    let per_try = below.and_then(|layer| layer.get("limit")).and_then(proto);
    match retry {
        Some(retry) => {
            let mut table = Table::of(
                NAME,
                "routes[].route.retry_policy",
                &[
                    ("max-retries", retry.retries.map(whole)),
                    ("retry-on", Some(retry.on)),
                    ("base", retry.waits.base()),
                    ("cap", retry.waits.get("cap").cloned()),
                ],
            );
            table.put_some("per_try_timeout", per_try);
            route.put("retry_policy", table.node());
        }
        // The timeout of a route is all there is without retries.
        None => {
            if let Some(limit) = per_try {
                route.put("timeout", limit);
            }
        }
    }
    route.node()
}

fn proto(node: &Node) -> Option<Node> {
    Some(Times::Proto.write(node.text()?.parse().ok()?))
}

fn cluster(policy: &Policy) -> Node {
    let mut cluster = Table::default();
    cluster.put("name", Node::word(&policy.name));
    cluster.put("connect_timeout", Node::word("5s"));
    let mut thresholds = Table::default();
    if let Some(bulkhead) = policy.layer("bulkhead") {
        let queue = bulkhead.get("queue").cloned().unwrap_or_else(|| whole(0));
        // Requests wait for connections alone.
        let slots = bulkhead.get("slots").filter(|slots| is_number(slots) && waits(&queue));
        thresholds.put_some("max_connections", slots.cloned());
        thresholds.add(
            NAME,
            "clusters[].circuit_breakers.thresholds[]",
            &[
                ("slots", bulkhead.get("slots").cloned().filter(is_number)),
                ("queue", Some(queue).filter(is_number)),
            ],
        );
    }
    if let Some(budget) = policy.layer("retry").and_then(|layer| layer.at("budget.kind")) {
        retries(budget, &mut thresholds);
    }
    if !thresholds.is_empty() {
        cluster.put("circuit_breakers.thresholds", list([thresholds.node()]));
    }
    if let Some(balance) = policy.layer("balance") {
        balanced(&policy.name, balance, &mut cluster);
    }
    cluster.node()
}

/// Whether a line of this length holds anybody.
pub(super) fn waits(queue: &Node) -> bool {
    !matches!(queue.value, Value::Integer(0))
}

fn is_number(node: &Node) -> bool {
    matches!(node.value, Value::Integer(_))
}

/// What all retries together may be.
fn retries(budget: &Node, thresholds: &mut Table) {
    let Some(form) = Form::of(budget) else { return };
    let number = |key: &str| form.get(key).and_then(import::whole).map(whole);
    match &*form.name {
        "fixed" => thresholds.put_some("max_retries", number("most")),
        "share" => {
            let percent = percent(form.get("share"));
            thresholds.put_some("retry_budget.budget_percent.value", percent);
            let least = number("least").unwrap_or_else(|| whole(3));
            thresholds.put("retry_budget.min_retry_concurrency", least);
        }
        _ => {}
    }
}

/// The hosts of a cluster, and which of them are left out.
fn balanced(name: &str, balance: &Layer, cluster: &mut Table) {
    let pick = balance.get("pick").cloned();
    let panic = balance.get("panic-percent").cloned();
    let mut own = Table::default();
    own.add(NAME, "clusters[]", &[("pick", pick), ("panic-percent", panic)]);
    for entry in own.node().entries().unwrap_or_default() {
        cluster.put(&entry.key, entry.node.clone());
    }
    let hosts = match balance.get("over").map(|node| &node.value) {
        Some(Value::List(hosts)) => hosts.len(),
        _ => 1,
    };
    let hosts = (1..=hosts).map(|number| {
        let mut host = Table::default();
        let address = Node::word(format!("{name}-{number}"));
        host.put("endpoint.address.socket_address.address", address);
        host.put("endpoint.address.socket_address.port_value", whole(80));
        host.node()
    });
    cluster.put("load_assignment.cluster_name", Node::word(name));
    let endpoints = Node::unwritten(Value::Table(vec![entry("lb_endpoints", list(hosts))]));
    cluster.put("load_assignment.endpoints", list([endpoints]));
    if balance.at("eject").is_some_and(|eject| eject.entries().is_some()) {
        cluster.put("outlier_detection", outliers(balance));
    }
}

/// The rules by which hosts are left out; what is not written here is our default, and theirs may
/// be another.
fn outliers(balance: &Layer) -> Node {
    let at = |path: &str| balance.at(path).cloned();
    let or = |path: &str, rule: &str, default: i128| {
        let is_on = balance.at(rule).is_some_and(|node| node.entries().is_some());
        at(path).or_else(|| is_on.then(|| whole(default)))
    };
    let off = |rule: &str, path: &str| match balance.at(rule).map(|node| node.entries().is_some()) {
        Some(true) => or(path, rule, 100),
        _ => Some(whole(0)),
    };
    let row = "eject.consecutive";
    let gate = "eject.consecutive-gateway";
    let (success, failure) = ("eject.success-rate", "eject.failure-percentage");
    let mut table = Table::of(
        NAME,
        "clusters[].outlier_detection",
        &[
            ("eject.consecutive.failures", or("eject.consecutive.failures", row, 5)),
            ("eject.consecutive.enforce-percent", off(row, "eject.consecutive.enforce-percent")),
            (
                "eject.consecutive-gateway.failures",
                or("eject.consecutive-gateway.failures", gate, 5),
            ),
            (
                "eject.consecutive-gateway.enforce-percent",
                off(gate, "eject.consecutive-gateway.enforce-percent"),
            ),
            ("eject.interval", at("eject.interval")),
            ("eject.base-ejection-time", at("eject.base-ejection-time")),
            ("eject.max-ejection-time", at("eject.max-ejection-time")),
            ("eject.ejection-jitter", at("eject.ejection-jitter")),
            ("eject.max-ejection-percent", at("eject.max-ejection-percent").or(Some(whole(50)))),
            ("eject.always-eject-one", at("eject.always-eject-one")),
            ("eject.success-rate.min-hosts", at("eject.success-rate.min-hosts")),
            ("eject.success-rate.min-calls", at("eject.success-rate.min-calls")),
            ("eject.success-rate.stdev-factor", at("eject.success-rate.stdev-factor")),
            (
                "eject.success-rate.enforce-percent",
                off(success, "eject.success-rate.enforce-percent"),
            ),
            ("eject.failure-percentage.threshold", at("eject.failure-percentage.threshold")),
            ("eject.failure-percentage.min-hosts", at("eject.failure-percentage.min-hosts")),
            ("eject.failure-percentage.min-calls", at("eject.failure-percentage.min-calls")),
            (
                "eject.failure-percentage.enforce-percent",
                off(failure, "eject.failure-percentage.enforce-percent"),
            ),
        ],
    );
    if balance.at("eject.split-local").is_some_and(|node| node.entries().is_some()) {
        table.put("split_external_local_origin_errors", yes());
    }
    table.node()
}
