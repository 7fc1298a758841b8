//! Which calls a circuit breaker looks at.

use crate::invalid::Findings;
use crate::settings;
use crate::time::Duration;

settings! {
    /// Which results a breaker looks at: a number alone is that number of the latest, a length of
    /// time alone is `first-event` with 10 buckets.
    ///
    /// With buckets, a result leaves when the beginning of its bucket has the age of the window,
    /// so it stays for between `1 - 1/buckets` and all of `size`. A size that is no whole number
    /// of nanoseconds a bucket is rounded up to one.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Window {
        /// The latest results. Before there are as many, those there are.
        Calls(
            /// How many.
            calls: u32 [.at_least(1.0).at_most(1_000_000.0).example("100")],
        ),
        /// Results of the latest time, in buckets that begin at whole multiples of their width
        /// since time zero (resilience4j, failsafe-go); with one bucket, the window tumbles
        /// (Sentinel).
        Epoch {
            /// How far it looks back.
            size: Duration [.above(0.0).example("\"10s\"")],
            /// How many buckets make up the window.
            buckets: u32 [.at_least(1.0).at_most(100_000.0)] = 10,
        },
        /// Results of the latest time, in buckets of which each begins at the first result that
        /// no bucket is there for (Polly).
        FirstEvent {
            /// How far it looks back.
            size: Duration [.above(0.0).example("\"10s\"")],
            /// How many buckets make up the window.
            buckets: u32 [.at_least(1.0).at_most(100_000.0)] = 10,
        },
        /// Results of the latest time, in buckets that begin at whole multiples of their width
        /// since the record was begun: since the breaker closed, or was made (gobreaker, Hystrix).
        SinceClosed {
            /// How far it looks back.
            size: Duration [.above(0.0).example("\"10s\"")],
            /// How many buckets make up the window.
            buckets: u32 [.at_least(1.0).at_most(100_000.0)] = 10,
        },
        /// Results of the latest time, each of which leaves by itself: one of exactly this age has
        /// left. It costs memory for each instant with results.
        Sliding {
            /// How far it looks back.
            size: Duration [.above(0.0).example("\"10s\"")],
        },
        /// All results since the record was begun.
        All,
    }
    none ["unlimited"];
    rules buckets_have_a_width;
    literals { u32 => Self::Calls, Duration => |size| Self::FirstEvent { size, buckets: 10 } }
}

impl Window {
    /// About how many bytes it takes.
    pub(super) fn room(self) -> u64 {
        match self {
            Self::Calls(calls) => u64::from(calls) / 2,
            Self::Epoch { buckets, .. }
            | Self::FirstEvent { buckets, .. }
            | Self::SinceClosed { buckets, .. } => 48 * u64::from(buckets),
            Self::Sliding { .. } | Self::All => 0,
        }
    }
}

fn buckets_have_a_width(window: &Window, found: &mut Findings) {
    if let Window::Epoch { size, buckets }
    | Window::FirstEvent { size, buckets }
    | Window::SinceClosed { size, buckets } = *window
    {
        let fits = u64::from(buckets) <= size.as_nanos() || size.is_zero();
        found.unless(fits, "buckets", "so few that each is at least 1 ns long");
    }
}

impl Window {
    /// Whether results leave it with time.
    pub const fn is_of_time(self) -> bool {
        !matches!(self, Self::Calls(_) | Self::All)
    }

    /// The most calls it can hold.
    pub(super) const fn most_calls(self) -> u32 {
        match self {
            Self::Calls(calls) => calls,
            _ => u32::MAX,
        }
    }

    /// How many calls there must be before a share is looked at, if that is not set.
    pub(super) const fn usual_min_calls(self) -> u32 {
        match self {
            Self::Calls(calls) => calls,
            _ => USUAL_MIN_CALLS,
        }
    }
}

/// How many calls there must be before a share is looked at, if nothing says so.
pub(super) const USUAL_MIN_CALLS: u32 = 10;
