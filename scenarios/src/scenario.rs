//! From a scenario file to what can be run.

mod circles;
mod edges;
mod faults;
mod hypothesis;
mod parts;
mod policies;
mod reach;
mod read;
mod room;
mod warnings;

pub(crate) use hypothesis::measure;
pub use hypothesis::{Compare, Hypothesis};
pub use read::Scenario;
