//! Who waits at a bulkhead in vain: controlled delay, patience and deadlines.

use patterns::bulkhead::{CoDel, DropPolicy};
use patterns::testing::Driver;
use patterns::{Action, CallId, CallInfo, Duration, Outcome, Reason, Time};

use crate::bulkhead::{FULL, at, bulkhead, enter, line, machine, span};
use crate::bulkhead_numbered::{Entry, Numbered, Turn};

fn due(nanos: u64) -> CallInfo {
    CallInfo { deadline: at(nanos), ..CallInfo::default() }
}

fn dropped(call: u32, reason: Reason) -> Turn {
    Turn::Dropped(CallId(call), reason)
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
    let mut codel = CoDel::new(Duration::MAX, Duration::MAX);
    assert!(!codel.drops(Duration::MAX, Time::MAX));
    assert!(!codel.drops(Duration::MAX, Time::MAX));
    assert!(!codel.drops(Duration::MAX, Time::ZERO));
    let mut codel = CoDel::new(Duration::ZERO, Duration::ZERO);
    assert!(!codel.drops(span(1), at(1)));
    assert!(!codel.drops(span(1), at(2)));
    assert!(codel.drops(span(1), at(2)));
}

#[test]
fn an_overloaded_line_drops_the_slow_and_notes_it() {
    let drop_policy = DropPolicy::Codel { interval: span(100), target: span(5) };
    let mut driver = Driver::new(machine(line().with(|s| s.drop_policy = drop_policy)), &[]);
    assert_eq!(driver.initial_state(), Some("normal"));
    assert_eq!(driver.call(0), Action::Send);
    driver.now = at(110);
    for call in 1..7 {
        assert_eq!(driver.call(call), Action::Wait);
    }
    for (call, now) in [(0, 120), (1, 216), (2, 220), (3, 221)] {
        driver.now = at(now);
        assert_eq!(driver.reply(call, Outcome::Ok), Action::Reply(Outcome::Ok));
        assert_eq!(driver.wake(call + 1), Action::Send);
    }
    // The first interval had the call that did not wait; the second began at 120.
    assert_eq!(driver.states(), ["overloaded"]);
    assert!(driver.layer.is_overloaded());
    driver.effects.woken.clear();
    assert_eq!(driver.call(7), Action::Wait);
    driver.now = at(231);
    assert_eq!(driver.reply(4, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.effects.woken, [5, 6, 7].map(CallId), "7 waited for 10");
    let full = Action::Reply(FULL);
    assert_eq!([5, 6, 7].map(|call| driver.wake(call)), [full, full, Action::Send]);
    driver.now = at(500);
    let _reply = driver.reply(7, Outcome::Ok);
    assert_eq!(driver.call(8), Action::Send);
    driver.now = at(700);
    assert_eq!(driver.layer.waiting(), 0);
    let _reply = driver.reply(8, Outcome::Ok);
    assert_eq!(driver.call(8), Action::Send);
    assert_eq!(driver.states(), ["overloaded", "normal"]);
}

#[test]
fn a_plain_bulkhead_has_no_states() {
    let mut driver = Driver::new(machine(line()), &[]);
    assert_eq!(driver.initial_state(), None);
    let _steps = [0, 1, 2].map(|call| driver.call(call));
    let _reply = driver.reply(0, Outcome::Ok);
    assert!(driver.effects.states.is_empty());
}

#[test]
fn in_a_line_that_stands_patience_is_short() {
    for (max_wait, short, expected) in
        [(None, 5, 206), (Some(100), 5, 206), (Some(3), 5, 204), (Some(100), 0, 201)]
    {
        let drop_policy =
            DropPolicy::ControlledTimeout { interval: span(100), max_wait: span(short) };
        let settings = line().with(|s| {
            s.max_wait = max_wait.map(span);
            s.drop_policy = drop_policy;
        });
        let mut bulkhead = bulkhead(settings);
        let end = |now| max_wait.map_or(Time::MAX, |max_wait| at(now + max_wait));
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
    for (now, expected) in [(30, Turn::Granted(CallId(1))), (31, dropped(1, Reason::WaitedTooLong))]
    {
        let mut bulkhead = bulkhead(line().with(|s| s.max_wait = Some(span(20))));
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
        let mut bulkhead = bulkhead(line().with(|s| s.min_remaining = Some(span(least))));
        let enter = |bulkhead: &mut Numbered, call, deadline, now| {
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
    let mut patient = bulkhead(line().with(|s| s.min_remaining = Some(Duration::MAX)));
    assert_eq!(patient.enter(CallId(0), due(u64::MAX), at(50)), Entry::Inside, "there is none");
    assert_eq!(patient.enter(CallId(1), due(u64::MAX), Time::MAX), Entry::Waiting);
    assert_eq!(patient.enter(CallId(2), due(u64::MAX - 1), at(50)), Entry::TooLate);
}
