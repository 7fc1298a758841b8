//! The way of a call through the layers of its policy, down and back up.
//!
//! A call at a layer is a *frame*. An attempt is a child frame one layer down, so retries and
//! hedges are siblings in a tree; below the last layer a frame is a *leaf*, which stands for a
//! request at the callee. A reply closes its frame and gives up what is still open below it.
//!
//! ```text
//!   caller ── frame (retry) ── frame (breaker) ── frame (timeout) ── leaf ── request
//!                        └──── frame (breaker) ── …
//! ```
//!
//! A frame that was given up stays until its attempts have ended: so an attempt that runs on
//! unseen is still reported, as late, to the layers below the one that gave it up.
//!
//! Nothing here knows what a request is, or what time it takes. What the outside has to do is
//! handed over as [`Command`]s, in order.

use std::collections::VecDeque;

use patterns::{Action, CallId, CallInfo, Context, Effects, Outcome, Target};

use crate::kernel::{Event, Scheduler};

use frame::{Flag, Frame, Frames, NONE};

mod cancel;
mod frame;
mod parts;
mod waking;

pub use parts::{CallEvent, Command, EdgeState, LayerInstance, Observer};

/// All calls on their way.
#[derive(Debug)]
pub struct Calls {
    edges: Vec<EdgeState>,
    layers: Vec<LayerInstance>,
    frames: Frames,
    /// The kind of event by which a frame is woken.
    wake: u8,
    effects: Effects,
    /// Frames to be woken by their own layer.
    woken: VecDeque<u32>,
    commands: VecDeque<Command>,
}

/// What goes into a frame.
#[derive(Clone, Copy, Debug)]
enum Input {
    Call,
    Reply(Outcome),
    Wake,
}

/// Where a frame is opened.
#[derive(Clone, Copy, Debug)]
struct Place {
    edge: u32,
    layer: u32,
    parent: u32,
    /// The first of the other children of its parent.
    next: u32,
}

impl Calls {
    /// No calls yet. Frames are woken by events of the kind `wake` with the frame as index.
    pub fn new(edges: Vec<EdgeState>, layers: Vec<LayerInstance>, wake: u8) -> Self {
        Self {
            edges,
            layers,
            frames: Frames::default(),
            wake,
            effects: Effects::default(),
            woken: VecDeque::new(),
            commands: VecDeque::new(),
        }
    }

