//! Attempts that are delivered twice.

use super::Calls;
use super::frame::{Flag, NONE};
use crate::kernel::Scheduler;

impl Calls {
    /// A leaf for a request that is the second of an attempt: neither a caller nor a layer learns
    /// of its end.
    #[cold]
    pub fn copy(&mut self, leaf: u32, request: u32, scheduler: &Scheduler) -> u32 {
        let first = self.frames[leaf];
        let (index, _, frame) = self.frames.take();
        *frame = first;
        frame.began = scheduler.now();
        (frame.parent, frame.first_child, frame.next) = (NONE, NONE, NONE);
        frame.call = request;
        frame.flags = Flag::LEAF | Flag::GIVEN_UP | Flag::COPY;
        index
    }
}
