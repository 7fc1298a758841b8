//! A bulkhead whose calls have the numbers of a story, over its permits and waiters.

use std::collections::BTreeMap;

use patterns::bulkhead::{self, Bulkhead, Settings, Slot, Waiter};
use patterns::{CallId, CallInfo, Invalid, Outcome, Permit, Reason, Time};

/// What becomes of a call that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Inside,
    Waiting,
    /// It waits, and the call named here had to go for it.
    InsteadOf(CallId),
    Full,
    TooLate,
}

/// What becomes of a call that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Granted(CallId),
    Dropped(CallId, Reason),
}

/// A bulkhead, and what its calls hold.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) bulkhead: Bulkhead,
    inside: BTreeMap<CallId, Permit<Slot>>,
    waiting: BTreeMap<CallId, Waiter>,
}

impl Numbered {
    pub(crate) fn of(bulkhead: Bulkhead) -> Self {
        Self { bulkhead, inside: BTreeMap::new(), waiting: BTreeMap::new() }
    }

    pub(crate) fn new(settings: Settings) -> Result<Self, Invalid> {
        Bulkhead::new(settings).map(Self::of)
    }

    /// A call comes; one that is inside or waiting already stays where it is.
    pub(crate) fn enter(&mut self, call: CallId, info: CallInfo, now: Time) -> Entry {
        if self.inside.contains_key(&call) {
            return Entry::Inside;
        }
        if self.waiting.contains_key(&call) {
            return Entry::Waiting;
        }
        match self.bulkhead.acquire(now, info) {
            Ok(bulkhead::Entry::Inside(permit)) => {
                self.inside.insert(call, permit);
                Entry::Inside
            }
            Ok(bulkhead::Entry::Waiting(waiter)) => {
                let turns = self.take_turns();
                self.waiting.insert(call, waiter);
                match turns[..] {
                    [] => Entry::Waiting,
                    [Turn::Dropped(other, Reason::Displaced)] => Entry::InsteadOf(other),
                    _ => panic!("{turns:?}"),
                }
            }
            Err(rejected) => {
                assert_eq!(rejected.until, None);
                match rejected.reason {
                    Reason::Full => Entry::Full,
                    Reason::TooLate => Entry::TooLate,
                    reason => panic!("{reason:?}"),
                }
            }
        }
    }

    /// A call goes, wherever it stands.
    pub(crate) fn leave(&mut self, call: CallId, now: Time) -> Vec<Turn> {
        if let Some(permit) = self.inside.remove(&call) {
            if call.0.is_multiple_of(2) {
                self.bulkhead.record(permit, Outcome::Ok, now);
            } else {
                self.bulkhead.cancel(permit, now);
            }
        } else if let Some(waiter) = self.waiting.remove(&call) {
            assert!(self.bulkhead.cancel_wait(waiter, now));
            assert!(!self.bulkhead.cancel_wait(waiter, now), "it is gone");
            assert_eq!(self.bulkhead.wait_until(waiter), None);
        }
        self.take_turns()
    }

    pub(crate) fn set_slots(&mut self, slots: u32, now: Time) -> Result<Vec<Turn>, Invalid> {
        self.bulkhead.set_limit(slots, now)?;
        Ok(self.take_turns())
    }

    /// Until when a call that waits may.
    pub(crate) fn until(&self, call: CallId) -> Option<Time> {
        self.bulkhead.wait_until(*self.waiting.get(&call)?)
    }

    pub(crate) fn is_inside(&self, call: CallId) -> bool {
        self.inside.contains_key(&call)
    }

    pub(crate) fn inside(&self) -> u32 {
        self.bulkhead.inside()
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.bulkhead.waiting()
    }

    pub(crate) fn slots(&self) -> u32 {
        self.bulkhead.slots()
    }

    pub(crate) fn is_overloaded(&self) -> bool {
        self.bulkhead.is_overloaded()
    }

    fn take_turns(&mut self) -> Vec<Turn> {
        let mut turns = Vec::new();
        while let Some(bulkhead::Turn { waiter, result }) = self.bulkhead.next_turn() {
            assert!(!self.bulkhead.cancel_wait(waiter, Time::ZERO), "its turn has come");
            let call =
                self.waiting.iter().find(|(_, other)| **other == waiter).map(|(call, _)| *call);
            let call = call.expect("a call that waits");
            self.waiting.remove(&call);
            turns.push(match result {
                Ok(permit) => {
                    self.inside.insert(call, permit);
                    Turn::Granted(call)
                }
                Err(rejected) => {
                    assert_eq!(rejected.until, None);
                    Turn::Dropped(call, rejected.reason)
                }
            });
        }
        turns
    }
}
