//! Where a balance sends calls.

use patterns::balance::*;
use patterns::outlier::{self, Back};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Permit, Target, Time};
use proptest::prelude::*;

use crate::outlier::{at, in_a_row};

pub(crate) const PICKERS: [Picker; 6] = [
    Picker::RoundRobin,
    Picker::Random,
    Picker::LeastInFlight,
    Picker::TwoChoices,
    Picker::ByCaller,
    Picker::InOrder,
];

pub(crate) const ERROR: Outcome = Outcome::failed(Class::Overload);
pub(crate) const REFUSED: Outcome = Outcome::failed(Class::BreakerOpen);

pub(crate) fn among(targets: u16, pick: Picker) -> Settings {
    Settings::among(targets).with(|it| {
        it.pick = pick;
        it.reselect = Auto::Is(0);
        it.respect_retry_after = false;
    })
}

/// One error ejects, without a cap, for 30 s and then exactly.
pub(crate) fn one_error() -> outlier::Settings {
    in_a_row(1).with(|it| it.back = Back::AtEnd)
}

pub(crate) fn balance(settings: Settings) -> Balance {
    Balance::new(settings).expect("valid")
}

pub(crate) fn driver(settings: Settings) -> Driver<Balance> {
    Driver::new(balance(settings), &[])
}

pub(crate) fn to(target: u16) -> Action {
    Action::SendTo(Target(target.into()))
}

/// Where so many calls go that end before the next comes.
pub(crate) fn picks(balance: &mut Balance, calls: u32, caller: u16, now: Time) -> Vec<u16> {
    let mut draws = 0_u32;
    // Equally far apart in both dimensions, when two are taken for each call.
    let mut draw = || {
        draws += 1;
        f64::from((draws - 1).wrapping_mul(2_654_435_769)) / f64::from(u32::MAX) * 0.999_999
    };
    let pick = |_| {
        let sent = balance.try_acquire_with(now, caller, &[], &mut draw).expect("some may be used");
        let target = sent.target();
        balance.record_with(sent, Outcome::Ok, now, &mut || 0.5);
        target
    };
    (0..calls).map(pick).collect()
}

pub(crate) fn shares(picks: &[u16], targets: u16) -> Vec<usize> {
    (0..targets).map(|target| picks.iter().filter(|pick| **pick == target).count()).collect()
}

/// Ejects a target: it is sent calls until one goes to it.
pub(crate) fn eject(balance: &mut Balance, target: u16, now: Time) {
    let others: Vec<u16> = (0..15).filter(|other| *other != target).collect();
    let sent = balance.try_acquire_with(now, 0, &others, &mut || 0.5).expect("it is in");
    assert_eq!(sent.target(), target);
    balance.record_with(sent, ERROR, now, &mut || 0.5);
}

#[test]
fn each_picker_shares_as_it_says() {
    for picker in PICKERS {
        let mut balance = balance(among(4, picker));
        let picks = picks(&mut balance, 4_000, 6, at(0));
        let shares = shares(&picks, 4);
        match picker {
            Picker::RoundRobin | Picker::LeastInFlight => {
                assert_eq!(picks[..6], [0, 1, 2, 3, 0, 1]);
                assert_eq!(shares, [1_000; 4]);
            }
            Picker::Random | Picker::TwoChoices => {
                assert!(shares.iter().all(|share| share.abs_diff(1_000) < 80), "{shares:?}");
            }
            Picker::ByCaller => assert_eq!(shares, [0, 0, 4_000, 0]),
            Picker::InOrder => assert_eq!(shares, [4_000, 0, 0, 0]),
        }
    }
}

#[test]
fn random_picks_are_as_wide_as_their_share() {
    let mut balance = balance(among(3, Picker::Random));
    for (draw, target) in [(0.0, 0), (0.333_333, 0), (0.333_334, 1), (0.666_667, 2), (0.999_999, 2)]
    {
        let sent = balance.try_acquire_with(at(0), 0, &[], &mut || draw).expect("all are in");
        assert_eq!(sent.target(), target);
    }
}

#[test]
fn a_target_left_out_passes_its_turn_to_all_others_alike() {
    for picker in [Picker::RoundRobin, Picker::LeastInFlight] {
        let settings = among(5, picker).with(|it| it.eject = Some(one_error()));
        let mut balance = balance(settings);
        eject(&mut balance, 1, at(0));
        let picks = picks(&mut balance, 400, 0, at(1));
        assert_eq!(shares(&picks, 5), [100, 0, 100, 100, 100]);
    }
}

