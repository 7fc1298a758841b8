//! `sweep`: every cell of a scenario many times, with tables and pictures.

use std::env;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Args;
use results::chart::{Told, is_drawn_in_all, told};
use results::page::Page;
use results::stored::Kept;
use results::{Estimate, Measured, OverTime, PileUp, SweepResult};
use scenarios::{LayerRegistry, Run, Runs, Scenario, ScenarioFile, library, plain};
use serde_json::Value;
use sim::design::SweepDesign;
use sim::measure::Measure;
use sim::series::SeriesDesign;
use sim::{RunOptions, Stop, run_until};

use crate::command::common::{Common, counted, name_others, warn};
use crate::command::judged;
use crate::command::over_time::{drawn_over_time, run_in_pieces};
use crate::command::progress;
use crate::command::shown::{Printer, files_of};
use crate::command::tables::{Made, NAMED_MAX, Tables};
use crate::command::worst;
use crate::failure::{Failure, Verdict, shown};
use crate::output::{Folder, Journal, Left, Unwritten};
use crate::page;
use crate::pictures::{Pictures, asked_about};
use crate::source::Source;

/// Bytes that all runs under way may take: of large systems fewer are run at a time.
const ROOM_MAX: u64 = 3 << 29;

/// Cells beyond which there are no pictures of all of them.
const SHOWN_MAX: usize = 10_000;

/// The tables of a sweep.
const TABLES: [&str; 3] = ["runs.csv", "series.csv", "summary.csv"];

/// Sweep a scenario: run every cell many times, and write tables and pictures.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank sweep hanging-server
  wavetank sweep mine.toml --replications 100 --threads 4
  wavetank sweep mine.toml --max-time 10min --out here
  wavetank sweep mine.toml --json | jq '.summary[] | select(.reliable == false)'

A sweep that is ended before its time goes on where it was when the same command is given again.")]
pub(crate) struct Sweep {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    scenario: String,
    /// Runs of each cell; default: the file's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: Option<u32>,
    /// Threads; default: one for each core. The results are the same for any number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    common: Common,
}

impl Sweep {
    /// What runs when no command is given.
    pub(crate) fn flagship() -> Self {
        let scenario = library::LIBRARY[0].name.to_owned();
        Self { scenario, replications: None, threads: None, common: Common::default() }
    }

    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let out = &mut Printer::new(self.common.shown, out);
        let source = Source::find(&self.scenario)?;
        let mut file = self.common.sets.file(registry, &source)?;
        if let Some(replications) = self.replications {
            file.set_replications(replications);
        }
        let scenario = file.scenario(registry)?;
        let sweep = file.sweep(registry)?;
        warn(&sweep.warnings);
        let mut design = sweep.design.clone();
        design.seed = self.common.seed.unwrap_or(design.seed);
        let (cells, seed, replications) = (design.cells(), design.seed, design.replications);
        let mut again = self.common.again("sweep", &source, seed);
        if self.replications.is_some() {
            again += &format!(" --replications {replications}");
        }
        let mut folder = self.common.folder(&source, "sweep", &TABLES)?;
        let mut tables = Tables::new(&folder)?;
        let is_kept = |measure: &Measure| is_looked_at(measure, &scenario, &sweep.design);
        let mut result =
            SweepResult::keeping(design, sweep.measures.clone(), again.clone(), is_kept);
        result.changes = sweep.changes();
        let title = &scenario.title;
        let (cells, each) = (counted(cells, "cell"), counted(replications as usize, "run"));
        let about = format!("{cells}, {each} each, seed 0x{seed:x}");
        writeln!(out, "{title}: {about}")?;
        let over_time = drawn_over_time(&sweep, &scenario);
        let mut journal = self.journal(&folder, &file, (&result, &over_time), out)?;

        let time_is_up = self.common.limits.time_is_up();
        let one = self.common.elsewhere("run", &source, seed);
        self.run(&sweep, &over_time, registry, &result, &mut journal, &time_is_up)?;
        let made = tables.write(&journal, (&sweep.series, &over_time), &one, &mut result)?;
        tables.keep(&mut folder)?;
        folder.publish()?;
        let mut pictures =
            Pictures { folder: &mut folder, command: &again, time_is_up: &time_is_up };
        let are_shown = result.cells() <= SHOWN_MAX;
        if are_shown {
            pictures.of_sweep(&result)?;
        }
        self.one_run(&scenario, &source, (&result, &made), &mut pictures)?;
        let are_whole = !pictures.are_cut_short();
        folder.publish()?;
        journal.remove()?;

