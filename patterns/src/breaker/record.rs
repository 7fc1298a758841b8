//! The record of a closed breaker: how many of the latest calls failed, or were slow.
//!
//! Every kind takes constant time a call, amortised, and makes its room when it is built; only a
//! sliding window of time grows, to the largest number of instants with results that it has held.

use super::buckets::Buckets;
use super::counts::{Counts, Mark};
use super::window::Window;
use crate::time::Time;

/// The results in a window.
#[derive(Clone, Debug)]
pub(super) enum Record {
    /// Those since the last success.
    Run(Counts),
    /// Of those since the last success, the ones that are still in a window of time.
    RunWithin(Buckets),
    All(Counts),
    Calls(Ring),
    Time(Buckets),
}

impl Record {
    /// An empty record of the results since the last success, in a window of time if there is one.
    pub(super) fn of_run(within: Option<Window>) -> Self {
        match within.and_then(Buckets::new) {
            Some(buckets) => Self::RunWithin(buckets),
            None => Self::Run(Counts::default()),
        }
    }

    /// An empty record of a window that was checked.
    pub(super) fn of(window: Window) -> Self {
        match (window, Buckets::new(window)) {
            (_, Some(buckets)) => Self::Time(buckets),
            (Window::Calls(calls), None) => Self::Calls(Ring::new(calls as usize)),
            _ => Self::All(Counts::default()),
        }
    }

    /// Adds a result that came at `now` and counts at `at`.
    #[inline]
    pub(super) fn add(&mut self, mark: Mark, at: Time, now: Time) {
        match self {
            Self::Run(counts) if mark.failed => counts.add(mark),
            Self::Run(counts) => *counts = Counts::default(),
            _ => self.add_to_window(mark, at, now),
        }
    }

    fn add_to_window(&mut self, mark: Mark, at: Time, now: Time) {
        match self {
            Self::Run(_) => {}
            Self::RunWithin(buckets) if mark.failed => buckets.add(mark, at, now),
            Self::RunWithin(buckets) => buckets.forget_results(),
            Self::All(counts) => counts.add(mark),
            Self::Calls(ring) => ring.add(mark),
            Self::Time(buckets) => buckets.add(mark, at, now),
        }
    }

    /// How many results there were since it was begun, as far as that matters: in a window of
    /// calls, those that have left it count.
    pub(super) fn results(&self, counts: Counts) -> u64 {
        match self {
            Self::Calls(ring) => ring.results,
            _ => counts.calls,
        }
    }

    pub(super) fn counts(&self, now: Time) -> Counts {
        match self {
            Self::Run(counts) | Self::All(counts) => *counts,
            Self::Calls(ring) => ring.counts,
            Self::Time(buckets) | Self::RunWithin(buckets) => buckets.counts(now),
        }
    }

    /// When what it holds at `now` next changes without any further result.
    pub(super) fn changes_after(&self, now: Time) -> Option<Time> {
        match self {
            Self::Run(_) | Self::All(_) | Self::Calls(_) => None,
            Self::Time(buckets) | Self::RunWithin(buckets) => buckets.changes_after(now),
        }
    }

    /// Forgets all, and begins anew at `now`.
    pub(super) fn clear(&mut self, now: Time) {
        match self {
            Self::Run(counts) | Self::All(counts) => *counts = Counts::default(),
            Self::Calls(ring) => {
                (ring.next, ring.results) = (0, 0);
                ring.counts = Counts::default();
            }
            Self::Time(buckets) | Self::RunWithin(buckets) => buckets.clear(now),
        }
    }
}

/// The latest results, two bits each.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    failed: Bits,
    slow: Bits,
    size: usize,
    /// Where the next result goes; the oldest lies there once the ring is full.
    next: usize,
    counts: Counts,
    /// How many results there were since it was cleared.
    results: u64,
}

#[derive(Clone, Debug)]
struct Bits(Box<[u64]>);

impl Bits {
    /// Puts a bit at a place, and says which was there.
    fn replace(&mut self, place: usize, bit: bool) -> bool {
        let word = &mut self.0[place / 64];
        let before = *word >> (place % 64) & 1;
        *word = *word & !(1 << (place % 64)) | u64::from(bit) << (place % 64);
        before == 1
    }
}

impl Ring {
    fn new(size: usize) -> Self {
        let bits = Bits(vec![0; size.div_ceil(64)].into_boxed_slice());
        let counts = Counts::default();
        Self { failed: bits.clone(), slow: bits, size, next: 0, counts, results: 0 }
    }

    fn add(&mut self, mark: Mark) {
        let failed = self.failed.replace(self.next, mark.failed);
        let slow = self.slow.replace(self.next, mark.slow);
        if self.counts.calls == self.size as u64 {
            let (failures, slow) = (u64::from(failed), u64::from(slow));
            self.counts.remove(Counts { calls: 1, failures, slow });
        }
        self.counts.add(mark);
        self.results += 1;
        self.next += 1;
        if self.next == self.size {
            self.next = 0;
        }
    }
}
