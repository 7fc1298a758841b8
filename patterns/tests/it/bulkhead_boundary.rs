//! What holds at exactly the limits of a bulkhead, knob by knob.

use std::fmt::Write;

use expect_test::expect;
use patterns::bulkhead::{
    Bulkhead, CoDel, Entry, Order, Overflow, Partition, Reason, Settings, Shed, Turn,
};
use patterns::testing::Driver;
use patterns::{About, CallId, Class, Layer, Outcome, Span, Step, Time};

const FULL: Step = Step::Reply(Outcome::failed(Class::BulkheadFull));

fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

fn span(nanos: u64) -> Span {
    Span::from_nanos(nanos)
}

fn bulkhead(settings: Settings) -> Bulkhead {
    Bulkhead::new(settings).expect("valid")
}

/// One slot, and enough places to wait.
fn line() -> Settings {
    Settings { queue: 10, ..Settings::of(1) }
}

fn enter(bulkhead: &mut Bulkhead, call: u32, now: u64) -> Entry {
    bulkhead.enter(CallId(call), About::default(), at(now))
}

fn enter_as(bulkhead: &mut Bulkhead, call: u32, about: About) -> Entry {
    bulkhead.enter(CallId(call), about, Time::ZERO)
}

fn with_priority(priority: u8) -> About {
    About { priority, ..About::default() }
}

fn of_caller(caller: u16) -> About {
    About { caller, ..About::default() }
}

fn due(nanos: u64) -> About {
    About { deadline: at(nanos), ..About::default() }
}

/// Who was granted a slot, in order; nobody was dropped.
fn granted(turns: &[Turn]) -> Vec<u32> {
    let call = |turn: &Turn| match turn {
        Turn::Granted(call) => call.0,
        Turn::Dropped(call, reason) => panic!("{call:?} was dropped: {reason:?}"),
    };
    turns.iter().map(call).collect()
}

/// Ends whoever is inside until nobody is, and tells who came after whom.
fn drain(bulkhead: &mut Bulkhead, mut inside: u32, now: u64) -> Vec<u32> {
    let mut order = Vec::new();
    loop {
        let turns = granted(bulkhead.leave(CallId(inside), at(now)));
        let [next] = turns[..] else { return order };
        order.push(next);
        inside = next;
    }
}

fn dropped(call: u32, reason: Reason) -> Turn {
    Turn::Dropped(CallId(call), reason)
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
        let mut bulkhead = bulkhead(Settings { order, ..line() });
        for (call, now) in [(0, 0), (1, 10), (2, 20), (3, 30)] {
            let _entry = enter(&mut bulkhead, call, now);
        }
        assert_eq!(drain(&mut bulkhead, 0, now), expected, "{order:?} at {now}");
    }
}

#[test]
fn a_line_that_was_empty_for_a_moment_has_not_stood() {
    let mut bulkhead = bulkhead(Settings { order: Order::Adaptive(span(100)), ..line() });
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
    let mut bulkhead =
        bulkhead(Settings { queue: 1, order, overflow: Overflow::Last, ..Settings::of(1) });
    for (call, now) in [(0, 0), (1, 0)] {
        let _entry = enter(&mut bulkhead, call, now);
    }
    assert_eq!(enter(&mut bulkhead, 2, 100), Entry::Full, "it goes first in, first out still");
    assert_eq!(enter(&mut bulkhead, 2, 101), Entry::InsteadOf(CallId(1)));
    assert_eq!(enter(&mut bulkhead, 3, 102), Entry::InsteadOf(CallId(2)));
}

#[test]
fn classes_go_in_order_and_large_numbers_share_the_last() {
    let mut bulkhead = bulkhead(Settings { priorities: 3, ..line() });
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
                let mut bulkhead =
                    bulkhead(Settings { queue: 4, priorities: 4, order, overflow, ..line() });
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
        let mut bulkhead = bulkhead(Settings { queue: 3, priorities: 5, overflow, ..line() });
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
    let mut bulkhead = bulkhead(Settings { order: Order::Lifo, overflow, ..Settings::of(1) });
    assert_eq!(enter(&mut bulkhead, 0, 0), Entry::Inside);
    assert_eq!(enter(&mut bulkhead, 1, 0), Entry::Full);
}

