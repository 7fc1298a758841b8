//! How tasks come to an agent.

use patterns::{Duration, Invalid};
use sim::kernel;
use sim::model::system;

use super::distribution::Distribution;

patterns::settings! {
    /// How tasks come to an agent: in an open loop, whether or not earlier ones are done, or in a
    /// closed one.
    #[derive(Clone, Debug)]
    pub(crate) enum Arrivals {
        /// Open: at random, with this mean gap (a Poisson process).
        Poisson {
            /// The mean time from one task to the next.
            every: Duration [.above(0.0).example("\"90s\"")],
        },
        /// Open: at even distances.
        Every(
            /// The time from one task to the next.
            gap: Duration [.above(0.0).example("\"10s\"")],
        ),
        /// Open: with gaps drawn from a distribution.
        Renewal(
            /// The time from one task to the next.
            gap: Distribution [.example("\"uniform(1s, 2s)\"")],
        ),
        /// Closed: the next task comes some time after the one before is done.
        Closed {
            /// The time between the end of a task and the beginning of the next.
            think: Distribution = Distribution::ZERO,
            /// The pause after a task that ended in the instant it began, if thinking takes no
            /// time either.
            pause: Duration [.above(0.0)] = Duration::from_secs(1),
        },
    }
}

impl Arrivals {
    /// The arrivals, as they are run.
    pub(crate) fn resolved(&self) -> system::Arrivals {
        match self {
            Self::Poisson { every } => system::Arrivals::Open(exponential(*every)),
            Self::Every(gap) => system::Arrivals::Open(kernel::Distribution::constant(*gap)),
            Self::Renewal(gap) => system::Arrivals::Open(gap.sampler()),
            Self::Closed { think, pause } => {
                system::Arrivals::Closed { think: think.sampler(), pause: *pause }
            }
        }
    }
}

/// Gaps of a Poisson process.
pub(super) fn exponential(mean: Duration) -> kernel::Distribution {
    let sampler: Result<_, Invalid> = kernel::Distribution::exponential(mean);
    sampler.expect("its range was checked when it was read")
}
