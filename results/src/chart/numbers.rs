//! Axes whose values are numbers in an order, so that there is a between.

use patterns::Duration;
use sim::design::Axis;

/// The values of an axis as numbers (lengths of time in seconds), if each is more than the one
/// before.
pub(crate) fn numbers(of: &Axis) -> Option<Vec<f64>> {
    let all: Option<Vec<f64>> = of.values.iter().map(|value| number(value)).collect();
    all.filter(|all| all.windows(2).all(|pair| pair[0] < pair[1]))
}

fn number(value: &str) -> Option<f64> {
    let plain = value.trim_end_matches('%').trim().parse().ok();
    let seconds = || value.parse::<Duration>().ok().map(Duration::as_secs_f64);
    plain.or_else(seconds).filter(|number: &f64| number.is_finite())
}