/// Caller 7 has 2 of 5 slots for itself, caller 8 has 1, and none of them more than 3 and 2.
fn shared(queue: u32) -> Bulkhead {
    let seven = Partition { caller: 7, reserved: 2, most: 3 };
    let eight = Partition { caller: 8, reserved: 1, most: 2 };
    bulkhead(Settings { queue, partitions: vec![eight, seven], ..Settings::of(5) })
}

#[test]
fn a_reserve_is_there_whatever_the_others_do() {
    let mut bulkhead = shared(0);
    let enter = |bulkhead: &mut Bulkhead, call, caller| {
        enter_as(bulkhead, call, of_caller(caller)) == Entry::Inside
    };
    assert_eq!([0, 1, 2].map(|call| enter(&mut bulkhead, call, 1)), [true, true, false]);
    assert_eq!([3, 4, 5].map(|call| enter(&mut bulkhead, call, 7)), [true, true, false]);
    assert_eq!([6, 7].map(|call| enter(&mut bulkhead, call, 8)), [true, false]);
    assert_eq!(bulkhead.inside(), 5);
    // What an unlisted caller gives back is shared; what is beyond a reserve is not kept.
    assert!(bulkhead.leave(CallId(0), Time::ZERO).is_empty());
    assert!(enter(&mut bulkhead, 5, 7));
    assert!(bulkhead.leave(CallId(3), Time::ZERO).is_empty());
    assert!(enter(&mut bulkhead, 9, 1));
    assert!(bulkhead.leave(CallId(4), Time::ZERO).is_empty());
    assert!(!enter(&mut bulkhead, 10, 1), "kept for caller 7");
    assert!(enter(&mut bulkhead, 10, 7));
}

#[test]
fn a_caller_has_no_more_than_its_most_though_slots_are_free() {
    let mut bulkhead = shared(9);
    let entries = [0, 1, 2, 3].map(|call| enter_as(&mut bulkhead, call, of_caller(7)));
    assert_eq!(entries, [Entry::Inside, Entry::Inside, Entry::Inside, Entry::Waiting]);
    assert_eq!(enter_as(&mut bulkhead, 4, of_caller(1)), Entry::Inside, "it stands in no way");
    assert_eq!(granted(bulkhead.leave(CallId(4), Time::ZERO)), []);
    assert_eq!(granted(bulkhead.leave(CallId(1), Time::ZERO)), [3]);
}

#[test]
fn a_higher_class_without_room_lets_a_lower_one_pass() {
    let partition = Partition { caller: 7, reserved: 0, most: 1 };
    let partitions = vec![partition];
    let mut bulkhead =
        bulkhead(Settings { queue: 9, priorities: 2, partitions, ..Settings::of(2) });
    let about = |caller, priority| About { priority, ..of_caller(caller) };
    assert_eq!(enter_as(&mut bulkhead, 0, about(7, 0)), Entry::Inside);
    assert_eq!(enter_as(&mut bulkhead, 1, about(1, 1)), Entry::Inside);
    assert_eq!(enter_as(&mut bulkhead, 2, about(7, 0)), Entry::Waiting);
    assert_eq!(enter_as(&mut bulkhead, 3, about(1, 1)), Entry::Waiting);
    assert_eq!(enter_as(&mut bulkhead, 4, about(1, 0)), Entry::Waiting);
    assert_eq!(granted(bulkhead.leave(CallId(1), Time::ZERO)), [4]);
    assert_eq!(granted(bulkhead.leave(CallId(4), Time::ZERO)), [3]);
    assert_eq!(granted(bulkhead.leave(CallId(0), Time::ZERO)), [2]);
}

