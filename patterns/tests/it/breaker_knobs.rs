//! The knobs of a circuit breaker beyond counting failures: slow calls, averages, conditions of
//! several parts, spread waits, ways to close, ramps, and modes.

use patterns::backoff::Jitter;
use patterns::breaker::{
    Breaker, Close, Compare, Evaluate, LateResults, Memory, Mode, OnCancel, OpenWait, Permits,
    Settings, State, Trip, Window,
};
use patterns::testing::Driver;
use patterns::{Action, Class, Classification, Duration, Outcome, Reason, Rejected, Time};
use proptest::prelude::*;

use crate::breaker::{at, breaker, call, half, in_a_row};
use crate::breaker_story::growing;

const DOWN: Outcome = Outcome::failed(Class::Network);

/// Makes a call that takes so long.
fn slow_call(breaker: &mut Breaker, took: Duration, verdict: Classification, began: Time) {
    let permit = breaker.try_acquire_with(began, &mut half).expect("admitted");
    breaker.record_with(permit, verdict, began + took, &mut half);
}

/// With a ramp from this share on, over this number of seconds.
fn ramping((first, secs): (f64, u64), settings: Settings) -> Settings {
    settings.with(|settings| {
        settings.ramp = Duration::from_secs(secs);
        settings.ramp_first = first;
    })
}

fn open_after(settings: Settings, results: &str) -> Option<usize> {
    let mut breaker = breaker(settings);
    results.chars().position(|result| {
        let verdict = if result == 'x' { Classification::Failure } else { Classification::Success };
        call(&mut breaker, verdict, at(0));
        breaker.state() != State::Closed
    })
}

#[test]
fn a_call_of_exactly_the_limit_is_not_slow() {
    let limit = Duration::from_secs(3);
    let nanosecond = Duration::from_nanos(1);
    let window = Window::Calls(2);
    let (rate, compare, min_calls) = (1.0, Compare::AtLeast, 2);
    let trip = Trip::slow_rate(rate, window).compared(compare).at_min_calls(min_calls);
    for (took, opens) in [(limit, false), (limit + nanosecond, true)] {
        for evaluate in [Evaluate::EveryResult, Evaluate::Failures] {
            let trip = trip.clone();
            let mut breaker = breaker(in_a_row(1).with(|s| {
                s.slow = Some(limit);
                s.trip = trip;
                s.evaluate = evaluate;
            }));
            slow_call(&mut breaker, limit + nanosecond, Classification::Failure, at(0));
            slow_call(&mut breaker, took, Classification::Success, at(10));
            assert_eq!(breaker.state() != State::Closed, opens, "{took} {evaluate:?}");
        }
    }
}

#[test]
fn any_opens_with_the_first_condition_and_all_with_the_last() {
    let in_a_row_of = |failures| Trip::failures(failures);
    let of_ten = |failures| Trip::Count { failures, window: Window::Calls(10) };
    let with = |trip| in_a_row(1).with(|s| s.trip = trip);
    let story = "xxoxoxxx";
    assert_eq!(open_after(with(of_ten(4)), story), Some(5));
    assert_eq!(open_after(with(in_a_row_of(3)), story), Some(7));
    let both = || vec![in_a_row_of(3), of_ten(4)];
    assert_eq!(open_after(with(Trip::Any(both())), story), Some(5));
    assert_eq!(open_after(with(Trip::All(both())), story), Some(7));
    let nested = Trip::All(vec![Trip::Any(both()), of_ten(5)]);
    assert_eq!(open_after(with(nested), story), Some(6));
}

#[test]
fn an_average_moves_by_its_share_from_the_first_result_on() {
    let average = |rate, compare, min_calls| {
        let memory = Memory::Share(0.5);
        let trip = Trip::Average { memory, rate, compare, min_calls: Some(min_calls) };
        in_a_row(1).with(|s| s.trip = trip)
    };
    // 0, 1/2, 3/4, 7/8
    assert_eq!(open_after(average(0.75, Compare::AtLeast, 1), "oxxx"), Some(2));
    assert_eq!(open_after(average(0.75, Compare::MoreThan, 1), "oxxx"), Some(3));
    assert_eq!(open_after(average(0.75, Compare::AtLeast, 4), "oxxx"), Some(3));
    assert_eq!(open_after(average(1.0, Compare::AtLeast, 1), "x"), Some(0));
}

