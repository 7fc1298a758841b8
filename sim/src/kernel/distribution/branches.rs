//! Several exponential distributions, one of which is chosen for each draw.

use patterns::{Duration, Invalid};

use super::units::{some_time, squared};

/// The branches of a hyperexponential distribution.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Branches {
    /// By branch: the share of it and of all before, and its mean in nanoseconds.
    upto: Box<[(f64, f64)]>,
}

impl Branches {
    pub(super) fn new(branches: &[(f64, Duration)]) -> Result<Self, Invalid> {
        let whole: f64 = branches.iter().map(|(share, _)| share).sum();
        let is_usable = branches.iter().all(|(share, _)| *share >= 0.0) && whole.is_finite();
        Invalid::unless(
            is_usable && whole > 0.0,
            "share",
            "numbers that are not all 0, none below 0",
        )?;
        let mut sum = 0.0;
        let mut upto = Vec::with_capacity(branches.len());
        for &(share, mean) in branches {
            sum += share;
            upto.push((sum / whole, some_time(mean, "mean")?));
        }
        Ok(Self { upto: upto.into() })
    }

    /// The mean of the branch that a uniform draw falls on.
    #[inline]
    pub(super) fn mean_of(&self, draw: f64) -> f64 {
        let found = self.upto.iter().find(|(upto, _)| draw < *upto).or(self.upto.last());
        found.map_or(0.0, |(_, mean)| *mean)
    }

    pub(super) fn mean(&self) -> f64 {
        self.shares().map(|(share, mean)| share * mean).sum()
    }

    pub(super) fn cv2(&self) -> f64 {
        let mean = self.mean();
        let second: f64 = self.shares().map(|(share, of)| share * squared(of / mean)).sum();
        2.0 * second - 1.0
    }

    fn shares(&self) -> impl Iterator<Item = (f64, f64)> {
        let mut before = 0.0;
        self.upto.iter().map(move |&(upto, mean)| {
            let share = upto - before;
            before = upto;
            (share, mean)
        })
    }
}