#[test]
fn fewer_slots_revoke_nothing_and_more_are_granted_in_order() {
    let mut bulkhead = bulkhead(Settings { queue: 9, priorities: 2, ..Settings::of(3) });
    for (call, priority) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 0), (5, 0), (6, 1)] {
        let _entry = enter_as(&mut bulkhead, call, with_priority(priority));
    }
    assert_eq!(granted(bulkhead.set_slots(1, Time::ZERO).expect("valid")), []);
    assert_eq!((bulkhead.inside(), bulkhead.slots()), (3, 1));
    assert_eq!(granted(bulkhead.leave(CallId(1), Time::ZERO)), []);
    assert_eq!(granted(bulkhead.leave(CallId(0), Time::ZERO)), []);
    assert_eq!(granted(bulkhead.leave(CallId(2), Time::ZERO)), [4]);
    assert_eq!(granted(bulkhead.set_slots(4, Time::ZERO).expect("valid")), [5, 3, 6]);
    assert_eq!(granted(bulkhead.set_slots(u32::MAX, Time::ZERO).expect("valid")), []);
}

#[test]
fn fewer_slots_are_kept_by_reserves_too() {
    let partitions = vec![Partition { caller: 7, reserved: 2, most: 9 }];
    let mut bulkhead = bulkhead(Settings { queue: 9, partitions, ..Settings::of(6) });
    for call in 0..4 {
        assert_eq!(enter_as(&mut bulkhead, call, of_caller(1)), Entry::Inside);
    }
    assert!(bulkhead.set_slots(1, Time::ZERO).is_err());
    assert!(bulkhead.set_slots(3, Time::ZERO).expect("no less than reserved").is_empty());
    assert_eq!(enter_as(&mut bulkhead, 4, of_caller(7)), Entry::Waiting);
    assert_eq!(enter_as(&mut bulkhead, 5, of_caller(1)), Entry::Waiting);
    assert_eq!(granted(bulkhead.leave(CallId(0), Time::ZERO)), []);
    assert_eq!(granted(bulkhead.leave(CallId(1), Time::ZERO)), [4]);
    assert_eq!(granted(bulkhead.leave(CallId(2), Time::ZERO)), []);
    assert_eq!(granted(bulkhead.leave(CallId(3), Time::ZERO)), [5]);
}

#[test]
fn codel_holds_its_limits_exactly() {
    let new = || CoDel::new(span(100), span(5));
    // A least wait of the target is no overload, one above it is.
    for (least, overloaded) in [(5, false), (6, true)] {
        let mut codel = new();
        assert!([(50, 0), (least, 40)].iter().all(|(w, t)| !codel.drops(span(*w), at(*t))));
        assert!(!codel.drops(span(50), at(100)), "the end belongs to the interval");
        assert!(!codel.is_overloaded());
        assert!(!codel.drops(span(50), at(101)), "the first of an interval");
        assert_eq!(codel.is_overloaded(), overloaded);
        assert!(!codel.drops(span(10), at(101)), "twice the target");
        assert_eq!(codel.drops(span(11), at(101)), overloaded);
        assert_eq!(codel.drops(span(11), at(201)), overloaded);
        assert!(!codel.drops(span(3), at(202)));
        assert!(codel.is_overloaded(), "the least wait was 10");
        assert!(!codel.drops(span(11), at(303)));
        assert!(!codel.is_overloaded(), "the least wait was 3");
    }
}

#[test]
fn codel_at_the_ends_of_time() {
    let mut codel = CoDel::new(Span::MAX, Span::MAX);
    assert!(!codel.drops(Span::MAX, Time::MAX));
    assert!(!codel.drops(Span::MAX, Time::MAX));
    assert!(!codel.drops(Span::MAX, Time::ZERO));
    let mut codel = CoDel::new(Span::ZERO, Span::ZERO);
    assert!(!codel.drops(span(1), at(1)));
    assert!(!codel.drops(span(1), at(2)));
    assert!(codel.drops(span(1), at(2)));
}

