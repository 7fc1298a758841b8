//! `LiteLLM`: its router, as the proxy is configured.
//!
//! Keys and defaults: `litellm/router.py`, `litellm/constants.py` and
//! <https://docs.litellm.ai/docs/router/learn/reliability>. A call is tried again in its model
//! group, by the router alone; then it falls back to other groups. A deployment that fails too
//! often gets no calls for `cooldown_time`: a breaker on the way to it (`cooldown`). The waits
//! between tries are those of the client of `OpenAI`, from which they were taken, unless
//! `retry_after` makes them longer.

mod cooldown;
mod deployments;
mod retries;
mod router;
mod tables;

use patterns::settings::{Code, Entry, Node, Value};

use crate::diagnostic::Diagnostic;
use crate::import::draft::{Draft, From, Layer};
use crate::import::importer::Importer;
use crate::import::section::{Taken, leave_unknown, take};
use crate::import::shape::check;
use crate::import::table::Format;
use crate::import::times::Times;
use crate::import::unit::Unit;
use router::{Router, with};
use tables::{PARAMS, POLICY, ROUTER};

pub(crate) static FORMAT: Format = Format {
    name: "litellm",
    about: "LiteLLM: `model_list`, `router_settings`, `litellm_settings`",
    order: "fallback, retry, timeout, balance; a breaker for each deployment",
    source: "BerriAI/litellm, `litellm/router.py`, `litellm/constants.py`; \
             <https://docs.litellm.ai/docs/router/learn/reliability>",
    relaxed: false,
    sections: &[&ROUTER, &POLICY, &PARAMS],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

/// What must be a table, a list or a text.
const SHAPES: [&str; 5] = [
    "model_list/[]/model_name/$",
    "model_list/[]/litellm_params/{}",
    "router_settings|litellm_settings/{}",
    "router_settings|litellm_settings/fallbacks/[]/{}",
    "router_settings|litellm_settings/retry_policy/{}",
];

const ROOTS: [&str; 3] = ["model_list", "router_settings", "litellm_settings"];

fn is(documents: &[Node]) -> bool {
    documents.iter().any(|document| ROOTS.iter().any(|key| document.get(key).is_some()))
}

fn read(documents: &[Node], draft: &mut Draft) {
    for document in documents {
        check(document, &SHAPES, false, draft);
        for entry in document.entries().unwrap_or_default() {
            match &*entry.key {
                "model_list" | "router_settings" | "litellm_settings" => {}
                "general_settings" | "environment_variables" | "include" | "mcp_servers" => {
                    draft.leave_entry(entry, "it says nothing of failures");
                }
                _ => leave_unknown(entry, ROOTS.into_iter(), "litellm", draft),
            }
        }
        // The router's own settings count more.
        let keys = ["router_settings", "litellm_settings"];
        let tables: Vec<&Node> = keys.iter().filter_map(|key| document.get(key)).collect();
        let taken = take(&ROUTER, &tables, false, From::Assumed, draft);
        leave_covered(&tables, draft);
        let router = Router {
            retries: retries::of(&taken, draft),
            timeout: timeout(&taken, draft),
            cooldown: cooldown::of(document, &taken, draft),
            pick: pick(&taken, draft),
            fallbacks: fallbacks(&taken, draft),
        };
        deployments::read(document, &router, draft);
    }
    draft.about = format!("models of LiteLLM ({})", draft.policies.len());
}

/// Leaves out what `litellm_settings` says, and `router_settings` says, too.
fn leave_covered(tables: &[&Node], draft: &mut Draft) {
    let [first, second] = tables else { return };
    let covers = |entry: &Entry| match &*entry.key {
        "request_timeout" => first.get("timeout").or(first.get("request_timeout")).is_some(),
        key => first.get(key).is_some(),
    };
    for entry in second.entries().unwrap_or_default().iter().filter(|entry| covers(entry)) {
        draft.leave_entry(entry, "`router_settings` says it, too");
    }
}

fn timeout(taken: &Taken<'_>, draft: &mut Draft) -> Option<Layer> {
    let key = ["timeout", "request_timeout"].into_iter().find(|key| taken.entry(key).is_some())?;
    if let Some(other) = taken.entry("request_timeout").filter(|_| key == "timeout") {
        draft.leave_entry(other, "`timeout` says the same, and counts");
    }
    let limit = taken.value(key, Unit::Time(Times::Seconds), draft)?;
    Some(with("timeout", "limit", limit, taken.from(key)?))
}

fn pick(taken: &Taken<'_>, draft: &mut Draft) -> Option<(Node, From)> {
    let value = taken.value("routing_strategy", tables::STRATEGY, draft)?;
    Some((value, taken.from("routing_strategy")?))
}

/// `fallbacks: [{ model: [others] }]`, and `default_fallbacks: [others]`.
fn fallbacks<'a>(taken: &Taken<'a>, draft: &mut Draft) -> Vec<(&'a str, Vec<&'a str>, From)> {
    let mut all = Vec::new();
    if let Some(entry) = taken.entry("fallbacks") {
        let items = if let Value::List(items) = &entry.node.value { &items[..] } else { &[] };
        for one in items.iter().filter_map(Node::entries).flatten() {
            all.push((one.key.as_str(), names(one, draft), From::entry(one)));
        }
    }
    if let Some(entry) = taken.entry("default_fallbacks") {
        all.push(("", names(entry, draft), From::entry(entry)));
    }
    all
}

/// The names of models in a list, or one alone.
fn names<'a>(entry: &'a Entry, draft: &mut Draft) -> Vec<&'a str> {
    let items = match &entry.node.value {
        Value::List(items) => &items[..],
        _ => core::slice::from_ref(&entry.node),
    };
    let mut names = Vec::new();
    for item in items {
        match item.text() {
            Some(name) => names.push(name),
            None => {
                let message = format!(
                    "`{}` must be a list of names of models, and has {}",
                    entry.key,
                    item.kind()
                );
                draft.wrong(Diagnostic::new(item.at.clone(), Code::WrongType, message));
            }
        }
    }
    names
}
