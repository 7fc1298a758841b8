//! What a circuit breaker can be set to, and which settings make sense.

use super::half_open::{Close, HalfOpen, Permits, Ramp, Then};
use super::state::State;
use super::window::Window;
use crate::backoff::{self, Backoff};
use crate::invalid::Invalid;
use crate::outcome::{Class, Classes};
use crate::time::Duration;

/// The settings of a [`Breaker`](super::Breaker).
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What opens a closed breaker.
    pub trip: Trip,
    /// A call that took longer than this is slow, however it ended; one that took exactly as long
    /// is not (resilience4j). Slow calls matter to [`Trip::SlowRate`] and [`Close::Rate`] alone.
    pub slow: Option<Duration>,
    /// Which results may open it.
    pub evaluate: Evaluate,
    /// The classes that count as failures; [`FAILURES`] is the usual choice. A class that is
    /// neither here nor in `ignore` counts as a success: the callee did answer.
    pub count: Classes,
    /// The classes that count as neither, even if they are in `count`; [`IGNORED`] is the usual
    /// choice.
    pub ignore: Classes,
    /// How long it stays open.
    pub open: OpenWait,
    /// Whether a call at exactly the end of that wait is admitted.
    pub boundary: Boundary,
    /// How it finds out whether to close again.
    pub half_open: HalfOpen,
    /// How calls are let in again after that; all at once without it.
    pub ramp: Option<Ramp>,
    /// What to do with results that come after the state that admitted their call, or after their
    /// call was given up.
    pub late: Late,
    /// What a call counts as that was given up above.
    pub cancelled: Cancelled,
    /// Whether it decides for itself.
    pub mode: Mode,
}

/// Whether a breaker decides for itself, or is held in some state by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It decides by its settings.
    #[default]
    Automatic,
    /// It admits nothing (resilience4j's `FORCED_OPEN`, Polly's isolated circuit).
    ForcedOpen,
    /// It admits everything and records nothing (resilience4j's `DISABLED`).
    Disabled,
    /// It admits everything and records all results, but never opens (resilience4j's
    /// `METRICS_ONLY`).
    MetricsOnly,
}

impl Mode {
    /// The state of a breaker that has just been put in this mode.
    pub(super) fn state(self) -> State {
        match self {
            Self::Automatic => State::Closed,
            Self::ForcedOpen => State::ForcedOpen,
            Self::Disabled => State::Disabled,
            Self::MetricsOnly => State::MetricsOnly,
        }
    }
}

/// The classes that usually count as failures: the callee could not be reached, did not answer in
/// time, or has too much to do.
///
/// What is not here: a refusal for this caller's quota and a malformed question or answer come
/// from a callee that works (Envoy's outlier detection counts no 4xx, Hystrix ignores bad
/// requests), though Polly's HTTP handler counts status 429. A caller that wants a breaker to give
/// way to rate limits adds [`Class::RateLimit`] here and takes it out of `ignore`.
pub const FAILURES: Classes =
    Classes::NONE.with(Class::Network).with(Class::Timeout).with(Class::Overload);

/// The classes that usually count as neither: the callee never saw the call, or only said that
/// this caller has used up its quota.
pub const IGNORED: Classes = Classes::NONE
    .with(Class::RateLimit)
    .with(Class::BreakerOpen)
    .with(Class::BulkheadFull)
    .with(Class::Rejected);

