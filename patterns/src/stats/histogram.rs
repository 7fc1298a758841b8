//! How often lengths of time were seen.

use core::ops::Range;

use super::scale::{Bucket, Scale};
use crate::time::Duration;

/// A histogram of lengths of time: count, sum, shortest and longest are exact, all else is known to
/// within one of `PARTS` of itself.
///
/// Buckets lie in pages, one for each power of two. A page is made when the first length comes that
/// lies in it, or all of them at once by [`with_all_room`](Self::with_all_room); a length that has
/// its page allocates nothing.
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
    /// By shift of a [`Scale`]: how many times `PARTS` buckets lie before the length that is left
    /// with `PARTS` after the shift.
    places: [u8; PAGES],
    /// The buckets of all pages made so far: `PARTS` in each, but twice as many without a shift.
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    shortest: Duration,
    longest: Duration,
}

/// As many as there are with one part.
const PAGES: usize = 64;
/// The place of a page that has not been made: beyond all others.
const NOWHERE: u8 = u8::MAX;

impl<const PARTS: u64> Default for Histogram<PARTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const PARTS: u64> PartialEq for Histogram<PARTS> {
    /// Whether they have counted the same; how much room they have does not matter.
    fn eq(&self, other: &Self) -> bool {
        let figures = |of: &Self| (of.count, of.sum, of.shortest, of.longest);
        figures(self) == figures(other) && self.buckets().eq(other.buckets())
    }
}

impl<const PARTS: u64> Histogram<PARTS> {
    const WIDTH: usize = PARTS as usize;

    /// An empty one, which has no room yet.
    pub const fn new() -> Self {
        Self {
            places: [NOWHERE; PAGES],
            counts: Vec::new(),
            count: 0,
            sum: 0,
            shortest: Duration::MAX,
            longest: Duration::ZERO,
        }
    }

    /// An empty one with room for every length, so that it never allocates again.
    pub fn with_all_room() -> Self {
        let mut all = Self { counts: Vec::with_capacity(Scale::<PARTS>::BUCKETS), ..Self::new() };
        for shift in 0..Scale::<PARTS>::BUCKETS / Self::WIDTH - 1 {
            all.page_mut(shift);
        }
        all
    }

    /// One that has counted this: lengths of [buckets](Self::buckets), any of each, and how many
    /// there are; with the sum of all in nanoseconds, the shortest and the longest.
    pub fn of_counts(
        counts: impl IntoIterator<Item = (Duration, u64)>,
        sum: u128,
        (shortest, longest): (Duration, Duration),
    ) -> Self {
        let mut all = Self::new();
        for (length, count) in counts {
            let (shift, part) = Scale::<PARTS>::split(length);
            all.page_mut(shift)[part - Self::first_part(shift)] += count;
            all.count += count;
        }
        if 0 < all.count {
            (all.sum, all.shortest, all.longest) = (sum, shortest, longest);
        }
        all
    }

    /// What is known of the lengths without their distribution: how many there are, their sum, the
    /// shortest and the longest. It has no quantiles, and costs little.
    #[must_use]
    pub fn without_buckets(&self) -> Self {
        let Self { count, sum, shortest, longest, .. } = *self;
        Self { count, sum, shortest, longest, ..Self::new() }
    }

    /// Counts one length.
    #[inline]
    pub fn add(&mut self, length: Duration) {
        let (shift, part) = Scale::<PARTS>::split(length);
        let at = usize::from(self.places[shift % PAGES]) * Self::WIDTH + part - Self::WIDTH;
        match self.counts.get_mut(at) {
            Some(count) => *count += 1,
            None => self.count_first(length),
        }
        self.count += 1;
        self.sum += u128::from(length.as_nanos());
        self.shortest = self.shortest.min(length);
        self.longest = self.longest.max(length);
    }

    /// Counts a length whose page has not been made.
    #[cold]
    fn count_first(&mut self, length: Duration) {
        let (shift, part) = Scale::<PARTS>::split(length);
        let first = Self::first_part(shift);
        self.page_mut(shift)[part - first] = 1;
    }

    /// What is left at least of a length that is shifted so.
    fn first_part(shift: usize) -> usize {
        if shift == 0 { 0 } else { Self::WIDTH }
    }

    /// Where the page of this shift lies, if it has been made.
    fn page_range(&self, shift: usize) -> Option<Range<usize>> {
        let place = usize::from(self.places[shift]) * Self::WIDTH;
        let range = place + Self::first_part(shift) - Self::WIDTH..place + Self::WIDTH;
        (range.end <= self.counts.len()).then_some(range)
    }

    /// The page of this shift, which is made if it has not been.
    fn page_mut(&mut self, shift: usize) -> &mut [u64] {
        let range = self.page_range(shift).unwrap_or_else(|| {
            let from = self.counts.len();
            let size = 2 * Self::WIDTH - Self::first_part(shift);
            self.counts.resize(from + size, 0);
            self.places[shift] = (self.counts.len() / Self::WIDTH - 1) as u8;
            from..from + size
        });
        &mut self.counts[range]
    }

    /// The pages from that of the shortest to that of the longest length, by their shifts.
    fn pages(&self) -> impl Iterator<Item = (usize, &[u64])> {
        self.shifts().filter_map(|shift| Some((shift, &self.counts[self.page_range(shift)?])))
    }

