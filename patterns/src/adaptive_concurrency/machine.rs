//! The adaptive limit itself.

use super::estimate::Sample;
use super::estimator::Estimator;
use super::gather::Gathering;
use super::report::{Counters, State};
use super::settings::{OnCancel, Settings};
use crate::invalid::Invalid;
use crate::layer::{PerCall, Rng};
use crate::outcome::{Class, Classes, Classification, Classifier, Outcome};
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::report::Level;
use crate::settings::check;
use crate::time::{Duration, Time};

/// A limit on calls under way that is learned.
///
/// A permit that is lost, neither recorded nor cancelled, takes its place for ever. A clone takes
/// the permits of its original.
///
/// # Example
///
/// ```
/// use patterns::Classification::{Failure, Success};
/// use patterns::adaptive_concurrency::{AdaptiveConcurrency, Algorithm, Settings};
/// use patterns::settings::Auto;
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let aimd = Algorithm::Aimd { backoff: 0.5, timeout: Duration::from_secs(5) };
/// let settings = Settings::of(aimd).with(|settings| settings.initial = Auto::Is(2));
/// let mut concurrency = AdaptiveConcurrency::new(settings)?;
/// let now = Time::ZERO;
/// let first = concurrency.try_acquire(now).expect("below the limit");
/// let second = concurrency.try_acquire(now).expect("below the limit");
/// assert!(concurrency.try_acquire(now).is_err());
/// concurrency.record(first, Success, now);
/// assert_eq!(concurrency.limit(), 3);
/// concurrency.record(second, Failure, now);
/// assert_eq!(concurrency.limit(), 1);
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once; this is accepted:
///
/// ```
/// # use patterns::{Classification, Duration, Time, adaptive_concurrency::*};
/// # let aimd = Algorithm::Aimd { backoff: 0.5, timeout: Duration::from_secs(5) };
/// # let mut concurrency = AdaptiveConcurrency::new(Settings::of(aimd)).unwrap();
/// # let permit = concurrency.try_acquire(Time::ZERO).unwrap();
/// concurrency.record(permit, Classification::Success, Time::ZERO);
/// ```
///
/// and this is not:
///
/// ```compile_fail,E0382
/// # use patterns::{Classification, Duration, Time, adaptive_concurrency::*};
/// # let aimd = Algorithm::Aimd { backoff: 0.5, timeout: Duration::from_secs(5) };
/// # let mut concurrency = AdaptiveConcurrency::new(Settings::of(aimd)).unwrap();
/// # let permit = concurrency.try_acquire(Time::ZERO).unwrap();
/// concurrency.record(permit, Classification::Success, Time::ZERO);
/// concurrency.record(permit, Classification::Success, Time::ZERO);
/// ```
#[derive(Clone, Debug)]
pub struct AdaptiveConcurrency {
    pub(super) owner: Owner,
    settings: Settings,
    classifier: Classifier,
    estimator: Estimator,
    window: Option<Gathering>,
    in_flight: u32,
    /// The latest time seen: a clock that is set back stands still.
    latest: Time,
    /// For the layer alone.
    pub(super) calls: PerCall<Option<Sent>>,
    pub(super) counters: Counters,
    pub(super) level: Level,
    pub(super) limited_to: Level,
}

/// What is noted of a call under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    began: Time,
    in_flight: u32,
}

/// What an adaptive limit has learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many calls may be under way.
    pub limit: u32,
    /// How many are; more than the limit if that has fallen.
    pub in_flight: u32,
    /// Whether the time without load is being measured, and so the limit held at `min`.
    pub is_measuring: bool,
    /// What it takes for the time of a call without load, if it knows one.
    pub unloaded: Option<Duration>,
}