    /// A call begins on an edge. Its end comes as [`Command::Done`] with this `caller`.
    /// The frame returned names it, should it be given up by [`Calls::cancel`].
    pub fn begin(
        &mut self,
        edge: u32,
        caller: u32,
        info: CallInfo,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> u32 {
        let place = Place { edge, layer: 0, parent: caller, next: NONE };
        let (top, is_leaf) = self.open(place, info, Flag::ROOT, scheduler, observer);
        if !is_leaf {
            self.tell(top, Input::Call, scheduler, observer);
        }
        top
    }

    /// What the outside has to do next.
    #[inline]
    pub fn next_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// Whether a leaf to be launched is still wanted. If not, it is gone.
    pub fn is_wanted(&mut self, leaf: u32) -> bool {
        let wanted = !self.frames[leaf].is(Flag::GIVEN_UP);
        if !wanted {
            self.forget(leaf);
        }
        wanted
    }

    /// What is known of the call that a leaf belongs to.
    #[inline]
    pub fn info(&self, leaf: u32) -> CallInfo {
        self.frames[leaf].info()
    }

    /// A leaf was launched as this request.
    #[inline]
    pub fn launched(&mut self, leaf: u32, request: u32) {
        self.frames[leaf].call = request;
    }

    /// Whether this leaf was given up, and still stands for this request.
    pub fn is_abandoned(&self, leaf: u32, request: u32) -> bool {
        let frame = &self.frames[leaf];
        frame.is(Flag::GIVEN_UP) && frame.is(Flag::LEAF) && frame.call == request
    }

    /// The request of a leaf has ended.
    #[inline]
    pub fn end(
        &mut self,
        leaf: u32,
        outcome: Outcome,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let frame = &self.frames[leaf];
        let (edge, began) = (frame.edge, frame.began);
        if frame.is(Flag::GIVEN_UP) {
            observer.edge(edge, CallEvent::Late(began));
            self.late(leaf, outcome, scheduler, observer);
        } else {
            observer.edge(edge, CallEvent::Answered(outcome, began));
            self.tell(leaf, Input::Reply(outcome), scheduler, observer);
        }
    }

    /// The request of a leaf that was given up will never end.
    pub fn forget(&mut self, leaf: u32) {
        let mut frame = leaf;
        while frame != NONE && self.frames[frame].first_child == NONE {
            frame = self.release(frame).parent;
        }
    }

    /// The time that a frame asked for has come.
    pub fn wake(&mut self, frame: u32, scheduler: &mut Scheduler, observer: &mut impl Observer) {
        self.frames[frame].unset(Flag::HAS_TIMER);
        self.tell(frame, Input::Wake, scheduler, observer);
    }

    /// The caller gives up its call, which [`Calls::begin`] named so. No [`Command::Done`]
    /// will come of it.
    pub fn cancel(
        &mut self,
        top: u32,
        caller: u32,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        if !self.frames[top].is(Flag::ROOT) || self.frames[top].parent != caller {
            // It has ended in this very instant, and its `Done` is still to be handed out.
            self.commands.retain(
                |command| !matches!(command, Command::Done { caller: of, .. } if *of == caller),
            );
            return;
        }
        self.frames[top].parent = NONE;
        self.give_up(top, scheduler, observer);
        self.wake_others(scheduler, observer);
    }

    /// How many frames there is room for by now.
    #[inline]
    pub fn room(&self) -> usize {
        self.frames.room()
    }

    /// Whether no call is open and nothing is left of earlier ones.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.commands.is_empty()
    }

    /// Puts one input into a frame, and carries out what follows until nothing more does.
    fn tell(
        &mut self,
        frame: u32,
        input: Input,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let (mut frame, mut input) = (frame, input);
        loop {
            let action = self.decide(frame, input, scheduler, observer);
            let next = self.carry_out(frame, action, scheduler, observer);
            match next.or_else(|| self.next_woken().map(|frame| (frame, Input::Wake))) {
                Some(next) => (frame, input) = next,
                None => return,
            }
        }
    }

