//! What outlier ejection can be set to, and which settings make sense.

use super::statistics::Tally;
use crate::backoff::{self, Backoff, Curve};
use crate::invalid::Invalid;
use crate::outcome::{Class, Classes};
use crate::settings::Auto;
use crate::time::Duration;

pub use crate::breaker::Compare;

/// The settings of [`Outliers`](super::Outliers).
///
/// Without any rule no host is ever ejected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The classes that are errors of the host; [`ERRORS`] is the usual choice. A class that is
    /// neither here nor in `ignore` is a success: the host did answer.
    pub errors: Classes,
    /// Those of the errors that are gateway failures; [`GATEWAY`] is the usual choice.
    pub gateway: Classes,
    /// The classes that say nothing of the host, even if they are in another set; [`IGNORED`] is
    /// the usual choice.
    pub ignore: Classes,
    /// Errors in a row, gateway failures or not (Envoy `consecutive_5xx`: 5).
    pub consecutive: Option<Consecutive>,
    /// Gateway failures in a row; another error ends the row (Envoy
    /// `consecutive_gateway_failure`: 5, enforced 0 %).
    pub consecutive_gateway: Option<Consecutive>,
    /// Whether failures on the way to the host are counted apart from errors of the host, and what
    /// follows on them (Envoy `split_external_local_origin_errors`).
    pub split_local: Option<SplitLocal>,
    /// A success rate far below that of the other hosts.
    pub success_rate: Option<SuccessRate>,
    /// A share of failures, whatever the other hosts do.
    pub failure_percentage: Option<FailurePercentage>,
    /// A success rate that fades with age (Finagle).
    pub ema: Option<Ema>,
    /// How long the calls are counted that `success_rate` and `failure_percentage` look at, and
    /// how long a host must be healthy for its multiplier to shrink by one; more than zero
    /// (Envoy and gRPC: 10 s).
    pub interval: Duration,
    /// The length of a first ejection; more than zero (Envoy and gRPC: 30 s).
    pub base_ejection_time: Duration,
    /// The longest ejection, before jitter; no shorter than the first (Envoy and gRPC: 300 s).
    pub max_ejection_time: Duration,
    /// How much longer an ejection may be by chance; each length up to this is as likely (Envoy
    /// `max_ejection_time_jitter`: 0).
    pub ejection_jitter: Duration,
    /// How ejections grow with the multiplier.
    pub growth: Growth,
    /// How an ejected host comes back.
    pub back: Back,
    /// Whether an ejection is over at exactly its end.
    pub ejection_end: EjectionEnd,
    /// The share of all hosts that may be ejected, in percent; at most 100 (Envoy and gRPC: 10).
    pub max_ejection_percent: u8,
    /// What is compared with that share.
    pub cap_reading: CapReading,
    /// Whether one host may be ejected whatever the share (Envoy `always_eject_one_host`).
    pub always_eject_one: bool,
}

/// The classes that usually are errors: the host could not be reached, did not answer in time, or
/// has too much to do.
pub const ERRORS: Classes =
    Classes::NONE.with(Class::Network).with(Class::Timeout).with(Class::Overload);

/// The classes that usually are gateway failures: what a proxy answers by 502, 503 and 504.
pub const GATEWAY: Classes = ERRORS;

/// The classes that usually are local-origin failures: no connection, or no answer in time.
pub const LOCAL: Classes = Classes::NONE.with(Class::Network).with(Class::Timeout);

/// The classes that usually say nothing of the host: it never saw the call.
pub const IGNORED: Classes =
    Classes::NONE.with(Class::BreakerOpen).with(Class::BulkheadFull).with(Class::Rejected);

/// A rule on failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consecutive {
    /// How many in a row make an outlier; at least 1.
    pub failures: u32,
    /// How many of a hundred hosts that the rule finds are ejected; at most 100.
    pub enforce_percent: u8,
}

