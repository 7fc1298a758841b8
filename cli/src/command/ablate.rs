//! `ablate`: which part did it, from runs with and without each of them.

use std::io::{self, Write};

use clap::Args;
use patterns::Duration;
use results::ablation::{Ablation, Effects, table};
use results::chart::{change, finding_of_shares, level};
use results::page::Page;
use results::{Estimate, SweepResult};
use scenarios::{LayerRegistry, Scenario};
use serde_json::{Value, json};
use sim::measure::{Better, Measure, Unit};
use sim::series::SeriesDesign;

use crate::command::check;
use crate::command::common::{Common, counted, drawn, name_files, quoted, warn};
use crate::command::complete;
use crate::command::making::{Effort, Making};
use crate::command::pick::file_of;
use crate::command::shown::{Printer, files_of};
use crate::command::summary;
use crate::command::tables::{Made, Tables};
use crate::failure::{Failure, Verdict};
use crate::page;
use crate::pictures::Pictures;
use crate::source::Source;
use crate::unknown::Unknown;

/// The tables of an ablation.
const TABLES: [&str; 3] = ["ablation.csv", "runs.csv", "summary.csv"];

/// Find out which pattern did it: run a scenario with and without each of its parts.
///
/// With k parts there are 2^k combinations, each run with the same seeds. Of what all parts do
/// together each gets its share: what it adds to those before it, on average over all orders
/// (Shapley). Beside that stands what it adds to all others, and what it does alone: a part may be
/// worth much alone, and nothing beside others.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank ablate which-pattern-did-it
  wavetank ablate mine.toml --of retry,breaker
  wavetank ablate mine.toml --of policies.guarded.retry,errors --variant 'no breaker'
  wavetank ablate which-pattern-did-it --measure agents.research.complete --json

One that is ended before its time goes on where it was when the same command is given again.")]
pub(crate) struct Ablate {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    scenario: String,
    /// What is taken out: kinds of layers, keys of agents or services, sections, or paths; default:
    /// each kind of layer that acts on some edge, and what keeps agents alive and heals (supervise,
    /// health, checkpoint, recoveries), if that is no more than eight.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', add = complete::parts())]
    of: Vec<String>,
    /// Take parts out of the file with the changes of this variant.
    #[arg(long, value_name = "NAME", add = complete::variants())]
    variant: Option<String>,
    /// What is asked about; may be given more than once. Default: success, failures, downtime and
    /// frozen time of each group of agents, and money where there is any.
    #[arg(long = "measure", value_name = "MEASURE", add = complete::topics())]
    measures: Vec<String>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    common: Common,
}

impl Ablate {
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
        let mut file = file_of(&self.common.sets, registry, &source, self.variant.as_deref())?;
        self.effort.set(&mut file);
        let ablation = file.ablation(registry, &self.of, &self.measures)?;
        warn(&ablation.scenario.warnings);
        let mut result = self.result(&ablation, &source);
        let mut folder = self.common.folder(&source, "ablate", &TABLES)?;
        let mut tables = Tables::new(&folder)?;
        let (cells, each) = (result.cells(), counted(result.replications as usize, "run"));
        let parts = counted(ablation.parts.len(), "part");
        let about = format!("{parts} in {cells} ways, {each} each, seed 0x{:x}", result.seed);
        writeln!(out, "{}: {about}", result.title)?;
        for part in &ablation.parts {
            writeln!(out, "  {}: {}", part.name, part.paths.join(", "))?;
        }
        let making = Making::new(&self.common, self.effort, ablation.room);
        let over_time = SeriesDesign { every: Duration::from_secs(1), measures: Vec::new() };
        let file = format!("{file:?} {:?}", ablation.parts);
        let mut journal = making.journal(&folder, &file, (&result, &over_time), out)?;
        let time_is_up = self.common.limits.time_is_up();
        let system = |cell| ablation.cell(registry, cell).system;
        making.run(system, (&result, &over_time), &mut journal, &time_is_up)?;
        let made = tables.write(&journal, (&over_time, &over_time), &mut result)?;
        let found = found(&ablation.asked, &result);
        folder.table("ablation.csv", |bytes| table(&found, bytes))?;
        tables.keep(&mut folder, false)?;
        folder.publish()?;
        let again = result.command.clone();
        let unknown = Unknown::default();
        let mut pictures = Pictures::new(&mut folder, &again, (&time_is_up, &unknown));
        let is_made = made.runs == result.runs();
        if is_made {
            pictures.of_ablation(&result, &found)?;
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
        let scenario = &ablation.scenario;
        self.say(scenario, (&result, &made), &found, &mut said)?;
        out.write_all(&said)?;
        let page = Page { about, ..page::of_sweep(scenario, &result) };
        page::write(page, &said, &mut folder)?;
        name_files("tables and pictures are in ", &folder, out)?;
        writeln!(out, "again: {again}")?;
        self.common.open(&folder, out)?;
        let is_right = is_whole && made.stops.is_empty();
        let part = |part: &scenarios::Removable| json!({ "name": part.name, "paths": part.paths });
        let head: [(&str, Value); 7] = [
            ("command", result.command.as_str().into()),
            ("title", result.title.as_str().into()),
            ("seed", format!("0x{:x}", result.seed).into()),
            ("runs", made.runs.into()),
            ("holds", is_right.into()),
            ("files", files_of(&folder)),
            ("parts", ablation.parts.iter().map(part).collect()),
        ];
        out.document(&head, ("ablation", &folder.path().join("ablation.csv")))?;
        Ok(if is_right { Verdict::Holds } else { Verdict::Fails })
    }

