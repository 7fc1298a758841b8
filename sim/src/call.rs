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

use patterns::{CallInfo, Context, Effects, Intervention, Layer, Outcome, Time};

use crate::kernel::{RngStream, Scheduler};

use frame::{Flag, Frame, Frames, NONE, Opening};
use routes::Routes;

mod cancel;
mod copies;
mod frame;
mod parts;
mod routes;
mod waking;
mod way;

pub use parts::{CallEvent, ChainLink, Command, EdgeState, Ending, LayerInstance, Observer, Open};

/// All calls on their way.
///
/// Where a function gives an `Option<Command>`, that is the first thing the outside has to do, if
/// there is any; what is to be done after it comes from [`Calls::next_command`].
#[derive(Debug)]
pub struct Calls {
    routes: Routes,
    layers: Vec<LayerInstance>,
    frames: Frames,
    /// The kind of event by which a frame is woken.
    wake: u8,
    effects: Effects,
    /// Frames to be woken by their own layer.
    woken: VecDeque<u32>,
    commands: VecDeque<Command>,
}

impl Calls {
    /// No calls yet. Frames are woken by events of the kind `wake` with the frame as index.
    pub fn new(
        edges: &[EdgeState],
        layers: Vec<LayerInstance>,
        rngs: Vec<RngStream>,
        wake: u8,
    ) -> Self {
        Self {
            routes: Routes::new(edges, rngs),
            layers,
            frames: Frames::default(),
            wake,
            effects: Effects::default(),
            woken: VecDeque::new(),
            commands: VecDeque::new(),
        }
    }

    /// The frame by which [`Calls::cancel`] knows the call that is begun next.
    #[inline]
    pub fn next_top(&self) -> u32 {
        self.frames.next()
    }

