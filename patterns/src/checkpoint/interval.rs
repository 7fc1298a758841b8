//! The best time between checkpoints, by what is known of their cost and of failures.

use crate::time::Duration;

/// Young's interval, at least a nanosecond.
pub(super) fn young(cost: Duration, mtbf: Duration) -> Duration {
    let (cost, mtbf) = (cost.as_nanos() as f64, mtbf.as_nanos() as f64);
    whole(libm::sqrt(2.0 * cost * mtbf))
}

/// Daly's interval, at least a nanosecond.
pub(super) fn daly(cost: Duration, mtbf: Duration) -> Duration {
    let (cost, mtbf) = (cost.as_nanos() as f64, mtbf.as_nanos() as f64);
    let ratio = cost / (2.0 * mtbf);
    if 1.0 <= ratio {
        return whole(mtbf);
    }
    let young = libm::sqrt(2.0 * cost * mtbf);
    whole(young * (1.0 + libm::sqrt(ratio) / 3.0 + ratio / 9.0) - cost)
}

fn whole(nanos: f64) -> Duration {
    Duration::from_nanos((nanos + 0.5) as u64).max(Duration::from_nanos(1))
}
