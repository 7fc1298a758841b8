//! Coalescing in the path of calls.

use super::machine::{Coalesce, Joined, Turn};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::settings::{ConfiguredLayer, LayerSettings};

impl Layer for Coalesce {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if !info.is_idempotent {
            self.stay_apart(call);
            return Action::Send;
        }
        match self.join(call, info.key) {
            Ok(Joined::Leads) => Action::Send,
            Ok(Joined::Follows) => Action::Wait,
            Err(_) => Action::Reply(Outcome::failed(Class::Rejected)),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.record(call, outcome, |follower| cx.wake(follower));
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, _cx: &mut Context<'_>) -> Action {
        match self.turn(call) {
            Turn::Send => Action::Send,
            Turn::Answer(outcome) => Action::Reply(outcome),
            Turn::Wait => Action::Wait,
        }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.cancel(call, |other| cx.wake(other));
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "coalesce";
}

impl ConfiguredLayer for Coalesce {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