/// A faulty copy: the turn goes on by one each time, and past those that are left out.
#[test]
fn a_turn_that_is_counted_before_it_is_taken_doubles_the_share_of_the_one_behind() {
    let picks: Vec<u16> =
        (0..400_u16).map(|turn| if turn % 5 == 1 { 2 } else { turn % 5 }).collect();
    assert_eq!(shares(&picks, 5), [80, 0, 160, 80, 80]);
}

#[test]
fn the_fewest_calls_under_way_win() {
    let mut least = balance(among(3, Picker::LeastInFlight));
    let mut open: Vec<Permit<Sent>> = (0..7)
        .map(|_| least.try_acquire_with(at(0), 0, &[], &mut || 0.5).expect("all are in"))
        .collect();
    assert_eq!([0, 1, 2].map(|target| least.in_flight(target)), [3, 2, 2]);
    let ended = open.remove(1);
    assert_eq!(ended.target(), 1);
    least.record_with(ended, Outcome::Ok, at(0), &mut || 0.5);
    let next = least.try_acquire_with(at(0), 0, &[], &mut || 0.5).expect("all are in");
    assert_eq!(next.target(), 1);

    let mut two = balance(among(3, Picker::TwoChoices));
    let mut with = |first: f64, second: f64| {
        let mut draws = [first, second].into_iter();
        let mut draw = || draws.next().expect("two draws");
        two.try_acquire_with(at(0), 0, &[], &mut draw).expect("all are in").target()
    };
    assert_eq!(with(0.0, 0.0), 0, "as many: the first");
    assert_eq!(with(0.0, 0.0), 1, "one and none: the second, which is another one");
    assert_eq!(with(0.0, 0.99), 2);
    assert_eq!(with(0.99, 0.0), 2, "as many again");
    assert_eq!(with(0.99, 0.99), 1, "two and one");
}

#[test]
fn a_caller_stays_where_it_is_while_others_are_moved() {
    let settings = among(4, Picker::ByCaller).with(|it| it.eject = Some(one_error()));
    let mut balance = balance(settings);
    eject(&mut balance, 2, at(0));
    let mut moved = Vec::new();
    for caller in 0..1_200 {
        let target = picks(&mut balance, 1, caller, at(1))[0];
        if caller % 4 == 2 {
            moved.push(target);
        } else {
            assert_eq!(target, caller % 4);
        }
    }
    assert_eq!(shares(&moved, 4), [100, 100, 0, 100], "dealt out alike");
    assert_eq!(picks(&mut balance, 1, 2, at(30)), [2], "and home again");

    let now = at(30);
    eject(&mut balance, 2, now);
    eject(&mut balance, 1, now);
    let moved = (0..300).map(|of| picks(&mut balance, 1, 4 * of + 2, now)[0]);
    assert_eq!(shares(&moved.collect::<Vec<_>>(), 4), [150, 0, 0, 150]);
}

#[test]
fn the_first_that_may_be_used_takes_all() {
    let settings = among(3, Picker::InOrder).with(|it| {
        it.eject = Some(one_error());
        it.panic_percent = 0;
    });
    let mut driver = driver(settings);
    for (call, target) in [(0, 0), (1, 1), (2, 2)] {
        assert_eq!(driver.call(call), to(target));
        driver.pass(Duration::from_secs(1));
        assert_eq!(driver.reply(call, ERROR), Action::Reply(ERROR));
    }
    let wait = Outcome::failed_until(Class::Rejected, Duration::from_secs(28));
    assert_eq!(driver.call(3), Action::Reply(wait), "the first comes back at 31 s");
    driver.pass(Duration::from_secs(28));
    assert_eq!(driver.call(3), to(0));
}

