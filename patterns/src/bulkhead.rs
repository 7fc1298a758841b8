//! Bulkhead: no more than a number of calls at a time, and a bounded queue for those that wait.
//!
//! One slow callee can hold all threads, connections or tasks of its caller, and so stop calls to
//! every other callee too. A bulkhead bounds what one callee may hold, as the walls of a ship's
//! hull bound where water may go.
//!
//! ```text
//!             a slot is free            ┌────────┐
//!  call ──┬────────────────────────────►│ inside │──► reply: the slot goes to the next
//!         │ all taken     ┌───────┐ turn └────────┘
//!         ├──────────────►│ queue ├─────────►
//!         │               └───┬───┘
//!         │ the queue is full └─ waited too long, displaced, or dropped when its turn comes
//!         └─────────────────────┴──► rejected: bulkhead-full
//! ```
//!
//! | setting | at the boundary |
//! |---|---|
//! | `slots` | exactly this many may be inside |
//! | `queue` | exactly this many may wait |
//! | `max_wait` | a wait of exactly this long is in time |
//! | `order` | a queue stands when not empty for longer than its interval |
//! | `priorities` | larger numbers fall into the last class |
//! | `overflow` | no call goes for one of a lower class |
//! | `partitions` | `reserved` are sure, exactly `most` fit |
//! | `drop_policy` | exactly the target, or twice it, is no reason to drop |
//! | `min_remaining` | exactly this much is enough, but zero never is |
//!
//! A slot that comes at the instant at which `max_wait` ends is taken if its event comes first; the
//! event that ends the wait may also be the first, and then the call is gone. So a `max_wait` of
//! zero lasts for the rest of the instant.
//!
//! # The queue
//!
//! No call passes it: a call waits only while it could not enter, and of those that could the next
//! is of the highest class, and within that as `order` says. It is one queue for all callers: its
//! length, whether it stands and whether it is overloaded are counted over all partitions. A call
//! that was given up leaves at once, wherever it stands, and its slot is free: what goes on unseen
//! at the callee holds none.
//!
//! A call that is to be dropped, or whose deadline passes, stays in the queue until its turn comes.
//! With each turn every class is looked at, and every partition in those with waiting calls.
//!
//! # Slots
//!
//! Fewer slots take none away from a call: until enough have left, no call enters, not even into a
//! reserve. A semaphore at which late comers may be faster than those that wait (resilience4j
//! with `fairCallHandlingStrategyEnabled` off) has no like here.
//!
//! What is reserved stands idle while its caller does not need it. Netflix concurrency-limits lends
//! it out, and goes beyond its limit when it is wanted back (`AbstractPartitionedLimiter`).
//!
//! A clock that steps back is read as one that stands still.

mod codel;
mod core;
mod layer;
mod machine;
mod presets;
mod report;
mod settings;
mod share;
mod wait_queue;

pub use codel::CoDel;
pub use machine::{Bulkhead, Entry, Figures, Slot, Turn, Waiter};
pub use presets::{Envoy, Hystrix, Polly, PollyOrder, Resilience4j};
pub use report::{Counter, State};
pub use settings::{DropPolicy, Order, Overflow, Partition, Settings};
