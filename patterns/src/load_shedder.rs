//! Load shedding: when there is too much to do, refuse at once what could not be done in time.
//!
//! ```text
//!            not overloaded, or few under way
//!  call ──┬───────────────────────────────────► send ──► how long it took
//!         │ overloaded, and more under way            │
//!         │ than passed at best                       ▼
//!         └──────────────────────► rejected     most passed, shortest time
//! ```
//!
//! The rule is that of BBR (Cardwell and others, "BBR: Congestion-Based Congestion Control", ACM
//! Queue 14(5), 2016), as aegis (`ratelimit/bbr`) and Sentinel (`SystemRuleManager`) have it: what
//! a callee can hold is what it passed in its best bucket times how long a call takes at best. More
//! than that only waits. It refuses
//!
//! > iff overloaded, and more than 1 under way, and more than `⌊most passed · shortest time ·
//! > buckets a second + 1/2⌋` under way.
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `threshold` | load, from 0 on | at exactly this load it is overloaded |
//! | `step` | load less for each class of priority | |
//! | `window` | time in `buckets` parts, on a grid from time zero | a bucket leaves as a whole |
//! | `cool_off` | time after a refusal | over at exactly its end |
//! | `smoothing` | how fast the load follows, for the layer | |
//! | `drops` | classes of failure that did not pass | |
//!
//! With the priorities of calls, 0 first, the threshold is lower by `step` for each: so if a call
//! is refused, so is at that instant every one that matters less.
//!
//! # Load
//!
//! The machine is told the load, whatever that is: of the processor, of a queue. As a layer it
//! knows only how long calls take, and makes of that the share of their time that they wait:
//! `1 − shortest / recent`, where `recent` is a moving average. So 0 is no load, 0.5 is twice as
//! long as at best, and 0.8 five times.

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Classes, Outcome};
use crate::time::{Duration, Time};

/// The settings of a [`LoadShedder`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The load from which on it is overloaded; more than 0 (aegis: 0.8 of the processor).
    pub threshold: f64,
    /// How much less load is too much for each class of priority after the first; 0 or more.
    pub step: f64,
    /// How long calls that passed are remembered; more than zero (aegis: 10 s).
    pub window: Duration,
    /// In how many parts; from 1 to 10,000, each at least 1 ns long (aegis: 100).
    pub buckets: u32,
    /// How long it stays as overloaded as it was when it last refused a call (aegis: 1 s).
    pub cool_off: Duration,
    /// What of the way to each new time the recent one moves; more than 0, at most 1.
    pub smoothing: f64,
    /// The classes of failure that did not pass; others, and all that is good, did.
    pub drops: Classes,
}

impl Settings {
    /// aegis's settings; the load follows a call by an eighth, and priorities do not matter.
    pub const AEGIS: Self = Self {
        threshold: 0.8,
        step: 0.0,
        window: Duration::from_secs(10),
        buckets: 100,
        cool_off: Duration::from_secs(1),
        smoothing: 0.125,
        drops: Classes::ALL,
    };

    fn check(&self) -> Result<(), Invalid> {
        let valid = self.threshold.is_finite() && 0.0 < self.threshold;
        Invalid::unless(valid, "threshold", "a finite number above 0")?;
        let valid = self.step.is_finite() && 0.0 <= self.step;
        Invalid::unless(valid, "step", "a finite number of at least 0")?;
        let valid = (1..=10_000).contains(&self.buckets)
            && u64::from(self.buckets) <= self.window.as_nanos();
        Invalid::unless(valid, "buckets", "from 1 to 10000, each at least 1 ns long")?;
        let valid = 0.0 < self.smoothing && self.smoothing <= 1.0;
        Invalid::unless(valid, "smoothing", "more than 0 and at most 1")
    }
}

/// A shedder of load.
///
/// # Example
///
/// ```
/// use patterns::load_shedder::{Refused, Settings, LoadShedder};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut shed = LoadShedder::new(Settings::AEGIS)?;
/// let now = Time::ZERO;
/// // One call passes in each tenth of a second and takes as long: one can be held at a time.
/// for tenth in 0..10 {
///     let began = now + Duration::from_millis(100 * tenth);
///     shed.admit(0.0, 0, began).expect("no load");
///     shed.passed(Duration::from_millis(100), began + Duration::from_millis(99));
/// }
/// let now = now + Duration::from_secs(1);
/// assert_eq!(shed.capacity(now), Some(1));
/// shed.admit(0.9, 0, now).expect("the first one always passes");
/// shed.admit(0.9, 0, now).expect("no more than 1 is under way");
/// assert_eq!(shed.admit(0.9, 0, now), Err(Refused));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LoadShedder {
    settings: Settings,
    buckets: Box<[Bucket]>,
    width: Duration,
    /// The number of the present bucket, counted from time zero.
    present: u64,
    /// Of all buckets before the present one.
    best: Best,
    in_flight: u32,
    /// The load of the latest refusal, and until when it counts.
    held: (f64, Time),
    /// The recent time of calls, in nanoseconds; none before the first.
    recent: Option<f64>,
    sheds: bool,
    calls: PerCall<Option<Time>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    passed: u64,
    total: Duration,
}

