//! Waking: what a layer asked for beside its action, and the calls that it wakes.

use patterns::{Action, CallId, Context, Effects};

use super::frame::Flag;
use super::routes::Draws;
use super::{Calls, Command, Observer};
use crate::kernel::Scheduler;

/// Whether a layer has asked for something beside its action.
#[inline]
pub(super) fn has_some(effects: &Effects) -> bool {
    effects.states.len() | effects.woken.len() != 0
}

impl Calls {
    /// Wakes the calls that layers asked to wake, once nothing else is under way.
    pub(super) fn wake_others(
        &mut self,
        before: Option<Command>,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        match self.wake_next(before, scheduler, observer) {
            Some((frame, action)) => self.carry_out(frame, action, scheduler, observer),
            None => self.next_command(),
        }
    }

    /// Wakes the next of them that is still there and wants it; the command comes before all that
    /// follows.
    #[cold]
    pub(super) fn wake_next(
        &mut self,
        before: Option<Command>,
        scheduler: &Scheduler,
        observer: &mut impl Observer,
    ) -> Option<(u32, Action)> {
        self.commands.extend(before);
        while let Some(frame) = self.woken.pop_front() {
            if self.frames[frame].is(Flag::WOKEN) {
                let action = self.decide_awake(frame, Flag::WOKEN, scheduler, observer);
                return Some((frame, action));
            }
        }
        None
    }

    /// Asks the layer of a frame that is woken, for which it had this flag.
    #[inline]
    pub(super) fn decide_awake(
        &mut self,
        frame: u32,
        flag: u32,
        scheduler: &Scheduler,
        observer: &mut impl Observer,
    ) -> Action {
        let frame = &mut self.frames[frame];
        frame.unset(flag);
        let instance = frame.instance;
        let layer = &mut self.layers[instance as usize];
        let now = scheduler.now();
        let place = frame.place;
        let mut rng = Draws { routes: &mut self.routes, place };
        let mut cx = Context::new(now, &mut frame.info, &mut rng, &mut self.effects);
        let action = layer.layer.on_wake(CallId(frame.call), &mut cx);
        if has_some(&self.effects) {
            self.take_effects(instance, observer);
        }
        action
    }

    /// Takes up what a layer asked for beside its action.
    #[cold]
    pub(super) fn take_effects(&mut self, layer: u32, observer: &mut impl Observer) {
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
