//! Finds clusters and routes, wherever they stand.

use patterns::settings::{Node, Value};

use crate::import::section::{get, same};

/// What was found in a document.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) clusters: Vec<&'a Node>,
    pub(super) routes: Vec<Route<'a>>,
}

/// A route, and where it leads.
#[derive(Clone, Debug)]
pub(super) struct Route<'a> {
    pub(super) clusters: Vec<&'a str>,
    /// What is written under `route`.
    pub(super) route: &'a Node,
    /// The policy of retries of the virtual host.
    pub(super) of_host: Option<&'a Node>,
}

pub(super) fn parts(document: &Node) -> Parts<'_> {
    let mut parts = Parts::default();
    look(document, false, None, &mut parts);
    parts
}

fn look<'a>(node: &'a Node, is_listed: bool, of_host: Option<&'a Node>, parts: &mut Parts<'a>) {
    match &node.value {
        Value::List(items) => {
            for item in items {
                look(item, is_listed, of_host, parts);
            }
        }
        Value::Table(entries) => {
            if is_listed || is_cluster(node) {
                return parts.clusters.push(node);
            }
            let is_host = get(node, "routes", true).is_some();
            let policy = get(node, "retry_policy", true).filter(|_| is_host);
            let of_host = policy.or(of_host);
            if let Some(route) = get(node, "route", true).filter(|route| route.entries().is_some())
            {
                let clusters = clusters_of(route);
                if !clusters.is_empty() {
                    parts.routes.push(Route { clusters, route, of_host });
                    return;
                }
            }
            for entry in entries {
                if same(&entry.key, "weighted_clusters", true) {
                    continue;
                }
                // All that is listed as a cluster is one, whatever it says.
                let is_list = same(&entry.key, "clusters", true);
                look(&entry.node, is_list, of_host, parts);
            }
        }
        _ => {}
    }
}

/// Whether a table is a cluster: it has a name, and something that only clusters have.
pub(super) fn is_cluster(node: &Node) -> bool {
    let marks = ["outlier_detection", "load_assignment", "lb_policy", "connect_timeout"];
    let has = |key: &str| get(node, key, true).is_some();
    let thresholds = get(node, "circuit_breakers.thresholds", true).is_some();
    has("name") && (thresholds || marks.iter().any(|key| has(key)))
}

/// The names of the clusters that a route leads to.
fn clusters_of(route: &Node) -> Vec<&str> {
    if let Some(name) = get(route, "cluster", true).and_then(Node::text) {
        return vec![name];
    }
    let weighted = get(route, "weighted_clusters.clusters", true);
    let Some(Value::List(items)) = weighted.map(|node| &node.value) else { return Vec::new() };
    items.iter().filter_map(|item| get(item, "name", true)?.text()).collect()
}

/// How many hosts a cluster lists, and where.
pub(super) fn hosts(cluster: &Node) -> Option<(usize, &Node)> {
    let endpoints = get(cluster, "load_assignment.endpoints", true)?;
    let Value::List(localities) = &endpoints.value else { return None };
    let of = |locality: &Node| match get(locality, "lb_endpoints", true).map(|node| &node.value) {
        Some(Value::List(hosts)) => hosts.len(),
        _ => 0,
    };
    let count = localities.iter().map(of).sum();
    (count > 0).then_some((count, endpoints))
}

/// Where something of the API v2 is named.
pub(super) fn of_version_2(node: &Node) -> Option<&Node> {
    match &node.value {
        Value::List(items) => items.iter().find_map(of_version_2),
        Value::Table(entries) => entries.iter().find_map(|entry| of_version_2(&entry.node)),
        Value::Text(text) => text.contains("envoy.api.v2").then_some(node),
        _ => None,
    }
}
