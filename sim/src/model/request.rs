//! What is under way at nodes: tasks at agents, requests at services, in a slab.

use std::ops::{Index, IndexMut};

use patterns::{Class, Duration, Outcome, Time};

/// No request, no leaf.
pub(super) const NONE: u32 = u32::MAX;

/// A task at an agent, or a request at a service.
#[derive(Clone, Copy, Debug)]
// In lines of the cache of its own, and found by a shift: some 3 % of a run.
#[repr(align(64))]
pub(super) struct Request {
    /// When it came to the node.
    pub(super) arrived: Time,
    /// When it got its slot; what it is at began.
    pub(super) started: Time,
    /// When its present step began.
    pub(super) since: Time,
    /// When its present work will be done; while it is held, how much work was left is this less
    /// `since`.
    pub(super) due: Time,
    /// The time that its service will take, as drawn where it was made.
    pub(super) demand: Duration,
    /// The time after which its result is of no use.
    pub(super) deadline: Time,
    /// How it fails of itself when its work is done, if it does; drawn where it was made.
    pub(super) error: Option<Class>,
    /// Random bits that decide whether it fails by a fault.
    pub(super) fault_bits: u64,
    /// Where it is.
    pub(super) node: u32,
    /// The leaf that waits for it; [`NONE`] for a task.
    pub(super) leaf: u32,
    /// The call that it waits for.
    pub(super) call: u32,
    /// Calls of the present step that are still to be made, the one under way included.
    pub(super) left: u32,
    /// Neighbours in the queue.
    pub(super) previous: u32,
    pub(super) next: u32,
    /// The present step.
    pub(super) step: u16,
    pub(super) state: State,
    pub(super) priority: u8,
    /// A call that failed was optional, or had a degraded answer.
    pub(super) degraded: bool,
    /// Since when its caller no longer waits; [`Time::MAX`] while it does.
    pub(super) abandoned: Time,
}

/// What a request is at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
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
    HeldReply(Outcome),
}

impl Request {
    /// A request that comes to a node.
    #[inline]
    pub(super) fn new(node: u32, leaf: u32, arrived: Time) -> Self {
        Self {
            arrived,
            started: arrived,
            since: arrived,
            due: arrived,
            demand: Duration::ZERO,
            deadline: Time::MAX,
            error: None,
            fault_bits: 0,
            node,
            leaf,
            call: NONE,
            left: 0,
            previous: NONE,
            next: NONE,
            step: 0,
            state: State::InLine,
            priority: 0,
            degraded: false,
            abandoned: Time::MAX,
        }
    }
}

/// All that is under way.
#[derive(Debug, Default)]
pub(super) struct Requests {
    all: Vec<Request>,
    /// By index: the how-manieth request it is.
    serial: Vec<u64>,
    next_serial: u64,
    free: Vec<u32>,
}

impl Requests {
    #[inline]
    pub(super) fn insert(&mut self, request: Request) -> u32 {
        let serial = self.next_serial;
        self.next_serial += 1;
        if let Some(index) = self.free.pop() {
            self.all[index as usize] = request;
            self.serial[index as usize] = serial;
            return index;
        }
        self.all.push(request);
        self.serial.push(serial);
        self.all.len() as u32 - 1
    }

    #[inline]
    pub(super) fn remove(&mut self, index: u32) {
        self.all[index as usize].state = State::Gone;
        self.free.push(index);
    }

    /// The requests at a node, in the order in which they came.
    pub(super) fn at(&self, node: u32) -> Vec<u32> {
        let here = self.iter().filter(|(_, request)| request.node == node);
        let mut here: Vec<u32> = here.map(|(index, _)| index).collect();
        here.sort_unstable_by_key(|index| self.serial[*index as usize]);
        here
    }

    /// How many there is room for by now.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.all.len()
    }

    /// All that are there, by index.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Request)> {
        (0..).zip(&self.all).filter(|(_, request)| request.state != State::Gone)
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

/// Requests that wait for a slot, first come first served.
///
/// Linked through the requests themselves, so that one whose caller gave up leaves at once.
#[derive(Debug)]
pub(super) struct WaitQueue {
    first: u32,
    last: u32,
    pub(super) len: u32,
}

impl Default for WaitQueue {
    fn default() -> Self {
        Self { first: NONE, last: NONE, len: 0 }
    }
}

impl WaitQueue {
    pub(super) fn push(&mut self, requests: &mut Requests, request: u32) {
        requests[request].previous = self.last;
        requests[request].next = NONE;
        if self.last == NONE {
            self.first = request;
        } else {
            requests[self.last].next = request;
        }
        self.last = request;
        self.len += 1;
    }

    pub(super) fn pop(&mut self, requests: &mut Requests) -> Option<u32> {
        let first = self.first;
        if first == NONE {
            return None;
        }
        self.remove(requests, first);
        Some(first)
    }

    pub(super) fn remove(&mut self, requests: &mut Requests, request: u32) {
        let Request { previous, next, .. } = requests[request];
        if previous == NONE {
            self.first = next;
        } else {
            requests[previous].next = next;
        }
        if next == NONE {
            self.last = previous;
        } else {
            requests[next].previous = previous;
        }
        self.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_takes_two_lines_of_the_cache() {
        assert_eq!(size_of::<Request>(), 128);
    }
}
