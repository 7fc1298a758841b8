//! Hedging in the path of calls.

use super::machine::{Hedge, Next};
use super::report::{Counter, REPORT};
use super::settings::{Delay, Settings};
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::Outcome;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

impl Layer for Hedge {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let race = self.start(cx.now, cx.info().is_idempotent);
        self.calls.open(call, race);
        send(race.next_launch())
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let mut race = self.calls[call];
        let next = self.record(&mut race, outcome, cx.now);
        self.calls[call] = race;
        match next {
            Next::Answer(answer) => {
                self.counters[Counter::Won] += u64::from(outcome.is_ok() && cx.is_extra_attempt());
                self.counters[Counter::Cancelled] += u64::from(race.under_way());
                Action::Reply(answer)
            }
            Next::Launched => {
                self.counters[Counter::Sent] += 1;
                send(race.next_launch())
            }
            Next::Wait => wait(race.next_launch()),
        }
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let mut race = self.calls[call];
        let launched = self.launch(&mut race, cx.now);
        self.calls[call] = race;
        self.counters[Counter::Sent] += u64::from(launched);
        if launched { send(race.next_launch()) } else { wait(race.next_launch()) }
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "hedge";
    const SHORT: Option<&'static str> = Some("delay");
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for Hedge {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, _keys: u64) -> u64 {
        match settings.delay {
            Delay::Never | Delay::Fixed(_) => 0,
            Delay::Quantile { recent, .. } => (16 << 10) + 32 * u64::from(recent.window),
            Delay::Mean { recent, .. } => 32 * u64::from(recent.window),
        }
    }
}

fn send(next: Time) -> Action {
    if next == Time::MAX { Action::Send } else { Action::SendAndWake(next) }
}

fn wait(next: Time) -> Action {
    if next == Time::MAX { Action::Wait } else { Action::WaitUntil(next) }
}
