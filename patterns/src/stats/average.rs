//! An average that forgets.

use crate::time::{Duration, Time};

/// An exponential moving average: each sample moves it by a share of the way to that sample.
///
/// The share, the *weight*, is given with each sample. A constant one forgets with the number of
/// samples; `faded(age / memory)`, with the [`age`](Self::age) of the sample before, forgets with
/// time. Of several samples in one instant only the first then has any weight.
///
/// # Example
///
/// ```
/// use patterns::stats::{MovingAverage, faded};
/// use patterns::Time;
///
/// let mut rate = MovingAverage::starting_at(1.0);
/// let memory = 10.0;
/// for secs in [0, 10] {
///     let age = rate.age(Time::from_nanos(secs * 1_000_000_000)).as_secs_f64();
///     rate.add(0.0, faded(age / memory));
/// }
/// // After one memory 1/e is left of what was.
/// assert!((rate.value().expect("it began with one") - (-1.0_f64).exp()).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MovingAverage {
    value: Option<f64>,
    last: Option<Time>,
}

impl MovingAverage {
    /// An average of nothing: the first sample is its first value, whatever its weight.
    pub const fn new() -> Self {
        Self { value: None, last: None }
    }

    /// An average that has a value before the first sample.
    pub const fn starting_at(value: f64) -> Self {
        Self { value: Some(value), last: None }
    }

    /// Its value; none before the first sample, unless it began with one.
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.value
    }

    /// Adds a sample of this weight, from 0 to 1.
    #[inline]
    pub fn add(&mut self, sample: f64, weight: f64) {
        let before = self.value.unwrap_or(sample);
        self.value = Some(before + weight * (sample - before));
    }

    /// How long before `now` this was asked last, and so the sample before came; zero the first
    /// time.
    #[inline]
    pub fn age(&mut self, now: Time) -> Duration {
        let before = self.last.unwrap_or(now);
        self.last = Some(before.max(now));
        now.since(before)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

/// The weight that the past has lost at this distance, in units of the memory: `1 − e^(−distance)`.
#[inline]
pub fn faded(distance: f64) -> f64 {
    -libm::expm1(-distance)
}
