//! Runs come in order and are the same, whatever the number of threads; and they can be stopped.

use std::sync::atomic::{AtomicBool, Ordering};

use scenarios::{LayerRegistry, ScenarioFile, library, run_all, seed_of};
use sim::System;

fn systems() -> Vec<System> {
    let entry = library::find("breaker-or-retry-first").expect("it is in the library");
    let file = ScenarioFile::parse(entry.name, entry.text).unwrap_or_else(|e| panic!("{e}"));
    let sweep = file.sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    sweep.cells.into_iter().map(|cell| cell.system).collect()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let systems = systems();
    let with = |threads| {
        let mut seen = Vec::new();
        let stop = AtomicBool::new(false);
        let whole = run_all(&systems, 3, 7, threads, &stop, |run| {
            seen.push((run.cell, run.replication, run.record.fingerprint));
        });
        assert!(whole);
        seen
    };
    let one = with(1);
    let order: Vec<_> = one.iter().map(|(cell, replication, _)| (*cell, *replication)).collect();
    let expected = (0..systems.len()).flat_map(|cell| (0..3).map(move |r| (cell, r)));
    assert_eq!(order, expected.collect::<Vec<_>>());
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));
}

#[test]
fn replications_have_seeds_of_their_own_and_cells_share_them() {
    let systems = systems();
    let mut seeds = Vec::new();
    run_all(&systems[..2], 4, 7, 2, &AtomicBool::new(false), |run| seeds.push(run.record.seed));
    assert_eq!(seeds[..4], seeds[4..]);
    assert_eq!(seeds[..4], [0, 1, 2, 3].map(|replication| seed_of(7, replication)));
    seeds.truncate(4);
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 4);
}

#[test]
fn a_sweep_can_be_stopped() {
    let systems = systems();
    let stop = AtomicBool::new(false);
    let mut done = 0;
    let whole = run_all(&systems, 1000, 7, 2, &stop, |_| {
        done += 1;
        stop.store(done >= 5, Ordering::Relaxed);
    });
    assert!(!whole);
    assert!((5..200).contains(&done), "{done}");
}
