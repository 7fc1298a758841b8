//! A table as somebody wrote it: its columns found by name, all that is wrong with its form told.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::mistake::{Mistake, cell, nearest, one_of};

/// The most mistakes of one file that are told one by one.
const TOLD_MAX: usize = 100;

/// A column that a table may have.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) is_needed: bool,
}

/// The rows of a table, and what is wrong with them so far.
pub(super) struct Sheet<'a> {
    file: &'a str,
    /// Where each column that may be there stands.
    places: Vec<(&'static str, Option<usize>)>,
    rows: Vec<StringRecord>,
    mistakes: Vec<Mistake>,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    record: &'a StringRecord,
    places: &'a [(&'static str, Option<usize>)],
    /// As an editor counts lines.
    pub(super) number: u64,
}

impl<'a> Row<'a> {
    /// What stands in a column; nothing if there is no such column.
    pub(super) fn get(&self, column: &str) -> &'a str {
        let place = self.places.iter().find(|(name, _)| *name == column).and_then(|(_, at)| *at);
        place.and_then(|at| self.record.get(at)).unwrap_or_default()
    }
}

impl<'a> Sheet<'a> {
    /// Reads a table that may have these columns.
    pub(super) fn read(file: &'a str, bytes: &[u8], columns: &[Column]) -> Self {
        let places = columns.iter().map(|column| (column.name, None)).collect();
        let mut sheet = Self { file, places, rows: Vec::new(), mistakes: Vec::new() };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match str::from_utf8(bytes) {
            Ok(text) => sheet.fill(text, columns),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let row = before.split(|byte| *byte == b'\n').count() as u64;
                sheet.wrong((Some(row), None), "bytes that are no UTF-8", "text in UTF-8");
            }
        }
        sheet
    }

    fn fill(&mut self, text: &str, columns: &[Column]) {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let head = match records.next() {
            None => {
                let names = one_of(columns.iter().map(|column| column.name));
                let expected = format!("a first row that names columns: {}", all_of(&names));
                return self.wrong((None, None), "an empty file", &expected);
            }
            Some(Err(error)) => {
                return self.wrong((Some(1), None), &error.to_string(), "a table (CSV)");
            }
            Some(Ok(head)) => head,
        };
        if !self.place_columns(&head, columns) {
            return;
        }
        for record in records {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    self.wrong((None, None), &error.to_string(), "a table (CSV)");
                    return;
                }
            };
            // Spreadsheets leave such rows behind.
            if record.iter().all(str::is_empty) {
                continue;
            }
            let row = line_of(&record);
            if record.iter().any(|cell| cell.contains('\n')) {
                let found = "a quotation mark that is not closed in its row";
                self.wrong((Some(row), None), found, "a closed one");
                return;
            }
            if record.len() != head.len() {
                let found = format!("{} cells", record.len());
                let expected = format!("{}, as row {} has", head.len(), line_of(&head));
                self.wrong((Some(row), None), &found, &expected);
                continue;
            }
            self.rows.push(record);
        }
        if self.rows.is_empty() && self.mistakes.is_empty() {
            self.wrong((None, None), "no rows below the names of columns", "at least one");
        }
    }

    /// Finds the columns by the first row; false if nothing below can be read.
    fn place_columns(&mut self, head: &StringRecord, columns: &[Column]) -> bool {
        let row = Some(line_of(head));
        let names = || columns.iter().map(|column| column.name);
        let is_known = |name: &str| names().any(|known| known.eq_ignore_ascii_case(name));
        for (sign, shown) in [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")] {
            let all = head.iter().collect::<Vec<_>>().join(",");
            if head.iter().any(|cell| cell.contains(sign))
                && all.split(sign).any(|name| is_known(name.trim()))
            {
                let found = format!("{shown} between columns");
                self.wrong((row, None), &found, "commas: export it as CSV with `,`");
                return false;
            }
        }
        for (at, name) in head.iter().enumerate() {
            let Some(known) = columns.iter().position(|one| one.name.eq_ignore_ascii_case(name))
            else {
                let free = names().zip(&self.places).filter(|(_, (_, at))| at.is_none());
                let near = nearest(name, free.map(|(name, _)| name));
                let expected = format!("columns called {}", all_of(&one_of(names())));
                self.told((row, None), &format!("a column {}", cell(name)), &expected, near);
                continue;
            };
            let place = &mut self.places[known].1;
            if place.is_some() {
                let found = format!("a second column {}", cell(name));
                self.wrong((row, None), &found, "each column once");
            } else {
                *place = Some(at);
            }
        }
        let mut is_whole = true;
        for column in columns {
            let is_there = self.has(column.name);
            if column.is_needed && !is_there {
                let found = format!("no column `{}`", column.name);
                let expected = format!("columns {}", all_of(&one_of(names())));
                self.wrong((row, None), &found, &expected);
                is_whole = false;
            }
        }
        is_whole
    }

    /// Whether it has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.places.iter().any(|(name, at)| *name == column && at.is_some())
    }

    /// Looks at each row; what is wrong with it is told with its place.
    pub(super) fn each(&mut self, mut look: impl FnMut(Row<'_>, &mut Wrong<'_>)) {
        let mut mistakes = Vec::new();
        for record in &self.rows {
            let row = Row { record, places: &self.places, number: line_of(record) };
            let row_number = row.number;
            look(row, &mut Wrong { file: self.file, row: row_number, all: &mut mistakes });
        }
        self.mistakes.extend(mistakes);
    }

    /// Something that is wrong with the whole, or with a row.
    pub(super) fn wrong(
        &mut self,
        place: (Option<u64>, Option<&str>),
        found: &str,
        expected: &str,
    ) {
        self.told(place, found, expected, None);
    }

    fn told(
        &mut self,
        (row, column): (Option<u64>, Option<&str>),
        found: &str,
        expected: &str,
        nearest: Option<String>,
    ) {
        self.mistakes.push(Mistake {
            file: self.file.to_owned(),
            row,
            column: column.map(str::to_owned),
            found: found.to_owned(),
            expected: expected.to_owned(),
            nearest,
        });
    }

    /// All that is wrong, in the order of the file.
    pub(super) fn mistakes(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by_key(|one| one.row);
        if TOLD_MAX < self.mistakes.len() {
            let more = self.mistakes.len() - TOLD_MAX;
            self.mistakes.truncate(TOLD_MAX);
            let found = format!("{more} mistakes more");
            self.wrong((None, None), &found, "rows as those above should be");
        }
        self.mistakes
    }
}

