//! Whether intervals hold the truth as often as they say: of sweeps of a system of which the truth
//! is known, without a queue.

use std::sync::atomic::AtomicBool;
use std::thread;

use results::{Estimate, Measured, SweepResult, pooled};
use scenarios::Runs;
use sim::design::{Axis, AxisRole, SweepDesign};
use sim::measure::{Better, Measure, Pooling, Sample, Unit};
use sim::{Limits, Record, System};

use crate::measuring::Measuring;
use crate::systems::scenario;
use crate::table::Table;

const SWEEPS: u64 = 400;
const REPLICATIONS: u32 = 30;

/// All rates, shares and times are this many times as high in the second cell.
const FACTOR: f64 = 1.5;

/// A measure with its true value; the other cell has `FACTOR` times as much.
struct Row {
    name: &'static str,
    path: &'static str,
    truth: f64,
}

/// Hours of each run, and tasks in an hour.
const HOURS: f64 = 8.0;
const RATE: f64 = 60.0;

fn rows() -> [Row; 12] {
    let row = |name, path, truth| Row { name, path, truth };
    [
        row("mean of a count", "services.clean.requests", RATE * HOURS),
        row("rate", "services.clean.throughput", RATE),
        row("share of 50 %", "services.half.success", 0.5),
        row("share of 5 %", "services.some.success", 0.05),
        row("share of 0.1 %", "services.rare.success", 0.001),
        row("time between faults", "services.faulty.fault-mtbf", 86_400.0),
        row("mean time", "services.clean.sojourn.mean", 1.0),
        row("median time", "services.clean.sojourn.p50", core::f64::consts::LN_2),
        row("standard deviation", "services.clean.sojourn.sd", 1.0),
        row("deviation, skewed", "services.skewed.sojourn.sd", SKEWED_SD),
        row("skewed mean of runs", "agents.seldom.busy", HOURS * SELDOM * SKEWED_MEAN),
        row("99th percentile", "services.clean.sojourn.p99", 2.0 * core::f64::consts::LN_10),
    ]
}

/// Calls an hour to a service with lognormal times of a median of 1 s and σ = 1: their mean,
/// exp(½), and their standard deviation, √((e − 1) e).
const SELDOM: f64 = 0.25;
const SKEWED_MEAN: f64 = 1.648_721_270_7;
const SKEWED_SD: f64 = 2.161_197_415_9;

/// Services that succeed so often, one with exponential times, and one with a fault a day.
fn system(factor: f64) -> System {
    let fails = |share: f64| 1.0 - share * factor;
    scenario(&format!(
        r#"
        title = "Coverage"
        horizon = "{HOURS}h"

        [agents.a]
        arrivals = "poisson(every={between}ms)"
        steps = [
            {{ call = "half", optional = true }},
            {{ call = "some", optional = true }},
            {{ call = "rare", optional = true }},
            {{ call = "faulty", optional = true }},
            {{ call = "clean" }},
        ]

        [agents.seldom]
        arrivals = "poisson(every={seldom}s)"
        steps = [{{ call = "skewed" }}]

        [agents.often]
        arrivals = "poisson(every={between}ms)"
        steps = [{{ call = "skewed" }}]

        [services]
        skewed = {{ latency = "lognormal(median={clean}ms, sigma=1)" }}
        half = {{ latency = "1ms", errors = {{ network = {half} }} }}
        some = {{ latency = "1ms", errors = {{ network = {some} }} }}
        rare = {{ latency = "1ms", errors = {{ network = {rare} }} }}
        faulty = {{ latency = "1ms" }}
        clean = {{ latency = "exponential({clean}ms)" }}

        [[faults]]
        hit = "faulty"
        do = "down"
        mtbf = "{mtbf}s"
        mttr = "1min"
        "#,
        seldom = 3600.0 / SELDOM,
        between = 3_600_000.0 / RATE / factor,
        half = fails(0.5),
        some = fails(0.05),
        rare = fails(0.001),
        clean = 1000.0 * factor,
        mtbf = 86_400.0 * factor,
    ))
}

