//! Defects that were seen in other libraries, and are not here.

use patterns::Duration;
use patterns::breaker::{
    Align, Close, Compare, Late, Permits, Settings, State, Then, Trip, Verdict, Window,
};

use crate::breaker::{at, breaker, call, half, in_a_row};

/// resilience4j 2: set back by 3 s, each call and each look at the metrics drops a bucket.
#[test]
fn a_clock_that_goes_back_drops_no_results() {
    for align in [Align::Exact, Align::Epoch { buckets: 10 }, Align::FirstEvent { buckets: 10 }] {
        let window = Window::Time { size: Duration::from_secs(10), align };
        let trip = Trip::Count { failures: 100, window };
        let mut breaker = breaker(Settings { trip, ..in_a_row(1) });
        for _ in 0..10 {
            assert!(call(&mut breaker, Verdict::Failure, at(100)));
        }
        for _ in 0..20 {
            assert_eq!(breaker.counts(at(97)).failures, 10, "{align:?}");
        }
        assert!(call(&mut breaker, Verdict::Failure, at(97)));
        assert_eq!(breaker.counts(at(97)).failures, 11, "{align:?}");
        assert_eq!(breaker.counts(at(109)).failures, 11, "{align:?}");
        assert_eq!(breaker.counts(at(110)).failures, 0, "{align:?}");
    }
}

/// Polly 8: a probe that never reports keeps the circuit half-open for ever.
#[test]
fn a_probe_that_is_lost_is_given_up() {
    for (then, until) in [(Then::Open, Some(100)), (Then::Close, None)] {
        let mut settings = in_a_row(1);
        settings.half_open.then = then;
        let mut breaker = breaker(settings);
        assert!(call(&mut breaker, Verdict::Failure, at(0)));
        let lost = breaker.admit(at(20), half).expect("a probe");
        assert_eq!(breaker.admit(at(79), half).expect_err("one at a time").until, at(79));
        let expected = until.map_or(State::Closed, |secs| State::Open { until: at(secs) });
        assert_eq!(breaker.state_at(at(80)), expected);
        assert_eq!(breaker.admit(at(80), half).is_ok(), until.is_none());
        assert_eq!(breaker.state(), expected);
        breaker.settle(lost, Verdict::Success, at(81), half);
        assert_eq!(breaker.state(), expected, "its result comes too late");
    }
}

/// Polly: a late success closes a half-open circuit that it did not probe.
#[test]
fn a_success_from_before_closes_nothing_unless_it_is_to_act() {
    for (late, closes) in [
        (Late::Drop, false),
        (Late::CountCurrent, false),
        (Late::CountOrigin, false),
        (Late::ActCurrent, true),
    ] {
        let mut breaker = breaker(Settings { late, ..in_a_row(1) });
        let slow = breaker.admit(at(0), half).expect("closed");
        assert!(call(&mut breaker, Verdict::Failure, at(0)));
        let _probe = breaker.admit(at(20), half).expect("a probe");
        breaker.settle(slow, Verdict::Success, at(21), half);
        assert_eq!(breaker.state() == State::Closed, closes, "{late:?}");
    }
}

/// failsafe, and resilience4j for ignored results: a late result gives back a half-open permit
/// that its call never took, so more calls pass than are permitted.
#[test]
fn a_late_result_gives_no_permit_back() {
    for permits in [Permits::Total(3), Permits::Concurrent(3)] {
        for late in [Late::Drop, Late::CountCurrent, Late::CountOrigin, Late::ActCurrent] {
            for verdict in [Verdict::Success, Verdict::Ignored] {
                let mut settings = Settings { late, ..in_a_row(1) };
                settings.half_open.permits = permits;
                settings.half_open.close = Close::Successes(3);
                let mut breaker = breaker(settings);
                let [one, two] = [0, 1].map(|_| breaker.admit(at(0), half).expect("closed"));
                assert!(call(&mut breaker, Verdict::Failure, at(0)));
                let probes = [0, 1, 2].map(|_| breaker.admit(at(20), half).expect("a probe"));
                breaker.settle(one, verdict, at(21), half);
                let two = breaker.cancel(two, at(21), half).expect("says nothing");
                breaker.settle(two, verdict, at(21), half);
                assert!(breaker.admit(at(22), half).is_err(), "{permits:?} {late:?} {verdict:?}");
                drop(probes);
            }
        }
    }
}

/// cockatiel 4.0.0: four failures, five idle minutes and one more failure open the breaker.
#[test]
fn idle_time_forgets() {
    for align in [Align::Exact, Align::Epoch { buckets: 5 }, Align::FirstEvent { buckets: 5 }] {
        let window = Window::Time { size: Duration::from_secs(10), align };
        let trip = Trip::Count { failures: 5, window };
        let mut breaker = breaker(Settings { trip, ..in_a_row(1) });
        for _ in 0..4 {
            assert!(call(&mut breaker, Verdict::Failure, at(1)));
        }
        assert!(call(&mut breaker, Verdict::Failure, at(301)));
        assert_eq!(breaker.state(), State::Closed, "{align:?}");
        assert_eq!(breaker.counts(at(301)).failures, 1, "{align:?}");
    }
}

/// tower-resilience 0.14.0 never evicts from its window of calls: after 209 successes, thirty
/// failures in a row were let through at 50 % of 10.
#[test]
fn old_successes_leave_a_window_of_calls() {
    let trip = Trip::Rate {
        rate: 0.5,
        compare: Compare::AtLeast,
        min_calls: 10,
        window: Window::Calls(10),
    };
    let mut breaker = breaker(Settings { trip, ..in_a_row(1) });
    for _ in 0..209 {
        assert!(call(&mut breaker, Verdict::Success, at(0)));
    }
    let through = (0..30).filter(|_| call(&mut breaker, Verdict::Failure, at(0))).count();
    assert_eq!(through, 5);
}
