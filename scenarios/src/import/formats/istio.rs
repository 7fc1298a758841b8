//! Istio: `DestinationRule` and `VirtualService`.
//!
//! Keys and defaults: `networking/v1/destination_rule.proto` and `virtual_service.proto` of
//! istio/api. Istio makes a configuration of Envoy of them, so the layers are those of Envoy; it
//! turns rules on success rates off (`applyOutlierDetection`), has no timeout of a route, tries
//! every call up to two times again (`DefaultPolicy` of its retries), limits nothing that is not
//! written (`getDefaultCircuitBreakerThresholds`), and picks of two hosts the one with less to do
//! (`defaultLBAlgorithm`).

mod tables;

use patterns::Class;
use patterns::settings::{Code, Node, Value};

use super::envoy::{Budget, BudgetKeys, pool, threshold_budget};
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::import::draft::{Draft, From, Layer};
use crate::import::importer::Importer;
use crate::import::parts::{
    HOSTS_ASSUMED, IN_A_ROW, balanced, default, off_at_zero, service, whole,
};
use crate::import::section::{get, same, take};
use crate::import::shape::check;
use crate::import::table::{Format, Section};
use crate::import::words::classes;
use tables::{GO, HTTP, OUTLIER, POLICY, RETRIES};

pub(crate) static FORMAT: Format = Format {
    name: "istio",
    about: "`DestinationRule` and `VirtualService` of Istio",
    order: "timeout, retry, timeout of a try, bulkhead, balance",
    source: "istio/api, `networking/v1/destination_rule.proto`, `virtual_service.proto`; defaults \
             of istio/istio, `pilot/pkg/networking/core`",
    relaxed: true,
    sections: &[&HTTP, &RETRIES, &POLICY, &OUTLIER],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha3"];
const DEFAULT: &str = "default of Istio";
const UNLIMITED: &str = "Istio sets no limit without `maxRetries`";
const PICK: &str = "LEAST_REQUEST is the default of Istio";
const PANIC: &str = "Istio turns it off without `minHealthPercent`";

/// What limits retries.
const BUDGET: BudgetKeys = BudgetKeys {
    percent: "retryBudget.percent",
    least: "retryBudget.minRetryConcurrency",
    fixed: "connectionPool.http.maxRetries",
};

/// All resources, also those of a list.
fn resources(documents: &[Node]) -> Vec<&Node> {
    let mut all = Vec::new();
    for document in documents {
        match document.get("items").map(|items| &items.value) {
            Some(Value::List(items)) if kind(document).ends_with("List") => all.extend(items),
            _ => all.push(document),
        }
    }
    all
}

fn kind(node: &Node) -> &str {
    node.get("kind").and_then(Node::text).unwrap_or_default()
}

fn is(documents: &[Node]) -> bool {
    let is_one = |node: &&Node| ["DestinationRule", "VirtualService"].contains(&kind(node));
    resources(documents).iter().any(is_one)
}

/// What is said of one host.
#[derive(Default)]
struct Host<'a> {
    name: &'a str,
    policy: Option<&'a Node>,
    http: Option<&'a Node>,
}

fn read(documents: &[Node], draft: &mut Draft) {
    let mut hosts: Vec<Host<'_>> = Vec::new();
    for document in documents {
        check(document, &["items/[]/{}"], true, draft);
    }
    for resource in resources(documents) {
        if resource.entries().is_none() {
            continue;
        }
        let is_rule = kind(resource) == "DestinationRule";
        if !is_rule && kind(resource) != "VirtualService" {
            let why = "only `DestinationRule` and `VirtualService` are looked at";
            draft.leave(&resource.at, format!("kind = {}", kind(resource)), why);
            continue;
        }
        version(resource, draft);
        check(resource, if is_rule { &OF_RULES } else { &OF_ROUTES }, true, draft);
        let Some(spec) = resource.get("spec") else {
            draft.wrong(missing(resource, "this resource", "spec"));
            continue;
        };
        if is_rule { rule(spec, &mut hosts, draft) } else { routes(spec, &mut hosts, draft) }
    }
    for host in &hosts {
        one(host, draft);
    }
    draft.about = format!("hosts of Istio ({})", hosts.len());
}

