//! The adaptive throttle itself.

use core::ops::{AddAssign, SubAssign};

use super::report::Counters;
use super::settings::{OnCancel, Rule, Settings};
use crate::invalid::Invalid;
use crate::layer::{PerCall, Rng};
use crate::outcome::{Classification, Classifier, Outcome};
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::settings::check;
use crate::stats::{Align, MovingAverage, TimeWindow, faded};
use crate::time::Time;

/// A throttle that follows what a callee accepts.
///
/// A permit that is lost, neither recorded nor cancelled, holds nothing: its call never counts. A
/// clone takes the permits of its original.
///
/// # Example
///
/// ```
/// use patterns::Classification::{Failure, Success};
/// use patterns::Time;
/// use patterns::adaptive_throttle::{AdaptiveThrottle, Rule, Settings};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut throttle = AdaptiveThrottle::new(Settings::of(Rule::SRE))?;
/// let now = Time::ZERO;
/// for result in [Success, Failure, Failure] {
///     let permit = throttle.try_acquire_with(now, &mut || 0.9).expect("a large draw passes");
///     throttle.record(permit, result, now);
/// }
/// // Three requests, one accepted: (3 - 2) / (3 + 1).
/// assert_eq!(throttle.probability(now), 0.25);
/// assert!(throttle.try_acquire_with(now, &mut || 0.24).is_err());
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once; this is accepted:
///
/// ```
/// # use patterns::{Classification, Time, adaptive_throttle::*};
/// # let mut throttle = AdaptiveThrottle::new(Settings::of(Rule::SRE)).unwrap();
/// # let permit = throttle.try_acquire_with(Time::ZERO, &mut || 0.5).unwrap();
/// throttle.record(permit, Classification::Success, Time::ZERO);
/// ```
///
/// and this is not:
///
/// ```compile_fail,E0382
/// # use patterns::{Classification, Time, adaptive_throttle::*};
/// # let mut throttle = AdaptiveThrottle::new(Settings::of(Rule::SRE)).unwrap();
/// # let permit = throttle.try_acquire_with(Time::ZERO, &mut || 0.5).unwrap();
/// throttle.record(permit, Classification::Success, Time::ZERO);
/// throttle.record(permit, Classification::Success, Time::ZERO);
/// ```
#[derive(Clone, Debug)]
pub struct AdaptiveThrottle {
    pub(super) owner: Owner,
    settings: Settings,
    window: TimeWindow<Counts>,
    /// For [`Rule::Protected`], of all buckets that take no more.
    closed: Runs,
    /// For [`Rule::Average`].
    average: MovingAverage,
    /// When a call last passed.
    passed: Time,
    /// Which calls in the path were sent, and are not settled.
    pub(super) calls: PerCall<bool>,
    /// What the layer counts.
    pub(super) counters: Counters,
}

/// What a throttle has counted, and what follows from that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Requests in the window.
    pub requests: u64,
    /// Those of them that the callee accepted.
    pub accepted: u64,
    /// The share of calls that is rejected.
    pub probability: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    requests: u64,
    accepted: u64,
}

/// How many buckets were good, with successes alone, since the last with a failure; and how many
/// were bad, with failures alone, since the last with a success.
#[derive(Clone, Copy, Debug, Default)]
struct Runs {
    good: u32,
    bad: u32,
}

