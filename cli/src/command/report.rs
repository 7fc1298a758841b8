//! `report`: the reliability engineering report of a scenario, true of its own system.

use std::io::Write;

use clap::Args;
use results::SweepResult;
use results::report::{self, Facts, Figures, Promise};
use scenarios::{LayerRegistry, Scenario, ScenarioFile, Trials};
use sim::{RunOptions, run_until};

use self::drawn::Drawn;
use self::evidence::Runs;
use crate::command::check;
use crate::command::common::{Common, counted, name_files, quoted, warn};
use crate::command::complete;
use crate::command::making::{Effort, Making};
use crate::command::shown::Printer;
use crate::command::summary;
use crate::command::tables::Tables;
use crate::failure::{Failure, Verdict};
use crate::pictures::Pictures;
use crate::source::Source;
use crate::unknown::Unknown;

mod alerts;
mod drawn;
mod evidence;

/// The file with all that is tried.
const TRIALS: &str = "trials.toml";

/// The report itself, as the course calls it.
const REPORT: &str = "reliability-engineering-report.md";

/// The tables of a report.
const TABLES: [&str; 5] = ["numbers.csv", "runs.csv", "series.csv", "summary.csv", TRIALS];

/// Events that all runs of a report may have, unless it is said how many runs there are: what two
/// cores simulate in half a minute.
const EVENTS: u64 = 60_000_000;

/// Runs of each trial, as many as there is time for: no fewer than so many, and no more.
const RUNS: (u64, u64) = (5, 30);

/// Write the reliability engineering report of a scenario.
///
/// Every fault is tried alone, every pattern left out, every number a little otherwise, every lever
/// pulled. What is tried is a scenario file with a variant for each trial: every figure of the
/// report names the command that makes it again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank report research-and-writing
  wavetank report mine.toml --replications 100 --out report
  wavetank report mine.toml --measured runs.csv --incidents incidents.csv")]
pub(crate) struct Report {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    scenario: String,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    common: Common,
}

