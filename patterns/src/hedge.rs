//! Hedging: when an answer takes long, ask once more, and take the one that comes first.
//!
//! ```text
//!            first attempt    delay    hedge     delay    hedge
//!  call ──────────●─────────────────────●───────────────────●──────────► time
//!                 │                     │      good         │
//!                 └─────────────────────┴──────▲            └─ never sent
//!                        the first good answer wins, and ends all the others
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `delay` | [`Delay`] | with an answer in the instant of a launch, the order of events decides |
//! | `max_hedges` | attempts after the first, 0 to 1000 | 1 makes at most 2 attempts |
//! | `counts_from` | [`CountsFrom`] | where the delay begins after a hedge that came early |
//! | `on_failure` | [`OnFailure`] | when an attempt fails |
//! | `fatal` | classes of failure | they end the call, whatever `on_failure` says |
//! | `pushback` | [`Pushback`] | `Retry-After` moves the next launch, or does not |
//! | `refusals` | classes of failure | which say that a hedge was not launched |
//! | `on_refusal` | [`OnRefusal`] | when that is so |
//! | `all_failed` | [`AllFailed`] | which failure is the answer |
//!
//! Calls that are not idempotent are sent once. What is still under way when the call ends is given
//! up, by whoever drives the layers; and a call that is given up launches nothing more. A hedge is
//! told below as an extra attempt, so that a budget there can refuse it.
//!
//! An outcome does not say which attempt it is of. So a hedge counts as refused if one of
//! `refusals` comes in the instant in which it was sent, as a budget's answer does; one that comes
//! later is a failure like others.
//!
//! # Delays by recent answers
//!
//! Counted is how long each *call* took, from its first attempt to the answer, whichever attempt
//! gave it. For a quantile that is no less than right: hedges change only what takes longer than
//! the delay, so the share of answers below the delay is that of single attempts, and a delay that
//! is right stays where it is. A mean does shrink as hedges help. (To measure only calls that had
//! no hedge would leave out the slow ones: the delay sinks until it hedges everything.) A call that
//! is given up is not counted, since nobody knows how long it would have taken.
//!
//! The quantile is that of the nearest rank, over exactly the answers in the window, and rounded up
//! to a bucket: at most 1/64 too long, and never too short. A mean is exact to the nanosecond.
//! Each answer takes a constant time and, once warm, no new memory.

mod latencies;
mod settings;

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::Outcome;
use crate::time::{Duration, Time};
use latencies::Latencies;

pub use settings::{
    AllFailed, CountsFrom, Delay, MOST_HEDGES, MOST_SAMPLES, Measured, OnFailure, OnRefusal,
    Pushback, Recent, Settings,
};

/// Further attempts while the first is still under way.
///
/// # Example
///
/// ```
/// use patterns::hedge::{
///     AllFailed, CountsFrom, Delay, Hedge, Next, OnFailure, OnRefusal, Pushback, Settings,
/// };
/// use patterns::{Class, Classes, Outcome, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut hedge = Hedge::new(Settings {
///     delay: Delay::Fixed(Duration::from_millis(100)),
///     max_hedges: 2,
///     counts_from: CountsFrom::LastLaunch,
///     on_failure: OnFailure::NextAtOnce,
///     fatal: Classes::NONE.with(Class::Validation),
///     pushback: Pushback::Heeded,
///     refusals: Classes::NONE.with(Class::Rejected),
///     on_refusal: OnRefusal::NoMore,
///     all_failed: AllFailed::Last,
/// })?;
///
/// let began = Time::ZERO;
/// let mut race = hedge.start(began, true);
/// let second = began + Duration::from_millis(100);
/// assert_eq!(race.next_launch(), second);
/// assert!(hedge.launch(&mut race, second));
///
/// let now = began + Duration::from_millis(130);
/// assert_eq!(hedge.after(&mut race, Outcome::failed(Class::Network), now), Next::Launched);
/// assert_eq!(hedge.after(&mut race, Outcome::Ok, now), Next::Answer(Outcome::Ok));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Hedge {
    settings: Settings,
    /// What recent answers say, if the delay goes by them.
    latencies: Option<Latencies>,
    calls: PerCall<Race>,
}

/// What a [`Hedge`] remembers of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Race {
    began: Time,
    /// When an attempt was sent last.
    launched: Time,
    /// When the next one is due; never if there is none.
    next: Time,
    delay: Duration,
    /// How many hedges may still be sent.
    left: u32,
    /// How many attempts are under way.
    open: u32,
    /// How many hedges were sent and not refused.
    hedges: u32,
    /// What is answered if no attempt does better.
    failure: Option<Outcome>,
}

/// What follows when an attempt has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The call is answered so, and what is under way is given up.
    Answer(Outcome),
    /// Another attempt is sent now; it is counted already.
    Launched,
    /// Wait for another answer, or for [`Race::next_launch`].
    Wait,
}

impl Race {
    /// When another attempt is due; [`Time::MAX`] if none is.
    pub fn next_launch(&self) -> Time {
        self.next
    }

    /// How many attempts are under way.
    pub fn under_way(&self) -> u32 {
        self.open
    }

    /// How many hedges were sent, but for those that were refused.
    pub fn hedges(&self) -> u32 {
        self.hedges
    }

    fn stop(&mut self) {
        (self.left, self.next) = (0, Time::MAX);
    }
}

