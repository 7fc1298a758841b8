//! A fallback replaces what it handles, and nothing else.

use patterns::fallback::{Fallback, Next, Settings, Targets, Then};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, Class, Classes, Duration, Outcome, Target};
use proptest::prelude::*;

fn fallback(on: Classes, to: impl Into<Targets>) -> Driver<Fallback> {
    driver(Settings::of(to).with(|settings| settings.on = on))
}

fn driver(settings: Settings) -> Driver<Fallback> {
    Driver::new(Fallback::new(settings).expect("valid"), &[])
}

/// These targets, and what comes when they have all failed.
fn chain(targets: impl Into<Targets>, then: Then) -> Settings {
    Settings::of(targets).with(|settings| settings.then = Auto::Is(then))
}

fn outcomes() -> impl Iterator<Item = Outcome> {
    [Outcome::Ok, Outcome::Degraded].into_iter().chain(Class::ALL.map(Outcome::failed))
}

#[test]
fn only_handled_failures_are_replaced() {
    let on = Classes::NONE.with(Class::Network).with(Class::BreakerOpen);
    let mut driver = fallback(on, Targets::VALUE);
    for outcome in outcomes() {
        assert_eq!(driver.call(0), Action::Send);
        let expected = match outcome.class() {
            Some(Class::Network | Class::BreakerOpen) => Outcome::Degraded,
            _ => outcome,
        };
        assert_eq!(driver.reply(0, outcome), Action::Reply(expected), "{outcome:?}");
    }
}

#[test]
fn another_target_is_asked_once_and_never_again() {
    let target = Target(3);
    let mut driver = fallback(Classes::ALL, target);
    for second in outcomes() {
        assert_eq!(driver.call(7), Action::Send);
        assert_eq!(driver.reply(7, Outcome::failed(Class::Timeout)), Action::SendTo(target));
        let expected = if second.class().is_none() { Outcome::Degraded } else { second };
        assert_eq!(driver.reply(7, second), Action::Reply(expected), "{second:?}");
    }
}

#[test]
fn a_call_that_was_given_up_leaves_nothing_to_the_next_of_its_id() {
    let mut driver = fallback(Classes::ALL, Target(0));
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, Outcome::failed(Class::Network)), Action::SendTo(Target(0)));
    driver.cancel(0);
    driver.late(0, Outcome::Ok);
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
}

#[test]
fn calls_do_not_mix() {
    let mut driver = fallback(Classes::ALL, Target(0));
    let _sent = driver.call(0);
    let _sent = driver.call(1);
    let _sent = driver.reply(0, Outcome::failed(Class::Network));
    assert_eq!(driver.reply(1, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Degraded));
}

#[test]
fn when_all_targets_failed_the_end_of_the_chain_decides() {
    let [one, two, three] = [Class::Network, Class::Timeout, Class::Overload].map(Outcome::failed);
    let targets = vec![Target(4), Target(2)];
    for (then, expected) in
        [(Then::Value, Outcome::Degraded), (Then::FirstFailure, one), (Then::LastFailure, three)]
    {
        let mut driver = driver(chain(targets.clone(), then));
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.reply(0, one), Action::SendTo(Target(4)));
        assert_eq!(driver.reply(0, two), Action::SendTo(Target(2)));
        assert_eq!(driver.reply(0, three), Action::Reply(expected), "{then:?}");
    }
}

#[test]
fn its_own_failure_is_told_apart() {
    let on = Classes::NONE.with(Class::Network);
    let settings = chain([Target(0), Target(1)], Then::FirstFailure);
    let fallback = Fallback::new(settings.with(|settings| settings.on = on)).expect("valid");
    let [handled, unhandled] = [Class::Network, Class::Validation].map(Outcome::failed);

    let mut tried = fallback.start();
    assert_eq!(fallback.after(&mut tried, unhandled), Next::PassOn(unhandled));
    assert_eq!(fallback.after(&mut tried, handled), Next::Send(Target(0)));
    assert_eq!(fallback.after(&mut tried, unhandled), Next::Failed(unhandled));

    let mut tried = fallback.start();
    assert_eq!(fallback.after(&mut tried, handled), Next::Send(Target(0)));
    assert_eq!(fallback.after(&mut tried, handled), Next::Send(Target(1)));
    assert_eq!(fallback.after(&mut tried, handled), Next::Failed(handled));
}

#[test]
fn a_chain_must_do_something() {
    let chain = |targets: &[Target], then| {
        let settings = chain(targets.to_vec(), then);
        Fallback::new(settings).map(drop).map_err(|invalid| invalid.to_string())
    };
    let error = Err("`then` must be `value` unless `to` names a service".to_owned());
    assert_eq!(chain(&[], Then::FirstFailure), error);
    assert_eq!(chain(&[], Then::LastFailure), error);
    assert_eq!(chain(&[], Then::Value), Ok(()));
    assert_eq!(chain(&[Target(0)], Then::FirstFailure), Ok(()));
    let no_class = Class::ALL.into_iter().fold(Classes::ALL, Classes::without);
    let unhandled = Settings::of(Targets::VALUE).with(|settings| settings.on = no_class);
    assert_eq!(Fallback::new(unhandled).expect_err("handles nothing").setting, "on");
}

/// What a chain answers to these outcomes of the callee and of one target after the other, and
/// whom it asks: written down without any state.
fn expected(on: Classes, targets: &[Target], then: Then, outcomes: &[Outcome]) -> (usize, Outcome) {
    // The first outcome that no further target may stand in for.
    let end = outcomes.iter().position(|outcome| !on.has(*outcome)).unwrap_or(targets.len());
    let asked = end.min(targets.len());
    let last = outcomes[asked];
    let answer = match last {
        _ if asked == 0 && !on.has(last) => last,
        _ if last.is_ok() => Outcome::Degraded,
        _ if !on.has(last) => last,
        _ => match then {
            Then::Value => Outcome::Degraded,
            Then::FirstFailure => outcomes[0],
            Then::LastFailure => last,
        },
    };
    (asked, answer)
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let failure = (0..Class::COUNT, 0..3_u64).prop_map(|(class, secs)| {
        Outcome::failed_until(Class::ALL[class], Duration::from_secs(secs))
    });
    prop_oneof![1 => Just(Outcome::Ok), 1 => Just(Outcome::Degraded), 6 => failure]
}

proptest! {
    #[test]
    fn a_chain_asks_each_target_once_in_order_and_answers_once(
        on in prop::collection::vec(0..Class::COUNT, 1..8),
        targets in prop::collection::vec(0..9_usize, 0..5),
        then in prop_oneof![Just(Then::Value), Just(Then::FirstFailure), Just(Then::LastFailure)],
        outcomes in prop::collection::vec(any_outcome(), 6),
    ) {
        let on: Classes = on.into_iter().map(|class| Class::ALL[class]).collect();
        let targets: Vec<Target> = targets.into_iter().map(Target).collect();
        let then = if targets.is_empty() { Then::Value } else { then };
        let (asked, answer) = expected(on, &targets, then, &outcomes);

        let mut driver = driver(chain(targets.clone(), then).with(|settings| settings.on = on));
        prop_assert_eq!(driver.call(0), Action::Send);
        for (place, outcome) in outcomes.into_iter().enumerate() {
            let step = driver.reply(0, outcome);
            if place == asked {
                prop_assert_eq!(step, Action::Reply(answer));
                break;
            }
            prop_assert_eq!(step, Action::SendTo(targets[place]));
        }
    }
}
