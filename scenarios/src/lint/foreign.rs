//! Rules for what the JSON of a course says, in the words of the course: also for what import
//! leaves out, as it is no setting of a scenario.

mod settings;
mod traffic;

pub(super) use traffic::{alert, bound, spent};

use patterns::Duration;
use patterns::settings::{Entry, Node, Value};

use crate::diagnostic::Diagnostic;

/// Looks at all documents.
pub(super) fn look(documents: &[Node], found: &mut Vec<Diagnostic>) {
    let mut all = Vec::new();
    for document in documents {
        walk(document, &mut all);
    }
    settings::look(&all, found);
    traffic::look(&all, found);
}

/// What a course calls the settings of a scenario.
const KEYS: [(&str, &[&str]); 4] = [
    ("cap", &["max_delay_ms"]),
    ("failures", &["failure_threshold", "threshold"]),
    ("open", &["reset_timeout_seconds", "timeout_seconds", "reset_timeout", "timeout"]),
    ("permits", &["half_open_max_calls"]),
];

/// The tables of all documents, in the order in which they begin.
pub(super) fn tables(documents: &[Node]) -> Vec<&Entry> {
    let mut all = Vec::new();
    for document in documents {
        walk(document, &mut all);
    }
    all.retain(|entry| entry.node.entries().is_some());
    all.sort_by_key(|entry| entry.key_at.start);
    all
}

/// Says which keys of a course to change so that a finding in one of its tables is gone; nothing if
/// they are not written there.
pub(super) fn keys(tables: &[&Entry], one: &Diagnostic) -> Option<Diagnostic> {
    let at = one.place();
    let before = tables.partition_point(|entry| entry.key_at.start <= at.start);
    let table = tables[..before].iter().rev().find(|entry| at.end <= entry.node.at.end)?;
    let changes = one.changes().iter().map(|(path, value)| {
        let last = path.rsplit('.').next()?;
        let (_, names) = KEYS.iter().find(|(key, _)| *key == last)?;
        let (name, from) = names.iter().find_map(|name| Some((name, table.node.get(name)?)))?;
        let to = match value.parse::<Duration>() {
            Ok(time) if name.ends_with("_ms") => time.as_nanos() as f64 / 1e6,
            Ok(time) => time.as_secs_f64(),
            Err(_) => value.parse().ok()?,
        };
        Some(format!("`{name}`: {from} -> {to}"))
    });
    let changes: Vec<String> = changes.collect::<Option<_>>()?;
    let words = one.help_text().unwrap_or_default();
    let help = format!("{words} Here: {}", changes.join(", "));
    (!changes.is_empty()).then(|| one.clone().help(help))
}

/// All entries of a tree, in the order of the file.
fn walk<'t>(node: &'t Node, all: &mut Vec<&'t Entry>) {
    match &node.value {
        Value::Table(entries) => {
            for entry in entries {
                all.push(entry);
                walk(&entry.node, all);
            }
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, all)),
        _ => {}
    }
}
