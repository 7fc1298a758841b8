//! A scenario on the way from another format: every line with the place that it comes from.

use core::ops::Range;
use std::collections::BTreeMap;

use patterns::settings::{Code, Entry, Node, Value};

use super::names::Names;
use crate::diagnostic::Diagnostic;

/// A scenario that is being made.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// What it is made from, for its title: `3 instances`.
    pub(crate) about: String,
    pub(crate) policies: Vec<Policy>,
    pub(crate) services: Vec<Service>,
    /// What could not be said, and why.
    pub(crate) left: Vec<Left>,
    /// What is wrong.
    pub(crate) wrong: Vec<Diagnostic>,
    /// The names of all services.
    pub(crate) names: Names,
    /// Which of those that are left out, and of those that are wrong, are at a place.
    pub(super) left_at: BTreeMap<(usize, usize), Vec<usize>>,
    pub(super) wrong_at: BTreeMap<(usize, usize), Vec<usize>>,
}

/// A policy: the layers around calls.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) layers: Vec<Layer>,
}

/// A layer of a policy.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) kind: &'static str,
    /// Where it comes from; nothing for one that the other world has without being told.
    pub(crate) from: From,
    pub(crate) lines: Vec<Line>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) key: String,
    pub(crate) value: Node,
    pub(crate) from: From,
}

/// Where something comes from.
#[derive(Clone, Debug)]
pub(crate) enum From {
    /// It was written there: the place, and what it says.
    Written(Range<usize>, String),
    /// A key and its value were written there.
    Entry {
        key_at: Range<usize>,
        value_at: Range<usize>,
        /// What they say.
        said: String,
    },
    /// It is so there, unless something else is written.
    Default(&'static str),
    /// Nobody said so.
    Assumed,
}

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) from: From,
    pub(crate) lines: Vec<Line>,
    /// The policy of calls to it.
    pub(crate) policy: Option<String>,
    /// Whether the agents call it; others stand in, or are called through a balance.
    pub(crate) is_called: bool,
    /// The services that a balance sends its calls to instead.
    pub(crate) stands_for: Vec<String>,
}

/// Something that was not taken over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) at: Range<usize>,
    /// What is written there.
    pub(crate) said: String,
    pub(crate) why: String,
}

impl Draft {
    pub(crate) fn leave(&mut self, at: &Range<usize>, said: impl Into<String>, why: &str) {
        let left = Left { at: at.clone(), said: said.into(), why: why.to_owned() };
        // A table that several inherit is looked at for each of them.
        let here = self.left_at.entry((at.start, at.end)).or_default();
        if here.iter().all(|one| self.left[*one] != left) {
            here.push(self.left.len());
            self.left.push(left);
        }
    }

    /// Whether something at a place is left out.
    pub(crate) fn is_left(&self, at: &Range<usize>) -> bool {
        self.left_at.contains_key(&(at.start, at.end))
    }

    /// Leaves out a key and its value.
    pub(crate) fn leave_entry(&mut self, entry: &Entry, why: &str) {
        self.leave(&entry.key_at, said(&entry.key, &entry.node), why);
    }

    /// Leaves out what a line comes from.
    pub(crate) fn leave_from(&mut self, from: &From, why: &str) {
        if let Some((at, said)) = from.written() {
            self.leave(at, said, why);
        }
    }

    /// Something is wrong; once is enough.
    pub(crate) fn wrong(&mut self, wrong: Diagnostic) {
        let is_kind = |one: &Diagnostic| one.code() == Code::WrongType.name();
        let is_told = |other: &Diagnostic| *other == wrong || is_kind(other) && is_kind(&wrong);
        let Range { start, end } = wrong.place();
        let here = self.wrong_at.entry((start, end)).or_default();
        if !here.iter().any(|one| is_told(&self.wrong[*one])) {
            here.push(self.wrong.len());
            self.wrong.push(wrong);
        }
    }
}

impl Layer {
    pub(crate) fn new(kind: &'static str, from: From) -> Self {
        Self { kind, from, lines: Vec::new() }
    }

    /// The line of a key, if it is there.
    pub(crate) fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == key)
    }

    /// Adds a line.
    pub(crate) fn set(&mut self, key: &str, value: Node, from: From) {
        self.lines.retain(|line| line.key != key);
        self.lines.push(Line { key: key.to_owned(), value, from });
    }
}

impl From {
    /// From this key and value.
    pub(crate) fn entry(entry: &Entry) -> Self {
        Self::Entry {
            key_at: entry.key_at.clone(),
            value_at: entry.node.at.clone(),
            said: said(&entry.key, &entry.node),
        }
    }

    /// The place where it was written, and what it says.
    pub(crate) fn written(&self) -> Option<(&Range<usize>, &str)> {
        match self {
            Self::Written(at, said) | Self::Entry { key_at: at, said, .. } => Some((at, said)),
            Self::Default(_) | Self::Assumed => None,
        }
    }
}

/// What a line there says, in short.
pub(crate) fn said(key: &str, node: &Node) -> String {
    let shown = match &node.value {
        Value::Table(_) => return key.to_owned(),
        Value::Text(_) if is_secret(key) => return format!("{key} = …"),
        Value::Text(text) | Value::Word(text) => text.clone(),
        _ => node.to_string(),
    };
    let end = shown.char_indices().nth(SAID_MAX).map(|(end, _)| end);
    let dots = if end.is_some() { "…" } else { "" };
    format!("{key} = {}{dots}", &shown[..end.unwrap_or(shown.len())])
}

/// Whether what a key says is nobody's business.
fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["key", "password", "secret", "token", "credential"].iter().any(|word| key.contains(word))
}

/// Longer values are cut off in comments.
const SAID_MAX: usize = 60;
