//! How weights share calls out, and that a permit ends once and where it came from.

use patterns::balance::*;
use patterns::outlier;
use patterns::permit::Reason;
use patterns::settings::Auto;
use patterns::{Class, Outcome};
use proptest::prelude::*;

use crate::balance::{among, balance, eject, one_error, picks, shares};
use crate::outlier::at;

fn weighed(pick: Picker, weights: &[u32]) -> Settings {
    among(weights.len() as u16, pick).with(|it| it.weights = weights.to_vec())
}

#[test]
fn each_target_gets_its_weights_share() {
    for pick in [Picker::RoundRobin, Picker::LeastInFlight, Picker::Random, Picker::TwoChoices] {
        let mut balance = balance(weighed(pick, &[3, 1, 2]));
        let shares = shares(&picks(&mut balance, 6_000, 0, at(0)), 3);
        for (share, expected) in shares.iter().zip([3_000, 1_000, 2_000_usize]) {
            let most_off = if pick.draws() == 0 { 0 } else { 90 };
            assert!(share.abs_diff(expected) <= most_off, "{pick:?} {shares:?}");
        }
    }
    // Even over a few calls.
    let mut balance = balance(weighed(Picker::RoundRobin, &[3, 1]));
    assert_eq!(picks(&mut balance, 8, 0, at(0)), [0, 0, 0, 1, 0, 0, 0, 1]);
}

#[test]
fn calls_under_way_are_compared_by_weight() {
    let mut balance = balance(weighed(Picker::LeastInFlight, &[3, 1]));
    for _ in 0..40 {
        let _permit = balance.try_acquire(at(0), 0, &[]).expect("both are in");
    }
    assert_eq!([0, 1].map(|target| balance.in_flight(target)), [30, 10]);
}

#[test]
fn one_that_comes_back_has_a_part_of_its_weight() {
    let settings = weighed(Picker::RoundRobin, &[1, 4]).with(|it| {
        it.eject = Some(one_error());
        it.panic_percent = 0;
        it.slow_start = Some(SlowStart::of(patterns::Duration::from_secs(10)));
    });
    let mut balance = balance(settings);
    eject(&mut balance, 1, at(0));
    assert_eq!(picks(&mut balance, 4, 0, at(29)), [0; 4]);
    // Back since 30 s: half of 4, then all of it.
    assert_eq!(shares(&picks(&mut balance, 300, 0, at(35)), 2), [100, 200]);
    assert_eq!(shares(&picks(&mut balance, 500, 0, at(40)), 2), [100, 400]);
}

#[test]
fn equal_weights_are_none() {
    for pick in crate::balance::PICKERS {
        if matches!(pick, Picker::ByCaller | Picker::InOrder) {
            continue;
        }
        let [mut without, mut with] = [&[][..], &[7, 7, 7]]
            .map(|weights| balance(among(3, pick).with(|it| it.weights = weights.to_vec())));
        let of = |balance: &mut Balance| picks(balance, 200, 0, at(0));
        assert_eq!(of(&mut without), of(&mut with), "{pick:?}");
    }
}

#[test]
fn all_others_are_tried_unless_a_number_is_given() {
    let tried = |targets: u16, reselect| {
        let settings = among(targets, Picker::RoundRobin).with(|it| it.reselect = reselect);
        let mut driver = crate::balance::driver(settings);
        let mut step = driver.call(0);
        let mut tried = 0;
        while let patterns::Action::SendTo(_) = step {
            tried += 1;
            step = driver.reply(0, Outcome::failed(Class::BreakerOpen));
        }
        tried
    };
    assert_eq!([1, 3, 16, 40].map(|targets| tried(targets, Auto::Auto)), [1, 3, 16, 16]);
    assert_eq!([0, 1, 15].map(|others| tried(3, Auto::Is(others))), [1, 2, 3]);
}

#[test]
fn a_call_that_can_go_nowhere_is_told_why_and_until_when() {
    let settings = among(1, Picker::InOrder).with(|it| {
        it.eject = Some(one_error());
        it.panic_percent = 0;
    });
    let mut balance = balance(settings);
    let permit = balance.try_acquire(at(0), 0, &[]).expect("it is in");
    balance.record(permit, Outcome::failed(Class::Network), at(0));
    let rejected = balance.try_acquire(at(1), 0, &[]).expect_err("it is out");
    assert_eq!((rejected.reason, rejected.until), (Reason::NoTarget, Some(at(30))));
    assert_eq!(rejected.to_string(), "no target can be used until 30s");
}

#[test]
fn chance_is_needed_only_where_it_decides() {
    for pick in crate::balance::PICKERS {
        let uses = balance(among(3, pick)).uses_chance();
        assert_eq!(uses, matches!(pick, Picker::Random | Picker::TwoChoices), "{pick:?}");
    }
    let rule = outlier::Consecutive::of(1).with(|it| it.enforce_percent = 50);
    let by_chance = one_error().with(|it| it.consecutive = Auto::Is(Some(rule)));
    let settings = among(2, Picker::RoundRobin).with(|it| it.eject = Some(by_chance));
    assert!(balance(settings).uses_chance());
}

#[test]
#[should_panic(expected = "these settings use chance: take `try_acquire_with`")]
fn a_pick_by_chance_needs_a_source_of_draws() {
    let _permit = balance(among(3, Picker::Random)).try_acquire(at(0), 0, &[]);
}

#[test]
#[should_panic(expected = "this permit was given by another machine")]
fn a_permit_of_another_balance_is_not_accepted() {
    let [mut one, mut other] = [(); 2].map(|()| balance(among(2, Picker::RoundRobin)));
    let permit = one.try_acquire(at(0), 0, &[]).expect("all are in");
    other.record(permit, Outcome::Ok, at(0));
}

#[test]
fn a_permit_that_is_lost_stays_under_way() {
    let mut balance = balance(among(2, Picker::LeastInFlight));
    drop(balance.try_acquire(at(0), 0, &[]).expect("all are in"));
    assert_eq!(balance.in_flight(0), 1);
    let next = balance.try_acquire(at(1_000_000), 0, &[]).expect("all are in");
    assert_eq!(next.target(), 1, "the other one is shunned");
    let late = balance.cancel(next, at(1_000_000)).expect("its result may still come");
    assert_eq!((late.target(), balance.in_flight(1)), (1, 0));
    balance.record(late, Outcome::Ok, at(1_000_000));
    assert_eq!(balance.in_flight(1), 0, "it was counted as ended when it was given up");
}

proptest! {
    #[test]
    fn turns_keep_to_the_weights_within_one_round(
        weights in prop::collection::vec(1..9_u32, 1..6),
        rounds in 1..5_u32,
    ) {
        let mut balance = balance(weighed(Picker::RoundRobin, &weights));
        let total: u32 = weights.iter().sum();
        let targets = weights.len() as u16;
        let shares = shares(&picks(&mut balance, total * rounds, 0, at(0)), targets);
        let expected: Vec<usize> = weights.iter().map(|weight| (weight * rounds) as usize).collect();
        let off = shares.iter().zip(&expected).map(|(share, expected)| share.abs_diff(*expected));
        prop_assert!(off.max() <= Some(1), "{shares:?} {expected:?}");
    }
}
