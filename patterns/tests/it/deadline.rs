//! What nobody waits for is not sent.

use patterns::deadline::{Deadline, Reject, Settings};
use patterns::testing::Driver;
use patterns::timeout::{self, Timeout};
use patterns::{Action, Class, Duration, Outcome, Time};
use proptest::prelude::*;

const LATE: Action = Action::Reply(Outcome::failed(Class::Timeout));
const SECOND: Duration = Duration::from_secs(1);

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

fn driver(min_remaining: Duration, reject: Reject, gives_up: bool) -> Driver<Deadline> {
    let deadline = Deadline::new(Settings::of().with(|s| {
        (s.min_remaining, s.reject, s.gives_up) = (min_remaining, reject, gives_up);
    }));
    Driver::new(deadline.expect("valid"), &[])
}

#[test]
fn with_exactly_the_least_left_a_call_is_sent() {
    let mut driver = driver(SECOND, Reject::All, false);
    assert_eq!(driver.call(0), Action::Send, "without a deadline it passes");
    driver.info.deadline = at(10);
    driver.now = at(9);
    assert_eq!(driver.call(0), Action::Send);
    driver.pass(Duration::from_nanos(1));
    assert_eq!(driver.call(0), LATE);
    driver.now = at(11);
    assert_eq!(driver.call(0), LATE);
}

#[test]
fn with_no_time_left_nothing_is_sent() {
    let mut driver = driver(Duration::ZERO, Reject::All, false);
    driver.info.deadline = at(10);
    driver.now = Time::from_nanos(9_999_999_999);
    assert_eq!(driver.call(0), Action::Send);
    driver.now = at(10);
    assert_eq!(driver.call(0), LATE);
}

#[test]
fn at_the_deadline_it_gives_up_if_told_to() {
    let mut patient = driver(Duration::ZERO, Reject::All, false);
    let mut driver = driver(Duration::ZERO, Reject::All, true);
    for driver in [&mut patient, &mut driver] {
        driver.info.deadline = at(10);
    }
    assert_eq!(patient.call(0), Action::Send);
    assert_eq!(driver.call(0), Action::SendAndWake(at(10)));
    assert_eq!(driver.call(1), Action::SendAndWake(at(10)));
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    driver.now = at(10);
    assert_eq!(driver.wake(1), LATE);
}

/// Not rejected, a call that is late already has no deadline to wait for.
#[test]
fn a_late_call_that_passes_is_not_given_up_at_once() {
    let mut driver = driver(Duration::ZERO, Reject::None, true);
    driver.info.deadline = at(10);
    for second in [10, 11] {
        driver.now = at(second);
        assert_eq!(driver.call(0), Action::Send);
    }
}

proptest! {
    /// Finagle's filter: of the calls of a window, no more than a share are rejected, and as many
    /// as may be.
    #[test]
    fn no_more_than_a_share_is_rejected(
        percent in 0..=100_u64,
        story in prop::collection::vec((0..4_000_u64, any::<bool>()), 1..200),
    ) {
        let share = percent as f64 / 100.0;
        let reject = Reject::Share { share, within: SECOND * 10 };
        let mut driver = driver(Duration::ZERO, reject, false);
        let mut counted: Vec<(u64, bool)> = Vec::new();
        for (millis, late) in story {
            driver.pass(Duration::from_millis(millis));
            driver.info.deadline = if late { Time::ZERO } else { Time::MAX };
            let window = driver.now.as_nanos() / 10_000_000_000;
            let before = counted.iter().filter(|(other, _)| *other == window);
            let rejected = before.clone().filter(|(_, rejected)| *rejected).count() as u64;
            let calls = before.count() as u64 + 1;
            let expected = late && (rejected + 1) * 100 <= percent * calls;
            let step = driver.call(0);
            prop_assert_eq!(step == LATE, expected, "{} of {}", rejected, calls);
            counted.push((window, expected));
        }
    }

    /// Of two timeouts the earlier deadline is told below, and it never grows.
    #[test]
    fn a_propagated_deadline_is_the_least_of_all(
        given in prop::option::of(0..100_u64),
        limit in 1..100_u64,
        propagates in any::<bool>(),
    ) {
        struct Below(Timeout, Time);
        impl patterns::Layer for Below {
            fn on_call(&mut self, call: patterns::CallId, cx: &mut patterns::Context<'_>) -> Action {
                let step = self.0.on_call(call, cx);
                self.1 = cx.info().deadline;
                step
            }
            fn on_reply(
                &mut self,
                _: patterns::CallId,
                outcome: Outcome,
                _: &mut patterns::Context<'_>,
            ) -> Action {
                Action::Reply(outcome)
            }
        }
        let limit = Duration::from_secs(limit);
        let timeout = Timeout::new(timeout::Settings::of(limit).with(|s| s.propagates = propagates)).expect("valid");
        let mut driver = Driver::new(Below(timeout, Time::ZERO), &[]);
        let given = given.map_or(Time::MAX, at);
        driver.info.deadline = given;
        prop_assert_eq!(driver.call(0), Action::SendAndWake(Time::ZERO + limit));
        let reported = if propagates { given.min(Time::ZERO + limit) } else { given };
        prop_assert_eq!(driver.layer.1, reported);
    }
}

#[test]
fn a_window_that_was_left_is_not_entered_again() {
    let mut driver = driver(Duration::ZERO, Reject::Share { share: 0.5, within: SECOND }, false);
    driver.info.deadline = Time::ZERO;
    driver.now = at(5);
    assert_eq!([(); 4].map(|()| driver.call(0) == LATE), [false, true, false, true]);
    driver.now = at(3);
    assert_eq!(driver.call(0), Action::Send, "the clock was set back: one more call of the same");
    assert_eq!(driver.call(0), LATE);
    driver.now = Time::MAX;
    assert_eq!(driver.call(0), Action::Send);
}

#[test]
fn settings_that_make_no_sense_are_told() {
    let reported = |share, within| {
        let settings = Settings::of().with(|s| s.reject = Reject::Share { share, within });
        Deadline::new(settings).map(drop).unwrap_err().to_string()
    };
    assert_eq!(reported(1.1, SECOND), "`reject.share` must be from 0 to 1, not 1.1");
    assert_eq!(reported(f64::NAN, SECOND), "`reject.share` must be from 0 to 1, not NaN");
    assert_eq!(reported(0.5, Duration::ZERO), "`reject.within` must be longer than 0s, not 0s");
}
