//! Sources: what makes tasks come to an agent.

use patterns::Span;

use super::system::Arrivals;
use crate::kernel::Stream;

/// The source of one agent's tasks.
#[derive(Debug)]
pub(super) struct Source {
    /// The node they come to.
    pub(super) node: u32,
    arrivals: Arrivals,
    chance: Stream,
}

impl Source {
    pub(super) fn new(node: u32, arrivals: Arrivals, chance: Stream) -> Self {
        Self { node, arrivals, chance }
    }

    /// How long from the beginning of the run to the first task.
    pub(super) fn first(&mut self) -> Span {
        let (Arrivals::Open(law) | Arrivals::Closed { think: law, .. }) = &self.arrivals;
        law.sample(&mut self.chance)
    }

    /// A task has come: how long until the next, if that is known now.
    #[inline]
    pub(super) fn after_arrival(&mut self) -> Option<Span> {
        match &self.arrivals {
            Arrivals::Open(gap) => Some(gap.sample(&mut self.chance)),
            Arrivals::Closed { .. } => None,
        }
    }

    /// A task has ended after it took this long: how long until the next, if that depended on it.
    #[inline]
    pub(super) fn after_end(&mut self, took: Span) -> Option<Span> {
        match &self.arrivals {
            Arrivals::Open(_) => None,
            Arrivals::Closed { think, pause } => {
                let gap = think.sample(&mut self.chance);
                // Without the pause, an agent that is refused on the spot would try again for
                // ever in the same instant.
                Some(if gap.is_zero() && took.is_zero() { *pause } else { gap })
            }
        }
    }
}
