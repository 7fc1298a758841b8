//! Bulkhead: only so many calls at a time, and a bounded line for those that wait.
//!
//! ```text
//!             a slot is free            ┌────────┐
//!  call ──┬────────────────────────────►│ inside │──► reply: the slot goes to the next in line
//!         │ all taken     ┌──────┐ turn └────────┘
//!         ├──────────────►│ line ├──────────►
//!         │               └──┬───┘
//!         │ the line is full └─ waited too long, evicted, or dropped when its turn comes
//!         └────────────────────┴──► refused: bulkhead-full
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `slots` | calls, at least 1 | exactly so many may be inside |
//! | `queue` | calls; 0 is no line | exactly so many may wait |
//! | `max_wait` | time, or none | a wait of exactly this long is in time |
//! | `order` | [`Order`] | a line stands when not empty for longer than its interval |
//! | `priorities` | classes, at least 1 | larger numbers fall into the last class |
//! | `overflow` | [`Overflow`] | nobody goes for one of a lower class |
//! | `partitions` | a [`Partition`] for a caller | `reserved` are sure, exactly `most` fit |
//! | `drop_policy` | [`DropPolicy`] | exactly the target, or twice it, is no reason to drop |
//! | `min_remaining` | time, or none | exactly so much is enough, but zero never is |
//!
//! A slot that comes at the instant at which `max_wait` ends is taken if its event comes first; the
//! event that ends the wait may also be the first, and then the call is gone. So a `max_wait` of
//! zero lasts for the rest of the instant.
//!
//! # The line
//!
//! Nobody passes it: a call waits only while it could not enter, and of those that could the next
//! is of the highest class, and within that as `order` says. It is one line for all callers: its
//! length, whether it stands and whether it is overloaded are told over all partitions. A call
//! that was given up leaves at once, wherever it stands, and its slot is free: what goes on unseen
//! at the callee holds none.
//!
//! A call that is to be dropped, or whose deadline passes, stands in line until its turn comes.
//! With each turn every class is looked at, and every partition in those in which anybody waits.
//!
//! # Slots
//!
//! Fewer slots take none away from a call: until enough have left, nobody enters, not even into a
//! reserve. A semaphore at which late comers may be faster than those that wait (resilience4j
//! with `fairCallHandlingStrategyEnabled` off) has no like here.
//!
//! What is reserved stands idle while its caller does not need it. Netflix concurrency-limits lends
//! it out, and goes beyond its limit when it is wanted back (`AbstractPartitionedLimiter`).
//!
//! A clock that steps back is read as one that stands still.

mod codel;
mod layer;
mod settings;
mod share;
mod wait_queue;

use crate::call_info::CallInfo;
use crate::invalid::Invalid;
use crate::layer::{CallId, PerCall};
use crate::time::{Duration, Time};
pub use codel::CoDel;
pub use settings::{DropPolicy, Order, Overflow, Partition, Settings};
use share::Shares;
use wait_queue::{End, Rank, WaitQueue};

/// A limit on calls under way.
///
/// Calls are told apart by [`CallId`], small numbers that may be used again once they have left.
///
/// # Example
///
/// ```
/// use patterns::bulkhead::{Bulkhead, Entry, Settings, Turn};
/// use patterns::{CallInfo, CallId, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut bulkhead = Bulkhead::new(Settings { queue: 1, ..Settings::of(1) })?;
/// let [first, second, third] = [0, 1, 2].map(CallId);
/// let (info, now) = (CallInfo::default(), Time::ZERO);
/// assert_eq!(bulkhead.enter(first, info, now), Entry::Inside);
/// assert_eq!(bulkhead.enter(second, info, now), Entry::Waiting);
/// assert_eq!(bulkhead.enter(third, info, now), Entry::Full);
/// assert_eq!(bulkhead.leave(first, now), [Turn::Granted(second)]);
/// assert!(bulkhead.is_inside(second));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Bulkhead {
    settings: Settings,
    shares: Shares,
    wait_queue: WaitQueue,
    /// When the line was empty for the last time, if it is not.
    stands_since: Time,
    codel: Option<CoDel>,
    tickets: PerCall<Ticket>,
    /// The latest time seen.
    now: Time,
    turns: Vec<Turn>,
}

/// What is remembered of a call.
#[derive(Clone, Copy, Debug, Default)]
struct Ticket {
    place: Place,
    /// Whether the layer has sent it.
    sent: bool,
    rank: Rank,
    came: Time,
    /// When it has waited for `max_wait`.
    until: Time,
    deadline: Time,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Waiting,
    Inside,
}

