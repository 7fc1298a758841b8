//! A breaker in the path of calls: what callers and observers see of it.

use patterns::breaker::{Boundary, Breaker, LateResults, OnCancel, Settings, State, Then};
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome};

use crate::breaker::{at, breaker, in_a_row};

const DOWN: Outcome = Outcome::failed(Class::Network);

fn driver(settings: Settings) -> Driver<Breaker> {
    Driver::new(breaker(settings), &[])
}

fn call(driver: &mut Driver<Breaker>, outcome: Outcome) {
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.reply(0, outcome), Action::Reply(outcome));
}

#[test]
fn every_change_of_state_is_noted_once() {
    let mut driver = driver(in_a_row(2));
    call(&mut driver, DOWN);
    call(&mut driver, DOWN);
    driver.pass(Duration::from_secs(20));
    call(&mut driver, DOWN);
    driver.pass(Duration::from_secs(20));
    call(&mut driver, Outcome::Ok);
    assert_eq!(driver.states(), ["open", "half-open", "open", "half-open", "closed"]);
    assert_eq!(driver.rng.taken(), 0);
}

#[test]
fn changes_that_time_brought_are_noted_before_what_follows() {
    for (then, notes) in [(Then::Open, vec!["open", "half-open"]), (Then::Close, vec!["closed"])] {
        let mut settings = in_a_row(1);
        settings.half_open.then = then;
        let mut driver = driver(settings);
        call(&mut driver, DOWN);
        driver.pass(Duration::from_secs(20));
        assert_eq!(driver.call(1), Action::Send, "a probe that is lost");
        driver.effects.states.clear();
        driver.pass(Duration::from_secs(80));
        assert_eq!(driver.call(2), Action::Send);
        assert_eq!(driver.states(), notes);
    }
}

#[test]
fn a_refusal_says_exactly_when_to_come_again() {
    for boundary in [Boundary::Admits, Boundary::Refuses] {
        let mut driver = driver(in_a_row(1).with(|s| s.boundary = boundary));
        call(&mut driver, DOWN);
        driver.pass(Duration::from_secs(5));
        let Action::Reply(refused) = driver.call(0) else { panic!("open") };
        assert_eq!(refused.class(), Some(Class::BreakerOpen));
        let wait = refused.retry_after().expect("a hint");
        driver.pass(wait - Duration::from_nanos(1));
        assert!(matches!(driver.call(0), Action::Reply(_)));
        driver.pass(Duration::from_nanos(1));
        assert_eq!(driver.call(0), Action::Send);
        let Action::Reply(refused) = driver.call(1) else { panic!("half-open") };
        assert_eq!(refused, Outcome::failed(Class::BreakerOpen), "it is not known when");
    }
}

#[test]
fn classes_count_as_they_are_set() {
    for class in Class::ALL {
        let mut driver = driver(in_a_row(2));
        call(&mut driver, DOWN);
        call(&mut driver, Outcome::failed(class));
        let after_first = driver.layer.state();
        call_if_admitted(&mut driver, DOWN);
        let opened = [after_first, driver.layer.state()].map(|state| state != State::Closed);
        let expected = match class {
            Class::Network | Class::Timeout | Class::Overload => [true, true],
            // Ignored: the row of failures goes on behind it.
            Class::RateLimit | Class::BreakerOpen | Class::BulkheadFull | Class::Rejected => {
                [false, true]
            }
            // A success: the row is broken.
            Class::Validation => [false, false],
        };
        assert_eq!(opened, expected, "{class}");
    }
}

fn call_if_admitted(driver: &mut Driver<Breaker>, outcome: Outcome) {
    if driver.call(0) == Action::Send {
        let _passed_on = driver.reply(0, outcome);
    }
}

#[test]
fn ignored_wins_and_a_degraded_answer_is_a_success() {
    let mut settings = in_a_row(1);
    settings.count = settings.count.with(Class::RateLimit);
    let mut driver = driver(settings);
    call(&mut driver, Outcome::failed(Class::RateLimit));
    assert_eq!(driver.layer.state(), State::Closed);
    call(&mut driver, DOWN);
    driver.pass(Duration::from_secs(20));
    call(&mut driver, Outcome::Degraded);
    assert_eq!(driver.layer.state(), State::Closed);
}

#[test]
fn a_call_that_is_given_up_counts_as_it_is_set() {
    for (on_cancel, opens) in [(OnCancel::Ignore, false), (OnCancel::Failure, true)] {
        let mut driver = driver(in_a_row(1).with(|s| {
            s.on_cancel = on_cancel;
            s.late = LateResults::ActCurrent;
        }));
        assert_eq!(driver.call(0), Action::Send);
        driver.cancel(0);
        assert_eq!(driver.layer.state() != State::Closed, opens);
        let notes = driver.effects.states.len();
        driver.late(0, Outcome::Ok);
        assert_eq!(driver.effects.states.len(), notes, "counted already, or a success");
    }
}

#[test]
fn a_late_failure_does_as_it_is_set() {
    for (late, failures, opens) in [
        (LateResults::Drop, 0, false),
        (LateResults::CountCurrent, 1, false),
        (LateResults::CountOrigin, 1, false),
        (LateResults::ActCurrent, 1, true),
    ] {
        let mut driver = driver(in_a_row(1).with(|s| s.late = late));
        assert_eq!(driver.call(0), Action::Send);
        driver.cancel(0);
        driver.late(0, DOWN);
        assert_eq!(driver.layer.counts(at(0)).failures, failures, "{late:?}");
        assert_eq!(driver.layer.state() != State::Closed, opens, "{late:?}");
        driver.late(0, DOWN);
        assert_eq!(driver.layer.counts(at(0)).failures, failures, "only once");
    }
}

#[test]
fn a_result_from_before_the_record_was_begun_has_no_origin() {
    for (late, failures) in [(LateResults::CountCurrent, 1), (LateResults::CountOrigin, 0)] {
        let mut driver = driver(in_a_row(1).with(|s| s.late = late));
        assert_eq!(driver.call(1), Action::Send);
        call(&mut driver, DOWN);
        driver.pass(Duration::from_secs(20));
        call(&mut driver, Outcome::Ok);
        assert_eq!(driver.layer.state(), State::Closed);
        assert_eq!(driver.reply(1, DOWN), Action::Reply(DOWN));
        assert_eq!(driver.layer.counts(at(20)).failures, failures, "{late:?}");
        assert_eq!(driver.layer.state(), State::Closed);
    }
}

#[test]
fn a_cancelled_probe_lets_the_next_one_pass() {
    let mut driver = driver(in_a_row(1));
    call(&mut driver, DOWN);
    driver.pass(Duration::from_secs(20));
    assert_eq!(driver.call(0), Action::Send);
    assert!(matches!(driver.call(1), Action::Reply(_)));
    driver.cancel(0);
    assert_eq!(driver.call(1), Action::Send);
    // What the first one still brings gives no second permit.
    driver.late(0, Outcome::Ok);
    assert!(matches!(driver.call(2), Action::Reply(_)));
}
