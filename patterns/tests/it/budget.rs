//! Extra attempts are granted as each kind of budget says, and no others.

use patterns::backoff;
use patterns::budget::{Budget, Extra, Kind, RetryBudget, Settings};
use patterns::retry::{self, Account, FOREVER, Retry, Rule};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Permit, Time};
use proptest::prelude::*;

const NETWORK: Outcome = Outcome::failed(Class::Network);
const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn budget(kind: Kind) -> Budget {
    Budget::new(Settings::of(kind)).expect("valid")
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// AWS: 500, of which a retry takes 5, or 10 after a timeout.
fn aws() -> Kind {
    Kind::quota(500, 5)
}

/// What is under way: calls, and extra attempts.
fn in_flight(budget: &Budget) -> (u32, u32) {
    let figures = budget.figures(Time::ZERO);
    (figures.calls, figures.extra)
}

/// How many extra attempts are granted at once, one after another.
pub(crate) fn granted(budget: &mut Budget, now: Time) -> usize {
    (0..10_000).take_while(|_| budget.try_acquire(now, Some(Class::Network)).is_ok()).count()
}

/// What can happen to a budget.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Pass(u64),
    Begin,
    Ask(Class),
    /// The attempt at this index ends, counted round: an extra one or a first one.
    Settle(usize, Option<Class>),
    Cancel(usize),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let class = || prop::sample::select(&[Class::Network, Class::Timeout, Class::Overload][..]);
    let one = prop_oneof![
        2 => (0..3_000_u64).prop_map(Happening::Pass),
        4 => Just(Happening::Begin),
        6 => class().prop_map(Happening::Ask),
        4 => (any::<usize>(), prop::option::of(class())).prop_map(|(i, c)| Happening::Settle(i, c)),
        1 => any::<usize>().prop_map(Happening::Cancel),
    ];
    prop::collection::vec(one, 1..200)
}

fn kinds() -> impl Strategy<Value = Kind> {
    let millis = Duration::from_millis;
    let share = prop::sample::select(vec![0.0, 0.1, 0.2, 0.6, 1.0]);
    prop_oneof![
        (1..5_u32, prop::sample::select(vec![0.1, 0.5, 1.0]))
            .prop_map(|(max, ratio)| Kind::Tokens { max, ratio }),
        (1..40_u32, prop::option::of(1..2_000_u64)).prop_map(move |(capacity, refill)| {
            let refill = refill.map(millis);
            let (timeout_cost, throttle_cost) = (Auto::Is(10), Auto::Is(3));
            Kind::Quota { capacity, cost: 5, timeout_cost, throttle_cost, reward: 1, refill }
        }),
        (1..4_u64, 0..2_u32, share.clone()).prop_map(move |(secs, least_per_sec, share)| {
            Kind::Deposits { ttl: Duration::from_secs(secs), least_per_sec, share }
        }),
        (1..5_u32, 1..2_000_u64)
            .prop_map(move |(capacity, every)| Kind::Bucket { capacity, every: millis(every) }),
        (share.clone(), 0..4_u32).prop_map(|(share, least)| Kind::Share { share, least }),
        (share, 0..4_u32).prop_map(|(rate, least)| Kind::Rate { rate, least }),
        (0..4_u32).prop_map(Kind::Fixed),
    ]
}

/// What has happened so far, as the model keeps it.
#[derive(Clone, Copy, Debug)]
enum Event {
    Begun(u64),
    Granted(u64, u32),
    Good(Option<u32>),
    Failed,
}

/// What an extra attempt costs after a failure of this class.
fn cost(kind: Kind, class: Class) -> u32 {
    match (kind, class) {
        (Kind::Quota { cost, timeout_cost, .. }, Class::Timeout) => timeout_cost.or(2 * cost),
        (Kind::Quota { cost, throttle_cost, .. }, Class::Overload) => throttle_cost.or(cost),
        (Kind::Quota { cost, .. }, _) => cost,
        _ => 0,
    }
}

