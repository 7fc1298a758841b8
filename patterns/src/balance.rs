//! Balancing: send each call to one of several targets, and leave out those that cannot help.
//!
//! ```text
//!                           ┌─► target 0 ─┐
//!  call ──► pick one that ──┼─► target 1 ─┼──► answered, or failed: passed on
//!           may be used     └─► target 2 ─┘
//!                ▲                 │
//!                └─────────────────┘ refused on the caller's side: another target at once
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `targets` | targets, at least 1 | numbered from 0, or see [`Balance::over`] |
//! | `picker` | [`Picker`] | |
//! | `eject` | [`outlier`](crate::outlier), or none | |
//! | `panic_percent` | percent of the targets; 0 is never | with exactly so many in, no panic |
//! | `reselect` | targets after the first | exactly so many more are tried |
//! | `respect_retry_after` | | a target is used again at exactly the end of its hint |
//! | `slow_start` | [`SlowStart`], or none | at exactly the end of the window all is as before |
//! | `late` | [`Late`] | |
//! | `cancelled` | [`Cancelled`] | |
//!
//! A *refusal* is a failure that a layer on the caller's side made ([`Class::is_refusal`]), such as
//! a breaker in the policy for one target. The target never saw the call, so that it counts
//! neither for nor against its health. The call goes on to another target at once, to none twice,
//! and when none is left or `reselect` is used up the last refusal is passed on.
//!
//! When no target may be used, a call is refused ([`Class::Rejected`]), with the time until one
//! may, if that is known.
//!
//! A pick looks at each target once or twice, so that it takes time in proportion to `targets`.
//!
//! A call that was given up is not under way any more, whatever goes on unseen at the target.
//!
//! Observers are told of three states if targets can be ejected: `all-in`, `some-out`, and
//! `panic`, in which ejections are not heeded.

mod pick;
mod settings;

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall, Target};
use crate::outcome::{Class, Outcome};
use crate::outlier::Outliers;
use crate::time::{Duration, Time};
use pick::{FULL, Picks};

pub use settings::{Cancelled, Late, MAX_RESELECT, Picker, Settings, SlowStart};

/// Spreads calls over targets.
///
/// # Example
///
/// ```
/// use patterns::balance::*;
/// use patterns::{Class, Outcome, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut balance = Balance::new(Settings {
///     targets: 3,
///     picker: Picker::RoundRobin,
///     eject: None,
///     panic_percent: 50,
///     reselect: 1,
///     respect_retry_after: true,
///     slow_start: None,
///     late: Late::Drop,
///     cancelled: Cancelled::Ignore,
/// })?;
///
/// let now = Time::ZERO;
/// let draw = || 0.5;
/// let sent = balance.choose(0, &[], now, draw).expect("all may be used");
/// assert_eq!((sent.target(), balance.in_flight(0)), (0, 1));
///
/// // A breaker on the way is open for 5 s: the next one is taken, and this one left out.
/// let refused = Outcome::failed_until(Class::BreakerOpen, Duration::from_secs(5));
/// balance.settle(sent, refused, now, draw);
/// let again = balance.choose(0, &[0], now, draw).expect("two are left");
/// assert_eq!((again.target(), balance.in_flight(0)), (1, 0));
/// let others = [0; 3].map(|_| balance.choose(0, &[], now, draw).expect("two are left").target());
/// assert_eq!(others, [2, 1, 2]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Balance {
    settings: Settings,
    /// What each target is to the layers' driver.
    over: Box<[Target]>,
    outliers: Option<Outliers>,
    picks: Picks,
    /// Until when each target is left out because a refusal said so.
    shut: Vec<Time>,
    told: State,
    calls: PerCall<Turn>,
}

/// Whether targets are left out because they do worse than they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All are in.
    AllIn,
    /// Some are ejected, or being probed.
    SomeOut,
    /// So many are out that all are used.
    Panic,
}

impl State {
    /// The name in charts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllIn => "all-in",
            Self::SomeOut => "some-out",
            Self::Panic => "panic",
        }
    }
}

/// A call that was sent to a target; to be given back by [`Balance::settle`] or
/// [`Balance::give_up`].
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Sent(Token);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    target: u16,
    is_probe: bool,
    given_up: bool,
}

impl Sent {
    /// Where it was sent.
    pub fn target(&self) -> u16 {
        self.0.target
    }
}

/// No target may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When one may be used again, if that is known.
    pub until: Option<Time>,
}

