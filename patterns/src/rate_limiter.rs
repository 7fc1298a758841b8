//! Rate limiter: only so many calls in a time.
//!
//! ```text
//!             there is a permit
//!  call ──┬──────────────────────────────────────► sent
//!         │ there will be one soon       its time ▲
//!         ├───────────────────► reserved ─────────┘
//!         │ not within `max_wait`
//!         └────────────────────────► refused: rejected, with the exact wait
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `kind` | [`Kind`] | see there |
//! | `max_wait` | time; zero never waits | a wait of exactly this length is granted |
//! | `drain_on` | classes of failure | takes all that could be had at once then |
//! | `cancelled` | [`Cancelled`] | |
//!
//! What is granted after a wait is taken at once, and its time stays whatever comes after: a
//! reservation. Nobody overtakes it.
//!
//! # What holds
//!
//! For every kind but `Bursty` and `WarmUp` a refused request changes nothing. For every kind,
//! requests for no permit are granted; a clock that steps back stands still here until it has
//! caught up, so that it gives nothing back; what would come at the end of time never comes.
//!
//! | kind | never more than | in | wait exact | n at once as n singly | too large |
//! |---|---|---|---|---|---|
//! | `FixedWindow` | limit (2 · limit in any) | a window | yes | yes | > limit |
//! | `SlidingLog` | limit | any window | yes | yes | > limit |
//! | `SlidingSegments` | limit | as many segments | yes | yes | > limit |
//! | `SlidingCounter` | limit (2 · limit in any) | a window | yes | yes | > limit |
//! | `TokenBucket`, `Gcra` | burst + rate · t | any t | yes | yes | > burst |
//! | `IntervalBucket` | burst + fill for each filling | any t | yes | yes | > burst |
//! | `LazyBucket` | 2 · burst + t / interval | any t | yes | yes | > burst |
//! | `LeakyBucket` | 1 for its cost | between two of 1 | yes | no | never |
//! | `RefreshPeriod` | limit | a cycle | to the limit | yes | never |
//! | `Bursty` | no bound after a debt | | to the limit | yes | never |
//! | `Smooth` | 1 | a slot | of one | no | never |
//! | `WarmUp` | rate | a second | yes | yes | > what the next second allows |
//! | `Cubic` | its rate, while unchanged | | to rounding | to rounding | > a second's |
//!
//! A wait is exact if the same request is granted at its end and not a nanosecond before, when
//! nothing else comes. The larger requests of `RefreshPeriod` and `Bursty` (the limit and more) and
//! those of `Smooth` (two and more) are only ever granted as reservations. A `LazyBucket` grants
//! more singly than at once when it is emptied and filled at one `now`, so it is not dry when
//! drained.
//!
//! Idle time takes permits away from none but `WarmUp`, which gets cold, and `Bursty`, which may
//! have more than its limit for one period after a debt. Both bring their balance up to date with
//! each look at it, in one go for the time since the last, so there even a refused request may
//! matter (as in failsafe and Sentinel).

mod bucket;
mod cubic;
mod debt;
mod kind;
mod rule;
mod warm_up;
mod window;

pub use kind::{Kind, LONGEST_LOG, MOST_SEGMENTS};

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Classes, Outcome};
use crate::time::{Duration, Time};
use rule::{Any, Rule};

/// The settings of a [`RateLimiter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is granted when.
    pub kind: Kind,
    /// How long a call may wait for its permit.
    pub max_wait: Duration,
    /// Which failures take all permits that could be had at once (resilience4j
    /// `drainPermissionsOnResult`).
    pub drain_on: Classes,
    /// What becomes of the permit of a call that is given up while it waits.
    pub cancelled: Cancelled,
}

/// What becomes of the permits of a request that is given up while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// They are lost (resilience4j).
    Keeps,
    /// They are given back if nothing was taken since, and lost otherwise: those behind have their
    /// times already, and would come too close together with whoever took the place (Go
    /// `x/time/rate`, `Reservation.CancelAt`). The place in time stays: whoever comes next has it.
    GivesBack,
}

/// What becomes of a request for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Granted now.
    Granted,
    /// Granted, to be used at a later time.
    Reserved(Reservation),
    /// Refused; after this time the same request would be granted if nothing else comes.
    Refused(Duration),
    /// Refused, as no waiting brings so many: larger than the burst.
    TooLarge,
}

/// Permits that were granted for a later time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reservation {
    /// When they may be used.
    pub at: Time,
    permits: u32,
    grant: u64,
}

/// How a [`RateLimiter`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// How many permits could be had at once.
    pub free: u32,
    /// How long one more would have to wait, if one can be had at all.
    pub wait: Option<Duration>,
}

