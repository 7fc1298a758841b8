//! Whom a balance leaves out, and how it lets them back.

use patterns::balance::*;
use patterns::outlier::{self, Back, CapReading, Consecutive};
use patterns::settings::Auto;
use patterns::{Action, Class, Classes, Duration, Outcome, Time};

use crate::balance::{
    ERROR, PICKERS, REFUSED, among, balance, driver, eject, one_error, picks, shares, to,
};
use crate::outlier::{TEN, at, no_rule};

fn ejecting(targets: u16, picker: Picker) -> Settings {
    among(targets, picker).with(|it| it.eject = Some(one_error()))
}

#[test]
fn with_exactly_the_share_in_there_is_no_panic() {
    let usable = |panic_percent, out: u16| {
        let settings = ejecting(4, Picker::RoundRobin).with(|it| it.panic_percent = panic_percent);
        let mut balance = balance(settings);
        for target in 0..out {
            eject(&mut balance, target, at(0));
        }
        let used = shares(&picks(&mut balance, 12, 0, at(1)), 4);
        (balance.state(), used.iter().filter(|share| **share > 0).count())
    };
    assert_eq!(usable(50, 0), (State::AllIn, 4));
    assert_eq!(usable(50, 1), (State::SomeOut, 3));
    assert_eq!(usable(50, 2), (State::SomeOut, 2), "half is not fewer than half");
    assert_eq!(usable(50, 3), (State::Panic, 4));
    assert_eq!(usable(51, 2), (State::Panic, 4));
    assert_eq!(usable(100, 1), (State::Panic, 4));
    assert_eq!(usable(0, 3), (State::SomeOut, 1));
}

#[test]
fn with_all_out_either_all_are_used_or_none() {
    for picker in PICKERS {
        let mut calm = driver(ejecting(3, picker).with(|it| it.panic_percent = 0));
        let mut panic = driver(ejecting(3, picker).with(|it| it.panic_percent = 1));
        for driver in [&mut calm, &mut panic] {
            for (secs, others) in [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])] {
                let now = at(secs);
                let sent = driver.layer.try_acquire_with(now, 0, &others, &mut || 0.5).expect("in");
                driver.layer.record_with(sent, ERROR, now, &mut || 0.5);
            }
            driver.now = at(12);
        }
        let wait = Outcome::failed_until(Class::Rejected, Duration::from_secs(18));
        assert_eq!(calm.call(0), Action::Reply(wait), "{picker:?}");
        assert!(matches!(panic.call(0), Action::SendTo(_)));
        assert_eq!(panic.states(), ["panic"]);
    }
}

#[test]
fn a_refusal_tells_the_first_time_at_which_a_target_is_neither_ejected_nor_shut() {
    let settings = ejecting(2, Picker::InOrder).with(|it| {
        it.panic_percent = 0;
        it.respect_retry_after = true;
    });
    let mut driver = driver(settings.clone());
    let hint = |secs| Outcome::failed_until(Class::BreakerOpen, Duration::from_secs(secs));
    assert_eq!([0, 1].map(|call| driver.call(call)), [to(0); 2]);
    let _failed = (driver.reply(0, ERROR), driver.reply(1, hint(45)));
    let _refused = (driver.call(0), driver.reply(0, hint(40)));
    let wait =
        |secs| Action::Reply(Outcome::failed_until(Class::Rejected, Duration::from_secs(secs)));
    assert_eq!(driver.call(0), wait(40), "ejected for 30 s, shut for 45 s; shut for 40 s");
    driver.now = at(40);
    assert_eq!(driver.call(0), to(1));
    let _refused = driver.reply(0, hint(40));
    assert_eq!(driver.call(0), wait(5));

    // In panic ejections are not heeded, but hints are.
    let settings = settings.clone().with(|it| it.panic_percent = 100);
    let mut driver = crate::balance::driver(settings.clone());
    assert_eq!([0, 1].map(|call| driver.call(call)), [to(0); 2]);
    let _failed = (driver.reply(0, ERROR), driver.reply(1, hint(4)));
    let _refused = (driver.call(0), driver.reply(0, hint(7)));
    assert_eq!(driver.layer.state(), State::Panic);
    assert_eq!(driver.call(0), wait(4));
}

