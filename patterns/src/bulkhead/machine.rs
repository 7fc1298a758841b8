//! The bulkhead itself, as it is used by hand: permits for calls, and names for those that wait.

use super::codel::CoDel;
use super::core::{Core, Entered, Place};
use super::settings::Settings;
use crate::call_info::CallInfo;
use crate::invalid::Invalid;
use crate::layer::CallId;
use crate::outcome::Outcome;
use crate::permit::{Owner, Permit, Rejected};
use crate::settings::CallerId;
use crate::time::Time;

/// A limit on calls under way.
///
/// Calls that do not wait need nothing but [`try_acquire`](Self::try_acquire) and
/// [`record`](Self::record). A permit that is lost keeps its slot for ever: give it back by
/// [`cancel`](Self::cancel) wherever a call may be dropped.
///
/// # Example
///
/// ```
/// use patterns::bulkhead::{Bulkhead, Settings};
/// use patterns::{CallInfo, Outcome, Reason, Time};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let mut bulkhead = Bulkhead::new(Settings::of(1))?;
/// let (info, now) = (CallInfo::default(), Time::ZERO);
/// let permit = bulkhead.try_acquire(now, info)?;
/// assert_eq!(bulkhead.try_acquire(now, info).unwrap_err().reason, Reason::Full);
/// bulkhead.record(permit, Outcome::Ok, now);
/// assert!(bulkhead.try_acquire(now, info).is_ok());
/// # Ok(())
/// # }
/// ```
///
/// # Calls that wait
///
/// [`acquire`](Self::acquire) gives a call a slot or a place in the queue: a [`Waiter`], by which
/// it is known from then on. The driver of the bulkhead keeps what belongs to it (a channel, a
/// task) under this name, and
///
/// 1. takes all [`next_turn`](Self::next_turn)s after each call of `acquire`, `record`, `cancel`
///    and `set_limit`: each says which waiter has a permit now, or why it is rejected;
/// 2. sets a timer for [`wait_until`](Self::wait_until), and calls
///    [`cancel_wait`](Self::cancel_wait) when it rings, or when the waiting call is given up.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use patterns::bulkhead::{Bulkhead, Entry, Settings, Turn};
/// use patterns::{CallInfo, Outcome, Time};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let mut bulkhead = Bulkhead::new(Settings::of(1).with(|s| s.queue = 1))?;
/// let (info, now) = (CallInfo::default(), Time::ZERO);
/// let mut waiting = BTreeMap::new();
///
/// let Entry::Inside(first) = bulkhead.acquire(now, info)? else { panic!("it has a slot") };
/// match bulkhead.acquire(now, info)? {
///     Entry::Inside(_) => panic!("all slots are taken"),
///     Entry::Waiting(waiter) => waiting.insert(waiter, "the second call"),
/// };
/// assert!(bulkhead.acquire(now, info).is_err(), "the queue is full");
///
/// bulkhead.record(first, Outcome::Ok, now);
/// while let Some(Turn { waiter, result }) = bulkhead.next_turn() {
///     assert_eq!(waiting.remove(&waiter), Some("the second call"));
///     let permit = result?; // it is sent now
///     bulkhead.record(permit, Outcome::Ok, now);
/// }
/// assert_eq!((bulkhead.inside(), bulkhead.waiting()), (0, 0));
/// # Ok(())
/// # }
/// ```
///
/// A permit is settled once; this is accepted:
///
/// ```
/// # use patterns::{Outcome, Permit, Time, bulkhead::*};
/// fn once(bulkhead: &mut Bulkhead, permit: Permit<Slot>) {
///     bulkhead.record(permit, Outcome::Ok, Time::ZERO);
/// }
/// ```
///
/// and this is not:
///
/// ```compile_fail,E0382
/// # use patterns::{Outcome, Permit, Time, bulkhead::*};
/// fn twice(bulkhead: &mut Bulkhead, permit: Permit<Slot>) {
///     bulkhead.record(permit, Outcome::Ok, Time::ZERO);
///     bulkhead.record(permit, Outcome::Ok, Time::ZERO);
/// }
/// ```
///
/// As a layer its calls have the numbers that the driver of the layer gives them. One bulkhead is
/// used in one of the two ways, not in both; but [`set_limit`](Self::set_limit) may be called on a
/// layer too: calls whose turn has come by that are woken with the next event there.
#[derive(Clone, Debug)]
pub struct Bulkhead {
    pub(super) core: Core,
    owner: Owner,
    /// Numbers of calls that have left.
    free: Vec<CallId>,
    /// How many numbers there are.
    numbers: u32,
}

/// What a permit of a [`Bulkhead`] is for: one of its slots.
#[derive(Debug, PartialEq, Eq)]
pub struct Slot(CallId);

/// The name of a waiting call at a [`Bulkhead`]. No other call has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiter {
    number: u64,
    call: CallId,
}

/// What becomes of a call that may wait.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Entry {
    /// It has a slot.
    Inside(Permit<Slot>),
    /// It waits; its turn is among the [`next_turn`](Bulkhead::next_turn)s some time.
    Waiting(Waiter),
}

/// What became of a waiting call.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Turn {
    /// Which one.
    pub waiter: Waiter,
    /// Its slot, or why it has left the queue without one: it waited for too long
    /// ([`WaitedTooLong`](crate::Reason::WaitedTooLong), or
    /// [`Overloaded`](crate::Reason::Overloaded) with a drop policy), another call took its place
    /// ([`Displaced`](crate::Reason::Displaced)), or its deadline is too close
    /// ([`TooLate`](crate::Reason::TooLate)).
    pub result: Result<Permit<Slot>, Rejected>,
}

