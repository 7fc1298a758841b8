//! What is said of hypotheses and abort conditions.

use std::io::{self, Write};

use patterns::Duration;
use results::page::Verdict;
use results::{Causes, SweepResult};
use scenarios::{LayerRegistry, Scenario};
use serde_json::{Value, json};
use sim::measure::{Measure, Unit};
use sim::{Record, Stop, System};

use crate::command::common::counted;
use crate::command::limits::LimitArgs;
use crate::command::tables::Made;

/// Why a measure is no number.
pub(crate) fn why_not(measure: &Measure) -> &'static str {
    match measure.window() {
        Some(_) => "its window never came, nothing happened in it, or what happened had not ended",
        None => "nothing happened that it is about",
    }
}

/// A number in its unit, as a file would have it.
pub(crate) fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.2} %", 100.0 * value),
        Unit::Count | Unit::Ratio => format!("{value:.4}"),
        Unit::PerHour => format!("{value:.4}/h"),
        Unit::Usd => format!("{value:.4} USD"),
        // To the millisecond, or of less than a second to the microsecond.
        Unit::Seconds | Unit::WorkSeconds => {
            let least: u32 = if value < 1.0 { 1_000 } else { 1_000_000 };
            let parts = (value * 1e9 / f64::from(least)).round() as u64;
            Duration::from_nanos(parts.saturating_mul(least.into())).to_string()
        }
    }
}

/// That an abort condition of a system holds.
pub(crate) fn abort(system: &System, by: u32) -> String {
    let text = system.aborts.get(by as usize).map_or("", |abort| &abort.text);
    format!("abort condition `{text}`")
}

/// Says why a run was stopped before its end, and when its faults were taken off.
pub(crate) fn stops(
    system: &System,
    record: &Record,
    limits: &LimitArgs,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let Some(stop) = record.stopped {
        let (ended, horizon) = (record.ended, record.horizon);
        let why = match stop {
            Stop::Aborted(by) => abort(system, by),
            stop => limits.why(stop),
        };
        writeln!(out, "STOPPED      at {ended} of {horizon}: {why}")?;
    }
    if let Some((at, by)) = record.faults_removed {
        writeln!(out, "FAULTS OFF   from {at} on: {}", abort(system, by))?;
    }
    Ok(())
}

/// Says why tasks, calls and attempts failed, and which layers did nothing.
pub(crate) fn causes(causes: &Causes, out: &mut dyn Write) -> io::Result<()> {
    for (of, why) in causes.lines() {
        writeln!(out, "failures     {of}: {why}")?;
    }
    for (of, layers) in causes.idle() {
        writeln!(out, "never acted  {of}: {}", layers.join(", "))?;
    }
    Ok(())
}

/// Says why tasks failed in all runs of the file's own cell, or of the best one if none is its own,
/// and how to see that of another one.
pub(crate) fn causes_of_sweep(
    (sweep, registry): (&scenarios::Sweep, &LayerRegistry),
    result: &SweepResult,
    made: &Made,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cells = result.cells();
    let Some(cell) = result.shown_cell() else {
        let why =
            format!("{cells} cells are too many to keep them of all, and none is the file's own");
        writeln!(out, "no causes and key numbers: {why}")?;
        return of_another_cell(result, out);
    };
    let all = result.replications;
    let runs = match made.of_cell(cell, all) {
        0 => return Ok(()),
        runs if runs < all => format!("{runs} of {all} runs"),
        1 => "the one run".to_owned(),
        _ => format!("all {all} runs"),
    };
    let total = |measure: &Measure| {
        let known = result.measures.iter().position(|known| known == measure);
        let values = known.into_iter().flat_map(|known| result.values(cell, known));
        values.filter(|value| !value.is_nan()).sum::<f64>()
    };
    let why = Causes::of(&sweep.cell(registry, cell).system, total);
    writeln!(out, "in {runs} of cell {cell}:")?;
    causes(&why, out)?;
    if 1 < cells { of_another_cell(result, out) } else { Ok(()) }
}

/// How to see of any cell what is said of one.
fn of_another_cell(result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "of another cell N: numbers in summary.csv, and causes of each of its runs by")?;
    writeln!(out, "  {} --cell N --replication 0", result.run_command)
}

/// Says in how many runs each hypothesis holds: of the file's own cell, or of all cells if none is
/// its own. It holds if it does in every one. The same for the page and as a document.
pub(crate) fn hypotheses(
    scenario: &Scenario,
    result: &SweepResult,
    made: &Made,
    out: &mut dyn Write,
) -> io::Result<(Vec<Verdict>, Vec<Value>)> {
    let (cells, whose) = match result.default_cell(0) {
        Some(own) if result.cells() > 1 => (own..own + 1, " of the file's own cell"),
        _ => (0..result.cells(), ""),
    };
    let values = |measure: &Measure| {
        let place = result.measures.iter().position(|other| other == measure);
        let of_cell = |cell| place.into_iter().flat_map(move |place| result.values(cell, place));
        let all = cells.clone().flat_map(of_cell);
        all.filter(|value| !value.is_nan()).collect::<Vec<f64>>()
    };
    let replications = result.replications;
    let run: u64 = cells.clone().map(|cell| u64::from(made.of_cell(cell, replications))).sum();
    let is_whole = run == cells.len() as u64 * u64::from(replications);
    let made = if is_whole { "" } else { " that were made" };
    let (mut verdicts, mut judged) = (Vec::new(), Vec::new());
    for hypothesis in &scenario.hypotheses {
        let share = values(&hypothesis.share());
        let (good, all) = (share.iter().filter(|value| **value > 0.5).count(), share.len());
        let holds = good == all && all > 0;
        let text = hypothesis.text.clone();
        if run == 0 {
            let found = format!("no run{whose} was made");
            writeln!(out, "not decided: {found}: {text}")?;
            judged.push(json!({ "that": text, "holds": null, "share": null, "runs": 0 }));
            verdicts.push(Verdict { text, holds: None, found });
            continue;
        }
        let found = format!("in {good} of {}{whose}{made}", counted(all, "run"));
        let why = if values(&hypothesis.measure).is_empty() {
            format!(" (it is undefined: {})", why_not(&hypothesis.measure))
        } else {
            String::new()
        };
        let says = if holds { "holds" } else { "FAILS: it holds" };
        writeln!(out, "{says} {found}: {text}{why}")?;
        let of_all = (all > 0).then(|| good as f64 / all as f64);
        judged.push(json!({ "that": text, "holds": holds, "share": of_all, "runs": all }));
        verdicts.push(Verdict { text, holds: Some(holds), found: found + &why });
    }
    Ok((verdicts, judged))
}

/// Whether all hypotheses hold.
pub(crate) fn all_hold(verdicts: &[Verdict]) -> bool {
    verdicts.iter().all(|verdict| verdict.holds == Some(true))
}
