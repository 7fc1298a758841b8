//! What a [`Bulkhead`](super::Bulkhead) can be told.

use crate::invalid::Invalid;
use crate::time::Duration;

/// The settings of a [`Bulkhead`](super::Bulkhead); [`Settings::of`] is the plainest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many calls may be inside at a time; at least 1.
    pub slots: u32,
    /// How many more may wait; 0 for none.
    pub queue: u32,
    /// How long one may wait, if that is limited.
    pub max_wait: Option<Duration>,
    /// Whose turn is next among those of equal priority.
    pub order: Order,
    /// How many classes of priority are told apart; at least 1. Class 0 goes first, and larger
    /// numbers than the last class fall into it.
    pub priorities: u8,
    /// Who has to go when the line is full.
    pub overflow: Overflow,
    /// Callers with a share of their own; all others have what is left.
    pub partitions: Vec<Partition>,
    /// What is done about a line that does not go away.
    pub drop_policy: DropPolicy,
    /// How much time a call must have before its deadline, when it comes and when its turn comes;
    /// none if deadlines are not looked at.
    ///
    /// Zero refuses what is past its deadline, as Finagle's `DeadlineFilter` does, which stops at
    /// 20 % of the calls in 10 s.
    pub min_remaining: Option<Duration>,
}

/// Whose turn is next among those of equal priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// First in, first out: who came first. So do most (failsafe, cockatiel, resilience4j when
    /// fair, Polly's `OldestFirst`).
    Fifo,
    /// Last in, first out: who came last; old calls may never have a turn. So do Polly
    /// (`NewestFirst`) and Netflix concurrency-limits (`LifoBlockingLimiter`).
    Lifo,
    /// First in, first out as long as the line empties now and then; last in, first out once it
    /// has not been empty for longer than this.
    ///
    /// Facebook does so (Maurer, "Fail at Scale", ACM Queue 13(8), 2015, "Adaptive LIFO"): in a
    /// line that stands, the newest call is the one whose caller most likely still waits. The
    /// article says "when a queue is starting to form"; the rule here is the one it gives for its
    /// timeouts, see [`DropPolicy::ControlledTimeout`], with 100 ms.
    Adaptive(Duration),
}

/// Who has to go when a call comes that would have to wait, and the line is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The newcomer. So do most.
    Newcomer,
    /// Of the lowest class that waits the one whose turn would be last, if that class is below
    /// the newcomer's; else the newcomer.
    Lower,
    /// Of all who wait and the newcomer the one whose turn would be last: as for
    /// [`Lower`](Self::Lower), but in a line that goes last in, first out, the oldest of the
    /// newcomer's own class goes too.
    ///
    /// The limiter behind Polly does so with `NewestFirst` (.NET, `ConcurrencyLimiter`).
    Last,
}

/// The share of one caller.
///
/// A call of this caller enters if fewer than `most` of them are inside, and either fewer than
/// `reserved` are or the shared part has room. The shared part is what all reserves leave of the
/// slots; who is inside beyond its reserve is in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Who calls, as [`CallInfo::caller`](crate::CallInfo::caller) says.
    pub caller: u16,
    /// Slots that nobody else gets; all reserves together are no more than there are slots.
    pub reserved: u32,
    /// How many it may have inside at a time, of both parts; at least 1 and no less than
    /// `reserved`.
    pub most: u32,
}

/// What is done about a line that does not go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropPolicy {
    /// Nothing.
    Never,
    /// Controlled delay: calls that waited too long are dropped when their turn comes; see
    /// [`CoDel`](super::CoDel). folly's defaults are 100 ms and 5 ms.
    CoDel {
        /// Over how long the least wait is taken; longer than `target`.
        interval: Duration,
        /// The longest least wait that is no overload; longer than zero.
        target: Duration,
    },
    /// Controlled timeouts: who comes to a line that has not been empty for longer than `interval`
    /// waits no longer than `max_wait`.
    ///
    /// Source: Maurer, "Fail at Scale", ACM Queue 13(8), 2015, "Controlled Delay", with 100 ms and
    /// 5 ms, and 100 ms as the wait of all others ([`Settings::max_wait`]).
    ControlledTimeout {
        /// How long the line must not have been empty; at exactly this long it does not stand yet.
        interval: Duration,
        /// How long one may wait in a line that stands.
        max_wait: Duration,
    },
}

impl Settings {
    /// So many slots and no line; of equal rank, whoever calls, and no deadline looked at.
    pub const fn of(slots: u32) -> Self {
        Self {
            slots,
            queue: 0,
            max_wait: None,
            order: Order::Fifo,
            priorities: 1,
            overflow: Overflow::Newcomer,
            partitions: Vec::new(),
            drop_policy: DropPolicy::Never,
            min_remaining: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(1 <= self.slots, "slots", "at least 1")?;
        Invalid::unless(1 <= self.priorities, "priorities", "at least 1")?;
        for (index, partition) in self.partitions.iter().enumerate() {
            let Partition { caller, reserved, most } = *partition;
            let is_first = self.partitions[..index].iter().all(|other| other.caller != caller);
            Invalid::unless(is_first, "caller", "in one partition only")?;
            Invalid::unless(1 <= most, "most", "at least 1")?;
            Invalid::unless(reserved <= most, "most", "no less than what is reserved")?;
        }
        let reserved: u64 = self.partitions.iter().map(|part| u64::from(part.reserved)).sum();
        let enough = reserved <= u64::from(self.slots);
        Invalid::unless(enough, "reserved", "no more than `slots` over all partitions")?;
        if let DropPolicy::CoDel { interval, target } = self.drop_policy {
            Invalid::unless(!target.is_zero(), "target", "longer than zero")?;
            Invalid::unless(target < interval, "interval", "longer than `target`")?;
        }
        Ok(())
    }
}
