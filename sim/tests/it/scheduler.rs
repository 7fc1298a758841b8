//! What is due comes by time, and at one time in the order in which it was asked for.

use patterns::Time;
use proptest::prelude::*;
use sim::kernel::{Event, LaneId, MAX_INDEX, Scheduler};

/// What can be done with a scheduler; times are counted from now.
#[derive(Clone, Debug)]
enum Deed {
    Schedule(Wait, Event),
    SetTimer(Wait, Event),
    SetTimerIn(usize, Wait, Event),
    CancelTimer(Event),
    /// Handles at most this number of events, up to this time.
    Next(usize, Wait),
}

#[derive(Clone, Copy, Debug)]
enum Wait {
    Ago(u64),
    In(u64),
    Never,
}

impl Wait {
    fn from(self, now: Time) -> Time {
        match self {
            Self::Ago(nanos) => Time::from_nanos(now.as_nanos().saturating_sub(nanos)),
            Self::In(nanos) => Time::from_nanos(now.as_nanos().saturating_add(nanos)),
            Self::Never => Time::MAX,
        }
    }
}

fn waits() -> impl Strategy<Value = Wait> {
    prop_oneof![
        1 => (0..5_u64).prop_map(Wait::Ago),
        12 => (0..6_u64).prop_map(Wait::In),
        4 => (0..100_000_u64).prop_map(Wait::In),
        1 => any::<u64>().prop_map(Wait::In),
        1 => Just(Wait::Never),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    (0..8_u8, 0..6_u32).prop_map(|(kind, index)| Event { kind, index })
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        3 => (waits(), event()).prop_map(|(at, event)| Deed::Schedule(at, event)),
        3 => (waits(), event()).prop_map(|(at, event)| Deed::SetTimer(at, event)),
        8 => (0..3_usize, event()).prop_map(|(lane, event)| {
            Deed::SetTimerIn(lane, Wait::In([2, 5, 5_000][lane]), event)
        }),
        2 => (0..3_usize, waits(), event()).prop_map(|(lane, at, event)| {
            Deed::SetTimerIn(lane, at, event)
        }),
        4 => event().prop_map(Deed::CancelTimer),
        4 => (0..8_usize, waits()).prop_map(|(many, horizon)| Deed::Next(many, horizon)),
    ];
    prop::collection::vec(one, 1..300)
}

/// A scheduler that is plain to see through: a list, searched.
#[derive(Default)]
struct Model {
    now: Time,
    due: Vec<(Time, usize, Event, bool)>,
    asked: usize,
}

impl Model {
    fn add(&mut self, at: Time, event: Event, is_alarm: bool) {
        if is_alarm {
            self.cancel_timer(event);
        }
        if at < Time::MAX {
            self.asked += 1;
            self.due.push((at.max(self.now), self.asked, event, is_alarm));
        }
    }

    fn cancel_timer(&mut self, event: Event) {
        self.due.retain(|(_, _, other, is_alarm)| !is_alarm || *other != event);
    }

