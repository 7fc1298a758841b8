//! `compare`: two variants, cells or files against each other, run by run with the same seeds.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::thread;

use clap::Args;
use results::trace::{LogEntry, log};
use results::{Estimate, Measured, SweepResult};
use scenarios::{LayerRegistry, Run, Runs, Scenario};
use sim::design::SweepDesign;
use sim::measure::{Measure, Unit};
use sim::{RunOptions, Watch};

use crate::command::common::{Sets, counted, warn};
use crate::command::complete;
use crate::command::judged;
use crate::command::limits::LimitArgs;
use crate::command::pick::Pick;
use crate::failure::{Failure, Verdict};
use crate::source::Source;

/// What is compared of each group of agents, and of all together.
const OF_AGENTS: [&str; 6] =
    ["success", "degraded", "goodput", "latency-ok.p50", "latency-ok.p99", "frozen"];

/// What is compared of each edge.
const OF_EDGES: [&str; 2] = ["success", "amplification"];

/// Compare two variants or two cells of a scenario, or two scenarios.
///
/// Both are run with the same seeds, and compared run by run: an interval of the difference that
/// leaves out zero is no accident of the random numbers. What comes first is where the two runs
/// part that differ most. The exit code is 0 whichever is better.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank compare hanging-server --variant 'a bulkhead of two'   against the file as written
  wavetank compare mine.toml --variant 'no breaker' --variant 'no retry'
  wavetank compare mine.toml --cell 3 --cell 27 --replications 100
  wavetank compare before.toml after.toml")]
pub(crate) struct Compare {
    /// One or two files, or names from `wavetank list`.
    #[arg(required = true, num_args = 1..=2, add = complete::scenarios())]
    scenarios: Vec<String>,
    /// A variant of the file; a second one, or the file as it is written, is the other side.
    #[arg(long = "variant", value_name = "NAME", add = complete::variants())]
    variants: Vec<String>,
    /// A cell of the file's sweep, as `runs.csv` numbers them; a second one, or the file as it is
    /// written, is the other side.
    #[arg(long = "cell", value_name = "N")]
    cells: Vec<usize>,
    /// Runs of each side; default: the file's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: Option<u32>,
    /// Show every measure of which the difference is no accident.
    #[arg(long)]
    all: bool,
    /// The seed from which those of all runs follow; default: the file's, or 1.
    #[arg(long, allow_negative_numbers = true, value_parser = scenarios::seed)]
    seed: Option<u64>,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    limits: LimitArgs,
}

/// One of the two.
struct Side {
    name: String,
    scenario: Scenario,
}