impl Hedge {
    /// A hedge with these settings, which has seen no answers yet.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        let latencies = match settings.delay {
            Delay::Never | Delay::Fixed(_) => None,
            Delay::Quantile { recent, .. } | Delay::Mean { recent, .. } => {
                Some(Latencies::new(settings.delay, recent))
            }
        };
        Ok(Self { settings, latencies, calls: PerCall::default() })
    }

    /// How long a call that comes now waits before a hedge; [`Duration::MAX`] if there is none.
    pub fn delay(&mut self, now: Time) -> Duration {
        match (&mut self.latencies, self.settings.delay) {
            (Some(latencies), _) => latencies.delay(now).unwrap_or(Duration::MAX),
            (None, Delay::Fixed(delay)) => delay,
            (None, _) => Duration::MAX,
        }
    }

    /// Begins a call whose first attempt is sent at `now`. Its delay stays as it is now.
    pub fn start(&mut self, now: Time, is_idempotent: bool) -> Race {
        let left = if is_idempotent { self.settings.max_hedges } else { 0 };
        let delay = self.delay(now);
        let next = if left == 0 { Time::MAX } else { now + delay };
        Race { began: now, launched: now, next, delay, left, open: 1, hedges: 0, failure: None }
    }

    /// Whether another attempt is to be sent now; it is counted then.
    pub fn launch(&self, race: &mut Race, now: Time) -> bool {
        let due = race.left != 0 && race.next != Time::MAX && race.next <= now;
        if due {
            self.count_launch(race, now);
        }
        due
    }

    /// What follows on this outcome of one of the attempts.
    pub fn after(&mut self, race: &mut Race, outcome: Outcome, now: Time) -> Next {
        race.open = race.open.saturating_sub(1);
        if outcome.is_ok() {
            return self.answer(race, outcome, now);
        }
        let settings = &self.settings;
        if race.hedges != 0 && race.launched == now && settings.refusals.has(outcome) {
            race.hedges -= 1;
            match settings.on_refusal {
                OnRefusal::NoMore => race.stop(),
                OnRefusal::Skipped => {}
                OnRefusal::Ends => return self.answer(race, outcome, now),
            }
            return self.wait(race, outcome, now);
        }

        if settings.all_failed == AllFailed::Last || race.failure.is_none() {
            race.failure = Some(outcome);
        }
        if settings.fatal.has(outcome) {
            return self.answer(race, outcome, now);
        }
        let asked = match settings.pushback {
            Pushback::Heeded => outcome.retry_after(),
            Pushback::Ignored => None,
        };
        match (settings.on_failure, asked) {
            (OnFailure::Ends, _) => return self.answer(race, outcome, now),
            (OnFailure::NoMore, _) => race.stop(),
            (_, Some(wait)) if race.left != 0 => race.next = now + wait,
            (OnFailure::NextAtOnce, None) if race.left != 0 => {
                self.count_launch(race, now);
                return Next::Launched;
            }
            (OnFailure::NextAtOnce | OnFailure::KeepsTime, _) => {}
        }
        self.wait(race, outcome, now)
    }

    fn count_launch(&self, race: &mut Race, now: Time) {
        race.launched = now;
        race.open += 1;
        race.hedges += 1;
        race.left -= 1;
        race.next = match (race.left, self.settings.counts_from) {
            (0, _) => Time::MAX,
            (_, CountsFrom::LastLaunch) => now + race.delay,
            (_, CountsFrom::FirstLaunch) => {
                // The first multiple that is later than now; with no delay, now.
                let delays = now.since(race.began).as_nanos().checked_div(race.delay.as_nanos());
                delays.map_or(now, |delays| race.began + race.delay * delays.saturating_add(1))
            }
        };
    }

    /// Waits as long as there is something to wait for.
    fn wait(&mut self, race: &Race, outcome: Outcome, now: Time) -> Next {
        if race.open == 0 && race.next == Time::MAX {
            // Where all that there was has been refused, the last refusal is all there is to say.
            return self.answer(race, race.failure.unwrap_or(outcome), now);
        }
        Next::Wait
    }

    fn answer(&mut self, race: &Race, outcome: Outcome, now: Time) -> Next {
        if let Some(latencies) = &mut self.latencies
            && (outcome == Outcome::Ok || latencies.measures_all())
        {
            latencies.add(now.since(race.began), now);
        }
        Next::Answer(outcome)
    }
}

impl Layer for Hedge {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let race = self.start(cx.now, cx.info().is_idempotent);
        self.calls.open(call, race);
        send(race.next)
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let mut race = self.calls[call];
        let next = self.after(&mut race, outcome, cx.now);
        self.calls[call] = race;
        match next {
            Next::Answer(outcome) => Action::Reply(outcome),
            Next::Launched => send(race.next),
            Next::Wait => wait(race.next),
        }
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let mut race = self.calls[call];
        let launched = self.launch(&mut race, cx.now);
        self.calls[call] = race;
        if launched { send(race.next) } else { wait(race.next) }
    }
}

fn send(next: Time) -> Action {
    if next == Time::MAX { Action::Send } else { Action::SendAndWake(next) }
}

fn wait(next: Time) -> Action {
    if next == Time::MAX { Action::Wait } else { Action::WaitUntil(next) }
}
