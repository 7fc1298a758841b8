//! `claims`: what a course says, put to the test.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use results::SweepResult;
use results::page::Page;
use results::verdict::Judged;
use scenarios::library::{CLAIMS, UNDECIDABLE};
use scenarios::{Claim, Diagnostic, Diagnostics, LayerRegistry, Scenario, ScenarioFile, Sweep};
use sim::Stop;
use sim::measure::Measure;

use crate::command::check;
use crate::command::common::{Common, counted, drawn, name_files, warn};
use crate::command::complete;
use crate::command::judged;
use crate::command::making::{Effort, Making};
use crate::command::over_time::drawn_over_time;
use crate::command::shown::{Printer, files_of};
use crate::command::summary;
use crate::command::tables::{Made, Tables};
use crate::command::verdict::{Came, rules};
use crate::failure::{Failure, Verdict};
use crate::output::{Digest, write_alone};
use crate::page;
use crate::pictures::Pictures;
use crate::source::Source;
use crate::unknown::Unknown;

/// The tables of a claim.
const TABLES: [&str; 4] = ["runs.csv", "series.csv", "summary.csv", "verdict.csv"];

/// The table of all claims.
const ALL: &str = "claims.csv";

/// Put what a course on reliability claims to the test: without a number, list the claims.
///
/// A verdict is computed from the intervals of all runs, cell by cell: a claim holds, holds in some
/// cells, or fails with a run that shows it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank claims
  wavetank claims A18
  wavetank claims A18 --replications 10

A claim with other faults, or put to a system of one's own: `--with FILE`. The sections of that file
take the place of those of the claim.")]
pub(crate) struct Claims {
    /// The number of a claim, or a file with a section `claim`; default: list all claims.
    #[arg(add = complete::scenarios())]
    claim: Option<String>,
    /// Put all of them to the test, one after the other. What was made before is not made again.
    #[arg(long, conflicts_with = "claim")]
    all: bool,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    common: Common,
}

