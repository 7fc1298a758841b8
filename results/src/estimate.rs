//! Means over replications, and how far they can be trusted.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean with its two-sided 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many values it is made of; those that are undefined are left out.
    pub n: usize,
    /// Their mean; not a number if there is none.
    pub mean: f64,
    /// The lower end of the interval; not a number below two values.
    pub low: f64,
    /// The upper end of the interval; not a number below two values.
    pub high: f64,
}

impl Estimate {
    /// The mean of independent values, with the interval of Student's t distribution (Student,
    /// 1908): mean ± t(0.975; n − 1) · s / √n.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        let n = values.len();
        // The mean of equal values is that value, to the last bit.
        let first = values.first().copied().unwrap_or(f64::NAN);
        let count = n as f64;
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / count;
        if n < 2 {
            return Self { n, mean, low: f64::NAN, high: f64::NAN };
        }
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        let half = quantile(n - 1) * error;
        Self { n, mean, low: mean - half, high: mean + half }
    }

    /// The mean of the differences `a − b`, replication by replication: with common random numbers
    /// most of the random variation is in both, and cancels.
    pub fn paired(a: &[f64], b: &[f64]) -> Self {
        Self::of(a.iter().zip(b).map(|(a, b)| a - b))
    }

    /// Whether zero is in the interval, so that the sign may be random. It is in undefined
    /// intervals.
    pub fn may_be_zero(&self) -> bool {
        !(self.low > 0.0 || self.high < 0.0)
    }
}

/// The 97.5 % quantile of Student's t distribution.
fn quantile(freedom: usize) -> f64 {
    let distribution = StudentsT::new(0.0, 1.0, freedom as f64);
    distribution.expect("there is at least one degree of freedom").inverse_cdf(0.975)
}
