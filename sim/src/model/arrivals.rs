//! Arrivals: what makes tasks come to agents.

use patterns::{Duration, Time};

use super::system::Arrivals as Kind;
use crate::kernel::{BurstState, RngStream};

/// The sources of all agents' tasks.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// By group.
    kinds: Vec<Kind>,
    /// By agent.
    streams: Vec<RngStream>,
    /// By agent, up to the last one whose source has a memory.
    memories: Vec<Memory>,
}

/// What a source remembers, if its next task does not follow from the one before alone.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    burst: BurstState,
    /// How many times of a trace were taken.
    taken: u32,
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
        let stream = &mut self.streams[agent as usize];
        let kind = &self.kinds[group as usize];
        if let Kind::Bursts(_) | Kind::Trace(_) = kind {
            let count = self.memories.len().max(agent as usize + 1);
            self.memories.resize(count, Memory::default());
        }
        match kind {
            Kind::Open(distribution) | Kind::Closed { think: distribution, .. } => {
                return distribution.sample(stream);
            }
            Kind::Bursts(bursts) => self.memories[agent as usize].burst = bursts.begin(stream),
            Kind::Varying(_) | Kind::Trace(_) => {}
        }
        self.later(agent, group, Time::ZERO).unwrap_or(Duration::MAX)
    }

    /// A task has come: how long until the next, if that is known now and there is one.
    #[expect(clippy::inline_always, reason = "on the way of every task")]
    #[inline(always)]
    pub(super) fn after_arrival(&mut self, agent: u32, group: u32, now: Time) -> Option<Duration> {
        match &self.kinds[group as usize] {
            Kind::Open(gap) => Some(gap.sample(&mut self.streams[agent as usize])),
            Kind::Closed { .. } => None,
            _ => self.later(agent, group, now),
        }
    }

    /// How long until the next task of a source that goes by the time or by what it remembers.
    #[inline(never)]
    fn later(&mut self, agent: u32, group: u32, now: Time) -> Option<Duration> {
        let (at, stream) = (agent as usize, &mut self.streams[agent as usize]);
        let next = match &self.kinds[group as usize] {
            Kind::Varying(profile) => profile.next(now, stream),
            Kind::Bursts(bursts) => bursts.next(&mut self.memories[at].burst, now, stream),
            Kind::Trace(times) => {
                let taken = &mut self.memories[at].taken;
                *taken += 1;
                times.get(*taken as usize - 1).copied()
            }
            Kind::Open(_) | Kind::Closed { .. } => None,
        };
        next.map(|next| next.since(now))
    }

    /// A task has ended after it took this long: how long until the next, if that depended on it.
    #[expect(clippy::inline_always, reason = "on the way of every task")]
    #[inline(always)]
    pub(super) fn after_end(&mut self, agent: u32, group: u32, took: Duration) -> Option<Duration> {
        match &self.kinds[group as usize] {
            Kind::Closed { think, pause } => {
                let gap = think.sample(&mut self.streams[agent as usize]);
                // Without the pause, an agent that is refused on the spot would try again for
                // ever in the same instant.
                Some(if gap.is_zero() && took.is_zero() { *pause } else { gap })
            }
            _ => None,
        }
    }
}
