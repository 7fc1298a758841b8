//! What happens exactly at the boundaries, for the settings of libraries that disagree there.

use expect_test::expect;
use patterns::breaker::{
    Boundary, Compare, Evaluate, LateResults, Permits, Settings, State, Trip, Window,
};
use patterns::{Classification, Duration, Time};

use crate::breaker::{at, breaker, call, in_a_row};

/// Opens at half of at least four calls, otherwise as each library has it.
fn library(name: &str) -> Settings {
    let size = Duration::from_secs(10);
    let calls = Window::Calls(10);
    let (compare, evaluate, boundary, permits, window) = match name {
        "resilience4j" => (
            Compare::AtLeast,
            Evaluate::EveryResult,
            Boundary::Refuses,
            Permits::Total(2),
            Window::Epoch { size, buckets: 10 },
        ),
        "Polly 8" => (
            Compare::AtLeast,
            Evaluate::Failures,
            Boundary::Admits,
            Permits::Concurrent(1),
            Window::FirstEvent { size, buckets: 10 },
        ),
        "Sentinel" => (
            Compare::MoreThan,
            Evaluate::EveryResult,
            Boundary::Admits,
            Permits::Concurrent(1),
            Window::Epoch { size, buckets: 1 },
        ),
        "cockatiel" => {
            (Compare::MoreThan, Evaluate::Failures, Boundary::Admits, Permits::Concurrent(1), calls)
        }
        "failsafe" => (
            Compare::AtLeast,
            Evaluate::EveryResult,
            Boundary::Admits,
            Permits::Concurrent(2),
            Window::Epoch { size, buckets: 10 },
        ),
        "Hystrix" => (
            Compare::AtLeast,
            Evaluate::EveryResult,
            Boundary::Refuses,
            Permits::Concurrent(1),
            Window::Epoch { size, buckets: 10 },
        ),
        _ => unreachable!("no such library"),
    };
    let late = if name == "Polly 8" { LateResults::ActCurrent } else { LateResults::Drop };
    let trip = Trip::rate(0.5, window).compared(compare).at_min_calls(4);
    let mut settings = in_a_row(1).with(|s| {
        s.trip = trip;
        s.evaluate = evaluate;
        s.boundary = boundary;
        s.late = late;
    });
    settings.half_open.permits = permits;
    settings
}

/// Whether a breaker is open after these results at one instant; `x` is a failure.
fn opens(settings: Settings, results: &str) -> bool {
    let mut breaker = breaker(settings);
    for result in results.chars() {
        let verdict = if result == 'x' { Classification::Failure } else { Classification::Success };
        call(&mut breaker, verdict, at(0));
    }
    breaker.state() != State::Closed
}

/// Whether a call is admitted at the end of the open wait, and how many more beside it.
fn at_the_end(settings: Settings) -> (bool, usize) {
    let mut breaker = breaker(settings);
    for _ in 0..4 {
        assert!(call(&mut breaker, Classification::Failure, at(0)));
    }
    let admitted = breaker.try_acquire(at(20)).is_ok();
    let later = at(20) + Duration::from_nanos(1);
    let more = (0..9).filter(|_| breaker.try_acquire(later).is_ok()).count();
    (admitted, usize::from(admitted) + more)
}

/// Until when one failure at 1.5 s is remembered, in tenths of a second.
fn remembered(settings: Settings) -> String {
    let mut breaker = breaker(settings);
    let tenth = |tenths: u64| Time::ZERO + Duration::from_millis(tenths * 100);
    call(&mut breaker, Classification::Failure, tenth(15));
    match (15..200).find(|tenths| breaker.counts(tenth(*tenths)).failures == 0) {
        Some(tenths) => format!("{}s", tenths as f64 / 10.0),
        None => "for ever".to_owned(),
    }
}

