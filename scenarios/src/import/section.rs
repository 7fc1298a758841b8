//! Reads one section of another format by the rows of its table.

use std::collections::BTreeMap;

use patterns::settings::{Code, Entry, Node, Value};

use super::classes::Names;
use super::draft::{Draft, From, Layer, said};
use super::table::{Row, Section};
use super::unit::Unit;
use super::words::{letters, loose};
use super::yaml::NULL;
use crate::diagnostic::{Diagnostic, nearest, nearest_or_all};

/// What a section has said.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    /// The layer, with the lines of all keys that have their like.
    pub(crate) layer: Layer,
    section: &'static Section,
    /// What says something together with other keys, by its key there.
    together: BTreeMap<&'static str, &'a Entry>,
}

impl<'a> Taken<'a> {
    /// A key that says something together with others.
    pub(crate) fn entry(&self, theirs: &str) -> Option<&'a Entry> {
        self.together.get(theirs).copied()
    }

    /// All keys that say something together with others, by name.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        self.together.values().copied()
    }

    /// Its value as one of ours; one that cannot be read is a mistake.
    pub(crate) fn value(&self, theirs: &str, unit: Unit, draft: &mut Draft) -> Option<Node> {
        let entry = self.entry(theirs)?;
        let row = self.section.rows.iter().find(|row| row.theirs == theirs)?;
        read(entry, row, unit, draft)
    }

    /// Where it comes from that something is on; nothing if it is not, or not written.
    pub(crate) fn on(&self, theirs: &str, draft: &mut Draft) -> Option<From> {
        let flag = self.value(theirs, Unit::Flag, draft)?;
        (flag.value == Value::Bool(true)).then(|| self.from(theirs))?
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
    for table in tables.iter().filter(|table| !is_table(table)) {
        let message =
            format!("`{}` must be a table of settings, not {}", section.place, table.kind());
        draft.wrong(Diagnostic::new(table.at.clone(), Code::WrongType, message));
    }
    for row in section.rows {
        let mut tables = tables.iter();
        let Some(entry) = tables.find_map(|table| find(table, row.theirs, relaxed)) else {
            continue;
        };
        if entry.node.text() == Some(NULL) {
            continue;
        }
        if let Some(first) = layer.line(row.ours).filter(|_| row.speaks()) {
            let said = first.from.written().map_or("", |(_, said)| said);
            draft.leave_entry(entry, &format!("`{said}` says the same, and counts"));
            continue;
        }
        match row.unit {
            Unit::Nothing => draft.leave_entry(entry, row.note),
            Unit::Together => {
                together.insert(row.theirs, entry);
            }
            Unit::Classes(names) => {
                let Some((classes, unknown)) = names.read(&entry.node) else {
                    let _wrong = read(entry, row, row.unit, draft);
                    continue;
                };
                for name in &unknown {
                    unknown_name(names, name, entry, draft);
                }
                if classes.text() == Some("none") && !unknown.is_empty() {
                    continue;
                }
                layer.set(row.ours, classes, From::entry(entry));
            }
            unit => {
                if let Some(value) = read(entry, row, unit, draft) {
                    layer.set(row.ours, value, From::entry(entry));
                }
            }
        }
    }
    for table in tables {
        unknown(section, table, "", relaxed, draft);
    }
    Taken { layer, section, together }
}

/// Reads a value; one that cannot be read is a mistake, or left out if it stands elsewhere.
fn read(entry: &Entry, row: &Row, unit: Unit, draft: &mut Draft) -> Option<Node> {
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
    let key = key_of(row);
    if value.is_none() {
        let what = match &node.value {
            Value::List(_) | Value::Table(_) => node.kind().to_owned(),
            _ => format!("`{}`", plain_text(&node)),
        };
        let wrong = if let Unit::Time(times) = unit { times.wrong(&node) } else { None };
        let (code, message) = match wrong {
            Some(wrong) => (Code::OutOfRange, format!("`{key}` is {wrong}: {what}")),
            None => {
                let expected = unit.expected();
                (Code::WrongType, format!("`{key}` must be {expected}, not {what}"))
            }
        };
        draft.wrong(Diagnostic::new(entry.node.at.clone(), code, message));
    } else if let Some(expected) = row.limits.broken_by(&node, unit) {
        let message = format!("`{key}` must be {expected}, not {}", plain_text(&node));
        draft.wrong(Diagnostic::new(entry.node.at.clone(), Code::OutOfRange, message));
        return None;
    }
    value
}

/// The key of a row, as messages say it: `budget_percent.value` needs both parts.
fn key_of(row: &Row) -> &'static str {
    let whole = row.theirs.strip_suffix(".value").unwrap_or(row.theirs);
    let start = whole.rfind('.').map_or(0, |dot| dot + 1);
    &row.theirs[start..]
}

/// A value without its quotes.
fn plain_text(node: &Node) -> String {
    node.text().map_or_else(|| node.to_string(), str::to_owned)
}

/// A name that stands for no class of failure here; one that it does not have there is a mistake.
fn unknown_name(names: &Names, name: &Node, entry: &Entry, draft: &mut Draft) {
    let text = plain_text(name);
    if names.is_known(&text) {
        let why = "no class of failure is known for it";
        return draft.leave(&name.at, said(&entry.key, name), why);
    }
    let known: Vec<&str> = names.known().collect();
    let message = format!("`{}` has no `{text}`", entry.key);
    let wrong = Diagnostic::new(name.at.clone(), Code::UnknownWord, message);
    draft.wrong(wrong.help(nearest_or_all(&text, &known)));
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
    one == other || relaxed && letters(one).eq(letters(other))
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

/// Whether a value is a table, or nothing.
fn is_table(node: &Node) -> bool {
    node.entries().is_some() || node.text() == Some(NULL)
}

/// Leaves out all keys that no row knows.
fn unknown(section: &Section, table: &Node, above: &str, relaxed: bool, draft: &mut Draft) {
    let entries = table.entries().unwrap_or_default();
    let mut earlier: BTreeMap<String, &Entry> = BTreeMap::new();
    for entry in entries {
        let name = if relaxed { loose(&entry.key) } else { entry.key.clone() };
        if let Some(earlier) = earlier.get(&name) {
            draft.wrong(twice(entry, earlier));
            continue;
        }
        earlier.insert(name, entry);
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

/// A key that was written before, in another spelling.
pub(crate) fn twice(entry: &Entry, earlier: &Entry) -> Diagnostic {
    let message = format!("`{}` is written twice", entry.key);
    let wrong = Diagnostic::new(entry.key_at.clone(), Code::Twice, message);
    wrong.help(format!("it stands there as `{}`, too", earlier.key))
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
