//! `report`: the reliability engineering report of a scenario, true of its own system.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueHint};
use results::SweepResult;
use results::observed::Observed;
use results::report::{self, Beside, Facts, Figures, Promise, Said};
use scenarios::{LayerRegistry, Scenario, ScenarioFile, Trials};
use sim::{RunOptions, System, run_until};

use self::drawn::Drawn;
use self::evidence::Runs;
use crate::command::check;
use crate::command::common::{Common, counted, name_files, quoted, warn};
use crate::command::complete;
use crate::command::making::{Effort, Making};
use crate::command::shown::{Printer, files_of};
use crate::command::summary;
use crate::command::tables::Tables;
use crate::failure::{Failure, Verdict};
use crate::output::{Folder, Journal, Unwritten};
use crate::page;
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

/// The files of a report beside its pages and pictures.
const TABLES: [&str; 4] = ["alerts.csv", "numbers.csv", REPORT, TRIALS];

/// Events that all runs of a report may have, unless it is said how many runs there are: what two
/// cores simulate in half a minute.
const EVENTS: u64 = 60_000_000;

/// Runs of each trial, as many as there is time for: no fewer than so many, and no more.
const RUNS: (u64, u64) = (5, 30);

/// How often each trial is run, unless it is said.
const REPLICATIONS: &str = "Runs of each trial; default: from 5 to 30, as many as some 60 million \
                            events are enough for";

/// Write the reliability engineering report of a scenario.
///
/// Every fault is tried alone, every pattern left out, every number a little otherwise, every lever
/// pulled. What is tried is a scenario file with a variant for each trial: every figure of the
/// report names the command that makes it again.
#[derive(Args, Debug)]
#[command(mut_arg("replications", |arg| arg.help(REPLICATIONS)), after_help = "Examples:
  wavetank report research-and-writing
  wavetank report mine.toml --replications 100 --out report

With `--measured runs.csv --incidents incidents.csv` what was seen on the real system stands
beside.")]
pub(crate) struct Report {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    scenario: String,
    /// What ten runs, or ten thousand, of the real system came to: a CSV with a row for each task
    /// (`outcome`, `group`, `seconds`, `error`). It stands beside what is simulated.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    measured: Option<String>,
    /// When the real system was down: a CSV with a row for each incident (`part`, `start`, `end`),
    /// and one with the part `watched` for when it was looked at.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    incidents: Option<String>,
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
        let observed = self.observed(&scenario)?;
        let seed = self.common.seed.unwrap_or(scenario.seed);
        let mut folder = self.common.folder(&source, "report", &TABLES)?;
        let trials = file.trials(registry, &scenario)?;
        let text = trials.text(self.replications(trials.all.len(), &scenario, seed));
        let path = folder.path().join(TRIALS).to_string_lossy().into_owned();
        let of_trials = ScenarioFile::parse(&path, &text)?;
        let sweep = of_trials.sweep(registry)?;
        let mut result = result(&sweep, &path, seed);
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
        // What the sweep of all trials writes is not written twice.
        drop(tables);
        folder.write(TRIALS, text.as_bytes())?;
        folder.publish()?;
        let mut verdict = Verdict::Fails;
        if made.runs == result.runs() {
            let mut facts = facts(&scenario, &source, &trials, &result);
            facts.command = self.again(&source, seed);
            facts.beside = observed.map(|(from, observed)| Beside {
                from,
                read_as: observed.read_as(),
                compared: observed.compare(&result, 0),
                settings: observed.settings(&scenario.system),
            });
            facts.lint = lint(&file, registry);
            say_sources(&file, &mut facts);
            let from = Seen { journal: &journal, system: &system, path: &path };
            self.look(&from, &scenario, &mut facts, (&mut folder, &time_is_up))?;
            write(&facts, &mut folder)?;
            writeln!(out, "{}", report::verdict(&facts))?;
            let is_whole = made.stops.is_empty() && !time_is_up.load(Ordering::Relaxed);
            if is_whole && report::is_kept(&facts) {
                verdict = Verdict::Holds;
            }
            journal.remove()?;
        } else {
            let (runs, all, again) = (made.runs, result.runs(), self.again(&source, seed));
            writeln!(out, "STOPPED: {runs} of {all} runs were made, and there is no report yet")?;
            writeln!(out, "  the same command goes on after them: {again}")?;
        }
        folder.publish()?;
        summary::stops(&made, &scenario, &self.common.limits, out)?;
        name_files("the report is in ", &folder, out)?;
        self.common.open(&folder, out)?;
        let head = [
            ("command", self.again(&source, seed).into()),
            ("title", result.title.as_str().into()),
            ("seed", format!("0x{seed:x}").into()),
            ("runs", made.runs.into()),
            ("holds", (verdict == Verdict::Holds).into()),
            ("files", files_of(&folder)),
        ];
        out.document(&head, ("numbers", &folder.path().join("numbers.csv")))?;
        Ok(verdict)
    }

    /// The command that makes the report again.
    fn again(&self, source: &Source, seed: u64) -> String {
        let mut again = self.common.again("report", source, seed) + &self.effort.again();
        for (name, file) in [("measured", &self.measured), ("incidents", &self.incidents)] {
            if let Some(file) = file {
                again += &format!(" --{name} {}", quoted(file));
            }
        }
        again
    }

    /// What was measured on the real system, and the files that it is from; nothing if none is
    /// named.
    fn observed(&self, scenario: &Scenario) -> Result<Option<(Vec<String>, Observed)>, Failure> {
        let read = |name: &Option<String>| {
            let bytes = name.as_ref().map(|name| {
                let bytes = fs::read(name);
                bytes.map_err(|error| Failure::ReadFile(PathBuf::from(name), error))
            });
            bytes.transpose()
        };
        let (runs, incidents) = (read(&self.measured)?, read(&self.incidents)?);
        let from: Vec<String> =
            [&self.measured, &self.incidents].into_iter().flatten().cloned().collect();
        if from.is_empty() {
            return Ok(None);
        }
        let named = |name: &'_ Option<String>| name.clone().unwrap_or_default();
        let (of_runs, of_incidents) = (named(&self.measured), named(&self.incidents));
        let runs = runs.as_deref().map(|bytes| (of_runs.as_str(), bytes));
        let incidents = incidents.as_deref().map(|bytes| (of_incidents.as_str(), bytes));
        let observed = Observed::read(runs, incidents, &scenario.system).map_err(|mistakes| {
            Failure::Measured(mistakes.iter().map(ToString::to_string).collect())
        })?;
        Ok(Some((from, observed)))
    }

    /// Looks at single runs: what they show in logs, alerts and pictures.
    fn look(
        &self,
        from: &Seen<'_>,
        scenario: &Scenario,
        facts: &mut Facts<'_>,
        (folder, time_is_up): (&mut Folder, &AtomicBool),
    ) -> Result<(), Failure> {
        let (result, trials) = (facts.figures.result(), facts.trials);
        let limits = self.common.limits.limits();
        let options = RunOptions { limits, interrupt: Some(time_is_up), ..RunOptions::default() };
        let runs = Runs { result, trials, system: &from.system, options, path: from.path };
        (facts.logs, facts.checks) = (runs.logs(), runs.checks());
        let effort = (limits, self.effort.threads());
        facts.alerts = alerts::alerts((result, trials), from.system, effort, time_is_up);
        let unknown = Unknown::default();
        let drawn = Drawn { scenario, result, trials, limits };
        let again = result.command.clone();
        let mut pictures = Pictures::new(folder, &again, (time_is_up, &unknown));
        drawn.draw(from.journal, &mut pictures)?;
        unknown.warn();
        folder.publish()?;
        facts.pictures = drawn::pictures(folder);
        Ok(())
    }

    /// How often each of so many trials is run: as it is said, or as there is time for.
    fn replications(&self, trials: usize, scenario: &Scenario, seed: u64) -> u32 {
        self.effort.replications().unwrap_or_else(|| {
            let limits = self.common.limits.limits();
            let options = RunOptions { limits, ..RunOptions::default() };
            let record = run_until(&scenario.system, scenarios::seed_of(seed, 0), &options);
            let all = (trials as u64).saturating_mul(record.events.max(1));
            (EVENTS / all).clamp(RUNS.0, RUNS.1) as u32
        })
    }
}

