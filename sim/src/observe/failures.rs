//! Which agents of a group have failed someone.

use std::ops::Range;

use patterns::Time;

/// When each agent of a group last had a task that failed, ended late, or was overdue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentFailures {
    /// By agent; [`NEVER`] if it had none.
    last: Vec<Time>,
}

const NEVER: Time = Time::MAX;

impl AgentFailures {
    /// Of so many agents, none of which had such a task.
    pub(crate) fn none(agents: u32) -> Self {
        Self { last: vec![NEVER; agents as usize] }
    }

    /// How many of the agents had one.
    pub fn agents(&self) -> u64 {
        self.last.iter().filter(|last| **last != NEVER).count() as u64
    }

    /// An agent has one now.
    #[inline]
    pub(crate) fn note(&mut self, agent: u32, now: Time) {
        self.last[agent as usize] = now;
    }

    /// Those of some of the agents.
    pub(crate) fn of(&self, agents: Range<u32>) -> Self {
        Self { last: self.last[agents.start as usize..agents.end as usize].to_vec() }
    }

    pub(super) fn since(&self, from: Time) -> Self {
        let last = self.last.iter().map(|last| if *last < from { NEVER } else { *last });
        Self { last: last.collect() }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        for (last, later) in self.last.iter_mut().zip(&later.last) {
            if *later != NEVER {
                *last = *later;
            }
        }
    }
}
