//! Who callers are: the names of their random streams, and the numbers that layers know them by.

use super::system::{KEYS_MAX, Step};
use crate::kernel::{StreamName, split_mix};

/// The numbers by which layers know callers of these names: those of groups of agents and then of
/// services, as they stand in a system.
///
/// A number is a hash of the name, so that a further caller changes nothing for the others, and
/// the next free one if two names have the same.
pub fn caller_numbers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<u16> {
    let mut numbers: Vec<u16> = Vec::new();
    for name in names {
        let hash = split_mix(StreamName::of(name).hash(), 0);
        let mut number = (hash >> 48) as u16;
        while numbers.contains(&number) {
            number = number.wrapping_add(1);
        }
        numbers.push(number);
    }
    numbers
}

/// One agent of a group, or a replica of a service, as streams are named after it.
#[derive(Clone, Copy)]
pub(super) enum Who<'a> {
    Agent { group: &'a str, number: u32, is_alone: bool },
    Service { name: &'a str, number: u32, is_alone: bool },
}

impl Who<'_> {
    /// The name of its stream for a purpose.
    pub(super) fn stream(self, purpose: &str) -> StreamName {
        let name = StreamName::of(purpose);
        match self {
            Self::Agent { group, number, .. } => {
                name.text("agent").text(group).number(number.into())
            }
            Self::Service { name: service, number: 0, .. } => name.text("service").text(service),
            Self::Service { name: service, number, .. } => {
                name.text("service").text(service).number(number.into())
            }
        }
    }

    /// What a trace calls it.
    pub(super) fn label(self) -> String {
        match self {
            Self::Agent { group: name, is_alone: true, .. }
            | Self::Service { name, is_alone: true, .. } => name.to_owned(),
            Self::Agent { group: name, number, .. } | Self::Service { name, number, .. } => {
                format!("{name}#{}", number + 1)
            }
        }
    }
}

/// The first of the keys of a service. The upper half of all is for calls that ask for something of
/// their own.
pub(super) fn first_key(service: usize) -> u32 {
    (service as u32).wrapping_mul(KEYS_MAX) & (u32::MAX >> 1)
}

/// Whether some step asks a service for one of several things.
pub(super) fn is_keyed(steps: &[Step], of: usize) -> bool {
    let is_keyed =
        |step: &Step| matches!(step, Step::Call { service, keys: Some(_), .. } if *service == of);
    steps.iter().any(is_keyed)
}
