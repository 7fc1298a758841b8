//! The load shedder in the path of calls.

use super::machine::LoadShedder;
use super::report::{Counter, REPORT, State};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::report::{Counts, Report, StateId};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::Time;

impl Layer for LoadShedder {
    fn initial_state(&self) -> Option<StateId> {
        Some(State::Normal.into())
    }

    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let before = self.is_shedding();
        let load = self.load(cx.now);
        let permit = self.try_acquire(cx.now, load, cx.info().priority).ok();
        if before != self.is_shedding() {
            cx.enter_state(if before { State::Normal } else { State::Shedding });
        }
        let sent = permit.map(|permit| permit.redeem(self.owner));
        self.calls.open(call, sent);
        match sent {
            Some(_) => {
                self.counters[Counter::Admitted] += 1;
                self.level.rise(cx.now);
                Action::Send
            }
            None => {
                self.counters[Counter::Refused] += 1;
                Action::Reply(Outcome::failed(Class::Rejected))
            }
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if let Some(sent) = self.calls[call].take() {
            self.level.fall(cx.now);
            self.record(Permit::new(self.owner, sent), self.classify(outcome), cx.now);
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(sent) = self.calls[call].take() {
            self.level.fall(cx.now);
            self.cancel(Permit::new(self.owner, sent), cx.now);
        }
    }

    fn count(&self, now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
        counts.add(Counter::InFlight, self.level.integral(now));
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "load-shedder";
    const REPORT: &'static Report = &REPORT;
}

impl ConfiguredLayer for LoadShedder {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, _keys: u64) -> u64 {
        64 * u64::from(settings.buckets)
    }
}
