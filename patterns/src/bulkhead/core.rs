//! Slots and the queue before them, for calls with numbers given from outside.

use std::collections::VecDeque;

use super::codel::CoDel;
use super::report::{Counter, Counters};
use super::settings::{DropPolicy, Order, Overflow, Settings};
use super::share::Shares;
use super::wait_queue::{End, Rank, WaitQueue};
use crate::call_info::CallInfo;
use crate::invalid::Invalid;
use crate::layer::{CallId, PerCall};
use crate::permit::Reason;
use crate::report::{Counts, Level};
use crate::settings::check;
use crate::time::{Duration, Time};

/// Slots and a queue. Calls have small numbers, which may be used again once they have left.
#[derive(Clone, Debug)]
pub(super) struct Core {
    settings: Settings,
    shares: Shares,
    wait_queue: WaitQueue,
    /// When the queue was empty for the last time, if it is not.
    stands_since: Time,
    codel: Option<CoDel>,
    tickets: PerCall<Ticket>,
    /// The latest time seen.
    now: Time,
    /// What became of waiting calls, until it is taken.
    turns: VecDeque<Turn>,
    counters: Counters,
    in_use: Level,
    queued: Level,
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
pub(super) enum Place {
    #[default]
    Outside,
    Waiting,
    Inside,
}

/// What becomes of a call that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Entered {
    /// It has a slot.
    Inside,
    /// It waits.
    Waiting,
    /// It has neither.
    Rejected(Reason),
}

/// What became of a waiting call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) call: CallId,
    /// Its number in the queue, which no other call ever has.
    pub(super) number: u64,
    /// Why it has left the queue without a slot, if it has.
    pub(super) dropped: Option<Reason>,
}

