//! Outlier ejection of libraries, in their own numbers.

use super::rules::{Compare, Consecutive, FailurePercentage, HostsCounted, SuccessRate};
use super::settings::{Back, CapReading, EjectionEnd, Growth, Settings};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Auto, LayerSettings, Like, Preset};
use crate::time::Duration;

settings! {
    /// Envoy's `OutlierDetection` (`outlier_detection.proto`, `outlier_detection_impl.cc`): ejects
    /// on 5 errors in a row, or on a success rate 1.9 σ below the mean; never more than a tenth of
    /// the hosts, so that of fewer than ten hosts none goes unless `always-eject-one` is set.
    ///
    /// An `enforcing_…` of 0 finds outliers and ejects none of them: that is `enforce-percent` of
    /// each rule. `split_external_local_origin_errors` is `split-local = {}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Envoy {
        /// `consecutive_5xx`, `enforcing_consecutive_5xx`.
        consecutive: Option<Consecutive> = Some(Consecutive::of(5)),
        /// `consecutive_gateway_failure`, `enforcing_consecutive_gateway_failure`.
        consecutive_gateway: Option<Consecutive> =
            Some(Consecutive { failures: 5, enforce_percent: 0 }),
        /// `success_rate_minimum_hosts`, `success_rate_request_volume`,
        /// `success_rate_stdev_factor`, `enforcing_success_rate`.
        success_rate: Option<SuccessRate> = Some(SuccessRate::usual()),
        /// `failure_percentage_threshold`, `failure_percentage_minimum_hosts`,
        /// `failure_percentage_request_volume`, `enforcing_failure_percentage`: 0.
        failure_percentage: Option<FailurePercentage> =
            Some(FailurePercentage { enforce_percent: 0, ..FailurePercentage::usual() }),
        /// `interval`.
        interval: Duration [.above(0.0)] = Duration::from_secs(10),
        /// `base_ejection_time`.
        base_ejection_time: Duration [.above(0.0)] = Duration::from_secs(30),
        /// `max_ejection_time`: 300 s, or `base_ejection_time` if that is longer.
        max_ejection_time: Auto<Duration> = Auto::Auto,
        /// `max_ejection_time_jitter`.
        ejection_jitter: Duration = Duration::ZERO,
        /// `max_ejection_percent`.
        max_ejection_percent: u8 [.at_most(100.0)] = 10,
        /// `always_eject_one_host`.
        always_eject_one: bool = false,
    }
}

settings! {
    /// gRPC's `OutlierDetectionLoadBalancingConfig` (proposal A50): ejects on a success rate 1.9 σ
    /// below the mean, or on 85 % failures; it may eject one host past a tenth of them.
    ///
    /// There both rules are absent by default, and nothing is ejected then; here both are on with
    /// the numbers that an empty rule has there. One of them is taken off by `"off"`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Grpc {
        /// `success_rate_ejection`: `minimum_hosts`, `request_volume`, `stdev_factor`,
        /// `enforcement_percentage`.
        success_rate: Option<SuccessRate> = Some(SuccessRate::usual()),
        /// `failure_percentage_ejection`: `threshold`, `minimum_hosts`, `request_volume`,
        /// `enforcement_percentage`. As in the algorithm exactly the threshold is not enough, and
        /// all addresses count for `minimum_hosts`.
        failure_percentage: Option<FailurePercentage> = Some(FailurePercentage {
            compare: Compare::MoreThan,
            hosts: HostsCounted::All,
            ..FailurePercentage::usual()
        }),
        /// `interval`.
        interval: Duration [.above(0.0)] = Duration::from_secs(10),
        /// `base_ejection_time`.
        base_ejection_time: Duration [.above(0.0)] = Duration::from_secs(30),
        /// `max_ejection_time`; a shorter one than `base_ejection_time` is as long as that.
        max_ejection_time: Duration = Duration::from_secs(300),
        /// `max_ejection_percent`.
        max_ejection_percent: u8 [.at_most(100.0)] = 10,
    }
}

impl Like<Settings> for Envoy {
    fn settings(&self) -> Settings {
        Settings {
            consecutive: Auto::Is(self.consecutive),
            consecutive_gateway: self.consecutive_gateway,
            success_rate: self.success_rate,
            failure_percentage: self.failure_percentage,
            interval: self.interval,
            base_ejection_time: self.base_ejection_time,
            max_ejection_time: self.max_ejection_time,
            ejection_jitter: self.ejection_jitter,
            growth: Growth::Linear,
            // onIntervalTimer checks for ends, then looks at the rates.
            back: Back::AtInterval,
            ejection_end: EjectionEnd::Returns,
            max_ejection_percent: self.max_ejection_percent,
            // The share is that with the host.
            cap_reading: CapReading::After,
            always_eject_one: self.always_eject_one,
            ..Settings::without_rules()
        }
    }
}

impl Like<Settings> for Grpc {
    fn settings(&self) -> Settings {
        // "min(base_ejection_time * multiplier, max(base_ejection_time, max_ejection_time))"
        let longest = self.max_ejection_time.max(self.base_ejection_time);
        Settings {
            success_rate: self.success_rate,
            failure_percentage: self.failure_percentage,
            interval: self.interval,
            base_ejection_time: self.base_ejection_time,
            max_ejection_time: Auto::Is(longest),
            growth: Growth::LinearUnbounded,
            // The timer runs the rules, then lets hosts back in.
            back: Back::AfterInterval,
            // "if the current time is after"
            ejection_end: EjectionEnd::Stays,
            max_ejection_percent: self.max_ejection_percent,
            // The libraries: no more once the share has reached max_ejection_percent.
            cap_reading: CapReading::Before,
            ..Settings::without_rules()
        }
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "eject";

    fn presets() -> Vec<Preset<Self>> {
        vec![
            Preset::of::<Envoy>(
                "envoy",
                "`OutlierDetection`: 5 errors in a row, or a success rate far below the mean; a \
                 tenth of the hosts at most",
            ),
            Preset::of::<Grpc>(
                "grpc",
                "A50, with both of its rules: a success rate far below the mean, or 85 % failures",
            ),
        ]
    }
}

impl Library {
    /// Its outlier ejection.
    pub fn outlier(self) -> Option<Settings> {
        self.of()
    }
}
