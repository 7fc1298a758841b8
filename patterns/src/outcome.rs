//! How a call ends: well, degraded, or failed in one of a few classes.

use core::fmt;

use crate::time::{Duration, Time};

/// How a call or an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The callee did what was asked.
    Ok,
    /// A fallback or an old copy stands in for the answer.
    Degraded,
    /// It failed.
    Failed(Failure),
}

/// A failure: its class, and what it says about when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    class: Class,
    hint: Hint,
}

/// What a failure says about when to come again, as one number, so that an [`Outcome`] stays
/// within 16 bytes: 0 for nothing, the largest for never, else one more than the nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Hint(u64);

impl Hint {
    const NONE: Self = Self(0);
    const NEVER: Self = Self(u64::MAX);
    /// A wait that is as good as for ever is no "never": it may be ignored.
    const FOREVER: Self = Self(u64::MAX - 1);

    const fn after(wait: Duration) -> Self {
        let nanos = wait.as_nanos();
        if nanos < u64::MAX - 2 { Self(nanos + 1) } else { Self::FOREVER }
    }

    const fn wait(self) -> Option<Duration> {
        match self {
            Self::NONE | Self::NEVER => None,
            Self::FOREVER => Some(Duration::MAX),
            Self(code) => Some(Duration::from_nanos(code - 1)),
        }
    }
}

impl fmt::Debug for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wait() {
            Some(wait) => write!(f, "{wait}"),
            None => f.write_str(if *self == Self::NEVER { "never" } else { "none" }),
        }
    }
}

/// The classes of failure that policies tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// The callee could not be reached, or broke off.
    Network,
    /// No answer came in time.
    Timeout,
    /// The callee says that too much is asked of it by this caller (HTTP 429).
    RateLimit,
    /// The callee says that it has too much to do (HTTP 503, 529).
    Overload,
    /// The answer, or the question, is not of the right form. Asking again need not help.
    Validation,
    /// A circuit breaker on the way refused the call.
    BreakerOpen,
    /// A bulkhead on the way refused the call.
    BulkheadFull,
    /// Some other layer on the way refused the call.
    Rejected,
}

impl Class {
    /// How many classes there are.
    pub const COUNT: usize = Self::ALL.len();

    /// All classes, each at the index `class as usize`.
    pub const ALL: [Self; 8] = [
        Self::Network,
        Self::Timeout,
        Self::RateLimit,
        Self::Overload,
        Self::Validation,
        Self::BreakerOpen,
        Self::BulkheadFull,
        Self::Rejected,
    ];

    /// The name used in scenario files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::RateLimit => "rate-limit",
            Self::Overload => "overload",
            Self::Validation => "validation",
            Self::BreakerOpen => "breaker-open",
            Self::BulkheadFull => "bulkhead-full",
            Self::Rejected => "rejected",
        }
    }

    /// Whether a layer on the caller's side made this failure, so that the callee never saw the
    /// call.
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::BreakerOpen | Self::BulkheadFull | Self::Rejected)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Outcome {
    /// A failure of this class, without a hint.
    pub const fn failed(class: Class) -> Self {
        Self::Failed(Failure { class, hint: Hint::NONE })
    }

    /// A failure of this class that asks not to come again before `retry_after` has passed
    /// (`Retry-After`). Zero asks to come again at once, which is not the same as no hint.
    pub const fn failed_until(class: Class, retry_after: Duration) -> Self {
        Self::Failed(Failure { class, hint: Hint::after(retry_after) })
    }

    /// A failure of this class that asks not to come again at all (gRPC's pushback of -1,
    /// `x-should-retry: false`).
    pub const fn failed_for_good(class: Class) -> Self {
        Self::Failed(Failure { class, hint: Hint::NEVER })
    }

    /// A failure of this class from a layer that knows when asking again may help, if it knows: a
    /// time that is not later than `now` says nothing.
    pub fn refused(class: Class, until: Option<Time>, now: Time) -> Self {
        match until.map(|until| until.since(now)) {
            Some(wait) if !wait.is_zero() => Self::failed_until(class, wait),
            _ => Self::failed(class),
        }
    }

    /// Whether the caller has something to work with: a good or a degraded answer.
    pub const fn is_ok(self) -> bool {
        matches!(self, Self::Ok | Self::Degraded)
    }

    /// The class of failure, if it failed.
    pub const fn class(self) -> Option<Class> {
        match self {
            Self::Failed(failure) => Some(failure.class),
            Self::Ok | Self::Degraded => None,
        }
    }

    /// How long to wait before coming again, if the failure said so (`Retry-After`); zero is "at
    /// once".
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Failed(failure) => failure.hint.wait(),
            Self::Ok | Self::Degraded => None,
        }
    }

    /// Whether it is a failure that asks not to come again at all.
    pub const fn forbids_retry(self) -> bool {
        matches!(self, Self::Failed(Failure { hint: Hint::NEVER, .. }))
    }

    /// A number for each way to end: 0 for good, 1 for degraded, then one for each class.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Degraded => 1,
            Self::Failed(failure) => 2 + failure.class as u8,
        }
    }
}

