//! The configuration snippets of a course on reliability of agent systems.
//!
//! They are JSON: `circuit_breaker` (exercise 2.1), `circuit_breakers` by service (appendix B, and
//! the registry of the slides' appendix D), `retry_policies` by kind of error (the guide, and the
//! slides' appendix E) and `retry_policy` by kind of call (the session file). The course does not
//! say which of retry and breaker goes around the other; here the retry is outside, as in
//! resilience4j.

mod retry;
mod waits;

use patterns::settings::{Code, Entry, Node, Value};

use crate::diagnostic::Diagnostic;

use crate::import::draft::{Draft, From, Layer};
use crate::import::importer::Importer;
use crate::import::parts::service;
use crate::import::section::{find, leave_unknown, take};
use crate::import::shape::check;
use crate::import::table::{Format, Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;
use crate::import::yaml::NULL;

pub(crate) static FORMAT: Format = Format {
    name: "course",
    about: "JSON of the course: `circuit_breaker`, `circuit_breakers`, `retry_policies`, \
            `retry_policy`",
    order: "retry, breaker",
    source: "exercises 2.1 and 2.2, appendix B, appendices D and E of the slides",
    relaxed: false,
    sections: &[&retry::RETRY, &BREAKER],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

const STATE: &str = "the state at one time, no setting";

const SECONDS: Unit = Unit::Time(Times::Seconds);

static BREAKER: Section = Section {
    place: "circuit_breakers.NAME",
    layer: "breaker",
    like: "course-meant",
    rows: &[
        Row::with("name", "", "the name of the service"),
        Row::of("failure_threshold", "failures", Unit::Whole).at_least(1.0),
        Row::of("threshold", "failures", Unit::Whole).at_least(1.0).note("as on the slides"),
        Row::of("reset_timeout_seconds", "open", SECONDS).more_than(0.0),
        Row::of("timeout_seconds", "open", SECONDS).more_than(0.0).note("as in appendix B"),
        Row::of("reset_timeout", "open", SECONDS).more_than(0.0),
        Row::of("timeout", "open", SECONDS).more_than(0.0).note("as on the slides"),
        Row::of("half_open_max_calls", "permits", Unit::Whole).at_least(1.0),
        Row::of("success_threshold", "successes", Unit::Whole).at_least(1.0),
        Row::out("expected_exception", "every failure counts that counts in `course-meant`"),
        Row::out("current_state", STATE),
        Row::out("state", STATE),
        Row::out("failure_count", STATE),
        Row::out("last_failure_time", STATE),
        Row::out("last_failure", STATE),
        Row::out("trip_count", STATE),
        Row::out("last_trip_time", STATE),
        Row::out("last_trip", STATE),
        Row::out("last_reset_time", STATE),
    ],
};

/// The keys at the top.
const ROOTS: [&str; 4] = ["circuit_breaker", "circuit_breakers", "retry_policies", "retry_policy"];

fn is(documents: &[Node]) -> bool {
    tables(documents).iter().any(|table| ROOTS.iter().any(|root| table.get(root).is_some()))
}

/// All tables at the top, those in a list, too.
fn tables(documents: &[Node]) -> Vec<&Node> {
    let mut tables = Vec::new();
    for document in documents {
        match &document.value {
            Value::List(items) => tables.extend(items),
            _ => tables.push(document),
        }
    }
    tables.retain(|node| node.entries().is_some());
    tables
}

fn read(documents: &[Node], draft: &mut Draft) {
    let mut breakers: Vec<(String, Layer)> = Vec::new();
    let mut retries: Vec<&Entry> = Vec::new();
    for document in documents {
        let is_list = matches!(document.value, Value::List(_));
        check(document, if is_list { &["[]/{}"] } else { &["{}"] }, false, draft);
    }
    for table in tables(documents) {
        for entry in table.entries().unwrap_or_default() {
            match &*entry.key {
                "circuit_breaker" => one_breaker(entry, &mut breakers, draft),
                "circuit_breakers" => match &entry.node.value {
                    Value::List(_) => one_breaker(entry, &mut breakers, draft),
                    _ => {
                        check(table, &["circuit_breakers/*/{}"], false, draft);
                        for breaker in entry.node.entries().unwrap_or_default() {
                            one_breaker(breaker, &mut breakers, draft);
                        }
                    }
                },
                "retry_policies" | "retry_policy" => {
                    let is_alone = retry::is_policy(&entry.node);
                    let shape = format!("{}/{}", entry.key, if is_alone { "{}" } else { "*/{}" });
                    check(table, &[&shape], false, draft);
                    retries.push(entry);
                }
                _ => leave_unknown(entry, ROOTS.into_iter(), "the course", draft),
            }
        }
    }
    let of_errors = retry::by_error(&retries, draft);
    for (name, breaker) in breakers {
        let layers = of_errors.clone().into_iter().chain([breaker]).collect();
        add(&name, layers, draft);
    }
    for (name, layer) in retry::by_call(&retries, draft) {
        add(&name, vec![layer], draft);
    }
    if let Some(layer) = of_errors.filter(|_| draft.services.is_empty()) {
        add("tool", vec![layer], draft);
    }
    "a system of the course".clone_into(&mut draft.about);
}

/// A breaker, or a list of them, each with its name.
fn one_breaker(entry: &Entry, breakers: &mut Vec<(String, Layer)>, draft: &mut Draft) {
    if let Value::List(items) = &entry.node.value {
        for item in items {
            let one = Entry { key: entry.key.clone(), key_at: item.at.clone(), node: item.clone() };
            one_breaker(&one, breakers, draft);
        }
        return;
    }
    if entry.node.text() == Some(NULL) {
        return;
    }
    if entry.node.entries().is_none() {
        let message =
            format!("`{}` must be a table of settings, not {}", entry.key, entry.node.kind());
        return draft.wrong(Diagnostic::new(entry.node.at.clone(), Code::WrongType, message));
    }
    check(&entry.node, &["name/$"], false, draft);
    let named = find(&entry.node, "name", false);
    let name = match named.and_then(|named| named.node.text()) {
        Some(name) => name.to_owned(),
        None if ROOTS.contains(&&*entry.key) => "tool".to_owned(),
        None => entry.key.clone(),
    };
    if breakers.iter().any(|(other, _)| *other == name) {
        let at = named.map_or(&entry.key_at, |named| &named.node.at);
        let message = format!("there is a breaker `{name}` already");
        draft.wrong(Diagnostic::new(at.clone(), Code::Twice, message));
    }
    let from = From::entry(entry);
    breakers.push((name, take(&BREAKER, &[&entry.node], false, from, draft).layer));
}

fn add(theirs: &str, layers: Vec<Layer>, draft: &mut Draft) {
    let from = layers.last().map_or(From::Assumed, |layer| layer.from.clone());
    service(draft, theirs, from, layers);
}
