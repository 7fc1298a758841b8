//! `sweep`: every cell of a scenario many times, with tables and pictures.

use std::io::{self, Write};

use clap::Args;
use results::chart::is_drawn_in_all;
use results::page::{Page, Verdict as Judged};
use results::{OverTime, SweepResult};
use scenarios::{LayerRegistry, Scenario, ScenarioFile, library};
use serde_json::Value;
use sim::design::SweepDesign;
use sim::fault::Schedule;
use sim::measure::Measure;
use sim::{RunOptions, System, run_until};

use crate::command::check;
use crate::command::common::{Common, counted, drawn, name_files, quoted, warn};
use crate::command::complete;
use crate::command::judged;
use crate::command::making::{Effort, Making};
use crate::command::over_time::drawn_over_time;
use crate::command::shown::{Printer, files_of};
use crate::command::summary;
use crate::command::tables::{Made, Tables};
use crate::command::worst::Worst;
use crate::failure::{Failure, Verdict};
use crate::output::{Folder, Unwritten};
use crate::page;
use crate::pictures::{Pictures, about_file, asked_about};
use crate::source::Source;
use crate::unknown::Unknown;

/// Cells beyond which there are no pictures of all of them.
const SHOWN_MAX: usize = 10_000;

/// The tables of a sweep.
const TABLES: [&str; 3] = ["runs.csv", "series.csv", "summary.csv"];

/// Sweep a scenario: run every cell many times, and write tables and pictures.
#[derive(Args, Debug, Default)]
#[command(after_help = "Examples:
  wavetank sweep hanging-server
  wavetank sweep mine.toml --replications 100 --threads 4
  wavetank sweep mine.toml --max-time 10min --out overnight
  wavetank sweep mine.toml --json | jq '.summary[] | select(.reliable == false)'

A sweep that is ended before its time goes on where it was when the same command is given again.")]
pub(crate) struct Sweep {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    scenario: String,
    /// Sweep this variant alone, beside the file as it is written; may be given more than once.
    #[arg(long = "variant", value_name = "NAME", add = complete::variants())]
    variants: Vec<String>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    common: Common,
}

impl Sweep {
    /// What runs when no command is given.
    pub(crate) fn flagship() -> Self {
        let scenario = library::LIBRARY[0].name.to_owned();
        Self { scenario, ..Self::default() }
    }

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
        let mut file = self.common.sets.file(registry, &source)?;
        self.effort.set(&mut file);
        let all = self.keep_variants(&mut file, registry)?;
        let scenario = file.scenario(registry)?;
        let sweep = file.sweep(registry)?;
        warn(&sweep.warnings);
        let mut design = sweep.design.clone();
        design.seed = self.common.seed.unwrap_or(design.seed);
        let (cells, seed, replications) = (design.cells(), design.seed, design.replications);
        let again = self.again(&source, seed);
        let mut folder = self.common.folder(&source, "sweep", &TABLES)?;
        let mut tables = Tables::new(&folder)?;
        let is_kept = |measure: &Measure| is_looked_at(measure, &scenario, &sweep.design);
        let mut result =
            SweepResult::keeping(design, sweep.measures.clone(), again.clone(), is_kept);
        result.changes = sweep.changes();
        result.picks = all.map_or(Vec::new(), |all| picks(&result.design, &all));
        let (cells, each) = (counted(cells, "cell"), counted(replications as usize, "run"));
        let about = format!("{cells}, {each} each, seed 0x{seed:x}");
        writeln!(out, "{}: {about}", scenario.title)?;
        let over_time = drawn_over_time(&sweep, &scenario);
        let making = Making::new(&self.common, self.effort, sweep.room);
        let file = format!("{file:?}");
        let mut journal = making.journal(&folder, &file, (&result, &over_time), out)?;

        let time_is_up = self.common.limits.time_is_up();
        result.run_command = self.common.elsewhere("run", &source, seed);
        let system = |cell| sweep.cell(registry, cell).system;
        making.run(system, (&result, &over_time), &mut journal, &time_is_up)?;
        let made = tables.write(&journal, (&sweep.series, &over_time), &mut result)?;
        tables.keep(&mut folder, true)?;
        folder.publish()?;
        let unknown = Unknown::default();
        let mut pictures = Pictures::new(&mut folder, &again, (&time_is_up, &unknown));
        if result.cells() <= SHOWN_MAX {
            pictures.of_sweep(&result)?;
        }
        self.one_run(&scenario, &source, (&result, &made), &mut pictures)?;
        let are_whole = !pictures.are_cut_short();
        unknown.warn();
        folder.publish()?;
        let is_whole = made.runs == result.runs() && are_whole;
        if is_whole {
            journal.remove()?;
        }

