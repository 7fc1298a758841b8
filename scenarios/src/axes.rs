//! The axes of a sweep: paths into the file, and the values to put there.

use core::ops::Range;
use std::collections::BTreeSet;

use patterns::settings::{Code, Entry, Node, Value};
use sim::design::Axis;

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::plain::plain;

/// Paths that cannot be varied, and why.
const FIXED: [(&str, &str); 4] = [
    ("seed", "the seed is that of the whole sweep, so that all cells have the same random numbers"),
    ("title", "the title is that of the whole sweep"),
    ("sweep", "a sweep cannot vary itself"),
    ("variants", "a sweep cannot vary its variants"),
];

/// A path, where it is written, and the values to put there.
#[derive(Clone, Debug)]
pub(crate) struct Varied {
    pub(crate) path: String,
    pub(crate) at: Range<usize>,
    pub(crate) values: Vec<Node>,
}

/// An axis: a path, and the values to put there.
pub(crate) fn varied(entry: &Entry, found: &mut Vec<Diagnostic>) -> Option<Varied> {
    let Value::List(items) = &entry.node.value else {
        let message = "an axis is a list of values";
        let message = Diagnostic::new(entry.node.at.clone(), Code::WrongType, message);
        let (path, value) = (&entry.key, &entry.node);
        found.push(message.help(format!("for example: \"{path}\" = [{value}]")));
        return None;
    };
    if items.is_empty() {
        let message = "an axis needs at least one value";
        found.push(Diagnostic::new(entry.node.at.clone(), Code::OutOfRange, message));
    }
    let mut known = BTreeSet::new();
    for item in items {
        if !known.insert(shown(item)) {
            let message = format!("`{}` is there twice", shown(item));
            let help = "each value of an axis makes cells of its own";
            found.push(Diagnostic::new(item.at.clone(), Code::Conflict, message).help(help));
        }
    }
    refuse_fixed(&entry.key, &entry.key_at, found);
    Some(Varied { path: entry.key.clone(), at: entry.key_at.clone(), values: items.clone() })
}

/// Refuses a path that cannot be varied.
pub(crate) fn refuse_fixed(path: &str, at: &Range<usize>, found: &mut Vec<Diagnostic>) {
    let head = path.split('.').next().unwrap_or(path);
    if let Some((_, why)) = FIXED.iter().find(|(fixed, _)| *fixed == head) {
        let message = format!("`{path}` cannot be varied: {why}");
        found.push(Diagnostic::new(at.clone(), FileCode::BadPath, message));
    }
}

/// An axis as the design of a sweep has it.
pub(crate) fn axis(axis: &Varied) -> Axis {
    let values = axis.values.iter().map(|value| plain(&shown(value)).into());
    Axis { path: plain(&axis.path).into(), values: values.collect() }
}

/// A value as tables and charts show it.
pub(crate) fn shown(node: &Node) -> String {
    match &node.value {
        Value::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Table(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Table(entries) => {
            let entries =
                entries.iter().map(|entry| format!("{}={}", entry.key, shown(&entry.node)));
            entries.collect::<Vec<_>>().join(" ")
        }
        Value::Float(number) => number.to_string(),
        Value::Call(_) => node.to_string().trim_matches('"').to_owned(),
        _ => node.text().map_or_else(|| node.to_string(), str::to_owned),
    }
}