/// Finagle: dead when five results have been seen and the success rate, averaged over 30 s, is
/// below 0.8.
#[test]
fn an_average_over_time_forgets_by_the_time_between() {
    let trip = Trip::Average {
        memory: Memory::Time(Duration::from_secs(30)),
        rate: 0.2,
        compare: Compare::MoreThan,
        min_calls: Some(5),
    };
    let opens_after_a_pause_of = |secs: u64| {
        let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip.clone()));
        for second in 0..4 {
            call(&mut breaker, Classification::Success, at(second));
        }
        call(&mut breaker, Classification::Failure, at(3 + secs));
        breaker.state() != State::Closed
    };
    // 1 - e^(-t/30) passes 0.2 at t = 6.69 s.
    assert!(!opens_after_a_pause_of(6));
    assert!(opens_after_a_pause_of(7));
}

/// Hystrix computes health each 500 ms: what happens in between changes nothing until then.
#[test]
fn decided_now_and_then_it_opens_late() {
    let period = Duration::from_millis(500);
    let nanosecond = Duration::from_nanos(1);
    let settings = in_a_row(3).with(|s| s.evaluate = Evaluate::Periodically(period));
    let mut breaker = breaker(settings);
    for _ in 0..10 {
        assert!(call(&mut breaker, Classification::Failure, at(1)));
    }
    assert_eq!(breaker.state(), State::Closed);
    let due = at(1) + period;
    let before = Time::ZERO + due.since(Time::ZERO + nanosecond);
    assert!(breaker.try_acquire_with(before, &mut half).is_ok());
    let until = due + Duration::from_secs(20);
    assert_eq!(breaker.try_acquire_with(due, &mut half).unwrap_err().until, Some(until));

    // On closing, the period begins anew.
    assert!(call(&mut breaker, Classification::Success, until));
    for _ in 0..3 {
        assert!(call(&mut breaker, Classification::Failure, until));
    }
    assert!(!call(&mut breaker, Classification::Failure, until + period));
    assert_ne!(breaker.state(), State::Closed);
}

/// Ticks are noticed later, and each finds the state of its own time: on the ramp it is a relapse,
/// after which the wait is longer, and after the ramp it is not.
#[test]
fn ticks_on_the_ramp_are_before_its_end() {
    let open = growing(Duration::from_secs(10), 2.0, Duration::from_secs(100), Jitter::None);
    let settings = in_a_row(1).with(|s| {
        s.trip = Trip::rate(0.5, Window::Sliding { size: Duration::from_secs(4) }).at_min_calls(1);
        s.evaluate = Evaluate::Ticks(Duration::from_secs(1));
        s.open = open;
    });
    let recovering = || {
        let mut breaker = breaker(ramping((1.0, 5), settings.clone()));
        assert!(call(&mut breaker, Classification::Failure, at(0)));
        assert!(!call(&mut breaker, Classification::Success, at(1)));
        assert_eq!(breaker.state(), State::Open { until: at(11) });
        assert!(call(&mut breaker, Classification::Success, at(11)));
        assert_eq!(breaker.state(), State::Recovering { since: at(11), until: at(16) });
        breaker
    };
    let mut relapsed = recovering();
    assert!(call(&mut relapsed, Classification::Failure, at(12)));
    assert!(!call(&mut relapsed, Classification::Success, at(30)));
    assert_eq!(relapsed.state(), State::Open { until: at(33) }, "opened at 13, for 20 s");
    let mut well = recovering();
    for _ in 0..2 {
        assert!(call(&mut well, Classification::Success, at(12)));
    }
    assert!(call(&mut well, Classification::Failure, at(15)));
    // The successes leave at 16, and the ramp is over then.
    assert!(!call(&mut well, Classification::Success, at(20)));
    assert_eq!(well.state(), State::Open { until: at(27) }, "opened at 17, for 10 s");
}

