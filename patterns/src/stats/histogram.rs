//! How often lengths of time were seen.

use super::scale::{Bucket, Scale};
use crate::time::Duration;

/// A histogram of lengths of time: count, sum, shortest and longest are exact, all else is known to
/// within one of `PARTS` of itself.
///
/// Room is made for lengths up to the longest so far, or for all of them at once by
/// [`with_all_room`](Self::with_all_room); a length for which there is room allocates nothing.
///
/// # Example
///
/// ```
/// use patterns::Duration;
/// use patterns::stats::Histogram;
///
/// let mut times = Histogram::<128>::new();
/// (1..=100).for_each(|millis| times.add(Duration::from_millis(millis)));
/// let median = times.quantile(0.5).expect("there are some").as_secs_f64();
/// assert!((median / 0.050 - 1.0).abs() < 1.0 / 128.0);
/// ```
#[derive(Clone, Debug)]
pub struct Histogram<const PARTS: u64> {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    shortest: Duration,
    longest: Duration,
}

impl<const PARTS: u64> Default for Histogram<PARTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const PARTS: u64> PartialEq for Histogram<PARTS> {
    /// Whether they have counted the same; how much room they have does not matter.
    fn eq(&self, other: &Self) -> bool {
        let figures = |of: &Self| (of.count, of.sum, of.shortest, of.longest);
        figures(self) == figures(other) && self.counts[self.seen()] == other.counts[other.seen()]
    }
}

impl<const PARTS: u64> Histogram<PARTS> {
    /// An empty one, which has no room yet.
    pub const fn new() -> Self {
        Self {
            counts: Vec::new(),
            count: 0,
            sum: 0,
            shortest: Duration::MAX,
            longest: Duration::ZERO,
        }
    }

    /// An empty one with room for every length, so that it never allocates again.
    pub fn with_all_room() -> Self {
        Self { counts: vec![0; Scale::<PARTS>::BUCKETS], ..Self::new() }
    }

    /// Counts one length.
    #[inline]
    pub fn add(&mut self, length: Duration) {
        let bucket = Scale::<PARTS>::bucket(length);
        match self.counts.get_mut(bucket) {
            Some(count) => *count += 1,
            None => self.grow(bucket),
        }
        self.count += 1;
        self.sum += u128::from(length.as_nanos());
        self.shortest = self.shortest.min(length);
        self.longest = self.longest.max(length);
    }

    /// Makes room up to the power of two in which this bucket is, and counts one in it.
    #[cold]
    fn grow(&mut self, bucket: usize) {
        self.make_room(bucket + 1);
        self.counts[bucket] = 1;
    }

    fn make_room(&mut self, buckets: usize) {
        if self.counts.len() < buckets {
            self.counts.resize(buckets.next_multiple_of(PARTS as usize), 0);
        }
    }

    /// Adds all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        self.make_room(other.counts.len());
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
    }

    /// What this one and `other` have counted together.
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.merge(other);
        both
    }

    /// Forgets all lengths; the room stays.
    pub fn clear(&mut self) {
        let seen = self.seen();
        self.counts[seen].fill(0);
        let counts = core::mem::take(&mut self.counts);
        *self = Self { counts, ..Self::new() };
    }

    /// How many lengths were counted.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all lengths, in nanoseconds.
    pub const fn sum_nanos(&self) -> u128 {
        self.sum
    }

    /// Their exact mean, in seconds; not a number if there is none.
    pub fn mean_secs(&self) -> f64 {
        self.sum as f64 / self.count as f64 / 1e9
    }

    /// The shortest, if there is one.
    pub fn min(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.shortest)
    }

    /// The longest, if there is one.
    pub fn max(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.longest)
    }

    /// The bucket in which the length of this rank lies, in ascending order from 1 on; none if
    /// there are not as many.
    pub fn at_rank(&self, rank: u64) -> Option<Bucket> {
        let seen = self.seen();
        let first = seen.start;
        let mut below = 0;
        let at = self.counts[seen].iter().position(|count| {
            below += count;
            rank <= below
        })?;
        Some(Scale::<PARTS>::lengths(first + at))
    }

    /// A length that the share `q` (0 to 1) of all lengths does not exceed: the middle of the
    /// bucket in which the ⌈q·count⌉-th lies. None if nothing was counted.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        if self.count == 0 {
            return None;
        }
        let rank = (libm::ceil(q * self.count as f64) as u64).clamp(1, self.count);
        let Bucket { shortest, longest } = self.at_rank(rank)?;
        let half = (longest - shortest).as_nanos() / 2;
        Some((shortest + Duration::from_nanos(half)).clamp(self.shortest, self.longest))
    }

    /// The share of lengths that are longer than `length`, to within one bucket.
    pub fn share_above(&self, length: Duration) -> f64 {
        let from = Scale::<PARTS>::bucket(length) + 1;
        let above = self.counts.get(from..).map_or(0, |counts| counts.iter().sum::<u64>());
        above as f64 / self.count as f64
    }

    /// Buckets with something in them, in ascending order, and how much that is.
    pub fn buckets(&self) -> impl Iterator<Item = (Bucket, u64)> + '_ {
        let seen = self.seen();
        let counts = seen.clone().zip(&self.counts[seen]);
        counts
            .filter(|(_, count)| 0 < **count)
            .map(|(at, count)| (Scale::<PARTS>::lengths(at), *count))
    }

    /// The buckets from the shortest to the longest length.
    fn seen(&self) -> core::ops::Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        Scale::<PARTS>::bucket(self.shortest)..Scale::<PARTS>::bucket(self.longest) + 1
    }
}
