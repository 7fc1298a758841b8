//! The runs of many cells: made on all cores, each kept in a journal as it comes, and gone on with
//! where they were left.

use std::env;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Args;
use results::stored::Kept;
use results::{Measured, PileUp, SweepResult};
use scenarios::{Run, Runs, ScenarioFile};
use sim::System;
use sim::measure::Measure;
use sim::series::SeriesDesign;

use crate::command::common::Common;
use crate::command::limits::LimitArgs;
use crate::command::over_time::run_in_pieces;
use crate::command::progress;
use crate::failure::Failure;
use crate::output::{Folder, Journal, Left, Unwritten};

/// Bytes that all runs under way may take: of large systems fewer are run at a time.
const ROOM_MAX: u64 = 3 << 29;

/// How many runs are made, and how many at a time.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Effort {
    /// Runs of each cell; default: the file's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: Option<u32>,
    /// Threads; default: one for each core. The results are the same for any number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Effort {
    /// Sets how often each cell of a file is run, if that is said.
    pub(crate) fn set(self, file: &mut ScenarioFile) {
        if let Some(replications) = self.replications {
            file.set_replications(replications);
        }
    }

    /// How often each cell is run, if that is said.
    pub(crate) fn replications(self) -> Option<u32> {
        self.replications
    }

    /// How many runs are made at a time.
    pub(crate) fn threads(self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }

    /// What to type behind a command for the same runs.
    pub(crate) fn again(self) -> String {
        let replications = self.replications.map(|runs| format!(" --replications {runs}"));
        replications.unwrap_or_default()
    }
}

/// How runs are made.
#[derive(Debug)]
pub(crate) struct Making<'a> {
    limits: &'a LimitArgs,
    effort: Effort,
    /// About how many bytes a run takes at the most.
    room: u64,
    /// Whether it is shown how far they are.
    is_shown: bool,
}

impl<'a> Making<'a> {
    /// As the command line says it, of runs that take about so many bytes at the most.
    pub(crate) fn new(common: &'a Common, effort: Effort, room: u64) -> Self {
        let is_shown = common.shown.is_text();
        Self { limits: &common.limits, effort, room, is_shown }
    }

    /// Makes the runs that are not in the journal yet, each of which goes there as it comes.
    pub(crate) fn run(
        &self,
        system: impl Fn(usize) -> System + Sync,
        (result, over_time): (&SweepResult, &SeriesDesign),
        journal: &mut Journal,
        time_is_up: &AtomicBool,
    ) -> Result<(), Unwritten> {
        let threads = self.effort.threads();
        let fit = (ROOM_MAX / self.room.max(1)).max(1);
        let runs = Runs {
            cells: result.cells(),
            replications: result.replications,
            seed: result.seed,
            limits: self.limits.limits(),
            made: journal.runs(),
            threads: threads.min(fit as usize),
        };
        let bar = progress::of_sweep(result.runs(), self.is_shown);
        bar.set_position(journal.runs());
        let mut written = Ok(());
        runs.make_by(
            system,
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
                // Runs that cannot be kept end it all as well as the time does.
                if written.is_err() {
                    time_is_up.store(true, Ordering::Relaxed);
                }
                bar.inc(1);
            },
        );
        bar.finish_and_clear();
        written
    }

    /// The runs that were made before by the same command, with the same program; `file` is all
    /// that the cells are made from.
    pub(crate) fn journal(
        &self,
        folder: &Folder,
        file: &str,
        (result, over_time): (&SweepResult, &SeriesDesign),
        out: &mut dyn Write,
    ) -> Result<Journal, Failure> {
        let limits = self.limits.limits();
        let paths = |all: &[Measure]| all.iter().map(|one| one.path().to_owned()).collect();
        let asked: [Vec<String>; 2] = [paths(&result.measures), paths(&over_time.measures)];
        let (seed, runs, every) = (result.seed, result.replications, over_time.every);
        let about = format!("{file} {seed} {runs} {every} {asked:?} {limits:?} {}", program());
        let marked = result.default_cell(0).unwrap_or(0) as u64 * u64::from(result.replications);
        let (journal, left) = folder.journal(about.as_bytes(), marked)?;
        match left {
            Left::Nothing | Left::Runs(0) => {}
            Left::Runs(runs) => {
                let all = result.runs();
                writeln!(out, "goes on after {runs} of {all} runs that were made before")?;
            }
            Left::Another => {
                let command = folder.command();
                writeln!(
                    out,
                    "begins anew: what was left unfinished here is of another {command}"
                )?;
            }
        }
        out.flush()?;
        Ok(journal)
    }
}

/// What tells one build of the program from another, which may run things otherwise.
fn program() -> String {
    let file = env::current_exe().and_then(|path| path.metadata());
    let changed = file.as_ref().map(|file| (file.len(), file.modified().ok()));
    format!("{} {changed:?}", env!("CARGO_PKG_VERSION"))
}
