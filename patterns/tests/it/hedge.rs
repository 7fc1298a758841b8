//! Hedging at its boundaries, and as the libraries do it.

use patterns::hedge::{
    AllFailed, CountsFrom, Delay, Hedge, MOST_HEDGES, Next, OnFailure, OnRefusal, Pushback, Recent,
    Settings,
};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Class, Classes, Duration, Outcome, Time};

const NETWORK: Outcome = Outcome::failed(Class::Network);
const OVERLOAD: Outcome = Outcome::failed(Class::Overload);
const WRONG: Outcome = Outcome::failed(Class::Validation);
const REJECTED: Outcome = Outcome::failed(Class::Rejected);

/// gRPC A6, with a delay of 10 s.
fn grpc(max_hedges: u32) -> Settings {
    Settings::of(Delay::Fixed(Duration::from_secs(10))).with(|it| it.max_hedges = max_hedges)
}

fn driver(settings: Settings) -> Driver<Hedge> {
    Driver::new(Hedge::new(settings).expect("valid"), &[])
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

fn told_to_wait(secs: u64) -> Outcome {
    Outcome::failed_until(Class::Overload, Duration::from_secs(secs))
}

#[test]
fn hedges_come_at_multiples_of_the_delay() {
    for counts_from in [CountsFrom::LastLaunch, CountsFrom::FirstLaunch] {
        let mut driver = driver(grpc(2).with(|it| it.counts_from = counts_from));
        assert_eq!(driver.call(0), Action::SendAndWake(at(10)));
        driver.now = at(10);
        assert_eq!(driver.wake(0), Action::SendAndWake(at(20)));
        driver.now = at(20);
        assert_eq!(driver.wake(0), Action::Send, "the last one");
        assert_eq!(driver.wake(0), Action::Wait);
        assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    }
}

#[test]
fn a_wake_that_comes_early_launches_nothing() {
    let mut driver = driver(grpc(2));
    assert_eq!(driver.call(0), Action::SendAndWake(at(10)));
    driver.now = Time::from_nanos(at(10).as_nanos() - 1);
    assert_eq!(driver.wake(0), Action::WaitUntil(at(10)));
}

#[test]
fn an_answer_in_the_instant_of_the_next_launch_prevents_it_if_it_is_first() {
    let mut driver = driver(grpc(2));
    let _sent = driver.call(0);
    driver.now = at(10);
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
}

#[test]
fn after_a_hedge_that_came_early_the_delay_begins_anew_or_goes_on() {
    for (counts_from, next) in [(CountsFrom::LastLaunch, 13), (CountsFrom::FirstLaunch, 10)] {
        let mut driver = driver(grpc(3).with(|it| it.counts_from = counts_from));
        let _sent = driver.call(0);
        driver.now = at(3);
        assert_eq!(driver.reply(0, NETWORK), Action::SendAndWake(at(next)), "{counts_from:?}");
        driver.now = at(next);
        assert_eq!(driver.wake(0), Action::SendAndWake(at(next + 10)));
    }
}

#[test]
fn multiples_that_were_missed_are_left_out() {
    let mut driver = driver(grpc(5).with(|it| it.counts_from = CountsFrom::FirstLaunch));
    let _sent = driver.call(0);
    driver.now = at(35);
    assert_eq!(driver.wake(0), Action::SendAndWake(at(40)), "a driver that is late");
    driver.now = at(40);
    assert_eq!(driver.wake(0), Action::SendAndWake(at(50)));
}

#[test]
fn each_rule_for_failures_does_another_thing() {
    for (on_failure, expected) in [
        (OnFailure::NextAtOnce, Action::SendAndWake(at(11))),
        (OnFailure::KeepsTime, Action::WaitUntil(at(10))),
        (OnFailure::NoMore, Action::Reply(NETWORK)),
        (OnFailure::Ends, Action::Reply(NETWORK)),
    ] {
        let mut driver = driver(grpc(2).with(|it| it.on_failure = on_failure));
        let _sent = driver.call(0);
        driver.now = at(1);
        assert_eq!(driver.reply(0, NETWORK), expected, "{on_failure:?}");
    }
}

#[test]
fn a_failure_with_another_attempt_under_way_does_too() {
    for (on_failure, expected) in [
        (OnFailure::NextAtOnce, Action::SendAndWake(at(21))),
        (OnFailure::KeepsTime, Action::WaitUntil(at(20))),
        (OnFailure::NoMore, Action::Wait),
        (OnFailure::Ends, Action::Reply(NETWORK)),
    ] {
        let mut driver = driver(grpc(3).with(|it| it.on_failure = on_failure));
        let _sent = driver.call(0);
        driver.now = at(10);
        let _sent = driver.wake(0);
        driver.now = at(11);
        assert_eq!(driver.reply(0, NETWORK), expected, "{on_failure:?}");
    }
}

#[test]
fn a_fatal_failure_ends_the_call_under_every_rule() {
    for on_failure in [OnFailure::NextAtOnce, OnFailure::KeepsTime, OnFailure::NoMore] {
        let mut driver = driver(grpc(3).with(|it| it.on_failure = on_failure));
        let _sent = driver.call(0);
        driver.now = at(10);
        let _sent = driver.wake(0);
        assert_eq!(driver.reply(0, WRONG), Action::Reply(WRONG));
    }
}

#[test]
fn pushback_moves_the_next_launch_and_the_delay_goes_on_from_there() {
    let mut heeds = driver(grpc(3));
    let _sent = heeds.call(0);
    heeds.now = at(2);
    assert_eq!(heeds.reply(0, told_to_wait(30)), Action::WaitUntil(at(32)), "later than planned");
    heeds.now = at(32);
    assert_eq!(heeds.wake(0), Action::SendAndWake(at(42)));
    assert_eq!(heeds.reply(0, told_to_wait(1)), Action::WaitUntil(at(33)), "sooner");

    let mut ignores = driver(grpc(3).with(|it| it.pushback = Pushback::Ignored));
    let _sent = ignores.call(0);
    ignores.now = at(2);
    assert_eq!(ignores.reply(0, told_to_wait(30)), Action::SendAndWake(at(12)));
}

#[test]
fn to_come_again_never_is_to_send_no_more() {
    let never = Outcome::failed_until(Class::Overload, Duration::MAX);
    let mut driver = driver(grpc(3));
    let _sent = driver.call(0);
    driver.now = at(10);
    let _sent = driver.wake(0);
    assert_eq!(driver.reply(0, never), Action::Wait, "the other one may still win");
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, never), Action::Reply(never), "and alone it is the answer");
}

