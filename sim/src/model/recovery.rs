//! What notices that something is wrong, and what is done about it.

use std::sync::Arc;

use patterns::{Duration, Time};

use super::abort::AbortCondition;
use super::place::Place;
use super::week::Hours;
use crate::kernel::Distribution;
use crate::observe::{LastResults, Parts};

/// Something that is done when a condition holds, by a machine or by a human.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// Its name.
    pub name: String,
    /// What triggers it; none if only others hand over to it, or someone does it by hand.
    pub when: Option<Trigger>,
    /// What it does: the index of a fault that is [on demand](crate::fault::Schedule::OnDemand).
    pub fault: usize,
    /// When it is done in any case.
    pub at: Vec<Time>,
    /// From the time it is triggered until it is done, by a machine.
    pub wait: Duration,
    /// From the time it is done until it may be triggered again.
    pub cooldown: Duration,
    /// The index of the human who does it, if one does.
    pub by: Option<usize>,
    /// How often it is done before another one takes over; [`u32::MAX`] for no limit.
    pub tries: u32,
    /// The index of the one that takes over when it has not helped.
    pub then: Option<usize>,
}

/// What triggers a recovery, and tells afterwards whether it has helped.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// As it is written.
    pub text: String,
    /// What must hold.
    pub condition: Condition,
}

/// What may hold of a run just now.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Something of the last so much of the run. It is looked at ten times in that length, from
    /// the warm-up on.
    Over {
        /// What must hold of that part.
        condition: Arc<dyn AbortCondition>,
        /// The parts of a record that it looks at.
        parts: Parts,
        /// How much of the run it is about; more than zero.
        over: Duration,
    },
    /// Too many of the last results of a group of agents are failures. It is looked at with each
    /// result.
    Results {
        /// The index of the group.
        group: usize,
        /// How many results, and how many of them may be failures.
        last: LastResults,
    },
    /// Layers have been in a state for so long. It is looked at ten times in that length, from the
    /// warm-up on.
    States {
        /// Which layers: all of their instances.
        layers: Vec<Place>,
        /// Whether all of them are meant; otherwise some one is.
        is_every: bool,
        /// The name of the state.
        state: String,
        /// Whether they must be in it; otherwise they must be in another one.
        is: bool,
        /// For how long; more than zero.
        lasts: Duration,
    },
}

/// Someone who is called when something is wrong. They do one thing after the other.
#[derive(Clone, Debug)]
pub struct Human {
    /// Their name.
    pub name: String,
    /// How long they take from the time they take something up until it is done.
    pub response: Distribution,
    /// When they take something up.
    pub hours: Hours,
}
