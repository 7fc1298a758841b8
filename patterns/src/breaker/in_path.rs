//! A circuit breaker in the path of calls.

use super::Breaker;
use super::state::{Permit, Refused, Token};
use crate::layer::{CallId, Cx, Layer, Step};
use crate::outcome::{Class, Outcome};

impl Breaker {
    /// Does something at the time of `cx`, and notes the states entered on the way.
    fn noting<T>(&mut self, cx: &mut Cx<'_>, act: impl FnOnce(&mut Self, &mut Cx<'_>) -> T) -> T {
        // Apart, since either may change the state, and each change is to be noted.
        let before = self.state.name();
        self.advance(cx.now);
        let between = self.state.name();
        if between != before {
            cx.note(between);
        }
        let result = act(self, cx);
        if self.state.name() != between {
            cx.note(self.state.name());
        }
        result
    }

    fn settle_noting(&mut self, token: Token, outcome: Outcome, cx: &mut Cx<'_>) {
        let verdict = self.verdict(outcome);
        self.noting(cx, |breaker, cx| {
            breaker.settle(Permit(token), verdict, cx.now, || cx.draw());
        });
    }
}

impl Layer for Breaker {
    fn first_state(&self) -> Option<&'static str> {
        Some(self.state.name())
    }

    fn on_call(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        match self.noting(cx, |breaker, cx| breaker.admit(cx.now, || cx.draw())) {
            Ok(Permit(token)) => {
                self.calls.open(call, Some(token));
                Step::Send
            }
            Err(Refused { until }) => {
                Step::Reply(Outcome::failed_until(Class::BreakerOpen, until.since(cx.now)))
            }
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) -> Step {
        self.on_late(call, outcome, cx);
        Step::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Cx<'_>) {
        if let Some(token) = self.calls[call].take() {
            let permit =
                self.noting(cx, |breaker, cx| breaker.cancel(Permit(token), cx.now, || cx.draw()));
            self.calls[call] = permit.map(|Permit(token)| token);
        }
    }

    // Whether the result is late, its token knows.
    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) {
        if let Some(token) = self.calls[call].take() {
            self.settle_noting(token, outcome, cx);
        }
    }
}