    /// A call begins on an edge. Its end comes as [`Command::Done`] with this `caller`.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub fn begin(
        &mut self,
        edge: u32,
        caller: u32,
        info: CallInfo,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        let place = self.routes.first(edge);
        let flags = Flag::ROOT | Flag::TOP;
        let opening = Opening { edge, place, parent: caller, next: NONE, flags };
        if self.routes.layer(place) == NONE {
            observer.edge(edge, CallEvent::BegunAndSent);
            let launch = self.leaf(opening, info, scheduler.now());
            return self.next_of(Some(launch));
        }
        observer.edge(edge, CallEvent::Begun);
        let turn = self.down(opening, info, scheduler, observer);
        self.conclude(turn, scheduler, observer)
    }

    /// What the outside has to do next.
    #[inline]
    pub fn next_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// Something that the outside has to do behind all else.
    #[inline]
    pub fn queue(&mut self, command: Command) {
        self.commands.push_back(command);
    }

    /// Something that the outside has to do before all else, but not yet.
    #[inline]
    pub fn put_back(&mut self, command: Command) {
        self.commands.push_front(command);
    }

    /// What the outside has to do next, if there is to be a command behind those that are.
    #[inline]
    fn next_of(&mut self, last: Option<Command>) -> Option<Command> {
        if self.commands.is_empty() {
            return last;
        }
        self.commands.extend(last);
        self.commands.pop_front()
    }

    /// A leaf is launched as this request, unless it is not wanted any more: then it is gone. What
    /// is known of the call that it belongs to is returned: its deadline and its priority.
    #[inline]
    pub fn launch(&mut self, leaf: u32, request: u32) -> Option<(Time, u8)> {
        let frame = &mut self.frames[leaf];
        if frame.is(Flag::GIVEN_UP) {
            self.forget(leaf);
            return None;
        }
        frame.call = request;
        Some((frame.info.deadline, frame.info.priority))
    }

    /// Who made the call of a frame, if it is still waited for.
    pub fn caller(&self, mut frame: u32) -> Option<u32> {
        while frame != NONE && self.frames[frame].flags != 0 {
            let Frame { parent, flags, .. } = self.frames[frame];
            if flags & Flag::ROOT != 0 {
                return Some(parent);
            }
            frame = parent;
        }
        None
    }

    /// What the call of a leaf asks for, and when it began.
    pub fn call_of(&self, leaf: u32) -> (u32, Time) {
        let mut frame = &self.frames[leaf];
        while !frame.is(Flag::ROOT) && frame.parent != NONE {
            frame = &self.frames[frame.parent];
        }
        (frame.info.key, frame.began)
    }

    /// As which request a leaf was let in, if it was.
    pub fn request_of(&self, leaf: u32) -> Option<u32> {
        let frame = &self.frames[leaf];
        // Those that are lost are none.
        let is_one = frame.is(Flag::LEAF) && frame.call < NONE - 1;
        is_one.then_some(frame.call)
    }

    /// What a leaf asks for, and of which priority it is.
    pub fn asked(&self, leaf: u32) -> (u32, u8) {
        let info = &self.frames[leaf].info;
        (info.key, info.priority)
    }

    /// The instance of the layer of a frame.
    pub fn instance(&self, frame: u32) -> u32 {
        self.frames[frame].instance
    }

    /// The edge of a frame.
    pub fn edge(&self, frame: u32) -> u32 {
        self.frames[frame].edge
    }

    /// The instance of the first layer of an edge.
    pub fn first_layer(&self, edge: u32) -> u32 {
        self.routes.layer(self.routes.first(edge))
    }

    /// Whether this leaf was given up, and still stands for this request.
    pub fn is_abandoned(&self, leaf: u32, request: u32) -> bool {
        let frame = &self.frames[leaf];
        frame.is(Flag::GIVEN_UP) && frame.is(Flag::LEAF) && frame.call == request
    }

    /// The request of a leaf has ended.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub fn end(
        &mut self,
        leaf: u32,
        outcome: Outcome,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        let frame = &self.frames[leaf];
        let (edge, began) = (frame.edge, frame.began);
        if frame.is(Flag::GIVEN_UP) {
            if !frame.is(Flag::COPY) {
                observer.edge(edge, CallEvent::Late(began));
            }
            return self.late(leaf, outcome, scheduler, observer);
        }
        if frame.is(Flag::ROOT) {
            let caller = frame.parent;
            observer.edge(edge, CallEvent::AnsweredAndEnded(outcome, began));
            if observer.asks_for_endings() {
                self.end_attempt(leaf, outcome, observer);
            }
            self.frames.free(leaf);
            return self.next_of(Some(Command::Done { caller, outcome }));
        }
        observer.edge(edge, CallEvent::Answered(outcome, began));
        if observer.asks_for_endings() {
            self.end_attempt(leaf, outcome, observer);
        }
        let turn = self.up(leaf, outcome, scheduler, observer);
        self.conclude(turn, scheduler, observer)
    }

    #[cold]
    fn end_attempt(&self, leaf: u32, outcome: Outcome, observer: &mut impl Observer) {
        let caller = self.caller(leaf);
        observer.ending(Ending::of_attempt(&self.frames[leaf], Some(outcome), caller));
    }

    /// A leaf was refused where it was to become a request: as [`Calls::end`], for the rarer case.
    #[inline(never)]
    pub fn refuse(
        &mut self,
        leaf: u32,
        outcome: Outcome,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        self.end(leaf, outcome, scheduler, observer)
    }

    /// The request of a leaf that was given up will never end.
    #[cold]
    pub fn forget(&mut self, leaf: u32) {
        let mut frame = leaf;
        while frame != NONE && self.frames[frame].first_child == NONE {
            frame = self.release(frame);
        }
    }

    /// The time that a frame asked for has come.
    pub fn wake(
        &mut self,
        frame: u32,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) -> Option<Command> {
        let action = self.decide_awake(frame, Flag::HAS_TIMER, scheduler, observer);
        self.carry_out(frame, action, scheduler, observer)
    }

    /// The caller gives up its call, which [`Calls::next_top`] named so; if it says how, the call
    /// has ended in this way for it. No [`Command::Done`] will come of it. What the outside has to
    /// do waits for [`Calls::next_command`].
    pub fn cancel(
        &mut self,
        top: u32,
        caller: u32,
        ended: Option<Outcome>,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        if top == NONE || !self.frames[top].is(Flag::ROOT) || self.frames[top].parent != caller {
            // It has ended in this very instant, and its `Done` is still to be handed out.
            self.commands.retain(
                |command| !matches!(command, Command::Done { caller: of, .. } if *of == caller),
            );
            return;
        }
        let frame = &mut self.frames[top];
        frame.parent = NONE;
        let (edge, began) = (frame.edge, frame.began);
        if let Some(outcome) = ended {
            // So it is not counted as given up as well.
            frame.unset(Flag::TOP);
            observer.edge(edge, CallEvent::Ended(outcome, began));
        }
        self.give_up(top, (edge, Some(caller)), scheduler, observer);
        if observer.asks_for_endings() {
            // It ends with the last of its attempts.
            observer.ending(Ending::of_call(edge, began, ended, caller));
        }
        if let Some(first) = self.wake_others(None, scheduler, observer) {
            self.put_back(first);
        }
    }

    /// Calls that are open, and attempts that are (one may be both), but for those that were given
    /// up: on which edge, and since when.
    pub fn open(&self) -> impl Iterator<Item = Open> {
        let is_wanted = |frame: &&Frame| !frame.is(Flag::GIVEN_UP);
        self.frames.iter().filter(is_wanted).map(|frame| Open {
            edge: frame.edge,
            began: frame.began,
            is_call: frame.is(Flag::TOP),
            is_own: frame.is(Flag::ROOT),
            is_attempt: frame.is(Flag::LEAF),
        })
    }

    /// Something is done to an instance of a layer by hand. What follows for its calls waits for
    /// [`Calls::next_command`].
    pub fn intervene(
        &mut self,
        link: ChainLink,
        intervention: Intervention,
        scheduler: &mut Scheduler,
        observer: &mut impl Observer,
    ) {
        let ChainLink { instance, rng } = link;
        let mut info = CallInfo::default();
        let mut rng = || self.routes.draw(rng);
        let mut cx = Context::new(scheduler.now(), &mut info, &mut rng, &mut self.effects);
        let is_done = self.layers[instance as usize].layer.intervene(intervention, &mut cx);
        debug_assert!(is_done, "what a layer does not take was refused before");
        self.take_effects(instance, observer);
        if !self.woken.is_empty()
            && let Some(first) = self.wake_others(None, scheduler, observer)
        {
            self.put_back(first);
        }
    }

    /// All instances of layers, in their order.
    pub fn layers(&self) -> impl Iterator<Item = &dyn Layer> {
        self.layers.iter().map(|instance| &*instance.layer)
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
}
