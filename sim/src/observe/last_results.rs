//! Whether too many of the last results are failures.

/// How many of the last results are failures, and how many may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastResults {
    /// How many are looked at.
    of: u32,
    most_failures: u32,
    /// 1 for a failure, in a ring.
    bits: Vec<u64>,
    /// Where the next one goes.
    at: u32,
    failures: u32,
    /// How many have come since it was empty.
    seen: u64,
}

impl LastResults {
    /// The most results that can be looked at.
    pub const MOST: u32 = 100_000;

    /// The last so many, of which so many may be failures.
    pub fn new(of: u32, most_failures: u32) -> Self {
        let bits = vec![0; of.div_ceil(u64::BITS) as usize];
        Self { of, most_failures, bits, at: 0, failures: 0, seen: 0 }
    }

    /// A result.
    pub fn add(&mut self, is_failure: bool) {
        let (word, bit) = ((self.at / u64::BITS) as usize, 1 << (self.at % u64::BITS));
        let was = u32::from(self.bits[word] & bit != 0);
        self.failures = self.failures - was + u32::from(is_failure);
        if is_failure {
            self.bits[word] |= bit;
        } else {
            self.bits[word] &= !bit;
        }
        self.at = (self.at + 1) % self.of;
        self.seen += 1;
    }

    /// It begins anew.
    pub fn clear(&mut self) {
        self.bits.fill(0);
        (self.at, self.failures, self.seen) = (0, 0, 0);
    }

    /// Whether too many are failures; those that have not come yet are none.
    pub fn are_too_many(&self) -> bool {
        self.failures > self.most_failures
    }

    /// Whether so many have come since it began.
    pub fn is_whole(&self) -> bool {
        self.seen >= self.of.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::RngStreams;

    #[test]
    fn results_are_counted_as_in_a_list_of_the_last() {
        let mut rng = RngStreams::new(7).stream("results");
        for (of, most) in [(1, 0), (3, 1), (64, 10), (65, 20), (130, 26)] {
            let (mut last, mut all) = (LastResults::new(of, most), Vec::new());
            for number in 0..1000 {
                if number == 500 {
                    last.clear();
                    all.clear();
                }
                let is_failure = rng.uniform() < 0.3;
                last.add(is_failure);
                all.push(is_failure);
                let tail = all.iter().rev().take(of as usize);
                let failures = tail.filter(|is_failure| **is_failure).count();
                assert_eq!(last.are_too_many(), failures > most as usize, "{number} of {of}");
                assert_eq!(last.is_whole(), all.len() >= of as usize, "{number} of {of}");
            }
        }
    }
}
