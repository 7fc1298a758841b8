//! A small 4-ary heap that leaves its root empty after a pop.
//!
//! The next push, or else the next pop, fills the root: an event that puts its successor into the
//! heap pays for one walk down the tree and not for two walks.

const WAYS: usize = 4;

/// Keys of which the smallest can be taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Heap {
    keys: Vec<u128>,
    /// Whether `keys[0]` has been taken.
    is_rootless: bool,
}

impl Heap {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.keys.len() - usize::from(self.is_rootless)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The smallest key.
    #[inline]
    pub(super) fn peek(&self) -> Option<u128> {
        if self.is_rootless {
            self.keys[1..].iter().take(WAYS).copied().min()
        } else {
            self.keys.first().copied()
        }
    }

    /// Adds a key.
    #[inline]
    pub(super) fn push(&mut self, key: u128) {
        if self.is_rootless {
            self.is_rootless = false;
            sift_down(&mut self.keys, 0, key);
        } else {
            self.keys.push(key);
            self.sift_up(key);
        }
    }

    /// Takes the smallest key if it is at most `limit`.
    #[inline]
    pub(super) fn pop_to(&mut self, limit: u128) -> Option<u128> {
        if self.is_rootless {
            self.fill_root();
        }
        let least = *self.keys.first()?;
        if least > limit {
            return None;
        }
        self.is_rootless = true;
        Some(least)
    }

    /// Adds a key out of order; to be followed by [`settle`](Self::settle).
    #[inline]
    pub(super) fn append(&mut self, key: u128) {
        if self.is_rootless {
            self.is_rootless = false;
            self.keys[0] = key;
        } else {
            self.keys.push(key);
        }
    }

    /// Puts all keys in order.
    pub(super) fn settle(&mut self) {
        for at in (0..self.keys.len().div_ceil(WAYS)).rev() {
            let key = self.keys[at];
            sift_down(&mut self.keys, at, key);
        }
    }

    /// Drops all keys but those to be kept.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) {
        if self.is_rootless {
            self.fill_root();
        }
        self.keys.retain(|&key| is_kept(key));
        self.settle();
    }

    #[inline]
    fn fill_root(&mut self) {
        self.is_rootless = false;
        let last = self.keys.pop();
        if let (Some(key), false) = (last, self.keys.is_empty()) {
            sift_down(&mut self.keys, 0, key);
        }
    }

    /// Lets the last key rise to its place.
    #[inline]
    fn sift_up(&mut self, key: u128) {
        let keys = self.keys.as_mut_slice();
        let mut at = keys.len() - 1;
        while at > 0 {
            let parent = (at - 1) / WAYS;
            if keys[parent] <= key {
                break;
            }
            keys[at] = keys[parent];
            at = parent;
        }
        keys[at] = key;
    }
}

/// Puts `key` at `at` or as far below as it belongs.
#[inline]
fn sift_down(keys: &mut [u128], mut at: usize, key: u128) {
    loop {
        let first = at * WAYS + 1;
        let Some(children) = keys.get(first..) else { break };
        let (child, least) = match children.first_chunk::<WAYS>() {
            Some(&[a, b, c, d]) => {
                let (left, least_left) = if b < a { (1, b) } else { (0, a) };
                let (right, least_right) = if d < c { (3, d) } else { (2, c) };
                if least_right < least_left { (right, least_right) } else { (left, least_left) }
            }
            None => match children.iter().copied().enumerate().min_by_key(|&(_, key)| key) {
                Some(least) => least,
                None => break,
            },
        };
        if key <= least {
            break;
        }
        keys[at] = least;
        at = first + child;
    }
    keys[at] = key;
}
