//! A cache at its boundaries.

use patterns::cache::{Cache, CountsFrom, Eviction, Found, Lasting, LateResults, Settings};
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Class, Classes, Duration, Outcome, Time};

const TTL: Duration = Duration::from_secs(10);
const NETWORK: Outcome = Outcome::failed(Class::Network);
const WRONG: Outcome = Outcome::failed(Class::Validation);

fn plain(capacity: u32, eviction: Eviction) -> Settings {
    Settings::of(TTL).with(|settings| (settings.capacity, settings.eviction) = (capacity, eviction))
}

fn cache(settings: Settings) -> Cache {
    Cache::new(settings).expect("valid")
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

fn just_before(time: Time) -> Time {
    Time::from_nanos(time.as_nanos() - 1)
}

/// Stores good answers for these keys, one after the other.
fn store(cache: &mut Cache, keys: &[u32]) {
    for key in keys {
        assert_eq!(cache.answer(*key, Outcome::Ok, at(0)), Outcome::Ok);
    }
}

fn held(cache: &Cache) -> Vec<u32> {
    (0..10).filter(|key| cache.holds(*key)).collect()
}

#[test]
fn a_copy_is_fresh_until_exactly_its_lifetime() {
    let mut cache = cache(plain(4, Eviction::Lru));
    store(&mut cache, &[1]);
    assert_eq!(cache.get(1, just_before(at(10))), Found::Fresh(Outcome::Ok));
    assert_eq!(cache.get(1, at(10)), Found::Nothing);
    assert!(cache.is_empty(), "what can never be given again is dropped when it is looked for");
}

#[test]
fn a_sliding_lifetime_begins_anew_with_each_use() {
    let settings = plain(4, Eviction::Lru).with(|s| s.counts_from = CountsFrom::LastUse);
    let mut cache = cache(settings);
    store(&mut cache, &[1]);
    for secs in [9, 18, 27] {
        assert_eq!(cache.get(1, at(secs)), Found::Fresh(Outcome::Ok));
    }
    assert_eq!(cache.get(1, just_before(at(37))), Found::Fresh(Outcome::Ok));
    assert_eq!(cache.get(1, just_before(at(47))), Found::Nothing);
}

#[test]
fn an_old_copy_stands_in_until_exactly_its_bound() {
    let settings = plain(4, Eviction::Lru).with(|settings| {
        settings.stale_if_error = Some(Lasting(Duration::from_secs(5)));
        settings.stale_on = Classes::REMOTE.without(Class::Validation);
    });
    let mut driver = Driver::new(cache(settings), &[]);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    for (now, outcome, expected) in [
        (at(10), NETWORK, Outcome::Degraded),
        (at(10), WRONG, WRONG),
        (at(10), Outcome::failed(Class::BreakerOpen), Outcome::failed(Class::BreakerOpen)),
        (just_before(at(15)), NETWORK, Outcome::Degraded),
        (at(15), NETWORK, NETWORK),
    ] {
        driver.now = now;
        assert_eq!(driver.call(0), Action::Send, "an old copy is never given without asking");
        assert_eq!(driver.reply(0, outcome), Action::Reply(expected), "{outcome:?} at {now}");
    }
    assert_eq!(driver.layer.len(), 0);
}

#[test]
fn without_stale_serving_a_failure_is_a_failure() {
    let mut driver = Driver::new(cache(plain(4, Eviction::Lru)), &[]);
    assert_eq!([0, 1].map(|call| driver.call(call)), [Action::Send; 2]);
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.reply(1, NETWORK), Action::Reply(NETWORK));
    assert_eq!(driver.call(1), Action::Reply(Outcome::Ok));
}

