//! A report as lines, each with its place; what is fenced is apart.

use core::ops::Range;

/// A report.
pub(super) struct Page<'t> {
    pub(super) lines: Vec<Line<'t>>,
}

/// A line of a report.
pub(super) struct Line<'t> {
    /// Where it stands, without its end.
    pub(super) at: Range<usize>,
    pub(super) text: &'t str,
    /// The same in small letters, byte for byte.
    pub(super) small: String,
    /// Whether it is within a fence: code, a log, a configuration.
    pub(super) is_fenced: bool,
}

impl<'t> Page<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let (mut lines, mut start, mut is_fenced) = (Vec::new(), 0, false);
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let at = start..start + line.len();
            start += whole.len();
            if line.trim_start().starts_with("```") {
                is_fenced = !is_fenced;
                continue;
            }
            lines.push(Line { at, text: line, small: line.to_ascii_lowercase(), is_fenced });
        }
        Self { lines }
    }

    /// The lines that people read as text.
    pub(super) fn prose(&self) -> impl Iterator<Item = &Line<'t>> {
        self.lines.iter().filter(|line| !line.is_fenced)
    }

    /// The lines of code, logs and configurations.
    pub(super) fn fenced(&self) -> impl Iterator<Item = &Line<'t>> {
        self.lines.iter().filter(|line| line.is_fenced)
    }
}

impl Line<'_> {
    /// Whether it has any of these words or parts of words, in small letters.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.small.contains(word))
    }

    /// The place of a word in it; of all of it, if the word is not there.
    pub(super) fn place(&self, word: &str) -> Range<usize> {
        let start = self.small.find(word).map(|start| self.at.start + start);
        start.map_or(self.at.clone(), |start| start..start + word.len())
    }

    /// The cells, if it is a line of a table.
    pub(super) fn cells(&self) -> Option<Vec<&str>> {
        let inner = self.text.trim().strip_prefix('|')?;
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        Some(inner.split('|').map(str::trim).collect())
    }
}

/// The configurations in JSON that stand in a report: the report with all else blanked out, so that
/// places stay what they are.
pub(crate) fn configurations(text: &str) -> Vec<String> {
    let blank =
        |text: &str| text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    let (mut all, mut start, mut open) = (Vec::new(), 0, None);
    for whole in text.split_inclusive('\n') {
        let line = whole.trim();
        match open {
            None if line.eq_ignore_ascii_case("```json") => open = Some(start + whole.len()),
            Some(first) if line.starts_with("```") => {
                let mut kept: String = blank(&text[..first]);
                kept.push_str(&text[first..start]);
                all.push(kept);
                open = None;
            }
            _ => {}
        }
        start += whole.len();
    }
    all
}