impl Claims {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        if self.all {
            return self.make_all(registry, out);
        }
        let Some(named) = &self.claim else {
            if self.common.sets.is_empty() {
                return list(registry, out);
            }
            let why = "a change is one to a claim: name it, such as `wavetank claims A18`, or put \
                       all to the test with `--all`";
            return Err(Failure::Request(why.to_owned()));
        };
        let result = self.make(named, registry, out).map(|(verdict, _)| verdict);
        check::show_failure(named, &result, self.common.shown, out)?;
        result
    }

    /// Puts all claims to the test, each in a folder of its own. Those of which the table has what
    /// came of the same claim are not made again.
    fn make_all(&self, registry: &LayerRegistry, out: &mut dyn Write) -> Result<Verdict, Failure> {
        let out = &mut Printer::new(self.common.shown, out);
        let base = self.common.out.clone().unwrap_or_else(|| PathBuf::from("out/claims"));
        let path = base.join(ALL);
        let known = rows_of(&path);
        let mut made: Vec<Row> = Vec::new();
        for entry in CLAIMS {
            let (id, source) = (id(entry.name), Source::find(entry.name)?);
            let about = format!("{:?} {:?}", self.file(&source, registry)?, self.common.seed);
            let digest = Digest::of_bytes(about.as_bytes());
            let row = match known.iter().find(|row| row[0] == id && row[4] == digest) {
                Some(row) => row.clone(),
                None => {
                    let common = self.common.in_folder(base.join(id));
                    let one = Self { claim: None, all: false, effort: self.effort, common };
                    let (_, came) = one.make(id, registry, &mut io::sink())?;
                    let Some(came) = came else {
                        let left = CLAIMS.len() - made.len();
                        writeln!(out, "{left} of {} are left: the same goes on", CLAIMS.len())?;
                        break;
                    };
                    let figures = if came.are_figures_right() { "yes" } else { "no" };
                    [id, came.verdict.word(), &came.line, figures, &digest].map(str::to_owned)
                }
            };
            writeln!(out, "{:4} {}", row[0], row[2])?;
            out.flush()?;
            made.push(row);
            write_table(&path, &made)?;
        }
        let is_whole = made.len() == CLAIMS.len();
        if is_whole {
            let (all, files) = (made.len(), path.display());
            writeln!(out, "all {all} are in {files}, the tables and pictures of each beside it")?;
        }
        let holds = is_whole && made.iter().all(|row| row[3] == "yes");
        out.document(&[("holds", holds.into())], ("claims", &path))?;
        Ok(if holds { Verdict::Holds } else { Verdict::Fails })
    }

    /// The file of a claim, as the command line has it.
    fn file(&self, source: &Source, registry: &LayerRegistry) -> Result<ScenarioFile, Failure> {
        let mut file = self.common.sets.file(registry, source)?;
        self.effort.set(&mut file);
        Ok(file)
    }

    fn make(
        &self,
        named: &str,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<(Verdict, Option<Came>), Failure> {
        let out = &mut Printer::new(self.common.shown, out);
        let source = find(named)?;
        let file = self.file(&source, registry)?;
        let scenario = file.scenario(registry)?;
        let sweep = file.sweep(registry)?;
        self.warn(&source, &sweep.warnings);
        let Some(mut claim) = sweep.claim.clone() else {
            let why = format!("`{named}` has no section `claim`: see `wavetank explain claim`");
            return Err(Failure::Request(why));
        };
        if self.common.sets.is_of_another() {
            // They follow from the claim's own system.
            claim.figures.clear();
        }
        let mut result = self.result(&sweep, &claim, &source);
        let mut folder = self.common.folder(&source, "claims", &TABLES)?;
        let mut tables = Tables::new(&folder)?;
        let about = about(&result);
        writeln!(out, "{}: {}", source.stem, claim.says)?;
        writeln!(out, "  said in: {}", claim.source)?;
        writeln!(out, "  put to: {} ({about})", result.title)?;
        let over_time = drawn_over_time(&sweep, &scenario);
        let making = Making::new(&self.common, self.effort, sweep.room);
        let mut journal =
            making.journal(&folder, &format!("{file:?}"), (&result, &over_time), out)?;
        let time_is_up = self.common.limits.time_is_up();
        let system = |cell| sweep.cell(registry, cell).system;
        making.run(system, (&result, &over_time), &mut journal, &time_is_up)?;
        let mut made = tables.write(&journal, (&sweep.series, &over_time), &mut result)?;
        let judged = Judged::of(&result, rules(&claim, &result));
        folder.table("verdict.csv", |bytes| judged.table(&result, bytes))?;
        tables.keep(&mut folder, true)?;
        folder.publish()?;
        let (again, unknown) = (result.command.clone(), Unknown::default());
        let mut pictures = Pictures::new(&mut folder, &again, (&time_is_up, &unknown));
        let is_made = made.runs == result.runs();
        if is_made {
            pictures.of_claim(&result, (&judged, &claim.says))?;
        }
        let is_whole = is_made && !pictures.are_cut_short();
        unknown.warn();
        folder.publish()?;
        if is_whole {
            journal.remove()?;
        }
        let mut said = Vec::new();
        if !is_whole {
            let drawn = drawn(&folder);
            summary::what_is_left(&made, &result, (&drawn, &self.common.limits), &mut said)?;
        }
        own_ends(&mut made, &scenario, &mut said)?;
        summary::stops(&made, &scenario, &self.common.limits, &mut said)?;
        let came = Came::of(&claim, &judged, &result);
        if is_made {
            came.say(&claim, &judged, &result, &mut said)?;
        }
        out.write_all(&said)?;
        let page = Page { about, ..page::of_sweep(&scenario, &result) };
        page::write(page, &said, &mut folder)?;
        name_files("tables and pictures are in ", &folder, out)?;
        writeln!(out, "again: {again}")?;
        self.common.open(&folder, out)?;
        let is_right = is_whole && made.stops.is_empty() && came.are_figures_right();
        let holds = is_right && came.verdict == results::verdict::Verdict::Holds;
        let head = came.facts(&claim, (&result, &made), holds, files_of(&folder));
        out.document(&head, ("cells", &folder.path().join("verdict.csv")))?;
        let verdict = if is_right { Verdict::Holds } else { Verdict::Fails };
        Ok((verdict, is_whole.then_some(came)))
    }

    /// Shows warnings, unless they are of what the library has beside a system of one's own: nobody
    /// can change that.
    fn warn(&self, source: &Source, warnings: &Diagnostics) {
        let is_of_library = scenarios::library::find(&source.named).is_some();
        let is_idle = |one: &Diagnostic| one.code() == "no-effect";
        let is_left = self.common.sets.is_of_another() && is_of_library;
        if !(is_left && warnings.all().iter().all(is_idle)) {
            warn(warnings);
        }
    }

    /// The result without runs.
    fn result(&self, sweep: &Sweep, claim: &Claim, source: &Source) -> SweepResult {
        let mut design = sweep.design.clone();
        design.seed = self.common.seed.unwrap_or(design.seed);
        let seed = design.seed;
        let again = self.common.again("claims", source, seed) + &self.effort.again();
        let is_asked = |measure: &Measure| claim.measures().any(|one| one == measure);
        let mut result = SweepResult::keeping(design, sweep.measures.clone(), again, is_asked);
        result.changes = sweep.changes();
        result.run_command = self.common.elsewhere("run", source, seed);
        result
    }
}

