//! Adaptive concurrency: how many calls may be under way is learned from how long they take.
//!
//! ```text
//!           in flight < limit
//!  call ──┬───────────────────► sent ──► its time, or that it was dropped ──┐
//!         │ full                                                            ▼
//!         └──► refused: rejected                    limit ◄── algorithm ◄── sample
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `algorithm` | an [`Algorithm`] | |
//! | `min`, `max` | calls, from 1 on | the limit may be exactly either |
//! | `initial` | calls, from `min` to `max` | the limit before the first sample |
//! | `window` | a [`Window`] of samples, or none | see there |
//! | `drops` | [`Classes`] | others but refusals are good samples |
//! | `cancelled` | a [`Verdict`] | |
//!
//! It has no line of its own: a call beyond the limit is refused at once. A bulkhead in front of
//! it, with as many slots as `max`, does not wait for this limit; one whose callers retry does.
//!
//! A failure that a layer below made itself (a breaker, a bulkhead, another limit) says nothing of
//! the callee, and is ignored unless `drops` names its class.
//!
//! The limit changes by samples alone, but for [`Algorithm::Gradient`], which declares what it does
//! at which times. It looks at the time whenever a call comes or ends;
//! [`AdaptiveConcurrency::limit`] is the limit as it was then.

mod estimate;
mod gradient;
mod histogram;
mod window;

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Classes, Outcome};
use crate::time::{Duration, Time};
use estimate::{Gradient2, Sample, Vegas};
use gradient::Gradient;

pub use gradient::MinRtt;
pub use window::{Tracked, Window};

/// What is a drop unless said otherwise: no answer in time, and the two ways of a callee to say
/// that it is too much.
pub const DROPS: Classes =
    Classes::NONE.with(Class::Timeout).with(Class::Overload).with(Class::RateLimit);

/// The settings of an [`AdaptiveConcurrency`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How the limit follows from the samples.
    pub algorithm: Algorithm,
    /// The limit never falls below this; at least 1.
    pub min: u32,
    /// The limit never rises above this; at least `min`.
    pub max: u32,
    /// The limit to begin with, from `min` to `max`.
    pub initial: u32,
    /// Whether samples are first gathered over some time; `None` takes each by itself.
    ///
    /// [`Algorithm::Gradient`] gathers its own samples, and takes none from a window.
    pub window: Option<Window>,
    /// Which failures are drops; usually [`DROPS`].
    pub drops: Classes,
    /// What a call is that was given up above before it ended; usually [`Verdict::Ignored`].
    pub cancelled: Verdict,
}

/// How a limit follows from samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Algorithm {
    /// One more for each good sample, a share of it after a bad one
    /// (Netflix concurrency-limits `AIMDLimit`: 0.9 and 5 s).
    ///
    /// A drop, or a sample longer than `timeout`: `⌊backoff·L⌋`. Else, if at least half of the
    /// limit was in use: `L + 1`.
    Aimd {
        /// What is left of the limit after a bad sample; above 0 and below 1.
        backoff: f64,
        /// A sample longer than this is bad; one of exactly this length is good.
        timeout: Duration,
    },
    /// The queue at the callee is estimated from the shortest time seen, and is kept between two
    /// bounds (Netflix concurrency-limits `VegasLimit`: 1 and 30).
    ///
    /// `q = ⌈L·(1 − base/rtt)⌉`, `step = max(1, ⌊log₁₀ ⌊L⌋⌋)`, `α = 3·step`, `β = 6·step`. A drop:
    /// `L − step`. Else, if less than half of the limit was in use: as it is. Else `L + β` for
    /// `q ≤ step`, `L + step` for `q < α`, `L − step` for `q > β`. A sample that gives a new
    /// `base` changes nothing. Draws once at the first sample and at each new measurement of
    /// `base`.
    Vegas {
        /// How much of each change is made at once; above 0, up to 1.
        smoothing: f64,
        /// `base` is measured anew after about so many times the limit samples, times a draw
        /// between 0.5 and 1; at least 1.
        probe_multiplier: u32,
    },
    /// The ratio of a long to a short average of the times
    /// (Netflix concurrency-limits `Gradient2Limit`: 0.2, 4, 600 and 1.5).
    ///
    /// The long average is a plain mean over 10 samples and an exponential one from then on; it
    /// shrinks by 5 % when it is more than twice the sample. If less than half of the limit was in
    /// use: as it is. Else, with `g` the long average times `tolerance` over the sample, from 0.5
    /// to 1: `L ← L·(1 − smoothing) + (L·g + queue)·smoothing`. It takes a drop as a sample like
    /// any other, by its time.
    Gradient2 {
        /// How much of each change is made at once; above 0, up to 1.
        smoothing: f64,
        /// How many calls may wait at the callee.
        queue: u32,
        /// The length of the long average in samples; at least 1. The weight of one is
        /// `2/(n + 1)`.
        long_window: u32,
        /// How far the times may rise before the limit falls, as a ratio; at least 1.
        tolerance: f64,
    },
    /// The ratio of the time without load to the time of late, each a percentile of many samples
    /// (Envoy `adaptive_concurrency`, `gradient_controller.cc`: 0.5 and 25 %).
    ///
    /// Every `interval` that has samples: with `g` the time without load times `1 + buffer` over
    /// the percentile, from 0.5 to 2, `L ← ⌊g·L + √(g·L)⌋`. It does not look at how much of the
    /// limit is in use, and takes drops as samples.
    Gradient {
        /// Which percentile stands for many samples; from 0 to 1.
        percentile: f64,
        /// How often the limit is calculated anew; more than zero.
        interval: Duration,
        /// How much longer than without load a call may take before the limit falls, as a share;
        /// from 0.
        buffer: f64,
        /// Where the time without load comes from.
        min_rtt: MinRtt,
    },
}

