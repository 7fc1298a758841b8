//! What a circuit breaker can be set to, and which settings make sense.

use super::window::Window;
use crate::backoff::{Backoff, CapWhen, Curve, Jitter};
use crate::invalid::Invalid;
use crate::outcome::{Class, Classes};
use crate::time::Span;

/// The settings of a [`Breaker`](super::Breaker).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// What opens a closed breaker.
    pub trip: Trip,
    /// Which results may open it.
    pub evaluate: Evaluate,
    /// The classes that count as failures; [`FAILURES`] is the usual choice. A class that is
    /// neither here nor in `ignored` counts as a success: the callee did answer.
    pub failures: Classes,
    /// The classes that count as neither, even if they are in `failures`; [`IGNORED`] is the usual
    /// choice.
    pub ignored: Classes,
    /// How long it stays open.
    pub open: OpenWait,
    /// Whether a call at exactly the end of that wait is admitted.
    pub open_end: OpenEnd,
    /// How it finds out whether to close again.
    pub half_open: HalfOpen,
    /// What to do with results that come after the state that admitted their call, or after their
    /// call was given up.
    pub late: Late,
    /// What a call counts as that was given up above.
    pub cancelled: Cancelled,
}

/// The classes that usually count as failures: the callee could not be reached, did not answer in
/// time, or has too much to do.
///
/// What is not here: a refusal for this caller's quota and a malformed question or answer come
/// from a callee that works (Envoy's outlier detection counts no 4xx, Hystrix ignores bad
/// requests), though Polly's HTTP handler counts status 429. A caller that wants a breaker to give
/// way to rate limits adds [`Class::RateLimit`] here and takes it out of `ignored`.
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
#[derive(Clone, Copy, Debug, PartialEq)]
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
        /// With fewer calls in the window it never opens; at least 1, and no more than a window of
        /// calls holds.
        min_calls: u32,
        /// Over which calls.
        window: Window,
    },
}

/// Whether a share at exactly the threshold is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Yes: `>=` (resilience4j, Polly, Hystrix, recloser). The rate must be more than 0.
    AtLeast,
    /// No: `>` (Sentinel, opossum, cockatiel). The rate must be less than 1.
    MoreThan,
}

/// Which results may open a closed breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluate {
    /// Every result: a success may bring the calls up to the minimum (resilience4j, recloser).
    EveryResult,
    /// Only a failure (Polly, gobreaker, cockatiel).
    Failures,
}

/// How long a breaker stays open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OpenWait {
    /// Always as long; more than zero.
    Constant(Span),
    /// Longer each time it opens again without having closed.
    Growing {
        /// The first time; more than zero.
        first: Span,
        /// By what each further time is multiplied; finite, and at least 1.
        factor: f64,
        /// The longest.
        cap: Span,
    },
}

/// Whether a call at exactly the end of the open wait is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenEnd {
    /// Yes (Polly, failsafe, Sentinel, pybreaker).
    Admits,
    /// No, but one nanosecond later is (resilience4j, gobreaker, Hystrix, recloser).
    Refuses,
}

/// How a breaker finds out whether to close again.
///
/// One failure opens it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfOpen {
    /// How many calls may pass as probes.
    pub permits: Permits,
    /// How many probes must succeed for it to close; at least 1, and no more than a total of
    /// permits.
    pub successes: u32,
    /// How long it may stay half-open, more than zero. Without such an end, probes that are lost
    /// keep the others out for ever.
    pub max_wait: Option<Span>,
    /// What it becomes at that end.
    pub then: Then,
}

/// How many calls may pass a half-open breaker.
///
/// A probe that is ignored or given up gives its place back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permits {
    /// So many in all, at least 1 (resilience4j, gobreaker).
    Total(u32),
    /// So many at a time, at least 1 (failsafe; with 1: Polly, Hystrix, Sentinel).
    Concurrent(u32),
}

/// What a breaker becomes that was half-open for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Open: nobody knows that the callee is well.
    Open,
    /// Closed: nobody knows that it is not.
    Close,
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
    /// again a half-open one; while open it does nothing (Polly).
    ActCurrent,
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
}

impl Settings {
    /// Fails unless a breaker can be set so.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        self.trip.check()?;
        Invalid::unless(self.failures != Classes::NONE, "failures", "at least one class")?;
        self.open.backoff()?;
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
            Self::Rate { rate, compare, min_calls, window } => {
                window.check()?;
                match compare {
                    Compare::AtLeast => {
                        let valid = 0.0 < rate && rate <= 1.0;
                        Invalid::unless(valid, "rate", "more than 0 and at most 1")?;
                    }
                    Compare::MoreThan => {
                        let valid = (0.0..1.0).contains(&rate);
                        Invalid::unless(valid, "rate", "at least 0 and less than 1")?;
                    }
                }
                Invalid::unless(1 <= min_calls, "min_calls", "at least 1")?;
                let fits = min_calls <= window.most_calls();
                Invalid::unless(fits, "min_calls", "no more than the calls of the window")
            }
        }
    }
}

impl OpenWait {
    /// The waits as a backoff whose retries are the times that it opens again.
    pub(super) fn backoff(&self) -> Result<Backoff, Invalid> {
        let (curve, cap) = match *self {
            Self::Constant(wait) => (Curve::Constant(wait), None),
            Self::Growing { first, factor, cap } => {
                (Curve::Exponential { first, factor }, Some(cap))
            }
        };
        let jitter = Jitter::None;
        let backoff =
            crate::backoff::Settings { curve, cap, cap_when: CapWhen::BeforeJitter, jitter };
        let backoff = Backoff::new(backoff)?;
        Invalid::unless(!backoff.ends_in_zero(), "open", "longer than zero")?;
        Ok(backoff)
    }
}

impl HalfOpen {
    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(1 <= self.successes, "successes", "at least 1")?;
        match self.permits {
            Permits::Total(permits) => {
                Invalid::unless(1 <= permits, "permits", "at least 1")?;
                let enough = self.successes <= permits;
                Invalid::unless(enough, "successes", "no more than the permits")?;
            }
            Permits::Concurrent(permits) => {
                Invalid::unless(1 <= permits, "permits", "at least 1")?;
            }
        }
        let valid = self.max_wait.is_none_or(|wait| !wait.is_zero());
        Invalid::unless(valid, "max_wait", "longer than zero")
    }
}