#[test]
fn libraries_disagree_at_the_boundaries() {
    let head = "library      half-of-4 more success-trips below-min end probes forgets\n";
    let mut table = vec![head.to_owned()];
    for name in ["resilience4j", "Polly 8", "Sentinel", "cockatiel", "failsafe", "Hystrix"] {
        let settings = library(name);
        let yes = |answer: bool| if answer { "yes" } else { "no" };
        let (end, probes) = at_the_end(settings.clone());
        table.push(format!(
            "{name:12} {:9} {:4} {:13} {:9} {:3} {probes:6} {}\n",
            yes(opens(settings.clone(), "ooxx")),
            yes(opens(settings.clone(), "oxxx")),
            yes(opens(settings.clone(), "xxxo")),
            yes(opens(settings.clone(), "xxx")),
            yes(end),
            remembered(settings),
        ));
    }
    expect![[r#"
        library      half-of-4 more success-trips below-min end probes forgets
        resilience4j yes       yes  yes           no        no       2 11s
        Polly 8      yes       yes  no            no        yes      1 11.5s
        Sentinel     no        yes  yes           no        yes      1 10s
        cockatiel    no        yes  no            no        yes      1 for ever
        failsafe     yes       yes  yes           no        yes      2 11s
        Hystrix      yes       yes  yes           no        no       1 11s
    "#]]
    .assert_eq(&table.concat());
}

#[test]
fn a_count_opens_at_exactly_its_number() {
    let of = |failures, window| in_a_row(1).with(|s| s.trip = Trip::Count { failures, window });
    assert!(!opens(of(3, Window::Calls(5)), "xxoo"));
    assert!(opens(of(3, Window::Calls(5)), "xxoox"));
    assert!(!opens(of(3, Window::Calls(5)), "xxooox"), "the first has left");
    assert!(opens(of(3, Window::Calls(5)), "xxooxo"));
    let exact = Window::Sliding { size: Duration::from_secs(1) };
    assert!(!opens(of(3, exact), "xx"));
    assert!(opens(of(3, exact), "xxx"));
}

#[test]
fn a_success_between_ends_a_row() {
    assert!(!opens(in_a_row(3), "xxoxx"));
    assert!(opens(in_a_row(3), "xxoxxx"));
    assert!(opens(in_a_row(1), "x"));
}

#[test]
fn an_exact_window_forgets_at_exactly_its_size() {
    let window = Window::Sliding { size: Duration::from_secs(10) };
    let trip = Trip::Count { failures: 2, window };
    for (gap, opens) in [(9_999_999_999, true), (10_000_000_000, false)] {
        let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip.clone()));
        call(&mut breaker, Classification::Failure, at(3));
        call(&mut breaker, Classification::Failure, at(3) + Duration::from_nanos(gap));
        assert_eq!(breaker.state() != State::Closed, opens);
    }
}

#[test]
fn buckets_begin_on_the_grid_or_with_the_first_result() {
    // Failures at 1.9 s and 2.1 s, in buckets of a second: two on the grid, one by event.
    let size = Duration::from_secs(4);
    let forgotten = |window| {
        let trip = Trip::Count { failures: 100, window };
        let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip.clone()));
        let tenth = |tenths: u64| Time::ZERO + Duration::from_millis(tenths * 100);
        for tenths in [19, 21] {
            call(&mut breaker, Classification::Failure, tenth(tenths));
        }
        let failures = |tenths| breaker.counts(tenth(tenths)).failures;
        [49, 50, 58, 59, 60].map(failures)
    };
    assert_eq!(forgotten(Window::Epoch { size, buckets: 4 }), [2, 1, 1, 1, 0]);
    assert_eq!(forgotten(Window::FirstEvent { size, buckets: 4 }), [2, 2, 2, 0, 0]);
    assert_eq!(forgotten(Window::Sliding { size }), [2, 2, 2, 1, 1]);
}

#[test]
fn rates_written_in_decimals_are_met_exactly() {
    for tenths in 1..=10 {
        let rate = f64::from(tenths) / 10.0;
        let rated = |compare| {
            let trip = Trip::rate(rate, Window::Calls(10)).compared(compare).at_min_calls(10);
            in_a_row(1).with(|s| {
                s.trip = trip;
                s.evaluate = Evaluate::EveryResult;
            })
        };
        let results = "x".repeat(tenths as usize) + &"o".repeat(10 - tenths as usize);
        assert!(opens(rated(Compare::AtLeast), &results), "{rate}");
        assert!(tenths == 10 || !opens(rated(Compare::MoreThan), &results), "{rate}");
    }
}

#[test]
fn half_open_is_over_at_exactly_its_end() {
    let last = at(80).since(Time::from_nanos(1));
    for (reply, closes) in [(Time::ZERO + last, true), (at(80), false)] {
        let mut breaker = breaker(in_a_row(1));
        assert!(call(&mut breaker, Classification::Failure, at(0)));
        let probe = breaker.try_acquire(at(20)).expect("a probe");
        breaker.record(probe, Classification::Success, reply);
        assert_eq!(breaker.state() == State::Closed, closes, "{reply}");
    }
}
