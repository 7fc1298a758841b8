//! Deadlines as libraries check them, in their own numbers.

use super::settings::{Reject, Settings};
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

settings! {
    /// Finagle's `DeadlineFilter`. It is off there until its mode is changed from
    /// `DarkMode` to `Enabled`; this is what it does then.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Finagle {
        /// `rejectPeriod`: over which time the rejected share is counted. There from 1 s to 60 s.
        reject_period: Duration [.at_least(1e9).at_most(60e9)] = Duration::from_secs(10),
        /// `maxRejectFraction`: the share of calls that may be rejected. With 0 none is.
        max_reject_fraction: f64 [.share()] = 0.2,
    }
}

impl Like<Settings> for Finagle {
    fn settings(&self) -> Settings {
        let (share, within) = (self.max_reject_fraction, self.reject_period);
        // The filter looks at a call only when it comes; timeouts are a module of their own.
        Settings { reject: Reject::Share { share, within }, gives_up: false, ..Settings::of() }
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![Preset::of::<Finagle>(
        "finagle",
        "`DeadlineFilter`, enabled: rejects 20 % of 10 s at most",
    )]
}
