//! How a run is asked for: what is to be seen of it, and what ends it before its horizon.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use patterns::Time;

use crate::kernel::MAX_INDEX;
use crate::observe::{Parts, Record};

/// What is to be seen of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// Counters, histograms and states: bounded, whatever the horizon.
    #[default]
    Counts,
    /// Every call and every state as well: for drawing one run.
    Trace,
}

/// How a run is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions<'a> {
    /// What is to be seen of it.
    pub watch: Watch,
    /// The window of time of which a trace is kept; the whole run if there is none.
    pub window: Option<(Time, Time)>,
    /// What stops a run that would not end or not fit.
    pub limits: Limits,
    /// Stops the run soon after it becomes true. How soon is the only thing about a run that is
    /// not the same each time.
    pub interrupt: Option<&'a AtomicBool>,
}

/// Looks at a run while it goes on.
pub struct Looks<'a> {
    /// When, in order; times in the warm-up and from the horizon on are left out.
    pub times: &'a [Time],
    /// The parts that are looked at.
    pub parts: &'a Parts,
    /// Is shown the record of all that was before each time.
    pub look: &'a mut dyn FnMut(Record),
}

impl fmt::Debug for Looks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looks").field("times", &self.times).field("parts", &self.parts).finish()
    }
}

/// Limits beyond which a run is stopped. They are looked at every few thousand events, at
/// points that depend on the number of events alone: so a stopped run can be repeated as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most events. Where more than a thousand steps follow from one event at once, they count
    /// as events.
    pub events: u64,
    /// The most tasks, requests and calls that may be open at once; at most [`OPEN_MAX`].
    pub open: usize,
}

/// The most tasks, requests and calls at layers that can be open at once.
// One event opens only a few: what comes until the next look at the limits has room.
pub const OPEN_MAX: usize = MAX_INDEX as usize - (1 << 20);

impl Default for Limits {
    fn default() -> Self {
        Self { events: u64::MAX, open: OPEN_MAX }
    }
}

impl RunOptions<'_> {
    /// Whether the run is to be stopped from outside.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}
