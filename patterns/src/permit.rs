//! Leave to make a call, as every pattern gives it, and the error of who gets none.

use core::error::Error;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::time::Time;

/// Leave to make one call.
///
/// It is settled once, where it came from: by `record` with how the call ended, or by `cancel` if
/// its result is not awaited. It cannot be copied, and a permit of another machine is not
/// accepted. A permit that is dropped without either is *lost*: its machine takes the call for
/// still under way. What follows from that is written at each machine.
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