proptest! {
    /// Waits with jitter stay within their bounds, and different draws do not coincide.
    #[test]
    fn open_waits_are_spread_within_their_bounds(one in 0.0..1.0, other in 0.0..1.0) {
        let second = Duration::from_secs(1);
        let until = |draw: f64, opening: u32| {
            let open = growing(second, 2.0, Duration::from_secs(8), Jitter::Equal);
            let mut breaker = breaker(in_a_row(1).with(|s| s.open = open));
            let mut now = Time::ZERO;
            for _ in 0..opening {
                let permit = breaker.try_acquire_with(now, &mut || draw).expect("closed, or a probe");
                breaker.record_with(permit, Classification::Failure, now, &mut || draw);
                let State::Open { until } = breaker.state() else { panic!("open") };
                now = until;
            }
            now
        };
        for (opening, longest) in [(1, 1.0), (2, 3.0), (3, 7.0), (4, 15.0), (5, 23.0)] {
            let wait = until(one, opening).as_secs_f64();
            prop_assert!((longest / 2.0..=longest).contains(&wait), "{wait}");
            let apart = (until(other, opening).as_secs_f64() - wait).abs();
            prop_assert!(apart >= (one - other).abs() * longest / 2.0 - 1e-8);
        }
    }
}

/// A draw is taken when a closed breaker opens and when an open one becomes half-open, whatever
/// follows.
#[test]
fn jitter_takes_one_draw_for_each_wait_that_may_follow() {
    let open = growing(Duration::from_secs(1), 2.0, Duration::from_secs(8), Jitter::Full);
    let breaker = Breaker::new(in_a_row(1).with(|s| s.open = open)).expect("valid");
    let mut driver = Driver::new(breaker, &[0.5, 0.25, 0.75]);
    let mut taken = Vec::new();
    for outcome in [DOWN, DOWN, Outcome::Ok, Outcome::Ok, DOWN] {
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.reply(0, outcome), Action::Reply(outcome));
        taken.push(driver.rng.taken());
        driver.pass(Duration::from_secs(10));
    }
    assert_eq!(taken, [1, 2, 3, 3, 4]);
}

#[test]
fn the_draw_of_a_probe_is_that_of_the_wait_after_it() {
    let open = growing(Duration::from_secs(10), 1.0, Duration::from_secs(10), Jitter::Full);
    let mut breaker = breaker(in_a_row(1).with(|s| s.open = open));
    let first = breaker.try_acquire_with(at(0), &mut || 0.0).expect("closed");
    breaker.record_with(first, Classification::Failure, at(0), &mut || 0.5);
    let probe = breaker.try_acquire_with(at(5), &mut || 0.2).expect("waited 5 s");
    breaker.record_with(probe, Classification::Failure, at(6), &mut || 0.9);
    assert_eq!(breaker.state(), State::Open { until: at(8) });
}

/// What a half-open breaker becomes with each of these results of probes.
fn probed(close: Close, results: &str) -> String {
    let mut settings = in_a_row(1);
    settings.half_open.permits = Permits::Concurrent(u32::MAX);
    settings.half_open.close = close;
    settings.slow = Some(Duration::from_secs(1));
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    let mut said = String::new();
    for result in results.chars() {
        let verdict = if result == 'x' { Classification::Failure } else { Classification::Success };
        let took = if result == 's' { Duration::from_secs(2) } else { Duration::ZERO };
        slow_call(&mut breaker, took, verdict, at(20));
        match breaker.state() {
            State::HalfOpen { .. } => said.push('.'),
            State::Closed => return said + "closed",
            State::Open { .. } => return said + "open",
            state => panic!("{state:?}"),
        }
    }
    said
}

