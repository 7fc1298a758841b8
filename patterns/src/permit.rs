//! Leave to make a call, as every pattern gives it, and the error of who gets none.

use core::error::Error;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::time::Time;

/// Leave to make one call.
///
/// It is settled once, where it came from: by `record` with how the call ended, or by `cancel` if
/// its result is not awaited. A permit that is dropped without either is *lost*: its machine takes
/// the call for still under way. What follows from that is written at each machine. Where a call
/// may end by a panic, or by its future being dropped, keep the permit in a guard that cancels when
/// it is dropped; the example `with_tokio` has one.
///
/// A machine accepts the permits that it gave itself and those of the machine that it is a copy of,
/// and panics at any other.
///
/// A permit cannot be copied, so that no call is settled twice. One can be passed on:
///
/// ```
/// # use patterns::Permit;
/// fn passed_on<T: Copy>(permit: Permit<T>) -> [Permit<T>; 1] {
///     [permit]
/// }
/// ```
///
/// but not used twice:
///
/// ```compile_fail,E0382
/// # use patterns::Permit;
/// fn twice<T: Copy>(permit: Permit<T>) -> [Permit<T>; 2] {
///     [permit, permit]
/// }
/// ```
///
/// nor cloned:
///
/// ```compile_fail,E0599
/// # use patterns::Permit;
/// fn cloned<T: Copy>(permit: Permit<T>) -> [Permit<T>; 2] {
///     [permit.clone(), permit]
/// }
/// ```
#[must_use = "a permit that is dropped counts as a call that never ends"]
#[derive(Debug, PartialEq, Eq)]
pub struct Permit<T> {
    owner: Owner,
    token: T,
}

impl<T> Permit<T> {
    /// Leave from this machine.
    pub(crate) const fn new(owner: Owner, token: T) -> Self {
        Self { owner, token }
    }

    /// What the machine noted of the call, to be read only.
    pub(crate) const fn token(&self) -> &T {
        &self.token
    }

    /// What the machine noted of the call.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit: no count of either would be right any more.
    #[track_caller]
    pub(crate) fn redeem(self, owner: Owner) -> T {
        assert!(self.owner == owner, "this permit was given by another machine");
        self.token
    }
}

/// The identity of one machine. It is compared with that of permits, and plays no other part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner(u64);

impl Owner {
    /// An identity that no machine had so far.
    pub(crate) fn new() -> Self {
        // Which number it is depends on what was made before, but no result depends on the number.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// No leave to make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: Reason,
    /// When asking again may help; none if that is not known.
    pub until: Option<Time>,
}

/// Why a call gets no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The breaker is open, and its wait is not over.
    Open,
    /// The breaker is half-open, and its probes are taken.
    ProbesTaken,
    /// It is held in this state by hand.
    Held,
    /// All places are taken, and so is the queue.
    Full,
    /// It has waited in the queue for as long as it may.
    WaitedTooLong,
    /// Another call has taken its place in the queue.
    Displaced,
    /// There is more to do than can be done in time.
    Overloaded,
    /// The rate is used up.
    RateLimited,
    /// More is asked for than can ever be had at once.
    TooLarge,
    /// The budget is used up.
    BudgetUsedUp,
    /// The deadline is over, or too close.
    TooLate,
    /// It was left to chance, and chance was against it.
    Chance,
    /// There is no target that may be used.
    NoTarget,
}

impl Reason {
    /// In a few words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Open => "the circuit is open",
            Self::ProbesTaken => "the circuit is half-open, and all probes are under way",
            Self::Held => "it is held in this state by hand",
            Self::Full => "all places are taken",
            Self::WaitedTooLong => "the longest wait is over",
            Self::Displaced => "its place in the queue went to another call",
            Self::TooLarge => "more is asked for than can be had at once",
            Self::RateLimited => "the rate limit is reached",
            Self::BudgetUsedUp => "the budget is used up",
            Self::TooLate => "the deadline is over or too close",
            Self::Chance => "it is one of the share that is refused",
            Self::NoTarget => "no target can be used",
            Self::Overloaded => "there is more to do than can be done in time",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_words())
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.in_words())?;
        match self.until {
            Some(until) => write!(f, " until {until}"),
            None => Ok(()),
        }
    }
}

impl Error for Rejected {}
