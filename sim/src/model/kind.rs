//! Kinds of event; the index says to what each happens.

/// A task comes from a source.
pub(super) const ARRIVAL: u8 = 0;
/// The work on a request is done.
pub(super) const WORK: u8 = 1;
/// A frame is woken.
pub(super) const WAKE: u8 = 2;
/// A fault comes on or goes off.
pub(super) const FAULT: u8 = 3;
/// An attempt that was delayed on the way comes to its service.
pub(super) const CROSS: u8 = 4;
/// The patience of who sent a task is over, if the task is still there.
pub(super) const GIVE_UP: u8 = 5;
/// All faults go off for good, if the index is 0. Otherwise it is one more than that of a step of a
/// recovery: one is due, or a human comes or has done something.
pub(super) const RECOVER: u8 = 6;
/// A timer of what lives is over.
pub(super) const LIFE: u8 = 7;

/// The index of the event by which all faults go off.
pub(super) const ALL_FAULTS: u32 = 0;
