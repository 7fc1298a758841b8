//! The short ways of a breaker lead where the long ones do.

use proptest::prelude::*;

use super::machine::Breaker;
use super::settings::{CountAt, Evaluate, Settings};
use super::state::Token;
use super::trip::{Compare, Trip};
use super::window::Window;
use crate::layer::Rng;
use crate::outcome::Classification;
use crate::time::{Duration, Time};

/// A call that comes, or the end of the oldest one that is open.
#[derive(Clone, Copy, Debug)]
enum Event {
    Comes,
    Ends(Classification),
    IsGivenUp,
}

fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    let event = prop_oneof![
        4 => Just(Event::Comes),
        1 => Just(Event::Ends(Classification::Success)),
        2 => Just(Event::Ends(Classification::Failure)),
        1 => Just(Event::Ends(Classification::Ignored)),
        1 => Just(Event::IsGivenUp),
    ];
    prop::collection::vec((0..6_u64, event), 0..80)
}

fn settings() -> impl Strategy<Value = Settings> {
    let nanos = |range: core::ops::Range<u64>| range.prop_map(Duration::from_nanos);
    let evaluate = prop_oneof![
        4 => Just(Evaluate::Failures),
        2 => Just(Evaluate::EveryResult),
        1 => nanos(1..9).prop_map(Evaluate::Periodically),
        1 => nanos(1..9).prop_map(Evaluate::Ticks),
    ];
    let half_open_timeout = prop::option::of(nanos(1..9));
    let (ramp, interval) = (nanos(0..9), prop::option::weighted(0.2, nanos(1..20)));
    let slow = prop::option::weighted(0.3, nanos(0..6));
    let count_at = prop_oneof![3 => Just(CountAt::Result), 1 => Just(CountAt::Admission)];
    let trip = prop_oneof![
        (1..4_u32).prop_map(Trip::failures),
        (1..4_u32, nanos(1..20)).prop_map(|(failures, size)| Trip::Count {
            failures,
            window: Window::Sliding { size },
        }),
        // With the last of the calls that there must be, a success may open it.
        (1..5_u32).prop_map(|min_calls| Trip::Rate {
            rate: Some(0.5),
            slow_rate: None,
            window: Window::Calls(4),
            min_calls: Some(min_calls),
            compare: Compare::AtLeast,
        }),
    ];
    let counted = (slow, count_at);
    (trip, nanos(1..12), evaluate, half_open_timeout, ramp, interval, counted).prop_map(
        |(trip, open, evaluate, half_open_timeout, ramp, interval, (slow, count_at))| {
            Settings::of(trip, open).with(|settings| {
                (settings.slow, settings.count_at) = (slow, count_at);
                settings.evaluate = evaluate;
                settings.half_open.half_open_timeout = half_open_timeout;
                settings.ramp = ramp;
                settings.interval = interval;
            })
        },
    )
}

/// A breaker and its open calls; `is_short` says which ways it goes.
struct Side {
    breaker: Breaker,
    open: Vec<Token>,
    is_short: bool,
}

impl Side {
    fn advance(&mut self, now: Time, rng: &mut impl Rng) {
        if self.is_short {
            self.breaker.advance(now, rng);
        } else {
            self.breaker.advance_in_any(now, rng);
        }
    }

    /// All that there is to see afterwards.
    fn take(&mut self, event: Event, now: Time) -> String {
        let mut draws = [0.3, 0.9, 0.1].into_iter().cycle();
        let rng = &mut move || draws.next().unwrap_or_default();
        self.advance(now, rng);
        let rejected = match event {
            Event::Comes => {
                let acquired = if self.is_short {
                    self.breaker.acquire(now, rng)
                } else {
                    self.breaker.acquire_in_any(now, rng)
                };
                acquired.map(|token| self.open.push(token)).err()
            }
            Event::Ends(how) if !self.open.is_empty() => {
                let token = self.open.remove(0);
                let is_success = how == Classification::Success;
                if self.is_short && is_success && self.breaker.only_counts_success(token) {
                    self.breaker.count_success(now);
                } else {
                    self.breaker.settle(token, how, now, rng);
                }
                None
            }
            Event::IsGivenUp if !self.open.is_empty() => {
                let late = self.breaker.give_up(self.open.remove(0), now, rng);
                self.open.extend(late);
                None
            }
            Event::Ends(_) | Event::IsGivenUp => None,
        };
        let Self { breaker, open, .. } = self;
        let seen = (breaker.state, breaker.generation, breaker.figures, &breaker.changes);
        format!("{rejected:?} {seen:?} {open:?} {:?}", breaker.judge)
    }
}

proptest! {
    #[test]
    fn a_breaker_goes_the_short_ways_where_the_long_ones_lead(
        settings in settings(),
        events in events(),
    ) {
        let [mut short, mut long] = [true, false].map(|is_short| {
            let breaker = Breaker::new(settings.clone()).expect("valid");
            Side { breaker, open: Vec::new(), is_short }
        });
        let mut now = Time::ZERO;
        for (wait, event) in events {
            now = now + Duration::from_nanos(wait);
            prop_assert_eq!(short.take(event, now), long.take(event, now));
        }
    }
}
