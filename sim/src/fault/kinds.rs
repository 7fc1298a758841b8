//! The kinds of fault, each in a file of its own.

use super::effect::FaultInfo;

pub mod delay;
pub mod down;
pub mod errors;
pub mod hang;
pub mod refuse;
pub mod slow;
pub mod wrong;

/// All kinds, the gravest first: of several faults that are on, a trace shows the first.
pub const KINDS: &[FaultInfo] = &[
    FaultInfo::of::<down::Down>(),
    FaultInfo::of::<hang::Hang>(),
    FaultInfo::of::<refuse::Refuse>(),
    FaultInfo::of::<errors::Errors>(),
    FaultInfo::of::<wrong::Wrong>(),
    FaultInfo::of::<slow::Slow>(),
    FaultInfo::of::<delay::Delay>(),
];