/// What opens a closed breaker.
#[derive(Clone, Debug, PartialEq)]
pub enum Trip {
    /// So many failures in a row.
    Consecutive {
        /// At least 1.
        failures: u32,
    },
    /// So many failures in a window.
    Count {
        /// At least 1, and no more than a window of calls holds.
        failures: u32,
        /// Over which calls.
        window: Window,
    },
    /// A share of failures among the calls in a window.
    Rate {
        /// The share, from 0 to 1.
        rate: f64,
        /// Whether exactly that share is enough.
        compare: Compare,
        /// With fewer calls in the window it never opens; at least 1. In a window of calls those
        /// count that have left it since the breaker closed, and one more than it holds is the
        /// most: then it decides from the first result on that pushes another out (recloser).
        min_calls: u32,
        /// Over which calls.
        window: Window,
    },
    /// A share of slow calls among the calls in a window (resilience4j, Sentinel).
    SlowRate {
        /// The share, from 0 to 1.
        rate: f64,
        /// Whether exactly that share is enough.
        compare: Compare,
        /// As for [`Trip::Rate`].
        min_calls: u32,
        /// Over which calls.
        window: Window,
    },
    /// A moving average of failures, in which each failure is a one and each success a zero; the
    /// first result is the first average (Finagle).
    Average {
        /// How fast it forgets.
        memory: Memory,
        /// The average, from 0 to 1.
        rate: f64,
        /// Whether exactly that average is enough.
        compare: Compare,
        /// With fewer results since it closed it never opens; at least 1.
        min_calls: u32,
    },
    /// Any of these conditions; at least one (resilience4j, Sentinel).
    Any(Vec<Self>),
    /// All of these conditions at once; at least one.
    All(Vec<Self>),
}

/// How fast a moving average forgets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Memory {
    /// With each result `x`, the average moves by this share of the way to it: more than 0, at
    /// most 1.
    Share(f64),
    /// By `1 − e^(−dt/span)` of the way, where `dt` is the time since the result before (Finagle,
    /// `liveness/FailureAccrualPolicy.scala`). Longer than zero.
    Time(Duration),
}

/// Whether a share at exactly the threshold is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Yes: `>=` (resilience4j, Polly, Hystrix, recloser). The rate must be more than 0.
    AtLeast,
    /// No: `>` (Sentinel, opossum, cockatiel). The rate must be less than 1.
    MoreThan,
}

impl Compare {
    /// Whether a share of `found` is enough where `rate` is asked for.
    pub(super) fn reaches(self, found: f64, rate: f64) -> bool {
        match self {
            Self::AtLeast => rate <= found,
            Self::MoreThan => rate < found,
        }
    }

    fn check(self, rate: f64) -> Result<(), Invalid> {
        match self {
            Self::AtLeast => {
                let valid = 0.0 < rate && rate <= 1.0;
                Invalid::unless(valid, "rate", "more than 0 and at most 1")
            }
            Self::MoreThan => {
                let valid = (0.0..1.0).contains(&rate);
                Invalid::unless(valid, "rate", "at least 0 and less than 1")
            }
        }
    }
}

/// Which results may open a closed breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluate {
    /// Every result: a success may bring the calls up to the minimum (resilience4j, recloser).
    EveryResult,
    /// Only a failure (Polly, gobreaker, cockatiel).
    Failures,
    /// No single result: the first call or result that comes no sooner than this after the last
    /// time that it was decided, or that the breaker closed (Hystrix, 500 ms). More than zero.
    Periodically(Duration),
}

/// How long a breaker stays open.
#[derive(Clone, Debug, PartialEq)]
pub enum OpenWait {
    /// Always as long; more than zero.
    Constant(Duration),
    /// As a backoff says whose retries are the times that it opens again without having closed:
    /// growing, with jitter, as listed. Draws once each time it may open if there is jitter. A
    /// wait that is drawn as zero ends at once.
    Backoff(backoff::Settings),
}

/// Whether a call at exactly the end of the open wait is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Yes (Polly, failsafe, Sentinel, pybreaker).
    Admits,
    /// No, but one nanosecond later is (resilience4j, gobreaker, Hystrix, recloser).
    Refuses,
}

/// What to do with a result whose call was admitted in a state that is over, or was given up.
///
/// None of these gives a permit back: the state that lent it is over, or giving up returned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// Nothing (gobreaker's generations).
    Drop,
    /// Enter it in the record of calls as it is now, without a change of state because of it.
    CountCurrent,
    /// Take it as a result of the current state: it may open a closed breaker, and close or open
    /// again a half-open one; while open it does nothing (Polly, resilience4j).
    ActCurrent,
    /// As `ActCurrent` while closed, and nothing in any other state: only probes decide about
    /// closing (cep21/circuit).
    ActClosed,
    /// Enter it in the record of the closed state that admitted its call, without a change of
    /// state because of it, unless a new record was begun since.
    CountOrigin,
}