    /// Lets the layer of a frame decide, and sets its timer to what it asked for.
    #[inline]
    fn decide(
        &mut self,
        frame: u32,
        input: Input,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Action {
        let event = Event { kind: self.wake, index: frame };
        let frame = &mut self.frames[frame];
        if let (NONE, Input::Reply(outcome)) = (frame.instance, input) {
            // A leaf has no layer, and its answer is that of its request.
            return Action::Reply(outcome);
        }
        let (layer, call) = (frame.instance, CallId(frame.call));
        let instance = &mut self.layers[layer as usize];
        let mut cx =
            Context::new(scheduler.now(), frame.info(), &mut instance.rng, &mut self.effects);
        let action = match input {
            Input::Call => instance.layer.on_call(call, &mut cx),
            Input::Reply(outcome) => instance.layer.on_reply(call, outcome, &mut cx),
            Input::Wake => instance.layer.on_wake(call, &mut cx),
        };
        frame.deadline = cx.info().deadline;
        match action {
            Action::SendAndWake(at) => {
                scheduler.set_timer_in(instance.lane, at, event);
                frame.set(Flag::HAS_TIMER);
            }
            Action::WaitUntil(at) => {
                scheduler.set_timer(at, event);
                frame.set(Flag::HAS_TIMER);
            }
            Action::Send | Action::SendTo(_) | Action::Wait | Action::Reply(_) => {
                if frame.is(Flag::HAS_TIMER) {
                    scheduler.cancel_timer(event);
                    frame.unset(Flag::HAS_TIMER);
                }
            }
        }
        self.take_effects(layer, observer);
        action
    }

    /// Does what a layer asked for; what follows at once is returned.
    #[inline]
    fn carry_out(
        &mut self,
        frame: u32,
        action: Action,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<(u32, Input)> {
        match action {
            Action::Send | Action::SendAndWake(_) => self.send(frame, None, scheduler, observer),
            Action::SendTo(target) => self.send(frame, Some(target), scheduler, observer),
            Action::Wait | Action::WaitUntil(_) => None,
            Action::Reply(outcome) => {
                if self.frames[frame].first_child != NONE {
                    self.give_up_below(frame, scheduler, observer);
                }
                self.close(frame, outcome, observer)
            }
        }
    }

    /// Sends an attempt to the layer below, or to another target.
    #[inline]
    fn send(
        &mut self,
        parent: u32,
        target: Option<Target>,
        scheduler: &Scheduler,
        observer: &mut impl Observer,
    ) -> Option<(u32, Input)> {
        let from = &mut self.frames[parent];
        let mut info = from.info();
        info.is_extra |= from.is(Flag::SENT);
        from.set(Flag::SENT);
        let (edge, layer) = match target {
            None => (from.edge, from.layer + 1),
            Some(Target(index)) => (self.edges[from.edge as usize].targets[index], 0),
        };
        let place = Place { edge, layer, parent, next: from.first_child };
        let (child, is_leaf) = self.open(place, info, 0, scheduler, observer);
        if place.next != NONE {
            self.frames[place.next].previous = child;
        }
        self.frames[parent].first_child = child;
        (!is_leaf).then_some((child, Input::Call))
    }

    /// Opens a frame at a layer of an edge, or below the last one a leaf, which is to be launched.
    #[inline]
    fn open(
        &mut self,
        place: Place,
        info: CallInfo,
        flags: u32,
        scheduler: &Scheduler,
        observer: &mut impl Observer,
    ) -> (u32, bool) {
        let Place { edge, layer, parent, next } = place;
        let began = scheduler.now();
        let instance = self.edges[edge as usize].chain.get(layer as usize).copied();
        let flags = flags | Flag::of(info);
        let frame = |instance, call, flags| Frame {
            began,
            deadline: info.deadline,
            key: info.key,
            caller: info.caller,
            priority: info.priority,
            edge,
            instance,
            parent,
            first_child: NONE,
            next,
            previous: NONE,
            call,
            layer,
            flags,
        };
        if layer == 0 {
            observer.edge(edge, CallEvent::Begun);
        }
        if let Some(instance) = instance {
            let ids = &mut self.layers[instance as usize];
            (self.frames.insert(|index| frame(instance, ids.open(index).0, flags)), false)
        } else {
            observer.edge(edge, CallEvent::Sent);
            let leaf = self.frames.insert(|_| frame(NONE, NONE, flags | Flag::LEAF));
            self.commands.push_back(Command::Launch { leaf, edge });
            (leaf, true)
        }
    }

    /// Closes a frame with an answer, and returns the frame that the answer goes to.
    #[inline]
    fn close(
        &mut self,
        frame: u32,
        outcome: Outcome,
        observer: &mut impl Observer,
    ) -> Option<(u32, Input)> {
        let Frame { edge, layer, parent, began, flags, .. } = self.release(frame);
        if layer == 0 {
            observer.edge(edge, CallEvent::Ended(outcome, began));
        }
        if flags & Flag::ROOT != 0 {
            self.commands.push_back(Command::Done { caller: parent, outcome });
            return None;
        }
        Some((parent, Input::Reply(outcome)))
    }

    /// Frees a frame that has no children any more, and says what it was.
    #[inline]
    fn release(&mut self, frame: u32) -> Frame {
        let gone = self.frames.remove(frame);
        if gone.instance != NONE {
            self.layers[gone.instance as usize].close(CallId(gone.call));
        }
        gone
    }
}
