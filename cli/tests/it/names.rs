//! A measure has one name in every table, and its unit beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use results::SweepResult;
use results::table::{RunsWriter, summary};
use scenarios::{LayerRegistry, ScenarioFile, library};

use crate::tank::{Folder, said, scenario, wavetank};

/// The columns of a table, by name.
fn table(bytes: &[u8]) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let mut rows = csv::Reader::from_reader(bytes);
    let head: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    let of = |row: csv::StringRecord| {
        head.iter().cloned().zip(row.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    let rows = rows.records().map(|row| of(row.unwrap())).collect();
    (head, rows)
}

const UNITS: [&str; 7] = ["share", "seconds", "work seconds", "count", "per hour", "ratio", "USD"];

#[test]
fn the_runs_of_every_scenario_of_the_library_join_the_summary() {
    let registry = LayerRegistry::builtin();
    for entry in library::all() {
        let file = ScenarioFile::parse(entry.name, entry.text).unwrap();
        let mut sweep = file.sweep(&registry).unwrap();
        // What the tables are called does not depend on what is in them.
        sweep.design.replications = 1;
        let result = SweepResult::new(sweep.design, sweep.measures, String::new());
        let runs = RunsWriter::new(&result, Vec::new()).unwrap().finish().unwrap();
        let (columns, _) = table(&runs);
        let (head, rows) = table(&summary(&result, Vec::new()).unwrap());
        let name = entry.name;
        let at = columns.iter().position(|column| column == "stopped").unwrap();
        // The last one is the command that makes the run again.
        let last = columns.len() - 1;
        assert_eq!(columns[last], "again");
        let measures: BTreeSet<&String> = columns[at + 1..last].iter().collect();
        assert_eq!(measures.len(), last - at - 1, "{name}: a column is there twice");
        let summed: BTreeSet<&String> = rows.iter().map(|row| &row["measure"]).collect();
        assert_eq!(measures, summed, "{name}");
        assert!(rows.iter().all(|row| UNITS.contains(&row["unit"].as_str())), "{name}");
        // The first columns say in both which cell it is.
        let cell = columns.iter().position(|column| column == "replication").unwrap();
        assert_eq!(columns[..cell], head[..cell], "{name}");
    }
}

#[test]
fn a_run_names_its_measures_alike_in_all_its_tables() {
    let folder = Folder::new("names");
    scenario(&folder, "it.toml", "");
    let output = wavetank(&["run", "it.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let read = |name: &str| table(&fs::read(folder.0.join("o").join(name)).unwrap());
    let (columns, _) = read("series.csv");
    assert_eq!(columns[..2], ["from_s", "to_s"]);
    let (_, rows) = read("measures.csv");
    let measures: Vec<&String> = rows.iter().map(|row| &row["measure"]).collect();
    assert_eq!(columns[2..].iter().collect::<Vec<_>>(), measures);
    let unit = |measure: &str| rows.iter().find(|row| row["measure"] == measure).unwrap();
    assert_eq!(unit("agents.a.goodput")["unit"], "per hour");
    assert_eq!(unit("edges.\"a -> x\".calls")["unit"], "count");
}

#[test]
fn an_axis_of_lengths_of_time_has_a_column_of_seconds() {
    let folder = Folder::new("seconds");
    let axes = "[sweep]\nreplications = 1\n\"services.x.latency\" = [\"1s\", \"500ms\", \"1min\"]\n\
                \"agents.a.count\" = [1, 2]\n\"agents.a.arrivals\" = [\"every(5s)\"]\n";
    scenario(&folder, "it.toml", axes);
    let output = wavetank(&["sweep", "it.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for name in ["runs.csv", "summary.csv", "series.csv"] {
        let (head, rows) = table(&fs::read(folder.0.join("o").join(name)).unwrap());
        let axes = ["services.x.latency", "services.x.latency_s", "agents.a.count"];
        assert_eq!(head[2..5], axes, "{name}");
        assert_eq!(head[5], "agents.a.arrivals", "{name}");
        let found: BTreeSet<(&str, &str)> =
            rows.iter().map(|row| (row[axes[0]].as_str(), row[axes[1]].as_str())).collect();
        assert_eq!(found, [("1s", "1"), ("500ms", "0.5"), ("1min", "60")].into(), "{name}");
    }
}
