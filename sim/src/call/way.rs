//! The way of a call: one loop down through layers that send, one loop up through layers that
//! reply, and what layers do beside.

use patterns::{Action, CallId, CallInfo, Context, Outcome, Time};

use super::frame::{Flag, Frame, NONE, Opening};
use super::routes::Draws;
use super::waking::has_some;
use super::{CallEvent, Calls, Command, Ending, Observer};
use crate::kernel::{Event, Scheduler};

/// What has come of following a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// The layer of a frame has decided on something else.
    Act(u32, Action),
    /// The way is at its end: the outside has to do something, or nothing follows.
    Over(Option<Command>),
}

impl Calls {
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

    /// Carries out the action of a layer, and what follows until nothing more does.
    pub(super) fn carry_out(
        &mut self,
        mut frame: u32,
        mut action: Action,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        loop {
            let turn = match action {
                Action::Reply(outcome) => {
                    self.close(frame, scheduler, observer);
                    self.up(frame, outcome, scheduler, observer)
                }
                Action::Wait => {
                    self.stop_timer(frame, scheduler);
                    Turn::Over(None)
                }
                Action::WaitUntil(at) => {
                    scheduler.set_timer(at, Event { kind: self.wake, index: frame });
                    self.frames[frame].set(Flag::HAS_TIMER);
                    Turn::Over(None)
                }
                _ => self.send(frame, action, scheduler, observer),
            };
            (frame, action) = match turn {
                Turn::Act(frame, action) => (frame, action),
                Turn::Over(command) if self.woken.is_empty() => return self.next_of(command),
                Turn::Over(command) => match self.wake_next(command, scheduler, observer) {
                    Some(next) => next,
                    None => return self.next_command(),
                },
            };
        }
    }

    /// Each action of a layer replaces the one before, and with it the time it asked for.
    #[inline]
    fn stop_timer(&mut self, frame: u32, scheduler: &mut Scheduler) {
        if self.frames[frame].is(Flag::HAS_TIMER) {
            scheduler.cancel_timer(Event { kind: self.wake, index: frame });
            self.frames[frame].unset(Flag::HAS_TIMER);
        }
    }

