//! The keys of a table, or the arguments of a call, while settings are read from them.

use super::node::{Argument, Call, Entry, Node, Place, Value};
use super::range::{Range, Unit};
use super::reader::{Code, Reader};
use super::setting::Setting;
use super::shape::{Key, Shape};
use crate::invalid::Findings;

/// The keys of a table, or the arguments of a call. Each is taken once; what is left at the end
/// is unknown.
#[derive(Debug)]
pub struct Fields<'n> {
    at: Place,
    /// What it is, as messages name it: "`exponential`", "the file".
    what: String,
    items: Vec<Item<'n>>,
    times: Option<&'n Node>,
    /// Whether arguments without a key are taken in the order of the keys.
    by_position: bool,
}

#[derive(Debug)]
struct Item<'n> {
    key: Option<(&'n str, &'n Place)>,
    node: &'n Node,
    taken: bool,
}

impl<'n> Fields<'n> {
    /// Nothing was written.
    pub fn none(at: Place, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), items: Vec::new(), times: None, by_position: true }
    }

    /// The keys of a table.
    pub fn of_table(at: Place, what: impl Into<String>, entries: &'n [Entry]) -> Self {
        let mut fields = Self::none(at, what);
        fields.add_table(entries);
        fields
    }

    /// The arguments of a call.
    pub fn of_call(at: Place, call: &'n Call) -> Self {
        let mut fields = Self::none(at, format!("`{}`", call.name));
        fields.times = call.times.as_deref();
        fields.items.extend(call.arguments.iter().map(|Argument { key, node }| Item {
            key: key.as_ref().map(|(key, at)| (key.as_str(), at)),
            node,
            taken: false,
        }));
        fields
    }

    /// One value, by position.
    pub fn of_value(at: Place, what: impl Into<String>, node: &'n Node) -> Self {
        let mut fields = Self::none(at, what);
        fields.items.push(Item { key: None, node, taken: false });
        fields
    }

    /// Adds the keys of a table.
    pub fn add_table(&mut self, entries: &'n [Entry]) {
        self.items.extend(entries.iter().map(|entry| Item {
            key: Some((&entry.key, &entry.key_at)),
            node: &entry.node,
            taken: false,
        }));
    }

    /// Where all of it stands.
    pub fn at(&self) -> &Place {
        &self.at
    }

    /// From here on arguments need their keys.
    pub fn end_positions(&mut self) {
        self.by_position = false;
    }

    /// Whether a key was written, and not taken yet.
    pub fn is_written(&self, key: &str) -> bool {
        self.items.iter().any(|item| !item.taken && item.key.is_some_and(|(name, _)| name == key))
    }

    /// The value of a key, taken or not; nothing if it was not written.
    pub fn node(&self, key: &str) -> Option<&'n Node> {
        let found = self.items.iter().find(|item| item.key.is_some_and(|(name, _)| name == key));
        found.map(|item| item.node)
    }

    /// Takes the value of a key without reading it.
    pub fn take_node(&mut self, key: &str) -> Option<&'n Node> {
        let item = self
            .items
            .iter_mut()
            .find(|item| !item.taken && item.key.is_some_and(|(name, _)| name == key))?;
        item.taken = true;
        Some(item.node)
    }

    /// The place of what was written for a key, or of the whole.
    pub fn place_of(&self, key: &str) -> Place {
        let head = key.split('.').next().unwrap_or(key);
        self.node(head).map_or_else(|| self.at.clone(), |node| node.at.clone())
    }

    /// Reads a setting: what is written for it, else what holds already.
    pub fn take<T: Setting>(
        &mut self,
        key: &'static Key,
        base: Option<&T>,
        reader: &mut Reader<'_>,
    ) -> Option<T> {
        let name = key.name();
        if key.is_rest() && self.has_rest(key) {
            let rest = self.rest(key);
            return reader.within(name, |reader| read_value(key, &rest, base, reader));
        }
        // In a table the number of times is a key as any other.
        let times = if key.is_times() { self.times.take() } else { None };
        let is_found = times.is_none() && (!key.is_times() || self.is_written(&name));
        let node = if is_found { self.find(&name, reader) } else { times };
        let Some(node) = node else {
            if base.is_none() {
                self.report_missing(key, reader);
            }
            return base.cloned();
        };
        reader.within(name, |reader| read_value(key, node, base, reader))
    }

    /// Tells that a key must be written.
    pub(super) fn report_missing(&self, key: &'static Key, reader: &mut Reader<'_>) {
        let message = format!("{} needs `{key}`", self.what);
        reader.mistake(&self.at, Code::Missing, message).expected = Some(key);
    }

    /// Reads something that messages call by a name of its own.
    pub fn called<T>(&mut self, what: String, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = core::mem::replace(&mut self.what, what);
        let value = read(self);
        self.what = outer;
        value
    }

    /// What was written for a key: by its name, or the next argument without one.
    fn find(&mut self, name: &str, reader: &mut Reader<'_>) -> Option<&'n Node> {
        let is_named = |item: &Item<'_>| item.key.is_some_and(|(key, _)| key == name);
        let named: Vec<usize> = (0..self.items.len())
            .filter(|at| !self.items[*at].taken && is_named(&self.items[*at]))
            .collect();
        for again in named.iter().skip(1) {
            self.items[*again].taken = true;
            let message = format!("`{name}` is given twice");
            reader.mistake(&self.items[*again].node.at, Code::Twice, message);
        }
        let next = || self.items.iter().position(|item| !item.taken && item.key.is_none());
        let index = named.first().copied().or_else(|| self.by_position.then(next).flatten())?;
        self.items[index].taken = true;
        Some(self.items[index].node)
    }

    /// Whether anything is left for a key that takes the rest: for a list what has no key, else
    /// what has one.
    fn has_rest(&self, key: &'static Key) -> bool {
        let is_list = matches!(key.shape(), Shape::List(_));
        self.items.iter().any(|item| !item.taken && item.key.is_none() == is_list)
    }

    /// All that is left: a list of what has no key, or a table of what has.
    fn rest(&mut self, key: &'static Key) -> Node {
        let is_list = matches!(key.shape(), Shape::List(_));
        let mut items = Vec::new();
        let mut entries = Vec::new();
        for item in self.items.iter_mut().filter(|item| !item.taken) {
            match item.key {
                None if is_list => match &item.node.value {
                    // `{ list = ["1s", "5s"] }` has them all in one.
                    Value::List(inner) => items.extend(inner.iter().cloned()),
                    _ => items.push(item.node.clone()),
                },
                Some((key, key_at)) if !is_list => entries.push(Entry {
                    key: key.to_owned(),
                    key_at: key_at.clone(),
                    node: item.node.clone(),
                }),
                // What is of the other kind is left to other keys, or is unknown.
                _ => continue,
            }
            item.taken = true;
        }
        let value = if is_list { Value::List(items) } else { Value::Table(entries) };
        Node::new(self.at.clone(), value)
    }

    /// Tells of everything that was not taken; `keys` are those that there are.
    pub fn finish(&mut self, keys: &[&'static Key], reader: &mut Reader<'_>) {
        for item in self.items.iter_mut().filter(|item| !item.taken) {
            item.taken = true;
            let Some((name, at)) = item.key else {
                let message = format!("{} takes no further value here", self.what);
                reader.mistake(&item.node.at, Code::UnknownKey, message).help =
                    Some(known_keys(keys));
                continue;
            };
            if let Some(key) = keys.iter().find(|key| key.former().contains(&name)) {
                let message = format!("`{name}` is called `{key}` now");
                reader.mistake(at, Code::Renamed, message);
                continue;
            }
            let absorbed = |key: &&&Key| key.absorbed().iter().find(|(old, _)| *old == name);
            if let Some(key) = keys.iter().find(|key| absorbed(key).is_some()) {
                let message = format!("`{name}` is a part of `{key}` now");
                let mistake = reader.mistake(at, Code::Renamed, message);
                mistake.help = absorbed(&key).map(|(_, now)| format!("for example: {key} = {now}"));
                continue;
            }
            let message = format!("{} has no key `{name}`", self.what);
            let known = keys.iter().map(|key| key.name()).collect();
            let mistake = reader.mistake(at, Code::UnknownKey, message);
            mistake.unknown = Some((name.to_owned(), known));
        }
        if let Some(times) = self.times.take() {
            let message = format!("{} takes no number before ` x `", self.what);
            reader.mistake(&times.at, Code::UnknownKey, message);
        }
    }

    /// Tells what does not go together, where it is written.
    pub fn report(&self, findings: Findings, reader: &mut Reader<'_>) {
        for invalid in findings.into_all() {
            let message = format!("`{}` must be {}", invalid.setting, invalid.must_be);
            let at = self.place_of(&invalid.setting);
            reader.mistake(&at, Code::Conflict, message);
        }
    }
}

fn known_keys(keys: &[&'static Key]) -> String {
    match keys {
        [] => "it takes nothing".to_owned(),
        keys => {
            let names: Vec<String> = keys.iter().map(|key| key.name()).collect();
            format!("it takes: {}", names.join(", "))
        }
    }
}

/// Reads one value, and checks that it is in the range of its key.
pub(super) fn read_value<T: Setting>(
    key: &'static Key,
    node: &Node,
    base: Option<&T>,
    reader: &mut Reader<'_>,
) -> Option<T> {
    if key.has_unlimited()
        && node.text().is_some_and(|text| text == "unlimited" || text == "forever")
    {
        return T::unlimited();
    }
    if node.text().is_some_and(|text| key.none_words().contains(&text)) {
        return T::read(&Node::word("none"), None, reader);
    }
    let in_percent = if key.is_share() { percentage(node) } else { None };
    let before = reader.mark();
    // What is read with a warning, or with a mistake in a part of it, is a value all the same.
    let read = |reader: &mut Reader<'_>| T::read(in_percent.as_ref().unwrap_or(node), base, reader);
    let Some(value) = reader.expecting(key, read) else {
        if out_of_range(key, node) {
            // No whole number of the type, and so out of the range as well.
            reader.forget_since(before);
            report_range(key, Unit::Plain, node, reader);
        } else if key.has_unlimited() && node.text().is_some() {
            reader.suggest(match value_shape::<T>() {
                Shape::Duration => "a length of time such as \"30s\", or \"unlimited\"",
                _ => "a number, or \"unlimited\"",
            });
        }
        return None;
    };
    if let Some((magnitude, unit)) = value.magnitude()
        && !key.range().contains(magnitude)
    {
        report_range(key, unit, node, reader);
    }
    Some(value)
}

/// What can be written, beside a word for nothing.
fn value_shape<T: Setting>() -> Shape {
    match T::shape() {
        Shape::Optional(inner, _) => *inner,
        shape => shape,
    }
}

/// Whether a whole number is written that the key's range does not have.
fn out_of_range(key: &'static Key, node: &Node) -> bool {
    let range = key.range();
    let Value::Integer(number) = node.value else { return false };
    range != Range::ALL && !range.contains(number as f64)
}

fn report_range(key: &'static Key, unit: Unit, node: &Node, reader: &mut Reader<'_>) {
    let mut range = key.range().in_words(unit);
    if key.has_unlimited() {
        range += ", or \"unlimited\"";
    }
    let message = match unit {
        Unit::Items => format!("{} must be {range}", reader.subject()),
        _ => format!("{} must be {range}, not {}", reader.subject(), shown(node)),
    };
    reader.mistake(&node.at, Code::OutOfRange, message);
}

/// A value as it is written, without quotes.
fn shown(node: &Node) -> String {
    node.text().map_or_else(|| node.to_string(), str::to_owned)
}

/// The number that a text such as `70%` says. Divided, so that it is the number written 0.7.
fn percentage(node: &Node) -> Option<Node> {
    let percent: f64 = node.text()?.trim().strip_suffix('%')?.trim_end().parse().ok()?;
    Some(Node::new(node.at.clone(), Value::Float(percent / 100.0)))
}
