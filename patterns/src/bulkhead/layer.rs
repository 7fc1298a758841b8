//! A bulkhead in the path of calls.

use super::core::{Entered, Place};
use super::machine::Bulkhead;
use super::report::{REPORT, State};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::permit::Reason;
use crate::report::{Counts, Report, StateId};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

const REJECTED: Action = Action::Reply(Outcome::failed(Class::BulkheadFull));

/// Rejects as `bulkhead-full` whatever the reason. With
/// [`DropPolicy::Codel`](super::DropPolicy::Codel) it tells of its states `normal` and
/// `overloaded`. Of being full it tells nothing: near its limit that changes with every call.
impl Layer for Bulkhead {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let was_overloaded = self.is_overloaded();
        let entered = self.core.enter(call, cx.info(), cx.now, true);
        self.tell(was_overloaded, cx);
        match entered {
            Entered::Inside => Action::Send,
            Entered::Waiting => {
                // Another call may have had to go for it.
                self.wake(cx);
                wait(self.core.until(call))
            }
            Entered::Rejected(_) => REJECTED,
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.leave(call, cx);
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.core.place(call) {
            // A second wake in one instant, from the end of its own wait, must not send it twice.
            Place::Inside if self.core.was_sent(call) => Action::Wait,
            Place::Inside => Action::Send,
            Place::Waiting if cx.now < self.core.until(call) => wait(self.core.until(call)),
            Place::Waiting => {
                self.core.count_refused(Reason::WaitedTooLong);
                self.leave(call, cx);
                REJECTED
            }
            // Its place in the queue went to another, or it was dropped when its turn came.
            Place::Outside => REJECTED,
        }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.leave(call, cx);
    }

    fn initial_state(&self) -> Option<StateId> {
        self.core.codel().map(|_| state(self.is_overloaded()).into())
    }

    fn count(&self, now: Time, counts: &mut Counts) {
        self.core.count(now, counts);
    }
}

impl Bulkhead {
    fn leave(&mut self, call: CallId, cx: &mut Context<'_>) {
        let was_overloaded = self.is_overloaded();
        self.core.leave(call, cx.now);
        self.wake(cx);
        self.tell(was_overloaded, cx);
    }

    #[inline]
    fn wake(&mut self, cx: &mut Context<'_>) {
        while let Some(turn) = self.core.next_turn() {
            cx.wake(turn.call);
        }
    }

    #[inline]
    fn tell(&self, was_overloaded: bool, cx: &mut Context<'_>) {
        let is_overloaded = self.is_overloaded();
        if is_overloaded != was_overloaded {
            cx.enter_state(state(is_overloaded));
        }
    }
}

fn state(is_overloaded: bool) -> State {
    if is_overloaded { State::Overloaded } else { State::Normal }
}

fn wait(until: Time) -> Action {
    if until == Time::MAX { Action::Wait } else { Action::WaitUntil(until) }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "bulkhead";
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for Bulkhead {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
