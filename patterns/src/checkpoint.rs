//! Checkpoints: save what was done, so that a crash costs no more than what came after.
//!
//! Saving costs time as well: too often and little else is done, too rarely and much is done again.
//!
//! ```text
//!  run ──► due ──► write ──► written: the oldest of too many is dropped
//!   ▲               │
//!   │               └──────► not written: the ones before stay as they are
//!   │
//!   └── restore ◄── crash    the newest that is whole and was not resumed too often
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `when` | due at exactly the time, after exactly the steps |
//! | `keep` | exactly as many are kept |
//! | `resumes` | after exactly as many the one before is used |
//!
//! With `C` the time that a checkpoint takes and `M` the mean time between failures, the time
//! between the end of one checkpoint and the beginning of the next is
//!
//! | policy | interval |
//! |---|---|
//! | [`When::Young`] | `√(2 C M)` |
//! | [`When::Daly`] | `√(2 C M) · (1 + √(C/2M)/3 + (C/2M)/9) − C`, and `M` if `C ≥ 2M` |
//! | [`When::Adaptive`] | Young's, of what was seen |
//!
//! Sources: J. W. Young, CACM 17(9), 1974; J. T. Daly, Future Generation Computer Systems 22(3),
//! 2006, equation 37.
//!
//! A checkpoint that leads to the next crash again and again is worse than none: with `resumes` it
//! is given up for the one before it. That it is broken is found out when it is restored; then,
//! too, the one before is used. When none is left the process starts from the beginning.

mod interval;
mod machine;
mod pattern;
mod settings;

pub use crate::process::CheckpointId;
pub use machine::Checkpoints;
pub use settings::{Settings, When};