#[test]
fn states_are_noted_when_they_change() {
    use patterns::Layer;
    let mut driver = driver(ejecting(4, Picker::InOrder));
    assert_eq!(driver.initial_state(), Some("all-in"));
    assert_eq!(crate::balance::driver(among(4, Picker::InOrder)).layer.initial_state(), None);
    for call in 0..3 {
        assert_eq!(driver.call(call), to(call as u16));
        let _failed = driver.reply(call, ERROR);
    }
    assert_eq!(driver.states(), ["some-out", "panic"], "one of them for two ejections");
    driver.now = at(30);
    assert_eq!(driver.call(0), to(0));
    assert_eq!(driver.states(), ["some-out", "panic", "all-in"]);
    let _ok = driver.reply(0, Outcome::Ok);
    assert_eq!(driver.effects.states.len(), 3);
}

#[test]
fn the_cap_keeps_targets_in_use() {
    let reading = |cap_reading| {
        let eject = one_error().with(|it| {
            it.max_ejection_percent = 50;
            it.cap_reading = cap_reading;
        });
        let settings = among(3, Picker::RoundRobin).with(|it| it.eject = Some(eject));
        let mut driver = driver(settings.clone());
        for call in 0..3 {
            let _sent = driver.call(call);
        }
        for call in 0..3 {
            let _failed = driver.reply(call, ERROR);
        }
        driver.layer.outliers().expect("set").ejected()
    };
    assert_eq!(reading(CapReading::After), 1);
    assert_eq!(reading(CapReading::Before), 2);
    assert_eq!(reading(CapReading::BeforeOrAt), 2);
}

#[test]
fn a_probe_goes_alone_and_is_given_back() {
    let eject = one_error().with(|it| it.back = Back::ByProbe);
    let settings = among(2, Picker::InOrder).with(|it| {
        it.eject = Some(eject);
        it.panic_percent = 0;
    });
    let mut driver = driver(settings.clone());
    assert_eq!([5, 6, 0].map(|call| driver.call(call)), [to(0); 3]);
    let _failed = driver.reply(0, ERROR);
    driver.now = at(30);
    assert_eq!([0, 1].map(|call| driver.call(call)), [to(0), to(1)]);
    driver.cancel(0);
    assert_eq!(driver.call(2), to(0), "the probe was given up");
    assert_eq!(driver.reply(2, REFUSED), Action::Reply(REFUSED));
    assert_eq!(driver.call(2), to(0), "the probe never arrived");
    driver.cancel(5);
    driver.late(5, REFUSED);
    let _refused = driver.reply(6, REFUSED);
    assert_eq!(driver.call(3), to(1), "the end of earlier calls frees no probe");
    let _answered = driver.reply(2, Outcome::Ok);
    assert_eq!([0, 1].map(|call| driver.call(call)), [to(0); 2]);
}

#[test]
fn late_results_and_cancelled_calls_count_as_set() {
    // Not even rules that count them learn of refusals.
    let errors = outlier::ERRORS.with(Class::BreakerOpen);
    let eject = one_error().with(|it| {
        it.errors = errors;
        it.ignore = Classes::NONE;
    });
    let settings = among(2, Picker::InOrder).with(|it| it.eject = Some(eject));
    let ejected = |late, cancelled, outcome: Option<Outcome>| {
        let mut driver = driver(settings.clone().with(|it| {
            it.late = late;
            it.cancelled = cancelled;
        }));
        assert_eq!(driver.call(0), to(0));
        driver.cancel(0);
        assert_eq!(driver.layer.in_flight(0), 0);
        if let Some(outcome) = outcome {
            driver.late(0, outcome);
            driver.late(0, outcome);
        }
        assert_eq!(driver.layer.in_flight(0), 0);
        driver.layer.outliers().expect("set").ejected() == 1
    };
    let (ignore, timeout) = (OnCancel::Ignore, OnCancel::Timeout);
    assert!(!ejected(LateResults::Count, ignore, None));
    assert!(!ejected(LateResults::Count, ignore, Some(Outcome::Ok)));
    assert!(!ejected(LateResults::Count, ignore, Some(REFUSED)));
    assert!(ejected(LateResults::Count, ignore, Some(ERROR)));
    assert!(!ejected(LateResults::Drop, ignore, Some(ERROR)));
    assert!(ejected(LateResults::Drop, timeout, None));
    assert!(ejected(LateResults::Count, timeout, Some(Outcome::Ok)));

    // A call that was given up counts once.
    let two = one_error().with(|it| it.consecutive = Auto::Is(Some(Consecutive::of(2))));
    let settings = ejecting(2, Picker::InOrder).with(|it| it.eject = Some(two));
    for (late, cancelled) in [(LateResults::Count, ignore), (LateResults::Count, timeout)] {
        let mut driver = driver(settings.clone().with(|it| {
            it.late = late;
            it.cancelled = cancelled;
        }));
        let _sent = driver.call(0);
        driver.cancel(0);
        driver.late(0, ERROR);
        driver.late(0, ERROR);
        assert_eq!(driver.layer.outliers().expect("set").ejected(), 0);
    }
}

