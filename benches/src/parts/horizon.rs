//! What a call costs in a long run, and how much memory that takes.

use sim::Watch;

use crate::measuring::{Measuring, Quartiles, allocated};
use crate::systems::{cost_of_a_call, shop};
use crate::table::{Table, bytes, nanos};
use crate::workload::Calls;

const CALLS: [u64; 3] = [10_000, 100_000, 1_000_000];

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "HORIZON: user time a call by the length of a run, and what the run allocates";
    let columns = ["calls", "a call", "to the shortest", "bytes", "bytes of a traced run"];
    let mut table = Table::new(title, &columns);
    let calls = CALLS.map(|calls| measuring.size(calls));
    let systems = calls.map(|calls| shop(Calls::passing(calls)));
    let mut taken = [const { Vec::new() }; CALLS.len()];
    let mut ratios = taken.clone();
    for round in 0..measuring.rounds(5) {
        // As many calls in all of the short ones.
        let costs = [0, 1, 2].map(|at| {
            let times = calls[2] / calls[at];
            let seeds = (0..times).map(|time| round * times + time);
            seeds.map(|seed| cost_of_a_call(&systems[at], seed)).sum::<f64>() / times as f64
        });
        for at in 0..CALLS.len() {
            taken[at].push(costs[at]);
            ratios[at].push(costs[at] / costs[0]);
        }
    }
    for (at, system) in systems.iter().enumerate() {
        let [taken, ratio] = [&taken[at], &ratios[at]].map(|all| Quartiles::of(all.clone()).median);
        let [counts, trace] = [Watch::Counts, Watch::Trace]
            .map(|watch| allocated(|| sim::run(system, 0, watch)).0.bytes);
        let cost = [calls[at].to_string(), nanos(taken), format!("{ratio:.2}")];
        table.row(cost.into_iter().chain([bytes(counts), bytes(trace)]));
    }
    table.row(["target", "", "1 (flat)", "flat", "bounded"].map(str::to_owned));
    table
}
