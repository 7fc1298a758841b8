//! Budgets grant what those of their libraries do; their figures can be read, and nothing
//! overflows.

use patterns::budget::{Budget, Kind, Settings};
use patterns::{Class, Classes, Duration, Outcome};

use crate::breaker::at;
use crate::budget::{budget, granted};

const NETWORK: Outcome = Outcome::failed(Class::Network);
const SECOND: Duration = Duration::from_secs(1);

/// How many extra attempts are granted at once beside so many calls.
fn held(mut budget: Budget, calls: u32) -> usize {
    (0..calls).for_each(|_| budget.begin(at(0)));
    granted(&mut budget, at(0))
}

/// Envoy `resource_manager_impl.h`, `max()`: the limit is a whole number, and an upstream request
/// that is retried counts once (envoyproxy/envoy#9069: 25 requests, a fifth of them 5).
#[test]
fn a_share_of_calls_is_that_of_envoy() {
    let of = |share, least, calls| {
        let settings = Settings::of(Kind::Share { share, least });
        let all = Classes::ALL;
        held(Budget::of_calls(settings, all).expect("valid"), calls)
    };
    let fifth = [19, 20, 24, 25, 29, 30].map(|calls| of(0.2, 3, calls));
    assert_eq!(fifth, [3, 4, 4, 5, 5, 6]);
    assert_eq!(of(0.2, 0, 4), 0, "0.8 is nothing");
    assert_eq!(of(1.0, 0, 1), 1, "one call is one");
    assert_eq!(of(0.29, 0, 100), 28, "as f64 has it, in both");
    // As a layer extra attempts are under way beside the first ones.
    let layer = Budget::new(Settings::of(Kind::Share { share: 0.2, least: 0 })).expect("valid");
    assert_eq!(held(layer, 20), 4);
}

/// failsafe-go `budget.go`, `TryAcquirePermit`: a permit counts as an execution as well.
#[test]
fn a_rate_is_that_of_failsafe_go() {
    let of = |rate, least, calls| {
        let settings = Settings::of(Kind::Rate { rate, least });
        let all = Classes::ALL;
        let [in_retry, layer] =
            [Budget::of_calls(settings, all), Budget::new(settings)].map(|one| one.expect("valid"));
        let granted = held(in_retry, calls);
        assert_eq!(held(layer, calls), granted);
        granted
    };
    assert_eq!([1, 20, 25, 40, 100].map(|calls| of(0.2, 3, calls)), [3, 6, 7, 11, 26]);
    assert_eq!(of(0.5, 1, 1), 2, "one of two is not more than half");
}

/// gRPC A6: "do not retry" costs a token whatever the code.
#[test]
fn a_failure_that_forbids_retries_costs_a_token() {
    let settings = Settings::of(Kind::Tokens { max: 10, ratio: 0.1 });
    let network = Classes::NONE.with(Class::Network);
    let mut budget = Budget::of_calls(settings, network).expect("valid");
    budget.record_first(Outcome::failed(Class::Validation), at(0));
    assert_eq!(budget.figures(at(0)).left.to_string(), "10");
    budget.record_first(Outcome::failed_for_good(Class::Validation), at(0));
    assert_eq!(budget.figures(at(0)).left.to_string(), "9");
    budget.record_first(NETWORK, at(0));
    assert_eq!(budget.figures(at(0)).left.to_string(), "8");
}