impl AdaptiveConcurrency {
    /// A limit that has seen nothing.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or does not go with another.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let refusals = Class::ALL.into_iter().filter(|class| class.is_refusal());
        let ignore = refusals.filter(|class| !settings.drops.contains(*class));
        let estimator = Estimator::new(&settings);
        let mut limited_to = Level::default();
        limited_to.set(estimator.limit().into(), Time::ZERO);
        Ok(Self {
            owner: Owner::new(),
            classifier: Classifier { count: settings.drops, ignore: ignore.collect::<Classes>() },
            estimator,
            window: settings.window.map(Gathering::new),
            settings,
            in_flight: 0,
            latest: Time::ZERO,
            calls: PerCall::default(),
            counters: Counters::default(),
            level: Level::default(),
            limited_to,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What this outcome says about the callee: a failure is a drop.
    pub fn classify(&self, outcome: Outcome) -> Classification {
        self.classifier.classify(outcome)
    }

    /// Whether results may draw, so that [`record_with`](Self::record_with) is needed.
    pub fn uses_chance(&self) -> bool {
        self.settings.algorithm.uses_chance()
    }

    /// A call comes. If fewer than the limit are under way it is one of them from now on.
    ///
    /// # Errors
    ///
    /// If there are as many, or more since the limit has fallen.
    pub fn try_acquire(&mut self, now: Time) -> Result<Permit<Sent>, Rejected> {
        let now = self.tick(now);
        if self.limit() <= self.in_flight {
            return Err(Rejected { reason: Reason::Full, until: None });
        }
        self.in_flight += 1;
        Ok(Permit::new(self.owner, Sent { began: now, in_flight: self.in_flight }))
    }

    /// Reports how a call has ended: a failure was dropped.
    ///
    /// # Panics
    ///
    /// If the algorithm draws, see [`uses_chance`](Self::uses_chance); or if another machine gave
    /// the permit.
    pub fn record(&mut self, permit: Permit<Sent>, result: Classification, now: Time) {
        assert!(!self.uses_chance(), "this algorithm draws: it needs `record_with`");
        self.record_with(permit, result, now, &mut || 0.5);
    }

    /// Reports how a call has ended: a failure was dropped.
    ///
    /// Draws as the algorithm says: once for each new measurement of the time without load.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn record_with(
        &mut self,
        permit: Permit<Sent>,
        result: Classification,
        now: Time,
        rng: &mut impl Rng,
    ) {
        let sent = permit.redeem(self.owner);
        self.settle(sent, result, now, rng);
    }

    /// A call under way has ended.
    #[inline]
    pub(super) fn settle(
        &mut self,
        sent: Sent,
        result: Classification,
        now: Time,
        rng: &mut impl Rng,
    ) {
        let Sent { began, in_flight } = sent;
        let now = self.tick(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        if result == Classification::Ignored {
            return;
        }
        let dropped = result == Classification::Failure;
        let sample = Sample { rtt: now.since(began), in_flight, dropped };
        let gathered = match &mut self.window {
            None => Some(sample),
            Some(window) => window.add(sample, now),
        };
        if let Some(sample) = gathered {
            self.estimator.add(sample, began, now, rng);
        }
    }

    /// Reports that a call was given up; it counts as the settings say.
    ///
    /// # Panics
    ///
    /// If it counts as a drop, and the algorithm draws; or if another machine gave the permit.
    pub fn cancel(&mut self, permit: Permit<Sent>, now: Time) {
        let draws = self.uses_chance() && self.settings.on_cancel == OnCancel::Dropped;
        assert!(!draws, "this algorithm draws: it needs `cancel_with`");
        self.cancel_with(permit, now, &mut || 0.5);
    }

    /// Reports that a call was given up; it counts as the settings say, and draws as any other.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn cancel_with(&mut self, permit: Permit<Sent>, now: Time, rng: &mut impl Rng) {
        let result = match self.settings.on_cancel {
            OnCancel::Ignore => Classification::Ignored,
            OnCancel::Dropped => Classification::Failure,
        };
        self.record_with(permit, result, now, rng);
    }

    /// How many calls may be under way, as of the latest call that came or ended.
    pub fn limit(&self) -> u32 {
        self.estimator.limit()
    }

    /// Changes the limit by hand, within its bounds; the algorithm goes on from there. While the
    /// time without load is measured it is the limit from the end of that on.
    pub fn set_limit(&mut self, limit: u32) {
        self.estimator.set_limit(limit.clamp(self.settings.min, self.settings.max));
    }

    /// How many calls are under way.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether the time without load is being measured, and so the limit held at `min`.
    pub fn is_measuring(&self) -> bool {
        self.estimator.is_measuring() == Some(true)
    }

    /// What it has learned, as of the latest call that came or ended.
    pub fn figures(&self) -> Figures {
        Figures {
            limit: self.limit(),
            in_flight: self.in_flight,
            is_measuring: self.is_measuring(),
            unloaded: self.estimator.unloaded(),
        }
    }

    /// Its state, if it has states.
    pub(super) fn state(&self) -> Option<State> {
        let is_measuring = self.estimator.is_measuring()?;
        Some(if is_measuring { State::Measuring } else { State::Limiting })
    }

    fn tick(&mut self, now: Time) -> Time {
        self.latest = self.latest.max(now);
        self.estimator.tick(self.latest);
        self.latest
    }
}