/// What must be a table, a list or a text in a rule.
const OF_RULES: [&str; 6] = [
    "metadata/{}",
    "spec/host/$",
    "spec/trafficPolicy/connectionPool/tcp|http/{}",
    "spec/trafficPolicy/outlierDetection/{}",
    "spec/trafficPolicy/loadBalancer/{}",
    "spec/subsets/[]/{}",
];

/// What must be a table, a list or a text in routes.
const OF_ROUTES: [&str; 4] = [
    "metadata/{}",
    "spec/hosts/[]/$",
    "spec/http/[]/route/[]/destination/host/$",
    "spec/http/[]/retries/{}",
];

/// A key that must be there is not.
fn missing(node: &Node, what: &str, key: &str) -> Diagnostic {
    let at = node.at.start..node.at.start;
    Diagnostic::new(at, Code::Missing, format!("{what} has no `{key}`"))
}

/// The version of the API must be one that is known.
fn version(resource: &Node, draft: &mut Draft) {
    let Some(node) = resource.get("apiVersion") else {
        return draft.wrong(missing(resource, "this resource", "apiVersion"));
    };
    let text = node.text().unwrap_or_default();
    let version = text.strip_prefix("networking.istio.io/");
    if !version.is_some_and(|version| VERSIONS.contains(&version)) {
        let message = format!("the version `{text}` of this resource is not known");
        let known = VERSIONS.map(|version| format!("networking.istio.io/{version}"));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let wrong = Diagnostic::new(node.at.clone(), Code::UnknownName, message);
        draft.wrong(wrong.help(nearest_or_all(text, &known)));
    }
}

/// A host by its short name: `reviews` of `reviews.shop.svc.cluster.local`.
fn short(host: &str) -> &str {
    let is_full = host.ends_with(".svc.cluster.local");
    if is_full { host.split('.').next().unwrap_or(host) } else { host }
}

fn host<'a, 'b>(name: &'a str, hosts: &'b mut Vec<Host<'a>>) -> &'b mut Host<'a> {
    let at = hosts.iter().position(|host| short(host.name) == short(name));
    let at = at.unwrap_or_else(|| {
        hosts.push(Host { name, ..Host::default() });
        hosts.len() - 1
    });
    &mut hosts[at]
}

fn rule<'a>(spec: &'a Node, hosts: &mut Vec<Host<'a>>, draft: &mut Draft) {
    let Some(name) = spec.get("host").and_then(Node::text) else {
        if spec.entries().is_some() && spec.get("host").is_none() {
            draft.wrong(missing(spec, "this rule", "host"));
        }
        return;
    };
    for entry in spec.entries().unwrap_or_default() {
        let why = match &*entry.key {
            "host" | "trafficPolicy" => continue,
            "subsets" => "what holds for a part of the hosts alone is not modelled",
            _ => "it says nothing of failures",
        };
        draft.leave_entry(entry, why);
    }
    let found = host(name, hosts);
    if let (Some(policy), Some(_)) = (spec.get("trafficPolicy"), found.policy) {
        draft.leave(&policy.at, "trafficPolicy", "the first one for the host is taken");
    } else {
        found.policy = spec.get("trafficPolicy");
    }
}

fn routes<'a>(spec: &'a Node, hosts: &mut Vec<Host<'a>>, draft: &mut Draft) {
    for entry in spec.entries().unwrap_or_default() {
        if !["hosts", "http", "gateways", "exportTo"].contains(&&*entry.key) {
            draft.leave_entry(entry, "only routes of HTTP are looked at");
        }
    }
    let Some(Value::List(items)) = spec.get("http").map(|http| &http.value) else { return };
    for http in items {
        let Some(Value::List(targets)) = http.get("route").map(|route| &route.value) else {
            continue;
        };
        let mut names: Vec<&str> = Vec::new();
        for target in targets {
            leave_of_target(target, draft);
            let name = get(target, "destination.host", true).and_then(Node::text);
            names.extend(name.filter(|name| names.iter().all(|other| short(other) != short(name))));
        }
        for name in names {
            let found = host(name, hosts);
            if found.http.is_some() {
                let why = format!("the first route to `{name}` is taken");
                draft.leave(&http.at, "http", &why);
            } else {
                found.http = Some(http);
            }
        }
    }
}

