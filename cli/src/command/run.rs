//! `run`: one scenario once, and whether its hypotheses hold.

use std::io::{self, Write};

use clap::Args;
use patterns::{Duration, Time};
use results::chart::measures_over_time;
use results::page::{Page, Verdict as Judged};
use results::{Causes, OverTime, PileUp, run_table};
use scenarios::{LayerRegistry, Scenario};
use serde_json::{Value, json};
use sim::measure::Measure;
use sim::observe::Trace;
use sim::series::{PIECES_MAX, Series};
use sim::{Record, RunOptions, Stop, System};

use crate::command::check;
use crate::command::common::{Common, drawn, name_files, warn};
use crate::command::complete;
use crate::command::judged;
use crate::command::pick::Pick;
use crate::command::progress;
use crate::command::shown::{Printer, files_of};
use crate::failure::{Failure, Verdict};
use crate::output::{Folder, Unwritten};
use crate::page;
use crate::pictures::{Pictures, asked_about};
use crate::source::Source;
use crate::unknown::Unknown;

/// The tables of a run.
const TABLES: [&str; 6] =
    ["measures.csv", "causes.csv", "series.csv", "tasks.csv", "calls.csv", "states.csv"];

/// Run a scenario once: report what happened, draw it, and check its hypotheses.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank run hanging-server
  wavetank run mine.toml --seed 0x2a --set policies.guarded.breaker.failures=3
  wavetank run mine.toml --json | jq '.hypotheses'
  wavetank show hanging-server | wavetank run - --out here")]
pub(crate) struct Run {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    scenario: String,
    /// How long the pieces are in which `series.csv` measures the run; by default there are at
    /// most 150 of them.
    #[arg(long, value_name = "LENGTH", value_parser = piece)]
    every: Option<Duration>,
    #[command(flatten)]
    pick: Pick,
    #[command(flatten)]
    common: Common,
}

