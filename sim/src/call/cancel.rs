//! Giving up: what a call leaves behind when its caller or a layer above has waited long enough.

use patterns::{CallId, Context, Layer, Outcome};

use super::frame::{Flag, Frame, NONE};
use super::routes::Draws;
use super::waking::has_some;
use super::{CallEvent, Calls, Command, Ending, Observer};
use crate::kernel::{Event, Scheduler};

impl Calls {
    /// Gives up all that is open below a frame which is about to be closed.
    pub(super) fn give_up_below(
        &mut self,
        frame: u32,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let from = self.frames[frame].edge;
        let caller = if observer.asks_for_endings() { self.caller(frame) } else { None };
        let mut child = std::mem::replace(&mut self.frames[frame].first_child, NONE);
        while child != NONE {
            let next = self.frames[child].next;
            let orphan = &mut self.frames[child];
            (orphan.parent, orphan.next) = (NONE, from);
            self.give_up(child, (from, caller), scheduler, observer);
            child = next;
        }
    }

    /// Gives up a frame and all below it, which was sent from this edge. What has no attempt under
    /// way is gone at once. Who made the call is said if endings are asked for.
    pub(super) fn give_up(
        &mut self,
        frame: u32,
        (from, caller): (u32, Option<u32>),
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let orphan = &mut self.frames[frame];
        let Frame { edge, began, call, flags, .. } = *orphan;
        orphan.set(Flag::GIVEN_UP);
        orphan.unset(Flag::ROOT | Flag::HAS_TIMER | Flag::WOKEN);
        if flags & Flag::TOP != 0 {
            observer.edge(edge, CallEvent::GivenUp(began));
            if flags & Flag::ROOT == 0 {
                observer.edge(from, CallEvent::DivertedGivenUp(began));
            }
        }
        if flags & Flag::LEAF != 0 {
            observer.edge(edge, CallEvent::Dropped(began));
            if observer.asks_for_endings() {
                observer.ending(Ending::of_attempt(orphan, None, caller));
            }
            // A leaf that is not launched yet is dropped when its turn comes.
            if call != NONE {
                self.commands.push_back(Command::Abandon { leaf: frame, request: call });
            }
            return;
        }
        if flags & Flag::HAS_TIMER != 0 {
            scheduler.cancel_timer(Event { kind: self.wake, index: frame });
        }
        self.aside(frame, scheduler, observer, |layer, call, cx| layer.on_cancel(call, cx));
        let mut child = self.frames[frame].first_child;
        while child != NONE {
            let next = self.frames[child].next;
            self.give_up(child, (edge, caller), scheduler, observer);
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
    ) -> Option<Command> {
        let mut frame = self.release_late(leaf, observer);
        while frame != NONE {
            self.aside(frame, scheduler, observer, |layer, call, cx| {
                layer.on_late(call, outcome, cx);
            });
            if self.frames[frame].first_child != NONE {
                break;
            }
            frame = self.release_late(frame, observer);
        }
        self.wake_others(None, scheduler, observer)
    }

    /// Frees a frame below which the last attempt has ended late; its parent is returned.
    fn release_late(&mut self, frame: u32, observer: &mut impl Observer) -> u32 {
        let Frame { parent, next, began, flags, .. } = self.frames[frame];
        if flags & Flag::TOP != 0 {
            let from = if parent == NONE { next } else { self.frames[parent].edge };
            // Else it was the caller who had begun the call here.
            if from != NONE {
                observer.edge(from, CallEvent::DivertedLate(began));
            }
        }
        self.release(frame)
    }

    /// Frees a frame that was given up and has no children any more; its parent is returned.
    pub(super) fn release(&mut self, frame: u32) -> u32 {
        let Frame { instance, call, .. } = self.frames[frame];
        if let Some(layer) = self.layers.get_mut(instance as usize) {
            layer.close(CallId(call));
        }
        let (gone, next, _) = self.frames.free(frame);
        let parent = gone.parent;
        if parent != NONE {
            self.frames.unlink(frame, parent, next);
        }
        parent
    }

    /// Hands a layer something that needs no answer.
    fn aside(
        &mut self,
        frame: u32,
        scheduler: &Scheduler,
        observer: &mut impl Observer,
        tell: impl FnOnce(&mut dyn Layer, CallId, &mut Context<'_>),
    ) {
        let frame = &mut self.frames[frame];
        let instance = frame.instance;
        let layer = &mut self.layers[instance as usize];
        let now = scheduler.now();
        let place = frame.place;
        let mut rng = Draws { routes: &mut self.routes, place };
        let mut cx = Context::new(now, &mut frame.info, &mut rng, &mut self.effects);
        tell(&mut *layer.layer, CallId(frame.call), &mut cx);
        if has_some(&self.effects) {
            self.take_effects(instance, observer);
        }
    }
}
