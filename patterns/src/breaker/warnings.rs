//! Settings of a circuit breaker that are written, and have no effect.

use super::half_open::{Close, HalfOpen, Permits};
use super::trip::Trip;
use crate::settings::{Fields, Reader};

/// The keys of all trip conditions.
const OF_TRIPS: [&str; 10] = [
    "failures",
    "within",
    "rate",
    "slow-rate",
    "window",
    "min-calls",
    "compare",
    "memory",
    "any",
    "all",
];

/// The keys that matter only to a breaker that opens by itself.
const OF_OPENING: [&str; 19] = [
    "evaluate",
    "boundary",
    "permits",
    "permits-total",
    "permits-share",
    "permits-every",
    "successes",
    "probes",
    "probe-rate",
    "probe-slow-rate",
    "probe-compare",
    "latest-probes",
    "half-open-timeout",
    "then",
    "on-ignored",
    "count-last",
    "ramp",
    "ramp-first",
    "snapshot-interval",
];

/// What was written, and the reader that collects warnings.
pub(super) struct Written<'a, 'n, 'r> {
    pub(super) fields: &'a Fields<'n>,
    pub(super) reader: &'a mut Reader<'r>,
}

impl Written<'_, '_, '_> {
    fn has(&self, key: &str) -> bool {
        self.fields.node(key).is_some()
    }

    /// Warns that a key has no effect, if it is written.
    pub(super) fn no_effect(&mut self, key: &str, why: &str) {
        if self.has(key) {
            let message = format!("`{key}` has no effect {why}");
            self.reader.no_effect(&self.fields.place_of(key), message);
        }
    }

    /// Warns of what has no effect on a breaker that is held in one state.
    pub(super) fn of_held(&mut self) {
        for key in OF_OPENING {
            self.no_effect(key, "while `mode` holds it in one state");
        }
    }

    /// Warns of keys that belong to another condition.
    pub(super) fn of_trip(&mut self, trip: &Trip) {
        let leading = match trip {
            Trip::Rate { rate: None, .. } => "slow-rate",
            other => other.own_keys()[0],
        };
        for key in OF_TRIPS.into_iter().filter(|key| !trip.own_keys().contains(key)) {
            self.no_effect(key, &format!("beside `{leading}`"));
        }
    }

    /// Warns of what has no effect on a half-open breaker.
    pub(super) fn of_half_open(&mut self, half_open: &HalfOpen) {
        if half_open.half_open_timeout.is_none() {
            self.no_effect("then", "without `half-open-timeout`, for half-open has no end");
        }
        // A library's own numbers, which other keys have replaced.
        let others = ["permits-total", "permits-share", "permits-every"];
        if let Some(other) = others.into_iter().find(|key| self.has(key)) {
            self.no_effect("permits", &format!("beside `{other}`"));
        }
        match half_open.close {
            Close::Successes(_) => self.no_effect("probes", "beside `successes`"),
            Close::Rate { .. } | Close::Latest { .. } => {
                self.no_effect("successes", "beside the share of probes that closes it");
            }
            Close::Of { .. } => {}
        }
        if matches!(half_open.permits, Permits::OneEvery(_)) {
            self.no_effect("on-ignored", "with `permits-every`, whose places never come back");
        }
    }
}
