//! How long who sent a task waits for it, drawn for each task.

use patterns::{Duration, Time};

use super::kind;
use crate::kernel::{Distribution, Event, RngStream, Scheduler};

/// The patience of who sends tasks to the agents of a group.
#[derive(Debug)]
pub(super) struct Patience {
    pub(super) distribution: Distribution,
    /// Whether a task ends when it is over.
    pub(super) gives_up: bool,
    /// The first agent of the group, and a stream for each.
    pub(super) first: u32,
    pub(super) streams: Vec<RngStream>,
}

impl Patience {
    /// A task comes to an agent: for how long it is waited for.
    #[inline(never)]
    pub(super) fn begin(&mut self, index: u32, agent: u32, scheduler: &mut Scheduler) -> Duration {
        let rng = &mut self.streams[(agent - self.first) as usize];
        let lasts = self.distribution.sample(rng);
        let over = scheduler.now() + lasts;
        if self.gives_up && over < Time::MAX {
            scheduler.schedule(over, Event { kind: kind::GIVE_UP, index });
        }
        lasts
    }
}