    /// The shifts from that of the shortest to that of the longest length.
    fn shifts(&self) -> Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        let shift = |length| Scale::<PARTS>::split(length).0;
        shift(self.shortest)..shift(self.longest) + 1
    }

    /// Adds all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        for (shift, theirs) in other.pages() {
            for (mine, theirs) in self.page_mut(shift).iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        self.count += other.count;
        self.sum += other.sum;
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
    }

    /// What was counted since `earlier`, of which this one is a later state. The shortest and the
    /// longest are known to within a bucket.
    ///
    /// # Panics
    ///
    /// If `earlier` is no earlier state of this one.
    pub fn since(&self, earlier: &Self) -> Self {
        if earlier.count == 0 {
            return self.clone();
        }
        if self.count == earlier.count {
            return Self::new();
        }
        let mut rest = self.clone();
        let mut is_earlier = true;
        for (shift, then) in earlier.pages() {
            for (now, then) in rest.page_mut(shift).iter_mut().zip(then) {
                // Looked at once at the end, so that many buckets are subtracted at a time.
                is_earlier &= *then <= *now;
                *now = now.wrapping_sub(*then);
            }
        }
        assert!(is_earlier, "an earlier state has counted less");
        rest.count = self.count - earlier.count;
        rest.sum = self.sum - earlier.sum;
        if let Some((first, last)) = rest.ends() {
            rest.shortest = first.shortest.max(self.shortest);
            rest.longest = last.longest.min(self.longest);
        }
        rest
    }

    /// The first and the last bucket in which there are lengths.
    fn ends(&self) -> Option<(Bucket, Bucket)> {
        let bucket = |shift, at| Scale::<PARTS>::lengths(Self::first_bucket(shift) + at);
        let in_use = |count: &u64| *count > 0;
        let first = self
            .pages()
            .find_map(|(shift, page)| Some(bucket(shift, page.iter().position(in_use)?)))?;
        let last = self.shifts().rev().find_map(|shift| {
            let page = &self.counts[self.page_range(shift)?];
            Some(bucket(shift, page.iter().rposition(in_use)?))
        })?;
        Some((first, last))
    }

    /// The standard deviation, in seconds, with each length in the middle of its bucket; not a
    /// number if there is none. It is zero where all lengths are equal.
    pub fn deviation_secs(&self) -> f64 {
        if self.shortest == self.longest {
            return 0.0;
        }
        libm::sqrt(self.squares_around(self.mean_secs()) / self.count as f64)
    }

    /// The squared distances from a length in seconds, added up, with each length in the middle of
    /// its bucket.
    pub fn squares_around(&self, secs: f64) -> f64 {
        let squares = self.buckets().map(|(bucket, count)| {
            let from = bucket.shortest.max(self.shortest).as_secs_f64();
            let to = bucket.longest.min(self.longest).as_secs_f64();
            let distance = f64::midpoint(from, to) - secs;
            count as f64 * distance * distance
        });
        squares.sum()
    }

    /// What this one and `other` have counted together.
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.merge(other);
        both
    }

    /// Forgets all lengths; the room stays.
    pub fn clear(&mut self) {
        for shift in self.shifts() {
            if let Some(range) = self.page_range(shift) {
                self.counts[range].fill(0);
            }
        }
        let counts = core::mem::take(&mut self.counts);
        *self = Self { places: self.places, counts, ..Self::new() };
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
        let mut below = 0;
        for (shift, page) in self.pages() {
            let upto: u64 = below + page.iter().sum::<u64>();
            if rank <= upto {
                let at = page.iter().position(|count| {
                    below += count;
                    rank <= below
                })?;
                return Some(Scale::<PARTS>::lengths(Self::first_bucket(shift) + at));
            }
            below = upto;
        }
        None
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
        let above = self.pages().map(|(shift, page)| {
            let skipped = from.saturating_sub(Self::first_bucket(shift));
            page.iter().skip(skipped).sum::<u64>()
        });
        above.sum::<u64>() as f64 / self.count as f64
    }

    /// Buckets with something in them, in ascending order, and how much that is.
    pub fn buckets(&self) -> impl Iterator<Item = (Bucket, u64)> + '_ {
        let counts = self.pages().flat_map(|(shift, page)| (Self::first_bucket(shift)..).zip(page));
        counts
            .filter(|(_, count)| 0 < **count)
            .map(|(at, count)| (Scale::<PARTS>::lengths(at), *count))
    }

    /// The number of the first bucket in the page of this shift.
    fn first_bucket(shift: usize) -> usize {
        shift * Self::WIDTH + Self::first_part(shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_has_room_only_for_the_powers_of_two_that_it_has_seen() {
        let mut times = Histogram::<128>::new();
        let mut sizes = vec![times.counts.len()];
        for secs in [5, 5, 7, 0, 0, 3600] {
            times.add(Duration::from_secs(secs));
            sizes.push(times.counts.len());
        }
        assert_eq!(sizes, [0, 128, 128, 128, 384, 384, 512]);
        let all = Histogram::<128>::with_all_room();
        assert_eq!(all.counts.len(), Scale::<128>::BUCKETS);
    }
}
