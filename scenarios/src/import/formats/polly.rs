//! Polly: sections of options in `appsettings.json`.
//!
//! Keys and defaults: `RetryStrategyOptions` and its neighbours of Polly 8, and
//! `HttpStandardResilienceOptions` of `Microsoft.Extensions.Http.Resilience`, whose layers are,
//! from the outermost on: rate limiter, total timeout, retry, breaker, timeout of an attempt.
//! A section is one of the standard handler if it has `TotalRequestTimeout` or `AttemptTimeout`; of
//! the standard handler with hedging if it has `Endpoint`. In all others a program says in which
//! order the layers stand.

mod checks;
mod tables;

use patterns::Class;
use patterns::settings::{Code, Entry, Node, Value};

use crate::diagnostic::Diagnostic;
use crate::import::draft::{Draft, From, Layer};
use crate::import::importer::Importer;
use crate::import::parts::{default, service, whole};
use crate::import::section::{find, get, leave_unknown, take};
use crate::import::table::{Format, Section};
use crate::import::unit::Unit;
use crate::import::words::classes;
use tables::{ATTEMPT, BREAKER, CONCURRENCY, HEDGING, LIMITER, RETRY, TIMEOUT, TOTAL};

pub(crate) static FORMAT: Format = Format {
    name: "polly",
    about: "sections of Polly's options in `appsettings.json`: `Retry`, `CircuitBreaker`, \
            `TotalRequestTimeout` and others",
    order: "bulkhead, timeout, retry or hedge, breaker, timeout of an attempt",
    source: "App-vNext/Polly, `…StrategyOptions`; Microsoft.Extensions.Http.Resilience, \
             `HttpStandardResilienceOptions`",
    relaxed: true,
    sections: &[&LIMITER, &CONCURRENCY, &TOTAL, &TIMEOUT, &RETRY, &HEDGING, &BREAKER, &ATTEMPT],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

/// What a section may have, the outermost layer first.
static STRATEGIES: [(&str, &Section); 9] = [
    ("RateLimiter", &LIMITER),
    ("ConcurrencyLimiter", &CONCURRENCY),
    ("Bulkhead", &CONCURRENCY),
    ("TotalRequestTimeout", &TOTAL),
    ("Hedging", &HEDGING),
    ("Retry", &RETRY),
    ("CircuitBreaker", &BREAKER),
    ("Timeout", &TIMEOUT),
    ("AttemptTimeout", &ATTEMPT),
];

const STANDARD: &str = "default of the standard handler";

/// Whether a table has options of some strategy.
fn is_pipeline(node: &Node) -> bool {
    let has = |(name, section): &(&str, &Section)| {
        let options = get(node, name, true);
        options.is_some_and(|options| {
            let entries = options.entries();
            entries.is_some_and(|entries| entries.is_empty() && is_telling(node))
                || section.rows.iter().any(|row| find(options, row.theirs, true).is_some())
        })
    };
    STRATEGIES.iter().any(has)
}

/// Whether all that a table has is called as strategies are: sections without an option are those
/// of Polly, and have its defaults.
fn is_telling(node: &Node) -> bool {
    let entries = node.entries().unwrap_or_default();
    let known = STRATEGIES.iter().map(|(name, _)| *name).chain(["Endpoint", "Name"]);
    entries.iter().all(|entry| find_known(known.clone(), entry).is_some())
}

/// All sections, each with its name.
fn pipelines<'a>(name: &str, node: &'a Node, found: &mut Vec<(String, &'a Node)>) {
    if is_pipeline(node) {
        return found.push((name.to_owned(), node));
    }
    match &node.value {
        Value::Table(entries) => {
            for entry in entries {
                pipelines(&entry.key, &entry.node, found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| {
            let own = get(item, "Name", true).and_then(Node::text);
            pipelines(own.unwrap_or(name), item, found);
        }),
        _ => {}
    }
}

fn is(documents: &[Node]) -> bool {
    let mut found = Vec::new();
    for document in documents {
        pipelines("http", document, &mut found);
    }
    !found.is_empty()
}

fn read(documents: &[Node], draft: &mut Draft) {
    let mut found = Vec::new();
    for document in documents {
        pipelines("http", document, &mut found);
    }
    for (name, node) in found {
        pipeline(&name, node, draft);
    }
    draft.about = format!("pipelines of Polly ({})", draft.services.len());
}

fn pipeline(name: &str, node: &Node, draft: &mut Draft) {
    let has = |key: &str| get(node, key, true).is_some();
    let hedges = has("Endpoint");
    let is_standard = hedges || has("TotalRequestTimeout") || has("AttemptTimeout");
    let empty = Node::unwritten(Value::Table(Vec::new()));
    let endpoint = get(node, "Endpoint", true).unwrap_or(&empty);
    let known = STRATEGIES.iter().map(|(name, _)| *name).chain(["Endpoint", "Name"]);
    checks::doubles(node, draft);
    for entry in node.entries().unwrap_or_default() {
        if find_known(known.clone(), entry).is_none() {
            leave_unknown(entry, known.clone(), "a section of Polly", draft);
        }
    }
    let mut layers = Vec::new();
    if hedges {
        let order = ["TotalRequestTimeout", "Hedging"];
        layers.extend(order.iter().filter_map(|key| standard(key, node, draft)));
        let order = ["RateLimiter", "CircuitBreaker", "Timeout"];
        layers.extend(order.iter().filter_map(|key| standard(key, endpoint, draft)));
        for entry in endpoint.entries().unwrap_or_default() {
            if find_known(order.into_iter(), entry).is_none() {
                leave_unknown(entry, order.into_iter(), "Endpoint", draft);
            }
        }
    } else if is_standard {
        let order = ["RateLimiter", "TotalRequestTimeout", "Retry", "CircuitBreaker"];
        let order = order.iter().chain(&["AttemptTimeout"]);
        layers.extend(order.filter_map(|key| standard(key, node, draft)));
    } else {
        for (key, section) in STRATEGIES {
            let Some(entry) = find(node, key, true) else { continue };
            layers.extend(strategy(section, &entry.node, From::entry(entry), false, draft));
        }
        if layers.len() > 1 {
            let order: Vec<&str> = layers.iter().map(|layer| layer.kind).collect();
            let why = format!("the order is assumed: {}; a program says it", order.join(", "));
            draft.leave(&(node.at.start..node.at.start), format!("section {name}"), &why);
        }
    }
    checks::together(node, &layers, is_standard && !hedges, draft);
    let from = From::Written(node.at.start..node.at.start, format!("section {name}"));
    service(draft, name, from, layers);
}

fn find_known<'a>(mut known: impl Iterator<Item = &'a str>, entry: &Entry) -> Option<&'a str> {
    known.find(|known| crate::import::section::same(known, &entry.key, true))
}

/// A layer of the standard handler, which is there whether it is written or not.
fn standard(key: &str, node: &Node, draft: &mut Draft) -> Option<Layer> {
    let empty = Node::unwritten(Value::Table(Vec::new()));
    let (_, section) = STRATEGIES.iter().find(|(name, _)| *name == key)?;
    let entry = find(node, key, true);
    let from = entry.map_or(From::Default(STANDARD), From::entry);
    strategy(section, entry.map_or(&empty, |entry| &entry.node), from, true, draft)
}

/// Failures that are transient in HTTP: no connection, a timeout, 408, 429, and from 500 on
/// (`HttpClientResiliencePredicates.IsTransient`).
const TRANSIENT: [Class; 4] = [Class::Network, Class::Timeout, Class::RateLimit, Class::Overload];

/// The layer of a strategy; with what the standard handler has in place of Polly's defaults.
fn strategy(
    section: &'static Section,
    node: &Node,
    from: From,
    is_standard: bool,
    draft: &mut Draft,
) -> Option<Layer> {
    let alone;
    let mut node = node;
    if section.layer == "timeout" && matches!(node.value, Value::Text(_)) {
        // `"Timeout": "00:00:10"` is common in sections of one's own.
        let key_at = from.written().map_or(0..0, |(at, _)| at.clone());
        let entry = Entry { key: "Timeout".to_owned(), key_at, node: node.clone() };
        let value = Value::Table(vec![entry]);
        alone = Node::new(node.at.clone(), value);
        node = &alone;
    }
    if node.entries().is_none() {
        let message =
            format!("`{}` must be a table of settings, not {}", section.place, node.kind());
        draft.wrong(Diagnostic::new(node.at.clone(), Code::WrongType, message));
        return None;
    }
    let taken = take(section, &[node], true, from, draft);
    let hint = taken.value("ShouldRetryAfterHeader", Unit::Flag, draft);
    let hint_from = taken.from("ShouldRetryAfterHeader");
    let mut layer = taken.layer;
    if let (Some(hint), Some(from)) = (&hint, hint_from) {
        let is_on = hint.value == Value::Bool(true);
        layer.set("retry-after", Node::word(if is_on { "exact" } else { "ignore" }), from);
    }
    if is_standard {
        let transient = || classes(TRANSIENT);
        match section.place {
            "Retry" => {
                default(&mut layer, "backoff", Node::word("exponential"), STANDARD);
                default(&mut layer, "jitter", Node::unwritten(Value::Bool(true)), STANDARD);
                default(&mut layer, "retry-after", Node::word("exact"), STANDARD);
                default(&mut layer, "retry-on", transient(), STANDARD);
            }
            "CircuitBreaker" => default(&mut layer, "count", transient(), STANDARD),
            "TotalRequestTimeout" => default(&mut layer, "limit", Node::word("30s"), STANDARD),
            "Timeout" | "AttemptTimeout" => {
                default(&mut layer, "limit", Node::word("10s"), STANDARD);
            }
            "RateLimiter" => {
                default(&mut layer, "slots", whole(1000), STANDARD);
                default(&mut layer, "queue", whole(0), STANDARD);
            }
            _ => {}
        }
    }
    Some(layer)
}
