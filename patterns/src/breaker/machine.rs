//! The circuit breaker itself, and how it admits calls.

use super::counts::Figures;
use super::half_open::{Close, Permits};
use super::judge::Judge;
use super::record::Record;
use super::report::Counters;
use super::settings::{CountAt, Evaluate, Mode, Settings};
use super::state::{Cause, Change, State, Token};
use super::window::Window;
use crate::backoff::{Backoff, Progress};
use crate::invalid::Invalid;
use crate::layer::{PerCall, Rng};
use crate::outcome::{Classification, Outcome};
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::settings::check;
use crate::time::{Duration, Time};

/// A circuit breaker.
///
/// A permit that is lost, so that neither its result nor its end is reported, is forgotten when the
/// state changes. A lost *probe* keeps its place: a half-open breaker then rejects others until its
/// `half-open-timeout`, and for ever if there is none. Where permits may be lost, set one, or take
/// permits back by a guard that cancels when it is dropped.
///
/// A new breaker counts as having begun at time zero, which matters to an `interval` and to buckets
/// `since-closed`: one that is made later may be closed by hand at once. A copy of a breaker takes
/// the permits of the original.
///
/// # Example
///
/// ```
/// use patterns::breaker::*;
/// use patterns::{Classification, Duration, Reason, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut breaker = Breaker::new(Settings::of(Trip::failures(1), Duration::from_secs(5)))?;
///
/// let start = Time::ZERO;
/// let permit = breaker.try_acquire(start).expect("a new breaker is closed");
/// breaker.record(permit, Classification::Failure, start);
/// let end = start + Duration::from_secs(5);
/// assert_eq!(breaker.state(), State::Open { until: end });
/// let rejected = breaker.try_acquire(start).unwrap_err();
/// assert_eq!((rejected.reason, rejected.until), (Reason::Open, Some(end)));
///
/// let probe = breaker.try_acquire(end).expect("the wait is over");
/// breaker.record(probe, Classification::Success, end + Duration::from_secs(1));
/// assert_eq!(breaker.state(), State::Closed);
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once; this is the same with the second call left out and with it:
///
/// ```
/// # use patterns::breaker::{Breaker, Token};
/// # use patterns::{Classification, Permit, Time};
/// fn once(breaker: &mut Breaker, permit: Permit<Token>) {
///     breaker.record(permit, Classification::Success, Time::ZERO);
/// }
/// ```
///
/// ```compile_fail,E0382
/// # use patterns::breaker::{Breaker, Token};
/// # use patterns::{Classification, Permit, Time};
/// fn twice(breaker: &mut Breaker, permit: Permit<Token>) {
///     breaker.record(permit, Classification::Success, Time::ZERO);
///     breaker.record(permit, Classification::Success, Time::ZERO);
/// }
/// ```
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
#[derive(Clone, Debug)]
pub struct Breaker {
    pub(super) settings: Settings,
    pub(super) waits: Backoff,
    pub(super) state: State,
    /// How often the state has changed, but for the end of a ramp.
    pub(super) generation: u32,
    /// The generation in which the record was begun, and when.
    pub(super) recording: u32,
    pub(super) begun: Time,
    pub(super) judge: Judge,
    /// When it was last decided, if that is done now and then; at first, when the first call came.
    pub(super) decided: Option<Time>,
    /// The open waits since it was closed.
    pub(super) openings: Progress,
    /// How often it has opened since it was closed, by hand too, and for how long the last time.
    pub(super) opened: u32,
    pub(super) wait: Duration,
    /// While half-open, the draw for the open wait that may follow.
    pub(super) drawn: f64,
    /// When the last probe was let through.
    latest_probe: Time,
    pub(super) figures: Figures,
    /// The generation that the figures are about.
    pub(super) figured: u32,
    /// The latest probes, for those who look at them.
    pub(super) latest_probes: Option<Record>,
    pub(super) changes: Vec<Change>,
    pub(super) last_change: Option<Change>,
    /// Whether it is held in its state by hand, beside its mode.
    pub(super) is_held: bool,
    uses_chance: bool,
    /// Whether time alone changes nothing while it is neither half-open nor on a ramp: there is no
    /// interval, and nothing is decided now and then.
    pub(super) is_timeless: bool,
    /// Whether a success while it is closed counts when it comes, however long it took, and nothing
    /// is decided on it.
    pub(super) only_counts_successes: bool,
    owner: Owner,
    /// For the layer alone.
    pub(super) calls: PerCall<Option<Token>>,
    pub(super) counters: Counters,
}

