//! What is under way at stations: tasks at agents, requests at services, in a slab.

use std::ops::{Index, IndexMut};

use patterns::{Duration, Outcome, Time};

use super::role::CallStep;
use crate::fault::Fate;

/// No request, no leaf.
pub(super) const NONE: u32 = u32::MAX;

/// The leaf of a branch of a task.
pub(super) const BRANCH: u32 = u32::MAX - 2;

/// The request of an attempt that was lost on the way.
pub(super) const LOST: u32 = u32::MAX - 1;

/// A task at an agent, or a request at a service.
///
/// The first line of the cache has all that a request touches which makes no calls.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Request {
    /// When it came to the station.
    pub(super) arrived: Time,
    /// When it got its slot.
    pub(super) started: Time,
    /// The time that its service will take, as drawn where it was made; of a task, how long it is
    /// waited for, if that is drawn.
    pub(super) demand: Duration,
    /// When its present work will be done; while it is held, how much work was left is this less
    /// `since`.
    pub(super) due: Time,
    /// Since when its caller no longer waits; [`Time::MAX`] while it does.
    pub(super) abandoned: Time,
    /// Where it is.
    pub(super) station: u32,
    /// The leaf that waits for it; [`NONE`] for a task.
    pub(super) leaf: u32,
    /// Its neighbours at the station, in the order in which they came; the next that is free.
    pub(super) previous: u32,
    pub(super) next: u32,
    /// The present step.
    pub(super) step: u16,
    pub(super) state: State,
    /// The code of how it ends if nothing else happens: it may fail of itself or have a wrong
    /// value, as was drawn where it was made, or be what its calls have made of it.
    pub(super) ending: u8,
    /// Whether the work or the call that is under way for it is the last.
    pub(super) is_last: bool,
    /// Whether its present call may fail.
    pub(super) is_optional: bool,
    pub(super) priority: u8,
    /// When what it waits for began: its present step, or its call.
    pub(super) since: Time,
    /// The time after which its result is of no use.
    pub(super) deadline: Time,
    /// Whether faults hit it.
    pub(super) fate: Fate,
    /// How the call ended whose answer is held.
    pub(super) reply: Outcome,
    /// The call that it waits for.
    pub(super) call: u32,
    /// Calls of the present step that are still to be made, the one under way included.
    pub(super) left: u32,
}

/// An attempt that has come to a service.
#[derive(Clone, Copy)]
pub(super) struct Coming {
    pub(super) leaf: u32,
    /// The edge on which it comes.
    pub(super) edge: u32,
    pub(super) demand: Duration,
    pub(super) ending: Outcome,
    pub(super) fate: Fate,
}

/// What a request is at.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub(crate) enum State {
    /// Not there.
    Gone,
    /// Waits for a slot.
    InLine,
    /// In work until it is due.
    Working,
    /// Waits for a call.
    Calling,
    /// In work, but nothing moves.
    HeldWork,
    /// About to take its next step, but nothing moves.
    HeldStep,
    /// Its call has ended, but nothing moves.
    HeldReply,
    /// Waits for something else: its branches, a checkpoint, what others do.
    Awaiting,
}

/// All that is under way.
#[derive(Debug, Default)]
pub(super) struct Requests {
    all: Vec<Request>,
    /// The first of those that are free; each names the next one, and the last one the end of the
    /// slab.
    free: u32,
}

impl Requests {
    /// The place that is taken next.
    #[inline]
    pub(super) fn next(&self) -> u32 {
        self.free
    }

    /// Takes a place for a request that comes to a station now. What else it is, is to be written
    /// field by field: a request put together elsewhere and copied would wait for its own fields
    /// to be stored.
    #[inline]
    pub(super) fn take(&mut self, station: u32, leaf: u32, now: Time) -> &mut Request {
        let index = self.free;
        if index as usize >= self.all.len() {
            self.grow();
        }
        let request = &mut self.all[index as usize];
        debug_assert_eq!(request.state, State::Gone, "a request is there or not");
        self.free = request.next;
        request.arrived = now;
        request.started = now;
        request.abandoned = Time::MAX;
        request.station = station;
        request.leaf = leaf;
        request.step = 0;
        request.state = State::InLine;
        request.ending = 0;
        request
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.all.push(Request {
            arrived: Time::ZERO,
            started: Time::ZERO,
            demand: Duration::ZERO,
            due: Time::ZERO,
            abandoned: Time::MAX,
            station: NONE,
            leaf: NONE,
            previous: NONE,
            next: self.all.len() as u32 + 1,
            step: 0,
            state: State::Gone,
            ending: 0,
            is_last: false,
            is_optional: false,
            priority: 0,
            since: Time::ZERO,
            deadline: Time::MAX,
            fate: Fate::default(),
            reply: Outcome::Ok,
            call: NONE,
            left: 0,
        });
    }

    /// Frees a request, and says where it was: its station, and its neighbours there.
    #[inline]
    pub(super) fn free(&mut self, index: u32) -> (u32, [u32; 2]) {
        let request = &mut self.all[index as usize];
        debug_assert_ne!(request.state, State::Gone, "a request ends once");
        let Request { station, previous, next, .. } = *request;
        request.state = State::Gone;
        request.next = self.free;
        self.free = index;
        (station, [previous, next])
    }

    /// How many there is room for by now.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.all.len()
    }

    /// All that are there.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Request> {
        self.all.iter().filter(|request| request.state != State::Gone)
    }
}

impl Request {
    /// It waits from now on for the first call of a step, which is at this frame.
    #[inline]
    pub(super) fn wait_for(&mut self, step: &CallStep, call: u32, now: Time) {
        self.left = step.times;
        self.is_last = step.is_last && step.times == 1;
        self.is_optional = step.optional;
        self.state = State::Calling;
        self.since = now;
        self.call = call;
    }

    /// A call of it has ended, and it goes on: what is made of degraded answers is degraded, and
    /// what is made of wrong ones is wrong.
    #[inline]
    pub(super) fn use_answer(&mut self, outcome: Outcome) {
        // In the codes of all that ends well each bit says one thing.
        if Outcome::of_code(self.ending).is_ok() {
            let used = if outcome.is_ok() { outcome } else { Outcome::Degraded };
            self.ending |= used.code();
        }
    }
}

impl Index<u32> for Requests {
    type Output = Request;

    #[inline]
    fn index(&self, index: u32) -> &Request {
        &self.all[index as usize]
    }
}

impl IndexMut<u32> for Requests {
    #[inline]
    fn index_mut(&mut self, index: u32) -> &mut Request {
        &mut self.all[index as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_takes_two_lines_of_the_cache() {
        assert_eq!(size_of::<Request>(), 128);
        assert_eq!(std::mem::offset_of!(Request, since), 64);
    }
}