#[test]
fn a_refusal_sends_the_call_to_others_but_to_none_twice() {
    for picker in PICKERS {
        let settings = among(4, picker).with(|it| it.reselect = Auto::Is(2));
        let mut driver = driver(settings);
        let mut tried = Vec::new();
        let mut step = driver.call(0);
        while let Action::SendTo(Target(target)) = step {
            let target = target as u16;
            assert!(!tried.contains(&target), "{picker:?}");
            assert_eq!(driver.layer.in_flight(target), 1);
            tried.push(target);
            step = driver.reply(0, REFUSED);
            assert_eq!(driver.layer.in_flight(target), 0);
        }
        assert_eq!(step, Action::Reply(REFUSED));
        assert_eq!(tried.len(), 3, "the first and two more");
        assert_eq!(driver.rng.taken(), 3 * picker.draws());
    }
}

#[test]
fn targets_may_stand_anywhere_in_the_list_of_a_policy() {
    let over = |targets: [usize; 3]| {
        Settings::of(targets.map(Target).to_vec()).with(|it| it.reselect = Auto::Is(1))
    };
    let balance = balance(over([5, 2, 9]));
    let mut driver = Driver::new(balance, &[]);
    assert_eq!([0, 1, 2, 3].map(|call| driver.call(call)), [5, 2, 9, 5].map(to));
    assert_eq!([0, 1, 2].map(|target| driver.layer.in_flight(target)), [2, 1, 1]);
    assert_eq!(driver.reply(1, REFUSED), to(9), "not the one that refused");

    let wrong = |settings| Balance::new(settings).expect_err("wrong").to_string();
    assert_eq!(wrong(over([9, 2, 9])), "`over` must be without any service twice");
    assert_eq!(wrong(Settings::among(0)), "`over` must be a list of at least 1");
}

#[test]
fn when_no_other_is_left_the_last_refusal_is_passed_on() {
    let mut driver =
        driver(among(2, Picker::RoundRobin).with(|it| it.reselect = Auto::Is(MAX_RESELECT)));
    assert_eq!(driver.call(0), to(0));
    assert_eq!(driver.reply(0, REFUSED), to(1));
    let last = Outcome::failed_until(Class::BulkheadFull, Duration::from_secs(3));
    assert_eq!(driver.reply(0, last), Action::Reply(last));

    let mut many = crate::balance::driver(
        among(40, Picker::RoundRobin).with(|it| it.reselect = Auto::Is(MAX_RESELECT)),
    );
    assert_eq!(many.call(0), to(0));
    for target in 1..=u16::from(MAX_RESELECT) {
        assert_eq!(many.reply(0, REFUSED), to(target));
    }
    assert_eq!(many.reply(0, REFUSED), Action::Reply(REFUSED));
}

#[test]
fn only_refusals_are_tried_elsewhere_and_only_failures_count() {
    for class in Class::ALL {
        let settings = among(2, Picker::RoundRobin).with(|it| {
            it.eject = Some(one_error());
            it.reselect = Auto::Is(1);
        });
        let mut driver = driver(settings);
        assert_eq!(driver.call(0), to(0));
        let failed = Outcome::failed(class);
        let expected = if class.is_refusal() { to(1) } else { Action::Reply(failed) };
        assert_eq!(driver.reply(0, failed), expected);
        let ejected = driver.layer.outliers().expect("set").is_ejected(0, at(0));
        assert_eq!(ejected, outlier::ERRORS.contains(class), "{class}");
    }
    // Not even if the rules of ejection count refusals.
    let errors = outlier::ERRORS.with(Class::BreakerOpen);
    let eject = one_error().with(|it| {
        it.errors = errors;
        it.ignore = patterns::Classes::NONE;
    });
    let mut driver = driver(among(2, Picker::RoundRobin).with(|it| it.eject = Some(eject)));
    let _sent = driver.call(0);
    assert_eq!(driver.reply(0, REFUSED), Action::Reply(REFUSED));
    assert_eq!(driver.layer.outliers().expect("set").ejected(), 0);
}

