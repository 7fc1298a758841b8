//! Which caller may have how many of the slots.

use super::settings::{Partition, Settings};
use crate::settings::CallerId;

/// How many calls are inside, of each caller with a share and of all others.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    slots: u32,
    inside: u32,
    /// All reserves together.
    reserved: u32,
    /// Calls inside beyond the reserve of their caller.
    beyond: u32,
    /// By caller; all the others stand at the end.
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    caller: u16,
    reserved: u32,
    most: u32,
    inside: u32,
}

impl Shares {
    pub(super) fn new(settings: &Settings) -> Self {
        // In the order of callers, as the map has them.
        let part = |(&CallerId(caller), &Partition { reserved, most })| Part {
            caller,
            reserved,
            most,
            inside: 0,
        };
        let mut parts: Vec<Part> = settings.partitions.iter().map(part).collect();
        let reserved = parts.iter().map(|part| part.reserved).sum();
        parts.push(Part { caller: 0, reserved: 0, most: u32::MAX, inside: 0 });
        Self { slots: settings.slots, inside: 0, reserved, beyond: 0, parts }
    }

    pub(super) fn inside(&self) -> u32 {
        self.inside
    }

    /// How many calls of a share are inside.
    pub(super) fn inside_of(&self, share: u32) -> u32 {
        self.parts[share as usize].inside
    }

    pub(super) fn reserved(&self) -> u32 {
        self.reserved
    }

    /// The new number is no less than all reserves.
    pub(super) fn set_slots(&mut self, slots: u32) {
        self.slots = slots;
    }

    /// How many shares there are; the last is that of callers without one.
    pub(super) fn len(&self) -> u32 {
        self.parts.len() as u32
    }

    /// The share of a caller.
    pub(super) fn of(&self, caller: u16) -> u32 {
        let listed = &self.parts[..self.parts.len() - 1];
        let place = listed.binary_search_by_key(&caller, |part| part.caller);
        place.unwrap_or(listed.len()) as u32
    }

    /// Whether one more call of this share may enter.
    pub(super) fn has_room(&self, part: u32) -> bool {
        let Part { reserved, most, inside, .. } = self.parts[part as usize];
        // The first of these follows from the others unless the slots have become fewer.
        self.inside < self.slots
            && inside < most
            && (inside < reserved || self.beyond < self.slots - self.reserved)
    }

    pub(super) fn take(&mut self, part: u32) {
        let part = &mut self.parts[part as usize];
        self.beyond += u32::from(part.reserved <= part.inside);
        part.inside += 1;
        self.inside += 1;
    }

    pub(super) fn give_back(&mut self, part: u32) {
        let part = &mut self.parts[part as usize];
        part.inside -= 1;
        self.beyond -= u32::from(part.reserved <= part.inside);
        self.inside -= 1;
    }
}
