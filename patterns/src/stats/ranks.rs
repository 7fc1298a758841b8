//! Ranks among lengths of time that come and go.

use super::scale::{Bucket, Scale};
use crate::time::Duration;

/// How many lengths fall into each bucket of a [`Scale`], where lengths can be taken out again: for
/// quantiles of a sliding window.
///
/// A tree of partial sums (P. Fenwick, "A new data structure for cumulative frequency tables",
/// 1994): adding, removing and finding a rank take as many steps as the number of buckets has bits,
/// however many lengths there are.
///
/// # Example
///
/// ```
/// use patterns::Duration;
/// use patterns::stats::Ranks;
///
/// let mut ranks = Ranks::<64>::new();
/// (1..=3).for_each(|nanos| ranks.add(Duration::from_nanos(nanos)));
/// ranks.remove(Duration::from_nanos(1));
/// let second = ranks.at_rank(2).expect("there are two");
/// assert_eq!(second.longest, Duration::from_nanos(3));
/// ```
#[derive(Clone, Debug)]
pub struct Ranks<const PARTS: u64> {
    /// Partial sums; their number is a power of two.
    sums: Box<[u32]>,
    count: u32,
}

impl<const PARTS: u64> Default for Ranks<PARTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const PARTS: u64> Ranks<PARTS> {
    /// No lengths; it makes all its room now.
    pub fn new() -> Self {
        let sums = vec![0; Scale::<PARTS>::BUCKETS.next_power_of_two()];
        Self { sums: sums.into_boxed_slice(), count: 0 }
    }

    /// How many lengths there are.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Adds a length.
    pub fn add(&mut self, length: Duration) {
        self.count += 1;
        self.change(length, |sum| *sum += 1);
    }

    /// Takes out a length that was added.
    pub fn remove(&mut self, length: Duration) {
        self.count -= 1;
        self.change(length, |sum| *sum -= 1);
    }

    fn change(&mut self, length: Duration, change: impl Fn(&mut u32)) {
        let mut at = Scale::<PARTS>::bucket(length) + 1;
        while let Some(sum) = self.sums.get_mut(at - 1) {
            change(sum);
            at += at & at.wrapping_neg();
        }
    }

    /// The bucket in which the length of this rank lies, in ascending order from 1 on; none if
    /// there are not as many.
    pub fn at_rank(&self, rank: u32) -> Option<Bucket> {
        if self.count < rank {
            return None;
        }
        let (mut at, mut left, mut step) = (0, rank, self.sums.len() / 2);
        while step > 0 {
            let sum = self.sums[at + step - 1];
            if sum < left {
                left -= sum;
                at += step;
            }
            step /= 2;
        }
        Some(Scale::<PARTS>::lengths(at))
    }

    /// Forgets all lengths.
    pub fn clear(&mut self) {
        self.sums.fill(0);
        self.count = 0;
    }
}