/// What the layer remembers of a call.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    sent: Option<Token>,
    refused: [u16; MAX_RESELECT as usize],
    refusals: u8,
}

impl Balance {
    /// A balance with all targets in, each known as the [`Target`] of its number.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let over: Vec<Target> = (0..settings.targets).map(Target).collect();
        Self::over(settings, &over)
    }

    /// A balance with all targets in, each known as the [`Target`] at its place: for policies that
    /// have other targets, too. There must be as many as `targets` says, and none twice.
    pub fn over(settings: Settings, over: &[Target]) -> Result<Self, Invalid> {
        settings.check()?;
        let fits = over.len() == usize::from(settings.targets);
        Invalid::unless(fits, "over", "as many as there are targets")?;
        let mut sorted = over.to_vec();
        sorted.sort_unstable();
        let differ = sorted.is_sorted_by(|one, next| one < next);
        Invalid::unless(differ, "over", "without any target twice")?;
        let outliers = settings.eject.map(|eject| Outliers::new(eject, settings.targets));
        Ok(Self {
            outliers: outliers.transpose()?,
            picks: Picks::new(settings.picker, settings.targets),
            shut: vec![Time::ZERO; settings.targets.into()],
            told: State::AllIn,
            over: over.into(),
            settings,
            calls: PerCall::default(),
        })
    }

    /// How many calls are under way to a target.
    pub fn in_flight(&self, target: u16) -> u32 {
        self.picks.in_flight[usize::from(target)]
    }

    /// Which targets are ejected, if they can be.
    pub fn outliers(&self) -> Option<&Outliers> {
        self.outliers.as_ref()
    }

    /// Whether targets are left out, as the last call or result left it.
    pub fn state(&self) -> State {
        let out = self.outliers.as_ref().map_or(0, Outliers::ejected);
        let percent_in = u32::from(self.settings.targets - out) * 100;
        if out == 0 {
            State::AllIn
        } else if percent_in
            < u32::from(self.settings.panic_percent) * u32::from(self.settings.targets)
        {
            State::Panic
        } else {
            State::SomeOut
        }
    }

    /// Sends a call of this caller to one of the targets that may be used, but none of those that
    /// `refused` it. Draws as often as the picker says, whatever comes of it, and once for each
    /// outlier that is found ([`Outliers::advance`]), before.
    pub fn choose(
        &mut self,
        caller: u16,
        refused: &[u16],
        now: Time,
        mut draw: impl FnMut() -> f64,
    ) -> Result<Sent, Refused> {
        if let Some(outliers) = &mut self.outliers {
            outliers.advance(now, &mut draw);
        }
        let mut draws = [0.0; 2];
        draws[..self.settings.picker.draws()].fill_with(draw);

        let panics = self.state() == State::Panic;
        let Self { settings, outliers, shut, .. } = self;
        let outliers = outliers.as_ref();
        let heeded = outliers.filter(|_| !panics);
        let may_be_used = |target: &u16| {
            shut[usize::from(*target)] <= now
                && !heeded.is_some_and(|outliers| outliers.is_ejected(*target, now))
                && !refused.contains(target)
        };
        let weighed = |target| {
            let slow = settings.slow_start.zip(outliers);
            let weight = slow.and_then(|(slow, outliers)| {
                Some(slow.weight(now.since(outliers.back_since(target)?)))
            });
            (target, weight.unwrap_or(FULL))
        };
        self.picks.offer((0..settings.targets).filter(may_be_used).map(weighed));
        let Some(target) = self.picks.pick(caller, draws) else {
            return Err(Refused { until: self.next_free(refused, now) });
        };
        self.picks.in_flight[usize::from(target)] += 1;
        let is_probe = self.outliers.as_mut().is_some_and(|outliers| outliers.sent(target));
        Ok(Sent(Token { target, is_probe, given_up: false }))
    }

    /// When the first target may be used again but those that refused.
    fn next_free(&self, refused: &[u16], now: Time) -> Option<Time> {
        let heeded = self.outliers.as_ref().filter(|_| self.state() != State::Panic);
        let targets = (0..self.settings.targets).filter(|target| !refused.contains(target));
        let times = targets.filter_map(|target| {
            let shut = self.shut[usize::from(target)];
            match heeded.filter(|outliers| outliers.is_ejected(target, now)) {
                None => Some(shut),
                // Nobody knows when a probe will be answered.
                Some(outliers) => {
                    let until = outliers.ejection(target)?.until;
                    (now < until).then_some(until.max(shut))
                }
            }
        });
        times.min().filter(|until| *until != Time::MAX)
    }

    /// Reports how a call ended. A call that was given up is late; see [`Late`].
    #[expect(clippy::needless_pass_by_value, reason = "a call ends once")]
    pub fn settle(&mut self, sent: Sent, outcome: Outcome, now: Time, draw: impl FnMut() -> f64) {
        let Sent(token) = sent;
        let refused = outcome.class().is_some_and(Class::is_refusal);
        if token.given_up {
            if !refused && self.settings.late == Late::Count {
                self.report(token.target, outcome, now, draw);
            }
            return;
        }
        self.end(token);
        if !refused {
            self.report(token.target, outcome, now, draw);
            return;
        }
        self.give_back_probe(token);
        if let Some(hint) = outcome.retry_after().filter(|_| self.settings.respect_retry_after) {
            self.shut[usize::from(token.target)] = now + hint;
        }
    }

    /// Reports that a call was given up, and its result is not awaited.
    ///
    /// If the result may still say something about the target, what is returned settles it; it may
    /// as well be dropped.
    #[expect(clippy::needless_pass_by_value, reason = "a call ends once")]
    pub fn give_up(&mut self, sent: Sent, now: Time, draw: impl FnMut() -> f64) -> Option<Sent> {
        let Sent(token) = sent;
        if token.given_up {
            return Some(Sent(token));
        }
        self.end(token);
        match self.settings.cancelled {
            Cancelled::Timeout => {
                self.report(token.target, Outcome::failed(Class::Timeout), now, draw);
                None
            }
            Cancelled::Ignore => {
                self.give_back_probe(token);
                Some(Sent(Token { given_up: true, ..token }))
            }
        }
    }

    fn end(&mut self, token: Token) {
        self.picks.in_flight[usize::from(token.target)] -= 1;
    }

    fn give_back_probe(&mut self, token: Token) {
        if let Some(outliers) = self.outliers.as_mut().filter(|_| token.is_probe) {
            outliers.unsent(token.target);
        }
    }

    fn report(&mut self, target: u16, outcome: Outcome, now: Time, draw: impl FnMut() -> f64) {
        if let Some(outliers) = &mut self.outliers {
            let verdict = outliers.verdict(outcome);
            outliers.report(target, verdict, now, draw);
        }
    }

    /// Sends the call on, or answers it if there is nowhere to send it.
    fn send(&mut self, call: CallId, otherwise: Option<Outcome>, cx: &mut Context<'_>) -> Action {
        let turn = self.calls[call];
        let refused = &turn.refused[..usize::from(turn.refusals)];
        match self.choose(cx.info().caller, refused, cx.now, || cx.uniform()) {
            Ok(Sent(token)) => {
                self.calls[call].sent = Some(token);
                Action::SendTo(self.over[usize::from(token.target)])
            }
            Err(Refused { until }) => Action::Reply(
                otherwise.unwrap_or_else(|| Outcome::refused(Class::Rejected, until, cx.now)),
            ),
        }
    }

    fn note(&mut self, cx: &mut Context<'_>) {
        let state = self.state();
        if core::mem::replace(&mut self.told, state) != state {
            cx.enter_state(state.name());
        }
    }
}

impl Layer for Balance {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.calls.open(call, Turn::default());
        let step = self.send(call, None, cx);
        self.note(cx);
        step
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let Some(token) = self.calls[call].sent.take() else { return Action::Reply(outcome) };
        self.settle(Sent(token), outcome, cx.now, || cx.uniform());
        let turn = &mut self.calls[call];
        let refused = outcome.class().is_some_and(Class::is_refusal);
        let step = if refused && turn.refusals < self.settings.reselect {
            turn.refused[usize::from(turn.refusals)] = token.target;
            turn.refusals += 1;
            self.send(call, Some(outcome), cx)
        } else {
            Action::Reply(outcome)
        };
        self.note(cx);
        step
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(token) = self.calls[call].sent.take() {
            let late = self.give_up(Sent(token), cx.now, || cx.uniform());
            self.calls[call].sent = late.map(|Sent(token)| token);
            self.note(cx);
        }
    }

    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(token) = self.calls[call].sent.take() {
            self.settle(Sent(token), outcome, cx.now, || cx.uniform());
            self.note(cx);
        }
    }

    fn initial_state(&self) -> Option<&'static str> {
        self.outliers.is_some().then_some(State::AllIn.name())
    }
}