/// Leaves out what a target says beside its host.
fn leave_of_target(target: &Node, draft: &mut Draft) {
    for entry in target.entries().unwrap_or_default() {
        match &*entry.key {
            "destination" => {
                let others = entry.node.entries().unwrap_or_default().iter();
                for other in others.filter(|other| other.key != "host") {
                    draft.leave_entry(other, "a host is one service, with all its parts");
                }
            }
            "weight" => {
                let why = "the agents call each of these services: say in their steps how often";
                draft.leave_entry(entry, why);
            }
            _ => draft.leave_entry(entry, "it says nothing of failures"),
        }
    }
}

fn written(node: &Node, said: &str) -> From {
    From::Written(node.at.start..node.at.start, said.to_owned())
}

/// A service for a host, with the layers of the routes to it and of its policy.
fn one(host: &Host<'_>, draft: &mut Draft) {
    let mut layers = Vec::new();
    let pool = host.policy.map(|policy| connection_pool(policy, draft));
    let (limits, mut budget) = pool.unwrap_or_default();
    let mut retry = None;
    if let Some(http) = host.http {
        let mut taken = take(&HTTP, &[http], true, written(http, "http"), draft);
        if let Some(limit) = taken.value("timeout", GO, draft)
            && let Some(from) = taken.from("timeout")
        {
            taken.layer.set("limit", limit, from);
            layers.push(taken.layer);
        }
        retry = get(http, "retries", true);
    }
    let (retry, per_try) = retries(retry, draft);
    if let Some(mut retry) = retry {
        match budget.take() {
            Some((budget, from)) => retry.set("budget", budget, from[0].clone()),
            // Envoy's own limit of 3 retries at a time is not there.
            None => default(&mut retry, "budget", Node::word("none"), UNLIMITED),
        }
        layers.push(retry);
    }
    layers.extend(per_try);
    for from in budget.into_iter().flat_map(|(_, from)| from) {
        draft.leave_from(&from, "nothing is retried");
    }
    layers.extend(limits);
    let from = host
        .policy
        .or(host.http)
        .map_or(From::Assumed, |node| written(node, &format!("host {}", host.name)));
    let at = service(draft, host.name, from, layers);
    if let Some(balance) = host.policy.and_then(|policy| eject(policy, draft)) {
        balanced(draft, at, HOSTS_ASSUMED, &From::Assumed, balance);
    }
}

/// The retries of a route, and the timeout of each try. Every host has some unless they are set.
fn retries(node: Option<&Node>, draft: &mut Draft) -> (Option<Layer>, Option<Layer>) {
    let from = node.map_or(From::Default(DEFAULT), |node| written(node, "retries"));
    let empty = Node::unwritten(Value::Table(Vec::new()));
    let taken = take(&RETRIES, &[node.unwrap_or(&empty)], true, from, draft);
    let per_try = taken.value("perTryTimeout", GO, draft).zip(taken.from("perTryTimeout"));
    let per_try = per_try.map(|(limit, from)| {
        let mut layer = Layer::new("timeout", from.clone());
        layer.set("limit", limit, from);
        layer
    });
    let mut layer = taken.layer;
    if let Some(line) = layer.line("max-retries").filter(|line| line.value == whole(0)) {
        let others = ["retryOn", "perTryTimeout", "retryRemoteLocalities"];
        let other = others.into_iter().find(|key| node.is_some_and(|node| has(node, key)));
        if let (Some(other), From::Entry { value_at, .. }) = (other, &line.from) {
            let message =
                format!("`attempts` is 0, and `{other}` says how: Istio takes only one of them");
            draft.wrong(Diagnostic::new(value_at.clone(), Code::Conflict, message));
        }
        return (None, per_try);
    }
    default(&mut layer, "max-retries", whole(2), DEFAULT);
    let on = classes([Class::Network, Class::Overload]);
    default(&mut layer, "retry-on", on, "connect-failure,refused-stream,unavailable,cancelled,503");
    (Some(layer), per_try)
}

