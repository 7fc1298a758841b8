//! The delays that recent answers give, against all answers in a list.

use patterns::hedge::{Delay, Hedge, Measured, Next, OnFailure, Pushback, Recent, Settings};
use patterns::settings::Auto;
use patterns::{Class, Classes, Duration, Outcome, Time};
use proptest::prelude::*;

const MAX: u64 = u64::MAX;

fn hedge(delay: Delay) -> Hedge {
    let settings = Settings::of(delay).with(|it| {
        it.on_failure = OnFailure::NoMore;
        it.fatal = Classes::NONE;
        it.pushback = Pushback::Ignored;
    });
    Hedge::new(settings).expect("valid")
}

fn recent(window: u32) -> Recent {
    Recent::default().with(|it| {
        it.window = window;
        it.min_samples = Auto::Is(1);
        it.min_delay = Duration::ZERO;
    })
}

/// A call that begins at `now` and takes so long.
fn call(hedge: &mut Hedge, now: u64, takes: u64, outcome: Outcome) {
    let mut race = hedge.start(Time::from_nanos(now), true);
    let ended = Time::from_nanos(now) + Duration::from_nanos(takes);
    assert_eq!(hedge.record(&mut race, outcome, ended), Next::Answer(outcome));
}

fn delay(hedge: &mut Hedge, now: u64) -> u64 {
    hedge.delay(Time::from_nanos(now)).as_nanos()
}

fn quantile(quantile: f64, recent: Recent) -> Hedge {
    hedge(Delay::Quantile { quantile, recent })
}

fn mean(factor: f64, plus: u64, recent: Recent) -> Hedge {
    hedge(Delay::Mean { factor, plus: Duration::from_nanos(plus), recent })
}

/// The least length that at least this share, in percent, is not longer than.
fn exact(percent: u64, lengths: &[u64]) -> u64 {
    let least = |length: &u64| {
        let below = lengths.iter().filter(|other| *other <= length).count() as u64;
        below * 100 >= percent * lengths.len() as u64
    };
    lengths.iter().copied().filter(least).min().expect("the longest at least")
}

proptest! {
    #[test]
    fn a_delay_is_what_the_answers_in_the_window_say(
        percent in 1..=100_u64,
        window in 1..40_u32,
        least in 0..50_u64,
        min_samples in 1..10_u32,
        max_age in prop::option::of(1..200_u64),
        all in any::<bool>(),
        answers in prop::collection::vec((0..30_u64, 0..40_u32, 0..1_000_u64, 0..4_u8), 1..120),
    ) {
        let min_samples = min_samples.min(window);
        let recent = Recent::default().with(|it| {
            it.window = window;
            it.max_age = max_age.map(Duration::from_nanos);
            it.measured = if all { Measured::All } else { Measured::Good };
            it.min_samples = Auto::Is(min_samples);
            it.initial_delay = Some(Duration::from_nanos(77));
            it.min_delay = Duration::from_nanos(least);
        });
        let mut quantile = quantile(percent as f64 / 100.0, recent);
        let mut mean = mean(1.5, 3, recent);
        let mut history: Vec<(u64, u64)> = Vec::new();
        let mut now = 0;
        for (passes, bits, length, outcome) in answers {
            now += passes;
            let takes = (length << bits) / 1_000;
            let outcome = match outcome {
                0 => Outcome::failed(Class::Network),
                1 => Outcome::Degraded,
                _ => Outcome::Ok,
            };
            // Calls overlap: this one began long ago, and ends now.
            let began = 1 << 50;
            for hedge in [&mut quantile, &mut mean] {
                call(hedge, began + now - takes, takes, outcome);
            }
            if all || outcome == Outcome::Ok {
                history.push((now, takes));
            }
            now += u64::from(bits % 3);

            let young = |(at, _): &&(u64, u64)| max_age.is_none_or(|age| now - at < age);
            let last = history.iter().rev().take(window as usize).filter(young);
            let lengths: Vec<u64> = last.map(|(_, takes)| *takes).collect();
            let delays = [&mut quantile, &mut mean].map(|hedge| delay(hedge, began + now));
            if lengths.len() < min_samples as usize {
                prop_assert_eq!(delays, [77; 2]);
                continue;
            }
            let exact = exact(percent, &lengths).max(least);
            prop_assert!(exact <= delays[0] && delays[0] - exact <= exact / 64);
            let mean = lengths.iter().sum::<u64>() / lengths.len() as u64;
            let longer = Duration::from_nanos(mean).scale(1.5) + Duration::from_nanos(3);
            prop_assert_eq!(delays[1], longer.as_nanos().max(least));
        }
    }
}

#[test]
fn until_there_are_enough_answers_the_delay_is_that_for_the_start() {
    for (initial_delay, expected) in [(None, MAX), (Some(Duration::from_nanos(500)), 500)] {
        let mut hedge = quantile(
            0.5,
            recent(10).with(|it| {
                it.min_samples = Auto::Is(3);
                it.initial_delay = initial_delay;
            }),
        );
        for answers in 0..3 {
            assert_eq!(delay(&mut hedge, answers), expected);
            call(&mut hedge, answers, 20, Outcome::Ok);
        }
        assert_eq!(delay(&mut hedge, 100), 20);
    }
}

