//! The hedge itself: when another attempt is sent, and what the answer is.

use super::latencies::Latencies;
use super::report::Counters;
use super::settings::{AllFailed, CountsFrom, Delay, OnFailure, OnRefusal, Pushback, Settings};
use crate::invalid::Invalid;
use crate::layer::PerCall;
use crate::outcome::Outcome;
use crate::settings::check;
use crate::time::{Duration, Time};

/// Further attempts while the first is still under way.
///
/// # Example
///
/// ```
/// use patterns::hedge::{Delay, Hedge, Next, Settings};
/// use patterns::{Class, Outcome, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let delay = Delay::Fixed(Duration::from_millis(100));
/// let mut hedge = Hedge::new(Settings::of(delay).with(|it| it.max_hedges = 2))?;
///
/// let began = Time::ZERO;
/// let mut race = hedge.start(began, true);
/// let second = began + Duration::from_millis(100);
/// assert_eq!(race.next_launch(), second);
/// assert!(hedge.launch(&mut race, second));
///
/// let now = began + Duration::from_millis(130);
/// assert_eq!(hedge.record(&mut race, Outcome::failed(Class::Network), now), Next::Launched);
/// assert_eq!(hedge.record(&mut race, Outcome::Ok, now), Next::Answer(Outcome::Ok));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Hedge {
    settings: Settings,
    /// What recent answers say, if the delay goes by them.
    latencies: Option<Latencies>,
    /// For the layer alone.
    pub(super) calls: PerCall<Race>,
    pub(super) counters: Counters,
}

/// What a [`Hedge`] remembers of one call.
///
/// A call that is given up needs no word to the hedge: its race is dropped, and counts nowhere.
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
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or does not go with another.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let latencies = Latencies::of(settings.delay);
        Ok(Self { settings, latencies, calls: PerCall::default(), counters: Counters::default() })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
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
    pub fn record(&mut self, race: &mut Race, outcome: Outcome, now: Time) -> Next {
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
        let is_forbidden = settings.pushback == Pushback::Heeded && outcome.forbids_retry();
        match (settings.on_failure, asked) {
            (OnFailure::Ends, _) => return self.answer(race, outcome, now),
            (OnFailure::NoMore, _) => race.stop(),
            _ if is_forbidden => race.stop(),
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