/// What a call counts as that was given up above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Neither; if its result still comes, [`Settings::late`] says what to do with it.
    Ignore,
    /// As a failure; its result is dropped.
    Failure,
    /// As a failure if it was a probe, and else as neither (Hystrix).
    FailureOfProbe,
    /// As a success, which may close a half-open breaker; its result is dropped (Polly, unless told
    /// to handle cancellation).
    Success,
}

impl Settings {
    /// Settings with the usual choices for all but what opens it, and for how long: decided on
    /// failures; admitting at the end of the wait; one probe at a time, of which one success closes
    /// and one failure opens again, for at most as long as `open` and at least a minute; late
    /// results dropped; calls that were given up count as neither.
    pub fn new(trip: Trip, open: Duration) -> Self {
        Self {
            trip,
            slow: None,
            evaluate: Evaluate::Failures,
            count: FAILURES,
            ignore: IGNORED,
            open: OpenWait::Constant(open),
            boundary: Boundary::Admits,
            half_open: HalfOpen {
                permits: Permits::Concurrent(1),
                close: Close::Successes(1),
                half_open_timeout: Some(open.max(Duration::from_secs(60))),
                then: Then::Open,
            },
            ramp: None,
            late: Late::Drop,
            cancelled: Cancelled::Ignore,
            mode: Mode::Automatic,
        }
    }

    /// Fails unless a breaker can be set so.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        self.trip.check()?;
        let given = self.slow.is_some() || !self.trip.looks_at_slow();
        Invalid::unless(given, "slow", "given, for the trip condition looks at slow calls")?;
        if let Evaluate::Periodically(period) = self.evaluate {
            Invalid::unless(!period.is_zero(), "evaluate", "longer than zero")?;
        }
        Invalid::unless(self.count != Classes::NONE, "count", "at least one class")?;
        self.open.backoff()?;
        self.ramp.map_or(Ok(()), |ramp| ramp.check())?;
        self.half_open.check()
    }
}

impl Trip {
    fn check(&self) -> Result<(), Invalid> {
        match *self {
            Self::Consecutive { failures } => {
                Invalid::unless(1 <= failures, "failures", "at least 1")
            }
            Self::Count { failures, window } => {
                window.check()?;
                Invalid::unless(1 <= failures, "failures", "at least 1")?;
                let fits = failures <= window.most_calls();
                Invalid::unless(fits, "failures", "no more than the calls of the window")
            }
            Self::Rate { rate, compare, min_calls, window }
            | Self::SlowRate { rate, compare, min_calls, window } => {
                window.check()?;
                compare.check(rate)?;
                Invalid::unless(1 <= min_calls, "min_calls", "at least 1")?;
                let fits = min_calls <= window.most_calls().saturating_add(1);
                Invalid::unless(fits, "min_calls", "at most one more than the calls of the window")
            }
            Self::Average { memory, rate, compare, min_calls } => {
                let valid = match memory {
                    Memory::Share(share) => 0.0 < share && share <= 1.0,
                    Memory::Time(span) => !span.is_zero(),
                };
                Invalid::unless(valid, "memory", "a share of more than 0, or longer than zero")?;
                compare.check(rate)?;
                Invalid::unless(1 <= min_calls, "min_calls", "at least 1")
            }
            Self::Any(ref trips) | Self::All(ref trips) => {
                Invalid::unless(!trips.is_empty(), "trip", "at least one condition")?;
                trips.iter().try_for_each(Self::check)
            }
        }
    }

    fn looks_at_slow(&self) -> bool {
        match self {
            Self::SlowRate { .. } => true,
            Self::Any(trips) | Self::All(trips) => trips.iter().any(Self::looks_at_slow),
            _ => false,
        }
    }
}

impl OpenWait {
    /// The waits as a backoff whose retries are the times that it opens again.
    pub(super) fn backoff(&self) -> Result<Backoff, Invalid> {
        let backoff = Backoff::new(match self {
            Self::Constant(wait) => backoff::Settings::constant(*wait),
            Self::Backoff(settings) => settings.clone(),
        })?;
        Invalid::unless(!backoff.ends_in_zero(), "open", "longer than zero")?;
        Ok(backoff)
    }
}
