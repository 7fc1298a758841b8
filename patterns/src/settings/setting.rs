//! What a single setting is, and the plain ones: numbers, lengths of time, words, lists.

use core::num::IntErrorKind;

use super::node::{Node, Value};
use super::range::Unit;
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
    /// reader knows why.
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

/// The whole number that is written, if it is one; the largest there is if it is larger still.
fn whole(node: &Node, reader: &mut Reader<'_>) -> Option<i128> {
    match &node.value {
        Value::Integer(number) => return Some(*number),
        Value::Word(word) => match word.parse::<i128>().map_err(|error| *error.kind()) {
            Ok(number) => return Some(number),
            Err(IntErrorKind::PosOverflow) => return Some(i128::MAX),
            Err(IntErrorKind::NegOverflow) => return Some(i128::MIN),
            Err(_) if is_huge(word) => return Some(i128::MAX),
            Err(_) => {}
        },
        _ => {}
    }
    reader.wrong_type(node, "a whole number");
    None
}

/// Whether a text is a whole number of TOML in another base, larger than any that is kept.
fn is_huge(text: &str) -> bool {
    [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().any(|(prefix, base)| {
        let digits = text.strip_prefix(prefix);
        let read = digits.map(|digits| i128::from_str_radix(digits, base));
        matches!(read, Some(Err(error)) if *error.kind() == IntErrorKind::PosOverflow)
    })
}

macro_rules! whole_numbers {
    ($($type:ty: $as_f64:expr),*) => {$(
        impl Setting for $type {
            fn shape() -> Shape {
                Shape::Integer
            }

            fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
                let number = whole(node, reader)?;
                let value = Self::try_from(number);
                if value.is_err() {
                    let bound = match number {
                        ..0 => "at least 0".to_owned(),
                        _ => format!("at most {}", Self::MAX),
                    };
                    let shown = node.text().map_or_else(|| node.to_string(), str::to_owned);
                    let message = format!("{} must be {bound}, not {shown}", reader.subject());
                    reader.mistake(&node.at, Code::OutOfRange, message);
                }
                value.ok()
            }

            fn write(&self) -> Node {
                if *self == Self::MAX {
                    return Node::word("unlimited");
                }
                Node::unwritten(Value::Integer(i128::from(*self)))
            }

            fn magnitude(&self) -> Option<(f64, Unit)> {
                let as_f64: fn(Self) -> f64 = $as_f64;
                Some((as_f64(*self), Unit::Plain))
            }

            fn unlimited() -> Option<Self> {
                Some(Self::MAX)
            }
        }
    )*};
}
whole_numbers!(u8: f64::from, u16: f64::from, u32: f64::from, u64: |number| number as f64);

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
            let message = format!("{} must be a finite number", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
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
            None => reader.tentative(|reader| f64::read(node, None, reader)).ok(),
        };
        let Some(share) = share else {
            reader.wrong_type(node, "a share such as 0.2 or 20%");
            return None;
        };
        if !(0.0..=1.0).contains(&share) {
            let subject = reader.subject();
            let shown = node.text().map_or_else(|| node.to_string(), str::to_owned);
            let message = format!("{subject} must be from 0% to 100%, not {shown}");
            reader.mistake(&node.at, Code::OutOfRange, message);
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
                let message = format!("{}: `{text}`: {why}", reader.subject());
                reader.mistake(&node.at, Code::Unreadable, message);
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
        reader.resolve(NameKind::Service, node).map(|place| Self(place.into()))
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
