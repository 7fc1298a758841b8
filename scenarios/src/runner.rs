//! Runs many cells many times, on all cores, and hands over what came out in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

pub use sim::design::seed_of;
use sim::{Record, System, Watch};

/// One run of a cell.
#[derive(Debug)]
pub struct Run {
    /// The index of the cell.
    pub cell: usize,
    /// Which replication it is, from 0.
    pub replication: u32,
    /// What it left behind; its seed is in there.
    pub record: Record,
}

/// How many runs may wait for an earlier one, for each thread: what is held in memory is bounded,
/// and no thread has to wait unless one run takes as long as this number of others.
const AHEAD: usize = 16;

/// Runs every cell `replications` times and hands over each run, in the order of cells and, within
/// a cell, of replications, whatever the number of threads.
///
/// When `stop` becomes true no further run is begun, and the function returns after the ones
/// under way; it returns whether all runs were made.
pub fn run_all(
    cells: &[System],
    replications: u32,
    root_seed: u64,
    threads: usize,
    stop: &AtomicBool,
    mut on_done: impl FnMut(Run),
) -> bool {
    let total = cells.len() * replications as usize;
    let next = AtomicUsize::new(0);
    let ordered = OrderedResults::default();
    let work = || {
        let _leaving = Leaving(&ordered);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= total || !ordered.may_begin(index, AHEAD * threads.max(1), stop) {
                break;
            }
            let cell = index / replications as usize;
            let replication = (index % replications as usize) as u32;
            let seed = seed_of(root_seed, replication);
            let record = sim::run(&cells[cell], seed, Watch::Counts);
            ordered.put(index, Run { cell, replication, record });
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
        let mut done = 0;
        while done < total {
            let Some(run) = ordered.take(done, threads.max(1)) else { break };
            on_done(run);
            done += 1;
        }
        done == total
    })
}

/// Runs that were made before an earlier one.
#[derive(Default)]
struct OrderedResults {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    runs: BTreeMap<usize, Run>,
    /// How many were handed over.
    taken: usize,
    /// How many threads have nothing more to do.
    left: usize,
}

impl OrderedResults {
    fn state(&self) -> MutexGuard<'_, State> {
        // A thread that panics takes the whole sweep with it; until then the state is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a run is not too far ahead; false if it is not to be begun at all.
    fn may_begin(&self, index: usize, ahead: usize, stop: &AtomicBool) -> bool {
        let mut state = self.state();
        while index >= state.taken + ahead && !stop.load(Ordering::Relaxed) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !stop.load(Ordering::Relaxed)
    }

    fn put(&self, index: usize, run: Run) {
        self.state().runs.insert(index, run);
        self.changed.notify_all();
    }

    /// Waits for a run; none if it will not be made any more.
    fn take(&self, index: usize, threads: usize) -> Option<Run> {
        let mut state = self.state();
        loop {
            if let Some(run) = state.runs.remove(&index) {
                state.taken = index + 1;
                self.changed.notify_all();
                return Some(run);
            }
            if state.left == threads {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Reports that a thread has nothing more to do, even if it panics: else all would wait for it.
struct Leaving<'a>(&'a OrderedResults);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.state().left += 1;
        self.0.changed.notify_all();
    }
}
