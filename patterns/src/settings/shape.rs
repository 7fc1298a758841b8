//! What can be written for a setting, as data: readers, schemas and reference pages go by it.

use super::node::{Entry, Node};
use super::range::Range;

/// What can be written for a setting.
#[derive(Clone, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A share from 0 to 1, or a percentage.
    Share,
    /// A length of time, such as `30s`.
    Duration,
    /// Any text.
    Text,
    /// A text of a form of its own.
    Form {
        /// What it says, in a few words.
        what: &'static str,
        /// An example.
        example: &'static str,
    },
    /// The name of another part of the scenario.
    Name(NameKind),
    /// This, or a word that stands for nothing.
    Optional(Box<Self>, &'static [&'static str]),
    /// Any of these.
    Either(Vec<Self>),
    /// A list.
    List(fn() -> Self),
    /// Any keys, each with such a value.
    Map(fn() -> Self),
    /// A table with known keys.
    Table(TableInfo),
    /// One of several named forms, as text `name(key=value)` or as table `{ name = { … } }`.
    Sum(SumInfo),
}

/// What kind of part of a scenario a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A service that a call can be sent to.
    Service,
    /// An agent or a service that makes calls.
    Caller,
    /// A group of agents.
    Agents,
}

impl NameKind {
    /// In words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Caller => "agent or service",
            Self::Agents => "group of agents",
        }
    }
}

/// A table with known keys.
#[derive(Clone, Copy, Debug)]
pub struct TableInfo {
    /// The path of the Rust type; unique.
    pub path: &'static str,
    /// What it is, line by line.
    pub doc: &'static [&'static str],
    /// Its keys, in order.
    pub keys: fn(&mut Vec<&'static Key>),
    /// What its keys alone do not say.
    pub describe: fn(&mut GroupInfo),
    /// The key that a value alone stands for, if one does.
    pub short: Option<&'static str>,
    /// The libraries that it can be `like`, each with what it does.
    pub libraries: fn() -> Vec<(&'static str, &'static str)>,
}

/// One of several named forms.
#[derive(Clone, Copy, Debug)]
pub struct SumInfo {
    /// The path of the Rust type; unique.
    pub path: &'static str,
    /// What it is, line by line.
    pub doc: &'static [&'static str],
    /// The forms, in order.
    pub variants: fn() -> Vec<Variant>,
    /// What can be written without a name.
    pub literals: fn() -> Vec<Shape>,
}

/// A named form of a [`SumInfo`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in files.
    pub name: String,
    /// What it is, line by line.
    pub doc: &'static [&'static str],
    /// Its keys; those that may be given by position come first, in order.
    pub keys: Vec<&'static Key>,
    /// How many of the keys may be given by position.
    pub positional: usize,
}

impl TableInfo {
    /// Its keys.
    pub fn all_keys(&self) -> Vec<&'static Key> {
        let mut keys = Vec::new();
        (self.keys)(&mut keys);
        keys
    }

    /// Which keys exclude each other, and the defaults of whole groups.
    pub fn group_info(&self) -> GroupInfo {
        let mut info = GroupInfo::default();
        (self.describe)(&mut info);
        info
    }

    /// What it is, in Markdown.
    pub fn doc(&self) -> String {
        join_doc(self.doc)
    }
}

impl SumInfo {
    /// What it is, in Markdown.
    pub fn doc(&self) -> String {
        join_doc(self.doc)
    }

    /// Whether no form has arguments, so that it is one word of several.
    pub fn is_choice(&self) -> bool {
        (self.variants)().iter().all(|variant| variant.keys.is_empty())
            && (self.literals)().is_empty()
    }
}

impl Variant {
    /// What it is, in Markdown.
    pub fn doc(&self) -> String {
        join_doc(self.doc)
    }
}

/// A name of Rust as files write it: `FirstEvent` is `first-event`.
pub fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for (index, c) in name.char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            text.push('-');
        }
        text.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    text
}

/// One setting, described. Made by [`settings!`](crate::settings!), in constants.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Key {
    /// The name of the field; files write `-` for `_`.
    pub(super) field: &'static str,
    /// What it means, line by line, in Markdown.
    pub(super) doc: &'static [&'static str],
    /// What can be written.
    pub(super) shape: fn() -> Shape,
    /// What holds if nothing is written; none if something must be.
    pub(super) default: Option<fn() -> Node>,
    pub(super) range: Range,
    /// Whether it may be written in percent: `0.7` or `"70%"`.
    pub(super) is_share: bool,
    /// Whether `unlimited` may be written for the largest number.
    pub(super) has_unlimited: bool,
    /// Whether it takes all arguments of a call that nothing else takes.
    pub(super) is_rest: bool,
    /// Whether it is the number before ` x ` in a text.
    pub(super) is_times: bool,
    pub(super) example: Option<&'static str>,
    pub(super) former: &'static [&'static str],
    /// Former keys that are a part of this one now, each with how that is written.
    pub(super) absorbed: &'static [(&'static str, &'static str)],
    /// Whether it is one of the keys by which a form is chosen, though it has a default.
    pub(super) selects: bool,
    /// The words that stand for nothing, if not those of the type.
    pub(super) none: &'static [&'static str],
}

/// What the keys of a table alone do not say.
#[derive(Clone, Debug, Default)]
pub struct GroupInfo {
    /// Keys of which only those of one form can stand together.
    pub choices: Vec<Choice>,
    /// What holds by the defaults of groups that share the table, where nothing is written.
    pub defaults: Vec<Entry>,
    /// Keys that can only be written beside a `like`: those of libraries.
    pub own_keys: Vec<&'static Key>,
}

/// Forms of which one is meant, by the keys that are written.
#[derive(Clone, Debug)]
pub struct Choice {
    /// All forms, in order.
    pub forms: Vec<Form>,
    /// Whether one of them holds if nothing is written.
    pub has_default: bool,
    /// The key whose word is the name of the form, if one says which is meant. It is no key of any
    /// form.
    pub by: Option<&'static Key>,
}

impl GroupInfo {
    /// What holds for a key if nothing is written; none if something must be.
    pub fn default_of(&self, key: &Key) -> Option<Node> {
        let held = self.defaults.iter().find(|entry| key.is_named(&entry.key));
        held.map(|entry| entry.node.clone()).or_else(|| key.default())
    }
}

/// One form of an enum whose form follows from the keys that are written.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its name.
    pub name: String,
    /// What it is, line by line.
    pub doc: &'static [&'static str],
    /// Its keys.
    pub keys: Vec<&'static Key>,
}

impl Form {
    /// What it is, in Markdown.
    pub fn doc(&self) -> String {
        join_doc(self.doc)
    }

    /// Whether it has a key of this name.
    pub fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.is_named(name))
    }
}

/// The lines of a doc comment as one text.
pub(super) fn join_doc(lines: &[&str]) -> String {
    let lines: Vec<&str> =
        lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}