impl Run {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let result = self.make(registry, out);
        check::show_failure(&self.scenario, &result, self.common.shown, out)?;
        result
    }

    fn make(&self, registry: &LayerRegistry, out: &mut dyn Write) -> Result<Verdict, Failure> {
        let out = &mut Printer::new(self.common.shown, out);
        let source = Source::find(&self.scenario)?;
        let scenario = self.pick.find(&self.common.sets, registry, &source)?;
        warn(&scenario.warnings);
        let asked = self.common.seed.unwrap_or(scenario.seed);
        let seed = self.pick.seed(asked);
        let every = self.every.map_or(String::new(), |every| format!(" --every {every}"));
        let again = self.common.again("run", &source, asked) + &self.pick.again() + &every;
        let mut folder = self.common.folder(&source, "run", &TABLES)?;
        // Whether it can be written is known before the run.
        let mut table = folder.part("measures.csv")?;

        let limits = &self.common.limits;
        let time_is_up = limits.time_is_up();
        let options = RunOptions {
            limits: limits.limits(),
            interrupt: Some(&time_is_up),
            ..RunOptions::default()
        };
        let system = &scenario.system;
        let every = self.length_of_pieces(system)?;
        let all = Measure::all(system);
        let (record, series) =
            progress::of_run(system, seed, &options, (every, &all), self.common.shown.is_text());
        let mut with_windows = all.clone();
        scenario.add_windows(&mut with_windows);
        if let Err(error) = measures(&with_windows, &record, &mut table) {
            return Err(table.unwritten(error.into()).into());
        }
        folder.keep(table)?;
        folder.table("series.csv", |out| run_table::series(&series, &all, out))?;
        let causes = Causes::of(system, |measure| measure.of(&record));
        folder.table("causes.csv", |out| causes.table(out))?;
        folder.publish()?;
        let unknown = Unknown::default();
        let mut pictures = Pictures::new(&mut folder, &again, (&time_is_up, &unknown));
        let trace = pictures.trace(system, &record, limits.limits());
        // What the end of the time cuts short is no table.
        if let Some(trace) = trace.as_ref().filter(|_| !pictures.are_cut_short()) {
            trace_tables(trace, &record, pictures.folder)?;
        }
        draw(&scenario, (&record, &series, &all), trace.as_ref(), &mut pictures)?;
        let are_cut_short = record.stopped.is_none() && pictures.are_cut_short();
        unknown.warn();
        folder.publish()?;

        let cut_short = are_cut_short.then(|| drawn(&folder));
        writeln!(out, "{}", scenario.title)?;
        let mut said = Vec::new();
        let (verdicts, judged) =
            self.say(&scenario, &record, &causes, cut_short.as_deref(), &mut said)?;
        let hold = judged::all_hold(&verdicts);
        out.write_all(&said)?;
        let page = page::of_run(&scenario, &record, &with_windows);
        let page = Page { command: again.clone(), verdicts, ..page };
        page::write(page, &said, &mut folder)?;
        name_files("wrote        ", &folder, out)?;
        writeln!(out, "fingerprint  0x{:016x}, {} events", record.fingerprint, record.events)?;
        writeln!(out, "again        {again}")?;
        self.common.open(&folder, out)?;
        let is_whole = record.stopped.is_none() && !are_cut_short;
        let holds = hold && is_whole;
        let head = [
            ("command", again.into()),
            ("title", scenario.title.as_str().into()),
            ("holds", holds.into()),
            ("hypotheses", judged.into()),
            ("files", files_of(&folder)),
        ];
        let head = [&head[..], &facts(&record)].concat();
        out.document(&head, ("measures", &folder.path().join("measures.csv")))?;
        Ok(if holds { Verdict::Holds } else { Verdict::Fails })
    }

    /// Says what came of a run, and of each hypothesis whether it holds.
    fn say(
        &self,
        scenario: &Scenario,
        record: &Record,
        causes: &Causes,
        cut_short: Option<&str>,
        out: &mut dyn Write,
    ) -> io::Result<(Vec<Judged>, Vec<Value>)> {
        let limits = &self.common.limits;
        judged::stops(&scenario.system, record, limits, out)?;
        if let Some(drawn) = cut_short {
            let why = limits.why(Stop::Interrupted);
            writeln!(out, "STOPPED      the run is whole, and {drawn}: {why}")?;
        }
        if record.warmup > Time::ZERO {
            writeln!(out, "counted      after the warm-up, from {} on", record.warmup)?;
        }
        summarise(record, out)?;
        judged::causes(causes, out)?;
        judge(scenario, record, out)
    }

    /// How long the pieces are in which a run of this system is measured.
    fn length_of_pieces(&self, system: &System) -> Result<Duration, Failure> {
        let every = self.every.unwrap_or_else(|| Series::every(system));
        let pieces = Series::count(system, every);
        if pieces <= PIECES_MAX {
            return Ok(every);
        }
        let message = format!("`--every {every}` makes {pieces} pieces; at most {PIECES_MAX}");
        Err(Failure::Request(message))
    }
}

/// Draws a run.
fn draw(
    scenario: &Scenario,
    (record, series, all): (&Record, &Series, &[Measure]),
    trace: Option<&Trace>,
    pictures: &mut Pictures<'_>,
) -> Result<(), Failure> {
    let asked = scenario.hypotheses.iter().map(|hypothesis| &hypothesis.measure);
    let first = asked_about(&scenario.system, asked);
    pictures.system(&scenario.title, &scenario.system, first)?;
    pictures.of_run(&scenario.title, trace, record, first)?;
    let drawn = measures_over_time(all, first, &[], usize::MAX);
    let over_time = OverTime::of_run(series, all, &drawn, record.seed);
    pictures.over_time_of_run(&scenario.title, &over_time, trace)?;
    Ok(())
}

