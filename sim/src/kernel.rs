//! Virtual time and random numbers: the kernel of the engine, which knows nothing of what is
//! simulated.
//!
//! A run can be repeated to the last bit, on every machine, because of three rules:
//!
//! 1. **Order is total.** Events come by time, and at one time in the order in which they were
//!    asked for; see [`Scheduler`]. Time is in whole nanoseconds, and no clock is read.
//! 2. **A stream a purpose, by name.** Every kind of decision draws from a [`RngStream`] of its
//!    own, which depends on the seed and on its [`StreamName`] alone; see [`RngStreams`]. What is
//!    drawn by a [`Distribution`] is made of whole numbers, of `+ - * /`, of square roots and of
//!    the functions of `libm`, which are the same everywhere.
//! 3. **Every run has a fingerprint**, a digest over all events and outcomes in order. If two runs
//!    differ in anything, their fingerprints do.

pub use bursts::{BurstState, Bursts};
pub use distribution::Distribution;
pub use queue::Queue;
pub use rate_profile::RateProfile;
pub use scheduler::{Event, KINDS, LaneId, MAX_INDEX, Scheduler};
pub use split_mix::split_mix;
pub use stream::{RngStream, RngStreams};
pub use stream_name::StreamName;
pub use ziggurat::unit;

mod bursts;
mod distribution;
mod queue;
mod rate_profile;
mod scheduler;
mod split_mix;
mod stream;
mod stream_name;
mod ziggurat;