#[test]
fn without_a_delay_for_the_start_nothing_is_hedged_then() {
    let mut hedge = quantile(0.5, recent(10));
    assert_eq!(hedge.start(Time::ZERO, true).next_launch(), Time::MAX);
    call(&mut hedge, 0, 20, Outcome::Ok);
    assert_eq!(hedge.start(Time::ZERO, true).next_launch(), Time::from_nanos(20));
    assert_eq!(hedge.start(Time::ZERO, false).next_launch(), Time::MAX, "not idempotent");
}

#[test]
fn a_call_keeps_the_delay_it_began_with() {
    let mut hedge = quantile(0.5, recent(1));
    call(&mut hedge, 0, 20, Outcome::Ok);
    let race = hedge.start(Time::from_nanos(100), true);
    call(&mut hedge, 100, 60, Outcome::Ok);
    assert_eq!(race.next_launch(), Time::from_nanos(120));
}

#[test]
fn an_answer_of_exactly_the_greatest_age_counts_no_more() {
    let max_age = Some(Duration::from_nanos(100));
    let mut hedge = quantile(0.5, recent(10).with(|it| it.max_age = max_age));
    call(&mut hedge, 0, 20, Outcome::Ok);
    assert_eq!(delay(&mut hedge, 119), 20);
    assert_eq!(delay(&mut hedge, 120), MAX);
    assert_eq!(delay(&mut hedge, 119), MAX, "a clock that steps back brings nothing back");
}

#[test]
fn while_the_clock_is_behind_no_answer_grows_old() {
    let max_age = Some(Duration::from_nanos(100));
    let mut hedge = quantile(0.5, recent(10).with(|it| it.max_age = max_age));
    assert_eq!(delay(&mut hedge, 1_000), MAX);
    call(&mut hedge, 30, 20, Outcome::Ok);
    for (now, expected) in [(200, 20), (1_099, 20), (1_100, MAX)] {
        assert_eq!(delay(&mut hedge, now), expected, "{now}");
    }
}

#[test]
fn resilience4j_takes_a_percentage_of_the_mean_or_adds_to_it() {
    let least = Duration::from_millis(1);
    let by_percent = mean(1.5, 0, recent(100).with(|it| it.min_delay = least));
    let by_millis = mean(1.0, 20_000_000, recent(100).with(|it| it.min_delay = least));
    for (mut hedge, expected) in [(by_percent, 30), (by_millis, 40)] {
        for millis in [10, 20, 30] {
            call(&mut hedge, 0, millis * 1_000_000, Outcome::Ok);
        }
        assert_eq!(delay(&mut hedge, 0), expected * 1_000_000);
    }
    let mut quick = mean(1.5, 0, recent(100).with(|it| it.min_delay = least));
    call(&mut quick, 0, 10, Outcome::Ok);
    assert_eq!(delay(&mut quick, 0), 1_000_000);
}

#[test]
fn the_longest_answers_overflow_nothing() {
    for mut hedge in [quantile(1.0, recent(3)), mean(2.0, MAX, recent(3))] {
        for _ in 0..5 {
            call(&mut hedge, 0, MAX, Outcome::Ok);
        }
        assert_eq!(delay(&mut hedge, MAX), MAX);
        assert_eq!(hedge.start(Time::ZERO, true).next_launch(), Time::MAX);
    }
}

/// How a hedge learns from a call; `takes` is how long its first attempt would have taken.
fn hedged_call(hedge: &mut Hedge, takes: u64, only_if_alone: bool) {
    let mut race = hedge.start(Time::ZERO, true);
    let launched = race.next_launch().as_nanos();
    if takes <= launched {
        hedge.record(&mut race, Outcome::Ok, Time::from_nanos(takes));
        return;
    }
    assert!(hedge.launch(&mut race, Time::from_nanos(launched)));
    if !only_if_alone {
        // The hedge is quick.
        hedge.record(&mut race, Outcome::Ok, Time::from_nanos(takes.min(launched + 5)));
    }
}

/// The delay after many calls whose first attempts take 1 to 1000, each equally often.
fn settled(only_if_alone: bool) -> u64 {
    let initial_delay = Some(Duration::from_nanos(2_000));
    let mut hedge = quantile(
        0.9,
        recent(1_000).with(|it| {
            it.min_samples = Auto::Is(500);
            it.initial_delay = initial_delay;
        }),
    );
    for call in 0..30_000 {
        hedged_call(&mut hedge, 1 + call * 617 % 1_000, only_if_alone);
    }
    delay(&mut hedge, 0)
}

#[test]
fn hedging_does_not_shorten_its_own_delay() {
    let delay = settled(false);
    assert!((900..=900 + 900 / 64).contains(&delay), "{delay}");
}

/// To leave hedged calls out is the mistake that this measure avoids.
#[test]
fn a_delay_that_leaves_hedged_calls_out_sinks() {
    let delay = settled(true);
    assert!(delay < 450, "{delay}");
}
