//! A breaker taken in hand, and what can be read of it.

use patterns::breaker::{
    Breaker, Cause, ImpossibleChange, Measure, Mode, Permits, Settings, State, Trip, Tripped,
    Window,
};
use patterns::testing::Driver;
use patterns::{Class, Classification, Duration, Outcome, Permit, Time};

use crate::breaker::{at, breaker, call, half, in_a_row};
use crate::breaker_script::Story;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn it_opens_by_hand_for_as_long_as_is_said() {
    let mut breaker = breaker(in_a_row(1));
    breaker.open_for(SECOND * 5, at(10)).expect("closed");
    assert_eq!(breaker.state(), State::Open { until: at(15) });
    breaker.open_for(SECOND * 50, at(11)).expect("open for longer");
    assert_eq!(breaker.state(), State::Open { until: at(61) });
    assert_eq!(breaker.openings(), 2);
    breaker.half_open(at(12)).expect("open");
    assert!(call(&mut breaker, Classification::Failure, at(12)));
    assert_eq!(breaker.state(), State::Open { until: at(32) }, "its own wait");
    breaker.close(at(13)).expect("open");
    assert_eq!((breaker.state(), breaker.openings()), (State::Closed, 0));
    let causes = [Cause::ByHand];
    assert_eq!(breaker.changes().iter().map(|change| change.cause).collect::<Vec<_>>(), causes);
}

#[test]
fn an_impossible_change_is_refused() {
    let mut breaker = breaker(in_a_row(1));
    let error = breaker.half_open(at(0)).unwrap_err();
    assert_eq!(error, ImpossibleChange { from: State::Closed, to: "half-open" });
    assert_eq!(error.to_string(), "a breaker that is closed cannot become half-open");
    breaker.set_mode(Mode::ForcedOpen, at(0));
    for result in [breaker.half_open(at(1)), breaker.open_for(SECOND, at(1)), breaker.close(at(1))]
    {
        assert_eq!(result.unwrap_err().from, State::ForcedOpen);
    }
    let said = breaker.close(at(1)).unwrap_err().to_string();
    assert_eq!(said, "a breaker that is forced-open cannot become closed before its mode is set");
    assert_eq!(breaker.state(), State::ForcedOpen);
}

/// What time has brought by then comes first.
#[test]
fn by_hand_it_is_changed_from_the_state_that_it_has_by_then() {
    let mut breaker = breaker(in_a_row(1).with(|s| s.ramp = SECOND * 5));
    breaker.open_for(SECOND, at(0)).expect("closed");
    let lost = breaker.try_acquire_with(at(1), &mut half).expect("a probe");
    // Half-open until 61, then open until 81.
    breaker.half_open_with(at(70), &mut half).expect("open again");
    let causes: Vec<Cause> = breaker.changes().iter().map(|change| change.cause).collect();
    assert_eq!(causes, [Cause::HalfOpenTimedOut, Cause::ByHand]);
    assert_eq!(breaker.changes()[0].at, at(61));
    breaker.record_with(lost, Classification::Success, at(71), &mut half);
    assert_eq!(breaker.state().name(), "half-open", "the place is one of another state");
}

#[test]
fn a_ramp_that_is_over_is_over_by_hand_too() {
    let mut breaker = breaker(in_a_row(1).with(|s| s.ramp = SECOND * 5));
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert!(call(&mut breaker, Classification::Success, at(20)));
    assert_eq!(breaker.state().name(), "recovering");
    let refused = breaker.half_open_with(at(25), &mut half).unwrap_err();
    assert_eq!(refused.from, State::Closed);
    let causes: Vec<Cause> = breaker.changes().iter().map(|change| change.cause).collect();
    assert_eq!(causes, [Cause::RampOver]);
}

#[test]
fn it_says_which_condition_opened_it() {
    let opened_by = |breaker: &Breaker| match breaker.last_change().map(|change| change.cause) {
        Some(Cause::Tripped(tripped)) => tripped,
        other => panic!("{other:?}"),
    };
    let both = "rate = 50%, slow-rate = 50%, slow = 2s, window = 4, min-calls = 2, open = 9s";
    let failing = Story::of(both).then("0: ox").is("open→9").breaker;
    assert_eq!(opened_by(&failing), Tripped { condition: 0, measure: Measure::Rate });
    let slow =
        Story::of(&format!("{both}, evaluate = every-result")).then("0: A+B+ 3: AoBo").breaker;
    assert_eq!(opened_by(&slow), Tripped { condition: 0, measure: Measure::SlowRate });
    let any = "any = [{ failures = 9 } { failures = 3, window = 5 } { rate = 10%, memory = 1min }], \
               open = 9s";
    let count = Story::of(any).then("0: xoxox").is("open→9").breaker;
    assert_eq!(opened_by(&count), Tripped { condition: 1, measure: Measure::Failures });
    assert_eq!(count.counts_of(1, at(0)).map(|counts| counts.failures), Some(3));
    assert_eq!(count.counts_of(0, at(0)).map(|counts| counts.failures), Some(1));
    assert_eq!(count.counts_of(3, at(0)), None);
}

#[test]
fn metrics_only_says_whether_it_would_open() {
    let mut breaker = breaker(in_a_row(2).with(|s| s.mode = Mode::MetricsOnly));
    let mut would = Vec::new();
    for how in [Classification::Failure, Classification::Failure, Classification::Success] {
        assert!(call(&mut breaker, how, at(0)));
        would.push(breaker.would_open(at(0)).map(|tripped| tripped.measure));
    }
    assert_eq!(would, [None, Some(Measure::Failures), None]);
    assert_eq!(breaker.state(), State::MetricsOnly);
}

