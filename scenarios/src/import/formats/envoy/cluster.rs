//! Clusters: circuit breakers, which limit what is under way at a time.

use patterns::settings::{Node, Value};

use super::outlier::PICKS;
use crate::import::draft::{Draft, From, Layer};
use crate::import::parts::{default, layer_at, whole};
use crate::import::section::{Taken, get, take};
use crate::import::table::{Row, Section};
use crate::import::unit::Unit;

const CONNECTIONS: &str = "connections are not modelled";
const ELSEWHERE: &str = "where a cluster is says nothing of failures";
const BUDGET: &str = "`retry.budget`: `share(20%, least=3)`";

pub(super) static THRESHOLDS: Section = Section {
    place: "clusters[].circuit_breakers.thresholds[]",
    layer: "bulkhead",
    like: "",
    rows: &[
        Row::of("max_requests", "slots", Unit::Whole),
        Row::of("max_pending_requests", "queue", Unit::Whole),
        Row::with("max_connections", "slots", "if it is less, as with HTTP/1.1"),
        Row::with("max_retries", "retry.budget", "`retry.budget`: `fixed(3)`"),
        Row::with("retry_budget.budget_percent.value", "retry.budget", BUDGET).at_most(100.0),
        Row::with("retry_budget.min_retry_concurrency", "retry.budget", BUDGET),
        Row::out("retry_budget.budget_interval", "what is under way now is what counts"),
        Row::with("priority", "", "only `DEFAULT` is taken"),
        Row::out("track_remaining", "it says what is shown, not what is done"),
        Row::out("max_connection_pools", CONNECTIONS),
    ],
};

pub(super) static CLUSTER: Section = Section {
    place: "clusters[]",
    layer: "balance",
    like: "",
    rows: &[
        Row::of("lb_policy", "pick", Unit::Word(PICKS)),
        Row::of("common_lb_config.healthy_panic_threshold.value", "panic-percent", Unit::Whole)
            .at_most(100.0),
        Row::with("name", "", "the service"),
        Row::with("circuit_breakers", "", "the layer `bulkhead`"),
        Row::with("outlier_detection", "", "the layer `balance`"),
        Row::with("load_assignment", "", "as many hosts as are listed"),
        Row::out("connect_timeout", CONNECTIONS),
        Row::out("type", ELSEWHERE),
        Row::out("@type", ELSEWHERE),
        Row::out("alt_stat_name", ELSEWHERE),
        Row::out("dns_lookup_family", ELSEWHERE),
        Row::out("dns_refresh_rate", ELSEWHERE),
        Row::out("eds_cluster_config", ELSEWHERE),
        Row::out("transport_socket", CONNECTIONS),
        Row::out("http2_protocol_options", CONNECTIONS),
        Row::out("typed_extension_protocol_options", CONNECTIONS),
        Row::out("upstream_connection_options", CONNECTIONS),
        Row::out("max_requests_per_connection", CONNECTIONS),
        Row::out("health_checks", "a balance here goes by the calls themselves"),
    ],
};

/// What a retry may ask for, and where it is written.
pub(crate) type Budget = Option<(Node, Vec<From>)>;

/// The limits of a cluster, and what its retries may be.
pub(super) fn thresholds(cluster: &Node, draft: &mut Draft) -> Option<(Option<Layer>, Budget)> {
    let list = get(cluster, "circuit_breakers.thresholds", true)?;
    let Value::List(items) = &list.value else { return None };
    let mut found = None;
    for item in items {
        let priority = get(item, "priority", true).and_then(Node::text).unwrap_or("DEFAULT");
        if found.is_some() || priority != "DEFAULT" {
            let why = "only the first thresholds of the priority DEFAULT are taken";
            draft.leave(&item.at, format!("thresholds of the priority {priority}"), why);
            continue;
        }
        let from = layer_at(THRESHOLDS.layer, item, "circuit_breakers.thresholds").from;
        let mut taken = take(&THRESHOLDS, &[item], true, from, draft);
        pool(&mut taken, "max_connections", !is_http2(cluster), draft);
        let budget = threshold_budget(&taken, &KEYS, draft);
        let is_said = taken.layer.line("slots").is_some() || taken.layer.line("queue").is_some();
        let mut layer = taken.layer;
        default(&mut layer, "slots", whole(1024), "default of Envoy");
        default(&mut layer, "queue", whole(1024), "default of Envoy");
        found = Some((is_said.then_some(layer), budget));
    }
    found
}