#[test]
fn failures_are_kept_only_if_told_to_and_their_hint_grows_less() {
    let settings = plain(4, Eviction::Lru);
    let mut off = cache(settings);
    assert_eq!(off.answer(1, WRONG, at(0)), WRONG);
    assert_eq!(off.get(1, at(0)), Found::Nothing);

    let mut on = cache(settings.with(|settings| {
        settings.negative = Some(Lasting(Duration::from_secs(3)));
        settings.negative_on = Classes::NONE.with(Class::Overload);
        settings.counts_from = CountsFrom::LastUse;
    }));
    let busy = |secs| Outcome::failed_until(Class::Overload, Duration::from_secs(secs));
    assert_eq!(on.answer(1, WRONG, at(0)), WRONG);
    assert_eq!(on.get(1, at(0)), Found::Nothing, "a class that is not kept");
    assert_eq!(on.answer(1, busy(2), at(0)), busy(2));
    assert_eq!(on.get(1, at(0)), Found::Fresh(busy(2)));
    assert_eq!(on.get(1, at(1)), Found::Fresh(busy(1)));
    assert_eq!(on.get(1, at(2)), Found::Fresh(Outcome::failed(Class::Overload)));
    assert_eq!(on.get(1, at(3)), Found::Nothing, "a failure does not live on by being used");
}

#[test]
fn a_failure_overwrites_no_fresh_answer() {
    let mut cache = cache(plain(4, Eviction::Lru).with(|settings| {
        settings.negative = Some(Lasting(Duration::from_secs(3)));
        settings.negative_on = Classes::ALL;
    }));
    store(&mut cache, &[1]);
    assert_eq!(cache.answer(1, NETWORK, at(5)), NETWORK);
    assert_eq!(cache.get(1, at(5)), Found::Fresh(Outcome::Ok));
    assert_eq!(cache.answer(1, NETWORK, at(10)), NETWORK);
    assert_eq!(cache.get(1, at(10)), Found::Fresh(NETWORK), "but one past its lifetime");
    assert_eq!(cache.answer(1, Outcome::Ok, at(11)), Outcome::Ok);
    assert_eq!(cache.get(1, at(11)), Found::Fresh(Outcome::Ok), "and an answer overwrites it");
}

#[test]
fn each_policy_evicts_another_one() {
    for (eviction, evicted) in [(Eviction::Lru, 2), (Eviction::Fifo, 1), (Eviction::Lfu, 3)] {
        let mut cache = cache(plain(3, eviction));
        store(&mut cache, &[1, 2, 3]);
        for key in [2, 2, 3, 1, 1] {
            assert_eq!(cache.get(key, at(1)), Found::Fresh(Outcome::Ok));
        }
        // Used least recently: 2, then 3, then 1; least often: 3; stored first: 1.
        store(&mut cache, &[4]);
        let left: Vec<u32> = [1, 2, 3, 4].into_iter().filter(|key| *key != evicted).collect();
        assert_eq!(held(&cache), left, "{eviction:?}");
    }
}

#[test]
fn among_equally_frequent_ones_the_one_that_waits_longest_goes() {
    let mut cache = cache(plain(2, Eviction::Lfu));
    store(&mut cache, &[1, 2]);
    for key in [2, 1] {
        assert_eq!(cache.get(key, at(1)), Found::Fresh(Outcome::Ok));
    }
    store(&mut cache, &[3]);
    assert_eq!(held(&cache), [1, 3]);
    store(&mut cache, &[4]);
    assert_eq!(held(&cache), [1, 4], "a new one has not been used often");
}

#[test]
fn what_is_stored_anew_takes_no_second_place() {
    for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Lfu] {
        let mut cache = cache(plain(2, eviction));
        store(&mut cache, &[1, 2, 1, 1]);
        assert_eq!(held(&cache), [1, 2]);
        store(&mut cache, &[3]);
        assert_eq!(held(&cache), [1, 3], "{eviction:?}");
    }
}