/// Whether an extra attempt is granted now, from all that ever happened.
fn grants(kind: Kind, class: Class, past: &[Event], calls: u32, extra: u32, now: u64) -> bool {
    match kind {
        Kind::Tokens { max, ratio } => {
            let (max, reward) = (u64::from(max) * 1000, (ratio * 1000.0_f64).round() as u64);
            let left = past.iter().fold(max, |left, event| match event {
                Event::Good(_) => (left + reward).min(max),
                Event::Failed => left.saturating_sub(1000),
                Event::Begun(_) | Event::Granted(..) => left,
            });
            left * 2 > max
        }
        Kind::Quota { capacity, reward, refill, .. } => {
            // A unit comes back at each whole multiple of the time since the beginning; it is
            // counted at the next time that anything is asked, so the model asks as well.
            let mut left = u64::from(capacity);
            let mut refilled = 0;
            let mut refill_to = |left: &mut u64, now: u64| {
                let units = refill.map_or(0, |every| now / every.as_nanos());
                *left = (*left + units - refilled).min(capacity.into());
                refilled = units;
            };
            for event in past {
                match *event {
                    Event::Granted(at, cost) => {
                        refill_to(&mut left, at);
                        left -= u64::from(cost);
                    }
                    Event::Good(cost) => {
                        left = (left + u64::from(cost.unwrap_or(reward))).min(capacity.into());
                    }
                    Event::Begun(_) | Event::Failed => {}
                }
            }
            refill_to(&mut left, now);
            left >= u64::from(cost(kind, class))
        }
        Kind::Deposits { ttl, least_per_sec, share } => {
            let width = ttl.as_nanos() / 10;
            let recent = |at: u64| now / width < at / width + 10;
            let thousandths: i64 = past
                .iter()
                .map(|event| match *event {
                    Event::Begun(at) if recent(at) => (share * 1000.0).round() as i64,
                    Event::Granted(at, _) if recent(at) => -1000,
                    _ => 0,
                })
                .sum();
            let reserve = ttl.as_secs_f64() as i64 * i64::from(least_per_sec);
            thousandths + reserve * 1000 >= 1000
        }
        Kind::Bucket { capacity, every } => {
            // In nanoseconds of refilling.
            let full = every.as_nanos() * u64::from(capacity);
            let (mut level, mut seen) = (full, 0);
            for event in past {
                if let Event::Granted(at, _) = event {
                    level = (level + at - seen).min(full) - every.as_nanos();
                    seen = *at;
                }
            }
            (level + now - seen).min(full) >= every.as_nanos()
        }
        Kind::Share { share, least } => {
            let percent = (share * 100.0).round() as u32;
            // A whole number, as Envoy has it.
            extra < least.max(percent * (calls + extra) / 100)
        }
        Kind::Rate { rate, least } => {
            let percent = (rate * 100.0).round() as u32;
            // An extra attempt counts as one under way as well, as in failsafe-go.
            extra < least || extra * 100 <= percent * (calls + extra)
        }
        Kind::Fixed(most) => extra < most,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_budget_is_what_its_history_makes_it(kind in kinds(), story in happenings()) {
        let mut budget = budget(kind);
        let mut past = Vec::new();
        let mut first = 0;
        let mut extra: Vec<(Permit<Extra>, u32)> = Vec::new();
        let mut now = 0;
        for happening in story {
            let time = Time::from_nanos(now);
            match happening {
                Happening::Pass(millis) => now += millis * 1_000_000,
                Happening::Begin => {
                    budget.begin(time);
                    past.push(Event::Begun(now));
                    first += 1;
                }
                Happening::Ask(class) => {
                    let expected = grants(kind, class, &past, first, extra.len() as u32, now);
                    let grant = budget.try_acquire(time, Some(class));
                    prop_assert_eq!(grant.is_ok(), expected, "{:?}", past);
                    if let Ok(grant) = grant {
                        let cost = cost(kind, class);
                        past.push(Event::Granted(now, cost));
                        extra.push((grant, cost));
                    }
                }
                Happening::Settle(_, _) | Happening::Cancel(_)
                    if first == 0 && extra.is_empty() => {}
                Happening::Settle(which, failure) => {
                    let outcome = failure.map_or(Outcome::Ok, Outcome::failed);
                    let which = which % (extra.len() + first as usize);
                    let held = (which < extra.len()).then(|| extra.swap_remove(which));
                    past.push(match failure {
                        None => Event::Good(held.as_ref().map(|held| held.1)),
                        Some(_) => Event::Failed,
                    });
                    if let Some((permit, _)) = held {
                        budget.record(permit, outcome, time);
                    } else {
                        budget.record_first(outcome, time);
                        budget.end(time);
                        first -= 1;
                    }
                }
                Happening::Cancel(which) => {
                    let which = which % (extra.len() + first as usize);
                    if which < extra.len() {
                        budget.cancel(extra.swap_remove(which).0, time);
                    } else {
                        budget.end(time);
                        first -= 1;
                    }
                }
            }
            prop_assert_eq!(in_flight(&budget), (first, extra.len() as u32));
        }
    }

    /// In the long run no more than the share and the reserve are granted.
    #[test]
    fn the_long_run_share_is_kept(
        percent in 0..=100_u32,
        least_per_sec in 0..3_u32,
        gaps in prop::collection::vec(0..300_u64, 100..400),
    ) {
        let ttl = SECOND * 10;
        let share = f64::from(percent) / 100.0;
        let mut budget = budget(Kind::Deposits { ttl, least_per_sec, share });
        let (mut now, mut grants) = (Time::ZERO, 0_u64);
        for gap in &gaps {
            now = now + Duration::from_millis(*gap);
            budget.begin(now);
            grants += granted(&mut budget, now) as u64;
        }
        // A reserve for each `ttl`, and one for the part that is forgotten late.
        let spans = now.since(Time::ZERO).as_nanos() / ttl.as_nanos() + 2;
        let most = u64::from(percent) * gaps.len() as u64 / 100
            + u64::from(least_per_sec) * 10 * spans;
        prop_assert!(grants <= most, "{grants} > {most}");
    }
}

/// tower 0.5 cuts the reciprocal of the share: for 60 % it grants ten for ten.
#[test]
fn a_share_is_not_cut() {
    let deposits = |share| Kind::Deposits { ttl: SECOND * 10, least_per_sec: 0, share };
    let of_ten = |share| {
        let mut budget = budget(deposits(share));
        (0..10).for_each(|_| budget.begin(at(0)));
        granted(&mut budget, at(0))
    };
    assert_eq!([0.0, 0.1, 0.2, 0.6, 0.7, 1.0, 2.5].map(of_ten), [0, 1, 2, 6, 7, 10, 25]);
    // A copy with that defect fails the same check.
    let cut = |share: f64| (10.0 / (1.0 / share).trunc()) as usize;
    assert_ne!([0.6, 0.7].map(cut), [6, 7]);
}

#[test]
fn tokens_are_granted_above_half_of_them() {
    let mut budget = budget(Kind::Tokens { max: 10, ratio: 0.1 });
    for failures in 0..5 {
        assert!(budget.try_acquire(at(0), None).is_ok(), "{failures}");
        budget.record_first(NETWORK, at(0));
    }
    assert!(budget.try_acquire(at(0), None).is_err(), "5 of 10 are not more than half");
    budget.record_first(Outcome::Ok, at(0));
    assert!(budget.try_acquire(at(0), None).is_ok(), "5.1 are");
    // What a layer on the caller's side refused says nothing about the callee.
    budget.record_first(Outcome::failed(Class::BreakerOpen), at(0));
    assert!(budget.try_acquire(at(0), None).is_ok());
    // They never are fewer than none: five and a tenth give what six successes take.
    (0..100).for_each(|_| budget.record_first(NETWORK, at(0)));
    (0..50).for_each(|_| budget.record_first(Outcome::Ok, at(0)));
    assert!(budget.try_acquire(at(0), None).is_err());
    budget.record_first(Outcome::Ok, at(0));
    assert!(budget.try_acquire(at(0), None).is_ok());
}

#[test]
fn a_quota_pays_by_the_failure_and_gets_it_back_on_success_alone() {
    let mut quota = budget(aws());
    assert_eq!(granted(&mut quota, at(0)), 100);
    let mut quota = budget(aws());
    let mut grants: Vec<_> =
        (0..50).map(|_| quota.try_acquire(at(0), Some(Class::Timeout))).collect();
    assert!(quota.try_acquire(at(1_000_000), Some(Class::Network)).is_err(), "time gives nothing");
    quota.record(grants.pop().expect("50").expect("granted"), NETWORK, at(0));
    assert!(quota.try_acquire(at(0), Some(Class::Network)).is_err());
    quota.record(grants.pop().expect("49").expect("granted"), Outcome::Ok, at(0));
    assert_eq!(granted(&mut quota, at(0)), 2, "10 came back");
    for _ in 0..4 {
        quota.record_first(Outcome::Ok, at(0));
        assert!(quota.try_acquire(at(0), Some(Class::Network)).is_err());
    }
    quota.record_first(Outcome::Ok, at(0));
    assert_eq!(granted(&mut quota, at(0)), 1);
}

#[test]
fn settings_that_make_no_sense_are_told() {
    let reported = |kind| Budget::new(Settings::of(kind)).map(drop).unwrap_err().to_string();
    let deposits = |ttl, share| Kind::Deposits { ttl, least_per_sec: 0, share };
    let quota = |capacity, every| {
        let mut kind = Kind::quota(capacity, 5);
        if let Kind::Quota { refill, .. } = &mut kind {
            *refill = every;
        }
        kind
    };
    let cases = [
        (Kind::Tokens { max: 0, ratio: 1.0 }, "`kind.max` must be from 1 to 1000, not 0"),
        (Kind::Tokens { max: 1001, ratio: 1.0 }, "`kind.max` must be from 1 to 1000, not 1001"),
        (Kind::Tokens { max: 1, ratio: 0.0009 }, "`kind.ratio` must be at least 0.001, not 0.0009"),
        (Kind::Tokens { max: 1, ratio: f64::NAN }, "`kind.ratio` must be at least 0.001, not NaN"),
        (quota(0, None), "`kind.capacity` must be at least 1, not 0"),
        (quota(1, Some(Duration::ZERO)), "`kind.refill` must be longer than 0s, not 0s"),
        (deposits(Duration::from_nanos(9), 0.1), "`kind.ttl` must be at least 10ns, not 9ns"),
        (deposits(SECOND, -0.1), "`kind.share` must be from 0 to 1000, not -0.1"),
        (deposits(SECOND, 1000.1), "`kind.share` must be from 0 to 1000, not 1000.1"),
        (Kind::Bucket { capacity: 0, every: SECOND }, "`kind.capacity` must be at least 1, not 0"),
        (
            Kind::Bucket { capacity: 1, every: Duration::ZERO },
            "`kind.every` must be longer than 0s, not 0s",
        ),
        (Kind::Share { share: 1.1, least: 0 }, "`kind.share` must be from 0 to 1, not 1.1"),
        (Kind::Rate { rate: -1.0, least: 0 }, "`kind.rate` must be from 0 to 1000, not -1.0"),
    ];
    for (kind, expected) in cases {
        assert_eq!(reported(kind), expected, "{kind:?}");
    }
    for kind in [Kind::Tokens { max: 1, ratio: 0.001 }, quota(1, Some(SECOND)), Kind::Fixed(0)] {
        assert!(Budget::new(Settings::of(kind)).is_ok());
    }
}

/// Far ahead and back again: nothing overflows, and what is set back gives nothing.
#[test]
fn a_clock_that_steps_grants_nothing_for_it() {
    let huge = Duration::MAX;
    for kind in [
        Kind::Deposits { ttl: huge, least_per_sec: u32::MAX, share: 1000.0 },
        Kind::Deposits { ttl: SECOND, least_per_sec: 0, share: 1.0 },
        Kind::Bucket { capacity: 3, every: huge },
        Kind::Bucket { capacity: 3, every: SECOND },
        aws(),
    ] {
        let mut budget = budget(kind);
        for now in [at(5), Time::MAX, Time::ZERO, at(5)] {
            budget.begin(now);
            let _grant = budget.try_acquire(now, None);
        }
    }
    let mut bucket = budget(Kind::Bucket { capacity: 3, every: SECOND });
    assert_eq!(granted(&mut bucket, at(100)), 3);
    assert_eq!(granted(&mut bucket, at(10)), 0);
    assert_eq!(granted(&mut bucket, at(101)), 1);
}

#[test]
fn a_guard_lets_first_attempts_pass_and_asks_for_the_others() {
    let guard = RetryBudget::new(Settings::of(Kind::Fixed(1))).expect("valid");
    let mut driver = Driver::new(guard, &[]);
    for call in 0..3 {
        assert_eq!(driver.call(call), Action::Send);
    }
    driver.info.is_extra = true;
    assert_eq!(driver.call(3), Action::Send);
    let refused = Action::Reply(Outcome::failed(Class::Rejected));
    assert_eq!(driver.call(4), refused);
    assert_eq!(in_flight(driver.layer.budget()), (3, 1));
    driver.cancel(3);
    driver.late(3, Outcome::Ok);
    assert_eq!(driver.call(3), Action::Send, "given back once");
    assert_eq!(driver.call(4), refused);
    assert_eq!(driver.reply(3, NETWORK), Action::Reply(NETWORK));
    for call in 0..3 {
        driver.cancel(call);
    }
    assert_eq!(in_flight(driver.layer.budget()), (0, 0));
}

fn retrying(kind: Kind, account: Account) -> Driver<Retry> {
    let rule = Rule::of(FOREVER, backoff::Settings::constant(SECOND));
    let settings = retry::Settings::of([(Class::Network, rule)].into()).with(|settings| {
        settings.budget = Some(Settings::of(kind));
        settings.account = account;
    });
    Driver::new(Retry::new(settings).expect("valid"), &[])
}

/// Envoy counts retries that wait as being under way (issue 30205), which is one of two ways.
#[test]
fn a_retry_that_waits_counts_as_the_account_says() {
    for (account, second_waits) in [(Account::Decided, false), (Account::Sent, true)] {
        let mut driver = retrying(Kind::Fixed(1), account);
        for call in 0..2 {
            assert_eq!(driver.call(call), Action::Send);
        }
        assert_eq!(driver.reply(0, NETWORK), Action::WaitUntil(at(1)));
        let second = driver.reply(1, NETWORK);
        assert_eq!(second == Action::WaitUntil(at(1)), second_waits, "{account:?}");
        driver.now = at(1);
        assert_eq!(driver.wake(0), Action::Send);
        if second_waits {
            // The refusal comes after the wait, with the failure that asked.
            assert_eq!(driver.wake(1), Action::Reply(NETWORK));
        } else {
            assert_eq!(second, Action::Reply(NETWORK));
        }
        assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
        assert_eq!(driver.call(1), Action::Send);
        assert_eq!(driver.reply(1, NETWORK), Action::WaitUntil(at(2)), "given back");
    }
}

/// Where a call of a retry stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Gone,
    Sent,
    Waiting(Time),
}