#[test]
fn openings_without_a_close_between_are_counted() {
    let mut breaker = breaker(in_a_row(1));
    let mut now = at(0);
    for openings in 1..5 {
        assert!(call(&mut breaker, Classification::Failure, now));
        assert_eq!(breaker.openings(), openings);
        let State::Open { until } = breaker.state() else { panic!("open") };
        now = until;
    }
    assert!(call(&mut breaker, Classification::Success, now));
    assert_eq!(breaker.openings(), 0);
}

/// Figures of half-open, with the slow ones, and after it opened again.
#[test]
fn figures_of_probes_outlive_half_open() {
    let keys = "failures = 3, open = 9s, slow = 1s, permits = 5, probes = 3, probe-rate = 50%";
    let half_open = Story::of(keys).then("0: xxx 9: A+B+C+ 11: AoBx").is("half-open");
    let figures = half_open.breaker.figures();
    assert_eq!((figures.admitted, figures.successes, figures.failures, figures.slow), (3, 1, 1, 2));
    let open = half_open.then("Cx").is("open→20").breaker;
    let figures = open.figures();
    assert_eq!((figures.admitted, figures.successes, figures.failures, figures.slow), (3, 1, 2, 3));
    assert_eq!(figures.failures_in_a_row, 2);
    assert_eq!(figures.counts().failure_rate(), Some(2.0 / 3.0));
}

#[test]
fn the_rate_of_no_calls_is_unknown() {
    let trip = Trip::rate(0.5, Window::Calls(10));
    let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip));
    let counts = breaker.counts(at(0));
    assert_eq!((counts.failure_rate(), counts.slow_rate()), (None, None));
    assert!(call(&mut breaker, Classification::Success, at(0)));
    let counts = breaker.counts(at(0));
    assert_eq!((counts.failure_rate(), counts.slow_rate()), (Some(0.0), Some(0.0)));
}

/// Reading figures at a later time forgets nothing that is still to be decided.
#[test]
fn looking_changes_nothing() {
    let window = Window::Sliding { size: SECOND * 10 };
    let settings = in_a_row(1).with(|s| s.trip = Trip::Count { failures: 2, window });
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert_eq!(breaker.counts(at(100)).failures, 0);
    assert!(call(&mut breaker, Classification::Failure, at(5)));
    assert_eq!(breaker.state().name(), "open");
}

#[test]
fn all_changes_of_one_call_can_be_read() {
    let mut breaker = breaker(in_a_row(1).with(|s| s.ramp = SECOND * 5));
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    let change = breaker.last_change().expect("it opened");
    assert_eq!((change.from, change.to), (State::Closed, State::Open { until: at(20) }));
    let _lost = breaker.try_acquire_with(at(20), &mut half).expect("a probe");
    // Half-open is over at 80, the wait after it at 100.
    let _probe = breaker.try_acquire_with(at(150), &mut half).expect("the next probe");
    let seen: Vec<(&str, Time, Cause)> =
        breaker.changes().iter().map(|c| (c.to.name(), c.at, c.cause)).collect();
    assert_eq!(
        seen,
        [("open", at(80), Cause::HalfOpenTimedOut), ("half-open", at(150), Cause::WaitOver)]
    );
    assert!(breaker.try_acquire_with(at(151), &mut half).is_err());
    assert_eq!(breaker.changes(), [], "of the last call alone");
    assert_eq!(breaker.last_change().map(|change| change.to.name()), Some("half-open"));
}

#[test]
fn a_layer_leaves_its_changes_to_be_read() {
    let mut driver = Driver::new(breaker(in_a_row(1)), &[]);
    let _sent = driver.call(0);
    let _passed = driver.reply(0, Outcome::failed(Class::Network));
    assert_eq!(driver.layer.changes().len(), 1);
    assert_eq!(driver.layer.figures().failures, 1);
}

#[test]
#[should_panic(expected = "this permit was given by another machine")]
fn a_permit_of_another_breaker_is_not_taken() {
    let (mut one, mut other) = (breaker(in_a_row(1)), breaker(in_a_row(1)));
    let permit = one.try_acquire(at(0)).expect("closed");
    other.record(permit, Classification::Failure, at(0));
}

/// Without a source of draws it says so at once, not when the first draw is due.
#[test]
fn settings_with_chance_need_draws() {
    let jitter = |settings: &mut Settings| {
        settings.open.0.jitter = patterns::backoff::Jitter::Full;
    };
    let share = |settings: &mut Settings| settings.half_open.permits = Permits::Share(0.5);
    let ramp = |settings: &mut Settings| settings.ramp = SECOND;
    assert!(!breaker(in_a_row(1)).uses_chance());
    for change in [jitter, share, ramp] as [fn(&mut Settings); 3] {
        let mut breaker = breaker(in_a_row(1).with(change));
        assert!(breaker.uses_chance());
        assert!(breaker.try_acquire_with(at(0), &mut half).is_ok());
        let asked: Result<Result<Permit<_>, _>, _> =
            std::panic::catch_unwind(move || breaker.try_acquire(at(0)));
        let message = asked.expect_err("a panic");
        let message = message.downcast_ref::<String>().expect("a text");
        assert!(message.contains("give it a source of draws"), "{message}");
    }
}
