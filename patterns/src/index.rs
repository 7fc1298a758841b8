//! An index from keys to numbers, the same on every platform and in every run.

/// Where the numbers of keys are found: an open hash table with a fixed hash and linear probing.
///
/// It grows with what it holds, so once a run has seen its largest number of keys nothing more is
/// allocated. Taking a key out moves the ones behind it up, so there are no tombstones and a search
/// stays as short as the table is empty.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    /// A power of two, of which at most half are taken.
    slots: Vec<Slot>,
    len: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u32,
    /// [`NONE`] if there is none here.
    number: u32,
}

/// The one number that cannot be stored.
const NONE: u32 = u32::MAX;
const FREE: Slot = Slot { key: 0, number: NONE };

impl Default for Index {
    fn default() -> Self {
        Self { slots: vec![FREE; 8], len: 0 }
    }
}

impl Index {
    /// The number of a key.
    pub(crate) fn get(&self, key: u32) -> Option<u32> {
        let slot = self.slots[self.find(key)];
        (slot.number != NONE).then_some(slot.number)
    }

    /// Gives a key a number, which is not `u32::MAX`, in place of the one it had.
    pub(crate) fn set(&mut self, key: u32, number: u32) {
        debug_assert_ne!(number, NONE, "stands for no number");
        let place = self.find(key);
        let is_new = self.slots[place].number == NONE;
        self.slots[place] = Slot { key, number };
        if is_new {
            self.len += 1;
            if self.slots.len() < 2 * self.len as usize {
                self.grow();
            }
        }
    }

    /// Forgets a key; one that has no number changes nothing.
    pub(crate) fn remove(&mut self, key: u32) {
        let mut hole = self.find(key);
        if self.slots[hole].number == NONE {
            return;
        }
        self.len -= 1;
        let mask = self.slots.len() - 1;
        let mut next = hole;
        loop {
            self.slots[hole] = FREE;
            // The next one that a search would not find across the hole moves into it.
            loop {
                next = (next + 1) & mask;
                let slot = self.slots[next];
                if slot.number == NONE {
                    return;
                }
                let way = next.wrapping_sub(self.home(slot.key)) & mask;
                if next.wrapping_sub(hole) & mask <= way {
                    break;
                }
            }
            self.slots[hole] = self.slots[next];
            hole = next;
        }
    }

    /// Forgets all keys.
    pub(crate) fn clear(&mut self) {
        self.slots.fill(FREE);
        self.len = 0;
    }

    /// Where a key is, or would be put.
    fn find(&self, key: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = self.home(key);
        while self.slots[place].number != NONE && self.slots[place].key != key {
            place = (place + 1) & mask;
        }
        place
    }

    /// Where the search for a key begins: multiplicative hashing by the golden ratio (Knuth, The
    /// Art of Computer Programming, volume 3, section 6.4).
    fn home(&self, key: u32) -> usize {
        let bits = self.slots.len().trailing_zeros();
        let hash = u64::from(key.wrapping_mul(0x9E37_79B9));
        ((hash << bits) >> 32) as usize
    }

    #[cold]
    fn grow(&mut self) {
        let double = vec![FREE; 2 * self.slots.len()];
        for slot in core::mem::replace(&mut self.slots, double) {
            if slot.number != NONE {
                let place = self.find(slot.key);
                self.slots[place] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_index_is_a_map(
            // Few keys, and keys that begin their search at the same place.
            story in prop::collection::vec((0..3_u8, 0..40_u32, any::<bool>()), 0..400),
        ) {
            let mut index = Index::default();
            let mut model = BTreeMap::new();
            for (number, (what, key, far)) in (0..).zip(story) {
                let key = if far { key << 26 } else { key };
                if what == 0 {
                    index.remove(key);
                    model.remove(&key);
                } else {
                    index.set(key, number);
                    model.insert(key, number);
                }
                prop_assert_eq!(index.len as usize, model.len());
                for key in (0..40).flat_map(|key| [key, key << 26]) {
                    prop_assert_eq!(index.get(key), model.get(&key).copied());
                }
            }
        }
    }

    #[test]
    fn searches_stay_short() {
        let mut index = Index::default();
        for key in 0..10_000 {
            index.set(key, key);
        }
        let mask = index.slots.len() - 1;
        let ways = (0..10_000).map(|key| index.find(key).wrapping_sub(index.home(key)) & mask);
        assert!(ways.max() < Some(8), "keys in a row hardly meet");
    }
}
