//! Cache: an answer is kept for a while, and given again to calls that ask for the same.
//!
//! ```text
//!            a fresh copy
//!  call ──┬──────────────────────────────────────────► the copy: as good as the answer was
//!         │ none, or it is past its lifetime
//!         └──► send ──► good ──► kept ────────────────► passed on
//!                │
//!                └────► failed ─┬─ an old copy may do ► degraded
//!                               ├─ of a class to keep ► kept, and passed on
//!                               └─────────────────────► passed on
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `capacity` | answers, at least 1 | exactly so many are kept |
//! | `eviction` | [`Eviction`] | which one goes for another key |
//! | `ttl` | time, longer than zero | a copy this old is not fresh any more |
//! | `counts_from` | [`CountsFrom`] | where the lifetime begins |
//! | `stale_if_error` | [`StaleIfError`], or none | see below |
//! | `negative` | [`Negative`], or none | see below |
//! | `late` | [`Late`] | answers that come after their call was given up |
//!
//! Calls are told apart by [`CallInfo::key`](crate::CallInfo::key), and share answers with their
//! like only. What is new or was evicted is sent on, so a cold cache is slow, and never wrong. A
//! call that is not idempotent does something: it is never answered from here, and when it went
//! well the copy of its key is dropped (RFC 9111, section 4.4, for HTTP's unsafe methods). A
//! degraded answer is not kept, or a stand-in would outlive the trouble.
//!
//! # When the callee fails
//!
//! With [`StaleIfError`], a copy whose lifetime is over stands in for a failure, as
//! [`Outcome::Degraded`], until its `bound` is over too: RFC 5861, section 4. With [`Negative`],
//! failures of some classes are kept as well, for a lifetime of their own, and given again without
//! asking. An old copy comes first: where it may stand in, the failure is not kept. And a fresh
//! copy, of another call that was quicker, is never overwritten by a failure.
//!
//! RFC 5861 has a second half, `stale-while-revalidate`: to answer with an old copy *and* ask
//! anew. It is not here, since what a layer has open below ends with its reply.
//!
//! Calls that miss at the same time are all sent: put [`coalesce`](crate::coalesce) below.

mod order;

use crate::index::Index;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Classes, Outcome};
use crate::time::{Duration, Time};
use order::Order;

/// The settings of a [`Cache`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many answers are kept; at least 1.
    pub capacity: u32,
    /// Which one goes when another key needs its place.
    pub eviction: Eviction,
    /// How long a copy is fresh; longer than zero, and [`Duration::MAX`] for ever.
    pub ttl: Duration,
    /// Where that lifetime begins.
    pub counts_from: CountsFrom,
    /// Whether an old copy may stand in for a failure.
    pub stale_if_error: Option<StaleIfError>,
    /// Whether failures are kept too.
    pub negative: Option<Negative>,
    /// What becomes of an answer that comes after its call was given up.
    pub late: Late,
}

/// Which copy goes when the cache is full and another key needs a place.
///
/// All three are constant in time. A copy that is past its lifetime keeps its place until it is
/// looked for or evicted, as in most caches. tower-resilience has all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eviction {
    /// The one that was used least recently: stored, given again, or standing in for a failure.
    Lru,
    /// The one that was stored first.
    Fifo,
    /// The one that was used least often, since its key has a place here; among equals, the one
    /// that has been used so often for longest.
    Lfu,
}

/// Where the lifetime of a copy begins (Polly v7: `AbsoluteTtl` and `RelativeTtl`, `SlidingTtl`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountsFrom {
    /// When the answer came.
    Stored,
    /// When the copy was given last: one that is asked for often enough never ends. A failure that
    /// is kept ends all the same, or it would hide for ever that the callee is well again.
    LastUse,
}

/// Old copies in place of failures (RFC 5861, section 4: `stale-if-error`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleIfError {
    /// The failures that are replaced; at least one class.
    pub on: Classes,
    /// For how long after its lifetime a copy may stand in; longer than zero. One that is older by
    /// exactly this does not.
    pub bound: Duration,
}

/// Failures that are kept (failsafe-go's `CacheIf` can say so; DNS does it, RFC 2308).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negative {
    /// The failures that are kept; at least one class.
    pub on: Classes,
    /// For how long; longer than zero. Whatever a failure says about when to come again grows less
    /// meanwhile.
    pub ttl: Duration,
}

