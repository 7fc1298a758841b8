//! Lengths of time sorted into buckets of constant relative width.

use crate::time::Duration;

/// A log-linear scale of lengths: `PARTS` buckets for each power of two, so that a length is known
/// to within one of `PARTS` of itself. Lengths below `2 · PARTS` ns have a bucket each.
///
/// `PARTS` is a power of two.
#[derive(Clone, Copy, Debug)]
pub struct Scale<const PARTS: u64>;

/// The lengths of one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The shortest.
    pub shortest: Duration,
    /// The longest.
    pub longest: Duration,
}

impl<const PARTS: u64> Scale<PARTS> {
    const PART_BITS: u32 = {
        assert!(PARTS.is_power_of_two(), "a power of two is divided into a power of two");
        PARTS.trailing_zeros()
    };

    /// How many buckets there are, for all lengths up to [`Duration::MAX`].
    pub const BUCKETS: usize = Self::bucket(Duration::MAX) + 1;

    /// The number of the bucket of a length.
    #[inline]
    pub const fn bucket(length: Duration) -> usize {
        let (shift, part) = Self::split(length);
        // The next shift goes on where the parts of this one end.
        shift * PARTS as usize + part
    }

    /// By how many bits a length is shifted, and what is left of it: from `PARTS` to
    /// `2 · PARTS − 1`, or less if it is not shifted.
    #[inline]
    pub(super) const fn split(length: Duration) -> (usize, usize) {
        let nanos = length.as_nanos();
        let shift = (u64::BITS - Self::PART_BITS - 1).saturating_sub((nanos | 1).leading_zeros());
        (shift as usize, (nanos >> shift) as usize)
    }

    /// The lengths of a bucket.
    pub const fn lengths(bucket: usize) -> Bucket {
        let bucket = bucket as u64;
        let shift = (bucket / PARTS).saturating_sub(1);
        let shortest = (bucket - shift * PARTS) << shift;
        Bucket {
            shortest: Duration::from_nanos(shortest),
            longest: Duration::from_nanos(shortest + ((1 << shift) - 1)),
        }
    }
}
