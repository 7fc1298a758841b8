//! A bulkhead in the path of calls.

use super::{Bulkhead, Entry, Place, Turn};
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::time::Time;

const REFUSED: Action = Action::Reply(Outcome::failed(Class::BulkheadFull));

/// Refuses as `bulkhead-full` whatever the reason. With
/// [`DropPolicy::CoDel`](super::DropPolicy::CoDel) it tells of its states `normal` and
/// `overloaded`. Of being full it tells nothing: near its limit that changes with every call.
impl Layer for Bulkhead {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let was_overloaded = self.is_overloaded();
        let entry = self.enter(call, cx.info(), cx.now);
        self.tell(was_overloaded, cx);
        match entry {
            Entry::Inside => {
                self.tickets[call].sent = true;
                Action::Send
            }
            Entry::Waiting => wait(self.tickets[call].until),
            Entry::InsteadOf(other) => {
                cx.wake(other);
                wait(self.tickets[call].until)
            }
            Entry::Full | Entry::TooLate => REFUSED,
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.leave_and_wake(call, cx);
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let ticket = &mut self.tickets[call];
        match ticket.place {
            // A second wake in one instant, from the end of its own wait, must not send it twice.
            Place::Inside if core::mem::replace(&mut ticket.sent, true) => Action::Wait,
            Place::Inside => Action::Send,
            Place::Waiting if cx.now < ticket.until => wait(ticket.until),
            Place::Waiting => {
                self.leave_and_wake(call, cx);
                REFUSED
            }
            // Its place in line went to another, or it was dropped when its turn came.
            Place::Outside => REFUSED,
        }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.leave_and_wake(call, cx);
    }

    fn initial_state(&self) -> Option<&'static str> {
        self.codel.as_ref().map(|_| state(self.is_overloaded()))
    }
}

impl Bulkhead {
    fn leave_and_wake(&mut self, call: CallId, cx: &mut Context<'_>) {
        let was_overloaded = self.is_overloaded();
        for turn in self.leave(call, cx.now) {
            let (Turn::Granted(next) | Turn::Dropped(next, _)) = *turn;
            cx.wake(next);
        }
        self.tell(was_overloaded, cx);
    }

    fn tell(&self, was_overloaded: bool, cx: &mut Context<'_>) {
        let is_overloaded = self.is_overloaded();
        if is_overloaded != was_overloaded {
            cx.enter_state(state(is_overloaded));
        }
    }
}

fn state(is_overloaded: bool) -> &'static str {
    if is_overloaded { "overloaded" } else { "normal" }
}

fn wait(until: Time) -> Action {
    if until == Time::MAX { Action::Wait } else { Action::WaitUntil(until) }
}