/// A policy without the limits that are 0, which Istio takes as not written.
fn without_zeros(policy: &Node, draft: &mut Draft) -> Node {
    let mut policy = policy.clone();
    let Value::Table(entries) = &mut policy.value else { return policy };
    let pools = entries.iter_mut().filter(|entry| same(&entry.key, "connectionPool", true));
    for pool in pools {
        let Value::Table(parts) = &mut pool.node.value else { continue };
        for part in parts {
            let Value::Table(limits) = &mut part.node.value else { continue };
            limits.retain(|entry| {
                let is_zero = entry.node.value == Value::Integer(0);
                if is_zero {
                    draft.leave_entry(entry, "0 is as if it were not written");
                }
                !is_zero
            });
        }
    }
    policy
}

fn has(node: &Node, key: &str) -> bool {
    get(node, key, true).is_some()
}

/// The limits of a host, and what its retries may be.
fn connection_pool(policy: &Node, draft: &mut Draft) -> (Option<Layer>, Budget) {
    let from = written(policy, "trafficPolicy");
    let policy = &without_zeros(policy, draft);
    let mut taken = take(&POLICY, &[policy], true, from, draft);
    let upgrade = get(policy, "connectionPool.http.h2UpgradePolicy", true).and_then(Node::text);
    let carries_one = upgrade != Some("UPGRADE");
    pool(&mut taken, "connectionPool.tcp.maxConnections", carries_one, draft);
    let budget = threshold_budget(&taken, &BUDGET, draft);
    let mut layer = taken.layer;
    if let Some(pick) = layer.line("pick").filter(|_| !has(policy, "outlierDetection")) {
        draft.leave_from(&pick.from, "how many hosts there are no file says: they are one service");
    }
    layer.lines.retain(|line| line.key != "pick");
    if layer.lines.is_empty() {
        return (None, budget);
    }
    let unlimited = || Node::word("unlimited");
    default(&mut layer, "slots", unlimited(), DEFAULT);
    default(&mut layer, "queue", unlimited(), DEFAULT);
    (Some(layer), budget)
}

/// The layer that leaves hosts out, if the policy has one.
fn eject(policy: &Node, draft: &mut Draft) -> Option<Layer> {
    let node = get(policy, "outlierDetection", true)?;
    let taken = take(&OUTLIER, &[node], true, written(node, "outlierDetection"), draft);
    let mut layer = Layer::new(OUTLIER.layer, taken.layer.from.clone());
    layer.set("eject.like", Node::word("envoy"), From::Default(""));
    layer.lines.extend(taken.layer.lines.clone());
    // What Istio writes for Envoy, whatever is set.
    default(&mut layer, "eject.success-rate", Node::word("off"), "Istio turns it off");
    default(&mut layer, "eject.failure-percentage", Node::word("off"), "Istio turns it off");
    if layer.line("eject.consecutive-gateway.failures").is_some() {
        let always = "Istio enforces what is written";
        default(&mut layer, "eject.consecutive-gateway.enforce-percent", whole(100), always);
    }
    let split = "splitExternalLocalOriginErrors";
    if let Some(from) = taken.on(split, draft) {
        layer.set("eject.split-local", Node::unwritten(Value::Table(Vec::new())), from);
    }
    off_at_zero(&mut layer, &IN_A_ROW);
    let lines = take_pick(&POLICY, policy);
    layer.lines.extend(lines.lines.into_iter().filter(|line| line.key == "pick"));
    if has(policy, "loadBalancer.consistentHash") {
        default(&mut layer, "pick", Node::word("by-caller"), "by the hash of the request");
    }
    default(&mut layer, "pick", Node::word("two-choices"), PICK);
    default(&mut layer, "panic-percent", whole(0), PANIC);
    Some(layer)
}

/// The policy once more, for how a host is picked; what else it says was told before.
fn take_pick(section: &'static Section, policy: &Node) -> Layer {
    take(section, &[policy], true, From::Assumed, &mut Draft::default()).layer
}