impl AdaptiveThrottle {
    /// A throttle that has seen nothing.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or `least-k` is more than `k`.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let align = Align::Grid { buckets: settings.buckets };
        Ok(Self {
            owner: Owner::new(),
            window: TimeWindow::new(settings.window, align),
            settings,
            closed: Runs::default(),
            average: MovingAverage::starting_at(1.0),
            passed: Time::ZERO,
            calls: PerCall::default(),
            counters: Counters::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What this outcome says about the callee: a success is a call that it accepted.
    pub fn classify(&self, outcome: Outcome) -> Classification {
        let Settings { count, ignore, .. } = self.settings;
        Classifier { count, ignore }.classify(outcome)
    }

    /// Whether it draws: each time it is asked, so there is no method without a source of draws.
    pub const fn uses_chance(&self) -> bool {
        true
    }

    /// Asks for leave to make a call at `now`. Draws once.
    ///
    /// # Errors
    ///
    /// If chance is against it; the next call may pass.
    pub fn try_acquire_with(
        &mut self,
        now: Time,
        rng: &mut impl Rng,
    ) -> Result<Permit<()>, Rejected> {
        let rejects = rng.uniform() < self.probability(now);
        let overdue = match self.settings.rule {
            Rule::Protected { pass_after, .. } => pass_after < now.since(self.passed),
            _ => false,
        };
        if rejects && !overdue {
            if self.settings.counts_rejected {
                self.count(false, now);
            }
            return Err(Rejected { reason: Reason::Chance, until: None });
        }
        self.passed = self.passed.max(now);
        Ok(Permit::new(self.owner, ()))
    }

    /// Reports how a call has ended: a success was accepted, a failure was not.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn record(&mut self, permit: Permit<()>, result: Classification, now: Time) {
        permit.redeem(self.owner);
        match result {
            Classification::Success => self.count(true, now),
            Classification::Failure => self.count(false, now),
            Classification::Ignored => {}
        }
    }

    /// Reports that a call was given up; it counts as the settings say.
    ///
    /// # Panics
    ///
    /// If another machine gave the permit.
    pub fn cancel(&mut self, permit: Permit<()>, now: Time) {
        let result = match self.settings.on_cancel {
            OnCancel::Ignore => Classification::Ignored,
            OnCancel::NotAccepted => Classification::Failure,
        };
        self.record(permit, result, now);
    }

    /// The share of calls that is rejected at `now`.
    pub fn probability(&mut self, now: Time) -> f64 {
        self.advance(now);
        let Counts { requests, accepted } = self.window.sum();
        let (n, a) = (requests as f64, accepted as f64);
        let share = |n: f64, worth: f64| ((n - worth) / (requests + 1) as f64).max(0.0);
        let is_rare = |min_per_sec: f64| n < min_per_sec * self.settings.window.as_secs_f64();
        match self.settings.rule {
            Rule::Sre { min_requests, .. } | Rule::SuccessRate { min_requests, .. }
                if requests < min_requests.into() =>
            {
                0.0
            }
            Rule::SuccessRate { min_per_sec, .. } | Rule::Average { min_per_sec, .. }
                if is_rare(min_per_sec) =>
            {
                0.0
            }
            Rule::Sre { k, cap, .. } => share(n, k * a).min(cap),
            Rule::SuccessRate { rate, aggression, cap, .. } => {
                libm::pow(share(n, a / rate), 1.0 / aggression).min(cap)
            }
            Rule::Protected { spare, k, least_k, .. } => {
                let buckets = f64::from(self.settings.buckets);
                let Runs { good, bad } = self.closed.and(self.window.open().unwrap_or_default());
                let weight = (k - (k - least_k) * f64::from(bad) / buckets).max(least_k);
                share(n - f64::from(spare), weight * a) * (buckets - f64::from(good)) / buckets
            }
            Rule::Average { threshold, cap, .. } => {
                let average = self.average.value().unwrap_or(1.0);
                (1.0 - average / (1.0 - threshold)).max(0.0).min(cap)
            }
        }
    }

    /// What it has counted by `now`, and what follows from that.
    pub fn figures(&mut self, now: Time) -> Figures {
        let probability = self.probability(now);
        let Counts { requests, accepted } = self.window.sum();
        Figures { requests, accepted, probability }
    }

    fn advance(&mut self, now: Time) {
        if self.window.advance(now) {
            self.find_runs();
        }
    }

    /// Looks through all buckets, once for each of them.
    #[cold]
    fn find_runs(&mut self) {
        if let Rule::Protected { .. } = self.settings.rule {
            self.closed = self.window.closed().fold(Runs::default(), Runs::and);
        }
    }

    fn count(&mut self, accepted: bool, now: Time) {
        if self.window.add(Counts { requests: 1, accepted: accepted.into() }, now) {
            self.find_runs();
        }
        if let Rule::Average { memory, .. } = self.settings.rule {
            let age = self.average.age(now).as_secs_f64() / memory.as_secs_f64();
            let result = if accepted { 1.0 } else { 0.0 };
            self.average.add(result, faded(age));
        }
    }
}

impl Runs {
    /// These, and one bucket more.
    fn and(self, bucket: Counts) -> Self {
        let Self { good, bad } = self;
        match (bucket.accepted, bucket.requests - bucket.accepted) {
            (0, 0) => self,
            (_, 0) => Self { good: good + 1, bad: 0 },
            (0, _) => Self { good: 0, bad: bad + 1 },
            (_, _) => Self { good: 0, bad: 0 },
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.accepted += other.accepted;
    }
}

impl SubAssign for Counts {
    fn sub_assign(&mut self, other: Self) {
        self.requests -= other.requests;
        self.accepted -= other.accepted;
    }
}
