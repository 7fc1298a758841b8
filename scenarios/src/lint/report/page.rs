//! A report as lines, each with its place; what is fenced is apart.

use core::ops::Range;
use std::rc::Rc;

/// A report.
pub(super) struct Page<'t> {
    pub(super) lines: Vec<Line<'t>>,
}

/// A line of a report.
pub(super) struct Line<'t> {
    /// Where it stands, without its end.
    pub(super) at: Range<usize>,
    pub(super) text: &'t str,
    /// The same in small letters, byte for byte; in text that people read without the digits of
    /// code and of links.
    pub(super) small: String,
    /// Whether it is code, a log, a configuration or a command.
    pub(super) is_fenced: bool,
    /// What stands above the columns, in small letters, if it is a row of a table.
    heads: Rc<[String]>,
}

impl<'t> Page<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut lines: Vec<Line<'t>> = Vec::new();
        let (mut start, mut fence) = (0, None);
        let mut heads: Rc<[String]> = Rc::new([]);
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let at = start..start + line.len();
            start += whole.len();
            let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
            if mark.is_some() && (fence.is_none() || fence == mark) {
                fence = if fence.is_none() { mark } else { None };
                continue;
            }
            let is_fenced = fence.is_some() || is_command(line, lines.last());
            let small = line.to_ascii_lowercase();
            let small = if is_fenced { small } else { without_code(small) };
            let mut line = Line { at, text: line, small, is_fenced, heads: Rc::new([]) };
            match line.cells().filter(|_| !is_fenced) {
                None => heads = Rc::new([]),
                Some(_) if !heads.is_empty() => line.heads = Rc::clone(&heads),
                Some(cells) => heads = cells.iter().map(|cell| cell.to_lowercase()).collect(),
            }
            lines.push(line);
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

    /// The cell below a heading with a word, in a row of a table.
    pub(super) fn below(&self, word: &str) -> Option<&str> {
        let column = self.heads.iter().position(|head| head.contains(word))?;
        self.cells()?.get(column).copied()
    }

    /// What stands above the column of a place, in small letters; nothing outside of tables.
    pub(super) fn head(&self, place: usize) -> &str {
        let bars = self.text.as_bytes().iter().take(place).filter(|byte| **byte == b'|').count();
        let column = bars.checked_sub(1).and_then(|column| self.heads.get(column));
        column.map_or("", String::as_str)
    }
}

/// Whether a line is a command, or code that is set in behind an empty line.
fn is_command(line: &str, before: Option<&Line<'_>>) -> bool {
    let is_set_in = line.starts_with("    ") || line.starts_with('\t');
    let follows = before.is_none_or(|before| before.text.is_empty() || before.is_fenced);
    let start = line.trim_start();
    let is_item = start.starts_with(['-', '*', '+', '|']) || start.starts_with(char::is_numeric);
    start.starts_with("$ ") || start.starts_with("wavetank ") || is_set_in && follows && !is_item
}

/// A line in which the digits of code, of links and of addresses are blanked out.
fn without_code(mut small: String) -> String {
    let mut code: Vec<Range<usize>> = Vec::new();
    for (open, close) in [("`", "`"), ("](", ")"), ("http://", " "), ("https://", " ")] {
        let mut at = 0;
        while let Some(start) = small[at..].find(open).map(|start| at + start + open.len()) {
            let end = small[start..].find(close).map(|end| start + end);
            if end.is_none() && open == "`" {
                break;
            }
            let end = end.unwrap_or(small.len());
            code.push(start..end);
            at = (end + close.len()).min(small.len());
        }
    }
    for place in code {
        let quiet = small[place.clone()].replace(|c: char| c.is_ascii_digit(), "#");
        small.replace_range(place, &quiet);
    }
    small
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
