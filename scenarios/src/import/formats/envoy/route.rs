//! Routes: timeouts and retries.

use patterns::Class::{self, Network, Overload, RateLimit, Timeout, Validation};
use patterns::Duration;
use patterns::settings::{Code, Node, Value};

use super::find::Route;
use crate::diagnostic::Diagnostic;
use crate::import::classes::Names;
use crate::import::draft::{Draft, From, Layer, Line, said};
use crate::import::parts::{layer_at, whole};
use crate::import::section::{get, same, take};
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;
use crate::import::words::{classes, classes_of};

const PROTO: Unit = Unit::Time(Times::Proto);
const HOSTS: &str = "which host a retry goes to is a matter of `balance`";

/// On what is retried: `x-envoy-retry-on` and `x-envoy-retry-grpc-on` of the router filter.
pub(super) static RETRY_ON: Names = Names {
    all: ON,
    written: usize::MAX,
    classless: NO_CLASS,
    is_all: false,
    in_one_text: true,
    dotted: false,
};

/// Names that stand for no class of failure here.
pub(crate) const NO_CLASS: &[&str] = &["retriable-4xx", "cancelled", "retriable-headers"];

/// Names, each with the classes that it stands for.
pub(crate) const ON: &[(&str, &[Class])] = &[
    ("connect-failure", &[Network]),
    ("gateway-error", &[Overload, Timeout]),
    ("5xx", &[Network, Overload, Timeout]),
    ("envoy-ratelimited", &[RateLimit]),
    ("deadline-exceeded", &[Timeout]),
    ("refused-stream", &[Network]),
    ("reset", &[Network, Timeout]),
    ("reset-before-request", &[Network]),
    ("http3-post-connect-failure", &[Network]),
    ("unavailable", &[Overload]),
    ("resource-exhausted", &[RateLimit]),
    ("internal", &[Overload]),
    ("retriable-status-codes", &[]),
    ("429", &[RateLimit]),
    ("400", &[Validation]),
    ("422", &[Validation]),
    ("408", &[Timeout]),
    ("500", &[Overload]),
    ("502", &[Overload]),
    ("503", &[Overload]),
    ("504", &[Timeout]),
];

pub(super) static TIMEOUT: Section = Section {
    place: "routes[].route",
    layer: "timeout",
    like: "envoy",
    rows: &[
        Row::with("timeout", "limit", "0 is without a timeout"),
        Row::with("cluster", "", "the service"),
        Row::with("weighted_clusters", "", "a service for each"),
        Row::with("retry_policy", "", "the layers `retry` and `timeout` of a try"),
        Row::out("idle_timeout", "streams without traffic are not modelled"),
        Row::out("max_stream_duration", "streams are not modelled"),
        Row::out("hedge_policy", "put a layer `hedge` by hand"),
        Row::out("rate_limits", "the limits stand with the service that keeps them"),
        Row::out("prefix_rewrite", "where a request goes says nothing of failures"),
        Row::out("host_rewrite_literal", "where a request goes says nothing of failures"),
        Row::out("auto_host_rewrite", "where a request goes says nothing of failures"),
        Row::out("hash_policy", "where a request goes says nothing of failures"),
    ],
};

pub(super) static RETRY: Section = Section {
    place: "routes[].route.retry_policy",
    layer: "retry",
    like: "envoy",
    rows: &[
        Row::of("num_retries", "max-retries", Unit::Whole),
        Row::of("retry_on", "retry-on", Unit::Classes(&RETRY_ON)),
        Row::of("retry_back_off.base_interval", "base", PROTO).more_than(0.0),
        Row::of("retry_back_off.max_interval", "cap", PROTO).more_than(0.0),
        Row::with("per_try_timeout", "timeout.limit", "a layer `timeout` below the retry"),
        Row::with("retriable_status_codes", "retry-on", "with `retriable-status-codes`"),
        Row::out("per_try_idle_timeout", "streams without traffic are not modelled"),
        Row::out("retry_host_predicate", HOSTS),
        Row::out("host_selection_retry_max_attempts", HOSTS),
        Row::out("retry_priority", HOSTS),
        Row::out("rate_limited_retry_back_off", "`retry-after` of the layer says what hints do"),
        Row::out("retriable_headers", "a class of failure has no headers"),
        Row::out("retriable_request_headers", "a class of failure has no headers"),
        Row::out("retry_options_predicates", "what a program decides no file says"),
    ],
};