        let mut said = Vec::new();
        self.name_stops(&made, &scenario, result.runs(), &mut said)?;
        if made.runs == result.runs() && !are_whole {
            let why = self.common.limits.why(Stop::Interrupted);
            writeln!(said, "STOPPED: pictures are left out: {why}")?;
        }
        if !are_shown {
            writeln!(said, "pictures of more than {SHOWN_MAX} cells are left out")?;
        }
        name_unstable(&made, &result, &mut said)?;
        let is_known = summarise(&result, &mut said)?;
        worst::name(&result, &one, &mut said)?;
        judged::causes_of_sweep(&sweep, registry, &result, &mut said)?;
        let verdicts = judged::hypotheses(&scenario, &result, &mut said)?;
        let hold = judged::all_hold(&verdicts);
        out.write_all(&said)?;
        let page = Page { verdicts, about, ..page::of_sweep(&scenario, &result, &one) };
        page::write(page, &said, &mut folder)?;
        name_files(&folder, out)?;
        writeln!(out, "again: {again}")?;
        self.common.open(&folder, out)?;
        // What was stopped might have come to anything.
        let is_whole = made.runs == result.runs() && made.stops.is_empty() && are_whole;
        let holds = is_whole && is_known && hold;
        let head = facts(&result, &made, holds, &folder);
        out.document(&head, ("summary", &folder.path().join("summary.csv")))?;
        Ok(if holds { Verdict::Holds } else { Verdict::Fails })
    }

    /// Makes the runs that are not in the journal yet, each of which goes there as it comes.
    fn run(
        &self,
        sweep: &scenarios::Sweep,
        over_time: &SeriesDesign,
        registry: &LayerRegistry,
        result: &SweepResult,
        journal: &mut Journal,
        time_is_up: &AtomicBool,
    ) -> Result<(), Unwritten> {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map_or_else(cores, usize::from);
        let fit = (ROOM_MAX / sweep.room.max(1)).max(1);
        let runs = Runs {
            cells: result.cells(),
            replications: result.replications,
            seed: result.seed,
            limits: self.common.limits.limits(),
            made: journal.runs(),
            threads: threads.min(fit as usize),
        };
        let bar = progress::of_sweep(result.runs(), self.common.shown.is_text());
        bar.set_position(journal.runs());
        let mut written = Ok(());
        runs.make_by(
            |cell| sweep.cell(registry, cell).system,
            |system, seed, options| {
                let (record, pieces) = run_in_pieces(system, seed, options, over_time);
                let run = Measured::of(&result.measures, &record);
                let pile_up = PileUp::all(&record).first().map(ToString::to_string);
                (record, Kept { run, pile_up, pieces }.to_bytes())
            },
            time_is_up,
            |Run { kept, .. }| {
                if written.is_ok() {
                    written = journal.add(&kept);
                }
                // Runs that cannot be kept end the sweep as well as the time does.
                if written.is_err() {
                    time_is_up.store(true, Ordering::Relaxed);
                }
                bar.inc(1);
            },
        );
        bar.finish_and_clear();
        written
    }

    /// The runs that were made before by the same command, with the same program.
    fn journal(
        &self,
        folder: &Folder,
        file: &ScenarioFile,
        (result, over_time): (&SweepResult, &SeriesDesign),
        out: &mut dyn Write,
    ) -> Result<Journal, Failure> {
        let limits = self.common.limits.limits();
        let paths = |all: &[Measure]| all.iter().map(|one| one.path().to_owned()).collect();
        let asked: [Vec<String>; 2] = [paths(&result.measures), paths(&over_time.measures)];
        let (seed, runs, every) = (result.seed, result.replications, over_time.every);
        let about = format!("{file:?} {seed} {runs} {every} {asked:?} {limits:?} {}", program());
        let marked = result.default_cell(0).unwrap_or(0) as u64 * u64::from(result.replications);
        let (journal, left) = folder.journal(about.as_bytes(), marked)?;
        match left {
            Left::Nothing | Left::Runs(0) => {}
            Left::Runs(runs) => {
                let all = result.runs();
                writeln!(out, "goes on after {runs} of {all} runs that were made before")?;
            }
            Left::Another => {
                writeln!(out, "begins anew: what was left unfinished here is of another sweep")?;
            }
        }
        out.flush()?;
        Ok(journal)
    }

    /// Draws the first run of the file's own cell, and over it what all runs of it were over time.
    fn one_run(
        &self,
        scenario: &Scenario,
        source: &Source,
        (result, made): (&SweepResult, &Made),
        pictures: &mut Pictures<'_>,
    ) -> Result<(), Unwritten> {
        let limits = self.common.limits.limits();
        let interrupt = Some(pictures.time_is_up);
        let options = RunOptions { limits, interrupt, ..RunOptions::default() };
        let (system, seed) = (&scenario.system, result.seed_of(0));
        let record = run_until(system, seed, &options);
        let trace = pictures.trace(system, &record, limits);
        let first = asked_about(system, std::iter::once(result.objective()));
        let variants = made
            .over_time
            .iter()
            .map(|(cell, over_time)| (result.variant(*cell).to_owned(), over_time.clone()));
        let variants: Vec<(String, OverTime)> = variants.collect();
        pictures.over_time_of_sweep(&scenario.title, &variants, trace.as_ref())?;
        // It is made again by itself.
        let again = self.common.elsewhere("run", source, seed);
        let mut pictures = Pictures { command: &again, folder: &mut *pictures.folder, ..*pictures };
        pictures.system(&scenario.title, system, first)?;
        pictures.timeline(&scenario.title, trace.as_ref(), &record, first)
    }

    /// Says which runs were not made to their end, and why.
    fn name_stops(
        &self,
        made: &Made,
        scenario: &Scenario,
        all: u64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let limits = &self.common.limits;
        if made.runs < all {
            let why = limits.why(Stop::Interrupted);
            writeln!(out, "STOPPED: {} of {all} runs were made: {why}", made.runs)?;
        }
        for (stop, runs) in &made.stops {
            let why = match stop {
                Stop::Aborted(by) => judged::abort(&scenario.system, *by),
                _ => limits.why(*stop),
            };
            writeln!(out, "STOPPED: {runs} of {} runs were stopped: {why}", made.runs)?;
        }
        for (by, runs) in &made.removals {
            let why = judged::abort(&scenario.system, *by);
            writeln!(out, "FAULTS REMOVED: in {runs} of {} runs: {why}", made.runs)?;
        }
        Ok(())
    }
}

