//! Presets of breakers do what their libraries do, at the boundaries that tell them apart.

use std::fmt::Write;

use expect_test::expect;
use patterns::breaker::{Breaker, State};
use patterns::preset::Library;
use patterns::{Classification, Duration, Time};

use crate::breaker::call;

fn breakers() -> impl Iterator<Item = (Library, Breaker)> {
    Library::ALL.into_iter().filter_map(|library| {
        let breaker = Breaker::new(library.breaker()?);
        Some((library, breaker.expect("a preset is valid")))
    })
}

/// How many of these calls, a second apart, there are before it opens; `x` is a failure, `s` a
/// success of a call that took two minutes.
fn opens_after(mut breaker: Breaker, results: impl Iterator<Item = char>) -> String {
    let mut now = Time::ZERO;
    for (index, result) in results.take(2_000).enumerate() {
        let Ok(permit) = breaker.try_acquire(now) else {
            return format!("{index}");
        };
        let verdict = if result == 'x' { Classification::Failure } else { Classification::Success };
        let took = if result == 's' { Duration::from_secs(120) } else { Duration::ZERO };
        breaker.record(permit, verdict, now + took);
        now = now + took + Duration::from_millis(100);
    }
    "never".to_owned()
}

#[test]
fn breakers_open_as_those_of_their_libraries() {
    let mut table = String::from("opens after how many calls of a kind, ten a second\n");
    for (library, breaker) in breakers() {
        let of = |cycle: &str| opens_after(breaker.clone(), cycle.chars().cycle());
        writeln!(
            table,
            "{:14} all fail: {:>5}, every other: {:>5}, one of ten: {:>5}, all slow: {:>5}",
            library.name(),
            of("x"),
            of("ox"),
            of("ooooooooox"),
            of("s"),
        )
        .expect("a string takes all");
    }
    expect![[r#"
        opens after how many calls of a kind, ten a second
        resilience4j   all fail:   100, every other:   100, one of ten: never, all slow:   100
        polly          all fail:   100, every other:   100, one of ten:   100, all slow: never
        hystrix        all fail:    20, every other:    20, one of ten: never, all slow: never
        gobreaker      all fail:     6, every other: never, one of ten: never, all slow: never
        failsafe-go    all fail:     1, every other:     2, one of ten:    10, all slow: never
        recloser       all fail:   101, every other:   101, one of ten: never, all slow: never
        course-printed all fail:     5, every other:    10, one of ten:    50, all slow: never
        course-meant   all fail:     5, every other: never, one of ten: never, all slow: never
    "#]]
    .assert_eq(&table);
}

/// Opened by failures alone: when a call is let in again, and how many at once.
#[test]
fn breakers_probe_as_those_of_their_libraries() {
    let mut table = String::new();
    for (library, mut breaker) in breakers() {
        let mut now = Time::ZERO;
        let until = loop {
            call(&mut breaker, Classification::Failure, now);
            if let State::Open { until } = breaker.state() {
                break until;
            }
            now = now + Duration::from_millis(10);
        };
        let wait = until.since(now);
        let probes = (0..1_000).map_while(|_| breaker.try_acquire(until).ok());
        let mut probes: Vec<_> = probes.collect();
        let count = probes.len();
        let one = probes.pop().expect("at least one");
        breaker.record(one, Classification::Success, until);
        let after_one = breaker.state().name();
        for probe in probes {
            breaker.record(probe, Classification::Success, until);
        }
        let after_all = breaker.state().name();
        writeln!(
            table,
            "{:14} waits {wait}, then probes: {count}; one success: {after_one}, all: {after_all}",
            library.name(),
        )
        .expect("a string takes all");
    }
    expect![[r#"
        resilience4j   waits 1min 1ns, then probes: 10; one success: half-open, all: closed
        polly          waits 5s, then probes: 1; one success: closed, all: closed
        hystrix        waits 5s 1ns, then probes: 1; one success: closed, all: closed
        gobreaker      waits 1min 1ns, then probes: 1; one success: closed, all: closed
        failsafe-go    waits 1min, then probes: 1; one success: closed, all: closed
        recloser       waits 30s 1ns, then probes: 1000; one success: half-open, all: closed
        course-printed waits 1min 1ns, then probes: 1000; one success: closed, all: closed
        course-meant   waits 1min, then probes: 1; one success: closed, all: closed
    "#]]
    .assert_eq(&table);
}
