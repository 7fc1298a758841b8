//! The tables of failures by class: how tasks failed, and how attempts did below all layers.

use patterns::Class;

use super::definitions::{Definition, Info};
use super::sample::How;
use super::unit::{Better, Unit};
use crate::observe::{AgentRecord, EdgeRecord};

macro_rules! failures {
    ($counts:ident, $what:literal, $rest:literal: $($class:ident $name:literal),+) => {
        &[$(Definition {
            info: Info {
                name: concat!("failures.", $name),
                unit: Unit::Count,
                better: Some(Better::Lower),
                text: concat!($what, " that failed in the class ", $name, $rest),
            },
            how: How::Value(|r, _| r.$counts.failed_as(Class::$class) as f64),
        }),+]
    };
}

/// Of a group of agents.
pub(super) const TASKS: &[Definition<AgentRecord>] = failures! {
    tasks, "Tasks", ".":
    Network "network", Timeout "timeout", RateLimit "rate-limit", Overload "overload",
    Validation "validation", BreakerOpen "breaker-open", BulkheadFull "bulkhead-full",
    Rejected "rejected"
};

/// Of an edge. What layers refuse is no attempt.
pub(super) const ATTEMPTS: &[Definition<EdgeRecord>] = failures! {
    attempts, "Attempts to this service",
    ", whatever became of their calls: those that a retry or a fallback saved are counted.":
    Network "network", Timeout "timeout", RateLimit "rate-limit", Overload "overload",
    Validation "validation"
};
