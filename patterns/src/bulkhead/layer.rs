//! A bulkhead in the path of calls.

use super::{Bulkhead, Entry, Place, Turn};
use crate::layer::{CallId, Cx, Layer, Step};
use crate::outcome::{Class, Outcome};
use crate::time::Time;

const REFUSED: Step = Step::Reply(Outcome::failed(Class::BulkheadFull));

/// Refuses as `bulkhead-full` whatever the reason. With [`Shed::CoDel`](super::Shed::CoDel) it
/// tells of its states `normal` and `overloaded`. Of being full it tells nothing: near its limit
/// that changes with every call.
impl Layer for Bulkhead {
    fn on_call(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        let was_overloaded = self.is_overloaded();
        let entry = self.enter(call, cx.about(), cx.now);
        self.tell(was_overloaded, cx);
        match entry {
            Entry::Inside => {
                self.tickets[call].sent = true;
                Step::Send
            }
            Entry::Waiting => wait(self.tickets[call].until),
            Entry::InsteadOf(other) => {
                cx.wake(other);
                wait(self.tickets[call].until)
            }
            Entry::Full | Entry::TooLate => REFUSED,
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) -> Step {
        self.leave_and_wake(call, cx);
        Step::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        let ticket = &mut self.tickets[call];
        match ticket.place {
            // A second wake in one instant, from its own patience, must not send it twice.
            Place::Inside if core::mem::replace(&mut ticket.sent, true) => Step::Wait,
            Place::Inside => Step::Send,
            Place::Waiting if cx.now < ticket.until => wait(ticket.until),
            Place::Waiting => {
                self.leave_and_wake(call, cx);
                REFUSED
            }
            // Its place in line went to another, or it was dropped when its turn came.
            Place::Outside => REFUSED,
        }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.leave_and_wake(call, cx);
    }

    fn first_state(&self) -> Option<&'static str> {
        self.codel.as_ref().map(|_| state(self.is_overloaded()))
    }
}

impl Bulkhead {
    fn leave_and_wake(&mut self, call: CallId, cx: &mut Cx<'_>) {
        let was_overloaded = self.is_overloaded();
        for turn in self.leave(call, cx.now) {
            let (Turn::Granted(next) | Turn::Dropped(next, _)) = *turn;
            cx.wake(next);
        }
        self.tell(was_overloaded, cx);
    }

    fn tell(&self, was_overloaded: bool, cx: &mut Cx<'_>) {
        let is_overloaded = self.is_overloaded();
        if is_overloaded != was_overloaded {
            cx.note(state(is_overloaded));
        }
    }
}

fn state(is_overloaded: bool) -> &'static str {
    if is_overloaded { "overloaded" } else { "normal" }
}

fn wait(until: Time) -> Step {
    if until == Time::MAX { Step::Wait } else { Step::WaitUntil(until) }
}