        let cut_short = (!is_whole).then(|| drawn(&folder));
        let (mut said, of) = (Vec::new(), (&sweep, registry));
        let (is_known, verdicts, found) =
            self.say(&scenario, of, (&result, &made), cut_short.as_deref(), &mut said)?;
        // What was stopped might have come to anything.
        let holds = is_whole && made.stops.is_empty() && is_known && judged::all_hold(&verdicts);
        out.write_all(&said)?;
        let page = Page { verdicts, about, ..page::of_sweep(&scenario, &result) };
        page::write(page, &said, &mut folder)?;
        let are_drawn =
            folder.written().iter().any(|file| file.extension() == Some("svg".as_ref()));
        let what = if are_drawn { "tables and pictures are in " } else { "tables are in " };
        name_files(what, &folder, out)?;
        writeln!(out, "again: {again}")?;
        self.common.open(&folder, out)?;
        let head = [&facts(&result, &made, holds, &folder)[..], &found].concat();
        out.document(&head, ("summary", &folder.path().join("summary.csv")))?;
        Ok(if holds { Verdict::Holds } else { Verdict::Fails })
    }

    /// What to type to make it again.
    fn again(&self, source: &Source, seed: u64) -> String {
        let variants = self.variants.iter().map(|name| format!(" --variant {}", quoted(name)));
        let variants: Vec<String> = variants.collect();
        self.common.again("sweep", source, seed) + &variants.concat() + &self.effort.again()
    }

    /// Keeps the variants that are asked for alone; what they are among.
    fn keep_variants(
        &self,
        file: &mut ScenarioFile,
        registry: &LayerRegistry,
    ) -> Result<Option<Vec<String>>, Failure> {
        if self.variants.is_empty() {
            return Ok(None);
        }
        let all = file.outline(registry)?.variants().to_vec();
        file.keep_variants(&self.variants)?;
        Ok(Some(all))
    }

    /// Says what came of it; whether there is anything of the objective, what each hypothesis came
    /// to, and the same as a document. `cut_short` are the pictures where time was short.
    fn say(
        &self,
        scenario: &Scenario,
        of: (&scenarios::Sweep, &LayerRegistry),
        (result, made): (&SweepResult, &Made),
        cut_short: Option<&str>,
        out: &mut dyn Write,
    ) -> io::Result<(bool, Vec<Judged>, [Fact; 3])> {
        let limits = &self.common.limits;
        if let Some(drawn) = cut_short {
            summary::what_is_left(made, result, (drawn, limits), out)?;
        }
        summary::stops(made, scenario, limits, out)?;
        if SHOWN_MAX < result.cells() {
            writeln!(out, "pictures of more than {SHOWN_MAX} cells are left out")?;
        }
        summary::unstable(made, result, out)?;
        let is_known = summary::best_and_worst(result, made, out)?;
        let worst = Worst::of(result);
        worst.name(out)?;
        judged::causes_of_sweep(of, result, made, out)?;
        let (verdicts, judged) = judged::hypotheses(scenario, result, made, out)?;
        let found = [
            ("cells", summary::json(result, made)),
            ("worst_runs", worst.json()),
            ("hypotheses", judged.into()),
        ];
        Ok((is_known, verdicts, found))
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
        // Where chance decides when faults come, those of one run say nothing of all runs.
        let about = about_over_time(&scenario.title, system);
        let of_all = trace.as_ref().filter(|_| are_faults_fixed(system));
        pictures.over_time_of_sweep(&about, &variants, of_all)?;
        // It is made again by itself.
        let again = self.common.elsewhere("run", source, seed);
        let mut pictures = Pictures { command: &again, folder: &mut *pictures.folder, ..*pictures };
        pictures.system(&scenario.title, system, first)?;
        let about = about_file(&scenario.title, result);
        pictures.timeline(&about, trace.as_ref(), &record, first)
    }
}

/// What picks each cell among those of the whole file, which has all these variants.
fn picks(design: &SweepDesign, all: &[String]) -> Vec<String> {
    let pick = |cell| {
        let variant = all.iter().position(|name| name == design.variant(cell)).unwrap_or(0);
        let (_, places) = design.place(cell);
        format!(" --cell {}", design.cell(variant, &places))
    };
    (0..design.cells()).map(pick).collect()
}

/// A key of the document, and what stands there.
type Fact = (&'static str, Value);

/// What became of a sweep as a whole.
fn facts(result: &SweepResult, made: &Made, holds: bool, folder: &Folder) -> [Fact; 7] {
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

/// What a picture of all runs is about: where each run has faults at other times, it says so.
fn about_over_time(title: &str, system: &System) -> String {
    if are_faults_fixed(system) {
        return title.to_owned();
    }
    let title = title.trim_end_matches('.');
    format!("{title}. Each run has faults at times of its own, so none is shaded")
}

/// Whether all runs have their faults at the same times.
fn are_faults_fixed(system: &System) -> bool {
    system.faults.iter().all(|fault| match fault.schedule {
        // The one before is looked at by itself.
        Schedule::After { .. } => true,
        // What is done to layers is no fault of a place.
        Schedule::OnDemand { .. } => fault.effect.info().hits_layers,
        ref schedule => schedule.fixed_times(system.horizon).is_some(),
    })
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
