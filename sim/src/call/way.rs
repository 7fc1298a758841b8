//! The way of a call: one loop down through layers that send, one loop up through layers that
//! reply, and what layers do beside.

use patterns::{Action, CallId, CallInfo, Context, Outcome, Target};

use super::frame::{Flag, NONE};
use super::waking::has_some;
use super::{CallEvent, Calls, ChainLink, Command, Observer};
use crate::kernel::{Event, Scheduler};

/// What has come of following a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// The layer of a frame has decided on something else.
    Act(u32, Action),
    /// The way is at its end: the outside has to do something, or nothing follows.
    Over(Option<Command>),
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

impl Calls {
    /// Carries out the action of a layer, and what follows from it until nothing more does.
    pub(super) fn carry_out(
        &mut self,
        frame: u32,
        action: Action,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        let mut turn = Turn::Act(frame, action);
        loop {
            turn = match turn {
                Turn::Over(command) if self.woken.is_empty() => return self.next_of(command),
                Turn::Over(command) => match self.wake_next(command, scheduler, observer) {
                    Some((frame, action)) => Turn::Act(frame, action),
                    None => return self.next_command(),
                },
                Turn::Act(frame, action) => {
                    self.set_wake(frame, action, scheduler);
                    match action {
                        Action::Send | Action::SendAndWake(_) => {
                            self.send(frame, None, scheduler, observer)
                        }
                        Action::SendTo(target) => {
                            self.send(frame, Some(target), scheduler, observer)
                        }
                        Action::Reply(outcome) => self.up(frame, outcome, scheduler, observer),
                        Action::Wait | Action::WaitUntil(_) => Turn::Over(None),
                    }
                }
            }
        }
    }

