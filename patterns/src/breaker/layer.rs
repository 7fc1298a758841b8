//! A circuit breaker in the path of calls.

use super::Breaker;
use super::state::{Permit, Refused, Token};
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};

impl Breaker {
    /// Does something at the time of `cx`, and notes the states entered on the way.
    fn noting<T>(
        &mut self,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut Self, &mut Context<'_>) -> T,
    ) -> T {
        // Apart, since either may change the state, and each change is to be noted.
        let before = self.state.name();
        self.advance(cx.now);
        let between = self.state.name();
        if between != before {
            cx.enter_state(between);
        }
        let result = act(self, cx);
        if self.state.name() != between {
            cx.enter_state(self.state.name());
        }
        result
    }

    fn settle_noting(&mut self, token: Token, outcome: Outcome, cx: &mut Context<'_>) {
        let verdict = self.verdict(outcome);
        self.noting(cx, |breaker, cx| {
            breaker.settle(Permit(token), verdict, cx.now, || cx.uniform());
        });
    }
}

impl Layer for Breaker {
    fn initial_state(&self) -> Option<&'static str> {
        Some(self.state.name())
    }

    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.noting(cx, |breaker, cx| breaker.admit(cx.now, || cx.uniform())) {
            Ok(Permit(token)) => {
                self.calls.open(call, Some(token));
                Action::Send
            }
            Err(Refused { until }) => {
                Action::Reply(Outcome::refused(Class::BreakerOpen, Some(until), cx.now))
            }
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.on_late(call, outcome, cx);
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(token) = self.calls[call].take() {
            let permit = self
                .noting(cx, |breaker, cx| breaker.cancel(Permit(token), cx.now, || cx.uniform()));
            self.calls[call] = permit.map(|Permit(token)| token);
        }
    }

    // Whether the result is late, its token knows.
    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(token) = self.calls[call].take() {
            self.settle_noting(token, outcome, cx);
        }
    }
}
