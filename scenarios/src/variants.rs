//! Variants: named changes to a file.

use core::ops::Range;

use patterns::settings::{Code, Node, Value};

use crate::axes::refuse_fixed;
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics, for_example, nearest_or_all};
use crate::format::{self, section_of};
use crate::scenario_file::ScenarioFile;
use crate::tree;

/// What a variant is called that changes nothing.
pub const AS_WRITTEN: &str = "as written";

#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    changes: Vec<(String, Range<usize>, Node)>,
}

/// One change to a file.
pub(crate) type Change<'a> = (&'a str, &'a Range<usize>, &'a Node);

impl Variant {
    /// What it changes.
    pub(crate) fn changes(&self) -> Vec<Change<'_>> {
        self.changes.iter().map(|(path, at, value)| (path.as_str(), at, value)).collect()
    }
}

/// What is found with some changes to a file, which are called `what`. Of what is wrong at a place
/// that they do not write, and is not wrong without them, it is said that it comes with them; each
/// once, with the first changes that bring it.
pub(crate) struct Blame {
    known: Vec<Diagnostic>,
}

impl Blame {
    /// All that was found in the file as it is written is known.
    pub(crate) fn new(of_file: &[Diagnostic]) -> Self {
        Self { known: of_file.to_vec() }
    }

    pub(crate) fn on(&mut self, what: &str, changes: &[Change<'_>], all: &mut Vec<Diagnostic>) {
        let places = places(changes);
        let is_within = |at: &Range<usize>| {
            places.iter().any(|place| place.start <= at.start && at.end <= place.end)
        };
        // What to do about it may depend on the changes.
        let is_same = |one: &Diagnostic, other: &Diagnostic| {
            (one.place(), one.code(), one.message())
                == (other.place(), other.code(), other.message())
        };
        for one in core::mem::take(all) {
            if one.code() == Code::NoEffect.name() || is_within(&one.place()) {
                all.push(one);
            } else if !self.known.iter().any(|known| is_same(known, &one)) {
                self.known.push(one.clone());
                all.push(one.within(what));
            }
        }
    }
}

/// Where changes are written.
pub(crate) fn places(changes: &[Change<'_>]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for (_, at, value) in changes {
        places.push((*at).clone());
        places.extend(tree::places(value));
    }
    places
}

impl ScenarioFile {
    /// Forgets all variants but these.
    ///
    /// # Errors
    ///
    /// If there is none of such a name.
    pub fn keep_variants(&mut self, names: &[String]) -> Result<(), Diagnostics> {
        let known: Vec<String> = self
            .root
            .get("variants")
            .and_then(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| entry.key.clone())
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut wrong = Vec::new();
        for name in names.iter().filter(|name| !known.contains(&&***name)) {
            let at = self.source.argument("--variant", name);
            let message = format!("there is no variant `{name}`");
            let wrong_name = Diagnostic::new(at, Code::UnknownName, message);
            wrong.push(wrong_name.help(nearest_or_all(name, &known)));
        }
        Diagnostics::new(&self.source, wrong).unless_wrong()?;
        let Value::Table(sections) = &mut self.root.value else { return Ok(()) };
        if let Some(variants) = sections.iter_mut().find(|entry| entry.key == "variants")
            && let Value::Table(all) = &mut variants.node.value
        {
            all.retain(|entry| names.contains(&entry.key));
        }
        Ok(())
    }

    /// The variants of the file, by name.
    pub(crate) fn variants(&self, found: &mut Vec<Diagnostic>) -> Vec<Variant> {
        let Some(node) = self.root.get("variants") else { return Vec::new() };
        let Some(entries) = node.entries() else {
            found.push(Diagnostic::wrong_section(section_of("variants"), node, "a table"));
            return Vec::new();
        };
        let mut variants = Vec::new();
        for entry in entries {
            if entry.key == AS_WRITTEN {
                let message = format!("`{AS_WRITTEN}` is the name of the file without a variant");
                found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
            }
            if entry.key.trim().is_empty() {
                let message = "a variant needs a name";
                found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
            }
            if let Err(why) = format::is_seen(&entry.key) {
                let message = format!("the name `{}` {why}", entry.key);
                found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
            }
            let Some(changes) = entry.node.entries() else {
                let message = "a variant is a table of paths and their values";
                let at = entry.key_at.clone();
                let message = Diagnostic::new(at, Code::WrongType, message);
                found.push(message.help(for_example(section_of("variants"))));
                continue;
            };
            let changes = changes.iter().map(|change| {
                refuse_fixed(&change.key, &change.key_at, found);
                (change.key.clone(), change.key_at.clone(), change.node.clone())
            });
            variants.push(Variant { name: entry.key.clone(), changes: changes.collect() });
        }
        // By name, so that the order in the file plays no part.
        variants.sort_by(|a, b| a.name.cmp(&b.name));
        variants
    }
}