/// The most that passed in a bucket, and the shortest mean time of one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Best {
    passed: u64,
    shortest: Option<f64>,
}

/// A call was refused: there is too much to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl LoadShedder {
    /// A shedder that has seen nothing.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        let width = settings.window.as_nanos().div_ceil(settings.buckets.into());
        Ok(Self {
            settings,
            buckets: vec![Bucket::default(); settings.buckets as usize].into(),
            width: Duration::from_nanos(width),
            present: 0,
            best: Best::default(),
            in_flight: 0,
            held: (0.0, Time::ZERO),
            recent: None,
            sheds: false,
            calls: PerCall::default(),
        })
    }

    /// Asks for leave to make a call of this priority under this load.
    pub fn admit(&mut self, load: f64, priority: u8, now: Time) -> Result<(), Refused> {
        let (held, until) = self.held;
        let load = if now < until { load.max(held) } else { load };
        let threshold = self.settings.threshold - self.settings.step * f64::from(priority);
        let is_full = 1 < self.in_flight
            && self.capacity(now).is_some_and(|capacity| capacity < u64::from(self.in_flight));
        if threshold <= load && is_full {
            self.held = (load, now + self.settings.cool_off);
            return Err(Refused);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        Ok(())
    }

    /// Reports that a call has passed, and how long it took.
    pub fn passed(&mut self, took: Duration, now: Time) {
        self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        let place = (self.present % self.buckets.len() as u64) as usize;
        self.buckets[place].passed += 1;
        self.buckets[place].total += took;
        let took = took.as_nanos() as f64;
        let recent = self.recent.unwrap_or(took);
        self.recent = Some(recent + self.settings.smoothing * (took - recent));
    }

    /// Reports that a call has ended without passing: it was dropped, or given up.
    pub fn gone(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// How many calls there can be under way without waiting, by the best of the window; none if
    /// nothing has passed in it, the present bucket apart.
    pub fn capacity(&mut self, now: Time) -> Option<u64> {
        self.advance(now);
        let buckets = self.best.passed as f64 / self.width.as_nanos() as f64;
        Some((buckets * self.best.shortest? + 0.5) as u64)
    }

    /// The share of their time that calls of late have waited, as the layer takes it for the load.
    pub fn load(&mut self, now: Time) -> f64 {
        self.advance(now);
        match (self.best.shortest, self.recent) {
            (Some(shortest), Some(recent)) if 0.0 < recent => (1.0 - shortest / recent).max(0.0),
            _ => 0.0,
        }
    }

    /// How many calls are under way.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Forgets what is too old. A clock that is set back forgets nothing.
    fn advance(&mut self, now: Time) {
        let present = now.as_nanos() / self.width.as_nanos();
        if present <= self.present {
            return;
        }
        let size = self.buckets.len() as u64;
        for step in 1..=(present - self.present).min(size) {
            self.buckets[((self.present + step) % size) as usize] = Bucket::default();
        }
        self.present = present;
        // Looks through all buckets, but once for each of them.
        let place = (present % size) as usize;
        let others = self.buckets.iter().enumerate().filter(|(other, _)| *other != place);
        self.best = others.fold(Best::default(), |best, (_, bucket)| best.with(*bucket));
    }
}

impl Best {
    fn with(self, bucket: Bucket) -> Self {
        if bucket.passed == 0 {
            return self;
        }
        let mean = bucket.total.as_nanos() as f64 / bucket.passed as f64;
        Self {
            passed: self.passed.max(bucket.passed),
            shortest: Some(self.shortest.map_or(mean, |shortest| shortest.min(mean))),
        }
    }
}

impl Layer for LoadShedder {
    fn initial_state(&self) -> Option<&'static str> {
        Some("normal")
    }

    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let load = self.load(cx.now);
        let refused = self.admit(load, cx.info().priority, cx.now).is_err();
        // Shedding ends with the first call that finds the cool-off over.
        let sheds = refused || self.sheds && cx.now < self.held.1;
        if sheds != core::mem::replace(&mut self.sheds, sheds) {
            cx.enter_state(if sheds { "shedding" } else { "normal" });
        }
        self.calls.open(call, (!refused).then_some(cx.now));
        if refused { Action::Reply(Outcome::failed(Class::Rejected)) } else { Action::Send }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if let Some(began) = self.calls[call].take() {
            if self.settings.drops.has(outcome) {
                self.gone();
            } else {
                self.passed(cx.now.since(began), cx.now);
            }
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, _cx: &mut Context<'_>) {
        if self.calls[call].take().is_some() {
            self.gone();
        }
    }
}
