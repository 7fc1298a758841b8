//! The retry policies of the course: one for each kind of error, or for each kind of call.

use patterns::Class;
use patterns::settings::{Code, Entry, Node};

use super::waits::{self, RETRIES, Waits};
use crate::diagnostic::Diagnostic;
use crate::import::draft::{Draft, From, Layer};
use crate::import::section::{Taken, leave_unknown, take};
use crate::import::table::{Row, Section};
use crate::import::unit::Unit;
use crate::import::words::loose;

const RULE: &str = "together: `3 x exponential(1s, factor=2, cap=30s, jitter=full)`";

pub(super) static RETRY: Section = Section {
    place: "retry_policies.KIND",
    layer: "retry",
    like: "",
    rows: &[
        Row::with("max_retries", "CLASS", RULE),
        Row::with("backoff", "CLASS", RULE),
        Row::with("backoff_type", "CLASS", RULE),
        Row::with("backoff_strategy", "CLASS", RULE),
        Row::with("strategy", "CLASS", RULE),
        Row::with("initial_delay_ms", "CLASS", RULE),
        Row::with("initial_delay_seconds", "CLASS", RULE),
        Row::with("base_delay_ms", "CLASS", RULE),
        Row::with("base_delay_seconds", "CLASS", RULE),
        Row::with("delay_ms", "CLASS", RULE),
        Row::with("delay_seconds", "CLASS", RULE),
        Row::with("max_delay_ms", "CLASS", RULE),
        Row::with("max_delay_seconds", "CLASS", RULE),
        Row::with("backoff_multiplier", "CLASS", RULE).at_least(1.0),
        Row::with("multiplier", "CLASS", RULE).at_least(1.0),
        Row::with("jitter", "CLASS", RULE),
        Row::with("respect_retry_after_header", "CLASS", "`retry-after=floor`, or `ignore`"),
    ],
};

/// The kinds of error, and the classes that they are.
const KINDS: [(&str, &[Class]); 14] = [
    ("network_errors", &[Class::Network]),
    ("network_error", &[Class::Network]),
    ("connection_error", &[Class::Network]),
    ("api_errors_5xx", &[Class::Overload]),
    ("api_error_5xx", &[Class::Overload]),
    ("server_error", &[Class::Overload]),
    ("rate_limit_429", &[Class::RateLimit]),
    ("rate_limit", &[Class::RateLimit]),
    ("rate_limit_error", &[Class::RateLimit]),
    ("mcp_timeout", &[Class::Timeout]),
    ("timeout", &[Class::Timeout]),
    ("timeout_error", &[Class::Timeout]),
    ("validation_error", &[Class::Validation]),
    ("validation_errors", &[Class::Validation]),
];

/// What a call can fail with: a policy for all failures of a kind of call is for these.
const ALL: [Class; 4] = [Class::Network, Class::Timeout, Class::RateLimit, Class::Overload];

/// Whether a table is a policy, and no table of them.
pub(super) fn is_policy(node: &Node) -> bool {
    node.get(RETRIES).is_some()
}

/// The policies by the kind of error, as one layer.
pub(super) fn by_error(all: &[&Entry], draft: &mut Draft) -> Option<Layer> {
    let mut layer: Option<Layer> = None;
    for root in all {
        let is_alone = is_policy(&root.node);
        let policies = if is_alone { core::slice::from_ref(*root) } else { policies(root) };
        for entry in policies {
            let kind = KINDS.iter().find(|(name, _)| loose(name) == loose(&entry.key));
            let classes: &[Class] = match kind {
                Some((_, classes)) => classes,
                None if is_alone => &ALL,
                None => continue,
            };
            let taken = take(&RETRY, &[&entry.node], false, From::entry(entry), draft);
            let Some((rule, from)) = rule(entry, &taken, draft) else { continue };
            let layer = layer.get_or_insert_with(|| Layer::new("retry", From::entry(root)));
            for class in classes {
                if let Some(line) = layer.line(class.name()) {
                    let why = format!("`{}` is for the same failures, and counts", entry.key);
                    draft.leave_from(&line.from.clone(), &why);
                }
                layer.set(class.name(), rule.clone(), from.clone());
            }
        }
    }
    layer
}

/// The policies by the kind of call, each as a layer of its own.
pub(super) fn by_call(all: &[&Entry], draft: &mut Draft) -> Vec<(String, Layer)> {
    let mut layers = Vec::new();
    for root in all.iter().filter(|root| !is_policy(&root.node)) {
        for entry in policies(root) {
            if KINDS.iter().any(|(name, _)| loose(name) == loose(&entry.key)) {
                continue;
            }
            let Some(name) = entry.key.strip_suffix("_failures") else {
                let known = KINDS.iter().map(|(name, _)| *name);
                leave_unknown(entry, known, &root.key, draft);
                continue;
            };
            let taken = take(&RETRY, &[&entry.node], false, From::entry(entry), draft);
            let Some((rule, from)) = rule(entry, &taken, draft) else { continue };
            let mut layer = Layer::new("retry", From::entry(entry));
            for class in ALL {
                layer.set(class.name(), rule.clone(), from.clone());
            }
            layers.push((name.to_owned(), layer));
        }
    }
    layers
}

fn policies(root: &Entry) -> &[Entry] {
    root.node.entries().unwrap_or_default()
}

/// What the keys of a policy say together.
fn rule(entry: &Entry, taken: &Taken<'_>, draft: &mut Draft) -> Option<(Node, From)> {
    let retries = taken.value(RETRIES, Unit::Whole, draft);
    if taken.entry(RETRIES).is_none() && entry.node.entries().is_some() {
        let message = format!("`{}` has no `{RETRIES}`", entry.key);
        draft.wrong(Diagnostic::new(entry.key_at.clone(), Code::Missing, message));
    }
    waits::check(taken, draft);
    let from = taken.from(RETRIES)?;
    let retries = retries?.to_string();
    let waits = Waits::of(taken);
    if retries == "0" {
        waits.leave_all(draft);
        return Some((Node::word("never"), from));
    }
    let (waits, assumed) = waits.read(entry, draft);
    let rule = Node::word(format!("{retries} x {waits}"));
    let from = match from.written() {
        Some((at, said)) if !assumed.is_empty() => {
            let said = format!("{said}; assumed: {}", assumed.join(", and "));
            From::Written(at.clone(), said)
        }
        _ => from,
    };
    Some((rule, from))
}
