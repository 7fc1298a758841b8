//! Hedging as libraries do it, at what tells them apart.

use patterns::hedge::{Delay, Hedge, Next, Settings};
use patterns::preset::Library;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Time};

use crate::written::good;

const NETWORK: Outcome = Outcome::failed(Class::Network);
const TIMEOUT: Outcome = Outcome::failed(Class::Timeout);
const REJECTED: Outcome = Outcome::failed(Class::Rejected);

fn like(written: &str) -> Driver<Hedge> {
    let settings = good::<Settings>(&format!("{{ like = {written} }}"));
    Driver::new(Hedge::new(settings).expect("valid"), &[])
}

fn at(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

#[test]
fn those_that_need_no_number_are_two() {
    let known = Library::ALL.into_iter().filter(|library| library.hedge().is_some());
    assert!(known.eq([Library::Polly, Library::Grpc]));
}

/// `HedgingStrategyOptions`, and the loop of `HedgingResilienceStrategy`.
#[test]
fn polly_hedges_after_two_seconds_or_at_once_on_a_failure() {
    let mut slow = like("\"polly\"");
    assert_eq!(slow.call(0), Action::SendAndWake(at(2_000)));
    slow.now = at(2_000);
    assert_eq!(slow.wake(0), Action::Send);

    let mut failing = like("\"polly\", max-hedges = 2");
    assert_eq!(failing.call(0), Action::SendAndWake(at(2_000)));
    failing.now = at(500);
    assert_eq!(failing.reply(0, NETWORK), Action::SendAndWake(at(2_500)), "the delay anew");
    failing.now = at(600);
    assert_eq!(failing.reply(0, TIMEOUT), Action::Send);
    assert_eq!(failing.reply(0, TIMEOUT), Action::Reply(NETWORK), "the first attempt's");
}

/// Polly answers `TIMEOUT` here, the failure of the attempt that was sent first. Which attempt a
/// reply is of is not known to a layer.
#[test]
fn of_polly_the_failure_that_came_first_is_answered() {
    let mut driver = like("\"polly\"");
    let _sent = driver.call(0);
    driver.now = at(2_000);
    assert_eq!(driver.wake(0), Action::Send);
    driver.now = at(2_500);
    assert_eq!(driver.reply(0, NETWORK), Action::Wait, "of the second attempt");
    driver.now = at(3_000);
    assert_eq!(driver.reply(0, TIMEOUT), Action::Reply(NETWORK));
}

/// `hedgeexecutor.go`: a budget that refuses a hedge stops further ones, and the call goes on.
#[test]
fn failsafe_go_sends_no_more_after_a_refusal() {
    let mut driver = like("\"failsafe-go\", delay = \"100ms\", max-hedges = 3");
    assert_eq!(driver.call(0), Action::SendAndWake(at(100)));
    driver.now = at(100);
    assert_eq!(driver.wake(0), Action::SendAndWake(at(200)));
    driver.now = at(200);
    assert_eq!(driver.wake(0), Action::SendAndWake(at(300)));
    assert_eq!(driver.reply(0, REJECTED), Action::Wait, "neither an end nor a third hedge");
    driver.now = at(900);
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
}

/// Without `CancelIf` any result cancels the others.
#[test]
fn of_failsafe_go_and_resilience4j_the_first_answer_wins() {
    for library in ["failsafe-go", "resilience4j"] {
        let mut driver = like(&format!("\"{library}\", delay = \"100ms\""));
        assert_eq!(driver.call(0), Action::SendAndWake(at(100)));
        driver.now = at(100);
        assert_eq!(driver.wake(0), Action::Send, "there is one hedge");
        assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK));
    }
}

/// How long a first attempt has under `like = "resilience4j"` after these calls, in milliseconds.
fn resilience4j(delay: &str, calls: &[(u64, Outcome)]) -> f64 {
    let written = format!("{{ like = \"resilience4j\", delay = \"{delay}\" }}");
    let mut hedge = Hedge::new(good::<Settings>(&written)).expect("valid");
    for (millis, outcome) in calls {
        let mut race = hedge.start(Time::ZERO, true);
        assert_eq!(hedge.record(&mut race, *outcome, at(*millis)), Next::Answer(*outcome));
    }
    hedge.delay(at(1_000)).as_secs_f64() * 1_000.0
}

/// `AverageDurationSupplier`.
#[test]
fn resilience4j_goes_by_the_mean_of_all_calls() {
    let calls = [(10, Outcome::Ok), (20, NETWORK), (30, Outcome::Ok)];
    for (delay, none, some) in [
        ("mean", 1.0, 20.0),
        ("mean(factor=1.5)", 1.0, 30.0),
        ("mean(plus=7ms)", 7.0, 27.0),
        ("mean(measured=good)", 1.0, 20.0),
        ("mean(factor=0.01)", 1.0, 1.0),
        ("mean(window=1)", 1.0, 30.0),
    ] {
        assert!((resilience4j(delay, &[]) - none).abs() < 1e-9, "{delay} without a call");
        assert!((resilience4j(delay, &calls) - some).abs() < 1e-9, "{delay}");
    }
    let failures = [(10, Outcome::Ok), (90, NETWORK)];
    assert!((resilience4j("mean", &failures) - 50.0).abs() < 1e-9, "errors are measured");
    assert!((resilience4j("mean(measured=good)", &failures) - 10.0).abs() < 1e-9);
}

/// A6: "maxAttempts … values greater than 5 are treated as 5".
#[test]
fn of_grpc_there_are_five_attempts_at_most() {
    for (attempts, hedges) in [(2, 1), (4, 3), (5, 4), (6, 4), (1_000_000, 4)] {
        let written = format!("{{ like = \"grpc\", max-attempts = {attempts} }}");
        assert_eq!(good::<Settings>(&written).max_hedges, hedges);
    }
    let grpc = Library::Grpc.hedge().expect("it needs no number");
    assert_eq!((grpc.max_hedges, grpc.delay), (4, Delay::Fixed(Duration::ZERO)));
}

/// A6, "Hedging Policy" and "Pushback"; grpc-java asks the code before the pushback.
#[test]
fn of_grpc_a_failure_is_fatal_unless_it_is_listed() {
    let written = "\"grpc\", hedging-delay = \"1s\", non-fatal = [\"overload\"]";
    let says = |millis| Outcome::failed_until(Class::Overload, Duration::from_millis(millis));

    let mut driver = like(written);
    assert_eq!(driver.call(0), Action::SendAndWake(at(1_000)));
    let fatal = Outcome::failed_until(Class::Network, Duration::from_millis(5));
    assert_eq!(driver.reply(0, fatal), Action::Reply(fatal), "whatever it says");

    let mut driver = like(written);
    let _sent = driver.call(0);
    let overload = Outcome::failed(Class::Overload);
    assert_eq!(driver.reply(0, overload), Action::SendAndWake(at(1_000)), "the next at once");
    assert_eq!(driver.reply(0, says(300)), Action::WaitUntil(at(300)));
    driver.now = at(300);
    assert_eq!(driver.wake(0), Action::SendAndWake(at(1_300)), "resumes at the delay");
    assert_eq!(driver.reply(0, says(0)), Action::WaitUntil(at(300)), "0 is at once");
    assert_eq!(driver.wake(0), Action::SendAndWake(at(1_300)));
    let never = Outcome::failed_for_good(Class::Overload);
    assert_eq!(driver.reply(0, never), Action::Reply(never), "-1 is no more, and none is left");
}
