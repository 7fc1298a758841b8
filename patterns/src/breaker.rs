//! Circuit breaker: stop calling what keeps failing, and probe before calling again.
//!
//! ```text
//!               the trip condition holds
//!  ┌────────┐ ─────────────────────────► ┌──────┐
//!  │ closed │                            │ open │◄──┐
//!  └────────┘                            └──┬───┘   │ a probe failed,
//!      ▲      the first call after the wait │       │ or the max wait is over
//!      │                                ┌───▼───────┴─┐
//!      └────────────────────────────────┤  half-open  │
//!           enough probes succeeded     └─────────────┘
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `trip` | [`Trip`], over a [`Window`] | exactly the count opens; a share as [`Compare`] says |
//! | `min_calls` of a share | calls in the window | exactly so many are enough |
//! | a window's size | calls, or time | a result leaves at exactly that age, as [`Align`] says |
//! | `evaluate` | [`Evaluate`] | |
//! | `failures`, `ignored` | classes of failure | ignored wins; in neither is a success |
//! | `open` | time, as [`OpenWait`] says | |
//! | `open_end` | [`OpenEnd`] | whether a call at exactly the end of the wait is admitted |
//! | `half_open.permits` | probes, in all or at a time | |
//! | `half_open.successes` | probes | closes at exactly so many; one failure opens again |
//! | `half_open.max_wait` | time since the first probe, or none | over at exactly the end |
//! | `half_open.then` | [`Then`] | |
//! | `late` | [`Late`] | |
//! | `cancelled` | [`Cancelled`] | |
//!
//! A degraded answer is a success.
//!
//! Each change of state starts a new *generation*. A result whose [`Permit`] is of an older one is
//! late, and so is that of a call that was given up; [`Late`] says what it does.
//!
//! The end of the half-open state is noticed when the next call or result comes, but it opens or
//! closes as of that end: if half-open time ran out during an hour without calls, the open wait
//! began then, and is over. [`Breaker::state_at`] tells such changes beforehand.
//!
//! The record of calls is kept, but not used, while open or half-open, and begun anew on closing.

mod settings;
mod state;
mod window;

use crate::backoff::Backoff;
use crate::invalid::Invalid;
use crate::layer::{CallId, Cx, Layer, PerCall, Step};
use crate::outcome::{Class, Outcome};
use crate::time::{Span, Time};
use state::Token;
use window::Record;

pub use settings::{
    Cancelled, Compare, Evaluate, FAILURES, HalfOpen, IGNORED, Late, OpenEnd, OpenWait, Permits,
    Settings, Then, Trip,
};
pub use state::{Permit, Refused, State, Verdict};
pub use window::{Align, Counts, Window};

