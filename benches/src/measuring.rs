//! How things are measured: by the time of this process on a processor, and by what it allocates.

use std::alloc::System as SystemAlloc;
use std::fmt;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::workload::{Answer, Run};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<SystemAlloc> = &INSTRUMENTED_SYSTEM;

/// How much is measured, and by which program.
#[derive(Clone, Debug)]
pub struct Measuring {
    /// Whether it is only tried, in a small part of the time; the numbers then mean nothing.
    pub is_trial: bool,
    /// The program of this crate, which runs itself under valgrind.
    pub program: PathBuf,
}

impl Measuring {
    /// How often something is done.
    pub fn rounds(&self, rounds: u64) -> u64 {
        if self.is_trial { 1 } else { rounds }
    }

    /// How large it is.
    pub fn size(&self, size: u64) -> u64 {
        if self.is_trial { (size / 200).max(1) } else { size }
    }
}

/// How much time a run takes of a processor, and what it came to.
///
/// It is the time of this process outside the system, so a neighbour on the same machine changes it
/// little, while time on the clock would hold his as well.
pub fn timed(run: Run) -> (Duration, Answer) {
    user_time_of(run)
}

/// How much time this takes of a processor outside the system, and what it returns.
pub(crate) fn user_time_of<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let begin = user_time();
    let answer = black_box(act());
    (user_time().saturating_sub(begin), answer)
}

/// The time that all threads of this process have taken of a processor, outside the system.
pub(crate) fn user_time() -> Duration {
    duration(usage().user_time())
}

/// The same, with the time inside the system: where memory is given out, that counts too.
pub(crate) fn processor_time() -> Duration {
    duration(usage().user_time()) + duration(usage().system_time())
}

fn usage() -> Usage {
    getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own time")
}

fn duration(time: TimeVal) -> Duration {
    Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000)
}

/// Nanoseconds of each of some operations.
pub(crate) fn nanos_each(took: Duration, operations: u64) -> f64 {
    took.as_secs_f64() * 1e9 / operations as f64
}

/// What was allocated meanwhile, and what was returned.
pub(crate) fn allocated<T>(act: impl FnOnce() -> T) -> (Allocated, T) {
    let region = Region::new(ALLOCATOR);
    let answer = black_box(act());
    let change = region.change();
    let [bytes, freed] = [change.bytes_allocated, change.bytes_deallocated].map(|n| n as f64);
    let times = (change.allocations + change.reallocations) as u64;
    (Allocated { bytes, held: bytes - freed, times }, answer)
}

/// What was allocated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allocated {
    /// Whether or not it was freed; of what grew, only by how much.
    pub(crate) bytes: f64,
    /// What was not freed.
    pub(crate) held: f64,
    pub(crate) times: u64,
}

/// The middle of some values, and the ends of their middle half.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quartiles {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Quartiles {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |quarters: usize| values[(values.len() - 1) * quarters / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }
}

impl fmt::Display for Quartiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2}-{:.2})", self.median, self.low, self.high)
    }
}
