//! Prints what the engine costs against the limit, workload by workload.
//!
//! `cargo run --release -p wavetank-benches [ROUNDS]`
#![expect(clippy::print_stdout, reason = "a table on standard output is what it is for")]

use std::time::Duration;

use wavetank_benches::{Run, WORKLOADS, Workload, timed};

/// The least time of one measurement.
const LEAST: Duration = Duration::from_millis(300);

fn main() {
    let rounds = std::env::args().nth(1).map_or(9, |rounds| rounds.parse().expect("a number"));
    println!(
        "{:30} {:>9} {:>9} {:>9}   {:<18} {:<18}",
        "workload", "bare", "full", "engine", "engine / bare", "engine / full"
    );
    for workload in WORKLOADS {
        let size = size(workload);
        let mut taken = [const { Vec::<f64>::new() }; 5];
        for seed in 0..rounds {
            // In turn, so that a neighbour who slows one side slows the others as well.
            let [bare, full, engine] = workload.sides.map(|side| nanos(side(size, seed)));
            let all = [bare, full, engine, engine / bare, engine / full];
            taken.iter_mut().zip(all).for_each(|(all, one)| all.push(one));
        }
        let [bare, full, engine, to_bare, to_full] = taken.map(Quartiles::of);
        println!(
            "{:30} {:>6.1} ns {:>6.1} ns {:>6.1} ns   {to_bare:18} {to_full:18}",
            workload.name, bare.median, full.median, engine.median
        );
    }
}

/// The middle of some values, and the ends of their middle half.
struct Quartiles {
    low: f64,
    median: f64,
    high: f64,
}

impl Quartiles {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |quarters: usize| values[(values.len() - 1) * quarters / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }
}

impl std::fmt::Display for Quartiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{:.2} ({:.2}-{:.2})", self.median, self.low, self.high))
    }
}

/// How many operations take the limit long enough to be measured.
fn size(workload: Workload) -> u64 {
    let mut size = 100_000;
    loop {
        let (took, _) = timed(workload.sides[0](size, 0));
        if took > LEAST {
            return size;
        }
        let grow = 1.2 * LEAST.as_secs_f64() / took.as_secs_f64().max(1e-3);
        size = (size as f64 * grow) as u64;
    }
}

fn nanos(run: Run) -> f64 {
    let (took, answer) = timed(run);
    took.as_secs_f64() * 1e9 / answer.operations as f64
}
