//! What most libraries have in common.

use crate::breaker::open_wait::OpenWait;
use crate::breaker::settings::{LateResults, Settings};
use crate::breaker::trip::Trip;
use crate::outcome::Classes;

/// Every failure counts, half-open has no end, and late results act as any other.
pub(super) fn plain(trip: Trip, open: impl Into<OpenWait>) -> Settings {
    Settings::of(trip, open).with(|settings| {
        settings.count = Classes::ALL;
        settings.ignore = Classes::NONE;
        settings.late = LateResults::ActCurrent;
    })
}
