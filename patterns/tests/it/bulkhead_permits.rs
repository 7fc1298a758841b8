//! A bulkhead used by hand: permits, and the names of calls that wait.

use patterns::bulkhead::{Bulkhead, Entry, Settings, Slot, Turn, Waiter};
use patterns::{CallInfo, Outcome, Permit, Reason, Rejected, Time};

const NOW: Time = Time::ZERO;

fn bulkhead(queue: u32) -> Bulkhead {
    Bulkhead::new(Settings::of(1).with(|s| s.queue = queue)).expect("valid")
}

fn permit(bulkhead: &mut Bulkhead) -> Permit<Slot> {
    bulkhead.try_acquire(NOW, CallInfo::default()).expect("a slot")
}

fn waiter(bulkhead: &mut Bulkhead) -> Waiter {
    match bulkhead.acquire(NOW, CallInfo::default()) {
        Ok(Entry::Waiting(waiter)) => waiter,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_that_does_not_wait_leaves_the_queue_alone() {
    let mut bulkhead = bulkhead(5);
    let first = permit(&mut bulkhead);
    let full = Err(Rejected { reason: Reason::Full, until: None });
    assert_eq!(bulkhead.try_acquire(NOW, CallInfo::default()), full);
    assert_eq!((bulkhead.inside(), bulkhead.waiting()), (1, 0));
    bulkhead.cancel(first, NOW);
    assert!(bulkhead.try_acquire(NOW, CallInfo::default()).is_ok());
}

#[test]
fn a_call_that_has_left_the_queue_has_no_say_there() {
    let mut bulkhead = bulkhead(5);
    let _first = permit(&mut bulkhead);
    let gone = waiter(&mut bulkhead);
    assert!(bulkhead.cancel_wait(gone, NOW));
    let next = waiter(&mut bulkhead);
    assert_ne!(gone, next);
    assert_eq!(bulkhead.wait_until(gone), None);
    assert!(!bulkhead.cancel_wait(gone, NOW), "that would be another call");
    assert_eq!(bulkhead.wait_until(next), Some(Time::MAX));
    assert_eq!(bulkhead.waiting(), 1);
}

#[test]
fn turns_stay_until_they_are_taken() {
    let mut bulkhead = bulkhead(5);
    let first = permit(&mut bulkhead);
    let [second, third] = [(); 2].map(|()| waiter(&mut bulkhead));
    bulkhead.record(first, Outcome::Ok, NOW);
    assert_eq!((bulkhead.inside(), bulkhead.waiting()), (1, 1));
    assert!(!bulkhead.cancel_wait(second, NOW), "its slot is on the way to it");
    bulkhead.set_limit(2, NOW).expect("valid");
    let turns: Vec<Turn> = core::iter::from_fn(|| bulkhead.next_turn()).collect();
    let whose: Vec<Waiter> = turns.iter().map(|turn| turn.waiter).collect();
    assert_eq!(whose, [second, third]);
    for turn in turns {
        bulkhead.record(turn.result.expect("a slot"), Outcome::Ok, NOW);
    }
    assert_eq!(bulkhead.inside(), 0);
}

#[test]
fn a_permit_of_another_bulkhead_is_not_accepted() {
    let (mut one, mut other) = (bulkhead(0), bulkhead(0));
    let permit = permit(&mut one);
    let settled = std::panic::AssertUnwindSafe(|| other.cancel(permit, NOW));
    assert!(std::panic::catch_unwind(settled).is_err());
    assert_eq!(one.inside(), 1, "a permit that is lost keeps its slot");
}
