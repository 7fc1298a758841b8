//! What a single setting is, and the plain ones: numbers, lengths of time, words, lists.

use std::collections::BTreeMap;

use super::key::Unit;
use super::node::{Entry, Node, Value};
use super::reader::{Code, Reader};
use super::shape::{NameKind, Shape};
use crate::invalid::Findings;
use crate::layer::Target;
use crate::time::Duration;

/// Something that can be set: read from a file, written back, described.
pub trait Setting: Clone + 'static {
    /// What can be written.
    fn shape() -> Shape;

    /// Reads what was written. `base` is what holds already, by preset or default: where only a
    /// part is written, the rest is taken from there. Nothing if it cannot be read, and then the
    /// reader was told why.
    fn read(node: &Node, base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self>;

    /// What an author would write for it.
    fn write(&self) -> Node;

    /// The number that ranges are about, if there is one.
    fn magnitude(&self) -> Option<(f64, Unit)> {
        None
    }

    /// Notes what is wrong within it.
    fn check(&self, _found: &mut Findings) {}

    /// The value that `unlimited` stands for, if there is one.
    fn unlimited() -> Option<Self> {
        None
    }

    /// The words that stand for nothing where this is optional; the first is written.
    fn none_words() -> &'static [&'static str] {
        &["none"]
    }
}

impl Setting for bool {
    fn shape() -> Shape {
        Shape::Bool
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.value {
            Value::Bool(truth) => return Some(*truth),
            Value::Word(word) if word == "true" => return Some(true),
            Value::Word(word) if word == "false" => return Some(false),
            _ => reader.wrong_type(node, "true or false"),
        }
        None
    }

    fn write(&self) -> Node {
        Node::unwritten(Value::Bool(*self))
    }
}

/// The whole number that is written, if it is one.
fn whole(node: &Node, reader: &mut Reader<'_>) -> Option<i64> {
    match &node.value {
        Value::Integer(number) => return Some(*number),
        Value::Word(word) if word.parse::<i64>().is_ok() => return word.parse().ok(),
        _ => reader.wrong_type(node, "a whole number"),
    }
    None
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            fn shape() -> Shape {
                Shape::Integer
            }

            fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
                let number = whole(node, reader)?;
                let value = Self::try_from(number);
                if value.is_err() {
                    let most = Self::MAX;
                    let told = format!("{} must be from 0 to {most}, not {number}", reader.subject());
                    reader.mistake(&node.at, Code::OutOfRange, told);
                }
                value.ok()
            }

            fn write(&self) -> Node {
                if *self == Self::MAX {
                    return Node::word("unlimited");
                }
                Node::unwritten(Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
            }

            fn magnitude(&self) -> Option<(f64, Unit)> {
                Some((*self as f64, Unit::Plain))
            }

            fn unlimited() -> Option<Self> {
                Some(Self::MAX)
            }
        }
    )*};
}
whole_numbers!(u8, u16, u32, u64);

impl Setting for f64 {
    fn shape() -> Shape {
        Shape::Number
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match &node.value {
            Value::Integer(number) => Some(*number as Self),
            Value::Float(number) => Some(*number),
            Value::Word(word) => word.parse().ok(),
            _ => None,
        };
        let Some(number) = number else {
            reader.wrong_type(node, "a number");
            return None;
        };
        if !number.is_finite() {
            let told = format!("{} must be a finite number", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, told);
            return None;
        }
        Some(number)
    }

    fn write(&self) -> Node {
        Node::unwritten(Value::Float(*self))
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((*self, Unit::Plain))
    }
}

/// A share where a number alone would be ambiguous: `20%` or `0.2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

impl Setting for Share {
    fn shape() -> Shape {
        Shape::Share
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let percent = node.text().and_then(|text| text.trim().strip_suffix('%'));
        let share = match percent {
            // Divided, so that 70% is the number written 0.7.
            Some(percent) => percent.trim_end().parse().ok().map(|percent: f64| percent / 100.0),
            None => reader.attempt(|reader| f64::read(node, None, reader)),
        };
        let Some(share) = share else {
            reader.wrong_type(node, "a share such as 0.2 or 20%");
            return None;
        };
        if !(0.0..=1.0).contains(&share) {
            let told = format!("{} must be from 0% to 100%", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, told);
        }
        Some(Self(share))
    }

    fn write(&self) -> Node {
        Node::unwritten(Value::Float(self.0))
    }
}

impl Setting for Duration {
    fn shape() -> Shape {
        Shape::Duration
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong_type(node, "a length of time such as \"30s\"");
            return None;
        };
        match text.parse() {
            Ok(duration) => Some(duration),
            Err(why) => {
                let told = format!("{}: `{text}`: {why}", reader.subject());
                reader.mistake(&node.at, Code::Unreadable, told);
                None
            }
        }
    }

    fn write(&self) -> Node {
        if *self == Self::MAX { Node::word("unlimited") } else { Node::word(self) }
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((self.as_nanos() as f64, Unit::Nanos))
    }

    fn unlimited() -> Option<Self> {
        Some(Self::MAX)
    }

    fn none_words() -> &'static [&'static str] {
        &["unlimited", "none"]
    }
}

impl Setting for String {
    fn shape() -> Shape {
        Shape::Text
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = node.text().map(str::to_owned);
        if text.is_none() {
            reader.wrong_type(node, "a text");
        }
        text
    }

    fn write(&self) -> Node {
        Node::word(self)
    }
}

impl Setting for Target {
    fn shape() -> Shape {
        Shape::Name(NameKind::Service)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.resolve(NameKind::Service, node).map(Self)
    }

    fn write(&self) -> Node {
        Node::word(format!("service-{}", self.0))
    }
}

/// Who makes a call, by number; written by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerId(pub u16);

impl Setting for CallerId {
    fn shape() -> Shape {
        Shape::Name(NameKind::Caller)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.resolve(NameKind::Caller, node).map(Self)
    }

    fn write(&self) -> Node {
        Node::word(format!("caller-{}", self.0))
    }
}

impl<T: Setting> Setting for Option<T> {
    fn shape() -> Shape {
        Shape::Optional(Box::new(T::shape()), T::none_words())
    }

    fn read(node: &Node, base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if node.text().is_some_and(|word| T::none_words().contains(&word)) {
            return Some(None);
        }
        T::read(node, base.and_then(Option::as_ref), reader).map(Some)
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
        // Each one is read, so that every mistake is told.
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
        let entries = self.iter().map(|(key, value)| super::group::entry(key, value.write()));
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
        let entries = self.iter().map(|(caller, value)| {
            super::group::entry(caller.write().text().unwrap_or_default(), value.write())
        });
        Node::unwritten(Value::Table(entries.collect()))
    }

    fn check(&self, found: &mut Findings) {
        for (caller, value) in self {
            let name = caller.write().text().unwrap_or_default().to_owned();
            found.within(name, |found| value.check(found));
        }
    }
}