#[test]
fn probes_decide_as_each_rule_says() {
    assert_eq!(probed(Close::Successes(3), "oooo"), "..closed");
    assert_eq!(probed(Close::Successes(3), "oox"), "..open");

    let of = Close::Of { successes: 2, probes: 3 };
    assert_eq!(probed(of, "oo"), ".closed");
    assert_eq!(probed(of, "xoo"), "..closed");
    assert_eq!(probed(of, "xx"), ".open");

    let rate = |probe_compare| Close::Rate {
        probes: 4,
        probe_rate: 0.5,
        probe_slow_rate: 0.75,
        probe_compare,
    };
    assert_eq!(probed(rate(Compare::AtLeast), "xxoo"), "...open");
    assert_eq!(probed(rate(Compare::MoreThan), "xxoo"), "...closed");
    assert_eq!(probed(rate(Compare::AtLeast), "xooo"), "...closed");
    assert_eq!(probed(rate(Compare::AtLeast), "ssos"), "...open");
    assert_eq!(probed(rate(Compare::MoreThan), "ssos"), "...closed");
    assert_eq!(probed(rate(Compare::MoreThan), "ssss"), "...open");

    // The latest two of more than two: at exactly the rate both a success and a failure decide.
    let latest = Close::Latest { latest_probes: 2, probe_rate: 0.5 };
    assert_eq!(probed(latest, "oo"), "..");
    assert_eq!(probed(latest, "ooo"), "..closed");
    assert_eq!(probed(latest, "xxo"), "..closed");
    assert_eq!(probed(latest, "xox"), "..open");
    let sparing = Close::Latest { latest_probes: 2, probe_rate: 0.9 };
    assert_eq!(probed(sparing, "ooxxo"), "...open");
    assert_eq!(probed(sparing, "ooxo"), "...closed");
    assert_eq!(probed(Close::Latest { latest_probes: 2, probe_rate: 0.4 }, "xxooo"), "...closed");
}

