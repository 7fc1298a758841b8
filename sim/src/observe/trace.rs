//! Who did what when: the data of a timeline.

use patterns::{Outcome, Time};

/// All that was seen of one run, track by track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Agents first, then layers, then services.
    pub tracks: Vec<Track>,
    /// Calls that ended, in order of their end.
    pub calls: Vec<CallSpan>,
}

/// One agent, service or layer, and the states it was in.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Whose track it is: `research#2`, `github`, `research#2 -> github: breaker`.
    pub name: String,
    /// What kind of thing it is.
    pub kind: TrackKind,
    /// What state it was in when; in order, without overlap. Times in no interval are idle (an
    /// agent), healthy (a service), or the layer's first state.
    pub intervals: Vec<Interval>,
}

/// What kind of thing a track shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrackKind {
    /// An agent; states: `working`, `waiting` (for a call that succeeds in the end), `frozen` (for
    /// a call that fails in the end).
    Agent,
    /// A layer; states are its own: `closed`, `open`, `half-open`.
    Layer,
    /// A service; states: `down`, `hang`, `slow`, `errors`, by the gravest fault.
    Service,
}

/// A state, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began.
    pub from: Time,
    /// When it ended, or the run did.
    pub to: Time,
    /// The state.
    pub state: &'static str,
}

/// A call that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSpan {
    /// The index of the caller's track.
    pub track: u32,
    /// The index of the edge.
    pub edge: u32,
    /// When the call began.
    pub from: Time,
    /// When it ended.
    pub to: Time,
    /// How it ended.
    pub outcome: Outcome,
}
