//! Times of arrivals that stand in a file of their own, beside the scenario.

use core::ops::Range;

use csv::{ReaderBuilder, StringRecord, Trim};
use patterns::Duration;
use patterns::settings::{Code, Node, Value, entry};

use crate::diagnostic::Diagnostic;
use crate::format::{TIMES_MAX, is_file};
use crate::scenario_file::ScenarioFile;

/// Mistakes in one file beyond which no more are shown.
const SHOWN: usize = 10;

impl ScenarioFile {
    /// Puts in the times of all traces that name a file, such as `{ trace = "arrivals.csv" }`.
    /// `read` gives the text of a file, or says why it cannot.
    ///
    /// A file has a column `time`, or a column `gap` of the time since the row before; or one
    /// column only, without a name, of times. A number alone is in seconds.
    ///
    /// If a file cannot be read, or has what is no time or comes out of order, that is reported
    /// with all else that is wrong with the scenario, each mistake with its row and column.
    pub fn read_traces(&mut self, read: &mut dyn FnMut(&str) -> Result<String, String>) {
        if let Some(before) = &mut self.before {
            before.read_traces(read);
        }
        if let Value::Table(sections) = &mut self.root.value
            && let Some(agents) = sections.iter_mut().find(|section| section.key == "agents")
            && let Value::Table(groups) = &mut agents.node.value
        {
            for group in groups {
                let Value::Table(keys) = &mut group.node.value else { continue };
                let Some(arrivals) = keys.iter_mut().find(|key| key.key == "arrivals") else {
                    continue;
                };
                let Some((name, at)) = file_of(&arrivals.node) else { continue };
                let times = read(&name).map_err(|why| vec![format!("`{name}`: {why}")]);
                let times = times.and_then(|text| times_in(&name, &text)).unwrap_or_else(|found| {
                    let wrong = found.into_iter().map(|why| Diagnostic::new(at.clone(), CODE, why));
                    self.unread.extend(wrong);
                    // Something that can be read, so that all else is looked at.
                    vec![Duration::ZERO]
                });
                arrivals.node = trace(&times, &arrivals.node.at, &at);
            }
        }
    }
}

const CODE: Code = Code::Unreadable;

/// The file that a trace names, and where its name stands.
fn file_of(arrivals: &Node) -> Option<(String, Range<usize>)> {
    let call = arrivals.call().ok().flatten();
    let named = match (&call, arrivals.get("trace")) {
        (_, Some(named)) => named,
        (Some(call), None) if call.name == "trace" && call.arguments.len() == 1 => {
            &call.arguments[0].node
        }
        _ => return None,
    };
    let name = named.text().filter(|name| is_file(name))?;
    Some((name.to_owned(), named.at.clone()))
}

/// A trace of these times, as an author would write it.
fn trace(times: &[Duration], whole: &Range<usize>, at: &Range<usize>) -> Node {
    let time =
        |time: &Duration| Node::new(at.clone(), Value::Text(format!("{}ns", time.as_nanos())));
    let times = Node::new(at.clone(), Value::List(times.iter().map(time).collect()));
    Node::new(whole.clone(), Value::Table(vec![entry("trace", times)]))
}

/// A column of times.
struct Column {
    index: usize,
    name: Option<String>,
    /// Whether each is counted from the one before.
    is_gap: bool,
    /// How many columns the file has.
    of: usize,
}

/// The times in the text of a file, or all that is wrong with it.
fn times_in(name: &str, text: &str) -> Result<Vec<Duration>, Vec<String>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let (mut times, mut wrong) = (Vec::new(), Vec::new());
    let (mut column, mut last) = (None, Duration::ZERO);
    for record in reader.records() {
        let record = record.map_err(|error| vec![format!("`{name}`: {error}")])?;
        let row = record.position().map_or(0, csv::Position::line);
        if let Some(at) = record.iter().position(|cell| cell.contains('\n')) {
            let number = at + 1;
            wrong.push(format!(
                "`{name}`, row {row}, column {number}: a quotation mark that opens here is not \
                 closed in this row"
            ));
            break;
        }
        let column = match &column {
            Some(column) => column,
            None => {
                let found = column.insert(column_of(name, &record).map_err(|why| vec![why])?);
                if found.name.is_some() {
                    continue;
                }
                found
            }
        };
        match time_of(&record, column, last) {
            Ok(time) => {
                last = time;
                times.push(time);
            }
            Err(why) => {
                let named = column.name.as_ref().map_or_else(String::new, |n| format!(" (`{n}`)"));
                let number = column.index + 1;
                wrong.push(format!("`{name}`, row {row}, column {number}{named}: {why}"));
            }
        }
        if column.of < record.len() {
            let (has, number) = (column.of, column.of + 1);
            let cell = &record[column.of];
            wrong.push(format!(
                "`{name}`, row {row}, column {number}: `{cell}` is in a column that row 1 does not \
                 have: it has {has}"
            ));
        }
        if times.len() > TIMES_MAX {
            wrong.push(format!("`{name}`, row {row}: more than {TIMES_MAX} times"));
            break;
        }
    }
    if times.is_empty() && wrong.is_empty() {
        wrong.push(format!("`{name}` has no times"));
    }
    if wrong.len() > SHOWN {
        let more = wrong.len() - SHOWN;
        wrong.truncate(SHOWN);
        wrong.push(format!("`{name}` has {more} mistakes more"));
    }
    if wrong.is_empty() { Ok(times) } else { Err(wrong) }
}

/// The column that has the times, by the first row.
fn column_of(file: &str, first: &StringRecord) -> Result<Column, String> {
    let names = ["time", "gap"];
    let name_of = |cell: &str| names.into_iter().find(|name| cell.eq_ignore_ascii_case(name));
    let mut columns = first.iter().enumerate().filter_map(|(at, cell)| Some((at, name_of(cell)?)));
    if let Some((index, name)) = columns.next() {
        if let Some((other, second)) = columns.next() {
            let (number, earlier) = (other + 1, index + 1);
            return Err(format!(
                "`{file}`, row 1, column {number} (`{second}`): column {earlier} (`{name}`) says \
                 when tasks come, and only one column can"
            ));
        }
        let is_gap = name == "gap";
        return Ok(Column { index, name: Some(name.to_owned()), is_gap, of: first.len() });
    }
    if first.len() == 1 && length(&first[0]).is_ok() {
        return Ok(Column { index: 0, name: None, is_gap: false, of: 1 });
    }
    let cells: Vec<String> = first.iter().take(SHOWN).map(|cell| format!("`{cell}`")).collect();
    Err(format!("`{file}`: row 1 names no column `time` or `gap`, but {}", cells.join(", ")))
}

/// The time that a row says.
fn time_of(record: &StringRecord, column: &Column, last: Duration) -> Result<Duration, String> {
    let cell = record.get(column.index).ok_or("there is no such column in this row")?;
    let read = length(cell)?;
    if column.is_gap {
        return Ok(last + read);
    }
    if read < last {
        return Err(format!("the times must rise, and {read} comes after {last}"));
    }
    Ok(read)
}

/// A length of time; a number alone is in seconds.
fn length(cell: &str) -> Result<Duration, String> {
    match cell.parse::<f64>() {
        Ok(secs) if (0.0..1e10).contains(&secs) => Ok(Duration::from_secs_f64(secs)),
        Ok(_) => Err(format!("`{cell}` must be from 0 to 1e10 seconds")),
        Err(_) => cell.parse().map_err(|why| format!("`{cell}` is no time: {why}")),
    }
}