#[test]
fn a_share_of_calls_passes_as_probes() {
    let mut settings = in_a_row(1);
    settings.half_open.permits = Permits::Share(0.3);
    settings.half_open.close = Close::Successes(2);
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert!(breaker.try_acquire_with(at(20), &mut || 0.3).is_err());
    let first =
        breaker.try_acquire_with(at(20), &mut || 0.299).expect("its draw is below the share");
    let second = breaker.try_acquire_with(at(20), &mut || 0.0).expect("and so is this one");
    for probe in [first, second] {
        breaker.record_with(probe, Classification::Success, at(20), &mut half);
    }
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_ramp_lets_in_a_growing_share() {
    let ramp = (0.2, 10);
    let mut breaker = breaker(ramping(ramp, in_a_row(2)));
    let failures = |breaker: &mut Breaker, from| {
        for _ in 0..2 {
            assert!(
                breaker
                    .try_acquire_with(from, &mut || 0.0)
                    .map(|permit| breaker.record_with(
                        permit,
                        Classification::Failure,
                        from,
                        &mut half
                    ))
                    .is_ok()
            );
        }
    };
    failures(&mut breaker, at(0));
    assert!(call(&mut breaker, Classification::Success, at(20)));
    assert_eq!(breaker.state(), State::Recovering { since: at(20), until: at(30) });
    for (secs, share) in [(20, 0.2), (25, 0.6), (29, 0.92)] {
        assert!(breaker.try_acquire_with(at(secs), &mut || share + 1e-9).is_err(), "{secs}");
        assert!(breaker.try_acquire_with(at(secs), &mut || share - 1e-9).is_ok(), "{secs}");
    }
    assert!(
        breaker.try_acquire_with(at(20), &mut || 0.2).is_err(),
        "a draw of exactly the share is refused"
    );
    // It trips meanwhile as if closed.
    failures(&mut breaker, at(29));
    assert_eq!(breaker.state(), State::Open { until: at(49) });

    assert!(call(&mut breaker, Classification::Success, at(49)));
    assert_eq!(breaker.state_at(at(59)), State::Closed);
}

#[test]
fn the_end_of_a_ramp_makes_no_result_late() {
    let ramp = (1.0, 10);
    let mut breaker = breaker(ramping(ramp, in_a_row(1)));
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert!(call(&mut breaker, Classification::Success, at(20)));
    let long = breaker.try_acquire_with(at(29), &mut half).expect("on the ramp");
    assert!(
        breaker.try_acquire_with(at(30), &mut || 1.0).is_ok(),
        "at exactly its end it is closed"
    );
    breaker.record_with(long, Classification::Failure, at(31), &mut half);
    assert_eq!(breaker.state(), State::Open { until: at(51) });
}

#[test]
fn a_relapse_on_the_ramp_does_not_forget_how_often_it_opened() {
    let ramp = (1.0, 10);
    let open = growing(Duration::from_secs(1), 2.0, Duration::from_secs(100), Jitter::None);
    let mut breaker = breaker(ramping(ramp, in_a_row(1).with(|s| s.open = open)));
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert!(call(&mut breaker, Classification::Success, at(1)));
    assert!(call(&mut breaker, Classification::Failure, at(5)));
    assert_eq!(breaker.state(), State::Open { until: at(7) });
    assert!(call(&mut breaker, Classification::Success, at(7)));
    assert!(call(&mut breaker, Classification::Failure, at(17)));
    assert_eq!(breaker.state(), State::Open { until: at(18) });
}

#[test]
fn by_hand_it_does_as_its_mode_says() {
    let story = |mode| {
        let mut breaker = breaker(in_a_row(1).with(|s| s.mode = mode));
        let admitted =
            (0..5).filter(|_| call(&mut breaker, Classification::Failure, at(1))).count();
        (admitted, breaker.counts(at(1)).failures, breaker.state().name())
    };
    assert_eq!(story(Mode::ForcedOpen), (0, 0, "forced-open"));
    assert_eq!(story(Mode::Disabled), (5, 0, "disabled"));
    assert_eq!(story(Mode::MetricsOnly), (5, 5, "metrics-only"));
    assert_eq!(story(Mode::Automatic), (1, 1, "open"));
}

#[test]
fn given_back_to_itself_it_is_closed_and_has_forgotten() {
    let late = LateResults::CountOrigin;
    let mut breaker = breaker(in_a_row(2).with(|s| {
        s.mode = Mode::MetricsOnly;
        s.late = late;
    }));
    let before = breaker.try_acquire(at(0)).expect("admits all");
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    breaker.set_mode(Mode::Automatic, at(1));
    assert_eq!(breaker.state(), State::Closed);
    breaker.record(before, Classification::Failure, at(1));
    assert_eq!(breaker.counts(at(1)).failures, 0);
    breaker.set_mode(Mode::ForcedOpen, at(2));
    let held = Rejected { reason: Reason::Held, until: None };
    assert_eq!(breaker.try_acquire(at(100)).unwrap_err(), held);
    assert_eq!(Driver::new(breaker, &[]).layer.state(), State::ForcedOpen);
}

/// While disabled, not even a late result is recorded.
#[test]
fn disabled_it_records_nothing_at_all() {
    for late in [
        LateResults::CountCurrent,
        LateResults::CountOrigin,
        LateResults::ActCurrent,
        LateResults::ActClosed,
    ] {
        let mut breaker = breaker(in_a_row(2).with(|s| s.late = late));
        let before = breaker.try_acquire(at(0)).expect("closed");
        breaker.set_mode(Mode::Disabled, at(0));
        breaker.record(before, Classification::Failure, at(1));
        assert_eq!(breaker.counts(at(1)).calls, 0, "{late:?}");
    }
}

/// The five answers to a result whose call was admitted before the state changed.
#[test]
fn late_results_in_all_five_ways() {
    let after_late = |late: LateResults, after: fn(&mut Breaker)| {
        let mut breaker = breaker(in_a_row(2).with(|s| s.late = late));
        let slow = breaker.try_acquire(at(0)).expect("closed");
        for _ in 0..2 {
            assert!(call(&mut breaker, Classification::Failure, at(0)));
        }
        after(&mut breaker);
        breaker.record(slow, Classification::Failure, at(20));
        (breaker.state().name(), breaker.counts(at(20)).failures)
    };
    let all = [
        LateResults::Drop,
        LateResults::CountCurrent,
        LateResults::ActCurrent,
        LateResults::ActClosed,
        LateResults::CountOrigin,
    ];
    let of = |after| all.map(|late| after_late(late, after));
    let (open, half_open, closed) = ("open", "half-open", "closed");
    assert_eq!(of(|_| {}), [(open, 2), (open, 3), (open, 3), (open, 2), (open, 3)]);
    assert_eq!(
        of(|breaker| drop(breaker.try_acquire(at(20)))),
        [(half_open, 2), (half_open, 3), (open, 2), (half_open, 2), (half_open, 3)]
    );
    assert_eq!(
        of(|breaker| assert!(call(breaker, Classification::Success, at(20)))),
        [(closed, 0), (closed, 1), (closed, 1), (closed, 1), (closed, 0)]
    );
}

/// Hystrix: a probe whose caller goes away opens the circuit again; a plain call counts nothing.
#[test]
fn a_cancelled_probe_may_count_as_a_failure() {
    let on_cancel = OnCancel::FailureOfProbe;
    let mut breaker = breaker(in_a_row(1).with(|s| s.on_cancel = on_cancel));
    let plain = breaker.try_acquire(at(0)).expect("closed");
    assert!(breaker.cancel(plain, at(0)).is_none(), "its result is dropped");
    assert_eq!(breaker.state(), State::Closed);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    let probe = breaker.try_acquire(at(20)).expect("a probe");
    assert!(breaker.cancel(probe, at(21)).is_none());
    assert_eq!(breaker.state(), State::Open { until: at(41) });
}

#[test]
fn every_state_is_noted_by_its_name() {
    let ramp = (1.0, 5);
    let mut driver = Driver::new(breaker(ramping(ramp, in_a_row(1))), &[]);
    for outcome in [DOWN, Outcome::Ok, Outcome::Ok] {
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.reply(0, outcome), Action::Reply(outcome));
        driver.pass(Duration::from_secs(20));
    }
    assert_eq!(driver.states(), ["open", "half-open", "recovering", "closed"]);
    let held = in_a_row(1).with(|s| s.mode = Mode::Disabled);
    assert_eq!(Driver::new(breaker(held), &[]).initial_state(), Some("disabled"));
}

