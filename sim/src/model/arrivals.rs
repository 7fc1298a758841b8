//! Arrivals: what makes tasks come to agents.

use patterns::Duration;

use super::system::Arrivals as Kind;
use crate::kernel::RngStream;

/// The sources of all agents' tasks.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// By group.
    kinds: Vec<Kind>,
    /// By agent.
    streams: Vec<RngStream>,
}

impl Arrivals {
    /// Adds a group; agents follow.
    pub(super) fn add_group(&mut self, kind: Kind) {
        self.kinds.push(kind);
    }

    /// Adds an agent.
    pub(super) fn add_agent(&mut self, rng: RngStream) {
        self.streams.push(rng);
    }

    /// How many agents there are.
    pub(super) fn len(&self) -> u32 {
        self.streams.len() as u32
    }

    /// What the stream of an agent draws from next; for reading ahead.
    pub(super) fn peek(&self, agent: u32) -> u64 {
        self.streams[agent as usize].peek()
    }

    /// How long from the beginning of the run to the first task of an agent.
    pub(super) fn first(&mut self, agent: u32, group: u32) -> Duration {
        let (Kind::Open(distribution) | Kind::Closed { think: distribution, .. }) =
            &self.kinds[group as usize];
        distribution.sample(&mut self.streams[agent as usize])
    }

    /// A task has come: how long until the next, if that is known now.
    #[expect(clippy::inline_always, reason = "on the way of every task")]
    #[inline(always)]
    pub(super) fn after_arrival(&mut self, agent: u32, group: u32) -> Option<Duration> {
        match &self.kinds[group as usize] {
            Kind::Open(gap) => Some(gap.sample(&mut self.streams[agent as usize])),
            Kind::Closed { .. } => None,
        }
    }

    /// A task has ended after it took this long: how long until the next, if that depended on it.
    #[expect(clippy::inline_always, reason = "on the way of every task")]
    #[inline(always)]
    pub(super) fn after_end(&mut self, agent: u32, group: u32, took: Duration) -> Option<Duration> {
        match &self.kinds[group as usize] {
            Kind::Open(_) => None,
            Kind::Closed { think, pause } => {
                let gap = think.sample(&mut self.streams[agent as usize]);
                // Without the pause, an agent that is refused on the spot would try again for
                // ever in the same instant.
                Some(if gap.is_zero() && took.is_zero() { *pause } else { gap })
            }
        }
    }
}
