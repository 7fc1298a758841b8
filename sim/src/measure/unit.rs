//! In what measures count, and which direction is good.

pub use patterns::report::Better;

/// In what a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// Seconds of agents, slots: several may pass at once.
    WorkSeconds,
    /// How many.
    Count,
    /// How many in an hour.
    PerHour,
    /// One number for each of another.
    Ratio,
    /// Dollars.
    Usd,
}

impl Unit {
    /// What tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Seconds => "seconds",
            Self::WorkSeconds => "work seconds",
            Self::Count => "count",
            Self::PerHour => "per hour",
            Self::Ratio => "ratio",
            Self::Usd => "USD",
        }
    }
}