impl Core {
    pub(super) fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let shares = Shares::new(&settings);
        let codel = match settings.drop_policy {
            DropPolicy::Codel { interval, target } => Some(CoDel::new(interval, target)),
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
            turns: VecDeque::new(),
            counters: Counters::default(),
            in_use: Level::default(),
            queued: Level::default(),
        })
    }

    pub(super) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A call comes that is not here. It waits only if it `may_wait`; another call may have to go
    /// for it, and that is among the turns then.
    pub(super) fn enter(
        &mut self,
        call: CallId,
        info: CallInfo,
        now: Time,
        may_wait: bool,
    ) -> Entered {
        let now = self.clock(now);
        let share = self.shares.of(info.caller);
        let rank = Rank { class: info.priority.min(self.settings.priorities - 1), share };
        let entered = if self.is_too_late(info.deadline, now) {
            Entered::Rejected(Reason::TooLate)
        } else if self.shares.has_room(share) {
            if let Some(codel) = &mut self.codel {
                codel.drops(Duration::ZERO, now);
            }
            self.shares.take(share);
            Entered::Inside
        } else if may_wait {
            self.wait(call, rank, now)
        } else {
            Entered::Rejected(Reason::Full)
        };
        let place = match entered {
            Entered::Inside => Place::Inside,
            Entered::Waiting => Place::Waiting,
            Entered::Rejected(_) => Place::Outside,
        };
        let until = match place {
            Place::Waiting => self.max_wait(now).map_or(Time::MAX, |max_wait| now + max_wait),
            _ => Time::MAX,
        };
        // One that gets a slot at once is sent at once.
        let (sent, deadline) = (place == Place::Inside, info.deadline);
        match entered {
            Entered::Inside => self.in_use.rise(now),
            Entered::Waiting => {
                self.counters[Counter::Queued] += 1;
                self.queued.rise(now);
            }
            Entered::Rejected(reason) => self.count_refused(reason),
        }
        self.tickets.open(call, Ticket { place, sent, rank, came: now, until, deadline });
        entered
    }

    /// A call goes, from a slot or out of the queue: it has ended, or was given up, or has waited
    /// for `max_wait`. One that is not here changes nothing.
    pub(super) fn leave(&mut self, call: CallId, now: Time) {
        let now = self.clock(now);
        let place = self.place(call);
        if place == Place::Outside {
            return;
        }
        let ticket = &mut self.tickets[call];
        ticket.place = Place::Outside;
        let rank = ticket.rank;
        if place == Place::Waiting {
            self.wait_queue.remove(call, rank);
            self.queued.fall(now);
        } else {
            self.shares.give_back(rank.share);
            self.in_use.fall(now);
            self.hand_over(now);
        }
    }

    /// From now on there are this many slots.
    pub(super) fn set_slots(&mut self, slots: u32, now: Time) -> Result<(), Invalid> {
        Invalid::unless(1 <= slots, "slots", "at least 1")?;
        let enough = self.shares.reserved() <= slots;
        Invalid::unless(enough, "slots", "no less than is reserved over all partitions")?;
        let now = self.clock(now);
        self.settings.slots = slots;
        self.shares.set_slots(slots);
        self.hand_over(now);
        Ok(())
    }

    /// What became of a waiting call, the first of those that were not taken yet.
    pub(super) fn next_turn(&mut self) -> Option<Turn> {
        self.turns.pop_front()
    }

    pub(super) fn place(&self, call: CallId) -> Place {
        self.tickets.get(call).map_or(Place::Outside, |ticket| ticket.place)
    }

    /// When a call that waits has waited for `max_wait`.
    pub(super) fn until(&self, call: CallId) -> Time {
        self.tickets[call].until
    }

    /// The number in the queue of a call that waits.
    pub(super) fn number(&self, call: CallId) -> u64 {
        self.wait_queue.number(call)
    }

    /// Notes that a call is sent; whether it was already.
    pub(super) fn was_sent(&mut self, call: CallId) -> bool {
        core::mem::replace(&mut self.tickets[call].sent, true)
    }

    pub(super) fn inside(&self) -> u32 {
        self.shares.inside()
    }

    pub(super) fn inside_of(&self, caller: u16) -> u32 {
        self.shares.inside_of(self.shares.of(caller))
    }

    pub(super) fn waiting(&self) -> u32 {
        self.wait_queue.len()
    }

    /// Counts a call that was refused, or dropped from the queue.
    pub(super) fn count_refused(&mut self, reason: Reason) {
        let counter = match reason {
            Reason::WaitedTooLong => Counter::TimedOut,
            Reason::Overloaded => Counter::Dropped,
            Reason::TooLate => Counter::TooLate,
            _ => Counter::Full,
        };
        self.counters[counter] += 1;
    }

    /// What was counted until now.
    pub(super) fn count(&self, now: Time, counts: &mut Counts) {
        self.counters.add_to(counts);
        counts.add(Counter::InUse, self.in_use.integral(now));
        counts.add(Counter::Waiting, self.queued.integral(now));
        counts.add(Counter::Waited, self.queued.integral(now));
    }

    pub(super) const fn codel(&self) -> Option<&CoDel> {
        self.codel.as_ref()
    }

    /// Puts a call into the queue, if it finds a place there.
    fn wait(&mut self, call: CallId, rank: Rank, now: Time) -> Entered {
        if self.wait_queue.len() < self.settings.queue {
            if self.wait_queue.len() == 0 {
                self.stands_since = now;
            }
            self.wait_queue.push(call, rank);
            return Entered::Waiting;
        }
        let Some((last, its_rank)) = self.last_behind(rank.class, now) else {
            return Entered::Rejected(Reason::Full);
        };
        // The newcomer first, so that the queue is not empty in between.
        self.wait_queue.push(call, rank);
        self.take_out(last, its_rank, Some(Reason::Displaced));
        Entered::Waiting
    }

    /// Gives free slots to waiting calls.
    fn hand_over(&mut self, now: Time) {
        if self.wait_queue.len() == 0 {
            return;
        }
        let first = self.goes_first(now);
        while let Some((call, rank)) =
            self.wait_queue.next(first, |share| self.shares.has_room(share))
        {
            let Ticket { came, until, deadline, .. } = self.tickets[call];
            let dropped = if until < now {
                Some(Reason::WaitedTooLong)
            } else if self.codel.as_mut().is_some_and(|codel| codel.drops(now.since(came), now)) {
                Some(Reason::Overloaded)
            } else {
                self.is_too_late(deadline, now).then_some(Reason::TooLate)
            };
            if dropped.is_none() {
                self.shares.take(rank.share);
            }
            self.take_out(call, rank, dropped);
        }
    }

    /// Takes a call out of the queue.
    fn take_out(&mut self, call: CallId, rank: Rank, dropped: Option<Reason>) {
        let number = self.wait_queue.number(call);
        self.wait_queue.remove(call, rank);
        self.queued.fall(self.now);
        match dropped {
            None => self.in_use.rise(self.now),
            Some(reason) => self.count_refused(reason),
        }
        let place = if dropped.is_none() { Place::Inside } else { Place::Outside };
        self.tickets[call].place = place;
        self.turns.push_back(Turn { call, number, dropped });
    }

    /// Which call has to leave a full queue for a newcomer of this class, if any.
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

    /// Which end of the queue goes first at present.
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

    /// Whether the queue has not been empty for longer than this.
    fn has_stood(&self, interval: Duration, now: Time) -> bool {
        self.wait_queue.len() > 0 && interval < now.since(self.stands_since)
    }

    fn is_too_late(&self, deadline: Time, now: Time) -> bool {
        let too_near = |least| deadline <= now || deadline.since(now) < least;
        // Without a deadline there is time enough, at the end of time too.
        deadline < Time::MAX && self.settings.min_remaining.is_some_and(too_near)
    }

    /// The time, which does not go back.
    fn clock(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        self.now
    }
}
