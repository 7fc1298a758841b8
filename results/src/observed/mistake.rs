//! What is wrong in a table of somebody, and what would be right.

use std::error::Error;
use std::fmt;

/// Something that is wrong in a table: where, what was found, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The name of the file.
    pub file: String,
    /// The row, counted from 1 on as an editor counts lines; none of the file as a whole.
    pub row: Option<u64>,
    /// The name of the column, if it is about one.
    pub column: Option<String>,
    /// What is there.
    pub found: String,
    /// What should be there.
    pub expected: String,
    /// The right name that is most like what was found.
    pub nearest: Option<String>,
}

impl fmt::Display for Mistake {
    /// `runs.csv:3: column `outcome`: found `ok`, expected good or failed; did you mean `good`?`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ":{row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column `{column}`")?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl Error for Mistake {}

/// The longest piece of a cell that a message shows.
const SHOWN: usize = 60;

/// What stands in a cell, in one line: what cannot be seen is escaped.
pub(super) fn cell(text: &str) -> String {
    if text.is_empty() {
        return "nothing".to_owned();
    }
    let is_plain = |c: char| matches!(c, '"' | '\'' | '\\');
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        if is_plain(c) { shown.push(c) } else { shown.extend(c.escape_debug()) }
    }
    let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

/// The name that is most like what was written, if any is like it at all.
pub(super) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let written = written.to_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&written, &other.to_lowercase());
    let all = known.into_iter().map(|name| (likeness(name), name));
    let best = all.reduce(|best, next| if best.0 < next.0 { next } else { best })?;
    (best.0 > 0.75).then(|| best.1.to_owned())
}

/// Names as a sentence has them: `a, b or c`.
pub(super) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}
