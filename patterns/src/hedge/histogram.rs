//! How many numbers there are of each size, and which of them has a given rank.
//!
//! It knows nothing of time or of hedging.

/// Buckets are as wide as the numbers in them, divided by this; smaller numbers are kept exactly.
const PARTS: u64 = 64;
const PART_BITS: u32 = PARTS.trailing_zeros();
/// Enough for every number of 64 bits, and a power of two.
const BUCKETS: usize = 4_096;

/// The rank of a quantile: `⌈quantile · samples⌉`, the nearest-rank method. What rounding adds to
/// the product is taken off first, so that 0.07 of 100 is the 7th.
pub(super) fn rank(quantile: f64, samples: u64) -> u32 {
    let exact = quantile * samples as f64 - 1e-9;
    let below = exact as u64;
    let above = u64::from((below as f64) < exact);
    (below + above).clamp(1, samples) as u32
}

/// How many numbers fall into each bucket, as a tree of partial sums (P. Fenwick, "A new data
/// structure for cumulative frequency tables", 1994): adding, removing and finding a rank take
/// twelve steps each, however many numbers there are.
#[derive(Clone, Debug)]
pub(super) struct Histogram(Box<[u32]>);

impl Histogram {
    pub(super) fn new() -> Self {
        Self(vec![0; BUCKETS].into())
    }

    /// Adds a number.
    pub(super) fn add(&mut self, number: u64) {
        self.change(number, |count| *count += 1);
    }

    /// Takes away a number that was added.
    pub(super) fn remove(&mut self, number: u64) {
        self.change(number, |count| *count -= 1);
    }

    fn change(&mut self, number: u64, change: impl Fn(&mut u32)) {
        let mut at = bucket(number) + 1;
        while let Some(count) = self.0.get_mut(at - 1) {
            change(count);
            at += at & at.wrapping_neg();
        }
    }

    /// The largest number of the bucket in which the one of this rank is; ranks begin with 1.
    pub(super) fn at_rank(&self, rank: u32) -> u64 {
        let (mut at, mut left, mut step) = (0, rank, BUCKETS / 2);
        while step > 0 {
            let count = self.0[at + step - 1];
            if count < left {
                left -= count;
                at += step;
            }
            step /= 2;
        }
        largest(at)
    }
}

/// The bucket of a number.
fn bucket(number: u64) -> usize {
    if number < PARTS {
        return number as usize;
    }
    let shift = number.ilog2() - PART_BITS;
    // The first bits are from `PARTS` to `2 · PARTS − 1`, and the next shift goes on there.
    (u64::from(shift) * PARTS + (number >> shift)) as usize
}

/// The largest number in a bucket.
fn largest(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < PARTS {
        return bucket;
    }
    let shift = bucket / PARTS - 1;
    let first = (bucket - shift * PARTS) << shift;
    first + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bucket_holds_what_is_hardly_smaller_than_its_largest(bits in 0..64_u32, low: u64) {
            let number = (1 << bits) | (low & ((1 << bits) - 1));
            let top = largest(bucket(number));
            prop_assert!(number <= top && top - number <= number / PARTS);
            prop_assert_eq!(bucket(top), bucket(number));
            if let Some(next) = top.checked_add(1) {
                prop_assert_eq!(bucket(next), bucket(number) + 1);
            }
        }
    }

    #[test]
    fn every_number_has_a_bucket() {
        assert!(bucket(u64::MAX) < BUCKETS);
        assert_eq!(largest(bucket(u64::MAX)), u64::MAX);
        assert_eq!(bucket(0), 0);
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
