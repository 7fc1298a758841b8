//! A fallback replaces what it handles, and nothing else.

use patterns::fallback::{Fallback, Instead, Settings};
use patterns::testing::Driver;
use patterns::{Class, Classes, Outcome, Step, Target};

fn fallback(on: Classes, to: Instead) -> Driver<Fallback> {
    Driver::new(Fallback::new(Settings { on, to }).expect("valid"), &[])
}

fn outcomes() -> impl Iterator<Item = Outcome> {
    [Outcome::Ok, Outcome::Degraded].into_iter().chain(Class::ALL.map(Outcome::failed))
}

#[test]
fn only_handled_failures_are_replaced() {
    let on = Classes::NONE.with(Class::Network).with(Class::BreakerOpen);
    let mut driver = fallback(on, Instead::Value);
    for outcome in outcomes() {
        assert_eq!(driver.call(0), Step::Send);
        let expected = match outcome.class() {
            Some(Class::Network | Class::BreakerOpen) => Outcome::Degraded,
            _ => outcome,
        };
        assert_eq!(driver.reply(0, outcome), Step::Reply(expected), "{outcome:?}");
    }
}

#[test]
fn another_target_is_asked_once_and_never_again() {
    let target = Target(3);
    let mut driver = fallback(Classes::ALL, Instead::Target(target));
    for second in outcomes() {
        assert_eq!(driver.call(7), Step::Send);
        assert_eq!(driver.reply(7, Outcome::failed(Class::Timeout)), Step::SendTo(target));
        let expected = if second.class().is_none() { Outcome::Degraded } else { second };
        assert_eq!(driver.reply(7, second), Step::Reply(expected), "{second:?}");
    }
}

#[test]
fn a_call_that_was_given_up_leaves_nothing_to_the_next_of_its_id() {
    let mut driver = fallback(Classes::ALL, Instead::Target(Target(0)));
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, Outcome::failed(Class::Network)), Step::SendTo(Target(0)));
    driver.cancel(0);
    driver.late(0, Outcome::Ok);
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, Outcome::Ok), Step::Reply(Outcome::Ok));
}

#[test]
fn calls_do_not_mix() {
    let mut driver = fallback(Classes::ALL, Instead::Target(Target(0)));
    let _sent = driver.call(0);
    let _sent = driver.call(1);
    let _sent = driver.reply(0, Outcome::failed(Class::Network));
    assert_eq!(driver.reply(1, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert_eq!(driver.reply(0, Outcome::Ok), Step::Reply(Outcome::Degraded));
}