    /// Carries out what a call has come to, if there is more to it than a command.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn conclude(
        &mut self,
        turn: Turn,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        match turn {
            Turn::Over(command) if self.woken.is_empty() => self.next_of(command),
            Turn::Act(frame, action) => self.carry_out(frame, action, scheduler, observer),
            Turn::Over(command) => self.wake_others(command, scheduler, observer),
        }
    }

    /// Sets the timer of a frame to what its layer asks for: each action replaces the one before.
    #[inline]
    fn set_wake(&mut self, frame: u32, action: Action, scheduler: &mut Scheduler) {
        let event = Event { kind: self.wake, index: frame };
        let frame = &mut self.frames[frame];
        match action {
            Action::WaitUntil(at) => {
                scheduler.set_timer(at, event);
                frame.set(Flag::HAS_TIMER);
            }
            Action::SendAndWake(at) => {
                let lane = self.layers[frame.instance as usize].lane;
                scheduler.set_timer_in(lane, at, event);
                frame.set(Flag::HAS_TIMER);
            }
            Action::Send | Action::SendTo(_) | Action::Wait | Action::Reply(_) => {
                if frame.is(Flag::HAS_TIMER) {
                    scheduler.cancel_timer(event);
                    frame.unset(Flag::HAS_TIMER);
                }
            }
        }
    }

    /// Sends an attempt to the layer below, or to another target.
    #[inline]
    fn send(
        &mut self,
        parent: u32,
        target: Option<Target>,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Turn {
        let child = self.frames.next();
        let from = &mut self.frames[parent];
        let mut info = from.info;
        let again = if from.is(Flag::SENT) { Flag::AGAIN } else { 0 };
        info.is_extra |= again != 0;
        from.set(Flag::SENT);
        let (edge, place, flags) = match target {
            None => (from.edge, from.place + 1, again),
            Some(target) => {
                observer.edge(from.edge, CallEvent::Diverted);
                let edge = self.routes.target(from.edge, target);
                (edge, self.routes.first(edge), Flag::TOP | again)
            }
        };
        let opening = Opening { edge, place, parent, next: from.first_child, flags };
        from.first_child = child;
        self.down(opening, info, scheduler, observer)
    }

    /// Opens a frame and those below it, as long as each layer sends the call on; below the last
    /// one a leaf, which is to be launched.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn down(
        &mut self,
        opening: Opening,
        mut info: CallInfo,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Turn {
        let Opening { edge, mut place, mut parent, mut next, mut flags } = opening;
        let began = scheduler.now();
        if flags & Flag::TOP != 0 {
            observer.edge(edge, CallEvent::Begun);
        }
        loop {
            let ChainLink { instance, rng } = self.routes.link(place);
            let (index, frame) = self.frames.take();
            frame.info = info;
            frame.began = began;
            frame.edge = edge;
            frame.place = place;
            frame.instance = instance;
            frame.parent = parent;
            frame.first_child = NONE;
            frame.next = next;
            if instance == NONE {
                frame.call = NONE;
                frame.flags = flags | Flag::LEAF;
                observer.edge(edge, CallEvent::Sent);
                return Turn::Over(Some(Command::Launch { leaf: index, edge }));
            }
            let layer = &mut self.layers[instance as usize];
            let call = layer.open(index);
            frame.call = call.0;
            frame.flags = flags | Flag::OPEN;
            let rng = &mut self.rngs[rng as usize];
            let mut cx = Context::new(began, &mut frame.info, rng, &mut self.effects);
            let action = layer.layer.on_call(call, &mut cx);
            if has_some(&self.effects) {
                self.take_effects(instance, observer);
                return Turn::Act(index, action);
            }
            match action {
                Action::Send => frame.flags |= Flag::SENT,
                Action::SendAndWake(at) => {
                    let event = Event { kind: self.wake, index };
                    scheduler.set_timer_in(layer.lane, at, event);
                    frame.flags |= Flag::SENT | Flag::HAS_TIMER;
                }
                _ => return Turn::Act(index, action),
            }
            info = frame.info;
            (parent, next, flags) = (index, NONE, 0);
            place += 1;
            let child = self.frames.next();
            self.frames[index].first_child = child;
        }
    }

    /// Closes a frame with its outcome and those above it, as long as each layer passes an answer
    /// on; above the first one the call has ended.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn up(
        &mut self,
        mut frame: u32,
        mut outcome: Outcome,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Turn {
        let now = scheduler.now();
        loop {
            if self.frames[frame].first_child != NONE {
                self.give_up_below(frame, scheduler, observer);
            }
            let gone = &self.frames[frame];
            let (parent, next, flags) = (gone.parent, gone.next, gone.flags);
            if flags & Flag::TOP != 0 {
                let began = gone.began;
                if flags & Flag::ROOT != 0 {
                    observer.edge(gone.edge, CallEvent::Ended(outcome, began));
                } else {
                    observer.edge(gone.edge, CallEvent::EndedBelow(outcome, began));
                    let from = self.frames[parent].edge;
                    observer.edge(from, CallEvent::DivertedEnded(outcome, began));
                }
            }
            if let Some(layer) = self.layers.get_mut(gone.instance as usize) {
                layer.close(CallId(gone.call));
            }
            self.frames.free(frame);
            if flags & Flag::ROOT != 0 {
                return Turn::Over(Some(Command::Done { caller: parent, outcome }));
            }
            self.frames.unlink(frame, parent, next);
            let above = &mut self.frames[parent];
            let layer = &mut self.layers[above.instance as usize];
            let rng = &mut self.rngs[self.routes.link(above.place).rng as usize];
            let cx = Context::new(now, &mut above.info, rng, &mut self.effects);
            let mut cx = cx.of_attempt(flags & Flag::AGAIN != 0);
            let action = layer.layer.on_reply(CallId(above.call), outcome, &mut cx);
            if has_some(&self.effects) {
                let instance = above.instance;
                self.take_effects(instance, observer);
                return Turn::Act(parent, action);
            }
            let Action::Reply(answer) = action else { return Turn::Act(parent, action) };
            if above.is(Flag::HAS_TIMER) {
                scheduler.cancel_timer(Event { kind: self.wake, index: parent });
            }
            (frame, outcome) = (parent, answer);
        }
    }
}