proptest! {
    /// Whatever becomes of calls, nothing is held when all are over.
    #[test]
    fn a_retry_gives_back_what_it_took(
        sent in any::<bool>(),
        story in prop::collection::vec((0..3_u32, 0..5_u8), 1..60),
    ) {
        let account = if sent { Account::Sent } else { Account::Decided };
        let mut driver = retrying(Kind::Rate { rate: 0.5, least: 1 }, account);
        let mut calls = [At::Gone; 3];
        for (call, what) in story {
            let index = call as usize;
            let step = match (calls[index], what) {
                (At::Gone, _) => driver.call(call),
                (_, 0) => {
                    driver.cancel(call);
                    Action::Reply(NETWORK)
                }
                (At::Sent, 1) => driver.reply(call, Outcome::Ok),
                (At::Sent, _) => driver.reply(call, NETWORK),
                (At::Waiting(until), _) => {
                    driver.now = driver.now.max(until);
                    driver.wake(call)
                }
            };
            calls[index] = match step {
                Action::Send => At::Sent,
                Action::WaitUntil(until) => At::Waiting(until),
                _ => At::Gone,
            };
        }
        for call in 0..3 {
            if calls[call as usize] != At::Gone {
                driver.cancel(call);
            }
        }
        // With nothing under way, exactly the least is granted again.
        for call in 0..2 {
            prop_assert_eq!(driver.call(call), Action::Send);
        }
        let first = driver.reply(0, NETWORK);
        prop_assert!(matches!(first, Action::WaitUntil(_)));
    }
}
