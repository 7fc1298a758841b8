//! What holds of the permits of all machines: they cannot be copied, and go back where they came
//! from.

use patterns::adaptive_concurrency::{AdaptiveConcurrency, Algorithm};
use patterns::adaptive_throttle::{AdaptiveThrottle, Rule};
use patterns::balance::Balance;
use patterns::breaker::{Breaker, Trip};
use patterns::budget::Budget;
use patterns::bulkhead::Bulkhead;
use patterns::load_shedder::LoadShedder;
use patterns::rate_limiter::RateLimiter;
use patterns::retry::{Attempts, Retry};
use patterns::{CallInfo, Class, Classification, Duration, Outcome, Permit, Reason, Time, backoff};
use patterns::{adaptive_concurrency, adaptive_throttle, balance, breaker, budget, bulkhead};
use patterns::{load_shedder, rate_limiter, retry};

const NOW: Time = Time::ZERO;
const SECOND: Duration = Duration::from_secs(1);

/// Names a function of a type only if the type cannot be cloned: of one that can there are two.
macro_rules! cannot_be_cloned {
    ($($type:ty)*) => {
        $(const _: fn() = || {
            trait Either<A> {
                fn here() {}
            }
            impl<T> Either<()> for T {}
            impl<T: Clone> Either<u8> for T {}
            let _ = <$type as Either<_>>::here;
        };)*
    };
}

// What can be copied can be cloned.
cannot_be_cloned! {
    Permit<()>
    Permit<adaptive_concurrency::Sent>
    Permit<balance::Sent>
    Permit<breaker::Token>
    Permit<budget::Extra>
    Permit<bulkhead::Slot>
    Permit<load_shedder::Sent>
    Permit<rate_limiter::Reservation>
    Attempts
}

/// Two tests for each machine: neither `record` nor `cancel` accepts a permit of another machine
/// with the same settings.
macro_rules! permits_of_others {
    ($($name:ident, $new:expr, $acquire:expr, $result:expr;)*) => {
        $(mod $name {
            use super::*;

            #[test]
            #[should_panic(expected = "this permit was given by another machine")]
            fn a_result_with_a_permit_of_another_is_not_accepted() {
                let [mut one, mut other] = [$new, $new];
                let permit = $acquire(&mut one);
                other.record(permit, $result, NOW);
            }

            #[test]
            #[should_panic(expected = "this permit was given by another machine")]
            fn a_permit_of_another_is_not_taken_back() {
                let [mut one, mut other] = [$new, $new];
                let permit = $acquire(&mut one);
                let _late = other.cancel(permit, NOW);
            }

            /// So that what is not accepted above is the permit, and nothing else.
            #[test]
            fn its_own_permits_are_accepted() {
                let mut machine = $new;
                let permit = $acquire(&mut machine);
                machine.record(permit, $result, NOW);
                let permit = $acquire(&mut machine);
                let _late = machine.cancel(permit, NOW);
            }
        })*
    };
}

permits_of_others! {
    the_adaptive_concurrency,
    AdaptiveConcurrency::new(adaptive_concurrency::Settings::of(AIMD)).expect("valid"),
    |machine: &mut AdaptiveConcurrency| machine.try_acquire(NOW).expect("below the limit"),
    Classification::Success;

    the_adaptive_throttle,
    AdaptiveThrottle::new(adaptive_throttle::Settings::of(Rule::SRE)).expect("valid"),
    |machine: &mut AdaptiveThrottle| machine.try_acquire_with(NOW, &mut || 0.5).expect("no load"),
    Classification::Success;

    the_balance,
    Balance::new(balance::Settings::among(2)).expect("valid"),
    |machine: &mut Balance| machine.try_acquire(NOW, 0, &[]).expect("all may be used"),
    Outcome::Ok;

    the_breaker,
    Breaker::new(breaker::Settings::of(Trip::failures(1), SECOND)).expect("valid"),
    |machine: &mut Breaker| machine.try_acquire(NOW).expect("closed"),
    Classification::Success;

    the_budget,
    Budget::new(budget::Settings::of(budget::Kind::Fixed(1))).expect("valid"),
    |machine: &mut Budget| machine.try_acquire(NOW, None).expect("the first one"),
    Outcome::Ok;

    the_bulkhead,
    Bulkhead::new(bulkhead::Settings::of(1)).expect("valid"),
    |machine: &mut Bulkhead| machine.try_acquire(NOW, CallInfo::default()).expect("a slot"),
    Outcome::Ok;

    the_load_shedder,
    LoadShedder::new(load_shedder::Settings::default()).expect("valid"),
    |machine: &mut LoadShedder| machine.try_acquire(NOW, 0.0, 0).expect("no load"),
    Classification::Success;

    the_rate_limiter,
    RateLimiter::new(rate_limiter::Settings::of(LIMIT)).expect("valid"),
    |machine: &mut RateLimiter| machine.try_acquire(NOW, 1).expect("a burst of two"),
    Outcome::Ok;
}

const AIMD: Algorithm = Algorithm::Aimd { backoff: 0.5, timeout: SECOND };
const LIMIT: rate_limiter::Kind = rate_limiter::Kind::gcra(1, SECOND, 2);

/// What a retry remembers of a call holds a permit of its budget.
#[test]
#[should_panic(expected = "this permit was given by another machine")]
fn attempts_of_another_retry_are_not_accepted() {
    let new = || {
        let rule = retry::Rule::of(1, backoff::Settings::constant(SECOND));
        let settings = retry::Settings::of([(Class::Network, rule)].into());
        let one = budget::Settings::of(budget::Kind::Fixed(1));
        Retry::new(settings.with(|settings| settings.budget = Some(one))).expect("valid")
    };
    let [mut one, mut other] = [new(), new()];
    let mut attempts = one.start(NOW, CallInfo::default());
    let again = one.after(&mut attempts, Outcome::failed(Class::Network), NOW);
    assert_eq!(again, Some(NOW + SECOND));
    let _next = other.after(&mut attempts, Outcome::Ok, NOW + SECOND);
}

/// A copy goes on from where its original was.
#[test]
fn a_copy_accepts_the_permits_of_its_original() {
    let mut breaker =
        Breaker::new(breaker::Settings::of(Trip::failures(1), SECOND)).expect("valid");
    let permit = breaker.try_acquire(NOW).expect("closed");
    let mut copy = breaker.clone();
    copy.record(permit, Classification::Failure, NOW);
    assert_eq!((breaker.state().name(), copy.state().name()), ("closed", "open"));
}

#[test]
fn a_rejection_reads_as_a_sentence_and_is_an_error() {
    let mut bulkhead = Bulkhead::new(bulkhead::Settings::of(1)).expect("valid");
    let _inside = bulkhead.try_acquire(NOW, CallInfo::default());
    let rejected = bulkhead.try_acquire(NOW, CallInfo::default()).expect_err("full");
    assert_eq!(rejected.reason.to_string(), "all places are taken");
    let error: Box<dyn core::error::Error> = rejected.into();
    assert_eq!(error.to_string(), Reason::Full.to_string());

    let figures = bulkhead::Figures { slots: 1, inside: 1, waiting: 0, is_overloaded: false };
    assert_eq!(bulkhead.figures(), figures);
}