#[test]
fn an_overloaded_line_drops_the_slow_and_notes_it() {
    let shed = Shed::CoDel { interval: span(100), target: span(5) };
    let mut driver = Driver::new(bulkhead(Settings { shed, ..line() }), &[]);
    assert_eq!(driver.layer.first_state(), Some("normal"));
    assert_eq!(driver.call(0), Step::Send);
    driver.now = at(110);
    for call in 1..7 {
        assert_eq!(driver.call(call), Step::Wait);
    }
    for (call, now) in [(0, 120), (1, 216), (2, 220), (3, 221)] {
        driver.now = at(now);
        assert_eq!(driver.reply(call, Outcome::Ok), Step::Reply(Outcome::Ok));
        assert_eq!(driver.wake(call + 1), Step::Send);
    }
    // The first interval had the call that did not wait; the second began at 120.
    assert_eq!(driver.effects.notes, ["overloaded"]);
    assert!(driver.layer.is_overloaded());
    driver.effects.woken.clear();
    assert_eq!(driver.call(7), Step::Wait);
    driver.now = at(231);
    assert_eq!(driver.reply(4, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert_eq!(driver.effects.woken, [5, 6, 7].map(CallId), "7 waited for 10");
    assert_eq!([5, 6, 7].map(|call| driver.wake(call)), [FULL, FULL, Step::Send]);
    driver.now = at(500);
    let _reply = driver.reply(7, Outcome::Ok);
    assert_eq!(driver.call(8), Step::Send);
    driver.now = at(700);
    assert_eq!(driver.layer.waiting(), 0);
    let _reply = driver.reply(8, Outcome::Ok);
    assert_eq!(driver.call(8), Step::Send);
    assert_eq!(driver.effects.notes, ["overloaded", "normal"]);
}

#[test]
fn a_plain_bulkhead_has_no_states() {
    let mut driver = Driver::new(bulkhead(line()), &[]);
    assert_eq!(driver.layer.first_state(), None);
    let _steps = [0, 1, 2].map(|call| driver.call(call));
    let _reply = driver.reply(0, Outcome::Ok);
    assert!(driver.effects.notes.is_empty());
}

#[test]
fn in_a_line_that_stands_patience_is_short() {
    for (patience, short, expected) in
        [(None, 5, 206), (Some(100), 5, 206), (Some(3), 5, 204), (Some(100), 0, 201)]
    {
        let shed = Shed::Patience { interval: span(100), patience: span(short) };
        let settings = Settings { patience: patience.map(span), shed, ..line() };
        let mut bulkhead = bulkhead(settings);
        let end = |now| patience.map_or(Time::MAX, |patience| at(now + patience));
        for (call, now) in [(0, 0), (1, 100)] {
            let _entry = enter(&mut bulkhead, call, now);
        }
        assert_eq!(bulkhead.until(CallId(0)), None, "it does not wait");
        assert_eq!(bulkhead.until(CallId(1)), Some(end(100)), "the line was empty");
        let _entry = enter(&mut bulkhead, 2, 200);
        assert_eq!(bulkhead.until(CallId(2)), Some(end(200)), "not longer than the interval");
        let _entry = enter(&mut bulkhead, 3, 201);
        assert_eq!(bulkhead.until(CallId(3)), Some(at(expected)));
    }
}

#[test]
fn a_wait_of_exactly_patience_is_in_time_and_a_longer_one_is_over() {
    for (now, expected) in [(30, Turn::Granted(CallId(1))), (31, dropped(1, Reason::Patience))] {
        let mut bulkhead = bulkhead(Settings { patience: Some(span(20)), ..line() });
        for (call, now) in [(0, 0), (1, 10)] {
            let _entry = enter(&mut bulkhead, call, now);
        }
        // Nobody told so far that its patience has ended.
        assert_eq!(bulkhead.leave(CallId(0), at(now)), [expected]);
        assert_eq!(bulkhead.waiting(), 0);
    }
}

#[test]
fn a_deadline_that_is_too_near_is_refused_and_dropped() {
    for (least, enough, too_near) in [(0, 51, 50), (1, 51, 50), (10, 60, 59)] {
        let mut bulkhead = bulkhead(Settings { least_left: Some(span(least)), ..line() });
        let enter = |bulkhead: &mut Bulkhead, call, deadline, now| {
            bulkhead.enter(CallId(call), due(deadline), at(now))
        };
        assert_eq!(enter(&mut bulkhead, 0, too_near, 50), Entry::TooLate, "a slot is free");
        assert_eq!(enter(&mut bulkhead, 0, enough, 50), Entry::Inside);
        assert_eq!(enter(&mut bulkhead, 1, too_near, 50), Entry::TooLate);
        assert_eq!(enter(&mut bulkhead, 1, too_near, 40), Entry::TooLate, "no time goes back");
        assert_eq!(enter(&mut bulkhead, 1, enough + 7, 50), Entry::Waiting);
        assert_eq!(enter(&mut bulkhead, 2, enough + 8, 50), Entry::Waiting);
        let turns = [dropped(1, Reason::TooLate), Turn::Granted(CallId(2))];
        assert_eq!(bulkhead.leave(CallId(0), at(58)), turns);
    }
}

#[test]
fn deadlines_count_only_if_they_are_looked_at() {
    let mut blind = bulkhead(line());
    assert_eq!(blind.enter(CallId(0), due(0), at(50)), Entry::Inside);
    let mut patient = bulkhead(Settings { least_left: Some(Span::MAX), ..line() });
    assert_eq!(patient.enter(CallId(0), due(u64::MAX), at(50)), Entry::Inside, "there is none");
    assert_eq!(patient.enter(CallId(1), due(u64::MAX), Time::MAX), Entry::Waiting);
    assert_eq!(patient.enter(CallId(2), due(u64::MAX - 1), at(50)), Entry::TooLate);
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let settings = Settings { patience: Some(span(20)), order: Order::Adaptive(span(5)), ..line() };
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
    let patience = Some(Span::from_secs(1));
    let mut driver = Driver::new(bulkhead(Settings { patience, ..line() }), &[]);
    driver.now = at(u64::MAX - 1);
    assert_eq!(driver.call(0), Step::Send);
    assert_eq!(driver.call(1), Step::Wait);
    driver.now = Time::MAX;
    assert_eq!(driver.reply(0, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert_eq!(driver.wake(1), Step::Send);
}

#[test]
fn who_lost_its_place_hears_of_it_once() {
    let patience = Some(span(20));
    let (order, overflow) = (Order::Lifo, Overflow::Last);
    let settings = Settings { queue: 1, patience, order, overflow, ..Settings::of(1) };
    let mut driver = Driver::new(bulkhead(settings), &[]);
    assert_eq!(driver.call(0), Step::Send);
    assert_eq!(driver.call(1), Step::WaitUntil(at(20)));
    driver.now = at(20);
    assert_eq!(driver.call(2), Step::WaitUntil(at(40)));
    assert_eq!(driver.effects.woken, [CallId(1)]);
    // Its own timer, in the same instant, comes before the wake: once it has replied, none will.
    assert_eq!(driver.wake(1), FULL);
    assert_eq!(driver.call(3), Step::WaitUntil(at(40)));
    assert_eq!(driver.effects.woken, [CallId(1), CallId(2)]);
    driver.cancel(2);
    driver.late(2, Outcome::Ok);
    assert_eq!((driver.layer.inside(), driver.layer.waiting()), (1, 1));
    assert_eq!(driver.reply(0, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert_eq!(driver.wake(3), Step::Send);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let part = |caller, reserved, most| Partition { caller, reserved, most };
    let parts = |partitions| Settings { partitions, ..Settings::of(4) };
    let codel = |interval, target| {
        let shed = Shed::CoDel { interval: span(interval), target: span(target) };
        Settings { shed, ..Settings::of(4) }
    };
    let short =
        |interval, patience| Settings { shed: Shed::Patience { interval, patience }, ..line() };
    let order = Order::Adaptive(Span::ZERO);
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
        ("no patience at once", short(Span::ZERO, Span::ZERO)),
        ("all patience", short(Span::MAX, Span::MAX)),
        ("deadlines never met", Settings { least_left: Some(Span::MAX), ..line() }),
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
