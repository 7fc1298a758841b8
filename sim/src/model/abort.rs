//! What ends an experiment before its time.

use std::fmt;
use std::sync::Arc;

use patterns::Duration;

use crate::observe::{Parts, Record};

/// What ends an experiment: a condition that is looked at while a run goes on, from one `over`
/// after the warm-up on.
#[derive(Clone, Debug)]
pub struct Abort {
    /// As it is written.
    pub text: String,
    /// What must hold of the last `over`.
    pub condition: Arc<dyn AbortCondition>,
    /// The parts of a record that it looks at.
    pub parts: Parts,
    /// How much of the run it is about; more than zero.
    pub over: Duration,
    /// What is done.
    pub then: Then,
}

/// What may hold of a part of a run.
pub trait AbortCondition: fmt::Debug + Send + Sync {
    /// Whether it holds.
    fn is_met(&self, record: &Record) -> bool;
}

/// What is done when an abort condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The run is stopped.
    Stop,
    /// All faults go off for good, and the run goes on.
    RemoveFaults,
}

/// How often a condition is looked at in the length of time that it is about.
pub const LOOKS: u64 = 10;
