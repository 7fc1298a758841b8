//! The load shedder itself.

use core::ops::{AddAssign, SubAssign};

use super::report::Counters;
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::PerCall;
use crate::outcome::{Classes, Classification, Classifier, Outcome};
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::report::Level;
use crate::settings::check;
use crate::stats::{Align, MovingAverage, TimeWindow};
use crate::time::{Duration, Time};

/// A shedder of load.
///
/// A permit that is lost, neither recorded nor cancelled, is a call under way for ever, so that
/// less is let through while it is overloaded. A clone takes the permits of its original.
///
/// # Example
///
/// ```
/// use patterns::Classification::Success;
/// use patterns::load_shedder::{LoadShedder, Settings};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut shedder = LoadShedder::new(Settings::default())?;
/// let now = Time::ZERO;
/// // One call passes in each tenth of a second and takes as long: one can be held at a time.
/// for tenth in 0..10 {
///     let began = now + Duration::from_millis(100 * tenth);
///     let permit = shedder.try_acquire(began, 0.0, 0).expect("no load");
///     shedder.record_took(permit, Duration::from_millis(100), began);
/// }
/// let now = now + Duration::from_secs(1);
/// assert_eq!(shedder.capacity(now), Some(1));
/// let first = shedder.try_acquire(now, 0.9, 0).expect("the first one always passes");
/// let second = shedder.try_acquire(now, 0.9, 0).expect("no more than 1 is under way");
/// assert!(shedder.try_acquire(now, 0.9, 0).is_err());
/// shedder.record(first, Success, now + Duration::from_millis(100));
/// shedder.cancel(second, now + Duration::from_millis(100));
/// assert_eq!(shedder.in_flight(), 0);
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once; this is accepted:
///
/// ```
/// # use patterns::{Classification, Time, load_shedder::*};
/// # let mut shedder = LoadShedder::new(Settings::default()).unwrap();
/// # let permit = shedder.try_acquire(Time::ZERO, 0.0, 0).unwrap();
/// shedder.record(permit, Classification::Success, Time::ZERO);
/// ```
///
/// and this is not:
///
/// ```compile_fail,E0382
/// # use patterns::{Classification, Time, load_shedder::*};
/// # let mut shedder = LoadShedder::new(Settings::default()).unwrap();
/// # let permit = shedder.try_acquire(Time::ZERO, 0.0, 0).unwrap();
/// shedder.record(permit, Classification::Success, Time::ZERO);
/// shedder.record(permit, Classification::Success, Time::ZERO);
/// ```
#[derive(Clone, Debug)]
pub struct LoadShedder {
    pub(super) owner: Owner,
    settings: Settings,
    window: TimeWindow<Passed>,
    /// Of all buckets that are over.
    best: Best,
    /// The shortest mean time, in nanoseconds.
    shortest: Option<f64>,
    in_flight: u32,
    /// The load of the latest rejection, and until when it counts.
    held: (f64, Time),
    /// The recent time of calls, in nanoseconds.
    recent: MovingAverage,
    sheds: bool,
    /// For the layer alone.
    pub(super) calls: PerCall<Option<Sent>>,
    pub(super) counters: Counters,
    pub(super) level: Level,
}

/// What is noted of a call under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    began: Time,
}

/// What a shedder knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many calls can be held, if anything is known of that.
    pub capacity: Option<u64>,
    /// How many are under way.
    pub in_flight: u32,
    /// The share of their time that recent calls have waited.
    pub load: f64,
    /// Whether it has rejected calls, and has not cooled off since.
    pub is_shedding: bool,
}

/// Calls that passed, and the time that they took together, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    calls: u64,
    nanos: u128,
}

/// The most calls that passed in a bucket, and the bucket with the shortest mean time.
#[derive(Clone, Copy, Debug, Default)]
struct Best {
    most: u64,
    shortest: Option<Passed>,
}

