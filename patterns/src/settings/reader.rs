//! Reading settings from what an author wrote: every mistake is collected, each with its place.

use super::node::{Node, Place};
use super::shape::{Key, NameKind};

/// Something that is wrong with what was written, or has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands.
    pub at: Place,
    /// What kind of mistake it is.
    pub code: Code,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// For an unknown name: the name, and those that there are.
    pub unknown: Option<(String, Vec<String>)>,
    /// The key of which a value is expected, where there is none or one of another type.
    pub expected: Option<&'static Key>,
}

/// What kind of mistake something is. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A key that there is not.
    UnknownKey,
    /// A key, or a word, that has another name now.
    Renamed,
    /// Something that must be written is not.
    Missing,
    /// A number where a text should be, or the like.
    WrongType,
    /// A number or a length of time outside its range.
    OutOfRange,
    /// A text that cannot be read.
    Unreadable,
    /// A word that is none of those that there are.
    UnknownWord,
    /// A name that no part of the scenario has.
    UnknownName,
    /// The same thing written twice.
    Twice,
    /// Settings that do not go together.
    Conflict,
    /// A warning: something that has no effect.
    NoEffect,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::UnknownKey,
        Self::Renamed,
        Self::Missing,
        Self::WrongType,
        Self::OutOfRange,
        Self::Unreadable,
        Self::UnknownWord,
        Self::UnknownName,
        Self::Twice,
        Self::Conflict,
        Self::NoEffect,
    ];

    /// Its stable name, as messages show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown-key",
            Self::Renamed => "renamed",
            Self::Missing => "missing",
            Self::WrongType => "wrong-type",
            Self::OutOfRange => "out-of-range",
            Self::Unreadable => "unreadable",
            Self::UnknownWord => "unknown-word",
            Self::UnknownName => "unknown-name",
            Self::Twice => "twice",
            Self::Conflict => "conflict",
            Self::NoEffect => "no-effect",
        }
    }

    /// Whether what it names can be run all the same.
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::NoEffect)
    }
}

/// The names of the parts of a scenario, as numbers for layers.
pub trait Names {
    /// The number that stands for a name, or the names that there are.
    ///
    /// # Errors
    ///
    /// If no part of this kind has the name.
    fn resolve(&mut self, kind: NameKind, name: &str) -> Result<u16, Vec<String>>;

    /// The name that a number stands for.
    fn name_of(&self, _kind: NameKind, _number: u16) -> Option<String> {
        None
    }
}

/// No part of a scenario is known.
#[derive(Clone, Copy, Debug)]
pub struct NoNames;

impl Names for NoNames {
    fn resolve(&mut self, _kind: NameKind, _name: &str) -> Result<u16, Vec<String>> {
        Err(Vec::new())
    }
}

/// Reads settings, and collects what is wrong.
pub struct Reader<'a> {
    names: &'a mut dyn Names,
    /// The keys on the way to what is being read.
    path: Vec<String>,
    mistakes: Vec<Mistake>,
}

impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.path)
            .field("mistakes", &self.mistakes)
            .finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    /// A reader of settings that may name these parts of a scenario.
    pub fn new(names: &'a mut dyn Names) -> Self {
        Self { names, path: Vec::new(), mistakes: Vec::new() }
    }

    /// What was found to be wrong, each once: a key that is missing in the numbers of a library is
    /// missing in the settings that follow from them, too.
    pub fn finish(self) -> Vec<Mistake> {
        let mut all: Vec<Mistake> = Vec::new();
        for mistake in self.mistakes {
            let is_same = |other: &Mistake| {
                (&other.at, other.code, &other.message)
                    == (&mistake.at, mistake.code, &mistake.message)
            };
            if !all.iter().any(is_same) {
                all.push(mistake);
            }
        }
        all
    }

    /// How many errors there are so far; warnings do not count.
    pub fn errors(&self) -> usize {
        self.mistakes.iter().filter(|mistake| !mistake.code.is_warning()).count()
    }

    /// The parts of the scenario.
    pub fn names(&mut self) -> &mut dyn Names {
        self.names
    }

    /// Tells of a mistake.
    pub fn mistake(&mut self, at: &Place, code: Code, message: impl Into<String>) -> &mut Mistake {
        let message = message.into();
        let at = at.clone();
        self.mistakes.push(Mistake {
            at,
            code,
            message,
            help: None,
            unknown: None,
            expected: None,
        });
        self.mistakes.last_mut().expect("it was pushed just now")
    }

    /// Warns of something that was written and has no effect.
    pub fn no_effect(&mut self, at: &Place, message: impl Into<String>) -> &mut Mistake {
        self.mistake(at, Code::NoEffect, message)
    }

    /// What is being read, as messages name it: the last key.
    pub fn subject(&self) -> String {
        self.path.last().map_or_else(|| "this".to_owned(), |key| format!("`{key}`"))
    }

    /// Tells that something of another kind was expected.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let found = match node.text() {
            Some(text) => format!("`{text}`"),
            None => node.kind().to_owned(),
        };
        let message = format!("{} must be {expected}, not {found}", self.subject());
        self.mistake(&node.at, Code::WrongType, message);
    }

    /// Tells of a word that is none of those that there are.
    pub fn unknown_word(&mut self, at: &Place, what: &str, word: &str, known: Vec<String>) {
        let message = format!("{} has no {what} `{word}`", self.subject());
        let mistake = self.mistake(at, Code::UnknownWord, message);
        mistake.unknown = Some((word.to_owned(), known));
    }

    /// The number of a named part of the scenario.
    pub fn resolve(&mut self, kind: NameKind, node: &Node) -> Option<u16> {
        let Some(name) = node.text() else {
            let article = if kind == NameKind::Caller { "an" } else { "a" };
            self.wrong_type(node, &format!("the name of {article} {}", kind.in_words()));
            return None;
        };
        match self.names.resolve(kind, name) {
            Ok(number) => Some(number),
            Err(known) => {
                let message = format!("there is no {} `{name}`", kind.in_words());
                let mistake = self.mistake(&node.at, Code::UnknownName, message);
                mistake.unknown = Some((name.to_owned(), known));
                None
            }
        }
    }

    /// Reads something below a key.
    pub fn within<T>(&mut self, key: impl Into<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.into());
        let value = read(self);
        self.path.pop();
        value
    }

    /// Reads a value of a key. Where it is of another type, it is known what is expected.
    pub fn expecting<T>(&mut self, key: &'static Key, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.mistakes.len();
        let value = read(self);
        for mistake in &mut self.mistakes[before..] {
            if mistake.code == Code::WrongType {
                mistake.expected.get_or_insert(key);
            }
        }
        value
    }

    /// Tries something; what is wrong with it is not reported, but given back.
    pub fn tentative<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, Vec<Mistake>> {
        let before = self.mistakes.len();
        let value = read(self);
        let mistakes = self.mistakes.split_off(before);
        if mistakes.is_empty() { value.ok_or(mistakes) } else { Err(mistakes) }
    }

    /// Reads something in several ways, for its mistakes: those of the first way, unless one finds
    /// none. Warnings do not count.
    pub(super) fn unless_one_is_right<T>(
        &mut self,
        ways: impl Iterator<Item = T>,
        mut read: impl FnMut(T, &mut Self),
    ) {
        let begin = self.mistakes.len();
        let mut first: Option<Vec<Mistake>> = None;
        for way in ways {
            read(way, self);
            let mut found = self.mistakes.split_off(begin);
            found.retain(|mistake| !mistake.code.is_warning());
            if found.is_empty() {
                return;
            }
            first.get_or_insert(found);
        }
        self.mistakes.extend(first.unwrap_or_default());
    }

    /// Keeps of the mistakes since then those in a place.
    pub(super) fn keep_within(&mut self, mark: usize, place: &Place) {
        let found = self.mistakes.split_off(mark).into_iter();
        let is_within =
            |mistake: &Mistake| place.start <= mistake.at.start && mistake.at.end <= place.end;
        self.mistakes.extend(found.filter(is_within));
    }

    /// Tells why something is none of the literals that were tried: the first reason that is
    /// about what was written, and not about its type.
    pub fn no_literal(&mut self, tried: &mut [Vec<Mistake>]) {
        let is_type = |mistakes: &Vec<Mistake>| mistakes.iter().all(|m| m.code == Code::WrongType);
        let index = tried.iter().position(|mistakes| !is_type(mistakes)).unwrap_or(0);
        if index < tried.len() {
            self.mistakes.append(&mut tried[index]);
        }
    }

    /// How far it has come, for [`Reader::forget_since`].
    pub(super) fn mark(&self) -> usize {
        self.mistakes.len()
    }

    /// Forgets what was found since then, for something that says it better.
    pub(super) fn forget_since(&mut self, mark: usize) {
        self.mistakes.truncate(mark);
    }

    /// For unknown names found since then that are meant as they stand: all there are, and not the
    /// one most like it.
    pub(super) fn name_all_since(&mut self, mark: usize, is_meant: impl Fn(&str) -> bool) {
        for mistake in &mut self.mistakes[mark..] {
            let unknown = mistake.unknown.take_if(|(name, _)| is_meant(name));
            if let Some((_, known)) = unknown {
                mistake.help = Some(format!("it takes: {}", known.join(", ")));
            }
        }
    }

    /// Adds to the last mistake what to do about it, unless that is said already.
    pub(super) fn suggest(&mut self, help: &str) {
        if let Some(last) = self.mistakes.last_mut() {
            last.help.get_or_insert_with(|| help.to_owned());
        }
    }
}
