//! A report as lines, each with its place; what is fenced is apart.

use core::ops::Range;
use std::rc::Rc;

use super::sentences::{Begins, begin, is_broken, is_heading, sentences};

/// A report.
pub(super) struct Page<'t> {
    text: &'t str,
    pub(super) lines: Vec<Line<'t>>,
}

/// A line of a report: a row, a heading, a line of code; or a sentence, which may go over several
/// lines of the file.
pub(super) struct Line<'t> {
    /// Where it stands, without its end.
    pub(super) at: Range<usize>,
    pub(super) text: &'t str,
    /// The same in small letters and on one line, byte for byte; in text that people read without
    /// the digits of code and without the addresses of links.
    pub(super) small: String,
    /// Whether it is code, a log, a configuration or a command.
    pub(super) is_fenced: bool,
    /// What stands above the columns, in small letters, if it is a row of a table.
    pub(super) heads: Rc<[String]>,
    /// Where the bars between its cells are, if it is a row.
    bars: Vec<usize>,
    /// The heading above it, in small letters.
    pub(super) section: Rc<str>,
    /// The paragraph or table that it is of: other ones have other numbers.
    pub(super) block: usize,
}

/// What is known while lines are made.
#[derive(Debug, Default)]
struct Made {
    /// The paragraph that is not at its end.
    open: Option<Range<usize>>,
    heads: Rc<[String]>,
    section: Rc<str>,
    block: usize,
    can_be_code: bool,
}

impl Made {
    fn line<'t>(
        &self,
        at: Range<usize>,
        text: &'t str,
        small: String,
        is_fenced: bool,
    ) -> Line<'t> {
        Line {
            at,
            text,
            small,
            is_fenced,
            heads: Rc::new([]),
            bars: Vec::new(),
            section: Rc::clone(&self.section),
            block: self.block,
        }
    }
}

impl<'t> Page<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut page = Self { text, lines: Vec::new() };
        let (mut start, mut fence) = (0, None);
        let mut made = Made::default();
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let at = start..start + line.len();
            start += whole.len();
            let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
            if mark.is_some() && (fence.is_none() || fence == mark) {
                fence = if fence.is_none() { mark } else { None };
                page.flush(&mut made);
                continue;
            }
            if fence.is_some() || is_command(line, made.can_be_code) {
                page.flush(&mut made);
                page.push_whole(at, true, &mut made);
                made.can_be_code = true;
                continue;
            }
            made.can_be_code = line.is_empty();
            match begin(line) {
                Begins::Alone => {
                    page.flush(&mut made);
                    page.push_whole(at, false, &mut made);
                }
                Begins::New => {
                    page.flush(&mut made);
                    made.open = Some(at);
                }
                Begins::Nothing => match &mut made.open {
                    Some(open) if !is_broken(&text[open.clone()]) => open.end = at.end,
                    _ => {
                        page.flush(&mut made);
                        made.open = Some(at);
                    }
                },
            }
        }
        page.flush(&mut made);
        page
    }

    /// Adds a line that is what it is: a heading, a row, code, nothing.
    fn push_whole(&mut self, at: Range<usize>, is_fenced: bool, made: &mut Made) {
        let text = &self.text[at.clone()];
        let small = text.to_ascii_lowercase();
        let small = if is_fenced { small } else { without_code(small) };
        if !is_fenced && is_heading(text) {
            made.section = small.trim_matches(['#', ' ', '\t', '*']).into();
        }
        let mut line = made.line(at, text, small, is_fenced);
        if line.is_row() && !is_fenced {
            line.bars =
                text.bytes().enumerate().filter(|(_, b)| *b == b'|').map(|(at, _)| at).collect();
            if made.heads.is_empty() {
                let cells = line.cells().unwrap_or_default();
                made.heads = cells.iter().map(|cell| cell.to_lowercase()).collect();
                made.block += 1;
                line.block = made.block;
            } else {
                line.heads = Rc::clone(&made.heads);
            }
        } else {
            made.heads = Rc::new([]);
            made.block += 1;
        }
        self.lines.push(line);
    }

    /// Adds the sentences of a paragraph that is at its end.
    fn flush(&mut self, made: &mut Made) {
        let Some(at) = made.open.take() else { return };
        made.heads = Rc::new([]);
        made.block += 1;
        let text = &self.text[at.clone()];
        let small = without_code(text.to_ascii_lowercase().replace(['\n', '\r'], " "));
        for piece in sentences(text) {
            let small = small[piece.clone()].to_owned();
            let whole = at.start + piece.start..at.start + piece.end;
            self.lines.push(made.line(whole, &text[piece], small, false));
        }
    }

    /// The number of the line of a place, from 1.
    pub(super) fn number_of(&self, place: usize) -> usize {
        1 + self.text[..place].matches('\n').count()
    }

    /// What people read as text, by paragraphs and tables.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Vec<&Line<'t>>> {
        let mut all: Vec<Vec<&Line<'t>>> = Vec::new();
        for line in self.prose() {
            match all.last_mut().filter(|block| block[0].block == line.block) {
                Some(block) => block.push(line),
                None => all.push(vec![line]),
            }
        }
        all.into_iter()
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
        let column = self.column(place).and_then(|column| self.heads.get(column));
        column.map_or("", String::as_str)
    }

    /// The column of a place, from 0, if it is a row of a table.
    pub(super) fn column(&self, place: usize) -> Option<usize> {
        self.bars.partition_point(|bar| *bar < place).checked_sub(1)
    }

    pub(super) const fn bars_count(&self) -> usize {
        self.bars.len()
    }

    pub(super) fn is_row(&self) -> bool {
        self.text.trim_start().starts_with('|')
    }

    /// Whether it is a row below the heading of a table, and not the rule between them.
    pub(super) fn is_data(&self) -> bool {
        !self.heads.is_empty() && self.text.contains(char::is_alphanumeric)
    }
}