    /// The result without runs.
    fn result(&self, ablation: &scenarios::Ablation, source: &Source) -> SweepResult {
        let mut design = ablation.design.clone();
        design.seed = self.common.seed.unwrap_or(design.seed);
        let seed = design.seed;
        let variant = self.variant.as_ref();
        let variant = variant.map(|name| format!(" --variant {}", quoted(name)));
        let variant = variant.unwrap_or_default();
        let mut again = self.common.again("ablate", source, seed) + &variant;
        if !self.of.is_empty() {
            again += &format!(" --of {}", quoted(&self.of.join(",")));
        }
        for measure in &self.measures {
            again += &format!(" --measure {}", quoted(measure));
        }
        again += &self.effort.again();
        let is_asked = |measure: &Measure| ablation.asked.contains(measure);
        let measures = ablation.measures.clone();
        let mut result = SweepResult::keeping(design, measures, again, is_asked);
        result.run_command = self.common.elsewhere("run", source, seed) + &variant;
        let pick = |cell: usize| {
            let names: Vec<&str> = ablation.without(cell).collect();
            if names.is_empty() {
                return String::new();
            }
            format!(" --without {}", quoted(&names.join(",")))
        };
        result.picks = (0..result.cells()).map(pick).collect();
        result
    }

    /// Says what came of it.
    fn say(
        &self,
        scenario: &Scenario,
        (result, made): (&SweepResult, &Made),
        found: &[Ablation],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        summary::stops(made, scenario, &self.common.limits, out)?;
        summary::unstable(made, result, out)?;
        if made.runs < result.runs() {
            return writeln!(out, "who did what is told when all runs are made");
        }
        for one in found {
            shares(one, out)?;
        }
        let groups = scenario.system.agents.iter().map(|agents| agents.name.as_str());
        { groups }.try_for_each(|group| prevented(group, found, out))
    }
}

/// What each part did to each measure that is asked about.
fn found(asked: &[Measure], result: &SweepResult) -> Vec<Ablation> {
    let place = |measure: &Measure| result.measures.iter().position(|one| one == measure);
    let places = asked.iter().filter_map(place);
    places.map(|place| Ablation::of(result, place)).collect()
}

/// Says who did what to a measure.
fn shares(one: &Ablation, out: &mut dyn Write) -> io::Result<()> {
    let unit = one.measure.unit();
    writeln!(out, "\n{}: {}", one.measure.path(), one.measure.definition())?;
    writeln!(out, "  {}", finding_of_shares(one))?;
    let head = ["", "share", "of all", "beside all others", "alone"];
    let mut rows = vec![head.map(str::to_owned)];
    for part in &one.parts {
        let portion = one.portion(part).map(|of| format!("{:.0} %", 100.0 * of));
        let told = |effect: &Estimate| {
            change(effect, unit) + if effect.is_unsure() { " unreliable" } else { "" }
        };
        rows.push([
            part.name.clone(),
            told(&part.share),
            portion.unwrap_or_default(),
            told(&part.to_the_rest),
            told(&part.alone),
        ]);
    }
    let together = change(&one.total, unit);
    rows.push(["together", &together, "", "", ""].map(str::to_owned));
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        writeln!(out, "    {}", line.trim_end())?;
    }
    Ok(())
}

/// Says how many failures, how much time and money each part prevented: with all parts against all
/// but it, and with it alone against none.
fn prevented(group: &str, found: &[Ablation], out: &mut dyn Write) -> io::Result<()> {
    let is_sum = |one: &&Ablation| {
        let is_rate = matches!(one.measure.unit(), Unit::Share | Unit::Ratio | Unit::PerHour);
        let is_less = one.measure.better() == Some(Better::Lower);
        !is_rate && is_less && one.measure.of_whom() == group
    };
    let sums: Vec<&Ablation> = found.iter().filter(is_sum).collect();
    let Some(first) = sums.first() else { return Ok(()) };
    writeln!(out, "\nwhat each prevented for {group}, in a run on average:")?;
    for (place, part) in first.parts.iter().enumerate() {
        let of = |effect: fn(&Effects) -> &Estimate| {
            let each = sums.iter().map(|one| (&one.measure, effect(&one.parts[place])));
            in_words(&each.collect::<Vec<_>>())
        };
        let (beside, alone) = (of(|part| &part.to_the_rest), of(|part| &part.alone));
        writeln!(out, "  {}: beside all others {beside}", part.name)?;
        writeln!(out, "    alone {alone}")?;
    }
    Ok(())
}

/// What of several measures a part prevented, and what it caused.
fn in_words(all: &[(&Measure, &Estimate)]) -> String {
    let told = |is_it: &dyn Fn(&Estimate) -> bool| {
        let those = all.iter().filter(|(_, change)| !change.may_be_zero() && is_it(change));
        let told = those.map(|(measure, change)| {
            let amount = level(change.mean.abs(), measure.unit());
            let of = if measure.unit() == Unit::Count { "" } else { " of" };
            let unsure = if change.is_reliable { "" } else { " (too few runs to rely on)" };
            format!("{amount}{of} {}{unsure}", of_sum(measure))
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let (less, more) = (told(&|change| change.mean < 0.0), told(&|change| change.mean > 0.0));
    match (&*less, &*more) {
        ("", "") if all.iter().any(|(_, change)| change.is_unsure()) => {
            "too few runs to tell".to_owned()
        }
        ("", "") => "nothing that can be shown".to_owned(),
        (less, "") => less.to_owned(),
        ("", more) => format!("nothing, and caused {more}"),
        (less, more) => format!("{less}, and caused {more}"),
    }
}

/// What a sum is of.
fn of_sum(measure: &Measure) -> String {
    match &*measure.name() {
        "frozen" => "frozen time".to_owned(),
        name => name.to_owned(),
    }
}