/// In how many sweeps an interval held the truth, and in how many it was marked.
#[derive(Clone, Debug, Default)]
struct Held {
    samples: Vec<Sample>,
    marked: u32,
}

impl Held {
    fn add(&mut self, found: &Estimate, truth: f64) {
        let holds = found.low <= truth && truth <= found.high;
        self.samples.push(Sample { part: f64::from(u8::from(holds)), of: 1.0 });
        self.marked += u32::from(!found.is_reliable);
    }

    /// How often it held, with its own interval, and how often it was marked.
    fn shown(&self) -> [String; 2] {
        let all = self.samples.iter().copied();
        let share = pooled::estimate(Pooling::Share, Unit::Share, all);
        let [mean, low, high] = [share.mean, share.low, share.high].map(|share| share * 100.0);
        let marked = f64::from(self.marked) / self.samples.len() as f64 * 100.0;
        [format!("{mean:.1} % ({low:.1}-{high:.1})"), format!("{marked:.0} %")]
    }
}

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "COVERAGE of 95 % intervals: how often those of a sweep hold the truth";
    let columns = ["", "truth", "held", "marked", "difference", "held", "marked", "target"];
    let mut table = Table::new(title, &columns);
    let (rows, systems) = (rows(), [1.0, FACTOR].map(system));
    let measures = rows.iter().map(|row| Measure::parse(row.path, &systems[0]));
    let measures: Vec<Measure> = measures.map(|found| found.expect("it is there")).collect();
    // A trial has two sweeps, so that there is something to be said.
    let sweeps = measuring.size(SWEEPS).max(2);
    let mut held = vec![[const { Held { samples: Vec::new(), marked: 0 } }; 2]; rows.len()];
    for seed in 0..sweeps {
        let result = sweep(&systems, &measures, seed);
        for (index, (row, held)) in rows.iter().zip(&mut held).enumerate() {
            held[0].add(&result.estimate(0, index), row.truth);
            held[1].add(&result.difference(1, 0, index), row.truth * (FACTOR - 1.0));
        }
    }
    for (row, [own, change]) in rows.iter().zip(held) {
        let truths = [row.truth, row.truth * (FACTOR - 1.0)].map(|truth| format!("{truth:.5}"));
        let [[truth, change_truth], own, change] = [truths, own.shown(), change.shown()];
        let target = "93 to 97 %, or marked".to_owned();
        let cells = [row.name.to_owned(), truth].into_iter().chain(own);
        table.row(cells.chain([change_truth]).chain(change).chain([target]));
    }
    table.note(format!("{sweeps} sweeps of {REPLICATIONS} runs; with the interval of the share"));
    table.note("marked: as unreliable, with the number of runs that would do where that is known");
    table
}

fn sweep(systems: &[System; 2], measures: &[Measure], seed: u64) -> SweepResult {
    let design = SweepDesign {
        title: "Coverage".to_owned(),
        variants: vec!["as written".to_owned()],
        axes: vec![Axis {
            path: "factor".to_owned(),
            values: [1.0, FACTOR].map(|factor| factor.to_string()).to_vec(),
            role: AxisRole::Condition,
        }],
        default: Some(vec![0]),
        replications: REPLICATIONS,
        seed,
        objective: measures[0].clone(),
        better: Better::Higher,
    };
    let mut result = SweepResult::new(design, measures.to_vec(), String::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let limits = Limits::default();
    let (cells, replications, made) = (systems.len(), REPLICATIONS, 0);
    let runs = Runs { cells, replications, seed, limits, made, threads };
    let keep = |record: &Record| Measured::of(measures, record);
    runs.make(
        |cell| systems[cell].clone(),
        keep,
        &AtomicBool::new(false),
        |run| result.add(run.cell, run.replication, &run.kept),
    );
    result
}
