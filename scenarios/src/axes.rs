//! The axes of a sweep: paths into the file, and the values to put there.

use core::ops::Range;
use std::collections::BTreeSet;

use patterns::Duration;
use patterns::settings::{Code, Entry, Node, Value};
use sim::design::{Axis, AxisRole};

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::path_keys;
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
    pub(crate) role: AxisRole,
}

/// Parts of a file that are a choice, whoever sweeps over them.
const CHOSEN: [&str; 5] = ["policies", "edges", "budgets", "recoveries", "humans"];

/// Keys of a service that are a choice: what it is given, and how it is shared out.
const CHOSEN_OF_SERVICES: [&str; 8] =
    ["slots", "queue", "order", "overflow", "count", "pick", "health-check", "retry-elsewhere"];

/// Whether the values at a path are chosen, if the file does not say it.
fn role(path: &str) -> AxisRole {
    let (keys, _) = path_keys::split(path);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    match keys[..] {
        [section, ..] if CHOSEN.contains(&section) => AxisRole::Choice,
        ["services", _, key, ..] if CHOSEN_OF_SERVICES.contains(&key) => AxisRole::Choice,
        _ => AxisRole::Condition,
    }
}

/// Takes those axes for conditions that a list names, and all others for choices.
pub(crate) fn mark(axes: &mut [Varied], conditions: &Node, found: &mut Vec<Diagnostic>) {
    let Value::List(items) = &conditions.value else { return };
    for axis in &mut *axes {
        axis.role = AxisRole::Choice;
    }
    for item in items {
        let Some(path) = item.text() else { continue };
        let is_meant = |axis: &&mut Varied| path_keys::split(&axis.path) == path_keys::split(path);
        match axes.iter_mut().find(is_meant) {
            Some(meant) if meant.role == AxisRole::Condition => {
                let message = format!("`{path}` is there twice");
                found.push(Diagnostic::new(item.at.clone(), Code::Conflict, message));
            }
            Some(meant) => meant.role = AxisRole::Condition,
            None => {
                let known: Vec<&str> = axes.iter().map(|axis| axis.path.as_str()).collect();
                let message = format!("`{path}` is no axis of this sweep");
                let message = Diagnostic::new(item.at.clone(), FileCode::BadPath, message);
                found.push(message.help(nearest_or_all(path, &known)));
            }
        }
    }
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
    let (path, at) = (entry.key.clone(), entry.key_at.clone());
    Some(Varied { role: role(&path), path, at, values: in_order(items) })
}

/// How large a value is, if it is of a kind that has an order.
type Size<'a> = &'a dyn Fn(&Node) -> Option<f64>;

/// Values in numeric order, if all are numbers, all are shares in percent, or all are lengths of
/// time, so that lines go from one to the next and neighbours in a heat map are neighbours; else in
/// that of the file.
fn in_order(items: &[Node]) -> Vec<Node> {
    let share = |text: &str| text.strip_suffix('%')?.trim().parse::<f64>().ok();
    let time = |text: &str| Some(text.parse::<Duration>().ok()?.as_secs_f64());
    let number = |node: &Node| match &node.value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number).filter(|number| !number.is_nan()),
        _ => None,
    };
    let (share, time) = (|node: &Node| share(node.text()?), |node: &Node| time(node.text()?));
    let ways: [Size<'_>; 3] = [&number, &share, &time];
    for size in ways {
        let sizes: Option<Vec<f64>> = items.iter().map(size).collect();
        if let Some(sizes) = sizes {
            let mut order: Vec<usize> = (0..items.len()).collect();
            order.sort_by(|a, b| sizes[*a].total_cmp(&sizes[*b]));
            return order.into_iter().map(|at| items[at].clone()).collect();
        }
    }
    items.to_vec()
}

/// Refuses a path that cannot be varied.
pub(crate) fn refuse_fixed(path: &str, at: &Range<usize>, found: &mut Vec<Diagnostic>) {
    let head = path.split('.').next().unwrap_or(path);
    if let Some((_, why)) = FIXED.iter().find(|(fixed, _)| *fixed == head) {
        let message = format!("`{path}` cannot be varied: {why}");
        found.push(Diagnostic::new(at.clone(), FileCode::BadPath, message));
    }
}

/// Takes away what is said of a value without effect where others of its axis have one: it is what
/// they are compared with.
pub(crate) fn forgive_baselines(axes: &[Varied], found: &mut Vec<Diagnostic>) {
    let is_of = |one: &Diagnostic, value: &Node| {
        let (one_at, value_at) = (one.place(), &value.at);
        one.code() == Code::NoEffect.name()
            && value_at.start <= one_at.start
            && one_at.end <= value_at.end
    };
    for Varied { values, .. } in axes {
        let is_idle = |value: &&Node| found.iter().any(|one| is_of(one, value));
        if values.iter().filter(is_idle).count() < values.len() {
            found.retain(|one| !values.iter().any(|value| is_of(one, value)));
        }
    }
}

/// An axis as the design of a sweep has it.
pub(crate) fn axis(axis: &Varied) -> Axis {
    let values = axis.values.iter().map(|value| plain(&shown(value)).into());
    Axis { path: plain(&axis.path).into(), values: values.collect(), role: axis.role }
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
