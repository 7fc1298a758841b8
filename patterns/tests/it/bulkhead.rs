//! A bulkhead against a plain queue, and in the path of calls.

use std::collections::VecDeque;

use patterns::bulkhead::{Bulkhead, Settings};
use patterns::testing::Driver;
use patterns::{Action, CallId, CallInfo, Class, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::bulkhead_numbered::{Entry, Numbered, Turn};

pub(crate) const FULL: Outcome = Outcome::failed(Class::BulkheadFull);

fn driver(slots: u32, queue: u32, max_wait: Option<Duration>) -> Driver<Bulkhead> {
    Driver::new(
        machine(Settings::of(slots).with(|s| {
            s.queue = queue;
            s.max_wait = max_wait;
        })),
        &[],
    )
}

pub(crate) fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

pub(crate) fn span(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

pub(crate) fn machine(settings: Settings) -> Bulkhead {
    Bulkhead::new(settings).expect("valid")
}

pub(crate) fn bulkhead(settings: Settings) -> Numbered {
    Numbered::of(machine(settings))
}

/// One slot, and enough places to wait.
pub(crate) fn line() -> Settings {
    Settings::of(1).with(|s| s.queue = 10)
}

pub(crate) fn enter(bulkhead: &mut Numbered, call: u32, now: u64) -> Entry {
    bulkhead.enter(CallId(call), CallInfo::default(), at(now))
}

pub(crate) fn enter_as(bulkhead: &mut Numbered, call: u32, info: CallInfo) -> Entry {
    bulkhead.enter(CallId(call), info, Time::ZERO)
}

/// Who was granted a slot, in order; nobody was dropped.
pub(crate) fn granted(turns: impl AsRef<[Turn]>) -> Vec<u32> {
    let call = |turn: &Turn| match turn {
        Turn::Granted(call) => call.0,
        Turn::Dropped(call, reason) => panic!("{call:?} was dropped: {reason:?}"),
    };
    turns.as_ref().iter().map(call).collect()
}

/// Ends whoever is inside until nobody is, and tells who came after whom.
pub(crate) fn drain(bulkhead: &mut Numbered, mut inside: u32, now: u64) -> Vec<u32> {
    let mut order = Vec::new();
    loop {
        let turns = granted(bulkhead.leave(CallId(inside), at(now)));
        let [next] = turns[..] else { return order };
        order.push(next);
        inside = next;
    }
}

proptest! {
    #[test]
    fn a_bulkhead_is_a_set_and_a_queue(
        slots in 1..4_u32,
        queue in 0..5_u32,
        story in prop::collection::vec((any::<bool>(), 0..12_u32), 1..300),
    ) {
        let mut bulkhead = bulkhead(Settings::of(slots).with(|s| s.queue = queue));
        let mut inside: Vec<u32> = Vec::new();
        let mut line: VecDeque<u32> = VecDeque::new();
        for (enters, call) in story {
            let known = inside.contains(&call) || line.contains(&call);
            if enters {
                let expected = if inside.contains(&call) {
                    Entry::Inside
                } else if line.contains(&call) {
                    Entry::Waiting
                } else if inside.len() < slots as usize {
                    inside.push(call);
                    Entry::Inside
                } else if line.len() < queue as usize {
                    line.push_back(call);
                    Entry::Waiting
                } else {
                    Entry::Full
                };
                prop_assert_eq!(bulkhead.enter(CallId(call), CallInfo::default(), Time::ZERO), expected);
            } else {
                let had_slot = inside.contains(&call);
                inside.retain(|other| *other != call);
                line.retain(|other| *other != call);
                let next = if had_slot { line.pop_front() } else { None };
                inside.extend(next);
                prop_assert!(known || next.is_none());
                let turns: Vec<Turn> = next.map(|next| Turn::Granted(CallId(next))).into_iter().collect();
                prop_assert_eq!(bulkhead.leave(CallId(call), Time::ZERO), turns);
            }
            prop_assert_eq!(bulkhead.inside() as usize, inside.len());
            prop_assert_eq!(bulkhead.waiting() as usize, line.len());
            for call in 0..12 {
                prop_assert_eq!(bulkhead.is_inside(CallId(call)), inside.contains(&call));
            }
        }
    }
}

#[test]
fn without_a_line_the_next_call_is_refused() {
    let mut driver = driver(2, 0, None);
    assert_eq!([0, 1].map(|call| driver.call(call)), [Action::Send; 2]);
    assert_eq!(driver.call(2), Action::Reply(FULL));
    let _ended = driver.reply(0, Outcome::failed(Class::Network));
    assert_eq!(driver.call(2), Action::Send);
}

#[test]
fn the_first_in_line_gets_the_slot_and_nobody_passes() {
    let mut driver = driver(1, 2, None);
    assert_eq!(driver.call(5), Action::Send);
    assert_eq!([9, 3].map(|call| driver.call(call)), [Action::Wait; 2]);
    assert_eq!(driver.call(1), Action::Reply(FULL));
    assert_eq!(driver.reply(5, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.effects.woken, [CallId(9)]);
    assert_eq!(driver.call(1), Action::Wait, "the slot is taken before its call is sent");
    assert_eq!(driver.wake(9), Action::Send);
}

#[test]
fn at_the_end_of_patience_the_first_event_decides() {
    let max_wait = Some(Duration::from_secs(3));
    let until = Time::ZERO + Duration::from_secs(3);
    let mut lost = driver(1, 1, max_wait);
    let mut seated = driver(1, 1, max_wait);
    for driver in [&mut lost, &mut seated] {
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.call(1), Action::WaitUntil(until));
        driver.now = until;
    }
    assert_eq!(lost.wake(1), Action::Reply(FULL));
    assert_eq!(lost.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert!(lost.effects.woken.is_empty());

    assert_eq!(seated.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(seated.wake(1), Action::Send);
    assert_eq!(seated.wake(1), Action::Wait, "a second wake in one instant sends nothing");
}

#[test]
fn a_wake_that_comes_early_changes_nothing() {
    let mut driver = driver(1, 1, Some(Duration::from_secs(3)));
    let _sent = driver.call(0);
    let waits = driver.call(1);
    driver.pass(Duration::from_secs(1));
    assert_eq!(driver.wake(1), waits);
}

#[test]
fn a_call_given_up_with_its_turn_come_passes_it_on() {
    let mut driver = driver(1, 2, None);
    assert_eq!([0, 1, 2].map(|call| driver.call(call)), [Action::Send, Action::Wait, Action::Wait]);
    driver.cancel(0);
    assert_eq!(driver.effects.woken, [CallId(1)]);
    driver.cancel(1);
    assert_eq!(driver.effects.woken, [CallId(1), CallId(2)]);
    driver.late(0, Outcome::Ok);
    driver.late(1, Outcome::Ok);
    assert_eq!(driver.layer.inside(), 1);
    assert_eq!(driver.wake(2), Action::Send);
}
