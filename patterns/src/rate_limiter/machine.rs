//! The rate limiter itself.

use std::collections::VecDeque;

use super::any::Any;
use super::cubic::Cubic;
use super::report::Counters;
use super::rule::Rule;
use super::settings::{Kind, OnCancel, Settings};
use crate::invalid::Invalid;
use crate::layer::PerCall;
use crate::outcome::Outcome;
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::report::Level;
use crate::settings::check;
use crate::time::{Duration, Time};

/// A limit on the rate of calls.
///
/// A permit may be for later: [`Permit::at`] says when it may be used. Either wait until then, or
/// give it up by [`cancel`](Self::cancel). A permit that is lost is used up, as its time passes
/// anyway; only a limit that learns ([`Kind::Cubic`]) does not hear how its call ended.
///
/// # Example
///
/// ```
/// use patterns::rate_limiter::{Kind, RateLimiter, Settings};
/// use patterns::{Duration, Outcome, Reason, Time};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let second = Duration::from_secs(1);
/// let mut limiter = RateLimiter::new(Settings::of(Kind::gcra(10, second, 2)))?;
/// let now = Time::ZERO;
/// let permit = limiter.try_acquire(now, 1)?;
/// assert_eq!(permit.at(), now);
/// limiter.record(permit, Outcome::Ok, now);
/// let _used = limiter.try_acquire(now, 1)?;
///
/// let rejected = limiter.try_acquire(now, 1).expect_err("the burst is over");
/// let until = now + Duration::from_millis(100);
/// assert_eq!((rejected.reason, rejected.until), (Reason::RateLimited, Some(until)));
/// assert!(limiter.try_acquire(until, 1).is_ok());
/// assert_eq!(limiter.try_acquire(until, 3).unwrap_err().reason, Reason::TooLarge);
/// # Ok(())
/// # }
/// ```
///
/// With `max_wait` a call may get a permit for later:
///
/// ```
/// use patterns::rate_limiter::{Kind, RateLimiter, Settings};
/// use patterns::{Duration, Outcome, Time};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let second = Duration::from_secs(1);
/// let settings = Settings::of(Kind::gcra(1, second, 1)).with(|s| s.max_wait = second * 2);
/// let mut limiter = RateLimiter::new(settings)?;
/// let mut now = Time::ZERO;
/// let _first = limiter.try_acquire(now, 1)?;
/// let second_one = limiter.try_acquire(now, 1)?;
/// let third = limiter.try_acquire(now, 1)?;
/// assert_eq!(limiter.figures(now).debt, 2);
///
/// // The third does not want to wait. It was the last, so its time is given to the next.
/// let at = third.at();
/// limiter.cancel(third, now);
/// assert_eq!(limiter.try_acquire(now, 1)?.at(), at);
///
/// now = second_one.at(); // a driver sleeps until then, and makes the call
/// limiter.record(second_one, Outcome::Ok, now);
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once; this is accepted:
///
/// ```
/// # use patterns::{Outcome, Permit, Time, rate_limiter::*};
/// fn once(limiter: &mut RateLimiter, permit: Permit<Reservation>) {
///     limiter.record(permit, Outcome::Ok, Time::ZERO);
/// }
/// ```
///
/// and this is not:
///
/// ```compile_fail,E0382
/// # use patterns::{Outcome, Permit, Time, rate_limiter::*};
/// fn twice(limiter: &mut RateLimiter, permit: Permit<Reservation>) {
///     limiter.record(permit, Outcome::Ok, Time::ZERO);
///     limiter.record(permit, Outcome::Ok, Time::ZERO);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct RateLimiter {
    settings: Settings,
    owner: Owner,
    rule: Any,
    now: u64,
    /// How many grants there were; tells whether a reservation is the last.
    grants: u64,
    /// What was granted for later times, oldest first; some of them may have passed.
    ahead: VecDeque<(u64, u32)>,
    /// What the layer remembers of a call that waits.
    pub(super) waiting: PerCall<Option<Reservation>>,
    /// What the layer counts.
    pub(super) counters: Counters,
    pub(super) delayed: Level,
}

/// What a permit of a [`RateLimiter`] is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reservation {
    pub(super) at: Time,
    permits: u32,
    grant: u64,
}

impl Permit<Reservation> {
    /// From when on it may be used: the time at which it was asked for, or later.
    pub fn at(&self) -> Time {
        self.token().at
    }
}

/// How a [`RateLimiter`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many permits could be had at once.
    pub free: u32,
    /// When one more can be had, if ever; now or earlier if at once.
    pub next: Option<Time>,
    /// How many permits were granted for times that are still to come, those of calls that were
    /// given up included unless they were given back.
    pub debt: u64,
}

