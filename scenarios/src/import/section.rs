//! Reads one section of another format by the rows of its table.

use std::collections::BTreeMap;

use patterns::settings::{Code, Entry, Node, Value};

use super::draft::{Draft, From, Layer, said};
use super::table::{Row, Section};
use super::unit::Unit;
use super::words::loose;
use super::yaml::NULL;
use crate::diagnostic::{Diagnostic, nearest};

/// What a section has said.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    /// The layer, with the lines of all keys that have their like.
    pub(crate) layer: Layer,
    /// What says something together with other keys, by its key there.
    together: BTreeMap<&'static str, &'a Entry>,
}

impl<'a> Taken<'a> {
    /// A key that says something together with others.
    pub(crate) fn entry(&self, theirs: &str) -> Option<&'a Entry> {
        self.together.get(theirs).copied()
    }

    /// Its value as one of ours; one that cannot be read is a mistake.
    pub(crate) fn value(&self, theirs: &str, unit: Unit, draft: &mut Draft) -> Option<Node> {
        let entry = self.entry(theirs)?;
        read(entry, theirs, unit, draft)
    }

    /// Where it comes from.
    pub(crate) fn from(&self, theirs: &str) -> Option<From> {
        self.entry(theirs).map(From::entry)
    }
}

/// Reads a section. Of several tables the first that has a key counts: an instance, then what it
/// inherits.
pub(crate) fn take<'a>(
    section: &'static Section,
    tables: &[&'a Node],
    relaxed: bool,
    from: From,
    draft: &mut Draft,
) -> Taken<'a> {
    let mut layer = Layer::new(section.layer, from);
    if !section.like.is_empty() {
        layer.set("like", Node::word(section.like), From::Default(""));
    }
    let mut together = BTreeMap::new();
    for row in section.rows {
        let mut tables = tables.iter();
        let Some(entry) = tables.find_map(|table| find(table, row.theirs, relaxed)) else {
            continue;
        };
        if entry.node.text() == Some(NULL) {
            continue;
        }
        match row.unit {
            Unit::Nothing => draft.leave_entry(entry, row.note),
            Unit::Together => {
                together.insert(row.theirs, entry);
            }
            Unit::Classes(names) => {
                let Some((classes, unknown)) = names.read(&entry.node) else {
                    let _wrong = read(entry, row.theirs, row.unit, draft);
                    continue;
                };
                for name in &unknown {
                    let why = "no class of failure is known for it";
                    draft.leave(&name.at, said(&entry.key, name), why);
                }
                if classes.text() == Some("none") && !unknown.is_empty() {
                    continue;
                }
                layer.set(row.ours, classes, From::entry(entry));
            }
            unit => {
                if let Some(value) = read(entry, row.theirs, unit, draft) {
                    layer.set(row.ours, value, From::entry(entry));
                }
            }
        }
    }
    for table in tables {
        unknown(section, table, "", relaxed, draft);
    }
    Taken { layer, together }
}

/// Reads a value; one that cannot be read is a mistake, or left out if it stands elsewhere.
fn read(entry: &Entry, theirs: &str, unit: Unit, draft: &mut Draft) -> Option<Node> {
    let mut node = entry.node.clone();
    match node.text().map_or(Stands::Here, stands) {
        Stands::Here => {}
        Stands::Default(default) => node.value = Value::Text(default),
        Stands::Elsewhere => {
            draft.leave_entry(entry, "the value stands elsewhere");
            return None;
        }
    }
    let value = unit.read(&node);
    if value.is_none() {
        let key = theirs.rsplit('.').next().unwrap_or(theirs);
        let what = node.text().map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"));
        let message = format!("`{key}` must be {}, not {what}", unit.expected());
        draft.wrong(Diagnostic::new(entry.node.at.clone(), Code::WrongType, message));
    }
    value
}

/// Where a value stands.
enum Stands {
    /// It is what is written.
    Here,
    /// Elsewhere, and it is this if nothing is there (`${NAME:default}`).
    Default(String),
    Elsewhere,
}

/// Where the value stands that a text says, or stands for.
fn stands(text: &str) -> Stands {
    if text.starts_with("os.environ/") {
        return Stands::Elsewhere;
    }
    let inner = text.trim().strip_prefix("${").and_then(|inner| inner.strip_suffix('}'));
    match inner.map(|inner| inner.split_once(':')) {
        None => Stands::Here,
        Some(Some((_, default))) => Stands::Default(default.to_owned()),
        Some(None) => Stands::Elsewhere,
    }
}

/// Whether two keys are the same.
pub(crate) fn same(one: &str, other: &str, relaxed: bool) -> bool {
    one == other || relaxed && loose(one) == loose(other)
}

/// An entry of a table, by its path; keys may have the dots themselves.
pub(crate) fn find<'a>(table: &'a Node, path: &str, relaxed: bool) -> Option<&'a Entry> {
    let entries = table.entries()?;
    if let Some(entry) = entries.iter().find(|entry| same(&entry.key, path, relaxed)) {
        return Some(entry);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let (first, rest) = (&path[..dot], &path[dot + 1..]);
        let entry = entries.iter().find(|entry| same(&entry.key, first, relaxed))?;
        find(&entry.node, rest, relaxed)
    })
}

/// The value of an entry of a table.
pub(crate) fn get<'a>(table: &'a Node, path: &str, relaxed: bool) -> Option<&'a Node> {
    find(table, path, relaxed).map(|entry| &entry.node)
}

/// Leaves out all keys that no row knows.
fn unknown(section: &Section, table: &Node, above: &str, relaxed: bool, draft: &mut Draft) {
    for entry in table.entries().unwrap_or_default() {
        let path =
            if above.is_empty() { entry.key.clone() } else { format!("{above}.{}", entry.key) };
        let is_row = |row: &&Row| same(row.theirs, &path, relaxed);
        if section.rows.iter().any(|row| is_row(&row)) {
            continue;
        }
        let is_above = |row: &Row| {
            row.theirs.match_indices('.').any(|(dot, _)| same(&row.theirs[..dot], &path, relaxed))
        };
        if section.rows.iter().any(is_above) {
            match entry.node.entries() {
                Some(_) => unknown(section, &entry.node, &path, relaxed, draft),
                None if entry.node.text() == Some(NULL) => {}
                None => {
                    let message =
                        format!("`{}` must be a table, not {}", entry.key, entry.node.kind());
                    draft.wrong(Diagnostic::new(entry.node.at.clone(), Code::WrongType, message));
                }
            }
            continue;
        }
        let known = section.rows.iter().filter_map(|row| {
            let below = row.theirs.strip_prefix(above)?;
            let below = if above.is_empty() { below } else { below.strip_prefix('.')? };
            below.split('.').next()
        });
        leave_unknown(entry, known, section.place, draft);
    }
}

/// Leaves out a key that is not known, and names the nearest one.
pub(crate) fn leave_unknown<'a>(
    entry: &Entry,
    known: impl Iterator<Item = &'a str>,
    place: &str,
    draft: &mut Draft,
) {
    let known: Vec<&str> = known.collect();
    let near = nearest(&entry.key, &known).map(|near| format!("; did you mean `{near}`?"));
    let why = format!("not a key of `{place}` that is known{}", near.unwrap_or_default());
    draft.leave_entry(entry, &why);
}
