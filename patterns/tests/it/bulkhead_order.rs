//! Whose turn is next at a bulkhead, and who has to go.

use std::fmt::Write;

use expect_test::expect;
use patterns::bulkhead::{Order, Overflow, Settings};
use patterns::testing::Driver;
use patterns::{Action, CallId, CallInfo, Outcome};

use crate::bulkhead::{FULL, at, bulkhead, drain, enter, enter_as, granted, line, machine, span};
use crate::bulkhead_numbered::Entry;

pub(crate) fn with_priority(priority: u8) -> CallInfo {
    CallInfo { priority, ..CallInfo::default() }
}

#[test]
fn a_line_is_adaptive_once_it_has_not_been_empty_for_longer_than_the_interval() {
    let adaptive = Order::Adaptive(span(100));
    for (order, now, expected) in [
        (Order::Fifo, 1_000, [1, 2, 3]),
        (Order::Lifo, 50, [3, 2, 1]),
        (adaptive, 110, [1, 2, 3]),
        (adaptive, 111, [3, 2, 1]),
    ] {
        let mut bulkhead = bulkhead(line().with(|s| s.order = order));
        for (call, now) in [(0, 0), (1, 10), (2, 20), (3, 30)] {
            let _entry = enter(&mut bulkhead, call, now);
        }
        assert_eq!(drain(&mut bulkhead, 0, now), expected, "{order:?} at {now}");
    }
}

#[test]
fn a_line_that_was_empty_for_a_moment_has_not_stood() {
    let mut bulkhead = bulkhead(line().with(|s| s.order = Order::Adaptive(span(100))));
    for (call, now) in [(0, 0), (1, 0)] {
        let _entry = enter(&mut bulkhead, call, now);
    }
    assert_eq!(granted(bulkhead.leave(CallId(0), at(90))), [1]);
    for (call, now) in [(2, 90), (3, 91)] {
        assert_eq!(enter(&mut bulkhead, call, now), Entry::Waiting);
    }
    assert_eq!(granted(bulkhead.leave(CallId(1), at(190))), [2]);
    assert_eq!(drain(&mut bulkhead, 2, 1_000), [3]);
}

#[test]
fn a_full_line_that_takes_a_newcomer_for_another_has_not_been_empty() {
    let order = Order::Adaptive(span(100));
    let mut bulkhead = bulkhead(Settings::of(1).with(|s| {
        s.queue = 1;
        s.order = order;
        s.overflow = Overflow::Last;
    }));
    for (call, now) in [(0, 0), (1, 0)] {
        let _entry = enter(&mut bulkhead, call, now);
    }
    assert_eq!(enter(&mut bulkhead, 2, 100), Entry::Full, "it goes first in, first out still");
    assert_eq!(enter(&mut bulkhead, 2, 101), Entry::InsteadOf(CallId(1)));
    assert_eq!(enter(&mut bulkhead, 3, 102), Entry::InsteadOf(CallId(2)));
}

#[test]
fn classes_go_in_order_and_large_numbers_share_the_last() {
    let mut bulkhead = bulkhead(line().with(|s| s.priorities = 3));
    for (call, priority) in [(0, 0), (1, 255), (2, 1), (3, 2), (4, 0), (5, 1)] {
        let _entry = enter_as(&mut bulkhead, call, with_priority(priority));
    }
    assert_eq!(drain(&mut bulkhead, 0, 0), [4, 2, 5, 1, 3]);
}

#[test]
fn without_classes_priority_is_nothing() {
    let mut bulkhead = bulkhead(line());
    for (call, priority) in [(0, 0), (1, 9), (2, 0)] {
        let _entry = enter_as(&mut bulkhead, call, with_priority(priority));
    }
    assert_eq!(drain(&mut bulkhead, 0, 0), [1, 2]);
}