/// Whether a connection of a cluster carries many requests, as it is written since v3 or before.
fn is_http2(cluster: &Node) -> bool {
    let typed = get(cluster, "typed_extension_protocol_options", true).and_then(Node::entries);
    let kinds = ["http2_protocol_options", "http3_protocol_options"];
    let is_set = |options: &Node, at: &str| {
        kinds.iter().any(|kind| get(options, &format!("{at}{kind}"), true).is_some())
    };
    is_set(cluster, "")
        || typed.into_iter().flatten().any(|one| is_set(&one.node, "explicit_http_config."))
}

/// Limits what is under way by the connections, if there are no more of them than requests: one of
/// HTTP/1.1 carries one request. Requests wait for a connection; what is beyond the limit of
/// requests is refused at once (Envoy's `conn_pool_base.cc`: `attachStreamToClient`).
pub(crate) fn pool(taken: &mut Taken<'_>, key: &str, carries_one: bool, draft: &mut Draft) {
    if let Some(entry) = taken.entry(key) {
        let Some(Value::Integer(most)) =
            taken.value(key, Unit::Whole, draft).map(|most| most.value)
        else {
            return;
        };
        let slots = taken.layer.line("slots").map(|line| line.value.clone());
        let is_more =
            matches!(slots, Some(Node { value: Value::Integer(slots), .. }) if slots < most);
        if carries_one && !is_more {
            if let Some(line) = taken.layer.line("slots") {
                let why = "no more connections of HTTP/1.1 are let through";
                draft.leave_from(&line.from.clone(), why);
            }
            taken.layer.set("slots", whole(most), From::entry(entry));
            return;
        }
        let why = "fewer requests than connections are let through, or HTTP/2 is spoken";
        draft.leave_entry(entry, why);
    }
    if taken.layer.line("slots").is_none() {
        return;
    }
    if let Some(line) = taken.layer.line("queue") {
        let why = "what is beyond the limit of requests is refused; these wait for a connection";
        draft.leave_from(&line.from.clone(), why);
    }
    let why = "what is beyond the limit of requests is refused";
    taken.layer.set("queue", whole(0), From::Default(why));
}

/// The keys that limit retries: a share of what is under way, with a least number; or a number.
#[derive(Debug)]
pub(crate) struct BudgetKeys {
    pub(crate) percent: &'static str,
    pub(crate) least: &'static str,
    pub(crate) fixed: &'static str,
}

const KEYS: BudgetKeys = BudgetKeys {
    percent: "retry_budget.budget_percent.value",
    least: "retry_budget.min_retry_concurrency",
    fixed: "max_retries",
};

/// What all retries together may be.
pub(crate) fn threshold_budget(taken: &Taken<'_>, keys: &BudgetKeys, draft: &mut Draft) -> Budget {
    let percent = taken.value(keys.percent, Unit::Factor, draft);
    let least = taken.value(keys.least, Unit::Whole, draft);
    let from: Vec<From> =
        [keys.percent, keys.least].into_iter().filter_map(|key| taken.from(key)).collect();
    if !from.is_empty() {
        if let Some(entry) = taken.entry(keys.fixed) {
            draft.leave_entry(entry, "the budget of retries takes its place");
        }
        let percent = percent.map_or_else(|| "20".to_owned(), |percent| percent.to_string());
        let percent = percent.strip_suffix(".0").unwrap_or(&percent);
        let least = least.map_or_else(|| "3".to_owned(), |least| least.to_string());
        return Some((Node::word(format!("share({percent}%, least={least})")), from));
    }
    let retries = taken.value(keys.fixed, Unit::Whole, draft)?;
    Some((Node::word(format!("fixed({retries})")), vec![taken.from(keys.fixed)?]))
}