#[test]
fn a_hint_keeps_a_target_out_until_exactly_its_end() {
    let hint = Outcome::failed_until(Class::BreakerOpen, Duration::from_secs(5));
    for respect_retry_after in [true, false] {
        let mut driver = driver(
            among(2, Picker::InOrder).with(|it| it.respect_retry_after = respect_retry_after),
        );
        assert_eq!(driver.call(0), to(0));
        assert_eq!(driver.reply(0, hint), Action::Reply(hint));
        driver.now = Time::from_nanos(4_999_999_999);
        assert_eq!(driver.call(1), to(u16::from(respect_retry_after)));
        assert_eq!(driver.reply(1, hint), Action::Reply(hint));
        if respect_retry_after {
            let wait = Outcome::failed_until(Class::Rejected, Duration::from_nanos(1));
            assert_eq!(driver.call(2), Action::Reply(wait), "until the first may be asked again");
        }
        driver.now = at(5);
        assert_eq!(driver.call(2), to(0));
    }
    // Only a refusal says so of this path; a callee that asks for patience asks all.
    let mut driver = driver(among(2, Picker::InOrder).with(|it| it.respect_retry_after = true));
    let limited = Outcome::failed_until(Class::RateLimit, Duration::from_secs(5));
    assert_eq!(driver.call(0), to(0));
    assert_eq!(driver.reply(0, limited), Action::Reply(limited));
    assert_eq!(driver.call(0), to(0));
}

#[test]
fn a_target_that_is_out_for_ever_gives_no_hint() {
    let mut driver = driver(among(1, Picker::Random).with(|it| it.respect_retry_after = true));
    let never = Outcome::failed_until(Class::BreakerOpen, Duration::MAX);
    assert_eq!(driver.call(0), to(0));
    assert_eq!(driver.reply(0, never), Action::Reply(never));
    driver.now = at(1_000_000);
    let refused = Action::Reply(Outcome::failed(Class::Rejected));
    assert_eq!(driver.call(0), refused);
    assert_eq!(driver.rng.taken(), 2, "a draw for each pick, whatever comes of it");
}

#[test]
fn draws_are_constant_for_each_picker() {
    for picker in PICKERS {
        for targets in [1, 2, 7] {
            let mut driver = driver(among(targets, picker));
            for call in 0..10 {
                let _sent = driver.call(call);
                assert_eq!(driver.rng.taken(), (call as usize + 1) * picker.draws());
            }
        }
    }
}

proptest! {
    #[test]
    fn turns_differ_by_one_at_most(
        targets in 1..9_u16,
        out in prop::collection::vec(any::<bool>(), 8),
        picks_before in 0..20_u32,
        calls in 1..60_u32,
    ) {
        for picker in [Picker::RoundRobin, Picker::LeastInFlight] {
            let settings = among(targets, picker).with(|it| { it.eject = Some(one_error()); it.panic_percent = 0; });
            let mut balance = balance(settings);
            let _before = picks(&mut balance, picks_before, 0, at(0));
            let mut left = targets;
            for (target, out) in (0..targets).zip(&out) {
                if *out && left > 1 {
                    eject(&mut balance, target, at(0));
                    left -= 1;
                }
            }
            let picks = picks(&mut balance, calls, 0, at(1));
            let shares = shares(&picks, targets);
            let outliers = balance.outliers().expect("set");
            let of_in = |target: &u16| !outliers.is_ejected(*target, at(1));
            let shares_in: Vec<_> =
                (0..targets).filter(of_in).map(|target| shares[usize::from(target)]).collect();
            prop_assert_eq!(shares_in.iter().sum::<usize>(), calls as usize);
            let (least, most) = (shares_in.iter().min(), shares_in.iter().max());
            prop_assert!(most.expect("one") - least.expect("one") <= 1, "{:?}", shares_in);
        }
    }

    #[test]
    fn the_fewest_calls_stay_within_one_of_each_other(
        targets in 1..9_u16,
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        calls in 1..60_usize,
    ) {
        let mut balance = balance(among(targets, Picker::LeastInFlight));
        let mut open = Vec::new();
        for _ in 0..calls {
            let fewest = (0..targets).map(|target| balance.in_flight(target)).min();
            let sent = balance.try_acquire_with(at(0), 0, &[], &mut || 0.5).expect("all are in");
            prop_assert_eq!(Some(balance.in_flight(sent.target()) - 1), fewest);
            open.push(sent);
        }
        for end in ends {
            if !open.is_empty() {
                let sent = open.swap_remove(end.index(open.len()));
                balance.record_with(sent, Outcome::Ok, at(0), &mut || 0.5);
                let fewest = (0..targets).map(|target| balance.in_flight(target)).min();
                let sent = balance.try_acquire_with(at(0), 0, &[], &mut || 0.5).expect("all are in");
                prop_assert_eq!(Some(balance.in_flight(sent.target()) - 1), fewest);
                open.push(sent);
            }
        }
    }
}
