//! Texts within a page, with their marks.

use std::collections::BTreeSet;

use super::super::document::{Span, spans};
use super::super::figures::Figure;
use crate::page::escape;

/// The figures of a report, and which of them have stood in it.
#[derive(Debug, Default)]
pub(super) struct Links<'f> {
    pub(super) figures: &'f [Figure],
    pub(super) seen: BTreeSet<usize>,
}

impl<'f> Links<'f> {
    pub(super) fn new(figures: &'f [Figure]) -> Self {
        Self { figures, seen: BTreeSet::new() }
    }

    /// A text in which each figure leads to where it comes from.
    pub(super) fn text(&mut self, text: &str) -> String {
        written(text, |number, shown| self.figure(number, shown))
    }

    fn figure(&mut self, number: usize, shown: &str) -> String {
        let shown = escape(shown);
        let place = number.checked_sub(1).and_then(|place| self.figures.get(place));
        let Some(Figure { variant, measure, column, command, .. }) = place else { return shown };
        // What leads back leads to the first.
        let id =
            if self.seen.insert(number) { format!(" id=\"n{number}\"") } else { String::new() };
        let says = escape(&format!("{variant}: {column} of {measure}\n{command}"));
        format!(
            "<a class=\"n\"{id} href=\"#from-{number}\" dir=\"ltr\" title=\"{says}\">{shown}</a>"
        )
    }
}

/// A text whose figures lead nowhere, for places that are links themselves.
pub(super) fn quiet(text: &str) -> String {
    written(text, |_, shown| escape(shown))
}

fn written(text: &str, mut figure: impl FnMut(usize, &str) -> String) -> String {
    let written = spans(text).into_iter().map(|span| match span {
        Span::Plain(text) => escape(text),
        Span::Code(text) => format!("<code dir=\"ltr\">{}</code>", escape(text)),
        Span::Strong(text) => format!("<strong>{}</strong>", escape(text)),
        Span::Figure(number, shown) => figure(number, shown),
    });
    written.collect()
}