/// A circuit breaker.
///
/// # Example
///
/// ```
/// use patterns::breaker::*;
/// use patterns::{Span, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut breaker = Breaker::new(Settings {
///     trip: Trip::Consecutive { failures: 1 },
///     evaluate: Evaluate::Failures,
///     failures: FAILURES,
///     ignored: IGNORED,
///     open: OpenWait::Constant(Span::from_secs(5)),
///     open_end: OpenEnd::Admits,
///     half_open: HalfOpen {
///         permits: Permits::Concurrent(1),
///         successes: 1,
///         max_wait: Some(Span::from_secs(60)),
///         then: Then::Open,
///     },
///     late: Late::Drop,
///     cancelled: Cancelled::Ignore,
/// })?;
///
/// let start = Time::ZERO;
/// let permit = breaker.admit(start).expect("a new breaker is closed");
/// breaker.settle(permit, Verdict::Failure, start);
/// let end = start + Span::from_secs(5);
/// assert_eq!(breaker.state(), State::Open { until: end });
/// assert_eq!(breaker.admit(start).unwrap_err(), Refused { until: end });
///
/// let probe = breaker.admit(end).expect("the wait is over");
/// breaker.settle(probe, Verdict::Success, end + Span::from_secs(1));
/// assert_eq!(breaker.state(), State::Closed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Breaker {
    settings: Settings,
    waits: Backoff,
    state: State,
    /// How often the state has changed.
    generation: u32,
    /// The generation in which the record was begun.
    recording: u32,
    record: Record,
    /// How often it has opened since it was closed.
    opened: u32,
    calls: PerCall<Option<Token>>,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        let record = match settings.trip {
            Trip::Consecutive { .. } => Record::of_run(),
            Trip::Count { window, .. } | Trip::Rate { window, .. } => Record::of(window),
        };
        Ok(Self {
            waits: settings.open.backoff()?,
            settings,
            state: State::Closed,
            generation: 0,
            recording: 0,
            record,
            opened: 0,
            calls: PerCall::default(),
        })
    }

    /// The state as the last call or result left it.
    pub fn state(&self) -> State {
        self.state
    }

    /// The state that a call at `now` would find: with the changes that time has brought since,
    /// and half-open as soon as a probe would be admitted.
    pub fn state_at(&self, now: Time) -> State {
        let state = match (self.half_open_end(now), self.settings.half_open.then) {
            (None, _) => self.state,
            (Some(end), Then::Open) => self.next_open(end),
            (Some(_), Then::Close) => State::Closed,
        };
        match state {
            State::Open { until } if until <= now => self.next_half_open(now),
            state => state,
        }
    }

    /// The record of calls that the trip condition looks at: kept, but not used, while open or
    /// half-open. Failures in a row are their own number of calls.
    pub fn counts(&mut self, now: Time) -> Counts {
        self.record.counts(now)
    }

    /// What this outcome says about the callee.
    pub fn verdict(&self, outcome: Outcome) -> Verdict {
        if self.settings.ignored.has(outcome) {
            Verdict::Ignored
        } else if self.settings.failures.has(outcome) {
            Verdict::Failure
        } else {
            Verdict::Success
        }
    }

    /// Asks for leave to make a call at `now`.
    pub fn admit(&mut self, now: Time) -> Result<Permit, Refused> {
        self.advance(now);
        if let State::Open { until } = self.state {
            if now < until {
                return Err(Refused { until });
            }
            self.enter(self.next_half_open(now));
        }
        if let State::HalfOpen { taken, .. } = &mut self.state {
            let (Permits::Total(most) | Permits::Concurrent(most)) =
                self.settings.half_open.permits;
            if most <= *taken {
                return Err(Refused { until: now });
            }
            *taken += 1;
        }
        Ok(Permit(Token { generation: self.generation, given_up: false }))
    }

    /// Reports how the call made with `permit` ended.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is settled once")]
    pub fn settle(&mut self, permit: Permit, verdict: Verdict, now: Time) {
        self.advance(now);
        let Permit(token) = permit;
        if token.given_up || token.generation != self.generation {
            self.settle_late(token, verdict, now);
            return;
        }
        self.give_back(verdict);
        self.act_on(verdict, now);
    }

    /// Reports that the call made with `permit` was given up, and its result is not awaited.
    ///
    /// If that says nothing about the callee, what is returned settles a result that comes all the
    /// same; it may as well be dropped.
    pub fn cancel(&mut self, permit: Permit, now: Time) -> Option<Permit> {
        match self.settings.cancelled {
            Cancelled::Failure => {
                self.settle(permit, Verdict::Failure, now);
                None
            }
            Cancelled::Ignore => {
                self.advance(now);
                let Permit(token) = permit;
                if !token.given_up && token.generation == self.generation {
                    self.give_back(Verdict::Ignored);
                }
                Some(Permit(Token { given_up: true, ..token }))
            }
        }
    }

    /// Makes room for another probe if the result of this one says so.
    fn give_back(&mut self, verdict: Verdict) {
        if let State::HalfOpen { taken, .. } = &mut self.state {
            let concurrent = matches!(self.settings.half_open.permits, Permits::Concurrent(_));
            if concurrent || verdict == Verdict::Ignored {
                *taken = taken.saturating_sub(1);
            }
        }
    }

    /// Lets a result change the current state.
    fn act_on(&mut self, verdict: Verdict, now: Time) {
        match (&mut self.state, verdict) {
            (_, Verdict::Ignored) | (State::Open { .. }, _) => {}
            (State::Closed, _) => {
                let failed = verdict == Verdict::Failure;
                self.record.add(failed, now);
                if (failed || self.settings.evaluate == Evaluate::EveryResult) && self.trips(now) {
                    self.open(now);
                }
            }
            (State::HalfOpen { successes, .. }, Verdict::Success) => {
                *successes += 1;
                if self.settings.half_open.successes <= *successes {
                    self.enter(State::Closed);
                }
            }
            (State::HalfOpen { .. }, Verdict::Failure) => self.open(now),
        }
    }

    fn settle_late(&mut self, token: Token, verdict: Verdict, now: Time) {
        if verdict == Verdict::Ignored {
            return;
        }
        match self.settings.late {
            Late::Drop => {}
            Late::ActCurrent => self.act_on(verdict, now),
            Late::CountOrigin if token.generation != self.recording => {}
            Late::CountCurrent | Late::CountOrigin => {
                self.record.add(verdict == Verdict::Failure, now);
            }
        }
    }

    fn trips(&mut self, now: Time) -> bool {
        let counts = self.record.counts(now);
        match self.settings.trip {
            Trip::Consecutive { failures } | Trip::Count { failures, .. } => {
                u64::from(failures) <= counts.failures
            }
            // Divided rather than multiplied: 7 of 10 are then exactly the number written 0.7.
            Trip::Rate { rate, compare, min_calls, .. } => {
                u64::from(min_calls) <= counts.calls
                    && match compare {
                        Compare::AtLeast => rate <= counts.failure_rate(),
                        Compare::MoreThan => rate < counts.failure_rate(),
                    }
            }
        }
    }

    /// Ends the half-open state if its time is over.
    fn advance(&mut self, now: Time) {
        if let Some(end) = self.half_open_end(now) {
            match self.settings.half_open.then {
                Then::Open => self.open(end),
                Then::Close => self.enter(State::Closed),
            }
        }
    }

    /// When the half-open state ended, if it has by `now`.
    fn half_open_end(&self, now: Time) -> Option<Time> {
        match self.state {
            State::HalfOpen { until, .. } if until <= now && until < Time::MAX => Some(until),
            _ => None,
        }
    }

    fn open(&mut self, now: Time) {
        self.enter(self.next_open(now));
        self.opened = self.opened.saturating_add(1);
    }

    /// The open state that begins at `now`.
    fn next_open(&self, now: Time) -> State {
        let wait = self.waits.wait(self.opened, Span::ZERO, || 0.0);
        let after_end = match self.settings.open_end {
            OpenEnd::Admits => Span::ZERO,
            OpenEnd::Refuses => Span::from_nanos(1),
        };
        State::Open { until: now + wait + after_end }
    }

    /// The half-open state that begins at `now`.
    fn next_half_open(&self, now: Time) -> State {
        let until = self.settings.half_open.max_wait.map_or(Time::MAX, |wait| now + wait);
        State::HalfOpen { until, taken: 0, successes: 0 }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation = self.generation.wrapping_add(1);
        if state == State::Closed {
            self.opened = 0;
            self.recording = self.generation;
            self.record.clear();
        }
    }

    /// Does something at the time of `cx`, and notes the states entered on the way.
    fn noting<T>(&mut self, cx: &mut Cx<'_>, act: impl FnOnce(&mut Self, Time) -> T) -> T {
        // Apart, since either may change the state, and each change is to be noted.
        let mut before = self.generation;
        self.advance(cx.now);
        if self.generation != before {
            cx.note(self.state.name());
            before = self.generation;
        }
        let result = act(self, cx.now);
        if self.generation != before {
            cx.note(self.state.name());
        }
        result
    }
}

impl Layer for Breaker {
    fn first_state(&self) -> Option<&'static str> {
        Some("closed")
    }

    fn on_call(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        match self.noting(cx, Self::admit) {
            Ok(Permit(token)) => {
                self.calls.open(call, Some(token));
                Step::Send
            }
            Err(Refused { until }) => {
                Step::Reply(Outcome::failed_until(Class::BreakerOpen, until.since(cx.now)))
            }
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) -> Step {
        self.on_late(call, outcome, cx);
        Step::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Cx<'_>) {
        if let Some(token) = self.calls[call].take() {
            let permit = self.noting(cx, |breaker, now| breaker.cancel(Permit(token), now));
            self.calls[call] = permit.map(|Permit(token)| token);
        }
    }

    // Whether the result is late, its token knows.
    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) {
        if let Some(token) = self.calls[call].take() {
            let verdict = self.verdict(outcome);
            self.noting(cx, |breaker, now| breaker.settle(Permit(token), verdict, now));
        }
    }
}
