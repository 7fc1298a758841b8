//! The timeout itself.

use super::report::Counters;
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::settings::check;
use crate::time::Time;

/// A limit on how long an answer may take.
///
/// # Example
///
/// ```
/// use patterns::timeout::{Settings, Timeout};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let timeout = Timeout::new(Settings::of(Duration::from_secs(30)))?;
/// assert_eq!(timeout.deadline(Time::ZERO), Time::ZERO + Duration::from_secs(30));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Timeout {
    settings: Settings,
    /// For the layer alone.
    pub(super) counters: Counters,
}

impl Timeout {
    /// A timeout with these settings.
    ///
    /// # Errors
    ///
    /// If the limit is zero.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self { settings, counters: Counters::default() })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// When a call that begins at `now` is given up; [`Time::MAX`] stands for never.
    pub fn deadline(&self, now: Time) -> Time {
        now + self.settings.limit
    }
}