/// A claim by its number, or a file.
fn find(named: &str) -> Result<Source, Failure> {
    let number = named.to_uppercase();
    let known = format!("claims/{number}");
    if scenarios::library::find(&known).is_some() {
        return Source::find(&known);
    }
    let looks_like_a_number = named.len() <= 3 && !named.contains('.');
    if looks_like_a_number {
        let known: Vec<&str> = CLAIMS.iter().map(|entry| id(entry.name)).collect();
        let near = scenarios::nearest(&number, &known);
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let why = format!("there is no claim `{named}`{near}: `wavetank claims` lists them");
        return Err(Failure::Request(why));
    }
    Source::find(named)
}

/// The number of a claim.
fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What came of a claim in the table of all: its number, the verdict in a word and in a line,
/// whether its figures came out, and the digest of what it was asked with.
type Row = [String; 5];

/// The rows of a table of all claims, as far as there is one that can be read.
fn rows_of(path: &Path) -> Vec<Row> {
    let Ok(mut reader) = csv::Reader::from_path(path) else { return Vec::new() };
    let rows = reader.records().flatten();
    rows.filter_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>().try_into().ok())
        .collect()
}

fn write_table(path: &Path, rows: &[Row]) -> Result<(), Failure> {
    let written = write_alone(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["claim", "verdict", "line", "figures", "digest"])?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        writer.flush()
    });
    Ok(written?)
}

/// Lists all claims.
fn list(registry: &LayerRegistry, out: &mut dyn Write) -> Result<Verdict, Failure> {
    for entry in CLAIMS {
        let file = ScenarioFile::parse(entry.name, entry.text)?;
        let says = file.get(registry, "claim.says");
        let says = says.as_ref().and_then(|node| node.text()).unwrap_or_default();
        writeln!(out, "{:4} {says}", id(entry.name))?;
    }
    writeln!(out, "\nnot decidable here, since it is about organisations:")?;
    for (says, why) in UNDECIDABLE {
        writeln!(out, "     {says}: {why}")?;
    }
    writeln!(out, "\nput one to the test: `wavetank claims A18`")?;
    Ok(Verdict::Holds)
}

/// How much is run, from which seed.
fn about(result: &SweepResult) -> String {
    let each = counted(result.replications as usize, "run");
    let cells = counted(result.cells(), "cell");
    format!("{cells}, {each} each, seed 0x{:x}", result.seed)
}

/// Says which runs ended early by a condition of their own: what is asked is often that they do.
/// Nobody stopped them, so they are none of those that were stopped.
fn own_ends(made: &mut Made, scenario: &Scenario, out: &mut dyn Write) -> io::Result<()> {
    let all = counted(made.runs as usize, "run");
    let is_own = |stop: &Stop| matches!(stop, Stop::Aborted(_));
    for (stop, runs) in made.stops.iter().filter(|(stop, _)| is_own(stop)) {
        let Stop::Aborted(by) = stop else { continue };
        let why = judged::abort(&scenario.system, *by);
        writeln!(out, "{runs} of {all} ended before the horizon by their own condition: {why}")?;
    }
    made.stops.retain(|stop, _| !is_own(stop));
    Ok(())
}
