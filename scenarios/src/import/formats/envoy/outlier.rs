//! Outlier detection: which hosts are left out for a while.

use patterns::settings::{Node, Value};

use crate::import::draft::{Draft, From, Layer};
use crate::import::parts::{IN_A_ROW, layer_at, off_at_zero};
use crate::import::section::{get, take};
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;

const PROTO: Unit = Unit::Time(Times::Proto);
const LOCAL: &str = "with `split_external_local_origin_errors`";

/// How a cluster picks a host.
pub(super) static PICKS: &[(&str, &str)] = &[
    ("ROUND_ROBIN", "round-robin"),
    ("LEAST_REQUEST", "two-choices"),
    ("RANDOM", "random"),
    ("RING_HASH", "by-caller"),
    ("MAGLEV", "by-caller"),
    ("CLUSTER_PROVIDED", "round-robin"),
    ("LOAD_BALANCING_POLICY_CONFIG", "round-robin"),
];

pub(super) static OUTLIER: Section = Section {
    place: "clusters[].outlier_detection",
    layer: "balance",
    like: "",
    rows: &[
        Row::of("consecutive_5xx", "eject.consecutive.failures", Unit::Whole),
        Row::of("enforcing_consecutive_5xx", "eject.consecutive.enforce-percent", Unit::Whole)
            .at_most(100.0),
        Row::of("consecutive_gateway_failure", "eject.consecutive-gateway.failures", Unit::Whole),
        Row::of(
            "enforcing_consecutive_gateway_failure",
            "eject.consecutive-gateway.enforce-percent",
            Unit::Whole,
        )
        .at_most(100.0),
        Row::of("interval", "eject.interval", PROTO).more_than(0.0),
        Row::of("base_ejection_time", "eject.base-ejection-time", PROTO).more_than(0.0),
        Row::of("max_ejection_time", "eject.max-ejection-time", PROTO).more_than(0.0),
        Row::of("max_ejection_time_jitter", "eject.ejection-jitter", PROTO),
        Row::of("max_ejection_percent", "eject.max-ejection-percent", Unit::Whole).at_most(100.0),
        Row::of("always_eject_one_host", "eject.always-eject-one", Unit::Flag),
        Row::of("success_rate_minimum_hosts", "eject.success-rate.min-hosts", Unit::Whole),
        Row::of("success_rate_request_volume", "eject.success-rate.min-calls", Unit::Whole),
        Row::of("success_rate_stdev_factor", "eject.success-rate.stdev-factor", Unit::Whole),
        Row::of("enforcing_success_rate", "eject.success-rate.enforce-percent", Unit::Whole)
            .at_most(100.0),
        Row::of("failure_percentage_threshold", "eject.failure-percentage.threshold", Unit::Whole)
            .at_most(100.0),
        Row::of(
            "failure_percentage_minimum_hosts",
            "eject.failure-percentage.min-hosts",
            Unit::Whole,
        ),
        Row::of(
            "failure_percentage_request_volume",
            "eject.failure-percentage.min-calls",
            Unit::Whole,
        ),
        Row::of(
            "enforcing_failure_percentage",
            "eject.failure-percentage.enforce-percent",
            Unit::Whole,
        )
        .at_most(100.0),
        Row::with("split_external_local_origin_errors", "eject.split-local", "`{}` if it is true"),
        Row::out("consecutive_local_origin_failure", LOCAL),
        Row::out("enforcing_consecutive_local_origin_failure", LOCAL),
        Row::out("enforcing_local_origin_success_rate", LOCAL),
        Row::out("enforcing_failure_percentage_local_origin", LOCAL),
        Row::out("successful_active_health_check_uneject_host", "there are no health checks here"),
        Row::out("monitors", "what a program decides no file says"),
    ],
};

/// The layer that leaves hosts out, if the cluster has one.
pub(super) fn eject(cluster: &Node, draft: &mut Draft) -> Option<Layer> {
    let node = get(cluster, "outlier_detection", true)?;
    let from = layer_at(OUTLIER.layer, node, "outlier_detection").from;
    let taken = take(&OUTLIER, &[node], true, from, draft);
    let mut layer = Layer::new(OUTLIER.layer, taken.layer.from.clone());
    layer.set("eject.like", Node::word("envoy"), From::Default(""));
    layer.lines.extend(taken.layer.lines.clone());
    let split = "split_external_local_origin_errors";
    if let Some(from) = taken.on(split, draft) {
        layer.set("eject.split-local", Node::unwritten(Value::Table(Vec::new())), from);
    }
    off_at_zero(&mut layer, &IN_A_ROW);
    Some(layer)
}