impl RateLimiter {
    /// A limiter that has granted nothing so far.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self {
            rule: Any::new(settings.kind),
            settings,
            owner: Owner::new(),
            now: 0,
            grants: 0,
            ahead: VecDeque::new(),
            waiting: PerCall::default(),
            counters: Counters::default(),
            delayed: Level::default(),
        })
    }

    /// Its settings; [`set_limit`](Self::set_limit) changes them.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Asks for permits, all or none, to be used at once or after no more than `max_wait`.
    ///
    /// # Errors
    ///
    /// If they would have to be waited for longer: [`Reason::RateLimited`] with the time from which
    /// on the same request would be granted if nothing else comes; none if there is no such time.
    /// [`Reason::TooLarge`] if no waiting brings that many.
    pub fn try_acquire(
        &mut self,
        now: Time,
        permits: u32,
    ) -> Result<Permit<Reservation>, Rejected> {
        let owner = self.owner;
        self.reserve(now, permits).map(|reservation| Permit::new(owner, reservation))
    }

    /// A call has ended. Limits that learn do so, and permits are taken away if `drain_on` says so.
    pub fn record(&mut self, permit: Permit<Reservation>, outcome: Outcome, now: Time) {
        let _reservation = permit.redeem(self.owner);
        self.observe(outcome, now);
    }

    /// A call is given up. Before the time of its permit, `on_cancel` says what becomes of it; at
    /// that time or later it is used up.
    ///
    /// How the call ends all the same may be passed to [`observe`](Self::observe).
    pub fn cancel(&mut self, permit: Permit<Reservation>, now: Time) {
        let reservation = permit.redeem(self.owner);
        self.give_up(reservation, now);
    }

    /// A call has ended of which there is no permit any more: one that was given up, or one that
    /// another caller of the same callee made.
    pub fn observe(&mut self, outcome: Outcome, now: Time) {
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

    /// From now on this limit holds.
    ///
    /// With other numbers of the same kind, what was granted so far counts: a bucket keeps what is
    /// in it, a window what was granted in it, and in periods the new limit holds from the next one
    /// on. A limit of another kind begins as it would be new. What was reserved keeps its time, and
    /// is not given back any more.
    ///
    /// # Errors
    ///
    /// If a number is out of its range; then nothing changes.
    pub fn set_limit(&mut self, kind: Kind, now: Time) -> Result<(), Invalid> {
        let settings = self.settings.with(|settings| settings.kind = kind);
        check(&settings)?;
        let now = self.see(now);
        self.settings = settings;
        self.rule.set(kind, now);
        self.grants += 1;
        Ok(())
    }

    /// From now on a call may wait this long for its permit.
    pub fn set_max_wait(&mut self, max_wait: Duration) {
        self.settings.max_wait = max_wait;
    }

    /// How it stands at `now`. Changes no more than a refused request would.
    pub fn figures(&mut self, now: Time) -> Figures {
        let now = self.see(now);
        let next = self.rule.earliest(now, 1).filter(|at| *at < u64::MAX).map(Time::from_nanos);
        let ahead = self.ahead.iter().filter(|(at, _)| now < *at);
        let debt = ahead.map(|(_, permits)| u64::from(*permits)).sum();
        Figures { free: self.free(now), next, debt }
    }

    /// What a limit of [`Kind::Cubic`] has learned.
    pub const fn cubic(&self) -> Option<&Cubic> {
        self.rule.cubic()
    }

    pub(super) fn reserve(&mut self, asked: Time, permits: u32) -> Result<Reservation, Rejected> {
        let now = self.see(asked);
        if permits == 0 {
            return Ok(Reservation { at: asked, permits, grant: 0 });
        }
        let Some(at) = self.rule.earliest(now, permits) else {
            return Err(Rejected { reason: Reason::TooLarge, until: None });
        };
        if self.settings.max_wait < Duration::from_nanos(at - now) || at == u64::MAX {
            let until = (at < u64::MAX).then_some(Time::from_nanos(at));
            return Err(Rejected { reason: Reason::RateLimited, until });
        }
        self.rule.take(now, at, permits);
        self.grants += 1;
        let grant = self.grants;
        if now < at {
            self.note_ahead(now, at, permits);
            return Ok(Reservation { at: Time::from_nanos(at), permits, grant });
        }
        // At once, also by a clock that has stepped back.
        Ok(Reservation { at: asked, permits, grant })
    }

    pub(super) fn give_up(&mut self, reservation: Reservation, now: Time) {
        let waits = self.see(now) < reservation.at.as_nanos();
        let is_last = self.grants == reservation.grant;
        if waits && is_last && self.settings.on_cancel == OnCancel::GivesBack {
            self.rule.untake(reservation.permits);
            // The next one is not the last any more.
            self.grants += 1;
            if let Some((_, permits)) = self.ahead.back_mut() {
                *permits -= reservation.permits;
            }
        }
    }

    #[cold]
    fn note_ahead(&mut self, now: u64, at: u64, permits: u32) {
        while self.ahead.front().is_some_and(|(at, _)| *at <= now) {
            self.ahead.pop_front();
        }
        match self.ahead.back_mut() {
            Some((last, sum)) if *last == at => *sum = sum.saturating_add(permits),
            _ => self.ahead.push_back((at, permits)),
        }
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
