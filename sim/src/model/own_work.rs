//! The own work of agents, where faults make it slow.

use patterns::{Duration, Time};

use super::origins::Fates;
use super::request::Request;
use crate::fault::{Asked, Fate, Health, Scopes};

/// The own work of agents.
#[derive(Debug)]
pub(super) struct OwnWork {
    /// By group.
    pub(super) health: Vec<Health>,
    pub(super) fates: Fates,
    pub(super) scopes: Scopes,
}

impl OwnWork {
    /// How long work on a task of a group takes that begins now, as one of so many in work. A task
    /// is hit or not in all of its work.
    #[inline(never)]
    pub(super) fn slowed(
        &mut self,
        group: u32,
        task: &Request,
        work: Duration,
        busy: u32,
        now: Time,
    ) -> Duration {
        let bits = self.fates.of(group, task);
        let asked = Asked { tasks: Some(group), priority: task.priority, key: None };
        let scopes = self.scopes.bits(&asked);
        let fate = Fate { attempt: bits, call: bits, task: bits as u32, scopes };
        self.health[group as usize].slowed(work, busy, fate, now)
    }
}
