//! The record of a closed breaker: how many of the latest calls failed.
//!
//! Every kind takes constant time a call, amortised, and makes its room when it is built; only an
//! exact window of time grows, to the largest number of instants with results that it has held.

use std::collections::VecDeque;

use crate::invalid::Invalid;
use crate::time::{Span, Time};

/// Which calls a [`Trip`](super::Trip) looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The latest results, so many; from 1 to 1,000,000. Before there are as many, those there
    /// are.
    Calls(u32),
    /// The results of a time that ends now.
    Time {
        /// How long a result stays: one of exactly this age has left. More than zero.
        size: Span,
        /// In what portions results leave.
        align: Align,
    },
}

/// In what portions results leave a window of time.
///
/// With buckets, a result leaves when the beginning of its bucket has the age of the window, so it
/// stays for between `1 - 1/buckets` and all of `size`. Buckets are from 1 to 100,000; a size that
/// is no whole number of nanoseconds a bucket is rounded up to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// One by one.
    Exact,
    /// In buckets that begin at whole multiples of their width since time zero (resilience4j,
    /// Hystrix); with one bucket, the window tumbles (Sentinel).
    Epoch {
        /// How many make up the window.
        buckets: u32,
    },
    /// In buckets of which each begins at the first result that no bucket is there for (Polly).
    FirstEvent {
        /// How many make up the window.
        buckets: u32,
    },
}

impl Window {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        match *self {
            Self::Calls(calls) => {
                let valid = (1..=1_000_000).contains(&calls);
                Invalid::unless(valid, "window", "from 1 to 1000000 calls")
            }
            Self::Time { size, align } => {
                Invalid::unless(!size.is_zero(), "window", "longer than zero")?;
                let valid = match align {
                    Align::Exact => true,
                    Align::Epoch { buckets } | Align::FirstEvent { buckets } => {
                        (1..=100_000).contains(&buckets) && u64::from(buckets) <= size.as_nanos()
                    }
                };
                Invalid::unless(valid, "buckets", "from 1 to 100000, each at least 1 ns long")
            }
        }
    }

    /// The most calls it can hold.
    pub(super) fn most_calls(&self) -> u32 {
        match *self {
            Self::Calls(calls) => calls,
            Self::Time { .. } => u32::MAX,
        }
    }
}

/// How many calls a record holds, and how many of them failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Results of either kind.
    pub calls: u64,
    /// Failures among them.
    pub failures: u64,
}

impl Counts {
    /// The share of failures; zero if there are no calls.
    pub fn failure_rate(self) -> f64 {
        if self.calls == 0 { 0.0 } else { self.failures as f64 / self.calls as f64 }
    }

    fn add(&mut self, failed: bool) {
        self.calls += 1;
        self.failures += u64::from(failed);
    }

    fn remove(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failures -= other.failures;
    }
}

/// The results in a window.
#[derive(Clone, Debug)]
pub(super) enum Record {
    Run(Counts),
    Calls(Ring),
    Time(Buckets),
}

impl Record {
    /// An empty record of the results since the last success.
    pub(super) fn of_run() -> Self {
        Self::Run(Counts::default())
    }

    /// An empty record of a window that was checked.
    pub(super) fn of(window: Window) -> Self {
        match window {
            Window::Calls(calls) => Self::Calls(Ring::new(calls as usize)),
            Window::Time { size, align } => Self::Time(Buckets::new(size, align)),
        }
    }

    pub(super) fn add(&mut self, failed: bool, now: Time) {
        match self {
            Self::Run(counts) if failed => counts.add(true),
            Self::Run(counts) => *counts = Counts::default(),
            Self::Calls(ring) => ring.add(failed),
            Self::Time(buckets) => buckets.add(failed, now),
        }
    }

    pub(super) fn counts(&mut self, now: Time) -> Counts {
        match self {
            Self::Run(counts) => *counts,
            Self::Calls(ring) => ring.counts,
            Self::Time(buckets) => {
                buckets.forget_old(now);
                buckets.counts
            }
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Run(counts) => *counts = Counts::default(),
            Self::Calls(ring) => {
                ring.next = 0;
                ring.counts = Counts::default();
            }
            Self::Time(buckets) => {
                buckets.line.clear();
                buckets.counts = Counts::default();
            }
        }
    }
}