/// What single runs are made from.
struct Seen<'a> {
    journal: &'a Journal,
    /// The system of a variant.
    system: &'a (dyn Fn(usize) -> System + Sync),
    /// The file with all trials, as a command names it.
    path: &'a str,
}

/// The result without runs.
fn result(sweep: &scenarios::Sweep, path: &str, seed: u64) -> SweepResult {
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

/// What the linter says of a file, a line for each finding.
fn lint(file: &ScenarioFile, registry: &LayerRegistry) -> Vec<String> {
    let found = file.lint(registry).map(|found| {
        let all = found.all().iter().map(|one| one.message().to_owned());
        all.collect()
    });
    found.unwrap_or_default()
}

/// What a file says of where its settings are from, and of what is assumed.
fn say_sources(file: &ScenarioFile, facts: &mut Facts<'_>) {
    let notes = file.notes();
    for promise in &mut facts.promises {
        promise.is_assumed = file.assumes(&promise.text);
    }
    let of_settings = notes.iter().filter(|note| !note.setting.is_empty());
    facts.unsaid = file.settings().saturating_sub(of_settings.count());
    let said = notes.into_iter().map(|note| {
        let (place, section) = (format!("{}:{}", facts.source, note.line), note.section);
        let setting = match (section.as_str(), note.setting.as_str()) {
            (_, "") => format!("[{section}]"),
            ("", setting) => setting.to_owned(),
            (section, setting) => format!("[{section}] {setting}"),
        };
        Said { place, setting, text: note.text }
    });
    facts.said = said.collect();
}

/// Writes the report, and what goes with it.
fn write(facts: &Facts<'_>, folder: &mut Folder) -> Result<(), Unwritten> {
    let document = report::document(facts);
    let others = report::deliverables(facts);
    let figures = facts.figures.all();
    for (name, other) in &others {
        folder.write_below(&format!("{name}.md"), report::markdown(other).as_bytes())?;
    }
    folder.write(REPORT, report::markdown(&document).as_bytes())?;
    folder.write(page::FILE, report::html(&document, &figures).as_bytes())?;
    folder.table("alerts.csv", |bytes| report::alerts_table(&facts.alerts, bytes))?;
    folder.table("numbers.csv", |bytes| report::table(&figures, bytes))
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
        is_assumed: false,
    });
    Facts {
        title: &scenario.title,
        about: scenario.about.as_deref(),
        source: &source.named,
        system: &scenario.system,
        trials: &trials.all,
        promises: promises.collect(),
        settings: trials.settings.clone(),
        untried: &trials.untried,
        figures: Figures::new(result),
        logs: Vec::new(),
        checks: Vec::new(),
        alerts: Vec::new(),
        pictures: Vec::new(),
        beside: None,
        said: Vec::new(),
        unsaid: 0,
        lint: Vec::new(),
        command: String::new(),
    }
}
