//! What is wrong with a scenario file: where, what was expected, and the nearest right name.

use core::error::Error;
use core::fmt;
use core::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use patterns::settings::{Code, Key, Mistake, Node};

use crate::codes::DiagnosticCode;
use crate::describe::example_of;
use crate::plain::plain;
use crate::source::Source;

/// One thing that is wrong with a scenario file, or that has no effect there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    at: Range<usize>,
    code: DiagnosticCode,
    message: String,
    help: Option<String>,
    proof: Option<String>,
    /// Paths and the values there with which it is gone.
    changes: Box<[(String, String)]>,
}

impl Diagnostic {
    /// Something is wrong with this stretch of the text (in bytes).
    pub(crate) fn new(
        at: Range<usize>,
        code: impl Into<DiagnosticCode>,
        message: impl Into<String>,
    ) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { at, code, message, help: None, proof: None, changes: Box::default() }
    }

    /// Something that was written has no effect.
    pub(crate) fn no_effect(at: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(at, Code::NoEffect, message)
    }

    /// A section of another type.
    pub(crate) fn wrong_section(key: &Key, node: &Node, expected: &str) -> Self {
        let message = format!("`{key}` must be {expected}, not {}", node.kind());
        Self::new(node.at.clone(), Code::WrongType, message).help(for_example(key))
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what shows it, if something does: runs, or arithmetic.
    pub(crate) fn proof(self, proof: impl Into<Option<String>>) -> Self {
        Self { proof: proof.into(), ..self }
    }

    /// Nothing has this name; says which one is most like it, or what there is.
    pub(crate) fn unknown<'a>(
        at: Range<usize>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let message = format!("there is no {what} `{name}`");
        Self::new(at, Code::UnknownName, message).help(nearest_or_all(name, &known))
    }

    /// Where it is, in bytes.
    pub fn place(&self) -> Range<usize> {
        self.at.clone()
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        self.code.name()
    }

    /// Whether the file can be run all the same.
    pub fn is_warning(&self) -> bool {
        self.code.is_warning()
    }

    /// What is wrong, in a sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, if that can be said.
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What shows it, if it was shown: the runs with their seeds, or the arithmetic.
    pub fn proof_text(&self) -> Option<&str> {
        self.proof.as_deref()
    }

    /// Adds a setting with which it is gone.
    pub(crate) fn set(mut self, path: impl Into<String>, value: impl Into<String>) -> Self {
        let mut changes = self.changes.into_vec();
        changes.push((path.into(), value.into()));
        self.changes = changes.into();
        self
    }

    /// The settings with which it is gone, as paths and values, if there are such.
    pub fn changes(&self) -> &[(String, String)] {
        &self.changes
    }

    /// Points elsewhere.
    pub(crate) fn at(self, at: Range<usize>) -> Self {
        Self { at, ..self }
    }

    /// Says what it belongs to, in front of the message.
    pub(crate) fn within(mut self, context: &str) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }
}

impl From<Mistake> for Diagnostic {
    fn from(mistake: Mistake) -> Self {
        let help = mistake.unknown.map(|(name, known)| {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            nearest_or_all(&name, &known)
        });
        Self {
            at: mistake.at,
            code: mistake.code.into(),
            message: mistake.message,
            proof: None,
            changes: Box::default(),
            help: match (mistake.help.or(help), mistake.expected.map(for_example)) {
                (Some(help), Some(example)) if !help.contains("for example") => {
                    Some(format!("{help}; {example}"))
                }
                (help, example) => help.or(example),
            },
        }
    }
}

/// What may be written for a key.
pub(crate) fn for_example(key: &Key) -> String {
    let name = key.name();
    format!("for example: {name} = {}", example_of(key))
}

/// How many of these are mistakes; the others are warnings.
pub(crate) fn mistakes(found: &[Diagnostic]) -> usize {
    found.iter().filter(|one| !one.is_warning()).count()
}

/// The name that is most like `name`, if any is like it at all.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(name, other);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.75).then_some(best)
}

/// What to write instead of `name`: the name most like it, or all there are.
pub(crate) fn nearest_or_all(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "there is none".to_owned(),
        None => format!("there is: {}", known.join(", ")),
    }
}

/// All that is wrong with a scenario file, and what has no effect in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    source: Source,
    all: Vec<Diagnostic>,
}

impl Diagnostics {
    /// What was found in this text; each thing once, in the order of the file.
    pub(crate) fn new(source: &Source, mut all: Vec<Diagnostic>) -> Self {
        let place = |one: &Diagnostic| (one.is_warning(), one.at.start, one.at.end);
        all.sort_by_key(place);
        let mut each: Vec<Diagnostic> = Vec::new();
        for one in all {
            let mut here = each.iter().rev().take_while(|other| place(other) == place(&one));
            if here.all(|other| *other != one) {
                each.push(one);
            }
        }
        Self { source: source.clone(), all: each }
    }

    /// Fails if anything is wrong; else gives the warnings.
    pub(crate) fn unless_wrong(self) -> Result<Self, Self> {
        if self.errors() == 0 { Ok(self) } else { Err(self) }
    }

    /// Everything that was found.
    pub fn all(&self) -> &[Diagnostic] {
        &self.all
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many things are wrong.
    pub fn errors(&self) -> usize {
        mistakes(&self.all)
    }

    /// How many things have no effect.
    pub fn warnings(&self) -> usize {
        self.all.len() - self.errors()
    }

    /// The line and column at which a thing is, both from 1: in the file, or in what was set.
    pub fn line_and_column(&self, one: &Diagnostic) -> (usize, usize) {
        self.source.line_and_column(&one.at)
    }

    /// All of them, in the order of the file: each with its line, underlined.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut shown = Vec::new();
        for Diagnostic { at, code, message, help, proof, .. } in &self.all {
            let piece = self.source.piece(at);
            let annotation = AnnotationKind::Primary.span(piece.place(at));
            let snippet = Snippet::source(piece.text).path(piece.name).annotation(annotation);
            let level = if code.is_warning() { Level::WARNING } else { Level::ERROR };
            let group = level.primary_title(plain(message)).id(code.name()).element(snippet);
            let group = match proof {
                Some(proof) => group.element(Level::NOTE.message(plain(proof))),
                None => group,
            };
            let group = match help {
                Some(help) => group.element(Level::HELP.message(plain(help))),
                None => group,
            };
            shown.push(renderer.render(&[group]));
        }
        shown.push(self.summary());
        // Lines of the file are shown as they are, but for what a terminal would obey.
        shown.join("\n\n").replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}")
    }
}

impl Diagnostics {
    /// How many things were found in the file, and in what was set on top of it.
    fn summary(&self) -> String {
        let mut places: Vec<(&str, [usize; 2])> = Vec::new();
        for one in &self.all {
            let name = self.source.piece(&one.at).name;
            let at = places.iter().position(|(other, _)| *other == name).unwrap_or_else(|| {
                places.push((name, [0, 0]));
                places.len() - 1
            });
            places[at].1[usize::from(one.is_warning())] += 1;
        }
        let told = |(name, counts): &(&str, [usize; 2])| {
            let counts = counts.iter().zip(["mistake", "warning"]).filter_map(|(count, what)| {
                let ending = if *count == 1 { "" } else { "s" };
                (0 < *count).then(|| format!("{count} {what}{ending}"))
            });
            format!("{} in {name}", counts.collect::<Vec<_>>().join(" and "))
        };
        places.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Error for Diagnostics {}