/// What became of a run as a whole.
fn facts(record: &Record) -> [(&'static str, Value); 4] {
    [
        ("seed", format!("0x{:x}", record.seed).into()),
        ("fingerprint", format!("0x{:016x}", record.fingerprint).into()),
        ("events", record.events.into()),
        ("stopped", record.stopped.map(Stop::name).into()),
    ]
}

/// Writes what happened in the window of a trace.
fn trace_tables(trace: &Trace, record: &Record, folder: &mut Folder) -> Result<(), Unwritten> {
    folder.table("tasks.csv", |out| run_table::tasks(trace, out))?;
    folder.table("calls.csv", |out| run_table::calls(trace, record, out))?;
    folder.table("states.csv", |out| run_table::states(trace, out))
}

/// Reads the length of the pieces of a series.
fn piece(text: &str) -> Result<Duration, String> {
    let length: Duration = text.parse().map_err(|error| format!("{error}"))?;
    if length.is_zero() { Err("it must be above zero".to_owned()) } else { Ok(length) }
}

/// Says of each hypothesis whether it holds; the same for the page and as a document.
fn judge(
    scenario: &Scenario,
    record: &Record,
    out: &mut dyn Write,
) -> io::Result<(Vec<Judged>, Vec<Value>)> {
    let (mut verdicts, mut judged) = (Vec::new(), Vec::new());
    for hypothesis in &scenario.hypotheses {
        let value = hypothesis.measure.of(record);
        // What was stopped might have come to anything.
        let holds = record.stopped.is_none() && hypothesis.holds(value);
        let shown = if holds { "holds" } else { "FAILS" };
        let is = if value.is_nan() {
            format!("undefined: {}", judged::why_not(&hypothesis.measure))
        } else {
            judged::shown(value, hypothesis.measure.unit())
        };
        let end = if record.stopped.is_none() { "" } else { " until the run was stopped" };
        let (text, found) = (hypothesis.text.clone(), format!("it is {is}{end}"));
        writeln!(out, "{shown}        {text} ({found})")?;
        judged.push(json!({ "that": text, "holds": holds, "value": value }));
        verdicts.push(Judged { text, holds: Some(holds), found });
    }
    Ok((verdicts, judged))
}

/// The few numbers that matter most.
fn summarise(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    for agents in &record.agents {
        let (tasks, late, latency) = (&agents.tasks, agents.late, agents.latency());
        // What most runs have none of is left out there.
        let some = |number: u64, before: &str, after: &str| match number {
            0 => String::new(),
            number => format!("{before}{number}{after}"),
        };
        let after_time = some(late.good + late.degraded, "", " late, ");
        // Those of the warm-up are beside the tasks that are counted.
        let carried = some(tasks.carried.max(0).unsigned_abs(), "", " came in the warm-up");
        let open = [some(agents.overdue, "", " overdue"), carried];
        let open: Vec<String> = open.into_iter().filter(|part| !part.is_empty()).collect();
        let open = if open.is_empty() { String::new() } else { format!(" ({})", open.join(", ")) };
        writeln!(
            out,
            "{:12} {} tasks: {} good, {} degraded, {after_time}{} failed, {} open{open}; \
             p50 {}, p99 {}",
            agents.name,
            tasks.issued,
            tasks.good() - late.good,
            tasks.degraded() - late.degraded,
            tasks.failed(),
            tasks.open(),
            seconds(latency.quantile(0.5)),
            seconds(latency.quantile(0.99)),
        )?;
        let failing = agents.episodes.time() as f64 / record.counted().as_nanos() as f64;
        if agents.episodes.count() > 0 {
            writeln!(
                out,
                "{:12} seen to fail {} times, {:.2} % of the time",
                "",
                agents.episodes.count(),
                failing * 100.0
            )?;
        }
        let process = &agents.process;
        if process.down > 0 {
            let all = record.counted().as_nanos() as f64 * f64::from(agents.count);
            let given_up = match process.escalations {
                0 => String::new(),
                count => format!(", given up {count} times"),
            };
            writeln!(
                out,
                "{:12} crashed {} times, started again {} times{given_up}; away {:.2} % of the \
                 time",
                "",
                process.crashes,
                process.restarts,
                process.down as f64 / all * 100.0
            )?;
        }
    }
    for pile_up in PileUp::all(record) {
        writeln!(out, "UNSTABLE     {pile_up}")?;
    }
    Ok(())
}

fn seconds(length: Option<Duration>) -> String {
    length.map_or("–".to_owned(), |length| format!("{:.2} s", length.as_secs_f64()))
}

/// Every number of the run, with what it means.
fn measures(all: &[Measure], record: &Record, out: &mut dyn Write) -> csv::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(["measure", "unit", "value", "definition"])?;
    for measure in all {
        let value = measure.of(record);
        let value = if value.is_finite() { value.to_string() } else { String::new() };
        rows.write_record([measure.path(), measure.unit().name(), &value, measure.definition()])?;
    }
    Ok(rows.flush()?)
}