/// What becomes of an answer that comes after its call was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// Nothing.
    Drop,
    /// It is kept if it is good: whoever asks next has it. It comes from the callee as it is,
    /// whatever the layers between would have made of it.
    Keep,
}

/// Answers that are given more than once.
///
/// # Example
///
/// ```
/// use patterns::cache::{Cache, CountsFrom, Eviction, Found, Late, Settings, StaleIfError};
/// use patterns::{Class, Classes, Outcome, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut cache = Cache::new(Settings {
///     capacity: 100,
///     eviction: Eviction::Lru,
///     ttl: Duration::from_secs(60),
///     counts_from: CountsFrom::Stored,
///     stale_if_error: Some(StaleIfError { on: Classes::REMOTE, bound: Duration::from_secs(600) }),
///     negative: None,
///     late: Late::Drop,
/// })?;
///
/// let (key, began) = (7, Time::ZERO);
/// assert_eq!(cache.get(key, began), Found::Nothing);
/// assert_eq!(cache.answer(key, Outcome::Ok, began), Outcome::Ok);
/// assert_eq!(cache.get(key, began + Duration::from_secs(59)), Found::Fresh(Outcome::Ok));
///
/// let later = began + Duration::from_secs(60);
/// assert_eq!(cache.get(key, later), Found::Stale);
/// assert_eq!(cache.answer(key, Outcome::failed(Class::Network), later), Outcome::Degraded);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cache {
    settings: Settings,
    /// For how long a copy may stand in for a failure after its lifetime.
    bound: Duration,
    /// The place of each key.
    index: Index,
    copies: Vec<Kept>,
    /// Places that were given up.
    free: Vec<u32>,
    order: Order,
    /// The latest time that was told: a clock that steps back brings no copy to life again.
    latest: Time,
}

/// What is kept for one key.
#[derive(Clone, Copy, Debug)]
struct Kept {
    key: u32,
    outcome: Outcome,
    stored: Time,
    /// Fresh before this time.
    until: Time,
}

/// What a [`Cache`] has for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An answer that may be given at once: a good one, or a failure that was kept.
    Fresh(Outcome),
    /// A good answer past its lifetime, which may still stand in for a failure.
    Stale,
    /// Nothing of use.
    Nothing,
}

