//! Runs many cells many times, on all cores, and hands over what came out in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

pub use sim::design::seed_of;
use sim::{Limits, Record, RunOptions, Stop, System, run_until};

/// The most events of a run, unless someone asks for more: it takes minutes, and no run that means
/// something has as many.
pub const EVENTS_MAX: u64 = 1_000_000_000;

/// Runs that are to be made: every cell as often as there are replications.
#[derive(Clone, Debug)]
pub struct Runs {
    /// How many cells there are.
    pub cells: usize,
    /// Runs of each cell.
    pub replications: u32,
    /// The root seed, from which the seed of every run follows.
    pub seed: u64,
    /// What stops a run that would not end.
    pub limits: Limits,
    /// How many of them, in their order, were made before: they are not made again.
    pub made: u64,
    /// How many are made at a time; their number changes nothing else.
    pub threads: usize,
}

/// One run of a cell.
#[derive(Debug)]
pub struct Run<T> {
    /// The index of the cell.
    pub cell: usize,
    /// Which replication it is, from 0.
    pub replication: u32,
    /// What is kept of it.
    pub kept: T,
}

/// How many runs may wait for an earlier one, for each thread: what is held in memory is bounded,
/// and no thread has to wait unless one run takes as long as this number of others.
const AHEAD: usize = 16;

impl Runs {
    /// Makes all runs of the systems of the cells, keeps of each record what `keep` takes from it,
    /// and hands that over in the order of cells and, within a cell, of replications.
    ///
    /// When `stop` becomes true, runs under way are stopped and not handed over, no further one is
    /// begun, and the function returns; it returns whether all runs were made.
    pub fn make<T: Send>(
        &self,
        system: impl Fn(usize) -> System + Sync,
        keep: impl Fn(&Record) -> T + Sync,
        stop: &AtomicBool,
        on_done: impl FnMut(Run<T>),
    ) -> bool {
        let run = |system: &System, seed, options: &RunOptions<'_>| {
            let record = run_until(system, seed, options);
            let kept = keep(&record);
            (record, kept)
        };
        self.make_by(system, run, stop, on_done)
    }

    /// The same, with a function that makes a run with a seed and says what is kept of it.
    pub fn make_by<T: Send>(
        &self,
        system: impl Fn(usize) -> System + Sync,
        run: impl Fn(&System, u64, &RunOptions<'_>) -> (Record, T) + Sync,
        stop: &AtomicBool,
        mut on_done: impl FnMut(Run<T>),
    ) -> bool {
        let replications = self.replications as usize;
        let total = self.cells * replications;
        let threads = self.threads.max(1);
        let made = (self.made as usize).min(total);
        let next = AtomicUsize::new(made);
        let ordered = OrderedResults::beginning_at(made);
        let work = || {
            let _leaving = Leaving(&ordered);
            let mut at_hand: Option<(usize, System)> = None;
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= total || !ordered.may_begin(index, AHEAD * threads, stop) {
                    break;
                }
                let (cell, replication) = (index / replications, (index % replications) as u32);
                let (_, system) = match at_hand.take().filter(|(other, _)| *other == cell) {
                    Some(same) => at_hand.insert(same),
                    None => at_hand.insert((cell, system(cell))),
                };
                let seed = seed_of(self.seed, replication);
                let options = RunOptions {
                    limits: self.limits,
                    interrupt: Some(stop),
                    ..RunOptions::default()
                };
                let (record, kept) = run(system, seed, &options);
                if record.stopped == Some(Stop::Interrupted) {
                    break;
                }
                ordered.put(index, Run { cell, replication, kept });
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
            let mut done = made;
            while done < total {
                let Some(run) = ordered.take(done, threads) else { break };
                on_done(run);
                done += 1;
            }
            done == total
        })
    }
}

/// Runs that were made before an earlier one.
struct OrderedResults<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    runs: BTreeMap<usize, Run<T>>,
    /// How many were handed over.
    taken: usize,
    /// How many threads have nothing more to do.
    left: usize,
}

impl<T> OrderedResults<T> {
    fn beginning_at(taken: usize) -> Self {
        let state = State { runs: BTreeMap::new(), taken, left: 0 };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
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

    fn put(&self, index: usize, run: Run<T>) {
        self.state().runs.insert(index, run);
        self.changed.notify_all();
    }

    /// Waits for a run; none if it will not be made any more.
    fn take(&self, index: usize, threads: usize) -> Option<Run<T>> {
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
struct Leaving<'a, T>(&'a OrderedResults<T>);

impl<T> Drop for Leaving<'_, T> {
    fn drop(&mut self) {
        self.0.state().left += 1;
        self.0.changed.notify_all();
    }
}