impl Report {
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
        let file = self.common.sets.file(registry, &source)?;
        let scenario = file.scenario(registry)?;
        // What is wrong with variants is told of the file, and not of what is made of it.
        warn(&file.sweep(registry)?.warnings);
        let seed = self.common.seed.unwrap_or(scenario.seed);
        let mut folder = self.common.folder(&source, "report", &TABLES)?;
        let trials = self.trials(&file, &scenario, registry, seed)?;
        let path = folder.path().join(TRIALS);
        let of_trials = ScenarioFile::parse(&path.to_string_lossy(), &trials.text)?;
        let sweep = of_trials.sweep(registry)?;
        let mut result = self.result(&sweep, &path.to_string_lossy(), seed);
        let (cells, each) = (result.cells(), counted(result.replications as usize, "run"));
        let about = format!("{}, {each} each, seed 0x{seed:x}", counted(cells, "trial"));
        writeln!(out, "{}: {about}", scenario.title)?;
        let mut tables = Tables::new(&folder)?;
        let over_time = sweep.series.clone();
        let making = Making::new(&self.common, self.effort, sweep.room);
        let mut journal =
            making.journal(&folder, &format!("{of_trials:?}"), (&result, &over_time), out)?;
        let time_is_up = self.common.limits.time_is_up();
        let system = |cell| sweep.cell(registry, cell).system;
        making.run(system, (&result, &over_time), &mut journal, &time_is_up)?;
        let made = tables.write(&journal, (&sweep.series, &over_time), &mut result)?;
        tables.keep(&mut folder, false)?;
        folder.write(TRIALS, trials.text.as_bytes())?;
        folder.publish()?;
        let is_whole = made.runs == result.runs();
        if is_whole {
            let limits = self.common.limits.limits();
            let options =
                RunOptions { limits, interrupt: Some(&time_is_up), ..RunOptions::default() };
            let named = path.to_string_lossy();
            let runs = Runs {
                result: &result,
                trials: &trials.all,
                system: &system,
                options,
                path: &named,
            };
            let threads = self.effort.threads();
            let alerts =
                alerts::alerts((&result, &trials.all), &system, (limits, threads), &time_is_up);
            let unknown = Unknown::default();
            let drawn = Drawn { scenario: &scenario, result: &result, trials: &trials.all, limits };
            let again = result.command.clone();
            let mut pictures = Pictures::new(&mut folder, &again, (&time_is_up, &unknown));
            drawn.draw(&journal, &mut pictures)?;
            folder.publish()?;
            unknown.warn();
            let command = self.common.again("report", &source, seed) + &self.effort.again();
            let mut facts = facts(&scenario, &source, &trials, &result);
            (facts.logs, facts.checks) = (runs.logs(), runs.checks());
            (facts.alerts, facts.command) = (alerts, command);
            facts.pictures = drawn::pictures(&folder);
            let document = report::document(&facts);
            for (name, document) in report::deliverables(&facts) {
                folder
                    .write_below(&format!("{name}.md"), report::markdown(&document).as_bytes())?;
            }
            folder.write(REPORT, report::markdown(&document).as_bytes())?;
            folder.table("numbers.csv", |bytes| report::table(&facts.figures.all(), bytes))?;
            journal.remove()?;
        }
        folder.publish()?;
        summary::stops(&made, &scenario, &self.common.limits, out)?;
        name_files("the report is in ", &folder, out)?;
        Ok(if is_whole { Verdict::Holds } else { Verdict::Fails })
    }

    /// All that is tried, each as often as there is time for.
    fn trials(
        &self,
        file: &ScenarioFile,
        scenario: &Scenario,
        registry: &LayerRegistry,
        seed: u64,
    ) -> Result<Trials, Failure> {
        if let Some(replications) = self.effort.replications() {
            return Ok(file.trials(registry, scenario, replications)?);
        }
        let limits = self.common.limits.limits();
        let options = RunOptions { limits, ..RunOptions::default() };
        let record = run_until(&scenario.system, scenarios::seed_of(seed, 0), &options);
        let trials = file.trials(registry, scenario, 1)?;
        let all = (trials.all.len() as u64).saturating_mul(record.events.max(1));
        let replications = (EVENTS / all).clamp(RUNS.0, RUNS.1) as u32;
        Ok(file.trials(registry, scenario, replications)?)
    }

    /// The result without runs.
    fn result(&self, sweep: &scenarios::Sweep, path: &str, seed: u64) -> SweepResult {
        let mut design = sweep.design.clone();
        design.seed = seed;
        let begun = |command| format!("wavetank {command} {} --seed 0x{seed:x}", quoted(path));
        let mut result = SweepResult::new(design, sweep.measures.clone(), begun("sweep"));
        result.changes = sweep.changes();
        result.run_command = begun("run");
        let pick = |name: &String| match name.as_str() {
            scenarios::AS_WRITTEN => String::new(),
            name => format!(" --variant {}", quoted(name)),
        };
        result.picks = result.variants.iter().map(pick).collect();
        result
    }
}

/// What the report is made of.
fn facts<'a>(
    scenario: &'a Scenario,
    source: &'a Source,
    trials: &'a Trials,
    result: &'a SweepResult,
) -> Facts<'a> {
    let promises = scenario.hypotheses.iter().map(|one| Promise {
        text: one.text.clone(),
        measure: one.measure.clone(),
        bound: one.bound,
    });
    Facts {
        title: &scenario.title,
        about: scenario.about.as_deref(),
        source: &source.named,
        system: &scenario.system,
        trials: &trials.all,
        promises: promises.collect(),
        settings: trials.settings.clone(),
        figures: Figures::new(result),
        logs: Vec::new(),
        checks: Vec::new(),
        alerts: Vec::new(),
        pictures: Vec::new(),
        lint: Vec::new(),
        command: String::new(),
    }
}
