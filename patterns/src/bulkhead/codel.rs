//! Controlled delay, as services use it: the shortest wait of an interval is the sign of overload.

use crate::time::{Duration, Time};

/// Says which calls to drop when their turn comes, by how long they waited.
///
/// A short burst makes some calls wait, a standing queue all of them. So the sign of overload is
/// that within an interval even the shortest wait was longer than the target. In the interval
/// after that, calls that waited longer than twice the target are dropped.
///
/// - An interval begins with the first call after the end of the one before, and that call is
///   never dropped. A call at exactly the end still belongs to the old interval.
/// - A shortest wait of exactly the target is no overload, a wait of exactly twice it is let pass.
///
/// Source: folly, `executors/Codel.cpp`; the article there is Nichols and Jacobson, "Controlling
/// Queue Delay", ACM Queue 10(5), 2012, whose drops at shrinking distances are not done here.
/// Unlike folly's, the first interval begins with the first call and not with the object, so that
/// each decision rests on a whole interval.
///
/// # Example
///
/// ```
/// use patterns::bulkhead::CoDel;
/// use patterns::{Duration, Time};
///
/// let mut codel = CoDel::new(Duration::from_millis(100), Duration::from_millis(5));
/// let at = |millis| Time::ZERO + Duration::from_millis(millis);
/// assert!(!codel.drops(Duration::from_millis(6), at(0)));
/// assert!(!codel.drops(Duration::from_millis(80), at(100)));
/// assert!(!codel.drops(Duration::from_millis(80), at(101)), "the first of its interval");
/// assert!(codel.drops(Duration::from_millis(80), at(102)));
/// ```
#[derive(Clone, Debug)]
pub struct CoDel {
    interval: Duration,
    target: Duration,
    /// When the interval ends, once one has begun.
    ends: Option<Time>,
    /// The shortest wait in it; zero before the first.
    least: Duration,
    is_overloaded: bool,
}

impl CoDel {
    /// Not overloaded, with no interval begun. An `interval` no longer than `target` makes little
    /// sense but does no harm.
    pub const fn new(interval: Duration, target: Duration) -> Self {
        Self { interval, target, ends: None, least: Duration::ZERO, is_overloaded: false }
    }

    /// The turn of a call has come after this wait; whether it is to be dropped.
    ///
    /// Calls that did not wait at all count too.
    pub fn drops(&mut self, wait: Duration, now: Time) -> bool {
        if let Some(ends) = self.ends
            && now <= ends
        {
            self.least = self.least.min(wait);
            return self.is_overloaded && self.target * 2 < wait;
        }
        // Before the first interval the shortest wait is zero.
        self.is_overloaded = self.target < self.least;
        self.ends = Some(now + self.interval);
        self.least = wait;
        false
    }

    /// Whether the last whole interval had its shortest wait above the target.
    pub fn is_overloaded(&self) -> bool {
        self.is_overloaded
    }
}
