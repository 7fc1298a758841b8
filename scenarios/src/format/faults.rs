//! Failure injections.

use patterns::settings::{Fields, Findings, Reader};
use patterns::{Duration, Time};
use sim::fault::{Effect, Schedule};
use sim::model::system;

use super::arrivals::exponential;
use super::distribution::Distribution;
use super::names::ServiceName;

patterns::settings! {
    /// A failure injection: what it hits, what it does, and when.
    ///
    /// It is on once, by `at` and `for`, or again and again, by `mtbf` and `mttr` (or the
    /// distributions `up` and `down`).
    #[derive(Clone, Debug)]
    pub(crate) struct Fault {
        /// A name, after which its random numbers are drawn; with `none` it is called after what it
        /// does and to whom: `github-hang`, and `github-hang-2` for the second of these.
        name: Option<String> = None,
        /// The service that it hits.
        hit: ServiceName [.example("\"github\"")],
        /// What it does.
        @flat effect: Effect,
        /// When it begins.
        at: Option<Duration> [.example("\"30min\"")] = None,
        /// How long it lasts.
        r#for: Option<Duration> [.example("\"10min\"")] = None,
        /// The time from one fault to the next.
        up: Option<Distribution> [.example("\"exponential(6h)\"")] = None,
        /// How long each one lasts.
        down: Option<Distribution> [.example("\"exponential(10min)\"")] = None,
        /// Mean time between failures: short for `up = "exponential(…)"`.
        mtbf: Option<Duration> [.above(0.0)] = None,
        /// Mean time to repair: short for `down = "exponential(…)"`.
        mttr: Option<Duration> [.above(0.0)] = None,
    }
    rules Self::schedule_rules;
    warns Self::warns;
}

impl Fault {
    fn schedule_rules(&self, found: &mut Findings) {
        found.unless(self.up.is_none() || self.mtbf.is_none(), "up", "left out beside `mtbf`");
        found.unless(self.down.is_none() || self.mttr.is_none(), "down", "left out beside `mttr`");
        let is_up = self.up.is_some() || self.mtbf.is_some();
        let is_down = self.down.is_some() || self.mttr.is_some();
        let once = self.at.is_some() || self.r#for.is_some();
        match (once, is_up || is_down) {
            (false, false) => {
                found.add("do", "given with its time: `at` and `for`, or `mtbf` and `mttr`", None);
            }
            (true, true) => {
                let key = if self.at.is_some() { "at" } else { "for" };
                found.add(key, "left out beside `mtbf`, `mttr`, `up` and `down`", None);
            }
            (true, false) => {
                found.unless(self.at.is_some(), "for", "given beside `at`");
                found.unless(self.r#for.is_some(), "at", "given beside `for`");
            }
            (false, true) => {
                let up = if self.mtbf.is_some() { "mtbf" } else { "up" };
                found.unless(is_down, up, "given beside `mttr` or `down`");
                let down = if self.mttr.is_some() { "mttr" } else { "down" };
                found.unless(is_up, down, "given beside `mtbf` or `up`");
            }
        }
    }

    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.r#for.is_some_and(Duration::is_zero) {
            reader.no_effect(&fields.place_of("for"), "a fault that lasts no time does nothing");
        }
    }

    /// The fault, as it is run.
    pub(crate) fn resolved(&self, name: String) -> system::Fault {
        let lasting = |own: &Option<Distribution>, mean: Option<Duration>| match (own, mean) {
            (Some(own), _) => own.sampler(),
            (None, mean) => exponential(mean.unwrap_or(Duration::MAX)),
        };
        let schedule = match (self.at, self.r#for) {
            (Some(at), Some(lasts)) => Schedule::Once { at: Time::ZERO + at, lasts },
            _ => Schedule::Renewal {
                up: lasting(&self.up, self.mtbf),
                down: lasting(&self.down, self.mttr),
            },
        };
        let effect = self.effect.clone();
        system::Fault { name, service: self.hit.0, effect, schedule }
    }
}
