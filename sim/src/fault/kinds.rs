//! The kinds of fault, each in a file of its own.

use super::effect::FaultInfo;

pub mod delay;
pub mod down;
pub mod drain;
pub mod errors;
pub mod hang;
pub mod loss;
pub mod refuse;
pub mod slots;
pub mod slow;

/// All kinds, the gravest first: of several faults that are on, a trace shows the first.
pub const KINDS: &[FaultInfo] = &[
    FaultInfo::of::<down::Down>(),
    FaultInfo::of::<hang::Hang>(),
    FaultInfo::of::<drain::Drain>(),
    FaultInfo::of::<refuse::Refuse>(),
    FaultInfo::of::<loss::Loss>(),
    FaultInfo::of::<errors::Errors>(),
    FaultInfo::of::<slots::Slots>(),
    FaultInfo::of::<slow::Slow>(),
    FaultInfo::of::<delay::Delay>(),
];
