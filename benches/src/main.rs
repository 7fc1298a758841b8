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
    println!("{:30} {:>8} {:>8} {:>6}", "workload", "limit", "engine", "ratio");
    for workload in WORKLOADS {
        let size = size(workload);
        let mut taken = [const { Vec::<f64>::new() }; 3];
        for seed in 0..rounds {
            // In turn, so that a neighbour who slows one side slows the other as well.
            let [limit, engine] =
                [workload.limit, workload.engine].map(|side| nanos(side(size, seed)));
            for (all, one) in taken.iter_mut().zip([limit, engine, engine / limit]) {
                all.push(one);
            }
        }
        let [limit, engine, ratio] = taken.map(median);
        println!("{:30} {limit:>5.1} ns {engine:>5.1} ns {ratio:>6.2}", workload.name);
    }
}

/// How many operations take the limit long enough to be measured.
fn size(workload: Workload) -> u64 {
    let mut size = 100_000;
    loop {
        let (took, _) = timed((workload.limit)(size, 0));
        if took > LEAST {
            return size;
        }
        size = (size as f64 * 1.2 * LEAST.as_secs_f64() / took.as_secs_f64()) as u64;
    }
}

fn nanos(run: Run) -> f64 {
    let (took, answer) = timed(run);
    took.as_secs_f64() * 1e9 / answer.operations as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
