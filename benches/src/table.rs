//! Tables as text.

use std::fmt;

/// A table: what it is about, its columns, and what follows from it.
#[derive(Clone, Debug)]
pub struct Table {
    title: &'static str,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: &'static str, columns: &[&str]) -> Self {
        let head = columns.iter().map(|&column| column.to_owned()).collect();
        Self { title, rows: vec![head], notes: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// How many rows it has below its head.
    pub fn len(&self) -> usize {
        self.rows.len() - 1
    }

    /// Whether there is nothing below its head.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}\n", self.title)?;
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                let width = width(column);
                if column == 0 {
                    write!(f, "  {cell:width$}")?;
                } else {
                    write!(f, "   {cell:>width$}")?;
                }
            }
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}

/// Bytes in a unit of a size that can be read.
pub(crate) fn bytes(bytes: f64) -> String {
    match bytes {
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        1e3.. => format!("{:.1} kB", bytes / 1e3),
        _ => format!("{bytes:.0} B"),
    }
}

/// Nanoseconds in a unit of a size that can be read.
pub(crate) fn nanos(nanos: f64) -> String {
    match nanos {
        1e6.. => format!("{:.2} ms", nanos / 1e6),
        1e4.. => format!("{:.1} us", nanos / 1e3),
        _ => format!("{nanos:.1} ns"),
    }
}
