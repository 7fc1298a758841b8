//! Sources: what makes tasks come to an agent.

use patterns::Duration;

use super::system::Arrivals;
use crate::kernel::RngStream;

/// The source of one agent's tasks.
#[derive(Debug)]
pub(super) struct Source {
    /// The node they come to.
    pub(super) node: u32,
    arrivals: Arrivals,
    rng: RngStream,
}

impl Source {
    pub(super) fn new(node: u32, arrivals: Arrivals, rng: RngStream) -> Self {
        Self { node, arrivals, rng }
    }

    /// How long from the beginning of the run to the first task.
    pub(super) fn first(&mut self) -> Duration {
        let (Arrivals::Open(distribution) | Arrivals::Closed { think: distribution, .. }) =
            &self.arrivals;
        distribution.sample(&mut self.rng)
    }

    /// A task has come: how long until the next, if that is known now.
    #[inline]
    pub(super) fn after_arrival(&mut self) -> Option<Duration> {
        match &self.arrivals {
            Arrivals::Open(gap) => Some(gap.sample(&mut self.rng)),
            Arrivals::Closed { .. } => None,
        }
    }

    /// A task has ended after it took this long: how long until the next, if that depended on it.
    #[inline]
    pub(super) fn after_end(&mut self, took: Duration) -> Option<Duration> {
        match &self.arrivals {
            Arrivals::Open(_) => None,
            Arrivals::Closed { think, pause } => {
                let gap = think.sample(&mut self.rng);
                // Without the pause, an agent that is refused on the spot would try again for
                // ever in the same instant.
                Some(if gap.is_zero() && took.is_zero() { *pause } else { gap })
            }
        }
    }
}
