//! Settings of a bulkhead at their limits, and time at its own.

use std::fmt::Write;

use expect_test::expect;
use patterns::bulkhead::{Bulkhead, DropPolicy, Order, Partition, Settings};
use patterns::settings::CallerId;
use patterns::testing::Driver;
use patterns::{Action, CallId, Duration, Outcome, Time};

use crate::bulkhead::{at, bulkhead, drain, enter, granted, line, machine, span};
use crate::bulkhead_share::shared;

#[test]
fn a_clock_that_goes_back_stands_still() {
    let settings = line().with(|s| {
        s.max_wait = Some(span(20));
        s.order = Order::Adaptive(span(5));
    });
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
    let mut driver = Driver::new(machine(line().with(|s| s.max_wait = max_wait)), &[]);
    driver.now = at(u64::MAX - 1);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.call(1), Action::Wait);
    driver.now = Time::MAX;
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.wake(1), Action::Send);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let part = |caller, reserved, most| (CallerId(caller), Partition::of(reserved, most));
    let parts = |partitions: &[(CallerId, Partition)]| {
        Settings::of(4).with(|s| s.partitions = partitions.iter().copied().collect())
    };
    let codel = |interval, target| {
        let drop_policy = DropPolicy::Codel { interval: span(interval), target: span(target) };
        Settings::of(4).with(|s| s.drop_policy = drop_policy)
    };
    let short = |interval, max_wait| {
        line().with(|s| s.drop_policy = DropPolicy::ControlledTimeout { interval, max_wait })
    };
    let order = Order::Adaptive(Duration::ZERO);
    let cases = [
        ("no slots", Settings::of(0)),
        ("no classes", line().with(|s| s.priorities = 0)),
        ("all classes", line().with(|s| s.priorities = 255)),
        ("all reserved", parts(&[part(1, 3, 3), part(2, 1, 9)])),
        ("more reserved", parts(&[part(1, 3, 3), part(2, 2, 9)])),
        ("no end of reserves", parts(&[part(1, u32::MAX, u32::MAX), part(2, 9, 9)])),
        ("no room", parts(&[part(1, 0, 0)])),
        ("most below reserve", parts(&[part(1, 2, 1)])),
        ("codel", codel(2, 1)),
        ("codel of one length", codel(1, 1)),
        ("codel of no length", codel(1, 0)),
        ("adaptive at once", line().with(|s| s.order = order)),
        ("no patience at once", short(Duration::ZERO, Duration::ZERO)),
        ("all patience", short(Duration::MAX, Duration::MAX)),
        ("deadlines never met", line().with(|s| s.min_remaining = Some(Duration::MAX))),
    ];
    let mut said = String::new();
    for (name, settings) in cases {
        let reported =
            Bulkhead::new(settings).map_or_else(|e| e.to_string(), |_| "fine".to_owned());
        writeln!(said, "{name}: {reported}").expect("a string");
    }
    let mut shared = shared(0);
    for slots in [0, 2, 3] {
        let reported = shared
            .set_slots(slots, Time::ZERO)
            .map_or_else(|e| e.to_string(), |_| "fine".to_owned());
        writeln!(said, "{slots} slots from now on: {reported}").expect("a string");
    }
    expect![[r#"
        no slots: `slots` must be at least 1, not 0
        no classes: `priorities` must be at least 1, not 0
        all classes: fine
        all reserved: fine
        more reserved: `partitions` must be such that together they reserve no more than `slots`
        no end of reserves: `partitions` must be such that together they reserve no more than `slots`
        no room: `partitions.caller-1.most` must be at least 1, not 0
        most below reserve: `partitions.caller-1.most` must be no less than what is reserved
        codel: fine
        codel of one length: `drop-policy.interval` must be longer than `target`
        codel of no length: `drop-policy.target` must be longer than 0s, not 0s
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
