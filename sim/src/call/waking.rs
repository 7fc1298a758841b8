//! Waking: what a layer asked for beside its action, and the calls that it wakes.

use super::frame::Flag;
use super::{Calls, Input, Observer};
use crate::kernel::Scheduler;

impl Calls {
    /// Wakes the calls that layers asked to wake, once nothing else is under way.
    pub(super) fn wake_others(&mut self, scheduler: &mut Scheduler, observer: &mut impl Observer) {
        if let Some(frame) = self.next_woken() {
            self.tell(frame, Input::Wake, scheduler, observer);
        }
    }

    /// The next frame to be woken that is still there and wants it.
    #[inline]
    pub(super) fn next_woken(&mut self) -> Option<u32> {
        while let Some(frame) = self.woken.pop_front() {
            if self.frames[frame].is(Flag::WOKEN) {
                self.frames[frame].unset(Flag::WOKEN);
                return Some(frame);
            }
        }
        None
    }

    /// Takes up what a layer asked for beside its action.
    #[inline]
    pub(super) fn take_effects(&mut self, layer: u32, observer: &mut impl Observer) {
        if !(self.effects.states.is_empty() && self.effects.woken.is_empty()) {
            self.take_some_effects(layer, observer);
        }
    }

    #[cold]
    pub(super) fn take_some_effects(&mut self, layer: u32, observer: &mut impl Observer) {
        for state in self.effects.states.drain(..) {
            observer.layer(layer, state);
        }
        let frames = &self.layers[layer as usize].frames;
        for call in self.effects.woken.drain(..) {
            let frame = frames[call.0 as usize];
            self.frames[frame].set(Flag::WOKEN);
            self.woken.push_back(frame);
        }
    }
}
