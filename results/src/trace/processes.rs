//! The states of tracks, of which those of agents are of two kinds: what they do, which tasks and
//! calls show as well, and how their processes are that do not work.

use sim::observe::{Interval, Track, TrackKind};

use crate::away::is_away;

/// Whether the states of a track are those of the process of an agent.
pub(super) fn is_of_process(track: &Track) -> bool {
    track.kind() == TrackKind::Agent
}

/// The states of a track that its tasks and calls do not show.
pub(super) fn states(track: &Track) -> impl Iterator<Item = &Interval> + Clone {
    let shows_all = !is_of_process(track);
    track.intervals.iter().filter(move |one| shows_all || is_away(one.state, one.severity))
}