/// What became of a sweep as a whole.
fn facts(
    result: &SweepResult,
    made: &Made,
    holds: bool,
    folder: &Folder,
) -> [(&'static str, Value); 7] {
    [
        ("command", result.command.as_str().into()),
        ("title", result.title.as_str().into()),
        ("seed", format!("0x{:x}", result.seed).into()),
        ("objective", result.objective().path().into()),
        ("runs", made.runs.into()),
        ("holds", holds.into()),
        ("files", files_of(folder)),
    ]
}

/// Says which files were written, and which are there of others.
fn name_files(folder: &Folder, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "tables and pictures are in {}:", shown(folder.path()))?;
    for file in folder.written() {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        writeln!(out, "  {name}")?;
    }
    name_others(folder, out)
}

/// Whether text and pictures look at a measure in every cell.
fn is_looked_at(measure: &Measure, scenario: &Scenario, design: &SweepDesign) -> bool {
    if design.cells() <= SHOWN_MAX && is_drawn_in_all(measure, &design.objective) {
        return true;
    }
    let path = measure.path();
    let is_of_agents = path.starts_with("agents.");
    let in_all = is_of_agents && [".healed", ".tasks"].iter().any(|end| path.ends_with(end));
    let mut asked = scenario.hypotheses.iter().map(|hypothesis| hypothesis.measure.path());
    in_all || measure.bound().is_some() || asked.any(|asked| asked == path)
}

/// What tells one build of the program from another, which may run things otherwise.
fn program() -> String {
    let file = env::current_exe().and_then(|path| path.metadata());
    let changed = file.as_ref().map(|file| (file.len(), file.modified().ok()));
    format!("{} {changed:?}", env!("CARGO_PKG_VERSION"))
}

/// Says in which cells more comes than goes.
fn name_unstable(made: &Made, result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    let (cells, all) = (made.unstable_cells, result.cells());
    if cells == 0 {
        return Ok(());
    }
    writeln!(out, "UNSTABLE: {} of {} runs, in {cells} of {all} cells", made.unstable, made.runs)?;
    for (cell, pile_up) in &made.first_unstable {
        writeln!(out, "  {}: {pile_up}", place(result, *cell))?;
    }
    if cells > NAMED_MAX {
        writeln!(out, "  and {} cells more", cells - NAMED_MAX)?;
    }
    Ok(())
}

/// The variant of a cell, and its value on each axis.
fn place(result: &SweepResult, cell: usize) -> String {
    let settings = result.settings(cell).map(|(axis, value)| format!("{} = {value}", axis.name()));
    let at: Vec<String> =
        core::iter::once(result.variant(cell).to_owned()).chain(settings).collect();
    at.join(", ")
}

/// The best, the worst and the file's own cell; says whether there is anything of the objective.
fn summarise(result: &SweepResult, out: &mut dyn Write) -> io::Result<bool> {
    let objective = result.objective();
    writeln!(out, "{}: {}", objective.path(), objective.definition())?;
    let reached = |cell: &usize| result.estimate(*cell, result.objective).n > 0;
    let number = (0..result.cells()).filter(reached).count();
    let Told { cells, said } = told(result);
    let mut is_reliable = true;
    for (name, cell) in cells {
        let estimate = result.estimate(cell, result.objective);
        let (mean, interval) = (estimate.mean, shown_interval(&estimate, result.replications));
        writeln!(out, "  {name:15} {mean:10.4}{interval}  {}", place(result, cell))?;
        is_reliable &= estimate.is_reliable || estimate.n < 2;
    }
    for sentence in said {
        writeln!(out, "  {}", plain(&sentence))?;
    }
    if number == 0 {
        writeln!(out, "UNDEFINED: it is no number in any run: {}", judged::why_not(objective))?;
    } else if number < result.cells() {
        let (why, cells) = (judged::why_not(objective), result.cells());
        writeln!(out, "  undefined in {} of {cells} cells: {why}", cells - number)?;
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