#[test]
fn with_no_delay_all_are_sent_at_once() {
    let mut driver = driver(grpc(3).with(|it| it.delay = Delay::Fixed(Duration::ZERO)));
    driver.now = at(5);
    assert_eq!(driver.call(0), Action::SendAndWake(at(5)));
    assert_eq!([0, 0].map(|call| driver.wake(call)), [Action::SendAndWake(at(5)); 2]);
    assert_eq!(driver.wake(0), Action::Send);
    for _ in 0..3 {
        assert_eq!(driver.reply(0, NETWORK), Action::Wait);
    }
    assert_eq!(driver.reply(0, OVERLOAD), Action::Reply(OVERLOAD));
}

#[test]
fn without_an_end_to_the_delay_there_is_one_at_a_time() {
    let mut driver = driver(grpc(2).with(|it| it.delay = Delay::Never));
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.reply(0, NETWORK), Action::Send);
    assert_eq!(driver.reply(0, NETWORK), Action::Send);
    assert_eq!(driver.reply(0, OVERLOAD), Action::Reply(OVERLOAD));
}

#[test]
fn a_call_that_is_not_repeatable_is_sent_once() {
    for delay in [Delay::Fixed(Duration::ZERO), Delay::Fixed(Duration::from_secs(10)), Delay::Never]
    {
        let mut driver = driver(grpc(5).with(|it| it.delay = delay));
        driver.info = CallInfo { is_idempotent: false, ..CallInfo::default() };
        assert_eq!(driver.call(0), Action::Send);
        driver.now = at(60);
        assert_eq!(driver.wake(0), Action::Wait);
        assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK));
    }
}

#[test]
fn a_refused_hedge_is_not_launched() {
    // `fatal` and `Ends` hold for answers, and a refusal is none.
    for on_failure in [OnFailure::NextAtOnce, OnFailure::KeepsTime, OnFailure::Ends] {
        for (on_refusal, expected) in [
            (OnRefusal::NoMore, Action::Wait),
            (OnRefusal::Skipped, Action::WaitUntil(at(20))),
            (OnRefusal::Ends, Action::Reply(REJECTED)),
        ] {
            let fatal = Classes::NONE.with(Class::Rejected);
            let mut driver = driver(grpc(2).with(|it| {
                it.on_failure = on_failure;
                it.on_refusal = on_refusal;
                it.fatal = fatal;
            }));
            let _sent = driver.call(0);
            driver.now = at(10);
            assert_eq!(driver.wake(0), Action::SendAndWake(at(20)));
            assert_eq!(driver.reply(0, REJECTED), expected, "{on_failure:?} {on_refusal:?}");
            if on_refusal != OnRefusal::Ends {
                assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
            }
        }
    }
}

