//! The rate limiter in the path of calls.

use super::machine::RateLimiter;
use super::report::{Counter, REPORT};
use super::settings::{Kind, Settings};
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer};
use crate::outcome::{Class, Outcome};
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings, Preset};
use crate::time::Time;

impl Layer for RateLimiter {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let (waiting, action) = match self.reserve(cx.now, 1) {
            Ok(place) if place.at <= cx.now => {
                self.counters[Counter::Admitted] += 1;
                (None, Action::Send)
            }
            Ok(place) => {
                self.counters[Counter::Delayed] += 1;
                self.delayed.rise(cx.now);
                (Some(place), Action::WaitUntil(place.at))
            }
            Err(rejected) => {
                self.counters[Counter::Refused] += 1;
                let failed = match rejected.until {
                    Some(until) => Outcome::failed_until(Class::Rejected, until.since(cx.now)),
                    None => Outcome::failed(Class::Rejected),
                };
                (None, Action::Reply(failed))
            }
        };
        self.waiting.open(call, waiting);
        action
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.waiting[call] {
            Some(place) if cx.now < place.at => Action::WaitUntil(place.at),
            Some(_) => {
                self.waiting[call] = None;
                self.delayed.fall(cx.now);
                Action::Send
            }
            None => Action::Wait,
        }
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.observe(outcome, cx.now);
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if let Some(place) = self.waiting[call].take() {
            self.delayed.fall(cx.now);
            self.give_up(place, cx.now);
        }
    }

    fn on_late(&mut self, _call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        self.observe(outcome, cx.now);
    }

    fn count(&self, now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
        counts.add(Counter::Waited, self.delayed.integral(now));
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "rate-limiter";
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredLayer for RateLimiter {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }

    fn room(settings: &Settings, _keys: u64) -> u64 {
        match settings.kind {
            Kind::SlidingLog { limit, .. } => 8 * u64::from(limit),
            Kind::SlidingWindow { segments, .. } => 8 * u64::from(segments),
            _ => 0,
        }
    }
}
