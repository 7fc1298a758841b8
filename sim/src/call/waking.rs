//! Waking: what a layer asked for beside its step, and the calls that it wakes.

use super::frame::Flag;
use super::{Calls, Observer, Told};
use crate::kernel::Agenda;

impl Calls {
    /// Wakes whom the layers asked to wake, when nothing else goes on.
    pub(super) fn wake_others(&mut self, agenda: &mut Agenda, observer: &mut impl Observer) {
        if let Some(frame) = self.next_woken() {
            self.tell(frame, Told::Wake, agenda, observer);
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

    /// Takes up what a layer asked for beside its step.
    #[inline]
    pub(super) fn take_effects(&mut self, layer: u32, observer: &mut impl Observer) {
        if !(self.effects.notes.is_empty() && self.effects.woken.is_empty()) {
            self.take_some_effects(layer, observer);
        }
    }

    #[cold]
    pub(super) fn take_some_effects(&mut self, layer: u32, observer: &mut impl Observer) {
        for state in self.effects.notes.drain(..) {
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
