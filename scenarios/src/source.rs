//! The text that the places of a scenario are in: its file, and what was set on top of it.

use core::ops::Range;

/// What messages call a change in place of a file.
const CHANGE: &str = "--set";

/// A file and the changes to it, as one text: so that one number is a place in any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// What messages call the file.
    file: String,
    /// The file, and behind it each change on a line of its own.
    text: String,
    /// Where the changes begin, and what messages call each.
    changes: Vec<(usize, String)>,
}

/// One of the texts that a source is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    /// What messages call it.
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    /// Where it begins in the whole.
    start: usize,
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), text: text.to_owned(), changes: Vec::new() }
    }

    /// What messages call the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The file, and behind it each change.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The file alone.
    pub(crate) fn own(&self) -> &str {
        let end = self.changes.first().map_or(self.text.len(), |(start, _)| start - 1);
        &self.text[..end]
    }

    /// Adds a change, and says where its path stands, and where its value begins.
    pub(crate) fn change(&mut self, path: &str, value: &str) -> (Range<usize>, usize) {
        let Range { start, end } = self.argument(CHANGE, path);
        self.text.push('=');
        let of_value = self.text.len();
        self.text.push_str(value);
        (start..end, of_value)
    }

    /// Adds what an option of the command line says, and tells where it stands.
    pub(crate) fn argument(&mut self, option: &str, text: &str) -> Range<usize> {
        self.text.push('\n');
        let start = self.text.len();
        self.changes.push((start, option.to_owned()));
        self.text.push_str(text);
        start..self.text.len()
    }

    /// Whether a place is in a change.
    pub(crate) fn is_change(&self, at: &Range<usize>) -> bool {
        self.changes.first().is_some_and(|(first, _)| *first <= at.start)
    }

    /// The change that was added last.
    pub(crate) fn last_change(&self) -> Range<usize> {
        self.changes.last().map_or(0, |(last, _)| *last)..self.text.len()
    }

    /// The line and the column in which a place begins, from 1.
    pub(crate) fn line_and_column(&self, at: &Range<usize>) -> (usize, usize) {
        let piece = self.piece(at);
        let before = piece.text.get(..piece.place(at).start).unwrap_or(piece.text);
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        (before.matches('\n').count() + 1, column)
    }

    /// The piece in which a place is.
    pub(crate) fn piece(&self, at: &Range<usize>) -> Piece<'_> {
        let next = self.changes.partition_point(|(start, _)| *start <= at.start);
        // The line before a change ends in front of it.
        let end = self.changes.get(next).map_or(self.text.len(), |(next, _)| next - 1);
        let (name, start) = match next.checked_sub(1) {
            Some(change) => (&*self.changes[change].1, self.changes[change].0),
            None => (&*self.file, 0),
        };
        Piece { name, text: &self.text[start..end], start }
    }
}

impl Piece<'_> {
    /// A place of the whole, as one of this piece, which it does not leave.
    pub(crate) fn place(&self, at: &Range<usize>) -> Range<usize> {
        let within = |at: usize| at.saturating_sub(self.start).min(self.text.len());
        within(at.start)..within(at.end.max(at.start))
    }
}
