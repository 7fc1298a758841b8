//! Frames: calls at one layer, in a slab, linked into trees.

use std::ops::{Index, IndexMut};

use patterns::{CallInfo, Time};

/// No frame.
pub(super) const NONE: u32 = u32::MAX;

/// What is true of a frame.
pub(super) struct Flag;

impl Flag {
    /// The flags of a call of which this is known.
    #[inline]
    pub(super) fn of(info: CallInfo) -> u32 {
        let extra = if info.is_extra { Self::EXTRA } else { 0 };
        let once = if info.is_idempotent { 0 } else { Self::ONCE };
        extra | once
    }

    /// Its parent is not a frame but the caller.
    pub(super) const ROOT: u32 = 1;
    /// It stands below the last layer.
    pub(super) const LEAF: u32 = 2;
    /// It was given up from above.
    pub(super) const GIVEN_UP: u32 = 4;
    /// It has asked for a wake.
    pub(super) const HAS_TIMER: u32 = 8;
    /// It has sent an attempt.
    pub(super) const SENT: u32 = 16;
    /// A layer above has sent it in addition to a first attempt.
    pub(super) const EXTRA: u32 = 32;
    /// It must not be sent twice.
    pub(super) const ONCE: u32 = 64;
    /// Its layer is about to wake it.
    pub(super) const WOKEN: u32 = 128;
}

/// A call at one layer, or a leaf.
#[derive(Clone, Copy, Debug)]
// In lines of the cache of its own, and found by a shift: some 3 % of a run.
#[repr(align(64))]
pub(super) struct Frame {
    pub(super) began: Time,
    /// What is known of the call; the rest of it is among the flags.
    pub(super) deadline: Time,
    pub(super) key: u32,
    pub(super) caller: u16,
    pub(super) priority: u8,
    pub(super) edge: u32,
    /// The instance of its layer; [`NONE`] for a leaf.
    pub(super) instance: u32,
    /// The frame above, or the caller; [`NONE`] once it was given up by a frame that is gone.
    pub(super) parent: u32,
    pub(super) first_child: u32,
    pub(super) next: u32,
    pub(super) previous: u32,
    /// Its id at its layer; for a leaf, the request, or [`NONE`] until it is launched.
    pub(super) call: u32,
    pub(super) layer: u32,
    pub(super) flags: u32,
}

impl Frame {
    /// What is known of the call.
    #[inline]
    pub(super) fn info(&self) -> CallInfo {
        CallInfo {
            deadline: self.deadline,
            key: self.key,
            caller: self.caller,
            priority: self.priority,
            is_extra: self.is(Flag::EXTRA),
            is_idempotent: !self.is(Flag::ONCE),
        }
    }

    #[inline]
    pub(super) fn is(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    #[inline]
    pub(super) fn set(&mut self, flag: u32) {
        self.flags |= flag;
    }

    #[inline]
    pub(super) fn unset(&mut self, flag: u32) {
        self.flags &= !flag;
    }
}

/// A slab of frames.
#[derive(Debug)]
pub(super) struct Frames {
    all: Vec<Frame>,
    /// The first of those that are free; each names the next one.
    free: u32,
    open: u32,
}

impl Default for Frames {
    fn default() -> Self {
        Self { all: Vec::new(), free: NONE, open: 0 }
    }
}

impl Frames {
    /// Adds a frame that is made knowing its index.
    #[inline]
    pub(super) fn insert(&mut self, make: impl FnOnce(u32) -> Frame) -> u32 {
        self.open += 1;
        let index = self.free;
        if let Some(free) = self.all.get_mut(index as usize) {
            self.free = free.next;
            *free = make(index);
            return index;
        }
        let index = self.all.len() as u32;
        self.all.push(make(index));
        index
    }

    /// Takes a frame out of the slab and of the children of its parent, and says what it was.
    #[inline]
    pub(super) fn remove(&mut self, index: u32) -> Frame {
        let place = &mut self.all[index as usize];
        let frame = *place;
        // What still refers to this frame must see that it is gone.
        place.flags = 0;
        place.next = std::mem::replace(&mut self.free, index);
        self.open -= 1;
        if !frame.is(Flag::ROOT) {
            if frame.previous != NONE {
                self[frame.previous].next = frame.next;
            } else if frame.parent != NONE {
                self[frame.parent].first_child = frame.next;
            }
            if frame.next != NONE {
                self[frame.next].previous = frame.previous;
            }
        }
        frame
    }

    #[inline]
    pub(super) fn room(&self) -> usize {
        self.all.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open == 0
    }
}

impl Index<u32> for Frames {
    type Output = Frame;

    #[inline]
    fn index(&self, frame: u32) -> &Frame {
        &self.all[frame as usize]
    }
}

impl IndexMut<u32> for Frames {
    #[inline]
    fn index_mut(&mut self, frame: u32) -> &mut Frame {
        &mut self.all[frame as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_takes_one_line_of_the_cache() {
        assert_eq!(size_of::<Frame>(), 64);
    }
}
