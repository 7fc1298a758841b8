//! Settings of a bulkhead at their limits, and time at its own.

use std::fmt::Write;

use expect_test::expect;
use patterns::bulkhead::{Bulkhead, DropPolicy, Order, Partition, Settings};
use patterns::testing::Driver;
use patterns::{Action, CallId, Duration, Outcome, Time};

use crate::bulkhead::{at, bulkhead, drain, enter, granted, line, span};
use crate::bulkhead_share::shared;

#[test]
fn a_clock_that_goes_back_stands_still() {
    let settings = Settings { max_wait: Some(span(20)), order: Order::Adaptive(span(5)), ..line() };
    let mut bulkhead = bulkhead(settings);
    for (call, now) in [(0, 100), (1, 50), (2, 10)] {
        let _entry = enter(&mut bulkhead, call, now);
    }
    assert_eq!(bulkhead.until(CallId(2)), Some(at(120)));
    assert_eq!(granted(bulkhead.leave(CallId(0), at(0))), [1], "no time has passed");
    assert_eq!(drain(&mut bulkhead, 1, 106), [2]);
}

#[test]
fn at_the_end_of_time_patience_has_none() {
    let max_wait = Some(Duration::from_secs(1));
    let mut driver = Driver::new(bulkhead(Settings { max_wait, ..line() }), &[]);
    driver.now = at(u64::MAX - 1);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.call(1), Action::Wait);
    driver.now = Time::MAX;
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.wake(1), Action::Send);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let part = |caller, reserved, most| Partition { caller, reserved, most };
    let parts = |partitions| Settings { partitions, ..Settings::of(4) };
    let codel = |interval, target| {
        let drop_policy = DropPolicy::CoDel { interval: span(interval), target: span(target) };
        Settings { drop_policy, ..Settings::of(4) }
    };
    let short = |interval, max_wait| Settings {
        drop_policy: DropPolicy::ControlledTimeout { interval, max_wait },
        ..line()
    };
    let order = Order::Adaptive(Duration::ZERO);
    let cases = [
        ("no slots", Settings::of(0)),
        ("no classes", Settings { priorities: 0, ..line() }),
        ("all classes", Settings { priorities: 255, ..line() }),
        ("all reserved", parts(vec![part(1, 3, 3), part(2, 1, 9)])),
        ("more reserved", parts(vec![part(1, 3, 3), part(2, 2, 9)])),
        ("no end of reserves", parts(vec![part(1, u32::MAX, u32::MAX), part(2, 9, 9)])),
        ("one caller twice", parts(vec![part(1, 1, 3), part(2, 1, 3), part(1, 1, 3)])),
        ("no room", parts(vec![part(1, 0, 0)])),
        ("most below reserve", parts(vec![part(1, 2, 1)])),
        ("codel", codel(2, 1)),
        ("codel of one length", codel(1, 1)),
        ("codel of no length", codel(1, 0)),
        ("adaptive at once", Settings { order, ..line() }),
        ("no patience at once", short(Duration::ZERO, Duration::ZERO)),
        ("all patience", short(Duration::MAX, Duration::MAX)),
        ("deadlines never met", Settings { min_remaining: Some(Duration::MAX), ..line() }),
    ];
    let mut said = String::new();
    for (name, settings) in cases {
        let told = Bulkhead::new(settings).map_or_else(|e| e.to_string(), |_| "fine".to_owned());
        writeln!(said, "{name}: {told}").expect("a string");
    }
    let mut shared = shared(0);
    for slots in [0, 2, 3] {
        let told = shared
            .set_slots(slots, Time::ZERO)
            .map_or_else(|e| e.to_string(), |_| "fine".to_owned());
        writeln!(said, "{slots} slots from now on: {told}").expect("a string");
    }
    expect![[r#"
        no slots: `slots` must be at least 1
        no classes: `priorities` must be at least 1
        all classes: fine
        all reserved: fine
        more reserved: `reserved` must be no more than `slots` over all partitions
        no end of reserves: `reserved` must be no more than `slots` over all partitions
        one caller twice: `caller` must be in one partition only
        no room: `most` must be at least 1
        most below reserve: `most` must be no less than what is reserved
        codel: fine
        codel of one length: `interval` must be longer than `target`
        codel of no length: `target` must be longer than zero
        adaptive at once: fine
        no patience at once: fine
        all patience: fine
        deadlines never met: fine
        0 slots from now on: `slots` must be at least 1
        2 slots from now on: `slots` must be no less than is reserved over all partitions
        3 slots from now on: fine
    "#]]
    .assert_eq(&said);
}