/// The draws of settings that need none.
pub(super) struct NoChance;

impl Rng for NoChance {
    fn uniform(&mut self) -> f64 {
        unreachable!("asked before whether the settings use chance")
    }
}

impl Breaker {
    /// A breaker in the state that its mode says: closed, if it decides for itself.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or does not go with another.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let waits = Backoff::new(settings.open.0.clone())?;
        let latest_probes = match settings.half_open.close {
            Close::Latest { latest_probes, .. } => Some(Record::of(Window::Calls(latest_probes))),
            _ => None,
        };
        let uses_chance = waits.uses_chance()
            || matches!(settings.half_open.permits, Permits::Share(_))
            || !settings.ramp.is_zero();
        let by_results = matches!(settings.evaluate, Evaluate::EveryResult | Evaluate::Failures);
        let is_timeless = by_results && settings.interval.is_none();
        let only_counts_successes = is_timeless
            && settings.evaluate == Evaluate::Failures
            && settings.slow.is_none()
            && settings.count_at == CountAt::Result;
        Ok(Self {
            waits,
            state: settings.mode.state(),
            generation: 0,
            recording: 0,
            begun: Time::ZERO,
            judge: Judge::new(&settings.trip),
            decided: None,
            openings: Progress::default(),
            opened: 0,
            wait: Duration::ZERO,
            drawn: 0.0,
            latest_probe: Time::ZERO,
            figures: Figures::default(),
            figured: 0,
            latest_probes,
            changes: Vec::with_capacity(8),
            last_change: None,
            is_held: false,
            uses_chance,
            is_timeless,
            only_counts_successes,
            owner: Owner::new(),
            calls: PerCall::default(),
            counters: Counters::default(),
            settings,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether it may draw: for an open wait with jitter, a share of probes, or a ramp. If not, the
    /// methods without a source of draws will do.
    pub fn uses_chance(&self) -> bool {
        self.uses_chance
    }

    /// What this outcome says about the callee.
    pub fn classify(&self, outcome: Outcome) -> Classification {
        self.settings.classifier().classify(outcome)
    }

    /// Asks for leave to make a call at `now`.
    ///
    /// # Errors
    ///
    /// If the call is rejected: why, and until when if that is known.
    ///
    /// # Panics
    ///
    /// If the settings use chance: then take [`Breaker::try_acquire_with`].
    pub fn try_acquire(&mut self, now: Time) -> Result<Permit<Token>, Rejected> {
        self.refuse_chance();
        self.try_acquire_with(now, &mut NoChance)
    }

    /// The same, with a source of draws.
    ///
    /// # Errors
    ///
    /// If the call is rejected: why, and until when if that is known.
    pub fn try_acquire_with(
        &mut self,
        now: Time,
        rng: &mut impl Rng,
    ) -> Result<Permit<Token>, Rejected> {
        self.changes.clear();
        self.advance(now, rng);
        let token = self.acquire(now, rng)?;
        Ok(Permit::new(self.owner, token))
    }

    /// Reports how the call made with `permit` ended. It took the time since it was admitted.
    ///
    /// # Panics
    ///
    /// If another breaker gave the permit, or the settings use chance: then take
    /// [`Breaker::record_with`].
    pub fn record(&mut self, permit: Permit<Token>, how: Classification, now: Time) {
        self.refuse_chance();
        self.record_with(permit, how, now, &mut NoChance);
    }

    /// The same, with a source of draws.
    ///
    /// # Panics
    ///
    /// If another breaker gave the permit.
    pub fn record_with(
        &mut self,
        permit: Permit<Token>,
        how: Classification,
        now: Time,
        rng: &mut impl Rng,
    ) {
        let token = permit.redeem(self.owner);
        self.changes.clear();
        self.advance(now, rng);
        self.settle(token, how, now, rng);
    }

    /// Reports that the call made with `permit` was given up, and its result is not awaited.
    ///
    /// If a result that comes all the same may still matter, what is returned records it; it may as
    /// well be dropped.
    ///
    /// # Panics
    ///
    /// If another breaker gave the permit, or the settings use chance: then take
    /// [`Breaker::cancel_with`].
    pub fn cancel(&mut self, permit: Permit<Token>, now: Time) -> Option<Permit<Token>> {
        self.refuse_chance();
        self.cancel_with(permit, now, &mut NoChance)
    }

    /// The same, with a source of draws.
    ///
    /// # Panics
    ///
    /// If another breaker gave the permit.
    pub fn cancel_with(
        &mut self,
        permit: Permit<Token>,
        now: Time,
        rng: &mut impl Rng,
    ) -> Option<Permit<Token>> {
        let token = permit.redeem(self.owner);
        self.changes.clear();
        self.advance(now, rng);
        let token = self.give_up(token, now, rng)?;
        Some(Permit::new(self.owner, token))
    }

    #[track_caller]
    pub(super) fn refuse_chance(&self) {
        let with = "this breaker draws: give it a source of draws, by the methods `..._with`";
        assert!(!self.uses_chance, "{with}");
    }

    /// Asks for leave, after [`Breaker::advance`].
    #[inline]
    pub(super) fn acquire(&mut self, now: Time, rng: &mut impl Rng) -> Result<Token, Rejected> {
        match self.state {
            State::Closed if self.is_timeless => Ok(self.admit(now, false)),
            State::Open { until } if now < until => {
                Err(Rejected { reason: Reason::Open, until: Some(until) })
            }
            _ => self.acquire_in_any(now, rng),
        }
    }

    #[inline]
    pub(super) fn admit(&mut self, now: Time, is_probe: bool) -> Token {
        self.figures.admitted += u64::from(!matches!(self.state, State::Disabled));
        Token { generation: self.generation, is_probe, given_up: false, admitted: now }
    }

    /// The long way, for every state and all settings.
    pub(super) fn acquire_in_any(
        &mut self,
        now: Time,
        rng: &mut impl Rng,
    ) -> Result<Token, Rejected> {
        self.decide_if_due(now, rng);
        if let State::Open { until } = self.state {
            if now < until {
                return Err(Rejected { reason: Reason::Open, until: Some(until) });
            }
            self.probe(now, Cause::WaitOver, rng);
        }
        let rejected = |reason| Err(Rejected { reason, until: None });
        let is_probe = match self.state {
            State::HalfOpen { .. } => {
                self.take_place(now, rng)?;
                true
            }
            State::Recovering { since, until } => {
                if self.share_let_in(now, since, until) <= rng.uniform() {
                    return rejected(Reason::Chance);
                }
                false
            }
            State::ForcedOpen => return rejected(Reason::Held),
            _ => false,
        };
        Ok(self.admit(now, is_probe))
    }

    /// Takes a place for a probe.
    fn take_place(&mut self, now: Time, rng: &mut impl Rng) -> Result<(), Rejected> {
        let State::HalfOpen { taken, .. } = &mut self.state else { return Ok(()) };
        match self.settings.half_open.permits {
            Permits::Total(most) | Permits::Concurrent(most) if *taken < most => {}
            Permits::Total(_) | Permits::Concurrent(_) => {
                return Err(Rejected { reason: Reason::ProbesTaken, until: None });
            }
            Permits::Share(share) => {
                if share <= rng.uniform() {
                    return Err(Rejected { reason: Reason::Chance, until: None });
                }
            }
            Permits::OneEvery(wait) => {
                let next = self.latest_probe + wait;
                if *taken > 0 && now < next {
                    return Err(Rejected { reason: Reason::ProbesTaken, until: Some(next) });
                }
                self.latest_probe = now;
            }
        }
        *taken += 1;
        Ok(())
    }

    /// The share of calls let in on a ramp.
    fn share_let_in(&self, now: Time, since: Time, until: Time) -> f64 {
        let part = now.since(since).as_secs_f64() / until.since(since).as_secs_f64();
        let first = self.settings.ramp_first;
        first + (1.0 - first) * part
    }
}

impl Mode {
    /// The state of a breaker that has just been put in this mode.
    pub(super) const fn state(self) -> State {
        match self {
            Self::Automatic => State::Closed,
            Self::ForcedOpen => State::ForcedOpen,
            Self::Disabled => State::Disabled,
            Self::MetricsOnly => State::MetricsOnly,
        }
    }
}
