//! Lines that do not go first in, first out.

use super::request::{NONE, Request, Requests, State};
use super::system::{Order, Overflow};

/// In what order the requests in line at a station get a slot.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) order: Order,
    pub(super) overflow: Overflow,
    /// The last in line of each priority, where they count.
    tails: Vec<u32>,
}

impl Line {
    pub(super) fn new(order: Order, overflow: Overflow) -> Self {
        let priorities = if order == Order::Priority { 1 << u8::BITS } else { 0 };
        Self { order, overflow, tails: vec![NONE; priorities] }
    }

    /// A request comes into a line that begins with `next_up`: says before which one its place is.
    pub(super) fn enter(
        &mut self,
        index: u32,
        priority: u8,
        next_up: u32,
        requests: &Requests,
    ) -> u32 {
        match self.order {
            Order::Fifo => NONE,
            Order::Lifo => next_up,
            Order::Priority => {
                let tails = &mut self.tails[..=usize::from(priority)];
                let before = tails.iter().rev().find(|tail| **tail != NONE).copied();
                tails[usize::from(priority)] = index;
                before.map_or(next_up, |before| requests[before].next)
            }
        }
    }

    /// A request is about to leave the line, to a slot or for good.
    pub(super) fn leave(&mut self, index: u32, requests: &Requests) {
        let Request { priority, previous, .. } = requests[index];
        let Some(tail) = self.tails.get_mut(usize::from(priority)) else { return };
        if *tail == index {
            let is_alike = previous != NONE
                && requests[previous].state == State::InLine
                && requests[previous].priority == priority;
            *tail = if is_alike { previous } else { NONE };
        }
    }

    /// All leave at once.
    pub(super) fn clear(&mut self) {
        self.tails.fill(NONE);
    }

    /// Whether the last in line has to go for a request of this priority that comes.
    pub(super) fn gives_way(&self, last: &Request, priority: u8) -> bool {
        self.overflow == Overflow::Last
            && match self.order {
                Order::Fifo => false,
                Order::Lifo => true,
                Order::Priority => priority < last.priority,
            }
    }
}
