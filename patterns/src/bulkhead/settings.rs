//! What a bulkhead can be set to.

use std::collections::BTreeMap;

use crate::invalid::Findings;
use crate::settings;
use crate::settings::{CallerId, Fields, Reader, Value};
use crate::time::Duration;

settings! {
    /// Limits how many calls are under way at a time; more may wait in a queue. A call without a
    /// slot or a place in the queue fails as `bulkhead-full`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How many calls may be under way at a time.
        slots: u32 [.at_least(1.0).unlimited().example("10")],
        /// How many more may wait. With 0 a call without a slot is rejected at once.
        queue: u32 [.unlimited()] = 0,
        /// How long a call may wait in the queue; then it is rejected.
        max_wait: Option<Duration> [.was(&["patience"])] = None,
        /// Whose turn is next among waiting calls of equal priority.
        order: Order = Order::Fifo,
        /// How many classes of priority are distinguished. Calls of class 0 go first; priorities
        /// larger than the last class fall into it.
        priorities: u8 [.at_least(1.0).unlimited()] = 1,
        /// Which call has to go when the queue is full.
        overflow: Overflow = Overflow::Newcomer,
        /// Callers with slots of their own, by name: `{ research = { reserved = 2, most = 4 } }`.
        /// All others share what is left.
        partitions: BTreeMap<CallerId, Partition>
            [.example("{ research = { reserved = 2, most = 4 } }")] = BTreeMap::new(),
        /// What is done about a queue that does not go away.
        drop_policy: DropPolicy [.was(&["shed"])] = DropPolicy::Never,
        /// How much time a call must have left before its deadline, when it comes and when its
        /// turn comes. `"0s"` rejects only calls whose deadline has passed.
        min_remaining: Option<Duration>
            [.none(&["unchecked"]).was(&["least-left"]).example("\"1s\"")] = None,
    }
    rules rules;
    warns warns;
}

settings! {
    /// Whose turn is next among waiting calls of equal priority.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Order {
        /// First in, first out. The usual choice (failsafe, cockatiel, resilience4j when fair,
        /// Polly's `OldestFirst`).
        Fifo,
        /// Last in, first out; old calls may never have a turn. So do Polly (`NewestFirst`) and
        /// Netflix concurrency-limits (`LifoBlockingLimiter`).
        Lifo,
        /// First in, first out as long as the queue empties now and then; last in, first out once
        /// it has not been empty for longer than this.
        ///
        /// Facebook does so (Maurer, "Fail at Scale", ACM Queue 13(8), 2015, "Adaptive LIFO"): in a
        /// standing queue the newest call is the one whose caller most likely still waits. The
        /// article says "when a queue is starting to form"; the rule here is the one it gives for
        /// its timeouts, with 100 ms.
        Adaptive(
            /// For how long the queue must not have been empty; at exactly this long it is still
            /// first in, first out.
            after: Duration = Duration::from_millis(100),
        ),
    }
}

settings! {
    /// Which call has to go when one comes that would have to wait, and the queue is full.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Overflow {
        /// The newcomer. The usual choice.
        Newcomer,
        /// Of the lowest class in the queue the call whose turn would be last, if that class is
        /// below the newcomer's; else the newcomer.
        Lower,
        /// Of all that wait and the newcomer the one whose turn would be last: as for `lower`, but
        /// in a queue that goes last in, first out, the oldest of the newcomer's own class goes
        /// too. The limiter behind Polly does so with `NewestFirst` (.NET, `ConcurrencyLimiter`).
        Last,
    }
}

settings! {
    /// The slots of one caller.
    ///
    /// A call of this caller enters if fewer than `most` of them are inside, and either fewer than
    /// `reserved` are or the shared part has room. The shared part is what all reserves leave of
    /// the slots; calls beyond the reserve of their caller are in there.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Partition {
        /// Slots that no other caller gets. They stand idle while this one does not need them.
        reserved: u32 = 0,
        /// How many calls of this caller may be under way at a time, in its own slots and in the
        /// shared part together.
        most: u32 [.at_least(1.0).unlimited()] = u32::MAX,
    }
    rules partition_rules;
}

