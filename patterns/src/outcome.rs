//! How a call ends: well, degraded, or failed in one of a few classes.

use core::fmt;

use crate::time::{Duration, Time};

/// How a call or an attempt ended: a number for each way to end, and for a failure what it says
/// about when to come again, in one word.
///
/// A good or degraded answer may be [wrong](Self::is_wrong), and look like any other: two outcomes
/// are equal if they look alike, so that no pattern decides by what it cannot know.
///
/// A wait that is asked for is known to the nanosecond up to 833 days; a longer one is as good as
/// for ever.
#[derive(Clone, Copy)]
pub struct Outcome {
    /// The hint, and below it the code.
    word: u64,
}

impl PartialEq for Outcome {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        (self.word ^ other.word) & !u64::from(Self::WRONG) == 0
    }
}

impl Eq for Outcome {}

/// What a failure says about when to come again, as a number of 56 bits: 0 for nothing, the largest
/// for never, else one more than the nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Hint(u64);

impl Hint {
    const BITS: u32 = u64::BITS - u8::BITS;
    const NONE: Self = Self(0);
    const NEVER: Self = Self((1 << Self::BITS) - 1);
    /// A wait that is as good as for ever is no "never": it may be ignored.
    const FOREVER: Self = Self(Self::NEVER.0 - 1);

