//! What a command prints: its text, nothing, or one JSON document.

use std::io::{self, Write};
use std::path::Path;

use clap::Args;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::output::Folder;

/// What is printed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    /// Print nothing but what is wrong.
    #[arg(long)]
    quiet: bool,
    /// Print one JSON document instead of text, with the names and units of the tables.
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) json: bool,
}

impl Shown {
    /// What prints nothing.
    pub(crate) const fn silent() -> Self {
        Self { quiet: true, json: false }
    }

    /// Whether text is printed.
    pub(crate) fn is_text(self) -> bool {
        !self.quiet && !self.json
    }
}

/// Prints text, or keeps it to itself.
pub(crate) struct Printer<'a> {
    shown: Shown,
    out: &'a mut dyn Write,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(shown: Shown, out: &'a mut dyn Write) -> Self {
        Self { shown, out }
    }

    /// Prints a JSON document, if that is asked for.
    pub(crate) fn value(&mut self, value: &Value) -> io::Result<()> {
        if self.shown.json { writeln!(self.out, "{value:#}") } else { Ok(()) }
    }

    /// Prints a JSON document, if that is asked for: some things of the whole, and then the rows of
    /// a table, of which there may be more than fit into memory.
    pub(crate) fn document(
        &mut self,
        head: &[(&str, Value)],
        (name, table): (&str, &Path),
    ) -> Result<(), Failure> {
        if !self.shown.json {
            return Ok(());
        }
        let out = &mut *self.out;
        out.write_all(b"{")?;
        for (key, value) in head {
            write!(out, "\n{}: {value},", Value::from(*key))?;
        }
        write!(out, "\n{}: [", Value::from(name))?;
        let unread = |error: csv::Error| Failure::ReadFile(table.to_owned(), error.into());
        let mut rows = csv::Reader::from_path(table).map_err(unread)?;
        let columns = rows.headers().map_err(unread)?.clone();
        for (at, row) in rows.records().enumerate() {
            let row = row.map_err(unread)?;
            let fields = columns.iter().zip(&row);
            let fields = fields.map(|(name, text)| (name.to_owned(), field(name, text)));
            let comma = if at == 0 { "" } else { "," };
            write!(out, "{comma}\n{}", Value::Object(fields.collect::<Map<_, _>>()))?;
        }
        Ok(out.write_all(b"\n]\n}\n")?)
    }
}

impl Write for Printer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shown.is_text() { self.out.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Columns of tables that are numbers wherever they are not empty; others end in `_s`.
const NUMBERS: [&str; 15] = [
    "cell",
    "value",
    "n",
    "mean",
    "low95",
    "high95",
    "min",
    "max",
    "runs_needed",
    "of_total",
    "diff_n",
    "diff",
    "diff_low95",
    "diff_high95",
    "diff_runs_needed",
];

/// A field of a table: what is empty is undefined.
fn field(column: &str, text: &str) -> Value {
    let is_number = NUMBERS.contains(&column) || column.ends_with("_s");
    match text {
        "" => Value::Null,
        "yes" if column.ends_with("reliable") => true.into(),
        "no" if column.ends_with("reliable") => false.into(),
        text if is_number => text.parse().unwrap_or_else(|_| text.into()),
        text => text.into(),
    }
}

/// The paths of the files that were written.
pub(crate) fn files_of(folder: &Folder) -> Value {
    folder.written().iter().map(|file| Value::from(file.to_string_lossy())).collect()
}
