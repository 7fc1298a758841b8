//! Who may have how many slots of a bulkhead, also when they become fewer or more.

use patterns::bulkhead::{Partition, Settings};
use patterns::settings::CallerId;
use patterns::{CallId, CallInfo, Time};

use crate::bulkhead::{bulkhead, enter_as, granted};
use crate::bulkhead_numbered::{Entry, Numbered};
use crate::bulkhead_order::with_priority;

fn of_caller(caller: u16) -> CallInfo {
    CallInfo { caller, ..CallInfo::default() }
}

/// Caller 7 has 2 of 5 slots for itself, caller 8 has 1, and none of them more than 3 and 2.
pub(crate) fn shared(queue: u32) -> Numbered {
    let seven = (CallerId(7), Partition::of(2, 3));
    let eight = (CallerId(8), Partition::of(1, 2));
    bulkhead(Settings::of(5).with(|s| {
        s.queue = queue;
        s.partitions = [eight, seven].into();
    }))
}

#[test]
fn a_reserve_is_there_whatever_the_others_do() {
    let mut bulkhead = shared(0);
    let enter = |bulkhead: &mut Numbered, call, caller| {
        enter_as(bulkhead, call, of_caller(caller)) == Entry::Inside
    };
    assert_eq!([0, 1, 2].map(|call| enter(&mut bulkhead, call, 1)), [true, true, false]);
    assert_eq!([3, 4, 5].map(|call| enter(&mut bulkhead, call, 7)), [true, true, false]);
    assert_eq!([6, 7].map(|call| enter(&mut bulkhead, call, 8)), [true, false]);
    assert_eq!(bulkhead.inside(), 5);
    let inside_of = |caller| bulkhead.bulkhead.inside_of(CallerId(caller));
    assert_eq!([7, 8, 1, 2].map(inside_of), [2, 1, 2, 2], "1 and 2 have no partition");
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
    let partitions = [(CallerId(7), Partition::of(0, 1))].into();
    let mut bulkhead = bulkhead(Settings::of(2).with(|s| {
        s.queue = 9;
        s.priorities = 2;
        s.partitions = partitions;
    }));
    let info = |caller, priority| CallInfo { priority, ..of_caller(caller) };
    assert_eq!(enter_as(&mut bulkhead, 0, info(7, 0)), Entry::Inside);
    assert_eq!(enter_as(&mut bulkhead, 1, info(1, 1)), Entry::Inside);
    assert_eq!(enter_as(&mut bulkhead, 2, info(7, 0)), Entry::Waiting);
    assert_eq!(enter_as(&mut bulkhead, 3, info(1, 1)), Entry::Waiting);
    assert_eq!(enter_as(&mut bulkhead, 4, info(1, 0)), Entry::Waiting);
    assert_eq!(granted(bulkhead.leave(CallId(1), Time::ZERO)), [4]);
    assert_eq!(granted(bulkhead.leave(CallId(4), Time::ZERO)), [3]);
    assert_eq!(granted(bulkhead.leave(CallId(0), Time::ZERO)), [2]);
}

#[test]
fn fewer_slots_revoke_nothing_and_more_are_granted_in_order() {
    let mut bulkhead = bulkhead(Settings::of(3).with(|s| {
        s.queue = 9;
        s.priorities = 2;
    }));
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
    let partitions = [(CallerId(7), Partition::of(2, 9))].into();
    let mut bulkhead = bulkhead(Settings::of(6).with(|s| {
        s.queue = 9;
        s.partitions = partitions;
    }));
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
