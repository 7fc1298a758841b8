//! Keys in buckets of sixteen ways, in fixed chunks that are used again.

const DIGIT: u32 = 4;
const WAYS: usize = 1 << DIGIT;
const LEVELS: usize = 128 / DIGIT as usize;
const CHUNK: usize = 64;

/// The buckets. A key lies at the level of the highest digit in which it differs from the base,
/// and there at the way of that digit.
#[derive(Clone, Debug)]
pub(super) struct RadixBuckets {
    buckets: Box<[[Bucket; WAYS]; LEVELS]>,
    /// A bit for each level that has a bucket in use.
    levels: u32,
    /// By level, a bit for each bucket in use.
    ways: [u16; LEVELS],
    chunks: Vec<Chunk>,
    /// The first of the chunks not in use.
    free: u32,
    len: usize,
}

/// A stack of keys in a list of chunks, of which only the first can have room.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    chunk: u32,
    len: u32,
}

#[derive(Clone, Debug)]
struct Chunk {
    keys: [u128; CHUNK],
    next: u32,
}

/// Where a bucket is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    level: usize,
    way: usize,
}

impl Place {
    /// The first key that can lie here, as seen from `base`.
    pub(super) fn first_key(self, base: u128) -> u128 {
        self.start(base) | (self.way as u128) << (DIGIT * self.level as u32)
    }

    /// The last key that can lie here.
    pub(super) fn last_key(self, base: u128) -> u128 {
        let below = (1 << (DIGIT * self.level as u32)) - 1;
        self.first_key(base) | below
    }

    /// The least base that sees this bucket, and all that are not below it, where `base` does.
    pub(super) fn start(self, base: u128) -> u128 {
        let upto = u128::MAX >> (128 - DIGIT * (self.level as u32 + 1));
        base & !upto
    }
}

impl Default for RadixBuckets {
    fn default() -> Self {
        Self {
            buckets: Box::new([[Bucket::default(); WAYS]; LEVELS]),
            levels: 0,
            ways: [0; LEVELS],
            chunks: Vec::new(),
            free: u32::MAX,
            len: 0,
        }
    }
}

impl RadixBuckets {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a key beyond the base.
    #[inline]
    pub(super) fn push(&mut self, key: u128, base: u128) {
        // Most keys differ in their times, and half the digits are sooner looked at.
        let differ = (key ^ base) >> 64;
        let (level, way) = if differ == 0 {
            let level = (key as u64 ^ base as u64 | 1).ilog2() / DIGIT;
            (level, key as u64 >> (DIGIT * level))
        } else {
            let level = (differ as u64 | 1).ilog2() / DIGIT;
            (level + 64 / DIGIT, (key >> 64) as u64 >> (DIGIT * level))
        };
        let (level, way) = (level as usize % LEVELS, way as usize % WAYS);
        let mut bucket = self.buckets[level][way];
        let place = bucket.len as usize % CHUNK;
        if place == 0 {
            bucket.chunk = self.add_chunk(bucket.chunk);
            self.levels |= 1 << level;
            self.ways[level] |= 1 << way;
        }
        self.chunks[bucket.chunk as usize].keys[place] = key;
        bucket.len += 1;
        self.buckets[level][way] = bucket;
        self.len += 1;
    }

    /// Where the first keys are.
    pub(super) fn first(&self) -> Option<Place> {
        if self.levels == 0 {
            return None;
        }
        let level = self.levels.trailing_zeros() as usize;
        Some(Place { level, way: self.ways[level].trailing_zeros() as usize })
    }

    /// How many keys are here.
    pub(super) fn len_of(&self, place: Place) -> usize {
        self.buckets[place.level][place.way].len as usize
    }

    /// The digits that all keys here have in common, and zeros behind.
    pub(super) fn common_start(&self, place: Place) -> u128 {
        let Bucket { mut chunk, len } = self.buckets[place.level][place.way];
        let mut here = (len as usize + CHUNK - 1) % CHUNK + 1;
        let mut left = len as usize;
        let sample = self.chunks[chunk as usize].keys[0];
        let mut differ = 0;
        while left > 0 {
            let Chunk { keys, next } = &self.chunks[chunk as usize];
            differ = keys[..here].iter().fold(differ, |differ, key| differ | (key ^ sample));
            left -= here;
            here = CHUNK;
            chunk = *next;
        }
        // Keys that are all the same have all digits in common.
        let Some(bit) = differ.checked_ilog2() else { return sample };
        Place { level: (bit / DIGIT) as usize, way: 0 }.start(sample)
    }

    /// Takes all keys from here. They may be put elsewhere on the way.
    pub(super) fn drain(&mut self, place: Place, mut take: impl FnMut(&mut Self, u128)) {
        let Place { level, way } = place;
        let Bucket { mut chunk, len } = core::mem::take(&mut self.buckets[level][way]);
        self.ways[level] &= !(1 << way);
        if self.ways[level] == 0 {
            self.levels &= !(1 << level);
        }
        self.len -= len as usize;
        for left in (0..len as usize).rev() {
            let place = left % CHUNK;
            let key = self.chunks[chunk as usize].keys[place];
            if place == 0 {
                let next = core::mem::replace(&mut self.chunks[chunk as usize].next, self.free);
                self.free = chunk;
                chunk = next;
            }
            take(self, key);
        }
    }

    /// A chunk in front of `next`.
    #[inline]
    fn add_chunk(&mut self, next: u32) -> u32 {
        let chunk = self.free;
        if let Some(free) = self.chunks.get_mut(chunk as usize) {
            self.free = core::mem::replace(&mut free.next, next);
            return chunk;
        }
        self.chunks.push(Chunk { keys: [0; CHUNK], next });
        self.chunks.len() as u32 - 1
    }
}
