//! Tidy CSV of one run: measures over time, and every task, call and state of a window.
//!
//! Times are seconds of virtual time, what is undefined is empty, and numbers have as many digits
//! as it takes to read them back.

use std::io::Write;

use csv::Writer;
use patterns::{Outcome, Time};
use sim::Record;
use sim::measure::Measure;
use sim::observe::Trace;
use sim::series::Series;

use crate::table::number;

/// Writes `series.csv`: one row for each piece of a run, with all measures.
pub fn series<W: Write>(series: &Series, measures: &[Measure], out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    let times = ["from_s", "to_s"].map(str::to_owned);
    let measures = measures.iter().map(|measure| measure.path().to_owned());
    out.write_record(times.into_iter().chain(measures))?;
    for (from, to, values) in &series.pieces {
        let times = [secs(*from), secs(*to)];
        out.write_record(times.into_iter().chain(values.iter().copied().map(number)))?;
    }
    finish(out)
}

/// Writes `tasks.csv`: one row for each task that ended in the window of a trace, or is open at its
/// end.
pub fn tasks<W: Write>(trace: &Trace, out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record(["agent", "from_s", "to_s", "outcome", "late"])?;
    for task in &trace.tasks {
        let agent = trace.tracks[task.track as usize].id.to_string();
        let late = yes_or_no(task.is_late);
        out.write_record([agent, secs(task.from), secs(task.to), word(task.outcome), late])?;
    }
    for task in &trace.open_tasks {
        let agent = trace.tracks[task.track as usize].id.to_string();
        out.write_record([
            agent,
            secs(task.from),
            String::new(),
            open(),
            yes_or_no(task.is_overdue),
        ])?;
    }
    finish(out)
}

/// Writes `calls.csv`: one row for each call of an agent, and then of a service, that ended or was
/// given up in the window of a trace, or is open at its end.
pub fn calls<W: Write>(trace: &Trace, record: &Record, out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record(["caller", "callee", "from_s", "to_s", "outcome", "overdue"])?;
    for call in &trace.calls {
        let from = trace.tracks[call.track as usize].id.to_string();
        let to = record.edges[call.edge as usize].to.clone();
        let overdue = yes_or_no(false);
        out.write_record([from, to, secs(call.from), secs(call.to), word(call.outcome), overdue])?;
    }
    for call in &trace.cut_calls {
        let from = trace.tracks[call.track as usize].id.to_string();
        let to = record.edges[call.edge as usize].to.clone();
        let (outcome, overdue) = ("given-up".to_owned(), yes_or_no(false));
        out.write_record([from, to, secs(call.from), secs(call.to), outcome, overdue])?;
    }
    for (edge, call) in &trace.open_calls {
        let from = trace.tracks[call.track as usize].id.to_string();
        let to = record.edges[*edge as usize].to.clone();
        let overdue = yes_or_no(call.is_overdue);
        out.write_record([from, to, secs(call.from), String::new(), open(), overdue])?;
    }
    for call in &trace.service_calls {
        let to = record.edges[call.edge as usize].to.clone();
        let end = call.end.map(|(time, outcome)| (secs(time), word(outcome)));
        let (time, outcome) = end.unwrap_or_else(|| (String::new(), open()));
        let (from, overdue) = (call.caller.to_string(), yes_or_no(call.is_overdue));
        out.write_record([from, to, secs(call.from), time, outcome, overdue])?;
    }
    finish(out)
}

/// Writes `states.csv`: one row for each state of an agent, a layer, a service, an edge, a budget,
/// a recovery or a human in the window of a trace.
pub fn states<W: Write>(trace: &Trace, out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record(["of", "kind", "state", "severity", "from_s", "to_s"])?;
    for track in &trace.tracks {
        for interval in &track.intervals {
            let severity = format!("{:?}", interval.severity).to_lowercase();
            out.write_record([
                track.id.to_string(),
                track.kind().name().to_owned(),
                interval.state.to_owned(),
                severity,
                secs(interval.from),
                secs(interval.to),
            ])?;
        }
    }
    finish(out)
}

/// How something ended: `good`, `degraded`, `wrong` if it only looks so, or the class of failure.
pub(crate) fn word(outcome: Outcome) -> String {
    let well = match outcome.is_wrong() {
        true => "wrong",
        false if outcome == Outcome::Ok => "good",
        false => "degraded",
    };
    outcome.class().map_or(well.to_owned(), |class| class.to_string())
}

/// What stands where the outcome is still to come.
fn open() -> String {
    "open".to_owned()
}

fn yes_or_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn secs(time: Time) -> String {
    number(time.as_secs_f64())
}

fn finish<W: Write>(out: Writer<W>) -> csv::Result<W> {
    out.into_inner().map_err(|error| error.into_error().into())
}
