//! A part of a scenario as it was written.

use std::ops::Range;

use crate::format::Fault;

/// A group of agents or a service, and where it is written.
pub(super) struct Part<T> {
    pub(super) name: String,
    pub(super) at: Range<usize>,
    /// What it says. Where that cannot be read, something stands in for it.
    pub(super) read: T,
    /// Whether it is known whom it calls, and how many there are of it.
    pub(super) are_calls_known: bool,
}

/// A fault, and where it is written.
pub(super) struct FaultPart {
    /// Its name, if it is written.
    pub(super) name: Option<String>,
    pub(super) at: Range<usize>,
    /// What it says, if all of it can be read.
    pub(super) read: Option<Fault>,
    /// The same, or what stands in for it if anything is wrong.
    pub(super) fault: Fault,
}