    const fn after(wait: Duration) -> Self {
        let nanos = wait.as_nanos();
        if nanos < Self::FOREVER.0 - 1 { Self(nanos + 1) } else { Self::FOREVER }
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

#[expect(non_upper_case_globals, reason = "they stand for variants, and read as such in patterns")]
impl Outcome {
    /// The callee did what was asked.
    pub const Ok: Self = Self { word: 0 };
    /// A fallback or an old copy stands in for the answer.
    pub const Degraded: Self = Self { word: 1 };
    /// The code of a failure of the first class.
    const FAILED: u8 = 2;
    /// In the code of a good or a degraded answer: that it is wrong.
    const WRONG: u8 = 1 << 4;
}

impl Outcome {
    /// How many codes there are at most: each is below.
    pub const CODES: usize = 2 + Self::WRONG as usize;

    /// The outcome with a code, and without a hint.
    #[inline]
    pub const fn of_code(code: u8) -> Self {
        debug_assert!(code < Self::FAILED + Class::COUNT as u8 || code & !1 == Self::WRONG);
        Self { word: code as u64 }
    }

    /// The same with a value that is wrong, if it has one: not of the world as it is, cut short, or
    /// made up. A failure has no value.
    #[must_use]
    pub const fn wrong(self) -> Self {
        if self.is_ok() { Self { word: self.word | Self::WRONG as u64 } } else { self }
    }

    /// Whether it is a good or degraded answer whose value is wrong. Nothing shows it: this is for
    /// who counts in the end what came of it, and not for patterns.
    #[inline]
    pub const fn is_wrong(self) -> bool {
        self.word & Self::WRONG as u64 != 0
    }

    /// The same with the value of another answer: wrong if that is.
    #[must_use]
    pub const fn with_value_of(self, other: Self) -> Self {
        if other.is_wrong() { self.wrong() } else { self }
    }

    const fn failure(class: Class, hint: Hint) -> Self {
        Self { word: hint.0 << u8::BITS | (Self::FAILED + class as u8) as u64 }
    }

    const fn hint(self) -> Hint {
        Hint(self.word >> u8::BITS)
    }

    /// A failure of this class, without a hint.
    pub const fn failed(class: Class) -> Self {
        Self::failure(class, Hint::NONE)
    }

    /// A failure of this class that asks not to come again before `retry_after` has passed
    /// (`Retry-After`). Zero asks to come again at once, which is not the same as no hint.
    pub const fn failed_until(class: Class, retry_after: Duration) -> Self {
        Self::failure(class, Hint::after(retry_after))
    }

    /// A failure of this class that asks not to come again at all (gRPC's pushback of -1,
    /// `x-should-retry: false`).
    pub const fn failed_for_good(class: Class) -> Self {
        Self::failure(class, Hint::NEVER)
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
    #[inline]
    pub const fn is_ok(self) -> bool {
        self.code() & !(1 | Self::WRONG) == 0
    }

    /// The class of failure, if it failed.
    #[inline]
    pub const fn class(self) -> Option<Class> {
        // Written out, since then it is one subtraction.
        match self.code() {
            2 => Some(Class::Network),
            3 => Some(Class::Timeout),
            4 => Some(Class::RateLimit),
            5 => Some(Class::Overload),
            6 => Some(Class::Validation),
            7 => Some(Class::BreakerOpen),
            8 => Some(Class::BulkheadFull),
            9 => Some(Class::Rejected),
            _ => None,
        }
    }

    /// How long to wait before coming again, if the failure said so (`Retry-After`); zero is "at
    /// once".
    #[inline]
    pub const fn retry_after(self) -> Option<Duration> {
        self.hint().wait()
    }

    /// Whether it says something about when to come again, or that there is no point in it.
    #[inline]
    pub const fn says_when(self) -> bool {
        self.hint().0 != Hint::NONE.0
    }

    /// Whether it is a failure that asks not to come again at all.
    #[inline]
    pub const fn forbids_retry(self) -> bool {
        self.hint().0 == Hint::NEVER.0
    }

    /// A number for each way to end: 0 for good, 1 for degraded, then one for each class; 16 and 17
    /// for answers that look good or degraded, and are wrong.
    #[inline]
    pub const fn code(self) -> u8 {
        self.word as u8
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class() {
            Some(class) => {
                let mut failed = f.debug_struct("Failed");
                failed.field("class", &class).field("hint", &self.hint()).finish()
            }
            None => {
                f.write_str(if *self == Self::Ok { "Ok" } else { "Degraded" })?;
                f.write_str(if self.is_wrong() { " (wrong)" } else { "" })
            }
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
    #[inline]
    pub const fn has(self, outcome: Outcome) -> bool {
        (self.0 as u32) << Outcome::FAILED & 1 << outcome.code() != 0
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
        assert_eq!(size_of::<Outcome>(), 8);
    }

    #[test]
    fn each_way_to_end_has_a_code_of_its_own() {
        assert_eq!([Outcome::Ok, Outcome::Degraded].map(Outcome::code), [0, 1]);
        assert_eq!([Outcome::Ok, Outcome::Degraded].map(Outcome::class), [None, None]);
        assert!(Outcome::Ok.is_ok() && Outcome::Degraded.is_ok());
        for class in Class::ALL {
            for failed in [Outcome::failed(class), Outcome::failed_for_good(class)] {
                assert_eq!(failed.code(), 2 + class as u8);
                assert_eq!(failed.class(), Some(class));
                assert!(!failed.is_ok());
            }
        }
    }

    /// Of every outcome that a pattern can see, there is one that is wrong only where there is a
    /// value, and no method but those for it tells them apart.
    #[test]
    fn a_wrong_value_shows_in_nothing_else() {
        for good in [Outcome::Ok, Outcome::Degraded] {
            let wrong = good.wrong();
            assert!(wrong.is_wrong() && !good.is_wrong());
            assert_eq!(wrong, good);
            assert_eq!((wrong.is_ok(), wrong.class()), (true, None));
            assert_eq!((wrong.retry_after(), wrong.says_when()), (None, false));
            assert!(!wrong.forbids_retry() && !Classes::ALL.has(wrong));
            assert_eq!(wrong.wrong().code(), wrong.code());
            for other in [Outcome::Ok, Outcome::Degraded] {
                assert_eq!(other.with_value_of(wrong).code(), other.wrong().code());
                assert_eq!(other.with_value_of(good).code(), other.code());
                assert_eq!(wrong == other, good == other);
            }
        }
        for class in Class::ALL {
            let failed = Outcome::failed_until(class, Duration::from_secs(1));
            for still in [failed.wrong(), failed.with_value_of(Outcome::Ok.wrong())] {
                assert_eq!((still, still.is_wrong()), (failed, false));
            }
            let wrong = Outcome::Ok.wrong();
            assert!(Outcome::Ok.with_value_of(failed).code() == 0 && failed != wrong);
        }
    }

    #[test]
    fn an_outcome_without_a_hint_is_known_by_its_code() {
        let failures = Class::ALL.map(Outcome::failed);
        let good = [Outcome::Ok, Outcome::Degraded];
        for outcome in failures.into_iter().chain(good).chain(good.map(Outcome::wrong)) {
            assert!(usize::from(outcome.code()) < Outcome::CODES);
            let same = Outcome::of_code(outcome.code());
            assert_eq!((same, same.is_wrong()), (outcome, outcome.is_wrong()));
        }
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
        let longest_kept = Duration::from_nanos((1 << 56) - 4);
        for (wait, kept) in [
            (longest_kept, longest_kept),
            (longest_kept + Duration::from_nanos(1), Duration::MAX),
            (longest_kept + Duration::from_nanos(2), Duration::MAX),
            (longest_kept + Duration::from_nanos(3), Duration::MAX),
        ] {
            let long = Outcome::failed_until(class, wait);
            assert_eq!((long.retry_after(), long.forbids_retry()), (Some(kept), false));
            assert_eq!(long.class(), Some(class));
        }
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