settings! {
    /// What is done about a queue that does not go away.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum DropPolicy {
        /// Nothing.
        Never,
        /// Controlled delay: once even the shortest wait of an interval was longer than the target,
        /// calls that waited for more than twice the target are rejected when their turn comes.
        /// The defaults are those of folly (`executors/Codel.cpp`).
        Codel {
            /// Over how long the shortest wait is taken.
            interval: Duration = Duration::from_millis(100),
            /// The longest shortest wait that is no overload.
            target: Duration [.above(0.0)] = Duration::from_millis(5),
        },
        /// Controlled timeouts: a call that comes to a queue that has not been empty for longer
        /// than `interval` waits no longer than `max-wait` of this policy.
        ///
        /// Source: Maurer, "Fail at Scale", ACM Queue 13(8), 2015, "Controlled Delay", with 5 ms
        /// and 100 ms, and 100 ms as the wait of all other calls (the `max-wait` of the bulkhead).
        ControlledTimeout {
            /// How long a call may wait in a standing queue.
            max_wait: Duration = Duration::from_millis(5),
            /// For how long the queue must not have been empty; at exactly this long it does not
            /// stand yet.
            interval: Duration = Duration::from_millis(100),
        },
    }
    rules drop_policy_rules;
}

impl Settings {
    /// This many slots and no queue; all calls of equal rank, and no deadline looked at.
    pub const fn of(slots: u32) -> Self {
        Self {
            slots,
            queue: 0,
            max_wait: None,
            order: Order::Fifo,
            priorities: 1,
            overflow: Overflow::Newcomer,
            partitions: BTreeMap::new(),
            drop_policy: DropPolicy::Never,
            min_remaining: None,
        }
    }
}

impl Partition {
    /// This many slots for one caller alone, and no more than `most` with the shared ones.
    pub const fn of(reserved: u32, most: u32) -> Self {
        Self { reserved, most }
    }
}

fn rules(settings: &Settings, found: &mut Findings) {
    let reserved: u64 = settings.partitions.values().map(|part| u64::from(part.reserved)).sum();
    let enough = reserved <= u64::from(settings.slots);
    let must_be = "such that together they reserve no more than `slots`";
    found.unless(enough, "partitions", must_be);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as all rules are called")]
fn partition_rules(partition: &Partition, found: &mut Findings) {
    let holds = partition.reserved <= partition.most;
    found.unless(holds, "most", "no less than what is reserved");
}

fn drop_policy_rules(policy: &DropPolicy, found: &mut Findings) {
    if let DropPolicy::Codel { interval, target } = *policy {
        found.unless(target < interval, "interval", "longer than `target`");
    }
}

/// Keys that are about the queue alone.
const OF_THE_QUEUE: [&str; 5] = ["max-wait", "order", "priorities", "overflow", "drop-policy"];

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let mut no_effect = |key: &str, why: String| {
        if fields.node(key).is_some() {
            reader.no_effect(&fields.place_of(key), format!("`{key}` has no effect: {why}"));
        }
    };
    let Settings { queue, order, overflow, priorities, .. } = *settings;
    if queue == 0 {
        for key in OF_THE_QUEUE {
            no_effect(key, "without a `queue` no call waits".to_owned());
        }
    } else if settings.max_wait == Some(Duration::ZERO) {
        let why = "with a `max-wait` of 0s a call waits for the rest of the instant only";
        no_effect("queue", why.to_owned());
    } else {
        if overflow == Overflow::Lower && priorities == 1 {
            no_effect("overflow", "with one class of `priorities` none is lower".to_owned());
        }
        if overflow == Overflow::Last && priorities == 1 && order == Order::Fifo {
            let why = "first in, first out, the newcomer is last anyway";
            no_effect("overflow", why.to_owned());
        }
        if queue == 1 && overflow == Overflow::Newcomer {
            for key in ["order", "priorities"] {
                no_effect(key, "in a queue of 1 there is no choice".to_owned());
            }
        }
        if let DropPolicy::ControlledTimeout { max_wait: short, .. } = settings.drop_policy
            && settings.max_wait.is_some_and(|max_wait| max_wait <= short)
        {
            let why = "no call waits for longer than `max-wait` anyway";
            no_effect("drop-policy", why.to_owned());
        }
    }
    let written = fields.node("partitions").and_then(|node| node.entries()).unwrap_or_default();
    for entry in written {
        let Some(most) = entry.node.get("most") else { continue };
        if matches!(most.value, Value::Integer(most) if i128::from(settings.slots) <= most) {
            let why = format!("`most` has no effect: there are {} `slots`", settings.slots);
            reader.no_effect(&most.at, why);
        }
    }
}