/// What is wrong with one row.
pub(super) struct Wrong<'a> {
    file: &'a str,
    row: u64,
    all: &'a mut Vec<Mistake>,
}

impl Wrong<'_> {
    /// A cell is not what it should be.
    pub(super) fn cell(&mut self, column: &str, found: &str, expected: &str) {
        self.told(column, cell(found), expected, None);
    }

    /// A cell is none of the names that it could be.
    pub(super) fn name(&mut self, column: &str, found: &str, known: &[&str]) {
        self.told(
            column,
            cell(found),
            &one_of(known.iter().copied()),
            nearest(found, known.iter().copied()),
        );
    }

    /// The same of one whose right name is known otherwise.
    pub(super) fn synonym(&mut self, column: &str, found: &str, known: &[&str], meant: &str) {
        let expected = one_of(known.iter().copied());
        self.told(column, cell(found), &expected, Some(meant.to_owned()));
    }

    /// Something is wrong that is told in words.
    pub(super) fn told(
        &mut self,
        column: &str,
        found: String,
        expected: &str,
        nearest: Option<String>,
    ) {
        let (file, row) = (self.file.to_owned(), Some(self.row));
        let (column, expected) = (Some(column.to_owned()), expected.to_owned());
        self.all.push(Mistake { file, row, column, found, expected, nearest });
    }
}

fn line_of(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// The same names, of which there may be several.
fn all_of(one_of: &str) -> String {
    one_of.replace(" or ", " and ")
}
