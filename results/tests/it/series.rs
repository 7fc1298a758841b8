//! Measures over time in a sweep.

use patterns::Duration;
use results::series::{Pieces, SeriesWriter};
use results::{Estimate, Measured, SweepResult};
use sim::measure::Measure;
use sim::series::{Series, SeriesDesign, run_in_pieces};
use sim::{Record, RunOptions, System};

use crate::table;

const PATHS: [&str; 7] = [
    "agents.a.success",
    "agents.a.tasks",
    "agents.a.goodput",
    "agents.a.latency.mean",
    "agents.a.latency.p95",
    "agents.a.latency.sd",
    "services.s.utilisation",
];

fn pieces(system: &System, seed: u64, series: &SeriesDesign) -> (Record, Pieces) {
    let mut pieces = Pieces::default();
    let (parts, options) = (series.parts(system), RunOptions::default());
    let mut add = |piece: &Record| pieces.add(&series.measures, piece);
    let record = run_in_pieces(system, seed, &options, series.every, &parts, &mut add);
    (record, pieces)
}

/// The rows of a `series.csv` of so many runs of each of the cells, in pieces of this length; and
/// the sweep.
fn written(every: Duration, runs: u32) -> (Vec<Vec<String>>, SweepResult) {
    let (mut result, systems) = table::result(&PATHS);
    result.design.replications = runs;
    let mut result = SweepResult::new(result.design, result.measures, String::new());
    let series = SeriesDesign { every, measures: result.measures.clone() };
    let (all, rows) = (series.measures.clone(), series.measures.len());
    let mut out = SeriesWriter::new(&result, all, rows, vec![1], Vec::new()).unwrap();
    for (cell, system) in systems.iter().enumerate() {
        for replication in 0..runs {
            let (record, pieces) = pieces(system, u64::from(replication) + 1, &series);
            result.add(cell, replication, &Measured::of(&result.measures, &record));
            out.add(&result, cell, replication, &pieces).unwrap();
        }
    }
    let (text, kept) = out.finish(&result).unwrap();
    assert!(kept.iter().map(|(cell, _)| *cell).eq([1]), "one cell is to be drawn");
    let text = String::from_utf8(text).unwrap();
    let rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect());
    (rows.collect(), result)
}

#[test]
fn a_piece_is_pooled_as_the_summary_pools_whole_runs() {
    // The only piece is the whole run.
    let (rows, result) = written(Duration::from_secs(1000), 4);
    let head = "cell,variant,services.s.latency,services.s.latency_s,from_s,to_s,measure,unit,n,\
                mean,low95,high95,reliable";
    assert_eq!(rows[0].join(","), head);
    assert_eq!(rows.len(), 1 + 3 * PATHS.len());
    for (at, row) in rows[1..].iter().enumerate() {
        let (cell, measure) = (at / PATHS.len(), at % PATHS.len());
        let Estimate { n, mean, low, high, is_reliable, .. } = result.estimate(cell, measure);
        let reliable = if is_reliable { "yes" } else { "no" };
        let place = format!("{cell},as written,{}", ["2s,2", "4s,4", "8s,8"][cell]);
        let unit = result.measures[measure].unit().name();
        let path = PATHS[measure];
        let expected = format!("{place},0,1000,{path},{unit},{n},{mean},{low},{high},{reliable}");
        assert_eq!(row.join(","), expected);
    }
}

#[test]
fn pieces_follow_each_other_and_the_last_one_ends_with_the_run() {
    let (rows, _) = written(Duration::from_secs(300), 2);
    let times: Vec<String> = rows[1..].iter().map(|row| row[4..6].join("-")).collect();
    let of_cell: Vec<&String> = times.iter().step_by(PATHS.len()).take(4).collect();
    assert_eq!(of_cell, ["0-300", "300-600", "600-900", "900-1000"]);
    assert_eq!(rows.len(), 1 + 3 * 4 * PATHS.len());
}

#[test]
fn many_runs_are_pooled_in_groups_to_the_same_mean() {
    let (rows, result) = written(Duration::from_secs(1000), 130);
    for (at, row) in rows[1..].iter().enumerate() {
        let found = result.estimate(at / PATHS.len(), at % PATHS.len());
        let [mean, low, high] =
            [9, 10, 11].map(|column: usize| row[column].parse::<f64>().unwrap());
        assert!((mean / found.mean - 1.0).abs() < 1e-12, "{row:?}");
        assert_eq!(row[8], "130", "runs are counted, not groups");
        let widths = (high - low) / (found.high - found.low);
        assert!(found.high <= found.low || (0.8..1.25).contains(&widths), "{widths}: {row:?}");
    }
}

/// Of a cell that is drawn all measures are kept; of the others, and in the table, the first.
#[test]
fn what_is_drawn_is_kept_beside_the_rows() {
    let (result, systems) = table::result(&PATHS);
    let design =
        SeriesDesign { every: Duration::from_secs(300), measures: result.measures.clone() };
    let mut out =
        SeriesWriter::new(&result, design.measures.clone(), 1, vec![2], Vec::new()).unwrap();
    for (cell, system) in systems.iter().enumerate() {
        for replication in 0..result.replications {
            let (_, pieces) = pieces(system, u64::from(replication) + 1, &design);
            out.add(&result, cell, replication, &pieces).unwrap();
        }
    }
    let (text, kept) = out.finish(&result).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 1 + 3 * 4);
    let [(2, over_time)] = &kept[..] else { panic!("{} cells", kept.len()) };
    assert_eq!(over_time.measures, design.measures);
    for (piece, row) in over_time.pieces.iter().zip(text.lines().skip(1 + 2 * 4)) {
        let first = piece.estimates[0];
        let numbers = format!(",{},{},{},{},", first.n, first.mean, first.low, first.high);
        assert!(row.contains(&numbers), "{numbers} in {row}");
        assert_eq!(piece.estimates.len(), PATHS.len());
    }
}

#[test]
fn only_what_is_asked_for_is_looked_at_and_has_the_same_numbers() {
    let system = table::system(7);
    let every = Duration::from_secs(50);
    let options = RunOptions::default();
    let all = Measure::all(&system);
    let (whole, series) = Series::run(&system, 1, &options, every, &all);
    for (place, measure) in all.iter().enumerate() {
        let design = SeriesDesign { every, measures: vec![measure.clone()] };
        let mut values = Vec::new();
        let mut add = |piece: &Record| values.push(measure.of(piece).to_bits());
        let parts = design.parts(&system);
        let record = run_in_pieces(&system, 1, &options, every, &parts, &mut add);
        let expected: Vec<u64> =
            series.pieces.iter().map(|piece| piece.2[place].to_bits()).collect();
        assert_eq!(values, expected, "{}", measure.path());
        assert_eq!(record, whole, "looking changes nothing");
    }
}
