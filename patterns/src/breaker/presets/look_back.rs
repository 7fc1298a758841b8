//! A window that is a number of calls or a length of time.

use crate::settings;
use crate::time::Duration;

settings! {
    /// How far a library looks back: a number of calls, or a length of time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LookBack {
        /// The latest results.
        Calls(
            /// How many.
            calls: u32 [.at_least(1.0).at_most(1_000_000.0).example("100")],
        ),
        /// The latest time.
        Time(
            /// How long.
            time: Duration [.above(0.0).example("\"60s\"")],
        ),
    }
    literals { u32 => Self::Calls, Duration => Self::Time }
}
