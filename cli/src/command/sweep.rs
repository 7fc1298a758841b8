//! `sweep`: every cell of a scenario many times, with tables and pictures.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use results::page::Page;
use results::series::{Pieces, SeriesWriter};
use results::table::{RunsWriter, summary};
use results::{Causes, Estimate, Measured, PileUp, SweepResult};
use scenarios::{LayerRegistry, Run, Runs, Scenario, library};
use sim::measure::Measure;
use sim::series::SeriesDesign;
use sim::{Record, RunOptions, Stop, System, run_until};

use crate::command::common::{Common, counted, name_others, warn};
use crate::command::judged;
use crate::command::worst;
use crate::failure::{Failure, Verdict, shown};
use crate::output::{Part, Unwritten};
use crate::page;
use crate::pictures::Pictures;
use crate::source::Source;

/// Bytes that all runs under way may take: of large systems fewer are run at a time.
const ROOM_MAX: u64 = 3 << 29;

/// The tables of a sweep.
const TABLES: [&str; 3] = ["runs.csv", "series.csv", "summary.csv"];

/// Sweep a scenario: run every cell many times, and write tables and pictures.
#[derive(Args, Debug)]
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
        let [mut table, mut series] = [folder.part("runs.csv")?, folder.part("series.csv")?];
        let mut result = SweepResult::new(design, sweep.measures.clone(), again.clone());
        let title = &scenario.title;
        let (cells, each) = (counted(cells, "cell"), counted(replications as usize, "run"));
        let about = format!("{cells}, {each} each, seed 0x{seed:x}");
        writeln!(out, "{title}: {about}")?;
        out.flush()?;

        let time_is_up = self.common.limits.time_is_up();
        let tables = [&mut table, &mut series];
        let one = self.common.again("run", &source, seed);
        let made = self.run(&sweep, registry, &mut result, (&one, tables), &time_is_up);
        let made = made.map_err(|(of_runs, error)| {
            if of_runs { table.unwritten(error.into()) } else { series.unwritten(error.into()) }
        })?;
        folder.keep(table)?;
        folder.keep(series)?;
        let mut table = folder.part("summary.csv")?;
        let written = summary(&result, &mut table).map(drop);
        written.map_err(|error| table.unwritten(error.into()))?;
        folder.keep(table)?;
        folder.publish()?;
        let mut pictures =
            Pictures { folder: &mut folder, command: &again, time_is_up: &time_is_up };
        pictures.of_sweep(&result)?;
        self.timeline(&scenario, result.seed_of(0), &mut pictures)?;
        let are_whole = !pictures.are_cut_short();
        folder.publish()?;

        let mut said = Vec::new();
        self.name_stops(&made, &scenario, result.runs(), &mut said)?;
        if made.runs == result.runs() && !are_whole {
            let why = self.common.limits.why(Stop::Interrupted);
            writeln!(said, "STOPPED: pictures are left out: {why}")?;
        }
        name_unstable(&made, &result, &mut said)?;
        let is_known = summarise(&result, &mut said)?;
        worst::name(&result, &one, &mut said)?;
        name_causes(&sweep, registry, &result, &mut said)?;
        let verdicts = judged::hypotheses(&scenario, &result, &mut said)?;
        let hold = judged::all_hold(&verdicts);
        out.write_all(&said)?;
        let page = Page { verdicts, about, ..page::of_sweep(&scenario, &result, &one) };
        page::write(page, &said, &mut folder)?;
        writeln!(out, "tables and pictures are in {}:", shown(folder.path()))?;
        for file in folder.written() {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            writeln!(out, "  {name}")?;
        }
        name_others(&folder, out)?;
        writeln!(out, "again: {again}")?;
        self.common.open(&folder, out)?;
        // What was stopped might have come to anything.
        let is_whole = made.runs == result.runs() && made.stops.is_empty() && are_whole;
        Ok(if is_whole && is_known && hold { Verdict::Holds } else { Verdict::Fails })
    }

    /// Runs every cell, and writes each run to the table as it comes.
    fn run(
        &self,
        sweep: &scenarios::Sweep,
        registry: &LayerRegistry,
        result: &mut SweepResult,
        (again, [table, series]): (&str, [&mut Part; 2]),
        time_is_up: &AtomicBool,
    ) -> Result<Made, (bool, csv::Error)> {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map_or_else(cores, usize::from);
        let fit = (ROOM_MAX / sweep.room.max(1)).max(1);
        let runs = Runs {
            cells: result.cells(),
            replications: result.replications,
            seed: result.seed,
            limits: self.common.limits.limits(),
            threads: threads.min(fit as usize),
        };
        let measures = result.measures.clone();
        let bar = progress(result.runs());
        let of_runs = |error| (true, error);
        let of_series = |error| (false, error);
        let mut rows = RunsWriter::new(result, again.to_owned(), table).map_err(of_runs)?;
        let over_time = sweep.series.measures.clone();
        let mut series = SeriesWriter::new(result, over_time, series).map_err(of_series)?;
        let (mut made, mut written) = (Made::default(), Ok(()));
        runs.make_by(
            |cell| sweep.cell(registry, cell).system,
            |system, seed, options| {
                let (record, pieces) = run_in_pieces(system, seed, options, &sweep.series);
                let kept = Measured::of(&measures, &record);
                let pile_ups = PileUp::all(&record);
                (record, (kept, pile_ups, pieces))
            },
            time_is_up,
            |Run { cell, replication, kept: (kept, pile_ups, pieces) }| {
                result.add(cell, replication, &kept);
                if written.is_ok() {
                    let row = rows.row(result, cell, replication, &kept).map_err(of_runs);
                    written = row.and_then(|()| {
                        series.add(result, cell, replication, &pieces).map_err(of_series)
                    });
                }
                // Rows that cannot be written end the sweep as well as the time does.
                if written.is_err() {
                    time_is_up.store(true, Ordering::Relaxed);
                }
                made.add(cell, &kept, pile_ups);
                bar.inc(1);
            },
        );
        bar.finish_and_clear();
        written?;
        rows.finish().map_err(|error| of_runs(error.into()))?;
        series.finish(result).map_err(of_series)?;
        Ok(made)
    }

    /// Draws the run of the file's own cell with this seed.
    fn timeline(
        &self,
        scenario: &Scenario,
        seed: u64,
        pictures: &mut Pictures<'_>,
    ) -> Result<(), Unwritten> {
        let limits = self.common.limits.limits();
        let interrupt = Some(pictures.time_is_up);
        let options = RunOptions { limits, interrupt, ..RunOptions::default() };
        let record = run_until(&scenario.system, seed, &options);
        let trace = pictures.trace(&scenario.system, &record, limits);
        pictures.timeline(&scenario.title, trace.as_ref())
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

/// A run of a cell, with what is measured of its pieces.
fn run_in_pieces(
    system: &System,
    seed: u64,
    options: &RunOptions<'_>,
    series: &SeriesDesign,
) -> (Record, Pieces) {
    let mut pieces = Pieces::default();
    let SeriesDesign { every, measures } = series;
    if measures.is_empty() {
        return (run_until(system, seed, options), pieces);
    }
    let parts = series.parts(system);
    let mut add = |piece: &Record| pieces.add(measures, piece);
    let record = sim::series::run_in_pieces(system, seed, options, *every, &parts, &mut add);
    if record.stopped.is_some() {
        pieces.cut();
    }
    (record, pieces)
}

/// Which runs of a sweep were made.
#[derive(Debug, Default)]
struct Made {
    runs: u64,
    /// How many of them did not come to their end, and why.
    stops: BTreeMap<Stop, u64>,
    /// In how many of them an abort condition took the faults off, and which.
    removals: BTreeMap<u32, u64>,
    /// By cell, how many of them were unstable, and what piled up in the first.
    unstable: BTreeMap<usize, (u32, PileUp)>,
}

impl Made {
    fn add(&mut self, cell: usize, run: &Measured, pile_ups: Vec<PileUp>) {
        self.runs += 1;
        if let Some(first) = pile_ups.into_iter().next() {
            self.unstable.entry(cell).or_insert((0, first)).0 += 1;
        }
        if let Some(stop) = run.stopped {
            *self.stops.entry(stop).or_insert(0) += 1;
        }
        if let Some(by) = run.faults_removed {
            *self.removals.entry(by).or_insert(0) += 1;
        }
    }
}

/// Cells that are named if they are unstable; more are counted.
const NAMED_MAX: usize = 3;

/// Says in which cells more comes than goes.
fn name_unstable(made: &Made, result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    let cells = made.unstable.len();
    if cells == 0 {
        return Ok(());
    }
    let runs: u64 = made.unstable.values().map(|(runs, _)| u64::from(*runs)).sum();
    writeln!(
        out,
        "UNSTABLE: {runs} of {} runs, in {cells} of {} cells",
        made.runs,
        result.cells()
    )?;
    for (cell, (_, pile_up)) in made.unstable.iter().take(NAMED_MAX) {
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

/// Says why tasks failed in all runs of the file's own cell, or of the best one if none is its own.
fn name_causes(
    sweep: &scenarios::Sweep,
    registry: &LayerRegistry,
    result: &SweepResult,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(cell) = result.default_cell(0).or(result.best(None)) else { return Ok(()) };
    let total = |measure: &Measure| {
        let known = result.measures.iter().position(|known| known == measure);
        let values = known.into_iter().flat_map(|known| result.values(cell, known));
        values.filter(|value| !value.is_nan()).sum::<f64>()
    };
    let causes = Causes::of(&sweep.cell(registry, cell).system, total);
    writeln!(out, "in all {} of cell {cell}:", counted(result.replications as usize, "run"))?;
    judged::causes(&causes, out)
}

/// A bar on the terminal; nothing where there is none.
fn progress(runs: u64) -> ProgressBar {
    let bar = ProgressBar::new(runs);
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = "{wide_bar} {pos}/{len} runs, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is right"));
    bar
}

/// The best, the worst and the file's own cell; says whether there is anything of the objective.
fn summarise(result: &SweepResult, out: &mut dyn Write) -> io::Result<bool> {
    let objective = result.objective();
    writeln!(out, "{}: {}", objective.path(), objective.definition())?;
    let (best, worst, own) = (result.best(None), result.worst(None), result.default_cell(0));
    let reached = |cell: &usize| result.estimate(*cell, result.objective).n > 0;
    let number = (0..result.cells()).filter(reached).count();
    let cells = if best != worst {
        vec![("best", best), ("the file's own", own), ("worst", worst)]
    } else if number > 1 {
        vec![("all alike", best)]
    } else {
        vec![("the only one", best)]
    };
    let mut is_reliable = true;
    for (name, cell) in cells {
        let Some(cell) = cell else { continue };
        let estimate = result.estimate(cell, result.objective);
        let (mean, interval) = (estimate.mean, shown_interval(&estimate, result.replications));
        writeln!(out, "  {name:15} {mean:10.4}{interval}  {}", place(result, cell))?;
        is_reliable &= estimate.is_reliable || estimate.n < 2;
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
