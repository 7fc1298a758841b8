//! Defects of other bulkheads: each check fails on a small copy that has the defect.

use patterns::bulkhead::{CoDel, Settings};
use patterns::{CallId, CallInfo, Duration, Time};
use proptest::prelude::*;

use crate::bulkhead_numbered::Numbered;

/// A turn: how long after the one before, and how long the call had waited.
type Turns = [(u64, u64)];

const INTERVAL: Duration = Duration::from_nanos(20);
const TARGET: Duration = Duration::from_nanos(3);

/// No drop unless a whole interval had its least wait above the target; none of the first of an
/// interval; none of a wait up to twice the target. And if all this is so, a drop.
fn drops_as_declared(
    turns: &Turns,
    mut drops: impl FnMut(Duration, Time) -> bool,
) -> Result<(), String> {
    let mut now = Time::from_nanos(5);
    let mut reported: Vec<(Time, Duration)> = Vec::new();
    for (index, (gap, wait)) in turns.iter().enumerate() {
        now = now + Duration::from_nanos(*gap);
        let wait = Duration::from_nanos(*wait);
        reported.push((now, wait));
        // Where intervals begin, from all there ever was.
        let begins = reported.iter().fold(Vec::new(), |mut begins: Vec<Time>, (at, _)| {
            if begins.last().is_none_or(|begin| *begin + INTERVAL < *at) {
                begins.push(*at);
            }
            begins
        });
        let is_first =
            reported.iter().filter(|(at, _)| begins.last().is_some_and(|b| b <= at)).count();
        let before = match begins[..] {
            [.., old, new] => reported.iter().filter(|(at, _)| old <= *at && *at < new).collect(),
            _ => Vec::new(),
        };
        let is_overloaded = !before.is_empty() && before.iter().all(|(_, wait)| TARGET < *wait);
        let expected = is_overloaded && is_first > 1 && TARGET + TARGET < wait;
        if drops(wait, now) != expected {
            return Err(format!("turn {index} at {now} after {wait} is not {expected}"));
        }
    }
    Ok(())
}

/// folly's, whose first interval ends as soon as it has begun: with the object.
fn folly() -> impl FnMut(Duration, Time) -> bool {
    let (mut ends, mut least) = (Time::ZERO, None);
    let mut is_overloaded = false;
    move |wait, now| {
        if let Some(before) = least.filter(|_| ends < now) {
            ends = now + INTERVAL;
            is_overloaded = TARGET < before;
            least = None;
        }
        let is_first = least.is_none();
        least = Some(least.map_or(wait, |least: Duration| least.min(wait)));
        !is_first && is_overloaded && TARGET + TARGET < wait
    }
}

proptest! {
    #[test]
    fn codel_drops_nothing_before_a_whole_interval_was_slow(
        turns in prop::collection::vec((0..8_u64, 0..9_u64), 1..100),
        fast in any::<bool>(),
    ) {
        // Waits are long, or now and then short.
        let slow = turns.iter().map(|(gap, wait)| (*gap, if fast { *wait } else { wait + 3 }));
        let turns: Vec<(u64, u64)> = slow.collect();
        let mut codel = CoDel::new(INTERVAL, TARGET);
        prop_assert_eq!(drops_as_declared(&turns, |wait, now| codel.drops(wait, now)), Ok(()));
    }
}

#[test]
fn the_first_interval_of_folly_is_none() {
    // One slow call, and the third is dropped: no 20 ns have passed.
    let turns = [(0, 50), (1, 50), (1, 50)];
    assert!(drops_as_declared(&turns, folly()).is_err());
    let mut codel = CoDel::new(INTERVAL, TARGET);
    assert_eq!(drops_as_declared(&turns, |wait, now| codel.drops(wait, now)), Ok(()));
}

/// The least that a bulkhead is.
trait Slots {
    fn enter(&mut self, call: u32);
    fn leave(&mut self, call: u32);
    fn inside(&self) -> usize;
}

impl Slots for Numbered {
    fn enter(&mut self, call: u32) {
        let _entry = self.enter(CallId(call), CallInfo::default(), Time::ZERO);
    }

    fn leave(&mut self, call: u32) {
        let _turns = self.leave(CallId(call), Time::ZERO);
    }

    fn inside(&self) -> usize {
        self.inside() as usize
    }
}

/// Believes that who stood in line and was given up holds nothing, although its turn had come.
#[derive(Default)]
struct Forgetful {
    taken: usize,
    line: Vec<u32>,
    waited: Vec<u32>,
}

impl Slots for Forgetful {
    fn enter(&mut self, call: u32) {
        if self.taken == 0 {
            self.taken = 1;
        } else {
            self.line.push(call);
            self.waited.push(call);
        }
    }

    fn leave(&mut self, call: u32) {
        if self.waited.contains(&call) {
            self.line.retain(|other| *other != call);
        } else if self.line.is_empty() {
            self.taken = 0;
        } else {
            self.line.remove(0);
        }
    }

    fn inside(&self) -> usize {
        self.taken
    }
}

/// What many semaphores had to mend: a call given up between its grant and hearing of it.
fn gives_all_back(slots: &mut impl Slots) -> bool {
    for call in 0..3 {
        slots.enter(call);
    }
    for call in 0..3 {
        slots.leave(call);
    }
    slots.inside() == 0
}

#[test]
fn a_call_given_up_with_a_grant_gives_it_back() {
    let mut bulkhead = Numbered::new(Settings::of(1).with(|s| s.queue = 2)).expect("valid");
    assert!(gives_all_back(&mut bulkhead));
    assert!(!gives_all_back(&mut Forgetful::default()));
}