/// What a call has shown of the callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was answered.
    Success,
    /// It was dropped: it took too long, or the callee said that it has too much to do.
    Dropped,
    /// Nothing: it was refused on the way, or given up.
    Ignored,
}

/// A call under way; to be settled exactly once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "a permit that is not settled takes a place for ever"]
pub struct Permit {
    began: Time,
    in_flight: u32,
}

/// The limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The limit, in calls.
    pub limit: u32,
    /// How many calls are under way; more than the limit if it has fallen.
    pub in_flight: u32,
}

/// A limit on calls under way that is learned.
///
/// # Example
///
/// ```
/// use patterns::adaptive_concurrency::{Algorithm, AdaptiveConcurrency, DROPS, Settings, Verdict};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut concurrency = AdaptiveConcurrency::new(Settings {
///     algorithm: Algorithm::Aimd { backoff: 0.5, timeout: Duration::from_secs(5) },
///     min: 1,
///     max: 200,
///     initial: 2,
///     window: None,
///     drops: DROPS,
///     cancelled: Verdict::Ignored,
/// })?;
/// let now = Time::ZERO;
/// let first = concurrency.admit(now).expect("below the limit");
/// let second = concurrency.admit(now).expect("below the limit");
/// assert!(concurrency.admit(now).is_err());
/// concurrency.settle(first, Verdict::Success, now, || 0.5);
/// assert_eq!(concurrency.limit(), 3);
/// concurrency.settle(second, Verdict::Dropped, now, || 0.5);
/// assert_eq!(concurrency.limit(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AdaptiveConcurrency {
    settings: Settings,
    estimator: Estimator,
    window: Option<window::Gathering>,
    in_flight: u32,
    /// The latest time seen: a clock that is set back stands still.
    latest: Time,
    calls: PerCall<Option<Permit>>,
}

#[derive(Clone, Debug)]
enum Estimator {
    Aimd { limit: u32, backoff: f64, timeout: Duration },
    Vegas(Vegas),
    Gradient2(Gradient2),
    Gradient(Box<Gradient>),
}

