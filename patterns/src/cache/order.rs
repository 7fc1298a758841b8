//! Which copy goes first when a cache is full.

use super::settings::Eviction;

const NONE: u32 = u32::MAX;

/// The places of a cache in the order in which they are given up.
///
/// A list of groups, and in each a list of places: the front of the first group goes first. Those
/// used equally often are one group, so that counting a use is moving a place one group on
/// (K. Shah, A. Mitra and D. Matani, "An O(1) algorithm for implementing the LFU cache eviction
/// scheme", 2010); where uses do not count, there is one group. All of it takes constant time, and
/// nothing is allocated once warm.
#[derive(Clone, Debug)]
pub(super) struct Order {
    eviction: Eviction,
    places: Vec<Place>,
    groups: Vec<Group>,
    /// The first group.
    first: u32,
    /// The first group that is not in use; each names the next one as the one behind it.
    free: u32,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    group: u32,
    before: u32,
    behind: u32,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    uses: u64,
    first: u32,
    last: u32,
    before: u32,
    behind: u32,
}

impl Order {
    pub(super) fn new(eviction: Eviction) -> Self {
        Self { eviction, places: Vec::new(), groups: Vec::new(), first: NONE, free: NONE }
    }

    /// No place is taken any more.
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.groups.clear();
        (self.first, self.free) = (NONE, NONE);
    }

    /// The place that goes first.
    pub(super) fn first(&self) -> Option<u32> {
        self.groups.get(self.first as usize).map(|group| group.first)
    }

    /// A place is taken that was not.
    pub(super) fn add(&mut self, place: u32) {
        if self.places.len() <= place as usize {
            let nowhere = Place { group: NONE, before: NONE, behind: NONE };
            self.places.resize(place as usize + 1, nowhere);
        }
        let once = self.groups.get(self.first as usize).is_some_and(|group| group.uses == 1);
        let group = if once { self.first } else { self.open(1, NONE) };
        self.put(place, group);
    }

    /// What is at this place was used.
    pub(super) fn used(&mut self, place: u32) {
        match self.eviction {
            Eviction::Fifo => {}
            Eviction::Lru => self.move_back(place),
            Eviction::Lfu => self.once_more(place),
        }
    }

    /// What is at this place was stored anew.
    pub(super) fn renewed(&mut self, place: u32) {
        match self.eviction {
            Eviction::Fifo | Eviction::Lru => self.move_back(place),
            Eviction::Lfu => self.once_more(place),
        }
    }

    /// A place is given up.
    pub(super) fn remove(&mut self, place: u32) {
        let Place { group, before, behind } = self.places[place as usize];
        match before {
            NONE => self.groups[group as usize].first = behind,
            before => self.places[before as usize].behind = behind,
        }
        match behind {
            NONE => self.groups[group as usize].last = before,
            behind => self.places[behind as usize].before = before,
        }
        if self.groups[group as usize].first == NONE {
            self.close(group);
        }
    }

    fn move_back(&mut self, place: u32) {
        let group = self.places[place as usize].group;
        if self.groups[group as usize].last != place {
            self.remove(place);
            self.put(place, group);
        }
    }

    fn once_more(&mut self, place: u32) {
        let group = self.places[place as usize].group;
        let Group { uses, behind, .. } = self.groups[group as usize];
        let more = uses + 1;
        let next = match self.groups.get(behind as usize) {
            Some(next) if next.uses == more => behind,
            _ => self.open(more, group),
        };
        self.remove(place);
        self.put(place, next);
    }

    /// Puts a place at the end of a group.
    fn put(&mut self, place: u32, group: u32) {
        let into = &mut self.groups[group as usize];
        let before = core::mem::replace(&mut into.last, place);
        match before {
            NONE => into.first = place,
            before => self.places[before as usize].behind = place,
        }
        self.places[place as usize] = Place { group, before, behind: NONE };
    }

    /// Makes an empty group behind another one, or in front of all.
    fn open(&mut self, uses: u64, before: u32) -> u32 {
        let behind = match before {
            NONE => self.first,
            before => self.groups[before as usize].behind,
        };
        let made = Group { uses, first: NONE, last: NONE, before, behind };
        let group = self.free;
        let group = if let Some(free) = self.groups.get_mut(group as usize) {
            self.free = core::mem::replace(free, made).behind;
            group
        } else {
            self.groups.push(made);
            self.groups.len() as u32 - 1
        };
        self.link(before, group);
        if behind != NONE {
            self.groups[behind as usize].before = group;
        }
        group
    }

    /// Takes an empty group out.
    fn close(&mut self, group: u32) {
        let Group { before, behind, .. } = self.groups[group as usize];
        self.link(before, behind);
        if behind != NONE {
            self.groups[behind as usize].before = before;
        }
        self.groups[group as usize].behind = core::mem::replace(&mut self.free, group);
    }

    /// Makes a group the one behind another, or the first.
    fn link(&mut self, before: u32, group: u32) {
        match before {
            NONE => self.first = group,
            before => self.groups[before as usize].behind = group,
        }
    }
}