/// The latest results, one bit each.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    failed: Box<[u64]>,
    size: usize,
    /// Where the next result goes; the oldest lies there once the ring is full.
    next: usize,
    counts: Counts,
}

impl Ring {
    fn new(size: usize) -> Self {
        let failed = vec![0; size.div_ceil(64)].into_boxed_slice();
        Self { failed, size, next: 0, counts: Counts::default() }
    }

    fn add(&mut self, failed: bool) {
        let (word, bit) = (self.next / 64, self.next % 64);
        if self.counts.calls == self.size as u64 {
            let failures = self.failed[word] >> bit & 1;
            self.counts.remove(Counts { calls: 1, failures });
        }
        self.failed[word] = self.failed[word] & !(1 << bit) | u64::from(failed) << bit;
        self.counts.add(failed);
        self.next += 1;
        if self.next == self.size {
            self.next = 0;
        }
    }
}

/// Results by the time they came.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    /// How much time one bucket takes; a bucket of 1 ns holds the results of one instant.
    width: Span,
    size: Span,
    on_grid: bool,
    /// From the oldest to the latest.
    line: VecDeque<Bucket>,
    counts: Counts,
    /// The latest time seen: a clock that is set back changes nothing.
    latest: Time,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    begins: Time,
    counts: Counts,
}

impl Buckets {
    fn new(size: Span, align: Align) -> Self {
        let (width, room, on_grid) = match align {
            Align::Exact => (1, 0, false),
            Align::Epoch { buckets } => (size.as_nanos().div_ceil(buckets.into()), buckets, true),
            Align::FirstEvent { buckets } => {
                (size.as_nanos().div_ceil(buckets.into()), buckets, false)
            }
        };
        let width = Span::from_nanos(width);
        Self {
            width,
            size: if room == 0 { size } else { width * room.into() },
            on_grid,
            line: VecDeque::with_capacity(room as usize),
            counts: Counts::default(),
            latest: Time::ZERO,
        }
    }

    fn add(&mut self, failed: bool, now: Time) {
        self.forget_old(now);
        let now = self.latest;
        self.counts.add(failed);
        match self.line.back_mut() {
            Some(last) if now.since(last.begins) < self.width => last.counts.add(failed),
            _ => {
                let into = if self.on_grid { now.as_nanos() % self.width.as_nanos() } else { 0 };
                let begins = Time::from_nanos(now.as_nanos() - into);
                let mut counts = Counts::default();
                counts.add(failed);
                self.line.push_back(Bucket { begins, counts });
            }
        }
    }

    fn forget_old(&mut self, now: Time) {
        self.latest = self.latest.max(now);
        while let Some(first) = self.line.front() {
            if self.latest.since(first.begins) < self.size {
                break;
            }
            self.counts.remove(first.counts);
            self.line.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_never_need_more_room_than_they_were_built_with() {
        for size in [10, 13, 40] {
            for align in [Align::Epoch { buckets: 10 }, Align::FirstEvent { buckets: 10 }] {
                let mut buckets = Buckets::new(Span::from_nanos(size), align);
                let room = buckets.line.capacity();
                for step in [1, 2, 3, 5, 7, 100] {
                    for _ in 0..100 {
                        let now = buckets.latest + Span::from_nanos(step);
                        buckets.add(true, now);
                        assert!(buckets.line.len() <= 10);
                    }
                }
                assert_eq!(buckets.line.capacity(), room);
            }
        }
    }

    #[test]
    fn an_exact_window_is_as_long_as_the_instants_in_it() {
        let mut buckets = Buckets::new(Span::from_nanos(5), Align::Exact);
        for nanos in 0..1_000 {
            for _ in 0..10 {
                buckets.add(false, Time::from_nanos(nanos));
            }
            assert!(buckets.line.len() <= 5);
        }
        assert_eq!(buckets.counts, Counts { calls: 50, failures: 0 });
    }
}
