//! A bulkhead does what a slow one does that looks through everyone there each time.

use patterns::bulkhead::{DropPolicy, Order, Overflow, Partition, Settings};
use patterns::settings::CallerId;
use patterns::{CallId, CallInfo, Duration, Reason, Time};
use proptest::prelude::*;

use crate::bulkhead_numbered::{Entry, Numbered, Turn};
use crate::bulkhead_story::{CALLS, Happening, happenings, settings};

/// A bulkhead without any cleverness: two lists, and all turns there ever were.
struct Model {
    settings: Settings,
    now: Time,
    inside: Vec<(CallId, u16)>,
    /// In the order in which they came.
    line: Vec<Waiting>,
    /// When the line was seen to be empty for the last time.
    last_empty: Time,
    /// Every call whose turn came, when, and how long it had waited.
    turns: Vec<(Time, Duration)>,
}

#[derive(Clone, Copy, PartialEq)]
struct Waiting {
    call: CallId,
    info: CallInfo,
    came: Time,
    until: Time,
}

impl Model {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: Time::ZERO,
            inside: Vec::new(),
            line: Vec::new(),
            last_empty: Time::ZERO,
            turns: Vec::new(),
        }
    }

    /// Looks at the line, before and after everything that happens.
    fn look(&mut self, now: Time) {
        self.now = self.now.max(now);
        if self.line.is_empty() {
            self.last_empty = self.now;
        }
    }

    fn has_stood(&self, interval: Duration) -> bool {
        !self.line.is_empty() && self.now.since(self.last_empty) > interval
    }

    fn partition(&self, caller: u16) -> Option<Partition> {
        self.settings.partitions.get(&CallerId(caller)).copied()
    }

    fn inside_of(&self, caller: u16) -> u32 {
        self.inside.iter().filter(|(_, other)| *other == caller).count() as u32
    }

    fn has_room(&self, caller: u16) -> bool {
        let Settings { slots, partitions, .. } = &self.settings;
        let unlisted = |(_, caller): &&(CallId, u16)| self.partition(*caller).is_none();
        let mut shared = self.inside.iter().filter(unlisted).count() as u32;
        let mut reserved = 0;
        for (caller, partition) in partitions {
            shared += self.inside_of(caller.0).saturating_sub(partition.reserved);
            reserved += partition.reserved;
        }
        let shared_has_room = shared + reserved < *slots;
        self.inside.len() < *slots as usize
            && match self.partition(caller) {
                None => shared_has_room,
                Some(Partition { reserved, most, .. }) => {
                    let inside = self.inside_of(caller);
                    inside < most && (inside < reserved || shared_has_room)
                }
            }
    }

    fn class(&self, info: &CallInfo) -> u8 {
        info.priority.min(self.settings.priorities - 1)
    }

    /// All these calls, given in the order they came, in the order of their turns.
    fn in_order(&self, mut calls: Vec<Waiting>) -> Vec<Waiting> {
        let newest_first = match self.settings.order {
            Order::Fifo => false,
            Order::Lifo => true,
            Order::Adaptive(interval) => self.has_stood(interval),
        };
        if newest_first {
            calls.reverse();
        }
        calls.sort_by_key(|waiting| self.class(&waiting.info));
        calls
    }

    /// The intervals of controlled delay so far: the least wait in each, and its turns.
    fn intervals(&self, length: Duration) -> Vec<(Duration, usize)> {
        let mut intervals = Vec::new();
        let mut ends = None;
        for (at, wait) in &self.turns {
            if ends.is_none_or(|ends| ends < *at) {
                ends = Some(*at + length);
                intervals.push((*wait, 0));
            }
            let (least, turns) = intervals.last_mut().expect("one was begun");
            *least = (*least).min(*wait);
            *turns += 1;
        }
        intervals
    }

    fn is_overloaded(&self) -> bool {
        let DropPolicy::Codel { interval, target } = self.settings.drop_policy else {
            return false;
        };
        let intervals = self.intervals(interval);
        let before = intervals.len().checked_sub(2).map(|index| intervals[index]);
        before.is_some_and(|(least, _)| least > target)
    }

    /// Whether a call whose turn has come is dropped for overload.
    fn turn(&mut self, wait: Duration) -> bool {
        self.turns.push((self.now, wait));
        let DropPolicy::Codel { interval, target } = self.settings.drop_policy else {
            return false;
        };
        let is_first = self.intervals(interval).last().is_some_and(|(_, turns)| *turns == 1);
        self.is_overloaded() && !is_first && wait > target + target
    }

    fn is_too_late(&self, info: &CallInfo) -> bool {
        let left = info.deadline.since(self.now);
        info.deadline != Time::MAX
            && self.settings.min_remaining.is_some_and(|least| left.is_zero() || left < least)
    }

    fn place(&self, call: CallId) -> Entry {
        if self.inside.iter().any(|(other, _)| *other == call) {
            Entry::Inside
        } else if self.line.iter().any(|waiting| waiting.call == call) {
            Entry::Waiting
        } else {
            Entry::Full
        }
    }

    fn enter(&mut self, call: CallId, info: CallInfo, now: Time) -> Entry {
        let place = self.place(call);
        if place != Entry::Full {
            return place;
        }
        self.look(now);
        if self.is_too_late(&info) {
            return Entry::TooLate;
        }
        if self.has_room(info.caller) {
            self.turn(Duration::ZERO);
            self.inside.push((call, info.caller));
            return Entry::Inside;
        }
        let mut max_wait = self.settings.max_wait.unwrap_or(Duration::MAX);
        if let DropPolicy::ControlledTimeout { interval, max_wait: short } =
            self.settings.drop_policy
            && self.has_stood(interval)
        {
            max_wait = max_wait.min(short);
        }
        let newcomer = Waiting { call, info, came: self.now, until: self.now + max_wait };
        let mut all = self.line.clone();
        all.push(newcomer);
        let goes = if self.line.len() < self.settings.queue as usize {
            None
        } else {
            let mut all = self.in_order(all);
            let below =
                |other: &Waiting| *other == newcomer || self.class(&other.info) > self.class(&info);
            match self.settings.overflow {
                _ if self.settings.queue == 0 => Some(newcomer),
                Overflow::Newcomer => Some(newcomer),
                Overflow::Last => all.pop(),
                Overflow::Lower => {
                    all.retain(below);
                    // The newcomer is there, and in front of all that are left.
                    all.pop()
                }
            }
        };
        match goes {
            Some(goes) if goes == newcomer => return Entry::Full,
            _ => self.line.push(newcomer),
        }
        match goes {
            Some(goes) => {
                self.line.retain(|other| *other != goes);
                Entry::InsteadOf(goes.call)
            }
            None => Entry::Waiting,
        }
    }

    fn leave(&mut self, call: CallId, now: Time) -> Vec<Turn> {
        match self.place(call) {
            Entry::Inside => {
                self.look(now);
                self.inside.retain(|(other, _)| *other != call);
                self.hand_over()
            }
            Entry::Waiting => {
                self.look(now);
                self.line.retain(|waiting| waiting.call != call);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn set_slots(&mut self, slots: u32, now: Time) -> Option<Vec<Turn>> {
        let reserved: u32 = self.settings.partitions.values().map(|part| part.reserved).sum();
        if slots < reserved.max(1) {
            return None;
        }
        self.look(now);
        self.settings.slots = slots;
        Some(self.hand_over())
    }

    fn hand_over(&mut self) -> Vec<Turn> {
        let mut turns = Vec::new();
        loop {
            let mut line = self.in_order(self.line.clone());
            line.retain(|waiting| self.has_room(waiting.info.caller));
            let Some(Waiting { call, info, came, until }) = line.first().copied() else {
                return turns;
            };
            self.line.retain(|waiting| waiting.call != call);
            if until < self.now {
                turns.push(Turn::Dropped(call, Reason::WaitedTooLong));
            } else if self.turn(self.now.since(came)) {
                turns.push(Turn::Dropped(call, Reason::Overloaded));
            } else if self.is_too_late(&info) {
                turns.push(Turn::Dropped(call, Reason::TooLate));
            } else {
                self.inside.push((call, info.caller));
                turns.push(Turn::Granted(call));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a_bulkhead_is_two_lists_and_their_history(
        settings in settings(),
        start in 0..100_u64,
        story in happenings(),
    ) {
        let mut bulkhead = Numbered::new(settings.clone()).expect("valid");
        let mut model = Model::new(settings);
        let mut now = Time::from_nanos(start);

        for happening in story {
            let before = model.inside.len();
            match happening {
                Happening::Pass(nanos) => now = now + Duration::from_nanos(nanos),
                Happening::StepBack(nanos) => {
                    now = Time::from_nanos(now.as_nanos().saturating_sub(nanos));
                }
                Happening::Enter { call, caller, priority, deadline } => {
                    let info = Happening::info(caller, priority, deadline, now);
                    prop_assert_eq!(bulkhead.enter(call, info, now), model.enter(call, info, now));
                }
                Happening::End(_) if model.inside.is_empty() => {}
                Happening::End(which) => {
                    let (call, _) = model.inside[which % model.inside.len()];
                    prop_assert_eq!(bulkhead.leave(call, now), model.leave(call, now));
                }
                Happening::Leave(call) => {
                    prop_assert_eq!(bulkhead.leave(call, now), model.leave(call, now));
                }
                Happening::SetSlots(slots) => {
                    let turns = bulkhead.set_slots(slots, now).ok();
                    prop_assert_eq!(turns, model.set_slots(slots, now));
                }
            }
            model.look(model.now);
            prop_assert_eq!(bulkhead.inside() as usize, model.inside.len());
            prop_assert_eq!(bulkhead.waiting() as usize, model.line.len());
            prop_assert_eq!(bulkhead.is_overloaded(), model.is_overloaded());
            prop_assert_eq!(bulkhead.slots(), model.settings.slots);
            for call in (0..CALLS).map(CallId) {
                let waiting = model.line.iter().find(|waiting| waiting.call == call);
                prop_assert_eq!(bulkhead.until(call), waiting.map(|waiting| waiting.until));
                prop_assert_eq!(bulkhead.is_inside(call), model.place(call) == Entry::Inside);
            }

            // What holds of both, whatever the model says.
            prop_assert!(model.inside.len() <= before.max(model.settings.slots as usize));
            prop_assert!(model.line.len() <= model.settings.queue as usize);
            for waiting in &model.line {
                prop_assert!(!model.has_room(waiting.info.caller), "it waits before an open door");
            }
            for (caller, partition) in &model.settings.partitions {
                let inside = model.inside_of(caller.0);
                prop_assert!(inside <= partition.most);
                prop_assert_eq!(bulkhead.bulkhead.inside_of(*caller), inside);
            }
        }
    }
}