    /// Sends an attempt to the layer below, or to another target.
    #[inline]
    fn send(
        &mut self,
        parent: u32,
        action: Action,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Turn {
        let (child, event) = (self.frames.next(), Event { kind: self.wake, index: parent });
        let from = &mut self.frames[parent];
        if let Action::SendAndWake(at) = action {
            let lane = self.layers[from.instance as usize].lane;
            scheduler.set_timer_in(lane, at, event);
            from.set(Flag::HAS_TIMER);
        } else if from.is(Flag::HAS_TIMER) {
            scheduler.cancel_timer(event);
            from.unset(Flag::HAS_TIMER);
        }
        let mut info = from.info;
        let again = if from.is(Flag::SENT) { Flag::AGAIN } else { 0 };
        info.is_extra |= again != 0;
        from.set(Flag::SENT);
        let (edge, place, flags) = if let Action::SendTo(target) = action {
            observer.edge(from.edge, CallEvent::Diverted);
            let edge = self.routes.target(from.edge, target);
            observer.edge(edge, CallEvent::Begun);
            (edge, self.routes.first(edge), Flag::TOP | again)
        } else {
            (from.edge, from.place + 1, again)
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
        loop {
            let instance = self.routes.layer(place);
            if instance == NONE {
                let opening = Opening { edge, place, parent, next, flags };
                observer.edge(edge, CallEvent::Sent);
                return Turn::Over(Some(self.leaf(opening, info, began)));
            }
            let (index, following, frame) = self.frames.take();
            frame.began = began;
            frame.edge = edge;
            frame.place = place;
            frame.instance = instance;
            frame.parent = parent;
            frame.first_child = NONE;
            frame.next = next;
            let layer = &mut self.layers[instance as usize];
            let call = layer.open(index);
            frame.info = info;
            frame.call = call.0;
            frame.flags = flags | Flag::OPEN;
            let mut rng = Draws { routes: &mut self.routes, place };
            let mut cx = Context::new(began, &mut frame.info, &mut rng, &mut self.effects);
            let action = layer.layer.on_call(call, &mut cx);
            if has_some(&self.effects) {
                self.take_effects(instance, observer);
                return Turn::Act(index, action);
            }
            if let Action::SendAndWake(at) = action {
                let event = Event { kind: self.wake, index };
                scheduler.set_timer_in(layer.lane, at, event);
                frame.flags |= Flag::SENT | Flag::HAS_TIMER;
            } else if action == Action::Send {
                frame.flags |= Flag::SENT;
            } else {
                return Turn::Act(index, action);
            }
            // All else of it stays, and is still at hand.
            info.deadline = frame.info.deadline;
            frame.first_child = following;
            (parent, next, flags) = (index, NONE, 0);
            place += 1;
        }
    }

    /// Opens a leaf, which is to be launched.
    #[inline]
    pub(super) fn leaf(&mut self, opening: Opening, info: CallInfo, began: Time) -> Command {
        let Opening { edge, place, parent, next, flags } = opening;
        let (index, _, frame) = self.frames.take();
        // What else is known of the call is for layers.
        frame.info.deadline = info.deadline;
        frame.info.priority = info.priority;
        frame.info.key = info.key;
        frame.began = began;
        frame.edge = edge;
        frame.place = place;
        frame.instance = NONE;
        frame.parent = parent;
        frame.first_child = NONE;
        frame.next = next;
        frame.call = NONE;
        frame.flags = flags | Flag::LEAF;
        Command::Launch { leaf: index, edge }
    }

    /// A frame ends: what it holds is let go, and what is open below it is given up.
    #[inline]
    fn close(&mut self, frame: u32, scheduler: &mut Scheduler, observer: &mut impl Observer) {
        self.stop_timer(frame, scheduler);
        if self.frames[frame].first_child != NONE {
            self.give_up_below(frame, scheduler, observer);
        }
        let Frame { instance, call, .. } = self.frames[frame];
        self.layers[instance as usize].close(CallId(call));
    }

    /// Frees a frame that has ended with this outcome, and closes those above it as long as each
    /// layer passes an answer on; above the first one the call has ended.
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
            let (gone, next, flags) = self.frames.free(frame);
            let parent = gone.parent;
            if flags & Flag::TOP != 0 {
                let (edge, began) = (gone.edge, gone.began);
                if flags & Flag::ROOT != 0 {
                    observer.edge(edge, CallEvent::Ended(outcome, began));
                    if observer.asks_for_endings() {
                        observer.ending(Ending::of_call(edge, began, Some(outcome), parent));
                    }
                    return Turn::Over(Some(Command::Done { caller: parent, outcome }));
                }
                observer.edge(edge, CallEvent::EndedBelow(outcome, began));
                let from = self.frames[parent].edge;
                observer.edge(from, CallEvent::DivertedEnded(outcome, began));
            }
            let above = self.frames.unlink(frame, parent, next);
            let layer = &mut self.layers[above.instance as usize];
            let call = CallId(above.call);
            let place = above.place;
            let mut rng = Draws { routes: &mut self.routes, place };
            let cx = Context::new(now, &mut above.info, &mut rng, &mut self.effects);
            let mut cx = cx.of_attempt(flags & Flag::AGAIN != 0);
            let action = layer.layer.on_reply(call, outcome, &mut cx);
            if has_some(&self.effects) {
                let instance = above.instance;
                self.take_effects(instance, observer);
                return Turn::Act(parent, action);
            }
            let event = Event { kind: self.wake, index: parent };
            if let Action::WaitUntil(at) = action {
                scheduler.set_timer(at, event);
                above.set(Flag::HAS_TIMER);
                return Turn::Over(None);
            }
            let Action::Reply(answer) = action else { return Turn::Act(parent, action) };
            if above.first_child != NONE {
                return Turn::Act(parent, action);
            }
            if above.is(Flag::HAS_TIMER) {
                scheduler.cancel_timer(event);
            }
            layer.close(call);
            (frame, outcome) = (parent, answer);
        }
    }
}
