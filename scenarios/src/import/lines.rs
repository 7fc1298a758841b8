//! Where the lines of a text begin: places are asked for by the thousand.

use core::ops::Range;

/// The ends of all lines of a text.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line in which a place begins, from 1.
    pub(super) fn number(&self, at: &Range<usize>) -> usize {
        self.0.partition_point(|end| *end < at.start) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_last_character() {
        let lines = Lines::of("a\nb\n\nc");
        let numbers = [0, 1, 2, 3, 4, 5, 9].map(|at| lines.number(&(at..at)));
        assert_eq!(numbers, [1, 1, 2, 2, 3, 4, 4]);
    }
}
