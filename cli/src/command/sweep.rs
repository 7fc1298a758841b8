//! `sweep`: every cell of a scenario many times, with tables and pictures.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::Ordering;
use std::thread;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use results::SweepResult;
use results::table::{RunsWriter, summary};
use scenarios::{LayerRegistry, library, run_all};
use sim::System;
use sim::measure::Measure;

use crate::command::common::{Common, stop_on_interrupt, warn};
use crate::failure::{Failure, Verdict};
use crate::output::Folder;
use crate::pictures;
use crate::source::Source;

/// Sweep a scenario: run every cell many times, and write tables and pictures.
#[derive(Args, Debug)]
pub(crate) struct Sweep {
    /// A file, or a name from `wavetank list`.
    scenario: String,
    /// Runs of each cell; default: the file's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: Option<u32>,
    /// Threads; default: one for each core. The results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
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
        let file = self.common.file(registry, &source)?;
        let scenario = file.scenario(registry)?;
        let sweep = file.sweep(registry)?;
        warn(&sweep.warnings);
        let mut design = sweep.design;
        design.seed = self.common.seed.unwrap_or(design.seed);
        design.replications = self.replications.unwrap_or(design.replications);
        let (seed, replications) = (design.seed, design.replications);
        let mut again = self.common.again("sweep", &source, seed);
        if self.replications.is_some() {
            again += &format!(" --replications {replications}");
        }
        let systems: Vec<System> = sweep.cells.iter().map(|cell| cell.system.clone()).collect();
        let measures = Measure::all_of(std::iter::once(&scenario.system).chain(&systems));
        let mut result = SweepResult::new(design, measures, again.clone());
        let mut folder = Folder::new(self.common.folder(&source))?;
        writeln!(
            out,
            "{}: {} cells, {replications} runs each, seed 0x{seed:x}",
            scenario.title,
            systems.len()
        )?;
        out.flush()?;
        self.run(&systems, &mut result, &mut folder)?;

        let bytes = summary(&result, Vec::new()).map_err(|error| Failure::Output(error.into()))?;
        folder.write("summary.csv", &bytes)?;
        pictures::of_sweep(&result, &mut folder)?;
        pictures::of_default(&scenario, result.seed_of(0), &again, &mut folder)?;

        summarise(&result, out)?;
        writeln!(out, "tables and pictures are in {}:", folder.path().display())?;
        for file in folder.written() {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            writeln!(out, "  {name}")?;
        }
        writeln!(out, "again: {again}")?;
        Ok(Verdict::Holds)
    }

    /// Runs every cell, and writes each run to `runs.csv` as it comes.
    fn run(
        &self,
        systems: &[System],
        result: &mut SweepResult,
        folder: &mut Folder,
    ) -> Result<(), Failure> {
        let threads = self.threads.filter(|threads| *threads > 0);
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let stop = stop_on_interrupt();
        let bar = progress(result.runs());
        let failed = |error: csv::Error| Failure::Output(error.into());
        let mut rows = RunsWriter::new(result, folder.temp_file("runs.csv")?).map_err(failed)?;
        let mut unwritten = None;
        let whole = run_all(
            systems,
            result.replications,
            result.seed,
            threads.unwrap_or_else(cores),
            &stop,
            |run| {
                result.add(run.cell, run.replication, &run.record);
                if let Err(error) = rows.row(result, run.cell, run.replication, &run.record) {
                    unwritten = Some(error);
                    stop.store(true, Ordering::Relaxed);
                }
                bar.inc(1);
            },
        );
        bar.finish_and_clear();
        if let Some(error) = unwritten {
            return Err(failed(error));
        }
        if !whole {
            return Err(Failure::Interrupted);
        }
        let temp_file = rows.finish()?;
        folder.keep(temp_file)?;
        Ok(())
    }
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

/// The best, the worst and the file's own cell.
fn summarise(result: &SweepResult, out: &mut dyn Write) -> Result<(), Failure> {
    let objective = result.objective();
    writeln!(out, "{}: {}", objective.path(), objective.definition())?;
    let cells = [
        ("best", result.best(None)),
        ("the file's own", result.default_cell(0)),
        ("worst", result.worst(None)),
    ];
    for (name, cell) in cells {
        let Some(cell) = cell else { continue };
        let estimate = result.estimate(cell, result.objective);
        let settings =
            result.settings(cell).map(|(axis, value)| format!("{} = {value}", axis.name()));
        let at: Vec<String> =
            core::iter::once(result.variant(cell).to_owned()).chain(settings).collect();
        writeln!(
            out,
            "  {name:15} {:10.4} [{:.4}, {:.4}]  {}",
            estimate.mean,
            estimate.low,
            estimate.high,
            at.join(", ")
        )?;
    }
    Ok(())
}
