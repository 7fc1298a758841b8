//! Runs the engine's side of one workload, for a profiler.

use wavetank_benches::{WORKLOADS, timed};

fn main() {
    let number = |at| std::env::args().nth(at).map_or(0, |arg| arg.parse().expect("a number"));
    let workload = WORKLOADS[number(1) as usize];
    let side = if number(3) == 1 { workload.limit } else { workload.engine };
    let (took, answer) = timed(side(number(2), 0));
    eprintln!("{} {answer:?} {:.1} ns", workload.name, took.as_secs_f64() * 1e9 / answer.operations as f64);
}
