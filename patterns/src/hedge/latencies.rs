//! How long recent answers took: their mean and their quantiles.

use std::collections::VecDeque;

use super::settings::{Delay, Measured, Recent};
use crate::time::{Duration, Time};

/// Buckets are as wide as the lengths in them, divided by this; shorter lengths are kept exactly.
const PARTS: u64 = 64;
const PART_BITS: u32 = PARTS.trailing_zeros();
/// Enough for every length of 64 bits, and a power of two.
const BUCKETS: usize = 4_096;

/// The answers within a window, and what delay follows from them.
#[derive(Clone, Debug)]
pub(super) struct Latencies {
    delay: Delay,
    recent: Recent,
    samples: VecDeque<(Time, Duration)>,
    sum: u128,
    counts: Counts,
    /// The latest time that was told: a clock that steps back makes nothing younger.
    latest: Time,
}

impl Latencies {
    pub(super) fn new(delay: Delay, recent: Recent) -> Self {
        let counts = match delay {
            Delay::Quantile { .. } => Counts::new(),
            Delay::Mean { .. } | Delay::Fixed(_) | Delay::Never => Counts(Box::default()),
        };
        let (samples, latest) = (VecDeque::new(), Time::ZERO);
        Self { delay, recent, samples, sum: 0, counts, latest }
    }

    /// Whether failures count as answers.
    pub(super) fn measures_all(&self) -> bool {
        self.recent.measured == Measured::All
    }

    /// An answer came at `now` that took so long.
    pub(super) fn add(&mut self, took: Duration, now: Time) {
        self.forget_old(now);
        if self.samples.len() == self.recent.window as usize {
            self.forget_first();
        }
        self.samples.push_back((self.latest, took));
        self.sum += u128::from(took.as_nanos());
        self.counts.add(took);
    }

    /// The delay that follows from the answers, if there are enough; none for no hedges.
    pub(super) fn delay(&mut self, now: Time) -> Option<Duration> {
        self.forget_old(now);
        let samples = self.samples.len() as u64;
        if samples < u64::from(self.recent.min_samples) {
            return self.recent.initial_delay;
        }
        let delay = match self.delay {
            Delay::Never => return None,
            Delay::Fixed(delay) => delay,
            Delay::Quantile { quantile, .. } => self.counts.at_rank(rank(quantile, samples)),
            Delay::Mean { factor, plus, .. } => {
                let mean = Duration::from_nanos((self.sum / u128::from(samples)) as u64);
                mean.scale(factor) + plus
            }
        };
        Some(delay.max(self.recent.min_delay))
    }

    fn forget_old(&mut self, now: Time) {
        self.latest = self.latest.max(now);
        let Some(max_age) = self.recent.max_age else { return };
        while let Some((at, _)) = self.samples.front()
            && max_age <= self.latest.since(*at)
        {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, took)) = self.samples.pop_front() {
            self.sum -= u128::from(took.as_nanos());
            self.counts.remove(took);
        }
    }
}

/// The rank of a quantile: `⌈quantile · samples⌉`, the nearest-rank method. What rounding adds to
/// the product is taken off first, so that 0.07 of 100 is the 7th.
fn rank(quantile: f64, samples: u64) -> u32 {
    let exact = quantile * samples as f64 - 1e-9;
    let below = exact as u64;
    let above = u64::from((below as f64) < exact);
    (below + above).clamp(1, samples) as u32
}

/// How many lengths fall into each bucket, as a tree of partial sums (P. Fenwick, "A new data
/// structure for cumulative frequency tables", 1994): adding, removing and finding a rank take
/// twelve steps each, however many lengths there are.
///
/// Nothing for a mean, which needs none of it.
#[derive(Clone, Debug)]
struct Counts(Box<[u32]>);

impl Counts {
    fn new() -> Self {
        Self(vec![0; BUCKETS].into())
    }

    fn add(&mut self, took: Duration) {
        self.change(took, |count| *count += 1);
    }

    fn remove(&mut self, took: Duration) {
        self.change(took, |count| *count -= 1);
    }

    fn change(&mut self, took: Duration, change: impl Fn(&mut u32)) {
        let mut at = bucket(took) + 1;
        while let Some(count) = self.0.get_mut(at - 1) {
            change(count);
            at += at & at.wrapping_neg();
        }
    }

    /// The longest length of the bucket in which the one of this rank is; ranks begin with 1.
    fn at_rank(&self, rank: u32) -> Duration {
        let (mut at, mut left, mut step) = (0, rank, BUCKETS / 2);
        while step > 0 {
            let count = self.0[at + step - 1];
            if count < left {
                left -= count;
                at += step;
            }
            step /= 2;
        }
        longest(at)
    }
}

/// The bucket of a length.
fn bucket(took: Duration) -> usize {
    let nanos = took.as_nanos();
    if nanos < PARTS {
        return nanos as usize;
    }
    let shift = nanos.ilog2() - PART_BITS;
    // The first bits are from `PARTS` to `2 · PARTS − 1`, and the next shift goes on there.
    (u64::from(shift) * PARTS + (nanos >> shift)) as usize
}

/// The longest length in a bucket.
fn longest(bucket: usize) -> Duration {
    let bucket = bucket as u64;
    if bucket < PARTS {
        return Duration::from_nanos(bucket);
    }
    let shift = bucket / PARTS - 1;
    let first = (bucket - shift * PARTS) << shift;
    Duration::from_nanos(first + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bucket_holds_what_is_hardly_shorter_than_its_longest(bits in 0..64_u32, low: u64) {
            let nanos = (1 << bits) | (low & ((1 << bits) - 1));
            let top = longest(bucket(Duration::from_nanos(nanos))).as_nanos();
            prop_assert!(nanos <= top && top - nanos <= nanos / PARTS);
            prop_assert_eq!(bucket(Duration::from_nanos(top)), bucket(Duration::from_nanos(nanos)));
            if let Some(next) = top.checked_add(1) {
                let next = bucket(Duration::from_nanos(next));
                prop_assert_eq!(next, bucket(Duration::from_nanos(nanos)) + 1);
            }
        }
    }

    #[test]
    fn every_length_has_a_bucket() {
        assert!(bucket(Duration::MAX) < BUCKETS);
        assert_eq!(longest(bucket(Duration::MAX)), Duration::MAX);
        assert_eq!(bucket(Duration::ZERO), 0);
    }

    #[test]
    fn ranks_are_the_nearest() {
        for (quantile, samples, expected) in [
            (0.5, 1, 1),
            (0.5, 2, 1),
            (0.5, 3, 2),
            (0.07, 100, 7),
            (0.29, 100, 29),
            (0.95, 100, 95),
            (0.951, 100, 96),
            (1.0, 100, 100),
            (1e-12, 100, 1),
            (1.0, 65_536, 65_536),
        ] {
            assert_eq!(rank(quantile, samples), expected, "{quantile} of {samples}");
        }
    }
}
