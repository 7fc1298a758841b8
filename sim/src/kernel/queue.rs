//! Pending events as packed keys, smallest first.
//!
//! The near ones lie in a short run in order. The others lie in buckets of sixteen ways: the level
//! of a key is the highest hexadecimal digit in which it differs from `base`, its way is that
//! digit. So all keys of one bucket are smaller than all of the next, and when the run is empty
//! the first bucket is poured into it, or split among the levels below if it is large. Far keys
//! only ever move by appending, which is why a million of them cost little more than a hundred.
//!
//! The idea is the radix heap of Ahuja, Mehlhorn, Orlin and Tarjan (1990). It is fast because time
//! never goes back; it is right even if it does.

mod radix_buckets;
mod sorted_run;

use radix_buckets::RadixBuckets;
use sorted_run::SortedRun;

/// A bucket with more keys than this is split before any is poured into the run.
const POUR: usize = 16;
/// A run with more keys than this is put back into buckets, but for the smallest.
const SPILL: usize = 64;

/// Pending keys; `pop` gives the smallest.
///
/// Keys are packed by [`Scheduler`](super::Scheduler): time, sequence number, token.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// All keys up to and including `base`.
    near: SortedRun,
    /// All keys beyond `base`.
    far: RadixBuckets,
    base: u128,
    /// How many keys `near` may hold beyond [`SPILL`] before it is worth another try.
    slack: usize,
}

impl Queue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many keys are pending.
    pub fn len(&self) -> usize {
        self.near.len() + self.far.len()
    }

    /// Whether no key is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a key.
    #[inline]
    pub fn push(&mut self, key: u128) {
        if key > self.base {
            self.far.push(key, self.base);
        } else {
            self.near.push(key);
            if self.near.len() > SPILL + self.slack {
                self.spill();
            }
        }
    }

    /// Takes the smallest key.
    #[inline]
    pub fn pop(&mut self) -> Option<u128> {
        self.pop_to(u128::MAX)
    }

    /// Takes the smallest key if it is at most `limit`.
    #[inline]
    pub(super) fn pop_to(&mut self, limit: u128) -> Option<u128> {
        if self.near.is_empty() {
            self.refill(limit);
        }
        self.near.pop_to(limit)
    }

    /// The smallest key.
    #[inline]
    pub fn peek(&mut self) -> Option<u128> {
        if self.near.is_empty() {
            self.refill(u128::MAX);
        }
        self.near.peek()
    }

    /// Those keys that are next and stand in order already; none if the run is empty.
    pub(super) fn near(&self) -> impl Iterator<Item = u128> {
        self.near.iter()
    }

    /// Fills the empty run from the first bucket, unless all keys there are beyond `limit`.
    ///
    /// What is pushed next may then still go into buckets: it need not lie beyond keys that are
    /// far off.
    #[inline(never)]
    fn refill(&mut self, limit: u128) {
        let Self { near, far, base, slack } = self;
        *slack = 0;
        while let Some(first) = far.first() {
            if first.first_key(*base) > limit {
                return;
            }
            if far.len_of(first) <= POUR {
                *base = first.last_key(*base);
                far.drain(first, |_, key| near.append(key));
                near.settle();
                return;
            }
            // Its keys lie on lower levels when seen from where they begin.
            let start = far.common_start(first);
            *base = start;
            far.drain(first, |far, key| {
                if key > start {
                    far.push(key, start);
                } else {
                    near.append(key);
                }
            });
            if !near.is_empty() {
                return;
            }
        }
    }

    /// Puts a large run back into buckets.
    ///
    /// It grows large when a wide bucket with few keys was poured and many came after. The base
    /// goes back as far as it can while all that lies in buckets is in its right place.
    #[cold]
    #[inline(never)]
    fn spill(&mut self) {
        let Self { near, far, base, slack } = self;
        let start = far.first().map_or(0, |first| first.start(*base));
        let least = near.peek().unwrap_or(start);
        *base = least.max(start).min(*base);
        near.retain(|key| {
            let is_near = key <= *base;
            if !is_near {
                far.push(key, *base);
            }
            is_near
        });
        *slack = 2 * near.len();
    }
}
