//! The course: a breaker for each policy, and the retries of the first one that has some.

use patterns::Class;
use patterns::settings::{Node, Value};

use crate::export::exporter::Exporter;
use crate::export::forms::Form;
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, named, whole, yes};
use crate::import::{self, Times};

pub(crate) static EXPORTER: Exporter =
    Exporter { name: NAME, is_json: true, tree, notes: |_| Vec::new() };

const NAME: &str = "course";

/// What the course calls the classes.
const KINDS: [(Class, &str); 5] = [
    (Class::Network, "network_errors"),
    (Class::Overload, "api_errors_5xx"),
    (Class::RateLimit, "rate_limit_429"),
    (Class::Timeout, "mcp_timeout"),
    (Class::Validation, "validation_error"),
];

fn tree(policies: &[&Policy]) -> Node {
    let mut tree = Table::default();
    let breakers = policies.iter().filter_map(|policy| {
        let layer = policy.layer("breaker")?;
        Some((policy.name.clone(), breaker(layer)))
    });
    let breakers: Vec<(String, Node)> = breakers.collect();
    if !breakers.is_empty() {
        tree.put("circuit_breakers", named(breakers));
    }
    if let Some(retry) = policies.iter().find_map(|policy| policy.layer("retry")) {
        let rules = KINDS.iter().filter_map(|(class, name)| {
            let rule = layer_rule(retry, *class)?;
            Some(((*name).to_owned(), rule))
        });
        let mut rules: Vec<(String, Node)> = rules.collect();
        if rules.is_empty() {
            let mut never = Table::default();
            never.put("max_retries", whole(0));
            let never = never.node();
            rules.extend(KINDS.iter().map(|(_, name)| ((*name).to_owned(), never.clone())));
        }
        tree.put("retry_policies", named(rules));
    }
    tree.node()
}

fn breaker(layer: &Layer) -> Node {
    let get = |key: &str| layer.get(key).cloned();
    let open = layer.get("open").and_then(|open| match open.text() {
        Some(_) => Some(open.clone()),
        None => Form::of(open)?.base(),
    });
    Table::of(
        NAME,
        "circuit_breakers.NAME",
        &[
            ("failures", get("failures")),
            ("open", open),
            ("permits", Some(get("permits").unwrap_or_else(|| whole(1)))),
            ("successes", Some(get("successes").unwrap_or_else(|| whole(1)))),
        ],
    )
    .node()
}

/// What is done after failures of a class.
fn layer_rule(layer: &Layer, class: Class) -> Option<Node> {
    let form = Form::of(layer.get(class.name())?)?;
    let most = layer.get("max-retries").and_then(import::whole);
    let times = form.times.as_ref().and_then(import::whole).or(most)?;
    let mut table = Table::default();
    let millis = |node: &Node| Some(Times::Millis.write(node.text()?.parse().ok()?));
    table.put("max_retries", whole(times));
    let (name, wait) = match &*form.name {
        "exponential" => ("exponential", "initial_delay_ms"),
        "linear" => ("linear", "initial_delay_ms"),
        _ => ("fixed", "delay_ms"),
    };
    table.put("backoff", Node::word(name));
    table.put_some(wait, form.base().as_ref().and_then(millis));
    if form.grows() && form.get("factor").is_some() {
        table.put("backoff_multiplier", form.factor());
    }
    table.put_some("max_delay_ms", form.get("cap").and_then(millis));
    if form.get("jitter").and_then(Node::text) == Some("full") {
        table.put("jitter", yes());
    }
    match form.get("retry-after").and_then(Node::text) {
        Some("floor") => table.put("respect_retry_after_header", yes()),
        Some("ignore") => {
            table.put("respect_retry_after_header", Node::unwritten(Value::Bool(false)));
        }
        _ => {}
    }
    Some(table.node())
}