/// How a [`Bulkhead`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many slots there are.
    pub slots: u32,
    /// How many calls have a slot; more than there are if their number was lowered.
    pub inside: u32,
    /// How many calls wait.
    pub waiting: u32,
    /// Whether [`DropPolicy::Codel`](super::DropPolicy::Codel) finds the queue too slow.
    pub is_overloaded: bool,
}

impl Bulkhead {
    /// An empty bulkhead.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or does not go with another.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let core = Core::new(settings)?;
        Ok(Self { core, owner: Owner::new(), free: Vec::new(), numbers: 0 })
    }

    /// Its settings; [`set_limit`](Self::set_limit) changes the slots.
    pub fn settings(&self) -> &Settings {
        self.core.settings()
    }

    /// A slot for a call that does not wait.
    ///
    /// # Errors
    ///
    /// If there is none for it ([`Reason::Full`](crate::Reason::Full)), or its deadline is too
    /// close ([`Reason::TooLate`](crate::Reason::TooLate)). When a slot comes is not known.
    pub fn try_acquire(&mut self, now: Time, info: CallInfo) -> Result<Permit<Slot>, Rejected> {
        match self.enter(now, info, false)? {
            Entry::Inside(permit) => Ok(permit),
            Entry::Waiting(_) => unreachable!("it does not wait"),
        }
    }

    /// A slot for a call, or a place in the queue. For its place another call may have to go: take
    /// the [`next_turn`](Self::next_turn)s after this.
    ///
    /// # Errors
    ///
    /// If there is neither for it ([`Reason::Full`](crate::Reason::Full)), or its deadline is too
    /// close ([`Reason::TooLate`](crate::Reason::TooLate)).
    pub fn acquire(&mut self, now: Time, info: CallInfo) -> Result<Entry, Rejected> {
        self.enter(now, info, true)
    }

    /// A call has ended, however it did; its slot goes to the next in the queue.
    pub fn record(&mut self, permit: Permit<Slot>, _outcome: Outcome, now: Time) {
        self.cancel(permit, now);
    }

    /// A call is given up; its slot goes to the next in the queue. What goes on unseen at the
    /// callee holds none.
    pub fn cancel(&mut self, permit: Permit<Slot>, now: Time) {
        let Slot(call) = permit.redeem(self.owner);
        self.core.leave(call, now);
        self.free.push(call);
    }

    /// A waiting call is given up, or its wait is over. Returns whether it was waiting still; if
    /// not, its turn has come, and is or was among the [`next_turn`](Self::next_turn)s.
    pub fn cancel_wait(&mut self, waiter: Waiter, now: Time) -> bool {
        let waits = self.waits(waiter);
        if waits {
            self.core.leave(waiter.call, now);
            self.free.push(waiter.call);
        }
        waits
    }

    /// Until when a call waits at most; [`Time::MAX`] if that is not limited. Nothing if it does
    /// not wait any more.
    pub fn wait_until(&self, waiter: Waiter) -> Option<Time> {
        self.waits(waiter).then(|| self.core.until(waiter.call))
    }

    /// What became of a waiting call: in order, each once. A slot that is not taken from here is
    /// lost.
    pub fn next_turn(&mut self) -> Option<Turn> {
        let turn = self.core.next_turn()?;
        let waiter = Waiter { number: turn.number, call: turn.call };
        let result = match turn.dropped {
            None => Ok(Permit::new(self.owner, Slot(turn.call))),
            Some(reason) => {
                self.free.push(turn.call);
                Err(Rejected { reason, until: None })
            }
        };
        Some(Turn { waiter, result })
    }

    /// From now on there are this many slots.
    ///
    /// With fewer slots no call loses the one it has, and none enters until enough have left.
    ///
    /// # Errors
    ///
    /// If there are fewer than 1, or fewer than all reserves together; then nothing changes.
    pub fn set_limit(&mut self, slots: u32, now: Time) -> Result<(), Invalid> {
        self.core.set_slots(slots, now)
    }

    /// How many slots there are.
    pub fn slots(&self) -> u32 {
        self.core.settings().slots
    }

    /// How many calls have a slot.
    pub fn inside(&self) -> u32 {
        self.core.inside()
    }

    /// How many calls of this caller have a slot, if it has a partition; else of all callers
    /// without one.
    pub fn inside_of(&self, caller: CallerId) -> u32 {
        self.core.inside_of(caller.0)
    }

    /// How many calls wait.
    pub fn waiting(&self) -> u32 {
        self.core.waiting()
    }

    /// Whether [`DropPolicy::Codel`](super::DropPolicy::Codel) finds the queue too slow at present.
    pub fn is_overloaded(&self) -> bool {
        self.core.codel().is_some_and(CoDel::is_overloaded)
    }

    /// How it stands after what was last done.
    pub fn figures(&self) -> Figures {
        Figures {
            slots: self.slots(),
            inside: self.inside(),
            waiting: self.waiting(),
            is_overloaded: self.is_overloaded(),
        }
    }

    fn enter(&mut self, now: Time, info: CallInfo, may_wait: bool) -> Result<Entry, Rejected> {
        let call = self.free.pop().unwrap_or_else(|| {
            self.numbers += 1;
            CallId(self.numbers - 1)
        });
        match self.core.enter(call, info, now, may_wait) {
            Entered::Inside => Ok(Entry::Inside(Permit::new(self.owner, Slot(call)))),
            Entered::Waiting => Ok(Entry::Waiting(Waiter { number: self.core.number(call), call })),
            Entered::Rejected(reason) => {
                self.free.push(call);
                Err(Rejected { reason, until: None })
            }
        }
    }

    fn waits(&self, waiter: Waiter) -> bool {
        let Waiter { number, call } = waiter;
        self.core.place(call) == Place::Waiting && self.core.number(call) == number
    }
}
