//! Circuit breaker: stop calling what keeps failing, and probe before calling again.
//!
//! ```text
//!               the trip condition holds
//!  ┌────────┐ ─────────────────────────► ┌──────┐
//!  │ closed │                            │ open │◄──┐
//!  └────────┘◄─┐                         └──┬───┘   │ probes failed,
//!              │ the first call after the wait │    │ or the max wait is over
//!  ┌───────────┴┐                       ┌───▼──┴────┐
//!  │ recovering │◄──────────────────────┤ half-open │
//!  └────────────┘  enough succeeded     └───────────┘
//! ```
//!
//! The state `recovering` is passed through only if there is a `ramp`. By hand ([`Mode`]) it is
//! held in `forced-open`, `disabled` or `metrics-only`.
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `trip` | [`Trip`], over a [`Window`] | exactly the count opens; a share as [`Compare`] says |
//! | `min_calls` of a share | calls in the window | exactly so many are enough |
//! | a window's size | calls, or time | a result leaves at exactly that age, as [`Align`] says |
//! | `slow` | time that a call took, or none | exactly so long is not slow |
//! | `evaluate` | [`Evaluate`] | |
//! | `count`, `ignore` | classes of failure | `ignore` wins; in neither is a success |
//! | `open` | time, as [`OpenWait`] says | |
//! | `boundary` | [`Boundary`] | whether a call at exactly the end of the wait is admitted |
//! | `half_open.permits` | probes, in all or at a time, or a share of calls | |
//! | `half_open.close` | [`Close`] | |
//! | `half_open.half_open_timeout` | time since the first probe, or none | ends at its end |
//! | `half_open.then` | [`Then`] | |
//! | `ramp` | [`Ramp`], or none | closed at exactly its end |
//! | `late` | [`Late`] | |
//! | `cancelled` | [`Cancelled`] | |
//! | `mode` | [`Mode`] | |
//!
//! A degraded answer is a success.
//!
//! Each change of state but the end of a ramp starts a new *generation*. A result whose [`Permit`]
//! is of an older one is late, and so is that of a call that was given up; [`Late`] says what it
//! does.
//!
//! The end of the half-open state is noticed when the next call or result comes, but it opens or
//! closes as of that end: if half-open time ran out during an hour without calls, the open wait
//! began then, and is over. [`Breaker::state_at`] tells such changes beforehand.
//!
//! The record of calls is kept, but not used, while open or half-open, and begun anew on closing.
//!
//! Chance matters to an open wait with jitter (one draw when a closed breaker opens, and one when
//! it becomes half-open, for the wait that may follow), to a share of probes and to a ramp (one
//! draw for each call that comes meanwhile), and to nothing else.

mod change;
mod half_open;
mod layer;
mod settings;
mod state;
mod trip;
mod window;

use crate::backoff::{Backoff, Progress};
use crate::invalid::Invalid;
use crate::layer::PerCall;
use crate::outcome::Outcome;
use crate::time::Time;
use half_open::Decision;
use state::Token;
use trip::Judge;
use window::{Mark, Record};

pub use half_open::{Close, HalfOpen, Permits, Ramp, Then};
pub use settings::{
    Boundary, Cancelled, Compare, Evaluate, FAILURES, IGNORED, Late, Memory, Mode, OpenWait,
    Settings, Trip,
};
pub use state::{Permit, Refused, State, Verdict};
pub use window::{Align, Counts, Window};

/// A circuit breaker.
///
/// # Example
///
/// ```
/// use patterns::breaker::*;
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let trip = Trip::Consecutive { failures: 1 };
/// let mut breaker = Breaker::new(Settings::new(trip, Duration::from_secs(5)))?;
/// let draw = || 0.5; // for jitter, which these settings do not have
///
/// let start = Time::ZERO;
/// let permit = breaker.admit(start, draw).expect("a new breaker is closed");
/// breaker.settle(permit, Verdict::Failure, start, draw);
/// let end = start + Duration::from_secs(5);
/// assert_eq!(breaker.state(), State::Open { until: end });
/// assert_eq!(breaker.admit(start, draw).unwrap_err(), Refused { until: end });
///
/// let probe = breaker.admit(end, draw).expect("the wait is over");
/// breaker.settle(probe, Verdict::Success, end + Duration::from_secs(1), draw);
/// assert_eq!(breaker.state(), State::Closed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Breaker {
    settings: Settings,
    waits: Backoff,
    /// Whether the open wait takes a draw.
    is_spread: bool,
    state: State,
    /// How often the state has changed.
    generation: u32,
    /// The generation in which the record was begun.
    recording: u32,
    judge: Judge,
    /// When it was last decided, if that is done periodically; at first, when the first call came.
    decided: Option<Time>,
    /// How often it has opened since it was closed, and for how long the last time.
    openings: Progress,
    /// While half-open, the draw for the open wait that may follow.
    drawn: f64,
    probes: Counts,
    /// The latest probes, for those who look at them.
    latest_probes: Option<Record>,
    calls: PerCall<Option<Token>>,
}