/// A limit on the rate of calls.
///
/// # Example
///
/// ```
/// use patterns::rate_limiter::{Cancelled, Decision, Kind, RateLimiter, Settings};
/// use patterns::{Classes, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut limiter = RateLimiter::new(Settings {
///     kind: Kind::Gcra { permits: 10, per: Duration::from_secs(1), burst: 2 },
///     max_wait: Duration::ZERO,
///     drain_on: Classes::NONE,
///     cancelled: Cancelled::Keeps,
/// })?;
/// let now = Time::ZERO;
/// assert_eq!(limiter.admit(now, 1), Decision::Granted);
/// assert_eq!(limiter.admit(now, 1), Decision::Granted);
/// let wait = Duration::from_millis(100);
/// assert_eq!(limiter.admit(now, 1), Decision::Refused(wait));
/// assert_eq!(limiter.admit(now + wait, 1), Decision::Granted);
/// assert_eq!(limiter.admit(now, 3), Decision::TooLarge);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RateLimiter {
    settings: Settings,
    rule: Any,
    now: u64,
    /// How many grants there were; tells whether a reservation is the last.
    grants: u64,
    calls: PerCall<Turn>,
}

/// What the layer remembers of a call.
#[derive(Clone, Copy, Debug, Default)]
enum Turn {
    #[default]
    Sent,
    Waits(Reservation),
}

impl RateLimiter {
    /// A limiter that has granted nothing so far.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.kind.check()?;
        let rule = Any::new(settings.kind);
        Ok(Self { settings, rule, now: 0, grants: 0, calls: PerCall::default() })
    }

    /// Asks for permits, all or none.
    pub fn admit(&mut self, now: Time, permits: u32) -> Decision {
        let now = self.see(now);
        if permits == 0 {
            return Decision::Granted;
        }
        let Some(at) = self.rule.earliest(now, permits) else { return Decision::TooLarge };
        let wait = Duration::from_nanos(at - now);
        if self.settings.max_wait < wait || at == u64::MAX {
            return Decision::Refused(wait);
        }
        self.rule.take(now, at, permits);
        self.grants += 1;
        if now == at {
            return Decision::Granted;
        }
        let at = Time::from_nanos(at);
        Decision::Reserved(Reservation { at, permits, grant: self.grants })
    }

    /// A request is given up before its time came.
    ///
    /// Does what [`Settings::cancelled`] says; at the time of the reservation or later, nothing.
    pub fn give_up(&mut self, reservation: Reservation, now: Time) {
        let waits = self.see(now) < reservation.at.as_nanos();
        let is_last = self.grants == reservation.grant;
        if waits && is_last && self.settings.cancelled == Cancelled::GivesBack {
            self.rule.untake(reservation.permits);
            // Nor is it given back a second time.
            self.grants += 1;
        }
    }

    /// A call has ended; what kinds react to, and `drain_on`, is done.
    pub fn settle(&mut self, now: Time, outcome: Outcome) {
        let now = self.see(now);
        if let Kind::Cubic { throttles } = self.settings.kind {
            self.rule.settle(now, throttles.has(outcome));
        }
        if self.settings.drain_on.has(outcome) {
            self.drain(Time::from_nanos(now));
        }
    }

    /// Takes all permits that could be had at once.
    pub fn drain(&mut self, now: Time) {
        let now = self.see(now);
        let free = self.free(now);
        if 0 < free {
            self.rule.take(now, now, free);
        }
        self.grants += 1;
    }

    /// How it stands at `now`. Changes no more than a refused request would.
    pub fn state(&mut self, now: Time) -> State {
        let now = self.see(now);
        let wait = self.rule.earliest(now, 1).map(|at| Duration::from_nanos(at - now));
        State { free: self.free(now), wait }
    }

    /// The time now, or the latest that was seen if that is later.
    fn see(&mut self, now: Time) -> u64 {
        // The last moment stands for never, so that it is not mistaken for the end of a wait.
        self.now = self.now.max(now.as_nanos().min(u64::MAX - 1));
        self.now
    }

    /// The most that would be granted at once; by halving, as every kind grants fewer sooner.
    fn free(&mut self, now: u64) -> u32 {
        let (mut least, mut most) = (0, u32::MAX);
        while least < most {
            let middle = least + (most - least).div_ceil(2);
            if self.rule.earliest(now, middle) == Some(now) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        least
    }
}

impl Layer for RateLimiter {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let (turn, step) = match self.admit(cx.now, 1) {
            Decision::Granted => (Turn::Sent, Action::Send),
            Decision::Reserved(place) => (Turn::Waits(place), Action::WaitUntil(place.at)),
            Decision::Refused(wait) => {
                (Turn::Sent, Action::Reply(Outcome::failed_until(Class::Rejected, wait)))
            }
            Decision::TooLarge => (Turn::Sent, Action::Reply(Outcome::failed(Class::Rejected))),
        };
        self.calls.open(call, turn);
        step
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.calls[call] {
            Turn::Waits(place) if cx.now < place.at => Action::WaitUntil(place.at),
            Turn::Waits(_) => {
                self.calls[call] = Turn::Sent;
                Action::Send
            }
            Turn::Sent => Action::Wait,
        }
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.settle(cx.now, outcome);
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Turn::Waits(place) = core::mem::take(&mut self.calls[call]) {
            self.give_up(place, cx.now);
        }
    }

    fn on_late(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        self.settle(cx.now, outcome);
    }
}
