//! Why a run ended before its horizon.

use std::fmt;

/// Why a run ended before its horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// Some ten million events happened in one instant: it would go on for ever.
    TimeStandsStill,
    /// More was open at once than was allowed.
    TooManyOpen,
    /// More events happened than were allowed.
    TooManyEvents,
    /// It was stopped from outside.
    Interrupted,
    /// An abort condition held: the one at this place in the system.
    Aborted(u32),
}

impl Stop {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeStandsStill => "time-stands-still",
            Self::TooManyOpen => "too-many-open",
            Self::TooManyEvents => "too-many-events",
            Self::Interrupted => "interrupted",
            Self::Aborted(_) => "aborted",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeStandsStill => "ten million events happened in one instant",
            Self::TooManyOpen => "more tasks, requests or calls were open at once than fit",
            Self::TooManyEvents => "more events happened than the limit allows",
            Self::Interrupted => "it was interrupted",
            Self::Aborted(_) => "an abort condition held",
        })
    }
}
