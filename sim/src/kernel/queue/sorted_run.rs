//! A short run of keys in order, of which the smallest is taken from the end.
//!
//! A few dozen keys are sooner moved aside to make room for another than a heap of them is
//! walked: the first is a copy of neighbouring bytes, the second is a row of guesses.

/// Keys of which the smallest can be taken.
#[derive(Clone, Debug, Default)]
pub(super) struct SortedRun {
    /// From the greatest to the smallest.
    keys: Vec<u128>,
}

impl SortedRun {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The smallest key.
    #[inline]
    pub(super) fn peek(&self) -> Option<u128> {
        self.keys.last().copied()
    }

    /// Adds a key.
    #[inline]
    pub(super) fn push(&mut self, key: u128) {
        let place = self.keys.partition_point(|&other| other > key);
        self.keys.insert(place, key);
    }

    /// Takes the smallest key if it is at most `limit`.
    #[inline]
    pub(super) fn pop_to(&mut self, limit: u128) -> Option<u128> {
        self.keys.pop_if(|least| *least <= limit)
    }

    /// All keys, the smallest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = u128> {
        self.keys.iter().rev().copied()
    }

    /// Adds a key out of order; to be followed by [`settle`](Self::settle).
    #[inline]
    pub(super) fn append(&mut self, key: u128) {
        self.keys.push(key);
    }

    /// Puts all keys in order.
    pub(super) fn settle(&mut self) {
        self.keys.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// Drops all keys but those to be kept.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) {
        self.keys.retain(|&key| is_kept(key));
    }
}