/// Local-origin failures counted apart.
///
/// Such a failure counts neither as an error nor as a success of the host, and any answer of the
/// host counts as a success of the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitLocal {
    /// The classes that are local-origin failures, even if they are in `errors`; [`LOCAL`] is the
    /// usual choice.
    pub classes: Classes,
    /// Such failures in a row (Envoy `consecutive_local_origin_failure`: 5).
    pub consecutive: Option<Consecutive>,
    /// `enforce_percent` of the success rate rule for such failures; at most 100.
    pub success_rate_percent: u8,
    /// `enforce_percent` of the failure percentage rule for such failures; at most 100.
    pub failure_percentage_percent: u8,
}

/// A rule on the success rate of a host among the others.
///
/// With the mean and the population's standard deviation σ of the rates of all hosts that take
/// part, a host below `mean − stdev_factor / 1000 · σ` is an outlier, and one at exactly that rate
/// is none (Envoy `outlier_detection_impl.cc`, gRPC A50). One host alone is never further from the
/// mean of `m` hosts than `√(m − 1) · σ`: with the factor 1900 it takes five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuccessRate {
    /// How many hosts must take part (Envoy and gRPC: 5).
    pub min_hosts: u16,
    /// How many calls a host must have answered in the interval to take part; one without any
    /// never does (Envoy and gRPC: 100).
    pub min_calls: u32,
    /// Thousandths of σ (Envoy and gRPC: 1900).
    pub stdev_factor: u32,
    /// How many of a hundred hosts that the rule finds are ejected; at most 100.
    pub enforce_percent: u8,
}

/// A rule on the share of failures of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailurePercentage {
    /// In percent; at most 100 (Envoy and gRPC: 85).
    pub threshold: u8,
    /// Whether exactly that share is enough: yes in Envoy and in the fields of gRPC A50, no in the
    /// algorithm of gRPC A50.
    pub compare: Compare,
    /// How many hosts there must be (Envoy and gRPC: 5).
    pub min_hosts: u16,
    /// Which hosts count for `min_hosts`.
    pub hosts: HostsCounted,
    /// How many calls a host must have answered in the interval; one without any is never found
    /// (Envoy and gRPC: 50).
    pub min_calls: u32,
    /// How many of a hundred hosts that the rule finds are ejected; at most 100.
    pub enforce_percent: u8,
}

/// Which hosts count for the least number of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostsCounted {
    /// Those that have enough calls and are not ejected (Envoy).
    WithCalls,
    /// All (the text of gRPC A50).
    All,
}

/// A rule on an exponential moving average of successes.
///
/// With `x` 1 for a success and 0 for an error, `ema += (1 − e^(−d/memory)) · (x − ema)`, where
/// `d` is the distance from the result before; it begins with the first `x` (Finagle
/// `FailureAccrualPolicy.successRate` and `successRateWithinDuration`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ema {
    /// A host below this rate is an outlier, one at exactly this rate is none; from 0 to 1
    /// (Finagle: 0.8).
    pub success_rate: f64,
    /// How fast old results fade.
    pub memory: Memory,
    /// How many results there must be since the host came back; at least 1 (Finagle: 5).
    pub min_calls: u32,
    /// How many of a hundred hosts that the rule finds are ejected; at most 100.
    pub enforce_percent: u8,
}

/// How fast old results fade: to 1/e over this distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Over so much time, more than zero (Finagle: 30 s). A result in the same instant as the one
    /// before weighs nothing.
    Time(Duration),
    /// Over so many results, at least 1.
    Calls(u32),
}

/// How ejections grow with the multiplier: the number of ejections, less one for each interval in
/// which the host was healthy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Growth {
    /// `base · multiplier`. The multiplier stops one past what the longest ejection needs, so that
    /// it can shrink again (Envoy).
    Linear,
    /// `base · multiplier`, with a multiplier that never stops (gRPC A50).
    LinearUnbounded,
    /// `base · factor^(multiplier − 1)`; the multiplier stops at the longest ejection (Finagle and
    /// Linkerd, with the factor 2).
    Exponential {
        /// Finite, and at least 1.
        factor: f64,
    },
}

