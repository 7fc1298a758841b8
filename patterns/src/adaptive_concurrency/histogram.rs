//! Times of calls, each kept to about 3 %.

use crate::time::Duration;

/// How many buckets a power of two is divided into.
const PARTS: u64 = 32;

/// How often times of each size were seen.
///
/// Times below 64 ns have a bucket each; from there on, 32 buckets to each power of two.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Box<[u32]>,
    samples: u64,
    shortest: u64,
    longest: u64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        let counts = vec![0; index(u64::MAX) + 1].into_boxed_slice();
        Self { counts, samples: 0, shortest: u64::MAX, longest: 0 }
    }

    pub(super) fn add(&mut self, time: Duration) {
        let nanos = time.as_nanos();
        let count = &mut self.counts[index(nanos)];
        *count = count.saturating_add(1);
        self.samples += 1;
        self.shortest = self.shortest.min(nanos);
        self.longest = self.longest.max(nanos);
    }

    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// The time that this share of the samples does not exceed, and forgets them all. The lowest
    /// time of its bucket, but none that was not reached; zero if there is no sample.
    pub(super) fn take(&mut self, percentile: f64) -> Duration {
        if self.samples == 0 {
            return Duration::ZERO;
        }
        let rank = (libm::ceil(percentile * self.samples as f64) as u64).max(1);
        let (mut seen, mut found) = (0, self.longest);
        let touched = index(self.shortest)..=index(self.longest);
        for at in touched {
            seen += u64::from(self.counts[at]);
            self.counts[at] = 0;
            if rank <= seen {
                found = found.min(lowest(at).max(self.shortest));
            }
        }
        self.forget();
        Duration::from_nanos(found)
    }

    pub(super) fn clear(&mut self) {
        if 0 < self.samples {
            self.counts[index(self.shortest)..=index(self.longest)].fill(0);
            self.forget();
        }
    }

    fn forget(&mut self) {
        (self.samples, self.shortest, self.longest) = (0, u64::MAX, 0);
    }
}

fn index(nanos: u64) -> usize {
    let shift = (nanos / PARTS).max(1).ilog2();
    (u64::from(shift) * PARTS + (nanos >> shift)) as usize
}

fn lowest(index: usize) -> u64 {
    let index = index as u64;
    let shift = (index / PARTS).saturating_sub(1);
    (index - shift * PARTS) << shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_its_bucket() {
        for power in 0..64 {
            for offset in [0, 1, 2] {
                for nanos in [(1_u64 << power).saturating_sub(offset), (1 << power) + offset] {
                    let at = index(nanos);
                    assert!(lowest(at) <= nanos, "{nanos}");
                    assert!(at == index(u64::MAX) || nanos < lowest(at + 1), "{nanos}");
                    assert!(nanos - lowest(at) <= nanos / PARTS, "{nanos}");
                }
            }
        }
    }

    #[test]
    fn a_percentile_is_found_and_the_rest_forgotten() {
        let mut histogram = Histogram::new();
        for nanos in 1..=50 {
            histogram.add(Duration::from_nanos(nanos));
        }
        assert_eq!(histogram.samples(), 50);
        assert_eq!(histogram.take(0.5), Duration::from_nanos(25));
        assert_eq!(histogram.samples(), 0);
        histogram.add(Duration::from_nanos(1_000_001));
        assert_eq!(histogram.take(0.0), Duration::from_nanos(1_000_001));
        assert_eq!(histogram.take(1.0), Duration::ZERO);
    }
}
