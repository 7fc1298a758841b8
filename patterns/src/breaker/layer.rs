//! A circuit breaker in the path of calls.

use core::mem::discriminant;

use super::half_open::Close;
use super::machine::Breaker;
use super::report::{Counter, REPORT};
use super::settings::Settings;
use super::state::{Cause, Change, State, Token};
use super::window::Window;
use crate::intervention::Intervention;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::report::{Counts, Report, StateId};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

impl Breaker {
    /// Brings about what time does until that of `cx`, then does something, and notes the states
    /// entered on the way.
    fn noting<T>(
        &mut self,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut Self, &mut Context<'_>) -> T,
    ) -> T {
        self.changes.clear();
        // Apart, since either may change the state, and each change is to be noted.
        let before = discriminant(&self.state);
        self.advance(cx.now, cx);
        let between = discriminant(&self.state);
        if between != before {
            cx.enter_state(self.state);
        }
        let result = act(self, cx);
        if discriminant(&self.state) != between {
            cx.enter_state(self.state);
        }
        if !self.changes.is_empty() {
            self.count_changes();
        }
        result
    }

    #[cold]
    fn count_changes(&mut self) {
        // What is done by hand says nothing of the callee.
        let changes = self.changes.iter().filter(|change| change.cause != Cause::ByHand);
        for Change { from, to, .. } in changes {
            let counter = match (from, to) {
                (State::Closed | State::Recovering { .. }, State::Open { .. }) => Counter::Opens,
                (State::HalfOpen { .. }, State::Open { .. }) => Counter::Reopens,
                (State::HalfOpen { .. }, State::Closed | State::Recovering { .. }) => {
                    Counter::Closes
                }
                _ => continue,
            };
            self.counters[counter] += 1;
        }
    }

    /// A call comes, in whatever state.
    #[inline(never)]
    fn ask(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.noting(cx, |breaker, cx| breaker.acquire(cx.now, cx)) {
            Ok(token) => {
                self.counters[Counter::Probes] += u64::from(token.is_probe);
                self.calls.open(call, Some(token));
                Action::Send
            }
            Err(rejected) => {
                self.counters[Counter::Refused] += 1;
                Action::Reply(Outcome::refused(Class::BreakerOpen, rejected.until, cx.now))
            }
        }
    }
}

impl Layer for Breaker {
    fn initial_state(&self) -> Option<StateId> {
        Some(self.state.into())
    }

    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.state {
            // It is let in, or refused, and nothing changes that is to be noted.
            State::Closed if self.is_timeless => {
                self.changes.clear();
                let token = self.admit(cx.now, false);
                self.calls.open(call, Some(token));
                Action::Send
            }
            State::Open { until } if cx.now < until => {
                self.changes.clear();
                self.counters[Counter::Refused] += 1;
                let wait = until.since(cx.now);
                Action::Reply(Outcome::failed_until(Class::BreakerOpen, wait))
            }
            _ => self.ask(call, cx),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if outcome.is_ok()
            && let Some(token) = self.calls[call]
            && self.only_counts_success(token)
        {
            self.calls[call] = None;
            self.changes.clear();
            self.count_success(cx.now);
        } else {
            self.on_late(call, outcome, cx);
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(token) = self.calls[call].take() {
            self.calls[call] = self.noting(cx, |breaker, cx| breaker.give_up(token, cx.now, cx));
        }
    }

    // Whether the result is late, its token knows.
    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(token) = self.calls[call].take() {
            let how = self.classify(outcome);
            self.noting(cx, |breaker, cx| {
                breaker.counters[Counter::Late] += u64::from(!breaker.is_current(token));
                breaker.settle(token, how, cx.now, cx);
            });
        }
    }

    fn intervene(&mut self, intervention: Intervention, cx: &mut Context<'_>) -> bool {
        let now = cx.now;
        self.noting(cx, |breaker, cx| breaker.intervene(intervention, now, cx))
    }

    fn count(&self, _now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "breaker";
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for Breaker {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, _keys: u64) -> u64 {
        let latest = match settings.half_open.close {
            Close::Latest { latest_probes, .. } => Window::Calls(latest_probes).room(),
            _ => 0,
        };
        settings.trip.room() + latest
    }
}

// Small, since there is one for each open call.
const _: () = assert!(size_of::<Option<Token>>() <= 16);