/// How an ejected host comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// At the first end of an interval that finds its ejection over, before the rules look at that
    /// interval (Envoy).
    AtInterval,
    /// At the same time, but after the rules: until then it is found by none, and counts for the
    /// cap (gRPC A50).
    AfterInterval,
    /// At the end of its ejection (tower-resilience).
    AtEnd,
    /// At the end of its ejection it may be sent one call, and the next result decides: a success
    /// brings it back and forgets its multiplier, an error ejects it again (Finagle).
    ByProbe,
}

/// Whether an ejection is over at exactly its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EjectionEnd {
    /// Yes (Envoy).
    Returns,
    /// No: gRPC A50 lets a host back when the time is after the end. As it ejects at the ends of
    /// intervals, a host ejected for three of them stays out for four.
    Stays,
}

/// What is compared with the share of hosts that may be ejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapReading {
    /// The share with one host more, which must not be above it (Envoy). It is never overshot.
    After,
    /// The share without that host, which must be below it (the gRPC libraries). It may be
    /// overshot by less than one host.
    Before,
    /// The share without that host, which must not be above it (the text of gRPC A50). It may be
    /// overshot by one host.
    BeforeOrAt,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let positive = "longer than zero";
        Invalid::unless(self.errors != Classes::NONE, "errors", "at least one class")?;
        for rule in [self.consecutive, self.consecutive_gateway].into_iter().flatten() {
            rule.check()?;
        }
        if let Some(split) = self.split_local {
            Invalid::unless(split.classes != Classes::NONE, "classes", "at least one class")?;
            split.consecutive.map_or(Ok(()), Consecutive::check)?;
            percent(split.success_rate_percent, "success_rate_percent")?;
            percent(split.failure_percentage_percent, "failure_percentage_percent")?;
        }
        if let Some(rule) = self.success_rate {
            percent(rule.enforce_percent, "enforce_percent")?;
        }
        if let Some(rule) = self.failure_percentage {
            percent(rule.threshold, "threshold")?;
            percent(rule.enforce_percent, "enforce_percent")?;
        }
        if let Some(rule) = self.ema {
            let share = (0.0..=1.0).contains(&rule.success_rate);
            Invalid::unless(share, "success_rate", "from 0 to 1")?;
            Invalid::unless(1 <= rule.min_calls, "min_calls", "at least 1")?;
            match rule.memory {
                Memory::Time(memory) => Invalid::unless(!memory.is_zero(), "memory", positive)?,
                Memory::Calls(calls) => Invalid::unless(1 <= calls, "memory", "at least 1 call")?,
            }
            percent(rule.enforce_percent, "enforce_percent")?;
        }
        Invalid::unless(!self.interval.is_zero(), "interval", positive)?;
        Invalid::unless(!self.base_ejection_time.is_zero(), "base_ejection_time", positive)?;
        Invalid::unless(
            self.base_ejection_time <= self.max_ejection_time,
            "max_ejection_time",
            "no shorter than the base ejection time",
        )?;
        percent(self.max_ejection_percent, "max_ejection_percent")
    }

    /// The length of ejections by the multiplier.
    pub(super) fn lengths(&self) -> Result<Backoff, Invalid> {
        let base = self.base_ejection_time;
        let curve = match self.growth {
            Growth::Linear | Growth::LinearUnbounded => Curve::Linear { base, step: Auto::Auto },
            Growth::Exponential { factor } => Curve::Exponential { base, factor },
        };
        Backoff::new(backoff::Settings::of(curve).capped(self.max_ejection_time))
    }
}

impl FailurePercentage {
    /// Whether these failures are too many of the calls.
    pub(super) fn finds(&self, tally: Tally) -> bool {
        let failures = u64::from(tally.failures) * 100;
        let most = u64::from(tally.calls) * u64::from(self.threshold);
        match self.compare {
            Compare::AtLeast => most <= failures,
            Compare::MoreThan => most < failures,
        }
    }
}

impl Consecutive {
    fn check(self) -> Result<(), Invalid> {
        Invalid::unless(1 <= self.failures, "failures", "at least 1")?;
        percent(self.enforce_percent, "enforce_percent")
    }
}

fn percent(value: u8, setting: &'static str) -> Result<(), Invalid> {
    Invalid::unless(value <= 100, setting, "at most 100")
}
