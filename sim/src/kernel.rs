//! Virtual time and chance: the kernel of the engine, which knows nothing of what is simulated.
//!
//! A run can be repeated to the last bit, on every machine, because of three rules:
//!
//! 1. **Order is total.** Events come by time, and at one time in the order in which they were
//!    asked for; see [`Agenda`]. Time is in whole nanoseconds, and no clock is read.
//! 2. **A stream a purpose, by name.** Every kind of decision draws from a [`Stream`] of its own,
//!    which depends on the seed and on its name alone; see [`Streams`]. What is drawn by a
//!    [`Law`] is made of whole numbers, of `+ - * /`, of square roots and of the functions of
//!    `libm`, which are the same everywhere.
//! 3. **Every run has a fingerprint**, a digest over all events and outcomes in order. If two runs
//!    differ in anything, their fingerprints do.

pub use agenda::{Agenda, Event, KINDS, LaneId, MAX_INDEX};
pub use law::Law;
pub use queue::Queue;
pub use stream::{Stream, Streams};

mod agenda;
mod law;
mod queue;
mod stream;
mod ziggurat;
