//! For which task a request is made, where some fault goes by that.

use super::request::{BRANCH, NONE, Request};
use super::station::Stations;
use crate::call::Calls;
use crate::kernel::split_mix;

/// For which task a request is made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin {
    /// The group of agents.
    pub(super) group: u32,
    /// The fate that all that is done for the task has in common.
    pub(super) task: u32,
}

/// By request, for which task it is made.
#[derive(Debug)]
pub(super) struct Origins {
    by_request: Vec<Origin>,
    fates: Fates,
}

/// The fates of tasks, which follow from who has them and when they came.
#[derive(Clone, Debug)]
pub(super) struct Fates {
    /// By group, what its fates go by, and the station of its first agent.
    pub(super) groups: Vec<(u64, u32)>,
}

impl Fates {
    /// The fate of a task of a group.
    pub(super) fn of(&self, group: u32, task: &Request) -> u64 {
        let (salt, first) = self.groups[group as usize];
        let agent = split_mix(salt, (task.station - first).into());
        split_mix(agent, task.arrived.as_nanos())
    }
}

impl Origins {
    pub(super) fn new(fates: Fates) -> Self {
        Self { by_request: Vec::new(), fates }
    }

    /// For which task the request of a leaf is made: that of who called. None if the call is no
    /// longer waited for.
    pub(super) fn of_leaf(&self, leaf: u32, calls: &Calls, stations: &Stations) -> Option<Origin> {
        let caller = calls.caller(leaf)?;
        let request = stations.request(caller);
        if request.leaf != NONE && request.leaf != BRANCH {
            return self.by_request.get(caller as usize).copied();
        }
        // The roles of groups come first.
        let group = stations.role(request.station);
        Some(Origin { group, task: self.fates.of(group, request) as u32 })
    }

    /// A request is made for the same task as another one.
    pub(super) fn copy(&mut self, from: u32, to: u32) {
        if let Some(origin) = self.by_request.get(from as usize).copied() {
            self.note(to, origin);
        }
    }

    /// A request is made for a task.
    pub(super) fn note(&mut self, request: u32, origin: Origin) {
        let index = request as usize;
        if self.by_request.len() <= index {
            self.by_request.resize(index + 1, Origin::default());
        }
        self.by_request[index] = origin;
    }
}
