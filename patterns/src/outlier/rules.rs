//! What makes a host an outlier.

use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

/// The classes that usually are local-origin failures: no connection, or no answer in time.
pub const LOCAL: Classes = Classes::NONE.with(Class::Network).with(Class::Timeout);

settings! {
    /// A rule on failures in a row.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Consecutive {
        /// How many in a row make an outlier (Envoy: 5).
        failures: u32 [.at_least(1.0)] = 5,
        /// How many of a hundred hosts that the rule finds are ejected.
        enforce_percent: u8 [.at_most(100.0)] = 100,
    }
    short "failures";
    none ["off"];
    warns |rule, fields, reader| warn_of_nothing(rule.enforce_percent, fields, reader);
}

settings! {
    /// Local-origin failures counted apart (Envoy `split_external_local_origin_errors`).
    ///
    /// Such a failure counts neither as an error nor as a success of the host, and any answer of
    /// the host counts as a success of the way to it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SplitLocal {
        /// The classes that are local-origin failures, even if they are among `errors`.
        classes: Classes [.at_least(1.0)] = LOCAL,
        /// Such failures in a row (Envoy `consecutive_local_origin_failure`: 5).
        consecutive: Option<Consecutive> = Some(Consecutive::of(5)),
        /// `enforce-percent` of the rule `success-rate` for such failures (Envoy
        /// `enforcing_local_origin_success_rate`: 100).
        success_rate_percent: u8 [.at_most(100.0)] = 100,
        /// `enforce-percent` of the rule `failure-percentage` for such failures (Envoy
        /// `enforcing_failure_percentage_local_origin`: 0).
        failure_percentage_percent: u8 [.at_most(100.0)] = 0,
    }
    none ["off"];
}

settings! {
    /// A rule on the success rate of a host among the others.
    ///
    /// With the mean and the population's standard deviation σ of the rates of all hosts that take
    /// part, a host below `mean − stdev-factor / 1000 · σ` is an outlier, and one at exactly that
    /// rate is none (Envoy `outlier_detection_impl.cc`, gRPC A50). One host alone is never further
    /// from the mean of `m` hosts than `√(m − 1) · σ`: with the factor 1900 it takes five.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SuccessRate {
        /// How many hosts must take part (Envoy and gRPC: 5).
        min_hosts: u16 = 5,
        /// How many calls a host must have answered in the interval to take part; one without any
        /// never does (Envoy and gRPC: 100).
        min_calls: u32 = 100,
        /// Thousandths of σ (Envoy and gRPC: 1900).
        stdev_factor: u32 = 1900,
        /// How many of a hundred hosts that the rule finds are ejected.
        enforce_percent: u8 [.at_most(100.0)] = 100,
    }
    none ["off"];
    warns |rule, fields, reader| warn_of_nothing(rule.enforce_percent, fields, reader);
}

settings! {
    /// A rule on the share of failures of a host, whatever the others do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct FailurePercentage {
        /// The share that is too high, in percent (Envoy and gRPC: 85).
        threshold: u8 [.at_most(100.0)] = 85,
        /// Whether exactly that share is too high: yes in Envoy and in the fields of gRPC A50, no
        /// in the algorithm of gRPC A50.
        compare: Compare = Compare::AtLeast,
        /// How many hosts there must be (Envoy and gRPC: 5).
        min_hosts: u16 = 5,
        /// Which hosts count for `min-hosts`.
        hosts: HostsCounted = HostsCounted::WithCalls,
        /// How many calls a host must have answered in the interval; one without any is never
        /// found (Envoy and gRPC: 50).
        min_calls: u32 = 50,
        /// How many of a hundred hosts that the rule finds are ejected.
        enforce_percent: u8 [.at_most(100.0)] = 100,
    }
    none ["off"];
    warns |rule, fields, reader| warn_of_nothing(rule.enforce_percent, fields, reader);
}

settings! {
    /// A rule on an exponential moving average of successes.
    ///
    /// With `x` 1 for a success and 0 for an error, `ema += (1 − e^(−d/memory)) · (x − ema)`,
    /// where `d` is the distance from the result before; it begins with the first `x` (Finagle
    /// `FailureAccrualPolicy.successRate` and `successRateWithinDuration`).
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Ema {
        /// A host below this rate is an outlier, one at exactly this rate is none (Finagle: 0.8).
        success_rate: f64 [.share()] = 0.8,
        /// How fast old results fade.
        memory: Memory = Memory::Time(Duration::from_secs(30)),
        /// How many results there must be since the host came back (Finagle: 5).
        min_calls: u32 [.at_least(1.0)] = 5,
        /// How many of a hundred hosts that the rule finds are ejected.
        enforce_percent: u8 [.at_most(100.0)] = 100,
    }
    none ["off"];
    warns |rule, fields, reader| warn_of_nothing(rule.enforce_percent, fields, reader);
}

settings! {
    /// How fast old results fade: to 1/e over this distance. A number is one of results, a length
    /// one of time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Memory {
        /// Over this time (Finagle: 30 s). A result in the same instant as the one before weighs
        /// nothing.
        Time(
            /// How long.
            time: Duration [.above(0.0)],
        ),
        /// Over this many results.
        Calls(
            /// How many.
            calls: u32 [.at_least(1.0)],
        ),
    }
    literals { Duration => Self::Time, u32 => Self::Calls }
}

settings! {
    /// How a share of failures is compared with its threshold.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Compare {
        /// Exactly that share is enough.
        AtLeast,
        /// It takes more.
        MoreThan,
    }
}

settings! {
    /// Which hosts count for the least number of hosts.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum HostsCounted {
        /// Those that have enough calls and are not ejected (Envoy).
        WithCalls,
        /// All (the text of gRPC A50).
        All,
    }
}

impl Consecutive {
    /// This many failures in a row, always enforced.
    pub const fn of(failures: u32) -> Self {
        Self { failures, enforce_percent: 100 }
    }
}

impl SplitLocal {
    /// As in Envoy: five in a row, and success rates.
    pub const fn usual() -> Self {
        Self {
            classes: LOCAL,
            consecutive: Some(Consecutive::of(5)),
            success_rate_percent: 100,
            failure_percentage_percent: 0,
        }
    }
}

impl SuccessRate {
    /// As in Envoy and gRPC: 1.9 σ below the mean.
    pub const fn usual() -> Self {
        Self { min_hosts: 5, min_calls: 100, stdev_factor: 1900, enforce_percent: 100 }
    }
}

impl FailurePercentage {
    /// As in Envoy, but enforced: at least 85 % of 50 calls.
    pub const fn usual() -> Self {
        Self {
            threshold: 85,
            compare: Compare::AtLeast,
            min_hosts: 5,
            hosts: HostsCounted::WithCalls,
            min_calls: 50,
            enforce_percent: 100,
        }
    }
}

impl Ema {
    /// As in Finagle: below 80 %, with a memory of 30 s.
    pub const fn usual() -> Self {
        Self {
            success_rate: 0.8,
            memory: Memory::Time(Duration::from_secs(30)),
            min_calls: 5,
            enforce_percent: 100,
        }
    }
}

/// A rule that was written and is never enforced.
fn warn_of_nothing(enforce_percent: u8, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if enforce_percent == 0 {
        let subject = reader.subject();
        let message = format!("{subject} ejects nothing: its `enforce-percent` is 0");
        reader.no_effect(fields.at(), message);
    }
}
