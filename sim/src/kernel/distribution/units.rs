//! Parameters of distributions as numbers, and what they must be.

use patterns::{Duration, Invalid};

/// The square of a number.
pub(super) fn squared(x: f64) -> f64 {
    x * x
}

/// A length in nanoseconds.
pub(super) fn nanos(span: Duration) -> f64 {
    span.as_nanos() as f64
}

/// A length in nanoseconds that must not be zero.
pub(super) fn some_time(span: Duration, setting: &'static str) -> Result<f64, Invalid> {
    Invalid::unless(!span.is_zero(), setting, "longer than 0s")?;
    Ok(nanos(span))
}

/// A shape: a finite number above 0.
pub(super) fn positive(shape: f64) -> Result<f64, Invalid> {
    Invalid::unless(shape > 0.0 && shape.is_finite(), "shape", "a number above 0")?;
    Ok(shape)
}
