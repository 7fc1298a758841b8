//! What calls are made of, and what the outside learns of them.

use std::fmt;

use patterns::report::StateId;
use patterns::{CallId, Layer, Outcome, Time};

use super::frame::{Flag, Frame, NONE};
use crate::kernel::LaneId;

/// Something that the outside has to do, in the order in which it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make a request of this leaf by [`Calls::launch`](super::Calls::launch), which is to
    /// [`Calls::end`](super::Calls::end).
    Launch {
        /// The leaf.
        leaf: u32,
        /// The edge it travels on.
        edge: u32,
    },
    /// The request made of this leaf is no longer waited for. It may all the same
    /// [`Calls::end`](super::Calls::end),
    /// or be [`Calls::forget`](super::Calls::forget)-ed.
    Abandon {
        /// The leaf.
        leaf: u32,
        /// The request given to [`Calls::launch`](super::Calls::launch).
        request: u32,
    },
    /// A call has ended.
    Done {
        /// The caller given to [`Calls::begin`](super::Calls::begin).
        caller: u32,
        /// How it ended.
        outcome: Outcome,
    },
}

/// What happens to the calls on one edge; an [`Observer`] adds it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEvent {
    /// A call began at the top of the edge.
    Begun,
    /// A call began, and was sent as an attempt at once: its edge has no layers.
    BegunAndSent,
    /// A call of the caller ended at the top of the edge: how, and the time at which it had begun.
    Ended(Outcome, Time),
    /// The same, of a call that a layer of another edge had diverted to this one.
    EndedBelow(Outcome, Time),
    /// A call was given up by a layer of another edge that had diverted to this one, or by its
    /// caller.
    GivenUp(Time),
    /// A layer of the edge diverted an attempt to another edge, where it is a call.
    Diverted,
    /// Such an attempt ended in time.
    DivertedEnded(Outcome, Time),
    /// Such an attempt was given up.
    DivertedGivenUp(Time),
    /// Such an attempt that had been given up ended: the last one that was sent for it did.
    DivertedLate(Time),
    /// An attempt was sent.
    Sent,
    /// An attempt ended in time.
    Answered(Outcome, Time),
    /// An attempt ended in time, and with it the call that was sent as this attempt at once.
    AnsweredAndEnded(Outcome, Time),
    /// An attempt was given up.
    Dropped(Time),
    /// An attempt that had been given up ended: when it had begun.
    Late(Time),
}

/// A call that its caller made, or an attempt, that has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// On which edge.
    pub edge: u32,
    /// When it began.
    pub began: Time,
    /// How it ended; none if it was given up.
    pub outcome: Option<Outcome>,
    /// Who made the call, or the one that the attempt belongs to; none if nobody waits for it.
    pub caller: Option<u32>,
    /// The request that an attempt was, if it has become one.
    pub request: Option<u32>,
    /// Whether it is a call.
    pub is_call: bool,
    /// Whether it is an attempt: what goes through no layer is both.
    pub is_attempt: bool,
}

impl Ending {
    /// An attempt of a frame has ended or was given up; it stands for a request, or not yet.
    pub(super) fn of_attempt(frame: &Frame, outcome: Option<Outcome>, caller: Option<u32>) -> Self {
        Self {
            edge: frame.edge,
            began: frame.began,
            outcome,
            caller,
            request: Some(frame.call).filter(|request| *request != NONE),
            is_call: frame.is(Flag::ROOT),
            is_attempt: true,
        }
    }

    /// A call that went through layers has ended, or its caller has given up one.
    pub(super) fn of_call(edge: u32, began: Time, outcome: Option<Outcome>, caller: u32) -> Self {
        Self {
            edge,
            began,
            outcome,
            caller: Some(caller),
            request: None,
            is_call: true,
            is_attempt: false,
        }
    }
}

/// Receives what happens to calls and layers.
pub trait Observer {
    /// Something happened on an edge.
    fn edge(&mut self, edge: u32, event: CallEvent);
    /// Whether it asks for [endings](Self::ending).
    fn asks_for_endings(&self) -> bool {
        false
    }
    /// A call or an attempt has ended, of which [`edge`](Self::edge) has heard as well.
    fn ending(&mut self, _ending: Ending) {}
    /// An instance of a layer is in another state now.
    fn layer(&mut self, layer: u32, state: StateId);
}

/// A call or an attempt that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// On which edge.
    pub edge: u32,
    /// Since when.
    pub began: Time,
    /// Whether it is a call at the top of the edge.
    pub is_call: bool,
    /// Whether it is a call that the caller made itself: no layer of another edge diverted it.
    pub is_own: bool,
    /// Whether it is an attempt below its layers.
    pub is_attempt: bool,
}

/// From one caller to one callee: which layers stand between.
#[derive(Clone, Debug, Default)]
pub struct EdgeState {
    /// Its layers, outermost first.
    pub chain: Box<[ChainLink]>,
    /// The edges that `Target(0)`, `Target(1)`, … of its layers stand for.
    pub targets: Box<[u32]>,
}

/// A layer of an edge.
///
/// Draws belong to the edge and not to the instance: so those who share an instance do not shift
/// each other's draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainLink {
    /// The index of its instance, which edges may share.
    pub instance: u32,
    /// The index of the stream for what it draws for calls on this edge.
    pub rng: u32,
}

/// One instance of a layer.
// In a line of the cache of its own, and found by a shift.
#[repr(align(64))]
pub struct LayerInstance {
    pub(super) layer: Box<dyn Layer>,
    pub(super) lane: LaneId,
    /// The frame of each [`CallId`], or the next free one.
    pub(super) frames: Vec<u32>,
    /// The first id that is free to be used again.
    pub(super) free: u32,
}

impl LayerInstance {
    /// An instance whose deadlines go through `lane`.
    pub fn new(layer: Box<dyn Layer>, lane: LaneId) -> Self {
        Self { layer, lane, frames: Vec::new(), free: NONE }
    }

    /// What the layer is.
    pub fn layer(&self) -> &dyn Layer {
        &*self.layer
    }

    #[inline]
    pub(super) fn open(&mut self, frame: u32) -> CallId {
        let id = self.free;
        if let Some(free) = self.frames.get_mut(id as usize) {
            self.free = std::mem::replace(free, frame);
            return CallId(id);
        }
        self.frames.push(frame);
        CallId(self.frames.len() as u32 - 1)
    }

    #[inline]
    pub(super) fn close(&mut self, call: CallId) {
        self.frames[call.0 as usize] = std::mem::replace(&mut self.free, call.0);
    }
}

impl fmt::Debug for LayerInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerInstance").field("lane", &self.lane).finish_non_exhaustive()
    }
}
