//! A bulkhead against a plain queue, and in the path of calls.

use std::collections::VecDeque;

use patterns::bulkhead::{Bulkhead, Entry, Settings, Turn};
use patterns::testing::Driver;
use patterns::{About, CallId, Class, Outcome, Span, Step, Time};
use proptest::prelude::*;

pub(crate) const FULL: Outcome = Outcome::failed(Class::BulkheadFull);

fn driver(slots: u32, queue: u32, patience: Option<Span>) -> Driver<Bulkhead> {
    Driver::new(bulkhead(Settings { queue, patience, ..Settings::of(slots) }), &[])
}

pub(crate) fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

pub(crate) fn span(nanos: u64) -> Span {
    Span::from_nanos(nanos)
}

pub(crate) fn bulkhead(settings: Settings) -> Bulkhead {
    Bulkhead::new(settings).expect("valid")
}

/// One slot, and enough places to wait.
pub(crate) fn line() -> Settings {
    Settings { queue: 10, ..Settings::of(1) }
}

pub(crate) fn enter(bulkhead: &mut Bulkhead, call: u32, now: u64) -> Entry {
    bulkhead.enter(CallId(call), About::default(), at(now))
}

pub(crate) fn enter_as(bulkhead: &mut Bulkhead, call: u32, about: About) -> Entry {
    bulkhead.enter(CallId(call), about, Time::ZERO)
}

/// Who was granted a slot, in order; nobody was dropped.
pub(crate) fn granted(turns: &[Turn]) -> Vec<u32> {
    let call = |turn: &Turn| match turn {
        Turn::Granted(call) => call.0,
        Turn::Dropped(call, reason) => panic!("{call:?} was dropped: {reason:?}"),
    };
    turns.iter().map(call).collect()
}

/// Ends whoever is inside until nobody is, and tells who came after whom.
pub(crate) fn drain(bulkhead: &mut Bulkhead, mut inside: u32, now: u64) -> Vec<u32> {
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
        let mut bulkhead = bulkhead(Settings { queue, ..Settings::of(slots) });
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
                prop_assert_eq!(bulkhead.enter(CallId(call), About::default(), Time::ZERO), expected);
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
    assert_eq!([0, 1].map(|call| driver.call(call)), [Step::Send; 2]);
    assert_eq!(driver.call(2), Step::Reply(FULL));
    let _ended = driver.reply(0, Outcome::failed(Class::Network));
    assert_eq!(driver.call(2), Step::Send);
}

#[test]
fn the_first_in_line_gets_the_slot_and_nobody_passes() {
    let mut driver = driver(1, 2, None);
    assert_eq!(driver.call(5), Step::Send);
    assert_eq!([9, 3].map(|call| driver.call(call)), [Step::Wait; 2]);
    assert_eq!(driver.call(1), Step::Reply(FULL));
    assert_eq!(driver.reply(5, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert_eq!(driver.effects.woken, [CallId(9)]);
    assert_eq!(driver.call(1), Step::Wait, "the slot is taken before its call is sent");
    assert_eq!(driver.wake(9), Step::Send);
}

#[test]
fn at_the_end_of_patience_the_first_event_decides() {
    let patience = Some(Span::from_secs(3));
    let until = Time::ZERO + Span::from_secs(3);
    let mut lost = driver(1, 1, patience);
    let mut seated = driver(1, 1, patience);
    for driver in [&mut lost, &mut seated] {
        assert_eq!(driver.call(0), Step::Send);
        assert_eq!(driver.call(1), Step::WaitUntil(until));
        driver.now = until;
    }
    assert_eq!(lost.wake(1), Step::Reply(FULL));
    assert_eq!(lost.reply(0, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert!(lost.effects.woken.is_empty());

    assert_eq!(seated.reply(0, Outcome::Ok), Step::Reply(Outcome::Ok));
    assert_eq!(seated.wake(1), Step::Send);
    assert_eq!(seated.wake(1), Step::Wait, "a second wake in one instant sends nothing");
}

#[test]
fn a_wake_that_comes_early_changes_nothing() {
    let mut driver = driver(1, 1, Some(Span::from_secs(3)));
    let _sent = driver.call(0);
    let waits = driver.call(1);
    driver.pass(Span::from_secs(1));
    assert_eq!(driver.wake(1), waits);
}

#[test]
fn a_call_given_up_with_its_turn_come_passes_it_on() {
    let mut driver = driver(1, 2, None);
    assert_eq!([0, 1, 2].map(|call| driver.call(call)), [Step::Send, Step::Wait, Step::Wait]);
    driver.cancel(0);
    assert_eq!(driver.effects.woken, [CallId(1)]);
    driver.cancel(1);
    assert_eq!(driver.effects.woken, [CallId(1), CallId(2)]);
    driver.late(0, Outcome::Ok);
    driver.late(1, Outcome::Ok);
    assert_eq!(driver.layer.inside(), 1);
    assert_eq!(driver.wake(2), Step::Send);
}
