//! The record of a closed breaker: how many of the latest calls failed, or were slow.
//!
//! Every kind takes constant time a call, amortised, and makes its room when it is built; only an
//! exact window of time grows, to the largest number of instants with results that it has held.

use std::collections::VecDeque;

use crate::invalid::Invalid;
use crate::time::{Duration, Time};

/// Which calls a [`Trip`](super::Trip) looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The latest results, so many; from 1 to 1,000,000. Before there are as many, those there
    /// are.
    Calls(u32),
    /// The results of a time that ends now.
    Time {
        /// How long a result stays: one of exactly this age has left. More than zero.
        size: Duration,
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

/// How many calls a record holds, how many of them failed, and how many were slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Results of every kind.
    pub calls: u64,
    /// Failures among them.
    pub failures: u64,
    /// Slow ones among them, failed or not.
    pub slow: u64,
}

/// How one call ended, as a record keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

impl Counts {
    /// The share of failures; zero if there are no calls.
    pub fn failure_rate(self) -> f64 {
        self.share(self.failures)
    }

    /// The share of slow calls; zero if there are no calls.
    pub fn slow_rate(self) -> f64 {
        self.share(self.slow)
    }

    // Divided rather than multiplied: 7 of 10 are then exactly the number written 0.7.
    fn share(self, of: u64) -> f64 {
        if self.calls == 0 { 0.0 } else { of as f64 / self.calls as f64 }
    }

    pub(super) fn add(&mut self, mark: Mark) {
        self.calls += 1;
        self.failures += u64::from(mark.failed);
        self.slow += u64::from(mark.slow);
    }

    fn remove(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failures -= other.failures;
        self.slow -= other.slow;
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

    pub(super) fn add(&mut self, mark: Mark, now: Time) {
        match self {
            Self::Run(counts) if mark.failed => counts.add(mark),
            Self::Run(counts) => *counts = Counts::default(),
            Self::Calls(ring) => ring.add(mark),
            Self::Time(buckets) => buckets.add(mark, now),
        }
    }

    /// How many results there were since it was begun, as far as that matters: in a window of
    /// calls, those that have left it count.
    pub(super) fn results(&self, counts: Counts) -> u64 {
        match self {
            Self::Calls(ring) => ring.results,
            Self::Run(_) | Self::Time(_) => counts.calls,
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
                (ring.next, ring.results) = (0, 0);
                ring.counts = Counts::default();
            }
            Self::Time(buckets) => {
                buckets.line.clear();
                buckets.counts = Counts::default();
            }
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
    pub(super) fn new(size: usize) -> Self {
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

/// Results by the time they came.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    /// How much time one bucket takes; a bucket of 1 ns holds the results of one instant.
    width: Duration,
    size: Duration,
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
    fn new(size: Duration, align: Align) -> Self {
        let (width, room, on_grid) = match align {
            Align::Exact => (1, 0, false),
            Align::Epoch { buckets } => (size.as_nanos().div_ceil(buckets.into()), buckets, true),
            Align::FirstEvent { buckets } => {
                (size.as_nanos().div_ceil(buckets.into()), buckets, false)
            }
        };
        let width = Duration::from_nanos(width);
        Self {
            width,
            size: if room == 0 { size } else { width * room.into() },
            on_grid,
            line: VecDeque::with_capacity(room as usize),
            counts: Counts::default(),
            latest: Time::ZERO,
        }
    }

    fn add(&mut self, mark: Mark, now: Time) {
        self.forget_old(now);
        let now = self.latest;
        self.counts.add(mark);
        match self.line.back_mut() {
            Some(last) if now.since(last.begins) < self.width => last.counts.add(mark),
            _ => {
                let into = if self.on_grid { now.as_nanos() % self.width.as_nanos() } else { 0 };
                let begins = Time::from_nanos(now.as_nanos() - into);
                let mut counts = Counts::default();
                counts.add(mark);
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
                let mut buckets = Buckets::new(Duration::from_nanos(size), align);
                let room = buckets.line.capacity();
                for step in [1, 2, 3, 5, 7, 100] {
                    for _ in 0..100 {
                        let now = buckets.latest + Duration::from_nanos(step);
                        buckets.add(Mark { failed: true, slow: false }, now);
                        assert!(buckets.line.len() <= 10);
                    }
                }
                assert_eq!(buckets.line.capacity(), room);
            }
        }
    }

    #[test]
    fn an_exact_window_is_as_long_as_the_instants_in_it() {
        let mut buckets = Buckets::new(Duration::from_nanos(5), Align::Exact);
        for nanos in 0..1_000 {
            for _ in 0..10 {
                buckets.add(Mark { failed: false, slow: false }, Time::from_nanos(nanos));
            }
            assert!(buckets.line.len() <= 5);
        }
        assert_eq!(buckets.counts, Counts { calls: 50, failures: 0, slow: 0 });
    }
}