#[test]
fn a_budget_that_gives_nothing_leaves_the_first_attempt() {
    for delay in [Delay::Fixed(Duration::ZERO), Delay::Fixed(Duration::from_secs(10))] {
        let on_refusal = OnRefusal::Skipped;
        let mut driver = driver(grpc(3).with(|it| {
            it.delay = delay;
            it.on_refusal = on_refusal;
        }));
        let mut step = driver.call(0);
        let mut refused = 0;
        // A refused hedge is used up, so this ends even if all of it is one instant.
        while let Action::SendAndWake(at) | Action::WaitUntil(at) = step {
            driver.now = at;
            let _sent = driver.wake(0);
            refused += 1;
            step = driver.reply(0, REJECTED);
        }
        assert_eq!((step, refused), (Action::Wait, 3));
        assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK), "not its refusals");
    }
}

#[test]
fn a_refused_attempt_after_a_failure_leaves_that_as_the_answer() {
    for (on_refusal, expected) in [
        (OnRefusal::NoMore, Action::Reply(NETWORK)),
        (OnRefusal::Skipped, Action::WaitUntil(at(11))),
        (OnRefusal::Ends, Action::Reply(REJECTED)),
    ] {
        let mut driver = driver(grpc(2).with(|it| it.on_refusal = on_refusal));
        let _sent = driver.call(0);
        driver.now = at(1);
        assert_eq!(driver.reply(0, NETWORK), Action::SendAndWake(at(11)));
        assert_eq!(driver.reply(0, REJECTED), expected, "{on_refusal:?}");
    }
}

#[test]
fn a_refusal_counts_as_such_in_the_instant_of_a_hedge_alone() {
    let mut first = driver(grpc(2).with(|it| it.on_failure = OnFailure::Ends));
    let _sent = first.call(0);
    assert_eq!(first.reply(0, REJECTED), Action::Reply(REJECTED), "that was the first attempt");

    let mut later = driver(grpc(2).with(|it| it.on_failure = OnFailure::Ends));
    let _sent = later.call(0);
    later.now = at(10);
    let _sent = later.wake(0);
    later.now = at(11);
    assert_eq!(later.reply(0, REJECTED), Action::Reply(REJECTED), "whoever was refused so late");

    // Both attempts are refused in one instant: one as a hedge, and one as the first.
    let mut both = driver(grpc(1).with(|it| it.delay = Delay::Fixed(Duration::ZERO)));
    let _sent = both.call(0);
    assert_eq!(both.wake(0), Action::Send);
    assert_eq!(both.reply(0, REJECTED), Action::Wait);
    assert_eq!(both.reply(0, REJECTED), Action::Reply(REJECTED));

    let mut first_too = driver(grpc(3).with(|it| it.on_refusal = OnRefusal::Skipped));
    let _sent = first_too.call(0);
    first_too.now = at(10);
    let _sent = first_too.wake(0);
    assert_eq!(first_too.reply(0, REJECTED), Action::WaitUntil(at(20)), "one hedge, one refusal");
    assert_eq!(first_too.reply(0, REJECTED), Action::SendAndWake(at(20)), "and a failure");

    let mut other = driver(grpc(2).with(|it| it.refusals = Classes::NONE));
    let _sent = other.call(0);
    other.now = at(10);
    let _sent = other.wake(0);
    assert_eq!(other.reply(0, REJECTED), Action::Send, "a failure like others, if so set");
}

#[test]
fn the_answer_to_all_that_failed_is_the_first_or_the_last() {
    for (all_failed, expected) in [(AllFailed::First, NETWORK), (AllFailed::Last, OVERLOAD)] {
        let mut driver = driver(grpc(2).with(|it| it.all_failed = all_failed));
        let _sent = driver.call(0);
        assert_eq!(driver.reply(0, NETWORK), Action::SendAndWake(at(10)));
        assert_eq!(driver.reply(0, told_to_wait(1)), Action::WaitUntil(at(1)));
        driver.now = at(1);
        assert_eq!(driver.wake(0), Action::Send);
        assert_eq!(driver.reply(0, OVERLOAD), Action::Reply(expected), "{all_failed:?}");
    }
}

