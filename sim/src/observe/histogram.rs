//! Counts of lengths of time in buckets of constant relative width.

use patterns::Duration;

/// A histogram of lengths of time: exact count, sum, least and greatest; quantiles to within 1/128
/// of their value.
///
/// Buckets are log-linear: 128 of equal width for each power of two.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

/// Buckets for each power of two: the relative width of a bucket is at most one of this.
const STEPS: u32 = 128;
const STEP_BITS: u32 = STEPS.trailing_zeros();

impl Default for Histogram {
    fn default() -> Self {
        let buckets = bucket(u64::MAX) + 1;
        Self { counts: vec![0; buckets], count: 0, sum: 0, min: u64::MAX, max: 0 }
    }
}

impl Histogram {
    /// Counts one length.
    #[inline]
    pub fn add(&mut self, span: Duration) {
        let nanos = span.as_nanos();
        self.counts[bucket(nanos)] += 1;
        self.count += 1;
        self.sum += u128::from(nanos);
        self.min = self.min.min(nanos);
        self.max = self.max.max(nanos);
    }

    /// Adds all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// What this one and `other` have counted together.
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.merge(other);
        both
    }

    /// How many lengths were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their exact mean, in seconds; not a number if there is none.
    pub fn mean_secs(&self) -> f64 {
        self.sum as f64 / self.count as f64 / 1e9
    }

    /// The greatest, if there is one.
    pub fn max(&self) -> Option<Duration> {
        (self.count > 0).then(|| Duration::from_nanos(self.max))
    }

    /// The least, if there is one.
    pub fn min(&self) -> Option<Duration> {
        (self.count > 0).then(|| Duration::from_nanos(self.min))
    }

    /// A length that the share `q` (0 to 1) of all lengths does not exceed, to within 1/128 of
    /// its value: the middle of the bucket in which the ⌈q·count⌉-th lies. None if nothing was
    /// counted.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        if self.count == 0 {
            return None;
        }
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count);
        let mut below = 0;
        for (index, count) in self.counts.iter().enumerate() {
            below += count;
            if below >= rank {
                let (low, high) = bounds(index);
                let middle = low + (high - low) / 2;
                return Some(Duration::from_nanos(middle.clamp(self.min, self.max)));
            }
        }
        unreachable!("the counts add up to the count")
    }

    /// The share of lengths that are longer than `span`, to within one bucket.
    pub fn share_above(&self, span: Duration) -> f64 {
        let from = bucket(span.as_nanos()) + 1;
        self.counts[from..].iter().sum::<u64>() as f64 / self.count as f64
    }

    /// Buckets with something in them: least and greatest length, and the count.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, Duration, u64)> + '_ {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, count)| {
            let (low, high) = bounds(index);
            (Duration::from_nanos(low), Duration::from_nanos(high), *count)
        })
    }
}

/// The bucket of a length: values below `2 * STEPS` have one each, then `STEPS` for each power of
/// two.
#[inline]
fn bucket(nanos: u64) -> usize {
    let shift = (u64::BITS - STEP_BITS - 1).saturating_sub((nanos | 1).leading_zeros());
    (u64::from(shift * STEPS) + (nanos >> shift)) as usize
}

/// The least and the greatest length in a bucket.
fn bounds(index: usize) -> (u64, u64) {
    let index = index as u64;
    let steps = u64::from(STEPS);
    if index < 2 * steps {
        return (index, index);
    }
    let shift = index / steps - 1;
    let low = (index - shift * steps) << shift;
    (low, low + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_gap_and_are_narrow() {
        let mut next = 0;
        for index in 0..=bucket(u64::MAX) {
            let (low, high) = bounds(index);
            assert_eq!(low, next, "bucket {index}");
            assert_eq!((bucket(low), bucket(high)), (index, index));
            assert!((high - low) as f64 <= low as f64 / f64::from(STEPS));
            next = high.wrapping_add(1);
        }
        assert_eq!(next, 0, "the last bucket ends with the longest time");
    }

    #[test]
    fn quantiles_are_near_the_true_ones() {
        let mut histogram = Histogram::default();
        for millis in 1..=1000 {
            histogram.add(Duration::from_millis(millis));
        }
        for (q, millis) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = histogram.quantile(q).expect("not empty").as_secs_f64() * 1e3;
            assert!((found / millis - 1.0).abs() < 1.0 / 128.0, "{q}: {found} for {millis}");
        }
        assert!((histogram.mean_secs() - 0.5005).abs() < 1e-12);
        assert!((histogram.share_above(Duration::from_millis(900)) - 0.1).abs() < 0.01);
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn merged_is_as_if_counted_together() {
        let (mut left, mut right, mut both) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        for nanos in 0..10_000 {
            let span = Duration::from_nanos(nanos * nanos);
            if nanos % 3 == 0 { &mut left } else { &mut right }.add(span);
            both.add(span);
        }
        left.merge(&right);
        assert_eq!(left, both);
    }
}
