//! A distribution by its quantiles, with straight lines between them.

use patterns::{Duration, Invalid};

use super::units::{nanos, squared};

/// The quantiles of an empirical distribution.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantiles {
    /// Shares, rising from 0 to 1, each with the length in nanoseconds that it does not exceed.
    points: Box<[(f64, f64)]>,
}

impl Quantiles {
    pub(super) fn new(points: &[(f64, Duration)]) -> Result<Self, Invalid> {
        let is_rising = points.is_sorted_by(|(a, _), (b, _)| a < b);
        let first = points.first().is_some_and(|(q, _)| *q == 0.0);
        let last = points.last().is_some_and(|(q, _)| q.total_cmp(&1.0).is_eq());
        Invalid::unless(is_rising && first && last, "q", "numbers that rise from 0 to 1")?;
        let is_falling = !points.is_sorted_by_key(|(_, at)| at);
        Invalid::unless(!is_falling, "at", "lengths of time that do not fall")?;
        Ok(Self { points: points.iter().map(|&(q, at)| (q, nanos(at))).collect() })
    }

    /// The length that a share `q` of draws does not exceed.
    #[inline]
    pub(super) fn at(&self, q: f64) -> f64 {
        let above = self.points.partition_point(|(upto, _)| *upto <= q);
        let above = above.clamp(1, self.points.len() - 1);
        let (low, from) = self.points[above - 1];
        let (high, to) = self.points[above];
        from + (to - from) * ((q - low) / (high - low))
    }

    pub(super) fn mean(&self) -> f64 {
        self.pieces().map(|(share, from, to)| share * f64::midpoint(from, to)).sum()
    }

    pub(super) fn cv2(&self) -> f64 {
        let mean = self.mean();
        let variance: f64 = self
            .pieces()
            .map(|(share, from, to)| {
                let middle = f64::midpoint(from, to) - mean;
                share * (squared(middle) + squared(to - from) / 12.0)
            })
            .sum();
        if variance > 0.0 { variance / squared(mean) } else { 0.0 }
    }

    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.points.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[0].1, pair[1].1))
    }
}
