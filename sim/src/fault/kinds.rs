//! The kinds of fault, each in a file of its own.

use super::effect::FaultInfo;

pub mod bursts;
pub mod cold_start;
pub mod corrupt;
pub mod crash;
pub mod cut;
pub mod delay;
pub mod down;
pub mod drain;
pub mod drift;
pub mod duplicate;
pub mod errors;
pub mod fix;
pub mod flush;
pub mod force;
pub mod hang;
pub mod leak;
pub mod loss;
pub mod overload;
pub mod pause;
pub mod ramp;
pub mod refuse;
pub mod reset;
pub mod restart;
pub mod shed;
pub mod slots;
pub mod slow;
pub mod spike;
pub mod stale;
pub mod stuck;
pub mod wrong;

/// All kinds, the gravest first: of several faults that are on, a trace shows the first, and what
/// is turned away by one is not seen by those after it.
pub const KINDS: &[FaultInfo] = &[
    FaultInfo::of::<down::Down>(),
    FaultInfo::of::<crash::Crash>(),
    FaultInfo::of::<restart::Restart>(),
    FaultInfo::of::<hang::Hang>(),
    FaultInfo::of::<drain::Drain>(),
    FaultInfo::of::<refuse::Refuse>(),
    FaultInfo::of::<loss::Loss>(),
    FaultInfo::of::<duplicate::Duplicate>(),
    FaultInfo::of::<cut::Cut>(),
    FaultInfo::of::<errors::Errors>(),
    FaultInfo::of::<leak::Leak>(),
    FaultInfo::of::<wrong::Wrong>(),
    FaultInfo::of::<stale::Stale>(),
    FaultInfo::of::<bursts::Bursts>(),
    FaultInfo::of::<ramp::Ramp>(),
    FaultInfo::of::<pause::Pause>(),
    FaultInfo::of::<slots::Slots>(),
    FaultInfo::of::<overload::Overload>(),
    FaultInfo::of::<slow::Slow>(),
    FaultInfo::of::<drift::Drift>(),
    FaultInfo::of::<cold_start::ColdStart>(),
    FaultInfo::of::<delay::Delay>(),
    FaultInfo::of::<spike::Spike>(),
    FaultInfo::of::<force::Force>(),
    FaultInfo::of::<reset::Reset>(),
    FaultInfo::of::<flush::Flush>(),
    FaultInfo::of::<stuck::Stuck>(),
    FaultInfo::of::<corrupt::Corrupt>(),
    FaultInfo::of::<shed::Shed>(),
    FaultInfo::of::<fix::Fix>(),
];
