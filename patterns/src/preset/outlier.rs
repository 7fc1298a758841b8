//! Outlier ejection as libraries have it.

use super::Library;
use crate::outlier::{
    Back, CapReading, Compare, Consecutive, ERRORS, EjectionEnd, FailurePercentage, GATEWAY,
    Growth, HostsCounted, IGNORED, Settings, SuccessRate,
};
use crate::time::Duration;

impl Library {
    /// Its outlier ejection, for 30 s at first and 300 s at most, of no more than a tenth of the
    /// hosts.
    ///
    /// - envoy (`outlier_detection.proto`, `outlier_detection_impl.cc`): ejects on 5 errors in a
    ///   row, or on a success rate 1.9 σ below the mean; never more than the tenth.
    /// - grpc (A50): has no rule but those that are configured, and then with these numbers; here,
    ///   both. It may eject one host past the tenth.
    ///
    /// With fewer than ten hosts Envoy's cap lets none go unless `always_eject_one` is set.
    pub fn outlier(self) -> Option<Settings> {
        Some(match self {
            Self::Envoy => envoy(),
            Self::Grpc => grpc(),
            _ => return None,
        })
    }
}

fn envoy() -> Settings {
    Settings {
        errors: ERRORS,
        gateway: GATEWAY,
        ignore: IGNORED,
        // consecutive_5xx, enforcing_consecutive_5xx
        consecutive: Some(Consecutive { failures: 5, enforce_percent: 100 }),
        // consecutive_gateway_failure, enforcing_consecutive_gateway_failure
        consecutive_gateway: Some(Consecutive { failures: 5, enforce_percent: 0 }),
        // split_external_local_origin_errors
        split_local: None,
        success_rate: Some(SuccessRate {
            min_hosts: 5,         // success_rate_minimum_hosts
            min_calls: 100,       // success_rate_request_volume
            stdev_factor: 1900,   // success_rate_stdev_factor
            enforce_percent: 100, // enforcing_success_rate
        }),
        failure_percentage: Some(FailurePercentage {
            threshold: 85, // failure_percentage_threshold
            compare: Compare::AtLeast,
            min_hosts: 5, // failure_percentage_minimum_hosts
            hosts: HostsCounted::WithCalls,
            min_calls: 50,      // failure_percentage_request_volume
            enforce_percent: 0, // enforcing_failure_percentage
        }),
        ema: None,
        interval: Duration::from_secs(10),           // interval
        base_ejection_time: Duration::from_secs(30), // base_ejection_time
        max_ejection_time: Duration::from_secs(300), // max_ejection_time
        ejection_jitter: Duration::ZERO,             // max_ejection_time_jitter
        growth: Growth::Linear,
        // onIntervalTimer checks for ends, then looks at the rates.
        back: Back::AtInterval,
        ejection_end: EjectionEnd::Returns,
        max_ejection_percent: 10, // max_ejection_percent
        // The share is that with the host.
        cap_reading: CapReading::After,
        always_eject_one: false, // always_eject_one_host
    }
}

fn grpc() -> Settings {
    Settings {
        // It knows rates alone.
        consecutive: None,
        consecutive_gateway: None,
        // success_rate_ejection: stdev_factor, enforcement_percentage, minimum_hosts and
        // request_volume are those of Envoy.
        failure_percentage: Some(FailurePercentage {
            threshold: 85, // threshold
            // The algorithm: "greater than"
            compare: Compare::MoreThan,
            min_hosts: 5, // minimum_hosts
            // "the number of addresses"
            hosts: HostsCounted::All,
            min_calls: 50,        // request_volume
            enforce_percent: 100, // enforcement_percentage
        }),
        growth: Growth::LinearUnbounded,
        // The timer runs the rules, then lets hosts back in.
        back: Back::AfterInterval,
        // "if the current time is after"
        ejection_end: EjectionEnd::Stays,
        // The libraries: no more once the share has reached max_ejection_percent.
        cap_reading: CapReading::Before,
        ..envoy()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outlier::{Outliers, Verdict};
    use crate::time::Time;

    /// How many of so many hosts can be out after five errors of each, or an interval of failures.
    fn out(library: Library, hosts: u16) -> u16 {
        let mut outliers =
            Outliers::new(library.outlier().expect("it ejects"), hosts).expect("valid");
        for host in 0..hosts {
            (0..60).for_each(|_| outliers.report(host, Verdict::Error, Time::ZERO, || 0.5));
        }
        outliers.advance(Time::ZERO + Duration::from_secs(10), || 0.5);
        outliers.ejected()
    }

    #[test]
    fn the_caps_are_read_as_the_libraries_do() {
        assert_eq!([9, 10, 19, 20].map(|hosts| out(Library::Envoy, hosts)), [0, 1, 1, 2]);
        assert_eq!([4, 5, 10, 11].map(|hosts| out(Library::Grpc, hosts)), [0, 1, 1, 2]);
    }

    #[test]
    fn two_of_them_eject() {
        let known = Library::ALL.into_iter().filter(|library| library.outlier().is_some());
        assert!(known.eq([Library::Envoy, Library::Grpc]));
    }
}
