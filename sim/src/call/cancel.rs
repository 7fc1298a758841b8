//! Giving up: what a call leaves behind when its caller or a layer above has waited long enough.

use patterns::{CallId, Context, Layer, Outcome};

use super::frame::{Flag, Frame, NONE};
use super::{CallEvent, Calls, Command, Observer};
use crate::kernel::{Event, Scheduler};

impl Calls {
    /// Gives up all that is open below a frame which is about to be closed.
    #[inline]
    pub(super) fn give_up_below(
        &mut self,
        frame: u32,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let mut child = std::mem::replace(&mut self.frames[frame].first_child, NONE);
        while child != NONE {
            let next = self.frames[child].next;
            let orphan = &mut self.frames[child];
            (orphan.parent, orphan.next, orphan.previous) = (NONE, NONE, NONE);
            self.give_up(child, scheduler, observer);
            child = next;
        }
    }

    /// Gives up a frame and all below it. What has no attempt under way is gone at once.
    pub(super) fn give_up(
        &mut self,
        frame: u32,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let Frame { edge, layer, began, call, .. } = self.frames[frame];
        self.frames[frame].set(Flag::GIVEN_UP);
        self.frames[frame].unset(Flag::ROOT);
        if layer == 0 {
            observer.edge(edge, CallEvent::GivenUp(began));
        }
        if self.frames[frame].is(Flag::LEAF) {
            observer.edge(edge, CallEvent::Dropped(began));
            // A leaf that is not launched yet is dropped when its turn comes.
            if call != NONE {
                self.commands.push_back(Command::Abandon { leaf: frame, request: call });
            }
            return;
        }
        if self.frames[frame].is(Flag::HAS_TIMER) {
            scheduler.cancel_timer(Event { kind: self.wake, index: frame });
            self.frames[frame].unset(Flag::HAS_TIMER);
        }
        self.frames[frame].unset(Flag::WOKEN);
        self.aside(frame, scheduler, observer, |layer, call, cx| layer.on_cancel(call, cx));
        let mut child = self.frames[frame].first_child;
        while child != NONE {
            let next = self.frames[child].next;
            self.give_up(child, scheduler, observer);
            child = next;
        }
        if self.frames[frame].first_child == NONE {
            self.release(frame);
        }
    }

    /// A leaf that was given up has ended: the layers given up with it see a late result.
    pub(super) fn late(
        &mut self,
        leaf: u32,
        outcome: Outcome,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let mut frame = self.release(leaf).parent;
        while frame != NONE {
            self.aside(frame, scheduler, observer, |layer, call, cx| {
                layer.on_late(call, outcome, cx);
            });
            if self.frames[frame].first_child != NONE {
                break;
            }
            frame = self.release(frame).parent;
        }
        self.wake_others(scheduler, observer);
    }

    /// Hands a layer something that needs no answer.
    pub(super) fn aside(
        &mut self,
        frame: u32,
        scheduler: &Scheduler,
        observer: &mut impl Observer,
        tell: impl FnOnce(&mut dyn Layer, CallId, &mut Context<'_>),
    ) {
        let place = &self.frames[frame];
        let Frame { instance: layer, call, .. } = *place;
        let instance = &mut self.layers[layer as usize];
        let link = self.edges[place.edge as usize].chain[place.layer as usize];
        let rng = &mut self.rngs[link.rng as usize];
        let mut cx = Context::new(scheduler.now(), place.info(), rng, &mut self.effects);
        tell(&mut *instance.layer, CallId(call), &mut cx);
        self.take_effects(layer, observer);
    }
}
