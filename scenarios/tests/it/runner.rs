//! Runs come in order and are the same, whatever the number of threads; and they can be stopped.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use scenarios::{LayerRegistry, Runs, ScenarioFile, library, seed_of};
use sim::{Limits, Record, Stop, System};

fn systems() -> Vec<System> {
    let entry = library::find("breaker-or-retry-first").expect("it is in the library");
    let file = ScenarioFile::parse(entry.name, entry.text).unwrap_or_else(|e| panic!("{e}"));
    let registry = LayerRegistry::builtin();
    let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
    (0..sweep.design.cells()).map(|cell| sweep.cell(&registry, cell).system).collect()
}

fn runs(cells: usize, replications: u32, threads: usize) -> Runs {
    Runs { cells, replications, seed: 7, limits: Limits::default(), made: 0, threads }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let systems = systems();
    let with = |threads| {
        let mut seen = Vec::new();
        let whole = runs(systems.len(), 3, threads).make(
            |cell| systems[cell].clone(),
            |record| record.fingerprint,
            &AtomicBool::new(false),
            |run| seen.push((run.cell, run.replication, run.kept)),
        );
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
    runs(2, 4, 2).make(
        |cell| systems[cell].clone(),
        |record| record.seed,
        &AtomicBool::new(false),
        |run| seeds.push(run.kept),
    );
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
    let whole = runs(systems.len(), 1000, 2).make(
        |cell| systems[cell].clone(),
        |_| (),
        &stop,
        |_| {
            done += 1;
            stop.store(done >= 5, Ordering::Relaxed);
        },
    );
    assert!(!whole);
    assert!((5..200).contains(&done), "{done}");
}

/// One run alone would go on for longer than any test.
fn endless() -> System {
    let text = "title = \"f\"\nhorizon = \"200000d\"\n[agents.a]\narrivals = \"every(1ms)\"\n\
                slots = \"unlimited\"\nsteps = [{ call = \"x\" }]\n[services.x]\nlatency = \"1ms\"\n";
    let file = ScenarioFile::parse("endless", text).unwrap_or_else(|e| panic!("{e}"));
    file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}")).system
}

#[test]
fn a_run_under_way_is_stopped_and_not_handed_over() {
    let (system, stop) = (endless(), AtomicBool::new(false));
    let begun = AtomicU32::new(0);
    let mut seen = 0;
    let whole = std::thread::scope(|scope| {
        scope.spawn(|| {
            while begun.load(Ordering::Relaxed) < 2 {
                std::thread::yield_now();
            }
            stop.store(true, Ordering::Relaxed);
        });
        let system = |_| {
            begun.fetch_add(1, Ordering::Relaxed);
            system.clone()
        };
        runs(1, 10, 2).make(system, |_| (), &stop, |_| seen += 1)
    });
    assert_eq!((whole, seen), (false, 0));
}

#[test]
fn limits_hold_for_every_run() {
    let system = endless();
    let mut runs = runs(1, 3, 2);
    runs.limits.events = 1000;
    let mut seen = Vec::new();
    let keep = |record: &Record| (record.events, record.stopped);
    let stop = AtomicBool::new(false);
    let whole = runs.make(|_| system.clone(), keep, &stop, |run| seen.push(run.kept));
    assert!(whole);
    assert_eq!(seen, [(1000, Some(Stop::TooManyEvents)); 3]);
}
