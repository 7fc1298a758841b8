//! Throttles as libraries have them.

use super::Library;
use crate::adaptive_throttle::{self, Cancelled, Rule};
use crate::time::Duration;

impl Library {
    /// Its adaptive throttle.
    ///
    /// - envoy (`AdmissionControl`): a success rate of 95 % over 30 s, at most 80 % refused; what
    ///   it refuses itself is not counted.
    /// - failsafe-go (`adaptivethrottler`): a failure rate of 10 % over 1 min, at most 90 %
    ///   refused.
    pub fn adaptive_throttle(self) -> Option<adaptive_throttle::Settings> {
        let of = |rate, cap, window| adaptive_throttle::Settings {
            rule: Rule::SuccessRate { rate, aggression: 1.0, min_per_sec: 0.0, cap },
            window,
            buckets: 10,
            counts_rejected: false,
            count: adaptive_throttle::NOT_ACCEPTED,
            ignore: adaptive_throttle::IGNORED,
            cancelled: Cancelled::Ignore,
        };
        Some(match self {
            // sr_threshold, max_rejection_probability, sampling_window
            Self::Envoy => of(0.95, 0.8, Duration::from_secs(30)),
            // failure rate threshold, maxRejectionRate, thresholding period
            Self::FailsafeGo => of(0.9, 0.9, Duration::from_secs(60)),
            _ => return None,
        })
    }
}