impl Breaker {
    /// A breaker in the state that its mode says: closed, if it decides for itself.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        let waits = settings.open.backoff()?;
        let is_spread = waits.uses_chance();
        let latest_probes = match settings.half_open.close {
            Close::Latest { probes, .. } => Some(Record::of(Window::Calls(probes))),
            _ => None,
        };
        Ok(Self {
            waits,
            is_spread,
            state: settings.mode.state(),
            generation: 0,
            recording: 0,
            judge: Judge::new(&settings.trip),
            decided: None,
            openings: Progress::default(),
            drawn: 0.0,
            probes: Counts::default(),
            latest_probes,
            calls: PerCall::default(),
            settings,
        })
    }

    /// The state as the last call or result left it.
    pub fn state(&self) -> State {
        self.state
    }

    /// The state that a call at `now` would find: with the changes that time has brought since,
    /// and half-open as soon as a probe would be admitted. Trips that are decided periodically are
    /// not foreseen.
    pub fn state_at(&self, now: Time) -> State {
        let state = match (self.half_open_end(now), self.settings.half_open.then) {
            (None, _) => self.state,
            (Some(end), Then::Open) => {
                let mut openings = self.openings;
                self.open_for(self.waits.next_with(&mut openings, &mut || self.drawn), end)
            }
            (Some(end), Then::Close) => self.recovered(end),
        };
        match state {
            State::Open { until } if until <= now => self.next_half_open(now),
            State::Recovering { until, .. } if until <= now => State::Closed,
            state => state,
        }
    }

    /// The record of calls that the trip condition looks at, and of several conditions the first:
    /// kept, but not used, while open or half-open. Failures in a row are their own number of
    /// calls; an average counts all results since the breaker closed.
    pub fn counts(&mut self, now: Time) -> Counts {
        self.judge.counts(now)
    }

    /// Takes a breaker out of its own hands, or gives it back, closed and with an empty record.
    pub fn set_mode(&mut self, mode: Mode, now: Time) {
        self.settings.mode = mode;
        self.enter(mode.state(), now);
    }

    /// What this outcome says about the callee.
    pub fn verdict(&self, outcome: Outcome) -> Verdict {
        if self.settings.ignore.has(outcome) {
            Verdict::Ignored
        } else if self.settings.count.has(outcome) {
            Verdict::Failure
        } else {
            Verdict::Success
        }
    }

    /// Asks for leave to make a call at `now`.
    pub fn admit(&mut self, now: Time, mut draw: impl FnMut() -> f64) -> Result<Permit, Refused> {
        self.advance(now);
        self.decide_if_due(now, &mut draw);
        if let State::Open { until } = self.state {
            if now < until {
                return Err(Refused { until });
            }
            self.drawn = if self.is_spread { draw() } else { 0.0 };
            self.enter(self.next_half_open(now), now);
        }
        let permits = self.settings.half_open.permits;
        let (admits, is_probe) = match &mut self.state {
            State::HalfOpen { taken, .. } => {
                let admits = match permits {
                    Permits::Total(most) | Permits::Concurrent(most) => *taken < most,
                    Permits::Share(share) => draw() < share,
                };
                *taken += u32::from(admits);
                (admits, true)
            }
            State::Recovering { since, .. } => {
                let share = self.settings.ramp.map_or(1.0, |ramp| ramp.share(now.since(*since)));
                (draw() < share, false)
            }
            State::ForcedOpen => (false, false),
            _ => (true, false),
        };
        if !admits {
            return Err(Refused { until: now });
        }
        let generation = self.generation;
        Ok(Permit(Token { generation, is_probe, admitted: now, given_up: false }))
    }

    /// Reports how the call made with `permit` ended. It took the time since it was admitted.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is settled once")]
    pub fn settle(
        &mut self,
        permit: Permit,
        verdict: Verdict,
        now: Time,
        draw: impl FnMut() -> f64,
    ) {
        self.advance(now);
        let Permit(token) = permit;
        let took = now.since(token.admitted);
        let slow = self.settings.slow.is_some_and(|limit| limit < took);
        let mark = Mark { failed: verdict == Verdict::Failure, slow };
        if verdict == Verdict::Ignored {
            self.give_back(token, true);
        } else if token.given_up || token.generation != self.generation {
            self.settle_late(token, mark, now, draw);
        } else {
            self.give_back(token, false);
            self.act_on(mark, now, draw);
        }
    }

    /// Reports that the call made with `permit` was given up, and its result is not awaited.
    ///
    /// If that says nothing about the callee, what is returned settles a result that comes all the
    /// same; it may as well be dropped.
    pub fn cancel(
        &mut self,
        permit: Permit,
        now: Time,
        draw: impl FnMut() -> f64,
    ) -> Option<Permit> {
        let counts_as = match self.settings.cancelled {
            Cancelled::Failure => Some(Verdict::Failure),
            Cancelled::FailureOfProbe if permit.0.is_probe => Some(Verdict::Failure),
            Cancelled::Success => Some(Verdict::Success),
            Cancelled::Ignore | Cancelled::FailureOfProbe => None,
        };
        if let Some(verdict) = counts_as {
            self.settle(permit, verdict, now, draw);
            return None;
        }
        self.advance(now);
        let Permit(token) = permit;
        self.give_back(token, true);
        Some(Permit(Token { given_up: true, ..token }))
    }

    /// Makes room for another probe, if this one held a place and is to give it back: at its end
    /// if places are for so many at a time, and when it tells nothing in any case.
    fn give_back(&mut self, token: Token, tells_nothing: bool) {
        let holds = !token.given_up && token.generation == self.generation;
        if let State::HalfOpen { taken, .. } = &mut self.state
            && holds
            && (tells_nothing || !matches!(self.settings.half_open.permits, Permits::Total(_)))
        {
            *taken -= 1;
        }
    }

    /// Lets a result change the current state.
    fn act_on(&mut self, mark: Mark, now: Time, mut draw: impl FnMut() -> f64) {
        match self.state {
            State::Open { .. } | State::ForcedOpen | State::Disabled => {}
            State::MetricsOnly => self.judge.add(mark, now),
            State::Closed | State::Recovering { .. } => {
                self.judge.add(mark, now);
                let decides = match self.settings.evaluate {
                    Evaluate::EveryResult => true,
                    Evaluate::Failures => mark.failed || mark.slow,
                    Evaluate::Periodically(_) => return self.decide_if_due(now, &mut draw),
                };
                if decides && self.judge.holds(now) {
                    self.open(now, draw);
                }
            }
            State::HalfOpen { .. } => self.act_on_probe(mark, now),
        }
    }

    fn act_on_probe(&mut self, mark: Mark, now: Time) {
        self.probes.add(mark);
        let latest = self.latest_probes.as_mut().map_or(Counts::default(), |latest| {
            latest.add(mark, now);
            latest.counts(now)
        });
        if let State::HalfOpen { successes, failures, .. } = &mut self.state {
            *failures += u32::from(mark.failed);
            *successes += u32::from(!mark.failed);
        }
        match self.settings.half_open.close.decide(self.probes, latest, mark) {
            Decision::GoOn => {}
            Decision::Close => self.enter(self.recovered(now), now),
            Decision::Open => self.open(now, || unreachable!("drawn when it became half-open")),
        }
    }

    fn settle_late(&mut self, token: Token, mark: Mark, now: Time, draw: impl FnMut() -> f64) {
        let is_closed = matches!(self.state, State::Closed | State::Recovering { .. });
        match self.settings.late {
            Late::ActCurrent => self.act_on(mark, now, draw),
            Late::ActClosed if is_closed => self.act_on(mark, now, draw),
            Late::CountOrigin if token.generation != self.recording => {}
            Late::CountCurrent | Late::CountOrigin if self.state != State::Disabled => {
                self.judge.add(mark, now);
            }
            Late::Drop | Late::ActClosed | Late::CountCurrent | Late::CountOrigin => {}
        }
    }

    /// Opens a closed breaker if it is time to decide about that, and the trip condition holds.
    fn decide_if_due(&mut self, now: Time, draw: &mut impl FnMut() -> f64) {
        if let Evaluate::Periodically(period) = self.settings.evaluate
            && matches!(self.state, State::Closed | State::Recovering { .. })
            && period <= now.since(*self.decided.get_or_insert(now))
        {
            self.decided = Some(now);
            if self.judge.holds(now) {
                self.open(now, draw);
            }
        }
    }
}
