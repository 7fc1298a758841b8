//! The second abstraction of this crate: patterns around a process instead of a call.
//!
//! A process runs, takes steps, and fails; the pattern beside it hears of that, and answers with
//! one [`Action`]:
//!
//! ```text
//!            ┌─────────────────────┐
//!  started ─►│                     │
//!  steps ───►│       pattern       │──► wait, probe, write a checkpoint,
//!  crashed ─►│                     │    restart, restore, give up
//!  woken ───►│                     │
//!            └─────────────────────┘
//! ```
//!
//! [`supervise`](crate::supervise) restarts what has crashed, [`health`](crate::health) finds out
//! whether it is well, [`checkpoint`](crate::checkpoint) saves what it has done. Each is a pattern
//! by itself, and a process may have several.
//!
//! Whoever drives such a pattern keeps this contract:
//!
//! - each action replaces the one before: a pattern is woken at the time its last action gave, and
//!   not at all if that action gave none;
//! - a probe, a checkpoint, a restart and a restoring that were asked for are reported by the event
//!   that says how they ended, or by [`Event::Crashed`] if they were cut short;
//! - [`Event::Started`] comes before all others, and again after each restart.
//!
//! Time may stand still or step back: then nothing is due earlier.

use crate::invalid::Invalid;
use crate::layer::Context;
use crate::report::StateId;
use crate::settings::LayerSettings;
use crate::time::{Duration, Time};

/// A pattern that stands beside a process.
///
/// Implementations must be deterministic: the same events and draws give the same actions.
pub trait ProcessPattern {
    /// Something has happened to the process, or the time has come that this pattern asked for.
    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action;

    /// The state it begins in, for a pattern that reports its states by
    /// [`Context::enter_state`].
    fn initial_state(&self) -> Option<StateId> {
        None
    }
}

/// What happens to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It runs: for the first time, from the beginning again, or from where it was restored.
    Started,
    /// It has done one step of its work.
    Step,
    /// Its next step is risky.
    RiskAhead,
    /// It shows that it is alive.
    Beat,
    /// It has failed, and does not run any more.
    Crashed,
    /// It has done all its work, and does not run any more.
    Done,
    /// A probe has found it well, in this time.
    ProbeOk(Duration),
    /// A probe has not found it well, or not in time.
    ProbeFailed,
    /// The checkpoint that was asked for is written.
    Written,
    /// The checkpoint that was asked for could not be written.
    NotWritten,
    /// The checkpoint that was to be restored is broken.
    Broken,
    /// The time has come that the pattern asked for.
    Wake,
}

/// What such a pattern does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Nothing until the next event.
    Wait,
    /// Nothing until the next event, but no longer than until the given time.
    WaitUntil(Time),
    /// Ask the process whether it is well.
    Probe,
    /// Save what it has done.
    Checkpoint,
    /// Start it anew; if it runs still, it is ended first.
    Restart,
    /// Start it from where this checkpoint was written.
    Restore(CheckpointId),
    /// This pattern can do no more: what is above it has to.
    GiveUp,
}

/// Names a checkpoint; they are counted from 0 on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckpointId(pub u64);

/// A pattern beside a process that is made from its settings: what a scenario file needs of a kind
/// of such patterns.
pub trait ConfiguredProcess: ProcessPattern + Sized + 'static {
    /// Its settings.
    type Settings: LayerSettings + Send + Sync;

    /// The pattern with these settings.
    ///
    /// # Errors
    ///
    /// If it cannot be set so.
    fn with_settings(settings: Self::Settings) -> Result<Self, Invalid>;
}