impl LoadShedder {
    /// A shedder that has seen nothing.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or there are more buckets than nanoseconds.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let align = Align::Grid { buckets: settings.buckets };
        Ok(Self {
            owner: Owner::new(),
            window: TimeWindow::new(settings.window, align),
            settings,
            best: Best::default(),
            shortest: None,
            in_flight: 0,
            held: (0.0, Time::ZERO),
            recent: MovingAverage::new(),
            sheds: false,
            calls: PerCall::default(),
            counters: Counters::default(),
            level: Level::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What this outcome says about the callee: a failure has not passed.
    pub fn classify(&self, outcome: Outcome) -> Classification {
        Classifier { count: self.settings.drops, ignore: Classes::NONE }.classify(outcome)
    }

    /// Asks for leave to make a call of this priority under this load.
    ///
    /// # Errors
    ///
    /// If there is more to do than can be done in time.
    pub fn try_acquire(
        &mut self,
        now: Time,
        load: f64,
        priority: u8,
    ) -> Result<Permit<Sent>, Rejected> {
        let (held, until) = self.held;
        let load = if now < until { load.max(held) } else { load };
        let threshold = self.settings.threshold - self.settings.step * f64::from(priority);
        let is_full = 1 < self.in_flight
            && self.capacity(now).is_some_and(|capacity| capacity < u64::from(self.in_flight));
        if threshold <= load && is_full {
            self.held = (load, now + self.settings.cool_off);
            self.sheds = true;
            return Err(Rejected { reason: Reason::Overloaded, until: None });
        }
        // Shedding ends with the first call that finds the cool-off over.
        self.sheds &= now < until;
        self.in_flight = self.in_flight.saturating_add(1);
        Ok(Permit::new(self.owner, Sent { began: now }))
    }

    /// Reports how a call has ended: a success has passed, in the time since its permit.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn record(&mut self, permit: Permit<Sent>, result: Classification, now: Time) {
        let Sent { began } = permit.redeem(self.owner);
        match result {
            Classification::Success => self.passed(now.since(began), now),
            Classification::Failure | Classification::Ignored => self.leave(),
        }
    }

    /// Reports that a call has passed, and how long it took by a clock of its own.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn record_took(&mut self, permit: Permit<Sent>, took: Duration, now: Time) {
        let Sent { .. } = permit.redeem(self.owner);
        self.passed(took, now);
    }

    /// Reports that a call was given up; it has not passed.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn cancel(&mut self, permit: Permit<Sent>, now: Time) {
        self.record(permit, Classification::Ignored, now);
    }

    /// How many calls there can be under way without waiting, by the best of the window; none if
    /// nothing has passed in it, the present bucket apart.
    pub fn capacity(&mut self, now: Time) -> Option<u64> {
        self.advance(now);
        let shortest = self.best.shortest?;
        let width = u128::from(self.window.width().as_nanos());
        // The most calls in a bucket times the shortest mean over the width, and a half, all over
        // one denominator.
        let twice = u128::from(shortest.calls).saturating_mul(width).saturating_mul(2);
        let held = u128::from(self.best.most).saturating_mul(shortest.nanos).saturating_mul(2);
        let capacity = held.saturating_add(twice / 2) / twice;
        Some(capacity.try_into().unwrap_or(u64::MAX))
    }

    /// The share of their time that recent calls have waited, as the layer takes it for the load.
    pub fn load(&mut self, now: Time) -> f64 {
        self.advance(now);
        match (self.shortest, self.recent.value()) {
            (Some(shortest), Some(recent)) if 0.0 < recent => (1.0 - shortest / recent).max(0.0),
            _ => 0.0,
        }
    }

    /// How many calls are under way.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether it has rejected calls, and no call has found the cool-off over since.
    pub fn is_shedding(&self) -> bool {
        self.sheds
    }

    /// What it knows at `now`.
    pub fn figures(&mut self, now: Time) -> Figures {
        Figures {
            capacity: self.capacity(now),
            in_flight: self.in_flight,
            load: self.load(now),
            is_shedding: self.sheds,
        }
    }

    fn passed(&mut self, took: Duration, now: Time) {
        self.leave();
        let nanos = took.as_nanos();
        if self.window.add(Passed { calls: 1, nanos: nanos.into() }, now) {
            self.find_best();
        }
        self.recent.add(nanos as f64, self.settings.smoothing);
    }

    fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn advance(&mut self, now: Time) {
        if self.window.advance(now) {
            self.find_best();
        }
    }

    /// Looks through all buckets, but once for each of them.
    #[cold]
    fn find_best(&mut self) {
        self.best = self.window.closed().fold(Best::default(), Best::and);
        self.shortest = self.best.shortest.map(Passed::mean);
    }
}

impl Best {
    /// The best of these and of one bucket more.
    fn and(self, bucket: Passed) -> Self {
        let shortest = match self.shortest {
            Some(shortest) if !bucket.is_quicker_than(shortest) => shortest,
            _ => bucket,
        };
        Self { most: self.most.max(bucket.calls), shortest: Some(shortest) }
    }
}

impl Passed {
    /// The mean time of a call, in nanoseconds.
    fn mean(self) -> f64 {
        self.nanos as f64 / self.calls as f64
    }

    /// Whether the mean time is shorter: compared without dividing, so that it is exact.
    fn is_quicker_than(self, other: Self) -> bool {
        let [mine, its] = [(self, other), (other, self)]
            .map(|(one, other)| one.nanos.saturating_mul(other.calls.into()));
        mine < its
    }
}

impl AddAssign for Passed {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.nanos += other.nanos;
    }
}

impl SubAssign for Passed {
    fn sub_assign(&mut self, other: Self) {
        self.calls -= other.calls;
        self.nanos -= other.nanos;
    }
}
