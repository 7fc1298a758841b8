//! Frames: calls at one layer, in a slab, linked into trees.

use std::ops::{Index, IndexMut};

use patterns::{CallInfo, Time};

/// No frame.
pub(super) const NONE: u32 = u32::MAX;

/// What is true of a frame.
pub(super) struct Flag;

impl Flag {
    /// It is there: what is free has no flags.
    pub(super) const OPEN: u32 = 128;
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
    /// It stands at the top of its edge.
    pub(super) const TOP: u32 = 32;
    /// Its layer is about to wake it.
    pub(super) const WOKEN: u32 = 64;
    /// The frame above had sent an attempt before this one.
    pub(super) const AGAIN: u32 = 256;
    /// It stands for the second request of an attempt that was delivered twice.
    pub(super) const COPY: u32 = 512;
}

/// A call at one layer, or a leaf.
#[derive(Clone, Copy, Debug)]
// In lines of the cache of its own, and found by a shift: some 3 % of a run.
#[repr(align(64))]
pub(super) struct Frame {
    /// What is known of the call.
    pub(super) info: CallInfo,
    pub(super) began: Time,
    pub(super) edge: u32,
    /// Where it stands in the table of all chains.
    pub(super) place: u32,
    /// The instance of its layer; [`NONE`] for a leaf.
    pub(super) instance: u32,
    /// The frame above, or the caller; [`NONE`] once it was given up by a frame that is gone.
    pub(super) parent: u32,
    pub(super) first_child: u32,
    /// The next child of its parent; if that one is gone and gave it up, the edge of that one.
    pub(super) next: u32,
    /// Its id at its layer; for a leaf, the request, or [`NONE`] until it is launched.
    pub(super) call: u32,
    pub(super) flags: u32,
}

impl Frame {
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

/// Where a frame is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    pub(super) edge: u32,
    /// Which of all layers, by its place in the table of chains.
    pub(super) place: u32,
    /// The frame above, or the caller.
    pub(super) parent: u32,
    /// The first of the other children of its parent.
    pub(super) next: u32,
    pub(super) flags: u32,
}

/// A slab of frames.
#[derive(Debug, Default)]
pub(super) struct Frames {
    all: Vec<Frame>,
    /// The first of those that are free; each names the next one, and the last one the end of the
    /// slab.
    free: u32,
}

impl Frames {
    /// The frame that is taken next.
    #[inline]
    pub(super) fn next(&self) -> u32 {
        self.free
    }

    /// Takes a place for a frame, which is to be written field by field: a frame put together
    /// elsewhere and copied would wait for its own fields to be stored. The frame that is taken
    /// after it is named as well.
    #[inline]
    pub(super) fn take(&mut self) -> (u32, u32, &mut Frame) {
        let index = self.free;
        if index as usize >= self.all.len() {
            self.grow();
        }
        let frame = &mut self.all[index as usize];
        debug_assert_eq!(frame.flags, 0, "a frame is free or in use");
        self.free = frame.next;
        (index, self.free, frame)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.all.push(Frame {
            info: CallInfo::default(),
            began: Time::ZERO,
            edge: NONE,
            place: NONE,
            instance: NONE,
            parent: NONE,
            first_child: NONE,
            next: self.all.len() as u32 + 1,
            call: NONE,
            flags: 0,
        });
    }

    /// Frees a frame, and shows what it was, with its next sibling and its flags; its parent is
    /// still to be told.
    #[inline]
    pub(super) fn free(&mut self, index: u32) -> (&Frame, u32, u32) {
        let frame = &mut self.all[index as usize];
        debug_assert_eq!(frame.first_child, NONE, "what is below it went first");
        debug_assert_ne!(frame.flags, 0, "a frame ends once");
        let (next, flags) = (frame.next, frame.flags);
        // What still refers to this frame must see that it is gone.
        frame.flags = 0;
        frame.next = self.free;
        self.free = index;
        (frame, next, flags)
    }

    /// Takes a frame from the children of its parent, which is returned.
    #[inline]
    pub(super) fn unlink(&mut self, frame: u32, parent: u32, next: u32) -> &mut Frame {
        let all = self.all.as_mut_slice();
        let above = parent as usize;
        if all[above].first_child == frame {
            all[above].first_child = next;
        } else {
            unlink_later(all, frame, above, next);
        }
        &mut all[above]
    }

    /// All that are in use.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Frame> {
        self.all.iter().filter(|frame| frame.flags != 0)
    }

    #[inline]
    pub(super) fn room(&self) -> usize {
        self.all.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.iter().all(|frame| frame.flags == 0)
    }
}

/// Takes a frame from the children of its parent, of which it is not the first.
#[cold]
fn unlink_later(all: &mut [Frame], frame: u32, parent: usize, next: u32) {
    let mut child = all[parent].first_child;
    while all[child as usize].next != frame {
        child = all[child as usize].next;
    }
    all[child as usize].next = next;
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