impl AdaptiveConcurrency {
    /// A limit that has seen nothing.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let Settings { min, max, initial, .. } = settings;
        Invalid::unless(1 <= min, "min", "at least 1")?;
        Invalid::unless(min <= max, "max", "at least `min`")?;
        Invalid::unless((min..=max).contains(&initial), "initial", "from `min` to `max`")?;
        let estimator = match settings.algorithm {
            Algorithm::Aimd { backoff, timeout } => {
                let valid = 0.0 < backoff && backoff < 1.0;
                Invalid::unless(valid, "backoff", "above 0 and below 1")?;
                Estimator::Aimd { limit: initial, backoff, timeout }
            }
            Algorithm::Vegas { .. } => Estimator::Vegas(Vegas::new(&settings)?),
            Algorithm::Gradient2 { .. } => Estimator::Gradient2(Gradient2::new(&settings)?),
            Algorithm::Gradient { .. } => {
                Invalid::unless(settings.window.is_none(), "window", "none with `gradient`")?;
                Estimator::Gradient(Box::new(Gradient::new(&settings)?))
            }
        };
        Ok(Self {
            settings,
            estimator,
            window: settings.window.map(window::Gathering::new).transpose()?,
            in_flight: 0,
            latest: Time::ZERO,
            calls: PerCall::default(),
        })
    }

    /// A call comes. If fewer than the limit are under way it is one of them from now on.
    pub fn admit(&mut self, now: Time) -> Result<Permit, Refused> {
        let now = self.tick(now);
        let (limit, in_flight) = (self.limit(), self.in_flight);
        if limit <= in_flight {
            return Err(Refused { limit, in_flight });
        }
        self.in_flight += 1;
        Ok(Permit { began: now, in_flight: self.in_flight })
    }

    /// A call has ended.
    ///
    /// Draws as its [`Algorithm`] says: once for each new measurement of the time without load.
    pub fn settle(
        &mut self,
        permit: Permit,
        verdict: Verdict,
        now: Time,
        draw: impl FnOnce() -> f64,
    ) {
        let now = self.tick(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        if verdict == Verdict::Ignored {
            return;
        }
        let sample = Sample {
            rtt: now.since(permit.began),
            in_flight: permit.in_flight,
            dropped: verdict == Verdict::Dropped,
        };
        let gathered = match &mut self.window {
            None => Some(sample),
            Some(window) => window.add(sample, now),
        };
        let Some(sample) = gathered else { return };
        let Settings { min, max, .. } = self.settings;
        match &mut self.estimator {
            Estimator::Aimd { limit, backoff, timeout } => {
                let new = if sample.dropped || *timeout < sample.rtt {
                    (f64::from(*limit) * *backoff) as u32
                } else if *limit <= sample.in_flight.saturating_mul(2) {
                    limit.saturating_add(1)
                } else {
                    *limit
                };
                *limit = new.clamp(min, max);
            }
            Estimator::Vegas(vegas) => vegas.add(sample, draw),
            Estimator::Gradient2(gradient) => gradient.add(sample),
            Estimator::Gradient(gradient) => gradient.add(sample.rtt, permit.began, now, draw),
        }
    }

    /// How many calls may be under way, as of the latest call that came or ended.
    pub fn limit(&self) -> u32 {
        match &self.estimator {
            Estimator::Aimd { limit, .. } => *limit,
            Estimator::Vegas(vegas) => vegas.limit(),
            Estimator::Gradient2(gradient) => gradient.limit(),
            Estimator::Gradient(gradient) => gradient.limit(),
        }
    }

    /// How many calls are under way.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether [`Algorithm::Gradient`] is measuring the time without load, and so holds the limit
    /// at `min`.
    pub fn is_measuring(&self) -> bool {
        matches!(&self.estimator, Estimator::Gradient(gradient) if gradient.is_measuring())
    }

    fn tick(&mut self, now: Time) -> Time {
        self.latest = self.latest.max(now);
        if let Estimator::Gradient(gradient) = &mut self.estimator {
            gradient.tick(self.latest);
        }
        self.latest
    }

    fn verdict(&self, outcome: Outcome) -> Verdict {
        if self.settings.drops.has(outcome) {
            Verdict::Dropped
        } else if outcome.class().is_some_and(Class::is_refusal) {
            Verdict::Ignored
        } else {
            Verdict::Success
        }
    }

    /// Settles a call in the path, if it has a permit still, and tells of a change of state.
    fn end(&mut self, call: CallId, verdict: Verdict, cx: &mut Context<'_>) {
        let permit = self.calls.get(call).copied().flatten();
        if let Some(permit) = permit {
            self.calls[call] = None;
            let was = self.is_measuring();
            self.settle(permit, verdict, cx.now, || cx.uniform());
            self.note(was, cx);
        }
    }

    fn note(&self, was_measuring: bool, cx: &mut Context<'_>) {
        if was_measuring != self.is_measuring() {
            cx.enter_state(if was_measuring { "limiting" } else { "measuring" });
        }
    }
}

impl Layer for AdaptiveConcurrency {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let was = self.is_measuring();
        let permit = self.admit(cx.now);
        self.note(was, cx);
        self.calls.open(call, permit.ok());
        match permit {
            Ok(_) => Action::Send,
            Err(_) => Action::Reply(Outcome::failed(Class::Rejected)),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.end(call, self.verdict(outcome), cx);
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.end(call, self.settings.cancelled, cx);
    }

    fn initial_state(&self) -> Option<&'static str> {
        let Estimator::Gradient(gradient) = &self.estimator else { return None };
        Some(if gradient.is_measuring() { "measuring" } else { "limiting" })
    }
}
