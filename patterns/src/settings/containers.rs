//! Settings that hold others: what may be left out, lists, tables.

use std::collections::BTreeMap;

use super::node::{Entry, Node, Value, entry};
use super::range::Unit;
use super::reader::Reader;
use super::setting::{CallerId, Setting};
use super::shape::Shape;
use crate::invalid::Findings;

impl<T: Setting> Setting for Option<T> {
    fn shape() -> Shape {
        Shape::Optional(Box::new(T::shape()), T::none_words())
    }

    fn read(node: &Node, base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if node.text().is_some_and(|word| T::none_words().contains(&word)) {
            return Some(None);
        }
        T::read(node, base.and_then(Self::as_ref), reader).map(Some)
    }

    fn write(&self) -> Node {
        self.as_ref().map_or_else(|| Node::word(T::none_words()[0]), Setting::write)
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        self.as_ref()?.magnitude()
    }

    fn check(&self, found: &mut Findings) {
        if let Some(value) = self {
            value.check(found);
        }
    }

    fn unlimited() -> Option<Self> {
        T::unlimited().map(Some)
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn shape() -> Shape {
        Shape::List(T::shape)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            reader.wrong_type(node, "a list");
            return None;
        };
        // Each one is read, so that every mistake is reported.
        let read: Vec<Option<T>> = items.iter().map(|item| T::read(item, None, reader)).collect();
        read.into_iter().collect()
    }

    fn write(&self) -> Node {
        Node::unwritten(Value::List(self.iter().map(Setting::write).collect()))
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((self.len() as f64, Unit::Items))
    }

    fn check(&self, found: &mut Findings) {
        for (index, item) in self.iter().enumerate() {
            found.within(index.to_string(), |found| item.check(found));
        }
    }
}

impl<T: Setting> Setting for BTreeMap<String, T> {
    fn shape() -> Shape {
        Shape::Map(T::shape)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(entries) = node.entries() else {
            reader.wrong_type(node, "a table");
            return None;
        };
        let read = |Entry { key, node, .. }: &Entry, reader: &mut Reader<'_>| {
            let value = reader.within(key.clone(), |reader| T::read(node, None, reader))?;
            Some((key.clone(), value))
        };
        let read: Vec<_> = entries.iter().map(|entry| read(entry, reader)).collect();
        read.into_iter().collect()
    }

    fn write(&self) -> Node {
        let entries = self.iter().map(|(key, value)| entry(key, value.write()));
        Node::unwritten(Value::Table(entries.collect()))
    }

    fn check(&self, found: &mut Findings) {
        for (key, value) in self {
            found.within(key.clone(), |found| value.check(found));
        }
    }
}

/// A setting that follows from others unless it is written: `auto`, or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auto<T> {
    /// It follows from others, as its description says.
    #[default]
    Auto,
    /// It is this.
    Is(T),
}

impl<T: Copy> Auto<T> {
    /// What it is, if this follows from the others.
    pub fn or(self, otherwise: T) -> T {
        match self {
            Self::Auto => otherwise,
            Self::Is(value) => value,
        }
    }
}

impl<T: Setting> Setting for Auto<T> {
    fn shape() -> Shape {
        Shape::Optional(Box::new(T::shape()), &["auto"])
    }

    fn read(node: &Node, base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if node.text().is_some_and(|word| word == "auto") {
            return Some(Self::Auto);
        }
        let base = match base {
            Some(Self::Is(value)) => Some(value),
            _ => None,
        };
        T::read(node, base, reader).map(Self::Is)
    }

    fn write(&self) -> Node {
        match self {
            Self::Auto => Node::word("auto"),
            Self::Is(value) => value.write(),
        }
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        match self {
            Self::Auto => None,
            Self::Is(value) => value.magnitude(),
        }
    }

    fn check(&self, found: &mut Findings) {
        if let Self::Is(value) = self {
            value.check(found);
        }
    }

    fn unlimited() -> Option<Self> {
        T::unlimited().map(Self::Is)
    }
}

/// A table with a key for each caller, by name.
impl<T: Setting> Setting for BTreeMap<CallerId, T> {
    fn shape() -> Shape {
        Shape::Map(T::shape)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(entries) = node.entries() else {
            reader.wrong_type(node, "a table with the names of callers as keys");
            return None;
        };
        let read = |Entry { key, key_at, node }: &Entry, reader: &mut Reader<'_>| {
            let name = Node::new(key_at.clone(), Value::Text(key.clone()));
            let caller = CallerId::read(&name, None, reader);
            let value = reader.within(key.clone(), |reader| T::read(node, None, reader));
            Some((caller?, value?))
        };
        let read: Vec<_> = entries.iter().map(|entry| read(entry, reader)).collect();
        read.into_iter().collect()
    }

    fn write(&self) -> Node {
        let entries = self
            .iter()
            .map(|(caller, value)| entry(caller.write().text().unwrap_or_default(), value.write()));
        Node::unwritten(Value::Table(entries.collect()))
    }

    fn check(&self, found: &mut Findings) {
        for (caller, value) in self {
            let name = caller.write().text().unwrap_or_default().to_owned();
            found.within(name, |found| value.check(found));
        }
    }
}