    fn next(&mut self, horizon: Time) -> Option<Event> {
        let first = *self.due.iter().min_by_key(|(at, order, _, _)| (*at, *order))?;
        if first.0 > horizon {
            return None;
        }
        self.due.retain(|(_, order, _, _)| *order != first.1);
        self.now = first.0;
        Some(first.2)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// It does what the list does; and what goes through lanes comes as if it did not.
    #[test]
    fn it_is_a_list_in_order(deeds in deeds()) {
        let mut model = Model::default();
        let mut scheduler = Scheduler::new();
        let mut without_lanes = Scheduler::new();
        let lanes: Vec<LaneId> = (0..3).map(|_| scheduler.lane()).collect();

        for deed in deeds {
            let now = model.now;
            match deed {
                Deed::Schedule(at, event) => {
                    model.add(at.from(now), event, false);
                    scheduler.schedule(at.from(now), event);
                    without_lanes.schedule(at.from(now), event);
                }
                Deed::SetTimer(at, event) => {
                    model.add(at.from(now), event, true);
                    scheduler.set_timer(at.from(now), event);
                    without_lanes.set_timer(at.from(now), event);
                }
                Deed::SetTimerIn(lane, at, event) => {
                    model.add(at.from(now), event, true);
                    scheduler.set_timer_in(lanes[lane], at.from(now), event);
                    without_lanes.set_timer(at.from(now), event);
                }
                Deed::CancelTimer(event) => {
                    model.cancel_timer(event);
                    scheduler.cancel_timer(event);
                    without_lanes.cancel_timer(event);
                }
                Deed::Next(many, horizon) => for _ in 0..many {
                    let horizon = horizon.from(now);
                    let expected = model.next(horizon);
                    prop_assert_eq!(scheduler.next(horizon), expected);
                    prop_assert_eq!(without_lanes.next(horizon), expected);
                    prop_assert_eq!(scheduler.now(), model.now);
                },
            }
        }
        while let Some(expected) = model.next(Time::MAX) {
            prop_assert_eq!(scheduler.next(Time::MAX), Some(expected));
            prop_assert_eq!(without_lanes.next(Time::MAX), Some(expected));
            prop_assert_eq!(scheduler.now(), model.now);
        }
        prop_assert_eq!(scheduler.next(Time::MAX), None);
        prop_assert_eq!(scheduler.events(), without_lanes.events());
        prop_assert_eq!(scheduler.fingerprint(), without_lanes.fingerprint());
    }
}

const TICK: Event = Event { kind: 0, index: 0 };
const TOCK: Event = Event { kind: 1, index: 0 };

fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

#[test]
fn what_is_due_at_the_horizon_still_happens_and_later_things_wait() {
    let mut scheduler = Scheduler::new();
    scheduler.schedule(at(10), TICK);
    scheduler.schedule(at(11), TOCK);
    assert_eq!(scheduler.next(at(9)), None);
    assert_eq!(scheduler.now(), at(0));
    assert_eq!(scheduler.next(at(10)), Some(TICK));
    assert_eq!(scheduler.now(), at(10));
    assert_eq!(scheduler.next(at(10)), None);
    assert_eq!(scheduler.now(), at(10));
    assert_eq!(scheduler.next(at(11)), Some(TOCK));
    assert_eq!(scheduler.events(), 2);
}

#[test]
fn never_is_never_and_the_time_before_is_not() {
    let mut scheduler = Scheduler::new();
    let lane = scheduler.lane();
    scheduler.schedule(Time::MAX, TICK);
    scheduler.set_timer(at(5), TOCK);
    scheduler.set_timer(Time::MAX, TOCK);
    scheduler.set_timer_in(lane, at(5), TOCK);
    scheduler.set_timer_in(lane, Time::MAX, TOCK);
    assert_eq!(scheduler.next(Time::MAX), None);
    scheduler.set_timer_in(lane, at(u64::MAX - 1), TOCK);
    assert_eq!(scheduler.next(Time::MAX), Some(TOCK));
    assert_eq!(scheduler.now(), at(u64::MAX - 1));
}

/// The indices of lanes follow upon those of the last kind.
#[test]
fn the_highest_index_is_an_event_and_no_lane() {
    let last = Event { kind: 7, index: MAX_INDEX };
    let mut scheduler = Scheduler::new();
    let lane = scheduler.lane();
    scheduler.set_timer_in(lane, at(5), last);
    scheduler.schedule(at(4), last);
    scheduler.set_timer_in(lane, at(6), TICK);
    assert_eq!(scheduler.next(Time::MAX), Some(last));
    assert_eq!(scheduler.now(), at(4));
    assert_eq!(scheduler.next(Time::MAX), Some(last));
    assert_eq!(scheduler.next(Time::MAX), Some(TICK));
    assert_eq!(scheduler.next(Time::MAX), None);
}

#[test]
fn there_are_lanes_for_all_who_ask() {
    let mut scheduler = Scheduler::new();
    let lanes: Vec<LaneId> = (0..70_000).map(|_| scheduler.lane()).collect();
    for (index, lane) in (0..).zip(lanes) {
        scheduler.set_timer_in(lane, at(1_000_000 - u64::from(index)), Event { kind: 7, index });
    }
    for index in (0..70_000).rev() {
        assert_eq!(scheduler.next(Time::MAX), Some(Event { kind: 7, index }));
    }
    assert_eq!(scheduler.next(Time::MAX), None);
}

#[test]
fn the_fingerprint_covers_time_event_order_and_words() {
    let print = |deeds: &dyn Fn(&mut Scheduler)| {
        let mut scheduler = Scheduler::new();
        deeds(&mut scheduler);
        while scheduler.next(Time::MAX).is_some() {}
        scheduler.fingerprint()
    };
    let prints = [
        print(&|_| ()),
        print(&|scheduler| scheduler.schedule(at(0), TICK)),
        print(&|scheduler| scheduler.schedule(at(1), TICK)),
        print(&|scheduler| scheduler.schedule(at(0), TOCK)),
        print(&|scheduler| scheduler.schedule(at(0), Event { kind: 0, index: 1 })),
        print(&|scheduler| scheduler.fold(0)),
        print(&|scheduler| scheduler.fold(1)),
        print(&|scheduler| {
            scheduler.fold(0);
            scheduler.fold(1);
        }),
        print(&|scheduler| {
            scheduler.fold(1);
            scheduler.fold(0);
        }),
        print(&|scheduler| {
            scheduler.schedule(at(0), TICK);
            scheduler.schedule(at(0), TOCK);
        }),
        print(&|scheduler| {
            scheduler.schedule(at(0), TOCK);
            scheduler.schedule(at(0), TICK);
        }),
    ];
    for (index, print) in prints.iter().enumerate() {
        assert!(!prints[..index].contains(print), "{index}");
    }
    // Pinned, for fingerprints must not change from one version to the next unnoticed.
    assert_eq!(prints[10], 0x5252_c4a8_cbe8_cefb);
}

#[test]
#[should_panic(expected = "no such event")]
fn an_index_out_of_range_is_refused() {
    Scheduler::new().schedule(at(0), Event { kind: 0, index: MAX_INDEX + 1 });
}