fn slowly(pick: Picker, aggression: f64) -> Settings {
    let slow_start = Some(SlowStart::of(TEN).with(|it| it.aggression = aggression));
    ejecting(2, pick).with(|it| {
        it.slow_start = slow_start;
        it.panic_percent = 0;
    })
}

/// Of so many calls at so long after target 1 came back at 30 s, how many go there.
fn share_after(settings: Settings, calls: u32, age: Duration) -> usize {
    let mut balance = balance(settings);
    eject(&mut balance, 1, at(0));
    assert_eq!(picks(&mut balance, 4, 0, at(29)), [0; 4]);
    shares(&picks(&mut balance, calls, 0, at(30) + age), 2)[1]
}

#[test]
fn a_target_that_comes_back_gets_a_growing_share() {
    let seconds = [0, 1, 2, 5, 9, 10, 99].map(Duration::from_secs);
    // With the weight w, a share of w / (1 + w): 1/11, 1/11, 2/12, 5/15, 9/19, 1/2.
    for picker in [Picker::RoundRobin, Picker::LeastInFlight] {
        let settings = slowly(picker, 1.0);
        let shares = seconds.map(|age| share_after(settings.clone(), 11 * 12 * 15 * 19, age));
        assert_eq!(shares, [3_420, 3_420, 6_270, 12_540, 17_820, 18_810, 18_810], "{picker:?}");
    }
    for picker in [Picker::Random, Picker::TwoChoices] {
        let settings = slowly(picker, 1.0);
        let shares = seconds.map(|age| share_after(settings.clone(), 37_620, age));
        let expected = [3_420, 3_420, 6_270, 12_540, 17_820, 18_810, 18_810];
        for (share, expected) in shares.into_iter().zip(expected) {
            assert!(share.abs_diff(expected) < 400, "{picker:?} {share} {expected}");
        }
    }
}

#[test]
fn aggression_bends_the_growth() {
    // After a quarter of the window: (1/4)^(1/2) = 1/2, and (1/4)^2 = 1/16, below the least 1/10.
    let quarter = Duration::from_millis(2_500);
    assert_eq!(share_after(slowly(Picker::RoundRobin, 2.0), 3_000, quarter), 1_000);
    assert_eq!(share_after(slowly(Picker::RoundRobin, 0.5), 1_100, quarter), 100);
}

#[test]
fn slow_start_weighs_calls_under_way() {
    let mut balance = balance(slowly(Picker::LeastInFlight, 1.0));
    eject(&mut balance, 1, at(0));
    let now = at(35);
    // With half the weight, one call there is as much as two here.
    for _ in 0..30 {
        let _sent = balance.try_acquire_with(now, 0, &[], &mut || 0.5).expect("both are in");
    }
    assert_eq!([0, 1].map(|target| balance.in_flight(target)), [20, 10]);
}