/// A constant wait takes no draw, and neither does an exponential one without jitter.
#[test]
fn without_jitter_nothing_is_drawn() {
    let second = Duration::from_secs(1);
    for open in [OpenWait::from(second), growing(second, 2.0, second * 9, Jitter::None)] {
        let mut driver = Driver::new(breaker(in_a_row(1).with(|s| s.open = open)), &[]);
        for _ in 0..3 {
            assert_eq!(driver.call(0), Action::Send);
            assert_eq!(driver.reply(0, DOWN), Action::Reply(DOWN));
            driver.pass(second * 10);
        }
        assert_eq!(driver.rng.taken(), 0);
    }
}

/// Ticks by the nanosecond over hours: only those count at which something has left the window.
#[test]
fn ticks_between_which_nothing_changes_take_no_time() {
    let window = Window::Sliding { size: Duration::from_secs(1800) };
    let mut breaker = breaker(in_a_row(1).with(|s| {
        s.trip = Trip::rate(0.6, window).at_min_calls(1);
        s.evaluate = Evaluate::Ticks(Duration::from_nanos(1));
    }));
    // One failure of two until the success leaves, half an hour after it came.
    call(&mut breaker, Classification::Success, at(0));
    call(&mut breaker, Classification::Failure, at(600));
    assert_eq!(breaker.state(), State::Closed);
    let _probe = breaker.try_acquire_with(at(9000), &mut half);
    let first = breaker.changes().first().expect("it has opened");
    assert!(matches!(first.to, State::Open { .. }), "{first:?}");
    assert_eq!(first.at, at(1800) + Duration::from_nanos(1));
}
