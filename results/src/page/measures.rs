//! Every number of a run, or of a cell with its interval, as a table of a page.

use sim::Record;
use sim::measure::Measure;

use super::html::{Field, Row, Table, named};
use crate::sweep_result::SweepResult;

/// Numbers that most people ask for first.
const KEYS: [&str; 9] = [
    "success",
    "goodput",
    "latency.p50",
    "latency.p99",
    "availability",
    "mttr",
    "frozen",
    "failed",
    "open",
];

/// The measures of a run: those that are asked for, and all in a table that is folded.
pub fn of_record(measures: &[Measure], asked: &[Measure], record: &Record) -> Vec<Table> {
    let columns = ["measure", "value", "unit"].map(str::to_owned).to_vec();
    let row = |measure: &Measure| {
        let value = measure.of(record);
        let numbers = vec![named("value", value, measure.unit())];
        of_measure(
            measure,
            [Field::Numbers(numbers), Field::Text(measure.unit().name().to_owned())],
        )
    };
    let note = "The same numbers are in measures.csv.";
    tables(measures, asked, columns, row, ("Key numbers", "All numbers", note))
}

/// The measures of a cell with their intervals.
pub fn of_cell(result: &SweepResult, cell: usize, asked: &[Measure]) -> Vec<Table> {
    let columns = ["measure", "mean", "95 % interval", "runs", "reliable", "unit"];
    let row = |measure: &Measure| {
        let index = result.measures.iter().position(|other| other == measure);
        let estimate = index.map(|index| result.estimate(cell, index));
        let estimate = estimate.unwrap_or(crate::Estimate::UNDEFINED);
        let unit = measure.unit();
        let named = |name, value| named(name, value, unit);
        let ends = vec![named("low95", estimate.low), named("high95", estimate.high)];
        let reliable = if estimate.is_reliable { "yes" } else { "no" };
        of_measure(
            measure,
            [
                Field::Numbers(vec![named("mean", estimate.mean)]),
                Field::Numbers(ends),
                Field::Numbers(vec![("n", estimate.n.to_string(), estimate.n.to_string())]),
                Field::Text(reliable.to_owned()),
                Field::Text(unit.name().to_owned()),
            ],
        )
    };
    let of = format!("cell {cell}");
    let of = if result.default_cell(0) == Some(cell) { "the file's own cell" } else { &of };
    let (key, all) = (format!("Key numbers of {of}"), format!("All numbers of {of}"));
    let note = format!("They are the rows of cell {cell} in summary.csv.");
    let columns = columns.map(str::to_owned).to_vec();
    tables(&result.measures, asked, columns, row, (&key, &all, &note))
}

/// A row that begins with what is measured.
fn of_measure<const N: usize>(measure: &Measure, fields: [Field; N]) -> Row {
    let name = Field::Defined(measure.path().to_owned(), measure.definition().to_owned());
    Row {
        key: measure.path().to_owned(),
        fields: [name].into_iter().chain(fields).collect(),
        ..Row::default()
    }
}

fn tables(
    measures: &[Measure],
    asked: &[Measure],
    columns: Vec<String>,
    row: impl Fn(&Measure) -> Row,
    (key, all, note): (&str, &str, &str),
) -> Vec<Table> {
    let is_key = |measure: &&Measure| {
        let rest = measure.path().strip_prefix("agents.");
        let is_of_agents = rest.is_some_and(|rest| {
            KEYS.iter().any(|key| {
                rest.strip_suffix(key).and_then(|whose| whose.strip_suffix('.')).is_some()
            })
        });
        measure.window().is_none() && is_of_agents && !asked.contains(measure)
    };
    let keys = asked.iter().filter(|asked| measures.contains(asked));
    let keys = keys.chain(measures.iter().filter(is_key)).map(&row).collect();
    let (note, every) = (note.to_owned(), measures.iter().map(&row).collect());
    vec![
        Table {
            id: "key-numbers",
            heading: key.to_owned(),
            note: note.clone(),
            is_key: true,
            is_folded: false,
            columns: columns.clone(),
            rows: keys,
        },
        Table {
            id: "all-numbers",
            heading: all.to_owned(),
            note,
            is_key: false,
            is_folded: true,
            columns,
            rows: every,
        },
    ]
}
