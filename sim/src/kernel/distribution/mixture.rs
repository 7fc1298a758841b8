//! Several distributions, one of which is chosen for each draw.

use patterns::Invalid;

/// A mixture of distributions of the type `D`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mixture<D> {
    /// By part: the share of it and of all before.
    parts: Box<[(f64, D)]>,
}

impl<D> Mixture<D> {
    pub(super) fn new(parts: Vec<(f64, D)>) -> Result<Self, Invalid> {
        let whole: f64 = parts.iter().map(|(share, _)| share).sum();
        let is_usable = parts.iter().all(|(share, _)| *share >= 0.0) && whole.is_finite();
        let must_be = "numbers that are not all 0, none below 0";
        Invalid::unless(is_usable && whole > 0.0, "share", must_be)?;
        let mut sum = 0.0;
        let upto = |(share, part)| {
            sum += share;
            (sum / whole, part)
        };
        Ok(Self { parts: parts.into_iter().map(upto).collect() })
    }

    /// The part that a uniform draw falls on.
    pub(super) fn part(&self, draw: f64) -> &D {
        let last = self.parts.len() - 1;
        let index = self.parts.partition_point(|(upto, _)| *upto <= draw).min(last);
        &self.parts[index].1
    }

    /// Each part with its share.
    pub(super) fn shares(&self) -> impl Iterator<Item = (f64, &D)> {
        let mut before = 0.0;
        self.parts.iter().map(move |(upto, part)| {
            let share = upto - before;
            before = *upto;
            (share, part)
        })
    }

    /// The mean, given that of each part.
    pub(super) fn mean(&self, mean: impl Fn(&D) -> f64) -> f64 {
        self.some().map(|(share, part)| share * mean(part)).sum()
    }

    /// The variance over the square of the mean, given these of each part.
    pub(super) fn cv2(&self, mean: impl Fn(&D) -> f64, cv2: impl Fn(&D) -> f64) -> f64 {
        let whole = self.mean(&mean);
        if !whole.is_finite() {
            return f64::INFINITY;
        }
        // Relative to the mean, so that no square is too large for a number.
        let variance: f64 = self
            .some()
            .map(|(share, part)| {
                let of = mean(part) / whole;
                let within = if of > 0.0 { of * of * cv2(part) } else { 0.0 };
                share * (within + (of - 1.0) * (of - 1.0))
            })
            .sum();
        if whole > 0.0 { variance } else { 0.0 }
    }

    /// The parts that are ever drawn.
    fn some(&self) -> impl Iterator<Item = (f64, &D)> {
        self.shares().filter(|(share, _)| *share > 0.0)
    }
}