impl Compare {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let (sides, design) = self.sides(registry)?;
        let [a, b] = &sides;
        let systems = || sides.iter().map(|side| &side.scenario.system);
        let mut measures = Measure::all_of(systems());
        if !measures.contains(&design.objective) {
            measures.push(design.objective.clone());
        }
        let mut result = SweepResult::new(design, measures, String::new());
        let runs = counted(result.replications as usize, "run");
        writeln!(out, "{}", result.title)?;
        writeln!(out, "A: {}\nB: {}", a.name, b.name)?;
        writeln!(out, "{runs} each, with the same seeds, from 0x{:x} on", result.seed)?;
        out.flush()?;
        let time_is_up = self.limits.time_is_up();
        let stopped = self.run(&sides, &mut result, &time_is_up);
        table(&self.shown(&result), &result, out)?;
        self.first_difference(&sides, &result, &time_is_up, out)?;
        if let Some(why) = &stopped {
            writeln!(out, "STOPPED: {why}")?;
        }
        Ok(if stopped.is_none() { Verdict::Holds } else { Verdict::Fails })
    }

    /// Both sides, and what is compared.
    fn sides(&self, registry: &LayerRegistry) -> Result<([Side; 2], SweepDesign), Failure> {
        let source = Source::find(&self.scenarios[0])?;
        let file = self.sets.file(registry, &source)?;
        let sweep = file.sweep(registry)?;
        warn(&sweep.warnings);
        let side = |pick: &Pick, name: String| {
            let scenario = pick.scenario(&file, registry)?;
            Ok::<_, Failure>(Side { name, scenario })
        };
        let mut picked = Vec::new();
        for name in &self.variants {
            picked.push(side(&Pick::of_variant(name), name.clone())?);
        }
        for cell in &self.cells {
            let one = side(&Pick::of_cell(*cell), String::new())?;
            picked.push(Side {
                name: format!("cell {cell}: {}", sweep.design.in_words(*cell)),
                ..one
            });
        }
        let other = self.scenarios.get(1);
        if 2 < picked.len() + usize::from(other.is_some()) * 2 {
            let message = "two are compared: two files, or of one file two variants or cells";
            return Err(Failure::Request(message.to_owned()));
        }
        let as_written = || side(&Pick::of_variant(scenarios::AS_WRITTEN), "as written".to_owned());
        let [a, b] = match (<[Side; 2]>::try_from(picked), other) {
            (Ok(both), _) => both,
            (Err(_), Some(other)) => {
                let one = Side { name: self.scenarios[0].clone(), ..as_written()? };
                let source = Source::find(other)?;
                let file = self.sets.file(registry, &source)?;
                let mut scenario = file.scenario(registry)?;
                warn(&scenario.warnings);
                scenario.watch(&sweep.measures);
                [one, Side { name: other.clone(), scenario }]
            }
            (Err(mut one), None) => {
                let Some(one) = one.pop() else {
                    let known = sweep.design.variants.join("`, `");
                    let message = format!(
                        "name what is compared: `--variant` (`{known}`), `--cell` or another file"
                    );
                    return Err(Failure::Request(message));
                };
                [as_written()?, one]
            }
        };
        let design = SweepDesign {
            variants: vec!["A".to_owned(), "B".to_owned()],
            axes: Vec::new(),
            default: Some(Vec::new()),
            replications: self.replications.unwrap_or(sweep.design.replications),
            seed: self.seed.unwrap_or(sweep.design.seed),
            ..sweep.design
        };
        Ok(([a, b], design))
    }

    /// Makes all runs; says why one was stopped, if one was.
    fn run(
        &self,
        sides: &[Side; 2],
        result: &mut SweepResult,
        time_is_up: &AtomicBool,
    ) -> Option<String> {
        let runs = Runs {
            cells: 2,
            replications: result.replications,
            seed: result.seed,
            limits: self.limits.limits(),
            made: 0,
            threads: thread::available_parallelism().map_or(1, usize::from),
        };
        let measures = result.measures.clone();
        let mut stop = None;
        let is_whole = runs.make(
            |cell| sides[cell].scenario.system.clone(),
            |record| Measured::of(&measures, record),
            time_is_up,
            |Run { cell, replication, kept }| {
                stop = stop.or(kept.stopped.map(|stop| (cell, stop)));
                result.add(cell, replication, &kept);
            },
        );
        let why = |(cell, stop): (usize, sim::Stop)| match stop {
            sim::Stop::Aborted(by) => judged::abort(&sides[cell].scenario.system, by),
            stop => self.limits.why(stop),
        };
        let is_up = (!is_whole).then(|| self.limits.why(sim::Stop::Interrupted));
        stop.map(why).or(is_up)
    }

    /// The measures that are shown: the objective first.
    fn shown(&self, result: &SweepResult) -> Vec<usize> {
        let mut shown = vec![result.objective];
        let is_main = |measure: &Measure| {
            let ends = |names: &[&str]| {
                names.iter().any(|name| measure.path().ends_with(&format!(".{name}")))
            };
            match measure.path().split('.').next() {
                Some("agents" | "system") => ends(&OF_AGENTS),
                Some("edges") => {
                    let rest = measure.path().rsplit("\".").next().unwrap_or_default();
                    OF_EDGES.contains(&rest)
                }
                _ => false,
            }
        };
        for (place, measure) in result.measures.iter().enumerate() {
            let is_clear = || !result.difference(1, 0, place).may_be_zero();
            if place != result.objective && if self.all { is_clear() } else { is_main(measure) } {
                shown.push(place);
            }
        }
        shown
    }

    /// Says where two runs part: those with the seed with which they differ most.
    fn first_difference(
        &self,
        sides: &[Side; 2],
        result: &SweepResult,
        time_is_up: &AtomicBool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (a, b) = (result.values(0, result.objective), result.values(1, result.objective));
        let apart = |(_, (a, b)): &(u32, (f64, f64))| {
            let apart = (a - b).abs();
            if apart.is_nan() { -1.0 } else { apart }
        };
        let mut most = (0, (0.0, 0.0));
        for one in (0..).zip(a.zip(b)) {
            if apart(&most) < apart(&one) {
                most = one;
            }
        }
        let seed = result.seed_of(most.0);
        let events = |side: &Side| {
            let options = RunOptions {
                limits: self.limits.limits(),
                interrupt: Some(time_is_up),
                watch: Watch::Trace,
                ..RunOptions::default()
            };
            let record = sim::run_until(&side.scenario.system, seed, &options);
            let trace = record.trace.as_ref();
            trace.map_or_else(Default::default, |trace| {
                (log(trace, &record, (trace.from, trace.to)), trace.to)
            })
        };
        let [(mut a, until_a), (mut b, until_b)] = [events(&sides[0]), events(&sides[1])];
        // As much as can be kept of both.
        let until = until_a.min(until_b);
        a.retain(|event| event.at <= until);
        b.retain(|event| event.at <= until);
        writeln!(out, "what differs first (seed 0x{seed:x}, replication {}):", most.0)?;
        let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        let show = |name, events: &[LogEntry], out: &mut dyn Write| match events.get(same) {
            Some(event) => writeln!(out, "  {name} {event}"),
            None => writeln!(out, "  {name} {:>14}  nothing more", ""),
        };
        if same == a.len() && same == b.len() {
            return writeln!(out, "  nothing that can be seen until {until}, in {same} events");
        }
        if let Some(last) = same.checked_sub(1) {
            writeln!(out, "    {}    (the last of {same} that are alike)", a[last])?;
        }
        show("A", &a, out)?;
        show("B", &b, out)
    }
}

