//! Calls in line: first come, first served, and any of them can leave at once.

use crate::layer::{CallId, PerCall};

/// A line of calls, linked through an array by call, so that leaving from the middle is as cheap
/// as from the front and nothing is allocated once warm.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    neighbours: PerCall<Neighbours>,
    first: Option<CallId>,
    last: Option<CallId>,
    len: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Neighbours {
    before: Option<CallId>,
    behind: Option<CallId>,
}

impl Line {
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Puts a call that is not in line at its end.
    pub(super) fn push(&mut self, call: CallId) {
        self.neighbours.open(call, Neighbours { before: self.last, behind: None });
        match self.last {
            Some(last) => self.neighbours[last].behind = Some(call),
            None => self.first = Some(call),
        }
        self.last = Some(call);
        self.len += 1;
    }

    /// Takes the first call out.
    pub(super) fn pop(&mut self) -> Option<CallId> {
        let first = self.first?;
        self.remove(first);
        Some(first)
    }

    /// Takes out a call that is in line.
    pub(super) fn remove(&mut self, call: CallId) {
        let Neighbours { before, behind } = self.neighbours[call];
        match before {
            Some(before) => self.neighbours[before].behind = behind,
            None => self.first = behind,
        }
        match behind {
            Some(behind) => self.neighbours[behind].before = before,
            None => self.last = before,
        }
        self.len -= 1;
    }
}
