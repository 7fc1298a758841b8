//! What is wrong with a scenario file: where, what was expected, and the nearest right name.

use core::error::Error;
use core::fmt;
use core::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One thing that is wrong with a scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Diagnostic {
    /// Something is wrong with this stretch of the text (in bytes).
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Nothing has this name; says which one has that is most like it, or what there is.
    pub fn unknown<'a>(
        span: Range<usize>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let diagnostic = Self::new(span, format!("there is no {what} `{name}`"));
        match nearest(name, &known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => diagnostic.help(format!("the file has no {what} at all")),
            None => diagnostic.help(format!("there is: {}", known.join(", "))),
        }
    }

    /// Says what it belongs to, in front of the message.
    pub(crate) fn within(mut self, context: &str) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }
}

/// The name that is most like `name`, if any is like it at all.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(name, other);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.75).then_some(best)
}

/// All that is wrong with a scenario file; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    text: String,
    all: Vec<Diagnostic>,
}

impl Diagnostics {
    /// What is wrong with this text, if anything is.
    pub(crate) fn check(file: &str, text: &str, mut all: Vec<Diagnostic>) -> Result<(), Self> {
        if all.is_empty() {
            return Ok(());
        }
        all.sort_by_key(|a| (a.span.start, a.span.end));
        all.dedup();
        Err(Self { file: file.to_owned(), text: text.to_owned(), all })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// All of them, in the order of the file: each with its line, underlined.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut told = Vec::new();
        for Diagnostic { span, message, help } in &self.all {
            let end = span.end.min(self.text.len());
            let span = span.start.min(end)..end;
            let annotation = AnnotationKind::Primary.span(span);
            let snippet = Snippet::source(&self.text).path(&self.file).annotation(annotation);
            let group = Level::ERROR.primary_title(message).element(snippet);
            let group = match help {
                Some(help) => group.element(Level::HELP.message(help)),
                None => group,
            };
            told.push(renderer.render(&[group]));
        }
        let count = self.all.len();
        let things = if count == 1 { "mistake" } else { "mistakes" };
        told.push(format!("{count} {things} in {}", self.file));
        told.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Error for Diagnostics {}
