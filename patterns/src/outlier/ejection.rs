//! Why and how long a host is left out.

use crate::time::Time;

/// What a result says about a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostClassification {
    /// It answered.
    Success,
    /// It failed.
    Error,
    /// It failed in the way of a gateway that does not reach what is behind it.
    GatewayFailure,
    /// It was not reached, where that is counted apart (`split_local`).
    LocalFailure,
    /// Nothing.
    Ignored,
}

/// What finds an outlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// [`Settings::consecutive`](super::Settings::consecutive).
    #[default]
    Consecutive,
    /// [`Settings::consecutive_gateway`](super::Settings::consecutive_gateway).
    ConsecutiveGateway,
    /// [`SplitLocal::consecutive`](super::SplitLocal::consecutive).
    ConsecutiveLocal,
    /// [`Settings::success_rate`](super::Settings::success_rate).
    SuccessRate,
    /// The same of local-origin failures.
    SuccessRateLocal,
    /// [`Settings::failure_percentage`](super::Settings::failure_percentage).
    FailurePercentage,
    /// The same of local-origin failures.
    FailurePercentageLocal,
    /// [`Settings::ema`](super::Settings::ema).
    Ema,
    /// The probe of a host that was ejected failed ([`Back::ByProbe`](super::Back::ByProbe)).
    Probe,
}

/// Why and how long a host is ejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ejection {
    /// What found it.
    pub rule: Rule,
    /// Since when.
    pub since: Time,
    /// When it comes back, or may be probed; [`Time::MAX`] is never.
    pub until: Time,
}

/// What a rule found of a host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// When.
    pub at: Time,
    /// How the host did: its success rate, its share of failures (both from 0 to 1), or its
    /// failures in a row.
    pub value: f64,
    /// The threshold that it fell below, or that its failures reached, in the same unit. For the
    /// success rate it follows from the rates of all hosts: the mean less some deviations (Envoy
    /// `success_rate_ejection_threshold`).
    pub limit: f64,
}

/// What became of the outliers that rules found: `ejected + spared + capped` of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Were ejected.
    pub ejected: u64,
    /// Came back.
    pub returned: u64,
    /// Stayed in by chance (`enforce_percent`).
    pub spared: u64,
    /// Stayed in because too many were out.
    pub capped: u64,
}

impl Ejection {
    /// What ends at the end of time never ends.
    pub(super) fn is_over(&self, now: Time) -> bool {
        self.until <= now && self.until != Time::MAX
    }
}