#[test]
fn a_full_line_lets_go_whom_the_setting_says() {
    let mut said = String::new();
    for order in [Order::Fifo, Order::Lifo] {
        for overflow in [Overflow::Newcomer, Overflow::Lower, Overflow::Last] {
            for newcomer in 0..4 {
                let mut bulkhead = bulkhead(line().with(|s| {
                    s.queue = 4;
                    s.priorities = 4;
                    s.order = order;
                    s.overflow = overflow;
                }));
                for (call, priority) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 1)] {
                    let _entry = enter_as(&mut bulkhead, call, with_priority(priority));
                }
                let entry = enter_as(&mut bulkhead, 5, with_priority(newcomer));
                assert_eq!(bulkhead.waiting(), 4);
                writeln!(said, "{order:?} {overflow:?} {newcomer}: {entry:?}").expect("a string");
            }
        }
    }
    expect![[r#"
        Fifo Newcomer 0: Full
        Fifo Newcomer 1: Full
        Fifo Newcomer 2: Full
        Fifo Newcomer 3: Full
        Fifo Lower 0: InsteadOf(CallId(3))
        Fifo Lower 1: InsteadOf(CallId(3))
        Fifo Lower 2: Full
        Fifo Lower 3: Full
        Fifo Last 0: InsteadOf(CallId(3))
        Fifo Last 1: InsteadOf(CallId(3))
        Fifo Last 2: Full
        Fifo Last 3: Full
        Lifo Newcomer 0: Full
        Lifo Newcomer 1: Full
        Lifo Newcomer 2: Full
        Lifo Newcomer 3: Full
        Lifo Lower 0: InsteadOf(CallId(2))
        Lifo Lower 1: InsteadOf(CallId(2))
        Lifo Lower 2: Full
        Lifo Lower 3: Full
        Lifo Last 0: InsteadOf(CallId(2))
        Lifo Last 1: InsteadOf(CallId(2))
        Lifo Last 2: InsteadOf(CallId(2))
        Lifo Last 3: Full
    "#]]
    .assert_eq(&said);
}

/// If a class is refused for want of a place, so is every lower one at the same instant.
#[test]
fn who_is_refused_sees_no_lower_class_in_line() {
    for overflow in [Overflow::Lower, Overflow::Last] {
        let mut bulkhead = bulkhead(line().with(|s| {
            s.queue = 3;
            s.priorities = 5;
            s.overflow = overflow;
        }));
        for (call, priority) in [(0, 0), (1, 4), (2, 3), (3, 4)] {
            let _entry = enter_as(&mut bulkhead, call, with_priority(priority));
        }
        for (call, priority, evicted) in [(4, 0, 3), (5, 2, 1), (6, 1, 2), (7, 1, 5)] {
            let entry = enter_as(&mut bulkhead, call, with_priority(priority));
            assert_eq!(entry, Entry::InsteadOf(CallId(evicted)));
        }
        for priority in 1..5 {
            let entry = enter_as(&mut bulkhead, 8, with_priority(priority));
            assert_eq!(entry, Entry::Full, "{priority}");
        }
        assert_eq!(drain(&mut bulkhead, 0, 0), [4, 6, 7]);
    }
}

#[test]
fn nobody_is_let_go_from_a_line_that_is_none() {
    let overflow = Overflow::Last;
    let mut bulkhead = bulkhead(Settings::of(1).with(|s| {
        s.order = Order::Lifo;
        s.overflow = overflow;
    }));
    assert_eq!(enter(&mut bulkhead, 0, 0), Entry::Inside);
    assert_eq!(enter(&mut bulkhead, 1, 0), Entry::Full);
}

#[test]
fn who_lost_its_place_hears_of_it_once() {
    let max_wait = Some(span(20));
    let (order, overflow) = (Order::Lifo, Overflow::Last);
    let settings = Settings::of(1).with(|s| {
        s.queue = 1;
        s.max_wait = max_wait;
        s.order = order;
        s.overflow = overflow;
    });
    let mut driver = Driver::new(machine(settings), &[]);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!(driver.call(1), Action::WaitUntil(at(20)));
    driver.now = at(20);
    assert_eq!(driver.call(2), Action::WaitUntil(at(40)));
    assert_eq!(driver.effects.woken, [CallId(1)]);
    // Its own timer, in the same instant, comes before the wake: once it has replied, none will.
    assert_eq!(driver.wake(1), Action::Reply(FULL));
    assert_eq!(driver.call(3), Action::WaitUntil(at(40)));
    assert_eq!(driver.effects.woken, [CallId(1), CallId(2)]);
    driver.cancel(2);
    driver.late(2, Outcome::Ok);
    assert_eq!((driver.layer.inside(), driver.layer.waiting()), (1, 1));
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.wake(3), Action::Send);
}