/// A cost of 2,147,483,648 doubled was 0, so that timeouts cost nothing; a ratio of 1e17 took
/// tokens away.
#[test]
fn the_largest_numbers_do_not_turn_round() {
    let cost = 2_147_483_648;
    for cost in [cost - 1, cost, u32::MAX] {
        let mut quota = budget(Kind::quota(u32::MAX, cost));
        assert!(quota.try_acquire(at(0), Some(Class::Timeout)).is_ok(), "{cost}");
        let again = quota.try_acquire(at(0), Some(Class::Timeout));
        assert!(again.is_err(), "{cost}: twice the cost is all there is");
    }
    for ratio in [1e17, f64::MAX] {
        let mut tokens = budget(Kind::Tokens { max: 100, ratio });
        tokens.record_first(NETWORK, at(0));
        tokens.record_first(Outcome::Ok, at(0));
        assert_eq!(tokens.figures(at(0)).left.to_string(), "100");
    }
    let mut quota = budget(Kind::quota(u32::MAX, 1));
    quota.record_first(Outcome::Ok, at(0));
    assert_eq!(quota.figures(at(0)).left.to_string(), u32::MAX.to_string());
    let most = Kind::Deposits { share: 1000.0, least_per_sec: u32::MAX, ttl: Duration::MAX };
    let mut deposits = budget(most);
    (0..10).for_each(|_| deposits.begin(at(0)));
    assert!(deposits.try_acquire(at(0), None).is_ok());
}

#[test]
fn what_is_left_can_be_read() {
    let left = |budget: &Budget, secs| budget.figures(at(secs)).left.to_string();
    let mut bucket = budget(Kind::Bucket { capacity: 3, every: SECOND * 2 });
    assert_eq!(granted(&mut bucket, at(10)), 3);
    assert_eq!([10, 11, 12, 16, 99].map(|secs| left(&bucket, secs)), ["0", "0.5", "1", "3", "3"]);
    let refused = bucket.try_acquire(at(11), None).expect_err("half a token");
    assert_eq!(refused.until, Some(at(12)));
    assert!(bucket.try_acquire(at(12), None).is_ok(), "exactly then");

    let mut slow = budget(Kind::Bucket { capacity: 1, every: Duration::MAX });
    assert_eq!(granted(&mut slow, at(0)), 1);
    let refused = slow.try_acquire(at(1), None).expect_err("never again");
    assert_eq!(refused.until, None);

    let mut kind = Kind::quota(10, 5);
    if let Kind::Quota { refill, .. } = &mut kind {
        *refill = Some(SECOND);
    }
    let mut quota = budget(kind);
    assert_eq!(granted(&mut quota, at(0)), 2);
    assert_eq!([0, 3, 10, 11].map(|secs| left(&quota, secs)), ["0", "3", "10", "10"]);
    let refused = quota.try_acquire(at(3), Some(Class::Timeout)).expect_err("3 of 10");
    assert_eq!(refused.until, Some(at(10)));
    assert_eq!(refused.to_string(), "the budget is used up until 10s");
    assert!(quota.try_acquire(at(10), Some(Class::Timeout)).is_ok(), "exactly then");

    let mut fixed = budget(Kind::Fixed(3));
    let permit = fixed.try_acquire(at(0), None).expect("one of three");
    assert_eq!(left(&fixed, 0), "2");
    fixed.cancel(permit, at(0));
    assert_eq!(left(&fixed, 0), "3");
    let mut share = budget(Kind::Share { share: 0.2, least: 0 });
    (0..20).for_each(|_| share.begin(at(0)));
    assert_eq!(left(&share, 0), "4");
    assert_eq!(granted(&mut share, at(0)), 4);
    let deposits = Kind::Deposits { share: 0.5, least_per_sec: 0, ttl: SECOND * 10 };
    let mut deposits = budget(deposits);
    (0..3).for_each(|_| deposits.begin(at(0)));
    assert_eq!([0, 9, 10].map(|secs| left(&deposits, secs)), ["1.5", "1.5", "0"]);
}

#[test]
#[should_panic(expected = "this permit was given by another machine")]
fn a_permit_of_another_budget_is_not_taken() {
    let mut one = budget(Kind::Fixed(1));
    let permit = one.try_acquire(at(0), None).expect("the first one");
    budget(Kind::Fixed(1)).record(permit, Outcome::Ok, at(0));
}
