//! Counts of the latest time.

use core::ops::{AddAssign, SubAssign};
use std::collections::VecDeque;

use crate::time::{Duration, Time};

/// In what portions counts leave a window of time.
///
/// A bucket leaves as a whole, when its beginning has the age of the window; so a count stays for
/// between `1 − 1/buckets` and all of it. A size that is no whole number of nanoseconds a bucket is
/// rounded up to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// One by one: each instant is a bucket.
    Exact,
    /// In buckets that begin at whole multiples of their width since time zero, or since
    /// [`TimeWindow::restart`].
    Grid {
        /// How many make up the window; at least 1.
        buckets: u32,
    },
    /// In buckets of which each begins at the first count that no bucket is there for.
    FirstEvent {
        /// How many make up the window; at least 1.
        buckets: u32,
    },
}

/// Counts of a kind `C`, such as a number of calls or a few of them, over the latest time.
///
/// Only buckets with something in them are kept, so a quiet time costs nothing. A clock that is set
/// back stands still.
///
/// # Example
///
/// ```
/// use patterns::stats::{Align, TimeWindow};
/// use patterns::{Duration, Time};
///
/// let secs = |secs| Time::ZERO + Duration::from_secs(secs);
/// let mut calls = TimeWindow::<u64>::new(Duration::from_secs(10), Align::Grid { buckets: 5 });
/// for second in [0, 1, 3] {
///     calls.add(1, secs(second));
/// }
/// calls.advance(secs(10));
/// assert_eq!(calls.sum(), 1, "the bucket of the seconds 0 and 1 has left");
/// ```
#[derive(Clone, Debug)]
pub struct TimeWindow<C> {
    /// How much time one bucket takes.
    width: Duration,
    size: Duration,
    on_grid: bool,
    /// Where the grid begins.
    origin: Time,
    /// From the oldest to the latest.
    buckets: VecDeque<Portion<C>>,
    /// Whether the last bucket takes counts still.
    is_open: bool,
    sum: C,
    latest: Time,
    /// Before this time nothing is too old.
    due: Time,
}

#[derive(Clone, Copy, Debug)]
struct Portion<C> {
    begins: Time,
    counts: C,
}

impl<C: Copy + Default + AddAssign + SubAssign> TimeWindow<C> {
    /// A window of this size, longer than zero. It makes all its room now, but for
    /// [`Align::Exact`].
    ///
    /// # Panics
    ///
    /// If it is to have no buckets, or a size of zero.
    pub fn new(size: Duration, align: Align) -> Self {
        let (buckets, on_grid) = match align {
            Align::Exact => (None, false),
            Align::Grid { buckets } => (Some(buckets), true),
            Align::FirstEvent { buckets } => (Some(buckets), false),
        };
        assert!(!size.is_zero() && buckets != Some(0), "a window has some time, and some buckets");
        let width = |buckets: u32| Duration::from_nanos(size.as_nanos().div_ceil(buckets.into()));
        let width = buckets.map_or(Duration::from_nanos(1), width);
        Self {
            width,
            size: buckets.map_or(size, |buckets| width * buckets.into()),
            on_grid,
            origin: Time::ZERO,
            buckets: VecDeque::with_capacity(buckets.unwrap_or(0) as usize),
            is_open: false,
            sum: C::default(),
            latest: Time::ZERO,
            due: Time::MAX,
        }
    }

    /// How long one bucket is.
    pub const fn width(&self) -> Duration {
        self.width
    }

    /// Everything in the window, as of the latest time that it was told.
    #[inline]
    pub const fn sum(&self) -> C {
        self.sum
    }

    /// Forgets what is too old by now. Whether buckets were [closed](Self::closed), or closed ones
    /// have left.
    #[inline]
    pub fn advance(&mut self, now: Time) -> bool {
        self.latest = self.latest.max(now);
        self.due <= self.latest && self.forget_old()
    }

    #[cold]
    fn forget_old(&mut self) -> bool {
        let mut has_changed = false;
        if self.is_open
            && let Some(last) = self.buckets.back()
            && self.width <= self.latest.since(last.begins)
        {
            self.is_open = false;
            has_changed = true;
        }
        while let Some(first) = self.buckets.front()
            && self.size <= self.latest.since(first.begins)
        {
            self.sum -= first.counts;
            self.buckets.pop_front();
            has_changed = true;
        }
        self.note_due();
        has_changed
    }

    /// Notes when the next bucket closes, or leaves.
    fn note_due(&mut self) {
        let leaves = self.buckets.front().map(|first| first.begins + self.size);
        let closes = self.buckets.back().filter(|_| self.is_open);
        let closes = closes.map(|last| last.begins + self.width);
        self.due = leaves.into_iter().chain(closes).min().unwrap_or(Time::MAX);
    }

    /// Adds counts now; returns the same as [`advance`](Self::advance).
    #[inline]
    pub fn add(&mut self, counts: C, now: Time) -> bool {
        let has_changed = self.advance(now);
        self.sum += counts;
        match self.buckets.back_mut() {
            Some(last) if self.is_open => last.counts += counts,
            _ => {
                let begins = self.begin_of(self.latest);
                self.buckets.push_back(Portion { begins, counts });
                self.is_open = true;
                self.note_due();
            }
        }
        has_changed
    }

    /// Adds counts of an earlier time, so that a result may count when its call was admitted. What
    /// is older than the window, or than its last [`restart`](Self::restart), is dropped. Returns
    /// the same as [`advance`](Self::advance).
    pub fn add_at(&mut self, counts: C, at: Time, now: Time) -> bool {
        if self.latest.max(now) <= at {
            return self.add(counts, now);
        }
        let has_changed = self.advance(now);
        let begins = self.begin_of(at);
        if at < self.origin || self.size <= self.latest.since(begins) {
            return has_changed;
        }
        self.sum += counts;
        let after = self.buckets.partition_point(|bucket| bucket.begins <= at);
        let place = after.checked_sub(1);
        match place.filter(|place| at.since(self.buckets[*place].begins) < self.width) {
            Some(place) => self.buckets[place].counts += counts,
            None => {
                self.buckets.insert(after, Portion { begins, counts });
                if after + 1 == self.buckets.len() {
                    self.is_open = self.latest.since(begins) < self.width;
                }
                self.note_due();
            }
        }
        true
    }

    /// The counts of the buckets that take no more, from the oldest to the latest.
    pub fn closed(&self) -> impl DoubleEndedIterator<Item = C> + '_ {
        let closed = self.buckets.len() - usize::from(self.is_open);
        self.buckets.range(..closed).map(|bucket| bucket.counts)
    }

    /// The counts of the bucket that takes more still; none if it has none yet.
    #[inline]
    pub fn open(&self) -> Option<C> {
        self.buckets.back().filter(|_| self.is_open).map(|bucket| bucket.counts)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.buckets.clear();
        (self.sum, self.is_open, self.due) = (C::default(), false, Time::MAX);
    }

    /// Forgets everything, and begins the grid of buckets anew at this time.
    pub fn restart(&mut self, at: Time) {
        self.clear();
        self.latest = self.latest.max(at);
        self.origin = at;
    }

    /// When the bucket begins that this instant opens.
    fn begin_of(&self, at: Time) -> Time {
        if !self.on_grid {
            return at;
        }
        let into = at.since(self.origin).as_nanos() % self.width.as_nanos();
        Time::from_nanos(at.as_nanos() - into)
    }
}
