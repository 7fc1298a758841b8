//! Results by the time they came.

use std::collections::VecDeque;

use super::counts::{Counts, Mark};
use super::window::Window;
use crate::time::{Duration, Time};

/// Results by the time they came, from the oldest to the latest.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    /// How much time one bucket takes; a bucket of 1 ns holds the results of one instant.
    width: Duration,
    size: Duration,
    grid: Grid,
    line: VecDeque<Bucket>,
    counts: Counts,
    /// The latest time seen: a clock that is set back changes nothing.
    latest: Time,
}

/// Where buckets begin.
#[derive(Clone, Copy, Debug)]
enum Grid {
    /// At the first result that no bucket is there for.
    None,
    /// At multiples of the width since this time.
    Since(Time),
    /// The same, and the time changes each time that the record is begun.
    SinceBegun(Time),
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    begins: Time,
    counts: Counts,
}

impl Buckets {
    /// Nothing yet, in a window of time that was checked; nothing for any other.
    pub(super) fn new(window: Window) -> Option<Self> {
        let (size, room, grid) = match window {
            Window::Sliding { size } => (size, 0, Grid::None),
            Window::Epoch { size, buckets } => (size, buckets, Grid::Since(Time::ZERO)),
            Window::FirstEvent { size, buckets } => (size, buckets, Grid::None),
            Window::SinceClosed { size, buckets } => (size, buckets, Grid::SinceBegun(Time::ZERO)),
            Window::Calls(_) | Window::All => return None,
        };
        let width = match room {
            0 => Duration::from_nanos(1),
            room => Duration::from_nanos(size.as_nanos().div_ceil(room.into())),
        };
        Some(Self {
            width,
            size: if room == 0 { size } else { width * room.into() },
            grid,
            line: VecDeque::with_capacity(room as usize),
            counts: Counts::default(),
            latest: Time::ZERO,
        })
    }

    /// Adds a result that came at `now` and counts at `at`, which is no later.
    pub(super) fn add(&mut self, mark: Mark, at: Time, now: Time) {
        self.forget_old(now);
        if at == now {
            return self.add_latest(mark);
        }
        let begins = self.beginning(at);
        let is_before = matches!(self.grid, Grid::SinceBegun(origin) if at < origin);
        if is_before || self.size <= self.latest.since(begins) {
            return;
        }
        self.counts.add(mark);
        let place = self.line.partition_point(|bucket| bucket.begins < begins);
        match self.line.get_mut(place) {
            Some(bucket) if bucket.begins == begins => bucket.counts.add(mark),
            _ => self.line.insert(place, Bucket::with(mark, begins)),
        }
    }

    fn add_latest(&mut self, mark: Mark) {
        let now = self.latest;
        self.counts.add(mark);
        match self.line.back_mut() {
            Some(last) if now.since(last.begins) < self.width => last.counts.add(mark),
            _ => {
                let begins = self.beginning(now);
                self.line.push_back(Bucket::with(mark, begins));
            }
        }
    }

    /// When a bucket begins that has a result of this time.
    fn beginning(&self, at: Time) -> Time {
        match self.grid {
            Grid::None => at,
            Grid::Since(origin) | Grid::SinceBegun(origin) => {
                let into = at.since(origin).as_nanos() % self.width.as_nanos();
                Time::from_nanos(at.as_nanos() - into)
            }
        }
    }

    /// What is in the window at `now`.
    pub(super) fn counts(&self, now: Time) -> Counts {
        let latest = self.latest.max(now);
        let mut counts = self.counts;
        for old in self.line.iter().take_while(|old| self.size <= latest.since(old.begins)) {
            counts.remove(old.counts);
        }
        counts
    }

    /// When the oldest of the results leaves that are in the window at `now`.
    pub(super) fn changes_after(&self, now: Time) -> Option<Time> {
        let latest = self.latest.max(now);
        let oldest = self.line.iter().find(|bucket| latest.since(bucket.begins) < self.size)?;
        Some(oldest.begins + self.size)
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

    /// Forgets all, and begins anew at `now`.
    pub(super) fn clear(&mut self, now: Time) {
        self.forget_results();
        if let Grid::SinceBegun(origin) = &mut self.grid {
            *origin = now;
        }
    }

    pub(super) fn forget_results(&mut self) {
        self.line.clear();
        self.counts = Counts::default();
    }
}

impl Bucket {
    fn with(mark: Mark, begins: Time) -> Self {
        let mut counts = Counts::default();
        counts.add(mark);
        Self { begins, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_never_need_more_room_than_they_were_built_with() {
        for size in [10, 13, 40] {
            let size = Duration::from_nanos(size);
            for window in [
                Window::Epoch { size, buckets: 10 },
                Window::FirstEvent { size, buckets: 10 },
                Window::SinceClosed { size, buckets: 10 },
            ] {
                let mut buckets = Buckets::new(window).expect("a window of time");
                buckets.clear(Time::from_nanos(7));
                buckets.latest = Time::from_nanos(7);
                let room = buckets.line.capacity();
                for step in [1, 2, 3, 5, 7, 100] {
                    for round in 0..100 {
                        let now = buckets.latest + Duration::from_nanos(step);
                        let admitted = if round % 3 == 0 && !matches!(buckets.grid, Grid::None) {
                            Time::from_nanos(now.as_nanos().saturating_sub(size.as_nanos() / 2))
                        } else {
                            now
                        };
                        let mark = Mark { failed: true, slow: false };
                        buckets.add(mark, admitted.max(Time::from_nanos(7)), now);
                        assert!(buckets.line.len() <= 10);
                    }
                }
                assert_eq!(buckets.line.capacity(), room);
            }
        }
    }

    #[test]
    fn an_exact_window_is_as_long_as_the_instants_in_it() {
        let size = Duration::from_nanos(5);
        let mut buckets = Buckets::new(Window::Sliding { size }).expect("a window of time");
        for nanos in 0..1_000 {
            let now = Time::from_nanos(nanos);
            for _ in 0..10 {
                buckets.add(Mark { failed: false, slow: false }, now, now);
            }
            assert!(buckets.line.len() <= 5);
        }
        assert_eq!(buckets.counts, Counts { calls: 50, failures: 0, slow: 0 });
    }
}
