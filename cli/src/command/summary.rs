//! What is said of a sweep: how much of it was made, and what came of it.

use std::io::{self, Write};

use results::chart::{Told, told};
use results::{Estimate, SweepResult};
use scenarios::{Scenario, plain};
use serde_json::{Map, Value, json};
use sim::Stop;

use crate::command::common::counted;
use crate::command::judged;
use crate::command::limits::LimitArgs;
use crate::command::tables::{Made, NAMED_MAX};

/// Says what of a sweep was made when its time was up, what not, and how it goes on; `drawn` are
/// the pictures that were made.
pub(crate) fn what_is_left(
    made: &Made,
    result: &SweepResult,
    (drawn, limits): (&str, &LimitArgs),
    out: &mut dyn Write,
) -> io::Result<()> {
    let (runs, all, again) = (made.runs, result.runs(), &result.command);
    let why = limits.why(Stop::Interrupted);
    let of_all = counted(all as usize, "run");
    let were = if all == 1 { "was" } else { "were" };
    if runs == all {
        let all = if all == 1 { "the one run".to_owned() } else { format!("all {of_all}") };
        writeln!(out, "STOPPED: {all} {were} made, and {drawn}: {why}")?;
        writeln!(out, "  the same command draws the rest, and runs nothing again: {again}")?;
    } else {
        writeln!(out, "STOPPED: {runs} of {of_all} {were} made, and {drawn}: {why}")?;
        writeln!(out, "  tables have these runs alone; of the others nothing is known")?;
        if runs > 0 {
            writeln!(out, "  the same command goes on after them: {again}")?;
        }
    }
    Ok(())
}

/// Says which runs were stopped before their end, and why, and in which faults were taken off.
pub(crate) fn stops(
    made: &Made,
    scenario: &Scenario,
    limits: &LimitArgs,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all = counted(made.runs as usize, "run");
    let were = if made.runs == 1 { "was" } else { "were" };
    for (stop, runs) in &made.stops {
        let why = match stop {
            Stop::Aborted(by) => judged::abort(&scenario.system, *by),
            _ => limits.why(*stop),
        };
        writeln!(out, "STOPPED: {runs} of {all} {were} stopped: {why}")?;
    }
    for (by, runs) in &made.removals {
        let why = judged::abort(&scenario.system, *by);
        writeln!(out, "FAULTS REMOVED: in {runs} of {all}: {why}")?;
    }
    Ok(())
}

/// Says in which cells more comes than goes.
pub(crate) fn unstable(made: &Made, result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    let (cells, all) = (made.unstable_cells, result.cells());
    if cells == 0 {
        return Ok(());
    }
    let (runs, in_all) = (counted(made.runs as usize, "run"), counted(all, "cell"));
    writeln!(out, "UNSTABLE: {} of {runs}, in {cells} of {in_all}", made.unstable)?;
    for (cell, pile_up) in &made.first_unstable {
        writeln!(out, "  {}: {pile_up}", result.in_words(*cell))?;
    }
    if cells > NAMED_MAX {
        writeln!(out, "  and {} more", counted(cells - NAMED_MAX, "cell"))?;
    }
    Ok(())
}

/// The best, the worst and the file's own cell; says whether there is anything of the objective.
pub(crate) fn best_and_worst(
    result: &SweepResult,
    made: &Made,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let objective = result.objective();
    let (path, unit) = (objective.path(), objective.unit().name());
    writeln!(out, "{path} ({unit}): {}", objective.definition())?;
    let reached = |cell: &usize| result.estimate(*cell, result.objective).n > 0;
    let number = (0..result.cells()).filter(reached).count();
    let Told { cells, said } = told(result);
    let mut is_reliable = true;
    for (name, cell) in cells {
        if made.of_cell(cell, result.replications) == 0 {
            writeln!(out, "  {name:15} {:>10}  {}", "not run", result.in_words(cell))?;
            continue;
        }
        let estimate = result.estimate(cell, result.objective);
        let (mean, interval) = (estimate.mean, shown_interval(&estimate, result.replications));
        writeln!(out, "  {name:15} {mean:10.4}{interval}  {}", result.in_words(cell))?;
        is_reliable &= estimate.is_reliable || estimate.n < 2;
    }
    // What is best of some is not said of all.
    for sentence in said.iter().filter(|_| made.runs == result.runs()) {
        writeln!(out, "  {}", plain(sentence))?;
    }
    let (run, all) = (made.cells(result.replications), result.cells());
    if run < all {
        writeln!(out, "  not run: {} of {}", all - run, counted(all, "cell"))?;
    }
    if run == 0 {
        return Ok(false);
    }
    if number == 0 {
        writeln!(out, "UNDEFINED: it is no number in any run: {}", judged::why_not(objective))?;
    } else if number < run {
        let why = judged::why_not(objective);
        writeln!(out, "  undefined in {} of {}: {why}", run - number, counted(run, "cell"))?;
    }
    if !is_reliable {
        writeln!(out, "unreliable: see `wavetank explain reliable`")?;
    }
    Ok(number > 0)
}

/// An interval, whether it can be trusted, and on how many runs it rests if not on all; one run has
/// none.
fn shown_interval(estimate: &Estimate, replications: u32) -> String {
    let reliability = match (estimate.is_reliable, estimate.runs_needed) {
        (true, _) => String::new(),
        (false, Some(runs)) => format!(" unreliable: {runs} runs would do"),
        (false, None) => " unreliable".to_owned(),
    };
    let of_runs = match estimate.n {
        n if n < replications as usize => format!(" in {n} of {replications} runs"),
        _ => String::new(),
    };
    match estimate.n {
        0 | 1 => of_runs,
        _ => format!(" [{:.4}, {:.4}]{reliability}{of_runs}", estimate.low, estimate.high),
    }
}

/// The best, the worst and the file's own cell as JSON: those of the text, with what they are.
pub(crate) fn json(result: &SweepResult, made: &Made) -> Value {
    let of_cell = |(name, cell): (&str, usize)| {
        let estimate = result.estimate(cell, result.objective);
        let number = |value: f64| if value.is_nan() { Value::Null } else { value.into() };
        let settings = result.settings(cell);
        let settings = settings.map(|(axis, value)| (axis.path.clone(), Value::from(value)));
        json!({
            "is": name, "cell": cell, "variant": result.variant(cell),
            "settings": settings.collect::<Map<_, _>>(),
            "runs": made.of_cell(cell, result.replications),
            "mean": number(estimate.mean), "low95": number(estimate.low),
            "high95": number(estimate.high), "reliable": estimate.is_reliable,
        })
    };
    told(result).cells.into_iter().map(of_cell).collect()
}