impl Cache {
    /// An empty cache. Room is made as answers come, and no more than for `capacity` of them.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let any_of = |on: Classes| Class::ALL.into_iter().any(|class| on.contains(class));
        let (some, longer) = ("for at least one class of failure", "longer than zero");
        Invalid::unless(1 <= settings.capacity, "capacity", "at least 1")?;
        Invalid::unless(!settings.ttl.is_zero(), "ttl", longer)?;
        if let Some(StaleIfError { on, bound }) = settings.stale_if_error {
            Invalid::unless(any_of(on), "stale_if_error", some)?;
            Invalid::unless(!bound.is_zero(), "bound", longer)?;
        }
        if let Some(Negative { on, ttl }) = settings.negative {
            Invalid::unless(any_of(on), "negative", some)?;
            Invalid::unless(!ttl.is_zero(), "negative", "kept for longer than zero")?;
        }
        Ok(Self {
            settings,
            bound: settings.stale_if_error.map_or(Duration::ZERO, |stale| stale.bound),
            index: Index::default(),
            copies: Vec::new(),
            free: Vec::new(),
            order: Order::new(settings.eviction),
            latest: Time::ZERO,
        })
    }

    /// What there is for this key; a fresh copy counts as used.
    pub fn get(&mut self, key: u32, now: Time) -> Found {
        let now = self.at(now);
        let Some(place) = self.index.get(key) else {
            return Found::Nothing;
        };
        let copy = self.copies[place as usize];
        if now < copy.until {
            self.order.used(place);
            if self.settings.counts_from == CountsFrom::LastUse && copy.outcome.is_ok() {
                self.copies[place as usize].until = now + self.settings.ttl;
            }
            return Found::Fresh(waited(copy.outcome, now.since(copy.stored)));
        }
        if self.may_stand_in(copy, now) {
            return Found::Stale;
        }
        self.give_up(place);
        Found::Nothing
    }

    /// The callee has answered a call for this key so: keeps what is to be kept, and returns what
    /// the call is answered.
    pub fn answer(&mut self, key: u32, outcome: Outcome, now: Time) -> Outcome {
        let now = self.at(now);
        match outcome {
            Outcome::Ok => self.keep(key, outcome, now, self.settings.ttl),
            Outcome::Degraded => {}
            Outcome::Failed(_) => return self.failed(key, outcome, now),
        }
        outcome
    }

    /// Drops what there is for this key.
    pub fn forget(&mut self, key: u32) {
        if let Some(place) = self.index.get(key) {
            self.give_up(place);
        }
    }

    /// How many answers are kept, those past their lifetime included.
    pub fn len(&self) -> u32 {
        (self.copies.len() - self.free.len()) as u32
    }

    /// Whether no answer is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether something is kept for this key, past its lifetime or not. Does not count as use.
    pub fn holds(&self, key: u32) -> bool {
        self.index.get(key).is_some()
    }

    fn at(&mut self, now: Time) -> Time {
        self.latest = self.latest.max(now);
        self.latest
    }

    fn failed(&mut self, key: u32, failure: Outcome, now: Time) -> Outcome {
        let place = self.index.get(key);
        let copy = place.map(|place| self.copies[place as usize]);
        if let (Some(place), Some(copy)) = (place, copy)
            && self.settings.stale_if_error.is_some_and(|stale| stale.on.has(failure))
            && self.may_stand_in(copy, now)
        {
            self.order.used(place);
            return Outcome::Degraded;
        }
        let is_fresh = |copy: Kept| copy.outcome.is_ok() && now < copy.until;
        if let Some(Negative { on, ttl }) = self.settings.negative
            && on.has(failure)
            && !copy.is_some_and(is_fresh)
        {
            self.keep(key, failure, now, ttl);
        }
        failure
    }

    /// Whether a copy, fresh or not, may be given in place of a failure.
    fn may_stand_in(&self, copy: Kept, now: Time) -> bool {
        copy.outcome.is_ok() && now < copy.until + self.bound && self.bound != Duration::ZERO
    }

    fn keep(&mut self, key: u32, outcome: Outcome, now: Time, ttl: Duration) {
        let copy = Kept { key, outcome, stored: now, until: now + ttl };
        if let Some(place) = self.index.get(key) {
            self.copies[place as usize] = copy;
            self.order.renewed(place);
            return;
        }
        if self.len() == self.settings.capacity
            && let Some(place) = self.order.first()
        {
            self.give_up(place);
        }
        let place = if let Some(place) = self.free.pop() {
            self.copies[place as usize] = copy;
            place
        } else {
            self.copies.push(copy);
            self.copies.len() as u32 - 1
        };
        self.index.set(key, place);
        self.order.add(place);
    }

    fn give_up(&mut self, place: u32) {
        self.index.remove(self.copies[place as usize].key);
        self.order.remove(place);
        self.free.push(place);
    }
}

/// A failure that was kept for so long: what it says about when to come again has grown less.
fn waited(outcome: Outcome, kept: Duration) -> Outcome {
    match (outcome.class(), outcome.retry_after()) {
        (Some(class), Some(wait)) if kept < wait => Outcome::failed_until(class, wait - kept),
        // The time is over; that is not the same as having been asked to come again at once.
        (Some(class), Some(wait)) if !wait.is_zero() => Outcome::failed(class),
        _ => outcome,
    }
}

impl Layer for Cache {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if info.is_idempotent
            && let Found::Fresh(outcome) = self.get(info.key, cx.now)
        {
            return Action::Reply(outcome);
        }
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if info.is_idempotent {
            return Action::Reply(self.answer(info.key, outcome, cx.now));
        }
        if outcome.is_ok() {
            self.forget(info.key);
        }
        Action::Reply(outcome)
    }

    fn on_late(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        let info = cx.info();
        if outcome.is_ok() && !info.is_idempotent {
            self.forget(info.key);
        } else if outcome == Outcome::Ok && self.settings.late == Late::Keep {
            let _answer = self.answer(info.key, outcome, cx.now);
        }
    }
}
