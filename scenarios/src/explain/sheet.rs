//! Plain text in lines of limited width.

use crate::describe::{Block, blocks, wrap};

/// How long lines are at most, but for words that are longer.
const WIDTH: usize = 96;
/// Columns of lists that are wider push what follows to the next line.
const COLUMN_MAX: usize = 28;

/// A text for the terminal, written from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    text: String,
}

impl Sheet {
    pub(super) fn finish(self) -> String {
        let mut text = self.text.trim().to_owned();
        text.push('\n');
        text
    }

    pub(super) fn title(&mut self, title: &str) {
        self.text.push_str(&format!("\n{title}\n"));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push_str(&format!("\n{}\n", wrap(text, "  ", "  ", WIDTH)));
    }

    pub(super) fn doc(&mut self, doc: &str) {
        for block in blocks(doc) {
            match block {
                Block::Paragraph(text) => self.paragraph(&text),
                Block::Verbatim(text) => self.lines(&text),
            }
        }
    }

    fn lines(&mut self, text: &str) {
        self.text.push('\n');
        for line in text.lines().filter(|line| !line.trim_start().starts_with("```")) {
            self.text.push_str(format!("    {line}").trim_end());
            self.text.push('\n');
        }
    }

    /// Lines of a file, with a word before them.
    pub(super) fn example(&mut self, word: &str, toml: &str) {
        self.text.push_str(&format!("\n  {word}\n"));
        self.lines(toml);
    }

    /// A fact and its name.
    pub(super) fn fact(&mut self, name: &str, text: &str) {
        let first = format!("  {name:<10}");
        self.text.push_str(&wrap(text, &first, &" ".repeat(12), WIDTH));
        self.text.push('\n');
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A list with aligned columns; the last one takes as many lines as it needs.
    pub(super) fn rows(&mut self, rows: Vec<Vec<String>>) {
        self.text.push('\n');
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let most = if columns > 2 { COLUMN_MAX } else { WIDTH / 2 };
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let widths = cells.map(|cell| cell.chars().count());
            widths.filter(|width| *width <= most).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns.saturating_sub(1)).map(width).collect();
        for row in rows {
            self.row(&row, &widths);
        }
    }

    fn row(&mut self, row: &[String], widths: &[usize]) {
        let Some((last, cells)) = row.split_last() else { return };
        let indent = 2 + widths.iter().map(|width| width + 2).sum::<usize>();
        let mut first = "  ".to_owned();
        for (cell, width) in cells.iter().zip(widths) {
            first.push_str(&format!("{cell:<width$}  "));
        }
        let others = " ".repeat(indent);
        if first.chars().count() > indent && !last.is_empty() {
            let is_long = first.trim_end().chars().count() > WIDTH;
            let wrapped = is_long.then(|| wrap(first.trim(), "  ", "    ", WIDTH));
            self.text.push_str(wrapped.as_deref().unwrap_or(first.trim_end()));
            self.text.push('\n');
            first.clone_from(&others);
        }
        self.text.push_str(wrap(last, &first, &others, WIDTH).trim_end());
        self.text.push('\n');
    }
}
