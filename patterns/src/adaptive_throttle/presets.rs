//! Adaptive throttles of libraries, in their own numbers.

use super::settings::{Rule, Settings};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

settings! {
    /// Envoy's `AdmissionControl` filter. It counts in buckets of one second, however long the
    /// window is (`thread_local_controller.cc`, `defaultHistoryGranularity`), and what it rejects
    /// itself does not count.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Envoy {
        /// `sampling_window`: how long results count; it sets the buckets, too.
        window: Duration [.above(0.0)] = Duration::from_secs(30),
        /// `sr_threshold`: the success rate below which it rejects.
        rate: f64 [.share().above(0.0)] = 0.95,
        /// `aggression`: more than 1 rejects more as soon as the rate is missed.
        aggression: f64 [.above(0.0)] = 1.0,
        /// `rps_threshold`: with fewer requests a second it rejects nothing.
        min_per_sec: f64 [.at_least(0.0)] = 0.0,
        /// `max_rejection_probability`: the largest share that it rejects.
        cap: f64 [.share()] = 0.8,
    }
}

settings! {
    /// failsafe-go's `adaptivethrottler`. It counts in 20 buckets (`NewTimedStats(20, …)`), and
    /// what it rejects itself does not count.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct FailsafeGo {
        /// `failureRateThreshold`: the failure rate above which it rejects. With 100% its formula
        /// divides by zero, so that is not allowed here.
        failure_rate: f64 [.share().below(1.0)] = 0.1,
        /// `executionThreshold`: with fewer executions in the window it rejects nothing.
        min_requests: u32 = 0,
        /// `thresholdingPeriod`: how long results count.
        window: Duration [.above(0.0)] = Duration::from_secs(60),
        /// `maxRejectionRate`: the largest share that it rejects.
        cap: f64 [.share()] = 0.9,
    }
}

impl Like<Settings> for Envoy {
    fn settings(&self) -> Settings {
        let Self { window, rate, aggression, min_per_sec, cap } = *self;
        let seconds = window.as_nanos().div_ceil(Duration::from_secs(1).as_nanos());
        Settings {
            window,
            buckets: seconds.clamp(1, 10_000) as u32,
            counts_rejected: false,
            ..Settings::of(Rule::SuccessRate {
                rate,
                aggression,
                min_per_sec,
                cap,
                min_requests: 0,
            })
        }
    }
}

impl Like<Settings> for FailsafeGo {
    fn settings(&self) -> Settings {
        let Self { failure_rate, min_requests, window, cap } = *self;
        let rate = 1.0 - failure_rate;
        let (aggression, min_per_sec) = (1.0, 0.0);
        Settings {
            window,
            buckets: 20,
            counts_rejected: false,
            ..Settings::of(Rule::SuccessRate { rate, aggression, min_per_sec, cap, min_requests })
        }
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Envoy>(
            "envoy",
            "`AdmissionControl`: a success rate of 95 % over 30 s, at most 80 % rejected",
        ),
        Preset::of::<FailsafeGo>(
            "failsafe-go",
            "`adaptivethrottler`: a failure rate of 10 % over 1 min, at most 90 % rejected",
        ),
    ]
}

impl Library {
    /// Its adaptive throttle.
    pub fn adaptive_throttle(self) -> Option<Settings> {
        self.of()
    }
}
