//! A timeout answers once, by its deadline.

use patterns::testing::Driver;
use patterns::timeout::{Settings, Timeout};
use patterns::{Action, Class, Duration, Outcome, Time};

fn timeout(limit: Duration) -> Driver<Timeout> {
    Driver::new(Timeout::new(Settings::of(limit)).expect("valid"), &[])
}

#[test]
fn a_result_before_the_deadline_is_passed_on() {
    let mut driver = timeout(Duration::from_secs(3));
    driver.pass(Duration::from_secs(1));
    let deadline = Time::ZERO + Duration::from_secs(4);
    assert_eq!(driver.call(0), Action::SendAndWake(deadline));
    for outcome in [Outcome::Ok, Outcome::Degraded, Outcome::failed(Class::Network)] {
        assert_eq!(driver.reply(0, outcome), Action::Reply(outcome));
    }
    assert_eq!(driver.rng.taken(), 0);
}

#[test]
fn at_the_deadline_the_call_fails() {
    let mut driver = timeout(Duration::from_secs(3));
    let _sent = driver.call(0);
    driver.pass(Duration::from_secs(3));
    assert_eq!(driver.wake(0), Action::Reply(Outcome::failed(Class::Timeout)));
    driver.late(0, Outcome::Ok);
    assert!(driver.effects.states.is_empty() && driver.effects.woken.is_empty());
}

#[test]
fn at_exactly_the_deadline_the_first_event_decides() {
    let mut driver = timeout(Duration::from_secs(3));
    let _sent = driver.call(0);
    driver.pass(Duration::from_secs(3));
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
}

#[test]
fn for_ever_needs_no_wake() {
    assert_eq!(timeout(Duration::MAX).call(0), Action::Send);
    let mut late = timeout(Duration::from_secs(1));
    late.now = Time::MAX;
    assert_eq!(late.call(0), Action::Send);
}

#[test]
fn of_two_the_earlier_deadline_holds_whichever_is_outside() {
    let deadlines = |limits: [u64; 2]| {
        limits
            .map(|secs| timeout(Duration::from_secs(secs)).layer.deadline(Time::ZERO))
            .into_iter()
            .min()
    };
    assert_eq!(deadlines([2, 5]), deadlines([5, 2]));
    assert_eq!(deadlines([2, 5]), Some(Time::ZERO + Duration::from_secs(2)));
}
