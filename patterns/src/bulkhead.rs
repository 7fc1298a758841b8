//! Bulkhead: only so many calls at a time, and a bounded line for those that wait.
//!
//! ```text
//!             a slot is free            ┌────────┐
//!  call ──┬────────────────────────────►│ inside │──► reply: the slot goes to the first in line
//!         │ all taken     ┌──────┐ turn └────────┘
//!         ├──────────────►│ line ├──────────►
//!         │               └──┬───┘
//!         │ the line is full └─ patience over
//!         └────────────────────┴──► refused: bulkhead-full
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `slots` | calls, at least 1 | exactly so many may be inside |
//! | `queue` | calls; 0 is no line | exactly so many may wait |
//! | `patience` | time, or none | at exactly its end the order of events decides |
//!
//! So a slot that comes at the instant at which patience ends is taken if its event comes first,
//! and a patience of zero lasts for the rest of the instant.
//!
//! The line is first come, first served, and nobody passes it: while a call waits, every slot is
//! taken. A call that was given up leaves at once, wherever it stands, and its slot is free: what
//! goes on unseen at the callee holds none.

mod line;

use crate::invalid::Invalid;
use crate::layer::{CallId, Cx, Layer, PerCall, Step};
use crate::outcome::{Class, Outcome};
use crate::time::{Span, Time};
use line::Line;

/// The settings of a [`Bulkhead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many calls may be inside at a time; at least 1.
    pub slots: u32,
    /// How many more may wait; 0 for none.
    pub queue: u32,
    /// How long one may wait, if that is limited.
    pub patience: Option<Span>,
}

/// A limit on calls under way.
///
/// Calls are told apart by [`CallId`], small numbers that may be used again once they have left.
///
/// # Example
///
/// ```
/// use patterns::CallId;
/// use patterns::bulkhead::{Bulkhead, Entry, Settings};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut bulkhead = Bulkhead::new(Settings { slots: 1, queue: 1, patience: None })?;
/// let [first, second, third] = [0, 1, 2].map(CallId);
/// assert_eq!(bulkhead.enter(first), Entry::Inside);
/// assert_eq!(bulkhead.enter(second), Entry::Waiting);
/// assert_eq!(bulkhead.enter(third), Entry::Full);
/// assert_eq!(bulkhead.leave(first), Some(second));
/// assert!(bulkhead.is_inside(second));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Bulkhead {
    settings: Settings,
    inside: u32,
    line: Line,
    places: PerCall<Place>,
    calls: PerCall<Turn>,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Waiting,
    Inside,
}

/// What the layer remembers of a call.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    sent: bool,
    until: Time,
}

/// What becomes of a call that comes to a [`Bulkhead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It has a slot.
    Inside,
    /// It stands in line.
    Waiting,
    /// It is refused.
    Full,
}

impl Bulkhead {
    /// An empty bulkhead.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Invalid::unless(1 <= settings.slots, "slots", "at least 1")?;
        Ok(Self {
            settings,
            inside: 0,
            line: Line::default(),
            places: PerCall::default(),
            calls: PerCall::default(),
        })
    }

    /// A call comes; one that is inside or waiting already stays where it is.
    pub fn enter(&mut self, call: CallId) -> Entry {
        match self.place(call) {
            Place::Inside => return Entry::Inside,
            Place::Waiting => return Entry::Waiting,
            Place::Outside => {}
        }
        if self.inside < self.settings.slots {
            self.inside += 1;
            self.places.open(call, Place::Inside);
            Entry::Inside
        } else if self.line.len() < self.settings.queue {
            self.line.push(call);
            self.places.open(call, Place::Waiting);
            Entry::Waiting
        } else {
            Entry::Full
        }
    }

    /// A call goes, from a slot or out of the line: it has ended, or was given up, or has lost
    /// patience. Returns the call that has its slot now; one that was not here changes nothing.
    pub fn leave(&mut self, call: CallId) -> Option<CallId> {
        match self.place(call) {
            Place::Outside => None,
            Place::Waiting => {
                self.places[call] = Place::Outside;
                self.line.remove(call);
                None
            }
            Place::Inside => {
                self.places[call] = Place::Outside;
                let next = self.line.pop();
                match next {
                    Some(next) => self.places[next] = Place::Inside,
                    None => self.inside -= 1,
                }
                next
            }
        }
    }

    /// Whether the call has a slot.
    pub fn is_inside(&self, call: CallId) -> bool {
        self.place(call) == Place::Inside
    }

    /// How many calls have a slot.
    pub fn inside(&self) -> u32 {
        self.inside
    }

    /// How many calls stand in line.
    pub fn waiting(&self) -> u32 {
        self.line.len()
    }

    fn place(&self, call: CallId) -> Place {
        self.places.get(call).copied().unwrap_or_default()
    }

    fn leave_and_wake(&mut self, call: CallId, cx: &mut Cx<'_>) {
        if let Some(next) = self.leave(call) {
            cx.wake(next);
        }
    }
}

impl Layer for Bulkhead {
    fn on_call(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        let entry = self.enter(call);
        let until = self.settings.patience.map_or(Time::MAX, |patience| cx.now + patience);
        self.calls.open(call, Turn { sent: entry == Entry::Inside, until });
        match entry {
            Entry::Inside => Step::Send,
            Entry::Waiting => wait(until),
            Entry::Full => Step::Reply(Outcome::failed(Class::BulkheadFull)),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) -> Step {
        self.leave_and_wake(call, cx);
        Step::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        let inside = self.is_inside(call);
        let turn = &mut self.calls[call];
        if inside {
            // A second wake in one instant, from its own patience, must not send it twice.
            return if core::mem::replace(&mut turn.sent, true) { Step::Wait } else { Step::Send };
        }
        if cx.now < turn.until {
            return wait(turn.until);
        }
        self.leave_and_wake(call, cx);
        Step::Reply(Outcome::failed(Class::BulkheadFull))
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.leave_and_wake(call, cx);
    }
}

fn wait(until: Time) -> Step {
    if until == Time::MAX { Step::Wait } else { Step::WaitUntil(until) }
}
