//! The cache itself.

use super::order::Order;
use super::report::{Counter, Counters};
use super::settings::{CountsFrom, Lasting, Settings};
use crate::index::Index;
use crate::invalid::Invalid;
use crate::outcome::Outcome;
use crate::settings::check;
use crate::time::{Duration, Time};

/// Answers that are given more than once.
///
/// # Example
///
/// ```
/// use patterns::cache::{Cache, Found, Lasting, Settings};
/// use patterns::{Class, Duration, Outcome, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let settings = Settings::of(Duration::from_secs(60)).with(|settings| {
///     settings.stale_if_error = Some(Lasting(Duration::from_secs(600)));
/// });
/// let mut cache = Cache::new(settings)?;
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
    /// The latest time seen: a clock that steps back brings no copy to life again.
    latest: Time,
    pub(super) counters: Counters,
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
    ///
    /// # Errors
    ///
    /// If a setting is out of range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self {
            settings,
            bound: settings.stale_if_error.map_or(Duration::ZERO, |Lasting(bound)| bound),
            index: Index::default(),
            copies: Vec::new(),
            free: Vec::new(),
            order: Order::new(settings.eviction),
            latest: Time::ZERO,
            counters: Counters::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
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
        if !outcome.is_ok() {
            return self.failed(key, outcome, now);
        }
        if outcome == Outcome::Ok {
            self.keep(key, outcome, now, self.settings.ttl);
        }
        outcome
    }

    /// Drops what there is for this key.
    pub fn forget(&mut self, key: u32) {
        if let Some(place) = self.index.get(key) {
            self.give_up(place);
        }
    }

    /// Drops all that is kept. Room that was made for it stays.
    pub fn clear(&mut self) {
        self.index.clear();
        self.copies.clear();
        self.free.clear();
        self.order.clear();
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
            && self.settings.stale_on.has(failure)
            && self.may_stand_in(copy, now)
        {
            self.order.used(place);
            return Outcome::Degraded.with_value_of(copy.outcome);
        }
        let is_fresh = |copy: Kept| copy.outcome.is_ok() && now < copy.until;
        if let Some(Lasting(ttl)) = self.settings.negative
            && self.settings.negative_on.has(failure)
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
            self.counters[Counter::Evictions] += 1;
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

/// A failure that was kept for this long: what it says about when to come again has grown less. A
/// wait that is over is no hint any more: it never asked to come again at once.
fn waited(outcome: Outcome, kept: Duration) -> Outcome {
    match (outcome.class(), outcome.retry_after()) {
        (Some(class), Some(wait)) if kept < wait => Outcome::failed_until(class, wait - kept),
        (Some(class), Some(wait)) if !wait.is_zero() => Outcome::failed(class),
        _ => outcome,
    }
}