/// The timeout of a route: 15 s unless something else is written.
pub(super) fn timeout(route: &Route<'_>, draft: &mut Draft) -> Option<Layer> {
    let from = layer_at(TIMEOUT.layer, route.route, "route").from;
    let mut taken = take(&TIMEOUT, &[route.route], true, from, draft);
    leave_weights(route.route, draft);
    if let Some(limit) = taken.value("timeout", PROTO, draft) {
        if limit.text() == Some("0s") {
            return None;
        }
        let from = taken.from("timeout")?;
        taken.layer.set("limit", limit, from);
    }
    Some(taken.layer)
}

/// Leaves out how calls are shared out to several clusters.
fn leave_weights(route: &Node, draft: &mut Draft) {
    let Some(weighted) = get(route, "weighted_clusters", true) else { return };
    let items = match get(weighted, "clusters", true).map(|node| &node.value) {
        Some(Value::List(items)) => &items[..],
        _ => &[],
    };
    let of_items = items.iter().filter_map(Node::entries).flatten();
    let of_items = of_items.filter(|entry| !same(&entry.key, "name", true));
    let own = weighted.entries().unwrap_or_default().iter();
    for entry in own.filter(|entry| !same(&entry.key, "clusters", true)).chain(of_items) {
        let why = "the agents call each of these services: say in their steps how often";
        draft.leave_entry(entry, why);
    }
}

/// The longest wait is shorter than the first one, which Envoy does not take.
fn shorter(layer: &Layer, longest: &str, first: &str) -> Option<Diagnostic> {
    let (cap, base) = (layer.line("cap")?, layer.line("base")?);
    let of = |line: &Line| line.value.text()?.parse::<Duration>().ok();
    let From::Entry { value_at, .. } = &cap.from else { return None };
    (of(cap)? < of(base)?).then(|| {
        let message = format!(
            "`{longest}` must be at least `{first}`, which is {}",
            base.value.text().unwrap_or_default()
        );
        Diagnostic::new(value_at.clone(), Code::OutOfRange, message)
    })
}

/// The retries of a route, and the timeout of each try.
pub(super) fn retry(route: &Route<'_>, draft: &mut Draft) -> (Option<Layer>, Option<Layer>) {
    let own = get(route.route, "retry_policy", true);
    let Some(policy) = own.or(route.of_host) else { return (None, None) };
    let from = layer_at(RETRY.layer, policy, "retry_policy").from;
    let mut taken = take(&RETRY, &[policy], true, from, draft);
    let per_try = taken.value("per_try_timeout", PROTO, draft).zip(taken.from("per_try_timeout"));
    let per_try = per_try.filter(|(limit, _)| limit.text() != Some("0s")).map(|(limit, from)| {
        let mut layer = Layer::new("timeout", from.clone());
        layer.set("limit", limit, from);
        layer
    });
    if let Some(entry) = taken.entry("retriable_status_codes") {
        match RETRY_ON.read(&entry.node) {
            Some((by_code, unknown)) => {
                for code in &unknown {
                    let why = "no class of failure is known for it";
                    draft.leave(&code.at, said(&entry.key, code), why);
                }
                let line = taken.layer.line("retry-on");
                let written = line.map(|line| classes_of(&line.value)).unwrap_or_default();
                let all: Vec<Class> = written.into_iter().chain(classes_of(&by_code)).collect();
                let from = line.map_or_else(|| taken.layer.from.clone(), |line| line.from.clone());
                taken.layer.set("retry-on", classes(all), from);
            }
            None => {
                // It is no list of status codes, which is told as of any value.
                let _wrong = taken.value("retriable_status_codes", Unit::Classes(&RETRY_ON), draft);
            }
        }
    }
    let retries = taken.layer.line("max-retries").map(|line| line.value.clone());
    let is_none = retries.is_some_and(|retries| retries == whole(0));
    let on = taken.layer.line("retry-on").map(|line| line.value.clone());
    let nothing =
        on.is_none_or(|on| on == Node::word("none") || on.value == Value::List(Vec::new()));
    if let Some(wrong) = shorter(&taken.layer, "max_interval", "base_interval") {
        draft.wrong(wrong);
    }
    if is_none || nothing {
        let why = "nothing is retried without `retry_on` or `num_retries`";
        draft.leave(&policy.at, "retry_policy", why);
        return (None, per_try);
    }
    (Some(taken.layer), per_try)
}
