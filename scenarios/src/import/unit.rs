//! How a value of another world becomes one of ours, and the way back.

use patterns::Duration;
use patterns::settings::{Node, Value};

use super::classes::Names;
use super::times::Times;
use super::words::loose;

/// How a value is written there, and here.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    /// The same whole number.
    Whole,
    /// A whole number that is one less there.
    OneLess,
    /// The same number with a fraction.
    Factor,
    /// From 0 to 100 there, from 0 to 1 here.
    Percent,
    /// From 0 to 1.
    Share,
    /// Yes or no.
    Flag,
    /// A length of time.
    Time(Times),
    /// One word for another.
    Word(&'static [(&'static str, &'static str)]),
    /// Kinds of failure, of which each stands for classes.
    Classes(&'static Names),
    /// What several keys say together: the note says what.
    Together,
    /// It says nothing that is modelled: the note says why.
    Nothing,
}

impl Unit {
    /// What may be written, for messages.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Whole | Self::OneLess => "a whole number".to_owned(),
            Self::Factor => "a number".to_owned(),
            Self::Percent => "a percentage from 0 to 100".to_owned(),
            Self::Share => "a share from 0 to 1".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Time(times) => times.expected().to_owned(),
            Self::Word(words) => {
                let names = words.iter().map(|(theirs, _)| *theirs);
                let known: Vec<&str> = names.filter(|name| name.parse::<u32>().is_err()).collect();
                format!("one of {}", known.join(", "))
            }
            Self::Classes(names) => format!("a list of names such as {}", names.example()),
            Self::Together | Self::Nothing => "anything".to_owned(),
        }
    }

    /// What it is, in short.
    pub(crate) fn in_words(self) -> String {
        match self {
            Self::OneLess => "one less there".to_owned(),
            Self::Word(words) => {
                let pair = |(theirs, ours): &(&str, &str)| format!("`{theirs}` is `{ours}`");
                let is_name = |(theirs, _): &&(&str, &str)| theirs.parse::<u32>().is_err();
                let pairs: Vec<String> = words.iter().filter(is_name).map(pair).collect();
                pairs.join(", ")
            }
            Self::Classes(_) => "kinds of failure".to_owned(),
            Self::Together => String::new(),
            Self::Nothing => "left out".to_owned(),
            other => other.expected(),
        }
    }

    /// What is written there, as it is written here.
    pub(crate) fn read(self, node: &Node) -> Option<Node> {
        let value = match self {
            Self::Whole => Value::Integer(whole(node)?),
            Self::OneLess => Value::Integer(whole(node)?.checked_add(1)?),
            Self::Factor | Self::Share => Value::Float(decimal(node)?),
            Self::Percent => percent(decimal(node)?),
            Self::Flag => Value::Bool(flag(node)?),
            Self::Time(times) => Value::Text(times.read(node)?.to_string()),
            Self::Word(words) => Value::Text(word(words, node)?.to_owned()),
            Self::Classes(names) => return names.read(node).map(|(classes, _)| classes),
            Self::Together | Self::Nothing => return Some(node.clone()),
        };
        Some(Node::unwritten(value))
    }

    /// What is written here, as it is written there.
    pub(crate) fn write(self, node: &Node) -> Option<Node> {
        let value = match self {
            Self::Whole => Value::Integer(whole(node)?),
            Self::OneLess => Value::Integer(whole(node)? - 1),
            Self::Factor | Self::Share => Value::Float(share(node)?),
            Self::Percent => {
                let percent = (share(node)? * 100.0 * 1e9).round() / 1e9;
                let is_whole = percent.fract() == 0.0;
                if is_whole { Value::Integer(percent as i128) } else { Value::Float(percent) }
            }
            Self::Flag => Value::Bool(flag(node)?),
            Self::Time(times) => return Some(times.write(time(node)?)),
            Self::Word(words) => {
                let ours = node.text()?;
                let found = words.iter().find(|(_, other)| *other == ours)?;
                Value::Text(found.0.to_owned())
            }
            Self::Classes(names) => return names.write(node),
            Self::Together | Self::Nothing => return Some(node.clone()),
        };
        Some(Node::unwritten(value))
    }
}

/// A whole number, also one in quotes, or `10.0`.
pub(crate) fn whole(node: &Node) -> Option<i128> {
    match &node.value {
        Value::Integer(number) => Some(*number),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(*number as i128)
        }
        Value::Text(text) | Value::Word(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// A number, also one in quotes.
pub(crate) fn decimal(node: &Node) -> Option<f64> {
    let number = match &node.value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Text(text) | Value::Word(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A share as our settings write it: `0.5` or `50%`.
fn share(node: &Node) -> Option<f64> {
    if let Some(percent) = node.text().and_then(|text| text.strip_suffix('%')) {
        return percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0);
    }
    decimal(node)
}

/// So many percent, as a share.
fn percent(percent: f64) -> Value {
    // Divided, so that it is the number that an author would write.
    Value::Float(percent / 100.0)
}

pub(crate) fn flag(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(truth) => Some(*truth),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Our word for a word of theirs; upper and lower case, `-` and `_` play no part.
fn word(words: &[(&'static str, &'static str)], node: &Node) -> Option<&'static str> {
    let written = match &node.value {
        Value::Integer(number) => number.to_string(),
        _ => node.text()?.to_owned(),
    };
    let loose = loose(written.trim());
    words.iter().find(|(theirs, _)| self::loose(theirs) == loose).map(|(_, ours)| *ours)
}

/// A length of time as our settings write it; without end for `unlimited`.
pub(crate) fn time(node: &Node) -> Option<Duration> {
    node.text()?.parse().ok()
}
