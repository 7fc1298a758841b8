//! Defects that were seen in other libraries, and are not here.

use patterns::breaker::{Close, Compare, LateResults, Permits, State, Then, Trip, Window};
use patterns::{Classification, Duration, Reason};

use crate::breaker::{at, breaker, call, in_a_row};

/// resilience4j 2: set back by 3 s, each call and each look at the metrics drops a bucket.
#[test]
fn a_clock_that_goes_back_drops_no_results() {
    let size = Duration::from_secs(10);
    for window in [
        Window::Sliding { size },
        Window::Epoch { size, buckets: 10 },
        Window::FirstEvent { size, buckets: 10 },
    ] {
        let trip = Trip::Count { failures: 100, window };
        let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip));
        for _ in 0..10 {
            assert!(call(&mut breaker, Classification::Failure, at(100)));
        }
        for _ in 0..20 {
            assert_eq!(breaker.counts(at(97)).failures, 10, "{window:?}");
        }
        assert!(call(&mut breaker, Classification::Failure, at(97)));
        assert_eq!(breaker.counts(at(97)).failures, 11, "{window:?}");
        assert_eq!(breaker.counts(at(109)).failures, 11, "{window:?}");
        assert_eq!(breaker.counts(at(110)).failures, 0, "{window:?}");
    }
}

/// Polly 8: a probe that never reports keeps the circuit half-open for ever.
#[test]
fn a_probe_that_is_lost_is_given_up() {
    for (then, until) in [(Then::Open, Some(100)), (Then::Close, None)] {
        let mut settings = in_a_row(1);
        settings.half_open.then = then;
        let mut breaker = breaker(settings);
        assert!(call(&mut breaker, Classification::Failure, at(0)));
        let lost = breaker.try_acquire(at(20)).expect("a probe");
        let rejected = breaker.try_acquire(at(79)).expect_err("one at a time");
        assert_eq!((rejected.reason, rejected.until), (Reason::ProbesTaken, None));
        let expected = until.map_or(State::Closed, |secs| State::Open { until: at(secs) });
        assert_eq!(breaker.state_at(at(80)), expected);
        assert_eq!(breaker.try_acquire(at(80)).is_ok(), until.is_none());
        assert_eq!(breaker.state(), expected);
        breaker.record(lost, Classification::Success, at(81));
        assert_eq!(breaker.state(), expected, "its result comes too late");
    }
}

/// Polly: a late success closes a half-open circuit that it did not probe.
#[test]
fn a_success_from_before_closes_nothing_unless_it_is_to_act() {
    for (late, closes) in [
        (LateResults::Drop, false),
        (LateResults::CountCurrent, false),
        (LateResults::CountOrigin, false),
        (LateResults::ActCurrent, true),
    ] {
        let mut breaker = breaker(in_a_row(1).with(|s| s.late = late));
        let slow = breaker.try_acquire(at(0)).expect("closed");
        assert!(call(&mut breaker, Classification::Failure, at(0)));
        let _probe = breaker.try_acquire(at(20)).expect("a probe");
        breaker.record(slow, Classification::Success, at(21));
        assert_eq!(breaker.state() == State::Closed, closes, "{late:?}");
    }
}

/// failsafe, and resilience4j for ignored results: a late result gives back a half-open permit
/// that its call never took, so more calls pass than are permitted.
#[test]
fn a_late_result_gives_no_permit_back() {
    for permits in [Permits::Total(3), Permits::Concurrent(3)] {
        for late in [
            LateResults::Drop,
            LateResults::CountCurrent,
            LateResults::CountOrigin,
            LateResults::ActCurrent,
        ] {
            for verdict in [Classification::Success, Classification::Ignored] {
                let mut settings = in_a_row(1).with(|s| s.late = late);
                settings.half_open.permits = permits;
                settings.half_open.close = Close::Successes(3);
                let mut breaker = breaker(settings);
                let [one, two] = [0, 1].map(|_| breaker.try_acquire(at(0)).expect("closed"));
                assert!(call(&mut breaker, Classification::Failure, at(0)));
                let probes = [0, 1, 2].map(|_| breaker.try_acquire(at(20)).expect("a probe"));
                breaker.record(one, verdict, at(21));
                let two = breaker.cancel(two, at(21)).expect("says nothing");
                breaker.record(two, verdict, at(21));
                assert!(breaker.try_acquire(at(22)).is_err(), "{permits:?} {late:?} {verdict:?}");
                drop(probes);
            }
        }
    }
}

/// cockatiel 4.0.0: four failures, five idle minutes and one more failure open the breaker.
#[test]
fn idle_time_forgets() {
    let size = Duration::from_secs(10);
    for window in [
        Window::Sliding { size },
        Window::Epoch { size, buckets: 5 },
        Window::FirstEvent { size, buckets: 5 },
    ] {
        let trip = Trip::Count { failures: 5, window };
        let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip));
        for _ in 0..4 {
            assert!(call(&mut breaker, Classification::Failure, at(1)));
        }
        assert!(call(&mut breaker, Classification::Failure, at(301)));
        assert_eq!(breaker.state(), State::Closed, "{window:?}");
        assert_eq!(breaker.counts(at(301)).failures, 1, "{window:?}");
    }
}

/// tower-resilience 0.14.0 never evicts from its window of calls: after 209 successes, thirty
/// failures in a row were let through at 50 % of 10.
#[test]
fn old_successes_leave_a_window_of_calls() {
    let trip = Trip::rate(0.5, Window::Calls(10)).compared(Compare::AtLeast).at_min_calls(10);
    let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip));
    for _ in 0..209 {
        assert!(call(&mut breaker, Classification::Success, at(0)));
    }
    let through = (0..30).filter(|_| call(&mut breaker, Classification::Failure, at(0))).count();
    assert_eq!(through, 5);
}
