//! Envoy: clusters and routes.
//!
//! Keys and defaults: `config/cluster/v3` (`circuit_breaker.proto`, `outlier_detection.proto`) and
//! `config/route/v3/route_components.proto` of the API. A request goes through the timeout of its
//! route, its retries, each with its own timeout, the circuit breakers of the cluster, and to one
//! of its hosts, of which outlier detection leaves some out.

mod cluster;
mod find;
mod outlier;
mod route;

pub(super) use cluster::{Budget, BudgetKeys, pool, threshold_budget};
pub(super) use route::{NO_CLASS, ON};

use patterns::settings::{Code, Node};

use crate::diagnostic::Diagnostic;
use crate::import::draft::{Draft, From, Line};
use crate::import::importer::Importer;
use crate::import::parts::{HOSTS_ASSUMED, balanced, line, service, whole};
use crate::import::section::{get, take};
use crate::import::shape::check;
use crate::import::table::Format;

pub(crate) static FORMAT: Format = Format {
    name: "envoy",
    about: "clusters and routes of Envoy's API v3, in YAML or JSON",
    order: "timeout, retry, timeout of a try, bulkhead, balance",
    source: "envoyproxy/envoy, `api/envoy/config/cluster/v3`, `api/envoy/config/route/v3`",
    relaxed: true,
    sections: &[
        &route::TIMEOUT,
        &route::RETRY,
        &cluster::THRESHOLDS,
        &cluster::CLUSTER,
        &outlier::OUTLIER,
    ],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

/// What must be a table or a list, wherever it stands.
const SHAPES: [&str; 16] = [
    "**/static_resources/{}",
    "**/clusters/[]/{}",
    "**/clusters/[]/name/$",
    "**/route_config/virtual_hosts/[]/{}",
    "**/virtual_hosts/[]/routes/[]/{}",
    "**/virtual_hosts/[]/retry_policy/{}",
    "**/routes/[]/route/{}",
    "**/route/retry_policy/{}",
    "**/route/cluster/$",
    "**/retry_policy/retry_back_off/{}",
    "**/outlier_detection/{}",
    "**/circuit_breakers/thresholds/[]/{}",
    "**/thresholds/[]/retry_budget/{}",
    "**/load_assignment/endpoints/[]/lb_endpoints/[]/{}",
    "**/weighted_clusters/clusters/[]/{}",
    "**/common_lb_config/{}",
];

fn is(documents: &[Node]) -> bool {
    let roots =
        ["static_resources", "virtual_hosts", "route_config", "clusters", "circuit_breakers"];
    let has = |document: &Node| {
        // Resources of Kubernetes may have clusters of their own.
        if document.get("kind").is_some() {
            return false;
        }
        let is_course = document
            .get("circuit_breakers")
            .is_some_and(|breakers| breakers.get("thresholds").is_none());
        !is_course && roots.iter().any(|root| get(document, root, true).is_some())
            || find::parts(document).clusters.iter().any(|cluster| find::is_cluster(cluster))
    };
    documents.iter().any(has)
}

fn read(documents: &[Node], draft: &mut Draft) {
    let mut routes = Vec::new();
    let mut clusters = Vec::new();
    for document in documents {
        check(document, &SHAPES, true, draft);
        if let Some(node) = find::of_version_2(document) {
            let message = "this is of the API v2 of Envoy, which is no longer there; v3 is read";
            draft.wrong(Diagnostic::new(node.at.clone(), Code::Renamed, message));
        }
        let parts = find::parts(document);
        routes.extend(parts.routes);
        clusters.extend(parts.clusters);
        let known = ["static_resources", "clusters", "virtual_hosts", "route_config", "resources"];
        for entry in document.entries().unwrap_or_default() {
            let is_whole = document.get("name").is_some() || known.contains(&&*entry.key);
            if !is_whole {
                draft.leave_entry(entry, "only clusters and routes are looked at");
            }
        }
    }
    // Each cluster with the first route that leads to it.
    let mut done: Vec<&Node> = Vec::new();
    for cluster in &clusters {
        if done.iter().any(|other| other.at == cluster.at) || cluster.entries().is_none() {
            continue;
        }
        let Some(name) = get(cluster, "name", true).and_then(Node::text) else {
            if get(cluster, "name", true).is_none() {
                let at = cluster.at.start..cluster.at.start;
                draft.wrong(Diagnostic::new(at, Code::Missing, "this cluster has no `name`"));
            }
            continue;
        };
        let is_it = |other: &&&Node| get(other, "name", true).and_then(Node::text) == Some(name);
        if done.iter().any(|other| is_it(&other)) {
            let at = get(cluster, "name", true).map_or(0..0, |node| node.at.clone());
            let message = format!("there is a cluster `{name}` already");
            draft.wrong(Diagnostic::new(at, Code::Twice, message));
            continue;
        }
        done.push(cluster);
        let mut to_it = routes.iter().filter(|route| route.clusters.contains(&name));
        let route = to_it.next();
        for further in to_it {
            let why = format!("the first route to `{name}` is taken");
            draft.leave(&further.route.at, "route", &why);
        }
        one(name, Some(cluster), route, draft);
    }
    let is_done = |name: &&str| {
        clusters.iter().any(|one| get(one, "name", true).and_then(Node::text) == Some(name))
    };
    let mut others: Vec<&str> = Vec::new();
    for route in &routes {
        for name in route.clusters.iter().filter(|name| !is_done(name)) {
            if !others.contains(name) {
                others.push(name);
                one(name, None, Some(route), draft);
            }
        }
    }
    draft.about = format!("clusters of Envoy ({})", done.len() + others.len());
}

/// A service for a cluster, with the layers of the route to it and its own.
fn one(name: &str, cluster: Option<&Node>, route: Option<&find::Route<'_>>, draft: &mut Draft) {
    let mut layers = Vec::new();
    let thresholds = cluster.and_then(|cluster| cluster::thresholds(cluster, draft));
    let (limits, mut budget) = thresholds.unwrap_or_default();
    if let Some(route) = route {
        layers.extend(route::timeout(route, draft));
        let (retry, per_try) = route::retry(route, draft);
        if let Some(mut retry) = retry {
            if let Some((budget, from)) = budget.take() {
                retry.set("budget", budget, from[0].clone());
            }
            layers.push(retry);
        }
        layers.extend(per_try);
    }
    for from in budget.into_iter().flat_map(|(_, from)| from) {
        draft.leave_from(&from, "nothing is retried");
    }
    layers.extend(limits);
    let from = cluster.or(route.map(|route| route.route)).map_or(From::Assumed, |node| {
        From::Written(node.at.start..node.at.start, format!("cluster {name}"))
    });
    let at = service(draft, name, from, layers);
    let Some(cluster) = cluster else { return };
    let taken = take(&cluster::CLUSTER, &[cluster], true, From::Assumed, draft);
    let pick = taken.layer.lines.clone();
    let hosts = find::hosts(cluster);
    match outlier::eject(cluster, draft) {
        Some(mut layer) => {
            layer.lines.extend(pick);
            let from = From::Assumed;
            balanced(draft, at, hosts.map_or(HOSTS_ASSUMED, |(count, _)| count), &from, layer);
        }
        None => {
            if let Some((count, node)) = hosts.filter(|(count, _)| *count > 1) {
                let said = format!("lb_endpoints ({count})");
                let count = whole(count.min(1000) as i128);
                draft.services[at].lines.push(line("count", count, &node.at, said));
                let is_taken =
                    |line: &Line| line.key == "pick" && line.value.text() != Some("by-caller");
                let (taken, left): (Vec<Line>, Vec<Line>) = pick.into_iter().partition(is_taken);
                draft.services[at].lines.extend(taken);
                for line in left {
                    draft.leave_from(&line.from, "the hosts are one service: none is left out");
                }
            } else {
                for line in pick {
                    draft.leave_from(&line.from, "how many hosts there are no file says");
                }
            }
        }
    }
}