#[test]
fn a_new_cache_knows_nothing_and_asks() {
    let mut warm = Driver::new(cache(plain(4, Eviction::Lru)), &[]);
    assert_eq!(warm.call(0), Action::Send);
    assert_eq!(warm.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(warm.call(0), Action::Reply(Outcome::Ok));
    // Another process takes over.
    warm.layer = cache(plain(4, Eviction::Lru));
    assert_eq!(warm.call(0), Action::Send);
    assert_eq!(warm.reply(0, NETWORK), Action::Reply(NETWORK));
}

#[test]
fn a_call_that_does_something_is_sent_and_drops_the_copy() {
    let mut driver = Driver::new(cache(plain(4, Eviction::Lru)), &[]);
    let write = CallInfo { is_idempotent: false, ..CallInfo::default() };
    store(&mut driver.layer, &[0, 1]);
    driver.info = write;
    assert_eq!(driver.call(7), Action::Send);
    assert_eq!(driver.reply(7, NETWORK), Action::Reply(NETWORK));
    assert_eq!(held(&driver.layer), [0, 1], "nothing was done");
    for late in [false, true] {
        store(&mut driver.layer, &[0, 1]);
        driver.info = write;
        assert_eq!(driver.call(7), Action::Send);
        if late {
            driver.cancel(7);
            driver.late(7, Outcome::Ok);
        } else {
            assert_eq!(driver.reply(7, Outcome::Ok), Action::Reply(Outcome::Ok));
        }
        assert_eq!(held(&driver.layer), [1]);
    }
}

#[test]
fn a_stand_in_is_not_kept() {
    let mut driver = Driver::new(cache(plain(4, Eviction::Lru)), &[]);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.reply(0, Outcome::Degraded), Action::Reply(Outcome::Degraded));
    assert_eq!(driver.call(0), Action::Send);
}

#[test]
fn late_answers_are_kept_if_told_to() {
    for (late, held) in [(LateResults::Drop, false), (LateResults::Keep, true)] {
        let settings = plain(4, Eviction::Lru).with(|settings| settings.late = late);
        let mut driver = Driver::new(cache(settings), &[]);
        assert_eq!(driver.call(0), Action::Send);
        driver.cancel(0);
        driver.late(0, NETWORK);
        assert_eq!(driver.layer.len(), 0);
        driver.late(0, Outcome::Ok);
        assert_eq!(driver.layer.holds(0), held, "{late:?}");
    }
}

#[test]
fn a_clock_that_steps_back_brings_nothing_to_life() {
    let mut cache = cache(plain(4, Eviction::Lru));
    store(&mut cache, &[1, 2]);
    assert_eq!(cache.get(1, at(10)), Found::Nothing);
    assert_eq!(cache.get(2, at(9)), Found::Nothing, "it was past its lifetime at 10 s");
}

#[test]
fn huge_settings_reserve_nothing_and_never_end() {
    let settings = plain(u32::MAX, Eviction::Lfu).with(|settings| {
        settings.ttl = Duration::MAX;
        settings.stale_if_error = Some(Lasting(Duration::MAX));
        settings.negative = Some(Lasting(Duration::MAX));
        settings.negative_on = Classes::ALL;
    });
    let mut cache = cache(settings);
    assert_eq!(cache.answer(1, Outcome::Ok, at(1)), Outcome::Ok);
    assert_eq!(cache.get(1, Time::from_nanos(u64::MAX - 1)), Found::Fresh(Outcome::Ok));
    assert_eq!(cache.get(1, Time::MAX), Found::Nothing);
    assert_eq!(cache.answer(1, NETWORK, Time::MAX), NETWORK);
}

#[test]
fn what_cannot_be_is_told() {
    let reported = |change: &dyn Fn(&mut Settings)| {
        let settings = plain(1, Eviction::Lru).with(change);
        Cache::new(settings).map(drop).expect_err("invalid").to_string()
    };
    let longer = |key: &str| format!("`{key}` must be longer than 0s, not 0s");
    assert_eq!(reported(&|s| s.capacity = 0), "`capacity` must be at least 1, not 0");
    assert_eq!(reported(&|s| s.ttl = Duration::ZERO), longer("ttl"));
    let zero = Some(Lasting(Duration::ZERO));
    assert_eq!(reported(&|s| s.stale_if_error = zero), longer("stale-if-error"));
    assert_eq!(reported(&|s| s.negative = zero), longer("negative"));
    let one = |key: &str| format!("`{key}` must be a list of at least 1");
    assert_eq!(reported(&|s| s.stale_on = Classes::NONE), one("stale-on"));
    assert_eq!(reported(&|s| s.negative_on = Classes::NONE), one("negative-on"));
}
