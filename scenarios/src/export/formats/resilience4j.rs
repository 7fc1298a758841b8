//! resilience4j: an instance for each policy, in each module that it needs.

use patterns::Duration;
use patterns::settings::{Node, Value};

use crate::export::exporter::Exporter;
use crate::export::forms::{Form, Retry};
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, named, whole, yes};
use crate::import::{self, Times};

pub(crate) static EXPORTER: Exporter =
    Exporter { name: NAME, is_json: false, tree, notes: |_| Vec::new() };

const NAME: &str = "resilience4j";

/// A module, and what a layer is there.
type Module = (&'static str, &'static str, fn(&Layer) -> Option<Table>);

static MODULES: [Module; 6] = [
    ("retry", "retry", retry),
    ("circuitbreaker", "breaker", |layer| Some(breaker(layer))),
    ("ratelimiter", "rate-limiter", rate_limiter),
    ("timelimiter", "timeout", |layer| Some(timeout(layer))),
    ("bulkhead", "bulkhead", |layer| (!is_pool(layer)).then(|| bulkhead(layer))),
    ("thread-pool-bulkhead", "bulkhead", |layer| is_pool(layer).then(|| pool(layer))),
];

fn tree(policies: &[&Policy]) -> Node {
    let mut modules = Table::default();
    for (module, kind, write) in &MODULES {
        let instances = policies.iter().filter_map(|policy| {
            // Of several the innermost: what the library has around the call itself.
            let layer = policy.layers.iter().rfind(|layer| layer.kind == *kind)?;
            Some((policy.name.clone(), write(layer)?.node()))
        });
        let instances: Vec<(String, Node)> = instances.collect();
        if !instances.is_empty() {
            modules.put(&format!("{module}.instances"), named(instances));
        }
    }
    named([(NAME.to_owned(), modules.node())])
}

fn some(layer: &Layer, key: &str) -> Option<Node> {
    layer.get(key).cloned()
}

/// A length of time, as Spring has it.
fn spring(node: &Node) -> Option<Node> {
    Some(Times::Spring.write(node.text()?.parse().ok()?))
}

fn breaker(layer: &Layer) -> Table {
    let place = "resilience4j.circuitbreaker.instances.NAME";
    let failures = match some(layer, "failures").map(|node| node.value) {
        Some(Value::Integer(failures)) => Some(failures),
        _ => None,
    };
    let window = layer.get("window").and_then(Form::of);
    let in_a_row = failures.filter(|_| window.is_none());
    let permits = some(layer, "permits-total").or_else(|| {
        // One at a time, of which one closes it, is one in all.
        Some(some(layer, "permits").unwrap_or_else(|| whole(1)))
    });
    let wait = some(layer, "half-open-timeout");
    // So many failures in a row are all of the last calls.
    let all = || Some(Node::unwritten(Value::Float(1.0)));
    let mut table = Table::of(
        NAME,
        place,
        &[
            ("rate", some(layer, "rate").or_else(|| failures.and_then(|_| all()))),
            ("slow-rate", some(layer, "slow-rate")),
            ("slow", some(layer, "slow")),
            ("min-calls", some(layer, "min-calls").or_else(|| failures.map(whole))),
            ("permits", permits),
            ("then", some(layer, "then")),
        ],
    );
    if let Some(count) = layer.get("count") {
        table.add(NAME, place, &[("count", Some(count.clone()))]);
    }
    if let Some(ignore) = layer.get("ignore").filter(|ignore| ignore.text() != Some("none")) {
        table.add(NAME, place, &[("ignore", Some(ignore.clone()))]);
    }
    if let Some(wait) = wait.as_ref().and_then(spring) {
        table.put("maxWaitDurationInHalfOpenState", wait);
    }
    if let Some(failures) = in_a_row {
        table.put("slidingWindowSize", whole(failures));
    } else if let Some(window) = &window {
        look_back(window, &mut table);
    }
    if let Some(open) = layer.get("open") {
        waits(open, "waitDurationInOpenState", "exponentialMaxWaitDurationInOpenState", &mut table);
    }
    table
}