/// A set of classes of failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes(u16);

impl Classes {
    /// No class.
    pub const NONE: Self = Self(0);
    /// Every class.
    pub const ALL: Self = Self((1 << Class::COUNT) - 1);
    /// Every failure that the callee or the way to it made: all but refusals of the caller's own
    /// layers.
    pub const REMOTE: Self =
        Self::ALL.without(Class::BreakerOpen).without(Class::BulkheadFull).without(Class::Rejected);

    /// This set and `class`.
    pub const fn with(self, class: Class) -> Self {
        Self(self.0 | 1 << class as u8)
    }

    /// This set but for `class`.
    pub const fn without(self, class: Class) -> Self {
        Self(self.0 & !(1 << class as u8))
    }

    /// The classes that are in both sets.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether `class` is in the set.
    pub const fn contains(self, class: Class) -> bool {
        self.0 & 1 << class as u8 != 0
    }

    /// Whether the outcome is a failure of a class in the set.
    pub fn has(self, outcome: Outcome) -> bool {
        outcome.class().is_some_and(|class| self.contains(class))
    }
}

impl FromIterator<Class> for Classes {
    fn from_iter<T: IntoIterator<Item = Class>>(classes: T) -> Self {
        classes.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_small() {
        assert!(size_of::<Outcome>() <= 16);
    }

    #[test]
    fn classes_stand_at_their_index() {
        for (index, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, index);
        }
    }

    #[test]
    fn sets_of_classes_hold_what_was_put_in() {
        let set = Classes::NONE.with(Class::Timeout).with(Class::Network);
        assert!(set.has(Outcome::failed(Class::Timeout)));
        assert!(!set.has(Outcome::failed(Class::Overload)));
        assert!(!set.without(Class::Timeout).contains(Class::Timeout));
        assert!(!Classes::ALL.has(Outcome::Ok));
        assert!(Classes::REMOTE.contains(Class::RateLimit));
        assert!(!Classes::REMOTE.contains(Class::BreakerOpen));
    }

    #[test]
    fn a_hint_is_kept() {
        let hint = Duration::from_secs(7);
        assert_eq!(Outcome::failed_until(Class::RateLimit, hint).retry_after(), Some(hint));
        assert_eq!(Outcome::failed(Class::RateLimit).retry_after(), None);
        assert_eq!(Outcome::Ok.retry_after(), None);
    }

    #[test]
    fn at_once_never_and_no_hint_are_three_things() {
        let class = Class::Overload;
        let at_once = Outcome::failed_until(class, Duration::ZERO);
        assert_eq!(at_once.retry_after(), Some(Duration::ZERO));
        assert_ne!(at_once, Outcome::failed(class));
        let never = Outcome::failed_for_good(class);
        assert_eq!((never.retry_after(), never.forbids_retry()), (None, true));
        assert_eq!((never.class(), never.code()), (Some(class), Outcome::failed(class).code()));
        for other in [at_once, Outcome::failed(class), Outcome::failed_until(class, Duration::MAX)]
        {
            assert!(!other.forbids_retry());
        }
        let longest = Outcome::failed_until(class, Duration::MAX);
        assert_eq!(longest.retry_after(), Some(Duration::MAX), "it reads back as itself");
        let (now, later) = (Time::from_nanos(5), Time::from_nanos(7));
        let two = Duration::from_nanos(2);
        assert_eq!(Outcome::refused(class, Some(later), now), Outcome::failed_until(class, two));
        for unknown in [None, Some(now), Some(Time::ZERO)] {
            assert_eq!(Outcome::refused(class, unknown, now), Outcome::failed(class));
        }
    }
}

/// What a result says about the callee, to a pattern that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classification {
    /// It works.
    Success,
    /// It does not.
    Failure,
    /// Nothing: the callee never saw the call, or the caller is to blame.
    Ignored,
}

/// Which results count as failures, and which do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classifier {
    /// The classes that count as failures.
    pub count: Classes,
    /// The classes that count as neither, even if they are in `count`.
    pub ignore: Classes,
}

impl Classifier {
    /// What this outcome says. A class that is in neither list is a success: the callee answered.
    pub fn classify(self, outcome: Outcome) -> Classification {
        if self.ignore.has(outcome) {
            Classification::Ignored
        } else if self.count.has(outcome) {
            Classification::Failure
        } else {
            Classification::Success
        }
    }
}