#[test]
fn a_call_that_was_given_up_leaves_nothing_to_the_next_of_its_id() {
    let mut driver = driver(grpc(1));
    let _sent = driver.call(0);
    driver.now = at(10);
    assert_eq!(driver.wake(0), Action::Send);
    driver.cancel(0);
    driver.late(0, NETWORK);
    driver.late(0, Outcome::Ok);
    assert!(driver.effects.woken.is_empty());
    assert_eq!(driver.call(0), Action::SendAndWake(at(20)));
    assert_eq!(driver.reply(0, NETWORK), Action::Send);
    assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK));
}

#[test]
fn calls_do_not_mix() {
    let mut driver = driver(grpc(1));
    assert_eq!([0, 1].map(|call| driver.call(call)), [Action::SendAndWake(at(10)); 2]);
    assert_eq!(driver.reply(0, NETWORK), Action::Send);
    assert_eq!(driver.reply(1, WRONG), Action::Reply(WRONG));
    assert_eq!(driver.reply(0, Outcome::Degraded), Action::Reply(Outcome::Degraded));
}

#[test]
fn no_hedges_are_none() {
    let mut driver = driver(grpc(0).with(|it| it.delay = Delay::Fixed(Duration::ZERO)));
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.wake(0), Action::Wait);
    assert_eq!(driver.reply(0, NETWORK), Action::Reply(NETWORK));
}

#[test]
fn the_end_of_time_and_clocks_that_step_back_are_borne() {
    for counts_from in [CountsFrom::LastLaunch, CountsFrom::FirstLaunch] {
        for delay in [Duration::MAX, Duration::from_nanos(1), Duration::ZERO] {
            let delay = Delay::Fixed(delay);
            let settings = grpc(MOST_HEDGES).with(|it| {
                it.delay = delay;
                it.counts_from = counts_from;
            });
            let mut hedge = Hedge::new(settings).expect("valid");
            let mut race = hedge.start(at(5), true);
            for now in [Time::MAX, Time::ZERO, at(4), Time::MAX] {
                let before = race;
                let due = race.next_launch() <= now && race.next_launch() != Time::MAX;
                assert_eq!(hedge.launch(&mut race, now), due);
                assert_eq!(race == before, !due);
                assert_ne!(hedge.record(&mut race, NETWORK, now), Next::Answer(Outcome::Ok));
            }
            assert!(race.hedges() <= MOST_HEDGES && race.under_way() <= MOST_HEDGES);
        }
    }
}

#[test]
fn what_cannot_be_is_told() {
    let reported = |settings| Hedge::new(settings).map(drop).expect_err("invalid").to_string();
    let of = |delay| reported(grpc(1).with(|it| it.delay = delay));
    assert_eq!(reported(grpc(MOST_HEDGES + 1)), "`max-hedges` must be at most 1000, not 1001");
    assert!(Hedge::new(grpc(MOST_HEDGES)).is_ok());
    for on_failure in [OnFailure::KeepsTime, OnFailure::NoMore, OnFailure::Ends] {
        let never = Settings::of(Delay::Never).with(|it| it.on_failure = on_failure);
        let expected = "`delay` must be limited unless a failure brings the next attempt";
        assert_eq!(reported(never), expected);
    }
    for quantile in [0.0, -0.5, 1.001, f64::NAN, f64::INFINITY] {
        let expected = "`delay.quantile` must be more than 0 and at most 1, not ";
        assert!(of(Delay::quantile(quantile)).starts_with(expected), "{quantile}");
    }
    for factor in [-0.1, f64::NAN, f64::INFINITY] {
        let expected = "`delay.factor` must be at least 0, not ";
        assert!(of(Delay::mean(factor)).starts_with(expected), "{factor}");
    }
    let by = |change: fn(&mut Recent)| {
        let recent = Recent::default().with(change);
        let [quantile, mean] = [
            of(Delay::Quantile { quantile: 1.0, recent }),
            of(Delay::Mean { factor: 1.0, plus: Duration::ZERO, recent }),
        ];
        assert_eq!(quantile, mean);
        quantile
    };
    let window = "`delay.window` must be from 1 to 65536, not";
    assert_eq!(by(|it| it.window = 0), format!("{window} 0"));
    assert_eq!(by(|it| it.window = 65_537), format!("{window} 65537"));
    let samples = "`delay.min-samples` must be";
    assert_eq!(by(|it| it.min_samples = Auto::Is(0)), format!("{samples} at least 1, not 0"));
    let too_many = by(|it| it.min_samples = Auto::Is(101));
    assert_eq!(too_many, format!("{samples} no more than the window"));
    let no_age = by(|it| it.max_age = Some(Duration::ZERO));
    assert_eq!(no_age, "`delay.max-age` must be longer than 0s, not 0s");
}