fn look_back(window: &Form, table: &mut Table) {
    if let Some(calls) = window.get("calls").and_then(import::whole) {
        table.put("slidingWindowType", Node::word("COUNT_BASED"));
        table.put("slidingWindowSize", whole(calls));
        return;
    }
    let size = window.get("size").and_then(Node::text);
    let size = size.and_then(|text| text.parse::<Duration>().ok());
    if let Some(size) = size {
        let seconds = size.as_nanos().div_ceil(1_000_000_000).max(1);
        table.put("slidingWindowType", Node::word("TIME_BASED"));
        table.put("slidingWindowSize", whole(seconds.into()));
    }
}

/// Waits that may grow and be spread.
fn waits(node: &Node, base: &str, longest: &str, table: &mut Table) {
    if let Some(wait) = spring(node) {
        return table.put(base, wait);
    }
    let Some(form) = Form::of(node) else { return };
    table.put_some(base, form.base().as_ref().and_then(spring));
    if form.grows() {
        table.put("enableExponentialBackoff", yes());
        table.put("exponentialBackoffMultiplier", form.factor());
        table.put_some(longest, form.get("cap").and_then(spring));
    }
    if let Some(share) = form.spread() {
        table.put("enableRandomizedWait", yes());
        table.put("randomizedWaitFactor", Node::unwritten(Value::Float(share)));
    }
}

fn retry(layer: &Layer) -> Option<Table> {
    let retry = Retry::of(layer)?;
    let place = "resilience4j.retry.instances.NAME";
    let attempts = retry.retries.map(|retries| whole(retries + 1));
    let mut table = Table::of(NAME, place, &[("max-attempts", attempts)]);
    let Form { name, .. } = &retry.waits;
    let base = retry.waits.base().as_ref().and_then(spring);
    table.put_some("waitDuration", base);
    if name == "exponential" {
        table.put("enableExponentialBackoff", yes());
        table.put("exponentialBackoffMultiplier", retry.waits.factor());
        table.put_some("exponentialMaxWaitDuration", retry.waits.get("cap").and_then(spring));
    }
    if let Some(share) = retry.waits.spread() {
        table.put("enableRandomizedWait", yes());
        table.put("randomizedWaitFactor", Node::unwritten(Value::Float(share)));
    }
    if retry.on.text() != Some("all") {
        table.add(NAME, place, &[("retry-on", Some(retry.on))]);
    }
    Some(table)
}

fn rate_limiter(layer: &Layer) -> Option<Table> {
    let kind = Form::of(layer.get("kind")?)?;
    let number = |key: &str| kind.get(key).and_then(import::whole).map(whole);
    let limit = number("limit").or_else(|| number("permits"))?;
    let period = ["period", "per", "window"].into_iter().find_map(|key| kind.get(key).cloned());
    let place = "resilience4j.ratelimiter.instances.NAME";
    let none = Node::word("0s");
    Some(Table::of(
        NAME,
        place,
        &[
            ("limit-for-period", Some(limit)),
            ("limit-refresh-period", period),
            ("max-wait", Some(some(layer, "max-wait").unwrap_or(none))),
        ],
    ))
}

fn timeout(layer: &Layer) -> Table {
    let place = "resilience4j.timelimiter.instances.NAME";
    Table::of(NAME, place, &[("limit", some(layer, "limit"))])
}

/// Whether a queue has an end, as that of a pool of threads.
fn is_pool(layer: &Layer) -> bool {
    matches!(layer.get("queue").map(|node| &node.value), Some(Value::Integer(queue)) if *queue > 0)
}

fn bulkhead(layer: &Layer) -> Table {
    let place = "resilience4j.bulkhead.instances.NAME";
    let keys = ["slots", "max-wait"];
    Table::of(NAME, place, &keys.map(|key| (key, some(layer, key))))
}

fn pool(layer: &Layer) -> Table {
    let place = "resilience4j.thread-pool-bulkhead.instances.NAME";
    let keys = ["slots", "queue"];
    let mut table = Table::of(NAME, place, &keys.map(|key| (key, some(layer, key))));
    if let Some(slots) = some(layer, "slots") {
        table.put("coreThreadPoolSize", slots);
    }
    table
}
