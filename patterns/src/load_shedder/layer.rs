//! The load shedder in the path of calls.

use super::machine::LoadShedder;
use super::report::{REPORT, State};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::permit::Permit;
use crate::report::{Report, StateId};
use crate::settings::{ConfiguredLayer, LayerSettings};

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
            Some(_) => Action::Send,
            None => Action::Reply(Outcome::failed(Class::Rejected)),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if let Some(sent) = self.calls[call].take() {
            self.record(Permit::new(self.owner, sent), self.classify(outcome), cx.now);
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(sent) = self.calls[call].take() {
            self.cancel(Permit::new(self.owner, sent), cx.now);
        }
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
}