/// Writes a line for each measure: both sides, and the difference with its interval.
fn table(shown: &[usize], result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    let width = shown.iter().map(|place| result.measures[*place].path().chars().count());
    let width = width.max().unwrap_or(0);
    writeln!(out, "{:width$}  {:>12} {:>12}  B - A, with its 95 % interval", "", "A", "B")?;
    for place in shown {
        let measure = &result.measures[*place];
        let [a, b] = [0, 1].map(|cell| number(result.estimate(cell, *place).mean, measure.unit()));
        let difference = difference(&result.difference(1, 0, *place), measure.unit());
        writeln!(out, "{:width$}  {a:>12} {b:>12}  {difference}", measure.path())?;
    }
    Ok(())
}

/// A number in its unit.
fn number(value: f64, unit: Unit) -> String {
    match unit {
        _ if value.is_nan() => "–".to_owned(),
        Unit::Share => format!("{:.2} %", value * 100.0),
        Unit::Seconds | Unit::WorkSeconds => format!("{value:.3} s"),
        Unit::PerHour => format!("{value:.1} /h"),
        Unit::Usd => format!("{value:.2} USD"),
        Unit::Count | Unit::Ratio => format!("{value:.2}"),
    }
}

fn difference(difference: &Estimate, unit: Unit) -> String {
    let Estimate { n, mean, low, high, is_reliable, .. } = *difference;
    // Shares differ by points of a hundred.
    let shown = |value: f64| match unit {
        Unit::Share => format!("{:+.2}", value * 100.0),
        Unit::Seconds | Unit::WorkSeconds => format!("{value:+.3}"),
        Unit::PerHour => format!("{value:+.1}"),
        Unit::Count | Unit::Ratio | Unit::Usd => format!("{value:+.2}"),
    };
    let name = match unit {
        Unit::Share => " points",
        Unit::Seconds | Unit::WorkSeconds => " s",
        Unit::PerHour => " /h",
        Unit::Usd => " USD",
        Unit::Count | Unit::Ratio => "",
    };
    if n == 0 {
        return "undefined".to_owned();
    }
    if mean == 0.0 && low == 0.0 && high == 0.0 {
        return "0, in every run".to_owned();
    }
    let said = if is_reliable { "" } else { " unreliable" };
    match n {
        1 => format!("{}{name}", shown(mean)),
        _ => format!("{}{name} [{}, {}]{said}", shown(mean), shown(low), shown(high)),
    }
}