#[test]
fn alone_or_among_equals_a_target_in_slow_start_gets_all() {
    for picker in [Picker::RoundRobin, Picker::Random, Picker::LeastInFlight, Picker::TwoChoices] {
        let mut balance = balance(slowly(picker, 1.0));
        eject(&mut balance, 0, at(0));
        eject(&mut balance, 1, at(0));
        let shares = shares(&picks(&mut balance, 1_000, 0, at(30)), 2);
        assert!(shares[0].abs_diff(500) < 20, "{picker:?} {shares:?}");
        eject(&mut balance, 0, at(31));
        assert_eq!(picks(&mut balance, 9, 0, at(31)), [1; 9]);
    }
}

#[test]
fn a_clock_that_steps_back_lets_nobody_in() {
    let settings = slowly(Picker::RoundRobin, 1.0).with(|it| it.respect_retry_after = true);
    let mut driver = driver(settings.clone());
    driver.now = at(100);
    let _failed = (driver.call(0), driver.reply(0, ERROR));
    let hint = Outcome::failed_until(Class::BreakerOpen, Duration::from_secs(50));
    let _refused = (driver.call(0), driver.reply(0, hint));
    for secs in [100, 50, 0, 129] {
        driver.now = at(secs);
        let wait = Outcome::failed_until(Class::Rejected, at(130).since(at(secs)));
        assert_eq!(driver.call(0), Action::Reply(wait));
    }
    driver.now = at(130);
    assert_eq!(driver.call(0), to(0));
    // Before it came back it is as young as when it came back.
    driver.now = at(60);
    assert_eq!(driver.call(1), to(0));
    driver.now = Time::MAX;
    assert_eq!(picks(&mut driver.layer, 2, 0, Time::MAX).len(), 2);
}

fn wrong(settings: Settings) -> String {
    Balance::new(settings).map_or_else(|wrong| wrong.to_string(), |_| "nothing".into())
}

#[test]
fn settings_out_of_range_are_named() {
    let slow = |window, aggression, min_weight_percent| {
        let slow_start = Some(SlowStart::of(window).with(|it| {
            it.aggression = aggression;
            it.min_weight_percent = min_weight_percent;
        }));
        let eject = Some(no_rule());
        among(2, Picker::Random).with(|it| {
            it.slow_start = slow_start;
            it.eject = eject;
        })
    };
    let second = Duration::from_secs(1);
    let row = Some(Consecutive::of(0));
    let bad = no_rule().with(|it| it.consecutive = Auto::Is(row));
    let reported = [
        wrong(among(u16::MAX, Picker::Random)),
        wrong(among(0, Picker::Random)),
        wrong(among(1, Picker::Random).with(|it| it.panic_percent = 101)),
        wrong(among(1, Picker::Random).with(|it| it.reselect = Auto::Is(16))),
        wrong(among(1, Picker::Random).with(|it| it.eject = Some(bad))),
        wrong(slow(second, 1.0, 10)),
        wrong(slow(Duration::ZERO, 1.0, 10)),
        wrong(slow(second, 0.0, 10)),
        wrong(slow(second, f64::NAN, 10)),
        wrong(slow(second, 1.0, 0)),
        wrong(slow(second, 1.0, 101)),
        wrong(slow(second, 1.0, 10).with(|it| it.eject = None)),
        wrong(slow(second, 1.0, 10).with(|it| it.pick = Picker::ByCaller)),
        wrong(slow(second, 1.0, 10).with(|it| it.pick = Picker::InOrder)),
    ];
    expect_test::expect![[r#"
        nothing
        `over` must be a list of at least 1
        `panic-percent` must be at most 100, not 101
        `reselect` must be at most 15, not 16
        `eject.consecutive.failures` must be at least 1, not 0
        nothing
        `slow-start.window` must be longer than 0s, not 0s
        `slow-start.aggression` must be more than 0, not 0.0
        `slow-start.aggression` must be more than 0, not NaN
        `slow-start.min-weight-percent` must be from 1 to 100, not 0
        `slow-start.min-weight-percent` must be from 1 to 100, not 101
        `slow-start` must be left out unless targets are ejected and the picker gives shares
        `slow-start` must be left out unless targets are ejected and the picker gives shares
        `slow-start` must be left out unless targets are ejected and the picker gives shares
    "#]]
    .assert_eq(&reported.map(|reported| reported + "\n").concat());
}
