//! How long a crash loop lasts.

use patterns::{Duration, Invalid};

use super::units::nanos;

/// Restarts until one succeeds: a geometric number of them, each after a wait that doubles up to a
/// cap.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Restarts {
    /// The chance that a restart fails.
    again: f64,
    /// The lengths of the first waits, each with the start after it, up to the first that is as
    /// long as all after it.
    first: Box<[f64]>,
}

impl Restarts {
    pub(super) fn new(
        again: f64,
        base: Duration,
        cap: Duration,
        start: Duration,
    ) -> Result<Self, Invalid> {
        Invalid::unless((0.0..1.0).contains(&again), "again", "at least 0 and below 1")?;
        Invalid::unless(base <= cap, "cap", "at least `base`")?;
        let mut wait = base;
        let mut first = vec![nanos(wait.min(cap) + start)];
        while !wait.is_zero() && wait < cap {
            wait = wait * 2;
            first.push(nanos(wait.min(cap) + start));
        }
        Ok(Self { again, first: first.into() })
    }

    fn last(&self) -> f64 {
        self.first[self.first.len() - 1]
    }

    /// The length that a uniform draw stands for.
    pub(super) fn at(&self, draw: f64) -> f64 {
        // It fails more than n times with the chance again^n.
        let failed = if self.again > 0.0 {
            (libm::log1p(-draw) / libm::log(self.again)).floor()
        } else {
            0.0
        };
        let (restarts, known) = (failed + 1.0, self.first.len());
        let few = if restarts < known as f64 { restarts as usize } else { known };
        let sum: f64 = self.first[..few].iter().sum();
        sum + (restarts - few as f64) * self.last()
    }

    /// `sum over n of again^n · w_n`: the n-th wait is there if n restarts have failed.
    pub(super) fn mean(&self) -> f64 {
        let (mut mean, mut chance) = (0.0, 1.0);
        for wait in &self.first {
            mean += chance * wait;
            chance *= self.again;
        }
        mean + chance / (1.0 - self.again) * self.last()
    }

    /// The square of a sum grows by `w_n (w_n + 2 s_n)` with the n-th wait, after a sum of `s_n`.
    pub(super) fn cv2(&self) -> f64 {
        let mean = self.mean();
        if mean <= 0.0 {
            return 0.0;
        }
        let (mut square, mut chance, mut before) = (0.0, 1.0, 0.0);
        for wait in &self.first {
            square += chance * wait * (wait + 2.0 * before);
            before += wait;
            chance *= self.again;
        }
        // From here on all are alike: sums over k of again^k and of k again^k.
        let (wait, left) = (self.last(), 1.0 - self.again);
        let ramp = 2.0 * wait * wait * self.again / (left * left);
        square += chance * (wait * (wait + 2.0 * before) / left + ramp);
        square / (mean * mean) - 1.0
    }
}