/// Whether a line is a command, or code that is set in behind an empty line or other code.
fn is_command(line: &str, can_be_code: bool) -> bool {
    let is_set_in = line.starts_with("    ") || line.starts_with('\t');
    let start = line.trim_start();
    let is_item = start.starts_with(['-', '*', '+', '|']) || start.starts_with(char::is_numeric);
    start.starts_with("$ ")
        || start.starts_with("wavetank ")
        || is_set_in && can_be_code && !is_item
}

/// A text in which the digits of code, and links and addresses, are blanked out.
fn without_code(small: String) -> String {
    let mut code: Vec<(Range<usize>, bool)> = Vec::new();
    for (open, close) in [("`", "`"), ("](", ")"), ("http://", " "), ("https://", " ")] {
        let mut at = 0;
        while let Some(start) = small[at..].find(open).map(|start| at + start + open.len()) {
            let end = small[start..].find(close).map(|end| start + end);
            if end.is_none() && open == "`" {
                break;
            }
            let end = end.unwrap_or(small.len());
            code.push((start..end, open == "`"));
            at = (end + close.len()).min(small.len());
        }
    }
    let mut bytes = small.into_bytes();
    for (place, is_code) in code {
        let blank = |byte: &u8| {
            byte.is_ascii_digit() || !is_code && (byte.is_ascii_alphabetic() || *byte == b'%')
        };
        bytes[place].iter_mut().filter(|byte| blank(byte)).for_each(|byte| *byte = b'#');
    }
    // Bytes of ASCII took the place of others.
    String::from_utf8(bytes).unwrap_or_default()
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

/// A cell of a row in small letters, without the digits of code.
pub(super) fn cell(line: &Line<'_>, column: usize) -> String {
    let inner = line.small.trim_start().trim_start_matches('|');
    inner.split('|').nth(column).unwrap_or_default().trim().to_owned()
}
