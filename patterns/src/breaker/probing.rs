//! What the results of probes amount to.

use super::counts::{Counts, Mark};
use super::half_open::Close;

/// What the results of probes amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Close,
    Open,
    GoOn,
}

impl Close {
    /// What follows when the probes so far have ended so, the last of them with `mark`.
    ///
    /// `latest` counts the latest probes, and is asked for by [`Close::Latest`] alone.
    pub(super) fn decide(self, all: Counts, latest: Counts, mark: Mark) -> Decision {
        let successes = all.calls - all.failures;
        let either = |opens| if opens { Decision::Open } else { Decision::Close };
        let share = |share: Option<f64>| share.unwrap_or(0.0);
        match self {
            Self::Successes(_) if mark.failed => Decision::Open,
            Self::Successes(least) if u64::from(least) <= successes => Decision::Close,
            Self::Of { successes: least, .. } if u64::from(least) <= successes => Decision::Close,
            Self::Of { successes: least, probes } if u64::from(probes - least) < all.failures => {
                Decision::Open
            }
            Self::Rate { probes, probe_rate, probe_slow_rate, probe_compare }
                if u64::from(probes) <= all.calls =>
            {
                let failed = probe_compare.reaches(share(all.failure_rate()), probe_rate);
                let slow = probe_compare.reaches(share(all.slow_rate()), probe_slow_rate);
                either(failed || slow)
            }
            Self::Latest { latest_probes, probe_rate } if u64::from(latest_probes) < all.calls => {
                match (mark.failed, share(latest.failure_rate())) {
                    (false, rate) if rate <= probe_rate => Decision::Close,
                    (true, rate) if probe_rate <= rate => Decision::Open,
                    _ => Decision::GoOn,
                }
            }
            Self::Successes(_) | Self::Of { .. } | Self::Rate { .. } | Self::Latest { .. } => {
                Decision::GoOn
            }
        }
    }
}