/// What becomes of a call that comes to a [`Bulkhead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Entry {
    /// It has a slot.
    Inside,
    /// It stands in line.
    Waiting,
    /// It stands in line, and the call named here had to leave the line for it.
    InsteadOf(CallId),
    /// It is refused: no slot for it, and no place in line.
    Full,
    /// It is refused: its deadline is too near.
    TooLate,
}

/// What becomes of a call that waited when its turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It has a slot.
    Granted(CallId),
    /// It has left the line without one.
    Dropped(CallId, Reason),
}

/// Why a call was dropped when its turn came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It waited too long for times of overload ([`DropPolicy::CoDel`]).
    Overload,
    /// Its deadline is too near ([`Settings::min_remaining`]).
    TooLate,
    /// It has waited for too long, and nobody has told so far.
    ControlledTimeout,
}

impl Bulkhead {
    /// An empty bulkhead.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        let shares = Shares::new(&settings);
        let codel = match settings.drop_policy {
            DropPolicy::CoDel { interval, target } => Some(CoDel::new(interval, target)),
            DropPolicy::Never | DropPolicy::ControlledTimeout { .. } => None,
        };
        Ok(Self {
            wait_queue: WaitQueue::new(settings.priorities, shares.len()),
            shares,
            codel,
            settings,
            stands_since: Time::ZERO,
            tickets: PerCall::default(),
            now: Time::ZERO,
            turns: Vec::new(),
        })
    }

    /// A call comes; one that is inside or waiting already stays where it is.
    pub fn enter(&mut self, call: CallId, info: CallInfo, now: Time) -> Entry {
        let now = self.clock(now);
        match self.place(call) {
            Place::Inside => return Entry::Inside,
            Place::Waiting => return Entry::Waiting,
            Place::Outside => {}
        }
        let share = self.shares.of(info.caller);
        let rank = Rank { class: info.priority.min(self.settings.priorities - 1), share };
        let ticket = Ticket {
            place: Place::Outside,
            sent: false,
            rank,
            came: now,
            until: self.max_wait(now).map_or(Time::MAX, |max_wait| now + max_wait),
            deadline: info.deadline,
        };
        let (place, entry) = if self.is_too_late(info.deadline, now) {
            (Place::Outside, Entry::TooLate)
        } else if self.shares.has_room(share) {
            if let Some(codel) = &mut self.codel {
                codel.drops(Duration::ZERO, now);
            }
            self.shares.take(share);
            (Place::Inside, Entry::Inside)
        } else if self.wait_queue.len() < self.settings.queue {
            if self.wait_queue.len() == 0 {
                self.stands_since = now;
            }
            self.wait_queue.push(call, rank);
            (Place::Waiting, Entry::Waiting)
        } else if let Some((last, its_rank)) = self.last_behind(rank.class, now) {
            // The newcomer first, so that the line is not empty in between.
            self.wait_queue.push(call, rank);
            self.wait_queue.remove(last, its_rank);
            self.tickets[last].place = Place::Outside;
            (Place::Waiting, Entry::InsteadOf(last))
        } else {
            (Place::Outside, Entry::Full)
        };
        self.tickets.open(call, Ticket { place, ..ticket });
        entry
    }

    /// A call goes, from a slot or out of the line: it has ended, or was given up, or has lost
    /// `max_wait`. Returns whose turn has come by that, in order; one that was not here changes
    /// nothing.
    #[must_use]
    pub fn leave(&mut self, call: CallId, now: Time) -> &[Turn] {
        let now = self.clock(now);
        self.turns.clear();
        let place = self.place(call);
        if place != Place::Outside {
            let ticket = &mut self.tickets[call];
            ticket.place = Place::Outside;
            let rank = ticket.rank;
            if place == Place::Waiting {
                self.wait_queue.remove(call, rank);
            } else {
                self.shares.give_back(rank.share);
                self.hand_over(now);
            }
        }
        &self.turns
    }

    /// From now on there are so many slots. Returns whose turn has come by that, in order.
    ///
    /// With fewer slots, whoever is inside stays there, and nobody enters until enough have left.
    /// It is an error if there are fewer than 1 or fewer than all reserves together, and then
    /// nothing changes.
    pub fn set_slots(&mut self, slots: u32, now: Time) -> Result<&[Turn], Invalid> {
        Invalid::unless(1 <= slots, "slots", "at least 1")?;
        let enough = self.shares.reserved() <= slots;
        Invalid::unless(enough, "slots", "no less than is reserved over all partitions")?;
        let now = self.clock(now);
        self.turns.clear();
        self.settings.slots = slots;
        self.shares.set_slots(slots);
        self.hand_over(now);
        Ok(&self.turns)
    }

    /// Whether the call has a slot.
    pub fn is_inside(&self, call: CallId) -> bool {
        self.place(call) == Place::Inside
    }

    /// When a call that waits has waited for too long: from then on it is to
    /// [`leave`](Self::leave).
    pub fn until(&self, call: CallId) -> Option<Time> {
        let ticket = self.tickets.get(call)?;
        (ticket.place == Place::Waiting).then_some(ticket.until)
    }

    /// How many slots there are.
    pub fn slots(&self) -> u32 {
        self.settings.slots
    }

    /// How many calls have a slot.
    pub fn inside(&self) -> u32 {
        self.shares.inside()
    }

    /// How many calls stand in line.
    pub fn waiting(&self) -> u32 {
        self.wait_queue.len()
    }

    /// Whether [`DropPolicy::CoDel`] finds the line too slow at present.
    pub fn is_overloaded(&self) -> bool {
        self.codel.as_ref().is_some_and(CoDel::is_overloaded)
    }

    /// Gives free slots to those in line.
    fn hand_over(&mut self, now: Time) {
        if self.wait_queue.len() == 0 {
            return;
        }
        let first = self.goes_first(now);
        while let Some((call, rank)) =
            self.wait_queue.next(first, |share| self.shares.has_room(share))
        {
            self.wait_queue.remove(call, rank);
            let Ticket { came, until, deadline, .. } = self.tickets[call];
            let reason = if until < now {
                Some(Reason::ControlledTimeout)
            } else if self.codel.as_mut().is_some_and(|codel| codel.drops(now.since(came), now)) {
                Some(Reason::Overload)
            } else {
                self.is_too_late(deadline, now).then_some(Reason::TooLate)
            };
            self.tickets[call].place = if reason.is_none() {
                self.shares.take(rank.share);
                Place::Inside
            } else {
                Place::Outside
            };
            let turn = reason.map_or(Turn::Granted(call), |reason| Turn::Dropped(call, reason));
            self.turns.push(turn);
        }
    }

    /// Who has to leave a full line for a newcomer of this class, if anybody.
    fn last_behind(&self, class: u8, now: Time) -> Option<(CallId, Rank)> {
        let lowest = self.wait_queue.lowest_class()?;
        let first = self.goes_first(now);
        let goes = match self.settings.overflow {
            Overflow::Newcomer => false,
            Overflow::Lower => class < lowest,
            Overflow::Last => class < lowest || (class == lowest && first == End::Newest),
        };
        goes.then(|| self.wait_queue.at_end(lowest, first.opposite(), |_| true))?
    }

    /// Who goes first of those in line at present.
    fn goes_first(&self, now: Time) -> End {
        match self.settings.order {
            Order::Lifo => End::Newest,
            Order::Adaptive(interval) if self.has_stood(interval, now) => End::Newest,
            Order::Fifo | Order::Adaptive(_) => End::Oldest,
        }
    }

    /// How long a call that comes now may wait.
    fn max_wait(&self, now: Time) -> Option<Duration> {
        let max_wait = self.settings.max_wait;
        match self.settings.drop_policy {
            DropPolicy::ControlledTimeout { interval, max_wait: short }
                if self.has_stood(interval, now) =>
            {
                Some(max_wait.map_or(short, |max_wait| max_wait.min(short)))
            }
            _ => max_wait,
        }
    }

    /// Whether the line has not been empty for longer than this.
    fn has_stood(&self, interval: Duration, now: Time) -> bool {
        self.wait_queue.len() > 0 && interval < now.since(self.stands_since)
    }

    fn is_too_late(&self, deadline: Time, now: Time) -> bool {
        let too_near = |least| deadline <= now || deadline.since(now) < least;
        // Without a deadline there is time enough, at the end of time too.
        deadline < Time::MAX && self.settings.min_remaining.is_some_and(too_near)
    }

    fn place(&self, call: CallId) -> Place {
        self.tickets.get(call).map_or(Place::Outside, |ticket| ticket.place)
    }

    /// The time, which does not go back.
    fn clock(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        self.now
    }
}
