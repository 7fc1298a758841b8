//! Each workload by hand and through the engine.

use std::time::Duration;

use crate::measuring::{Measuring, Quartiles, nanos_each, timed};
use crate::table::{Table, nanos};
use crate::workloads::{WORKLOADS, Workload};

/// The least time of one run of the bare limit, in milliseconds.
const LEAST: u64 = 200;

pub(super) fn measure(measuring: &Measuring) -> Table {
    let columns =
        ["", "bare", "full", "engine", "engine / bare", "engine / full", "engine / full, target"];
    let title =
        "RATIOS: user time an operation, medians; ratios with the ends of their middle half";
    let mut table = Table::new(title, &columns);
    for workload in WORKLOADS {
        let size = size(workload, Duration::from_millis(measuring.size(LEAST)));
        let rounds = if workload.target.is_some() { 9 } else { 5 };
        let mut taken = [const { Vec::<f64>::new() }; 5];
        for seed in 0..measuring.rounds(rounds) {
            // In turn, so that a neighbour who slows one side slows the others as well.
            let [bare, full, engine] = workload.sides.map(|side| {
                let (took, answer) = timed(side(size, seed));
                nanos_each(took, answer.operations)
            });
            let all = [bare, full, engine, engine / bare, engine / full];
            taken.iter_mut().zip(all).for_each(|(all, one)| all.push(one));
        }
        let [bare, full, engine, to_bare, to_full] = taken.map(Quartiles::of);
        let mut cells = vec![workload.name.to_owned()];
        cells.extend([bare, full, engine].map(|side| nanos(side.median)));
        cells.extend([to_bare, to_full].map(|ratio| ratio.to_string()));
        cells.push(workload.target.map_or(String::new(), |target| format!("at most {target}")));
        table.row(cells);
    }
    table.note(
        "bare: a loop by hand that leaves two numbers; full: one that leaves the record that",
    );
    table.note(
        "the engine leaves, with streams for each client; W4: 20 agents, 6 services, 10 faults,",
    );
    table.note("crashes, restarts, checkpoints and budgets, and no layers");
    table
}

/// How many operations take the bare limit long enough to be measured.
fn size(workload: Workload, least: Duration) -> u64 {
    let mut size = 10_000;
    loop {
        let (took, _) = timed(workload.sides[0](size, 0));
        if took >= least {
            return size;
        }
        let grow = 1.2 * least.as_secs_f64() / took.as_secs_f64().max(1e-3);
        size = (size as f64 * grow.clamp(1.2, 30.0)) as u64;
    }
}
