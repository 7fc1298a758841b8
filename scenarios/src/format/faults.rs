//! Failure injections.

use patterns::settings::{Fields, Findings, Reader};
use patterns::{Duration, Time};
use sim::fault::{Effect, Schedule};
use sim::model::system::{self, Place};

use super::arrivals::exponential;
use super::distribution::Distribution;
use super::hits::{Hit, Hits};
use super::names::FaultName;

patterns::settings! {
    /// A failure injection: what it hits, what it does, and when.
    ///
    /// It is on once, by `at` and `for`; again and again at fixed times, by these and `every`;
    /// again and again by chance, by `mtbf` and `mttr` (or the distributions `up` and `down`); or
    /// whenever another fault has ended, by `after` and `for`.
    #[derive(Clone, Debug)]
    pub(crate) struct Fault {
        /// A name, after which its random numbers are drawn; with `none` it is called after what it
        /// does and to whom: `github-hang`, and `github-hang-2` for the second of these.
        name: Option<String> = None,
        /// The service that it hits, one of its replicas (`"github#2"`), an edge (`"research ->
        /// github"`: only requests of this caller to this service), or a list of these: all are hit
        /// in the same instants, as by a common cause.
        hit: Hits [.at_least(1.0).example("\"github\"")],
        /// What it does.
        @flat effect: Effect,
        /// When it begins.
        at: Option<Duration> [.example("\"30min\"")] = None,
        /// How long it lasts.
        r#for: Option<Duration> [.example("\"10min\"")] = None,
        /// From one beginning to the next, if it comes again and again at fixed times.
        every: Option<Duration> [.above(0.0).example("\"1h\"")] = None,
        /// With `every`: with which chance it begins, each time.
        chance: f64 [.share().above(0.0).example("0.2")] = 1.0,
        /// The name of an earlier fault of the file, whenever whose end it begins: the next stage
        /// of an outage, or what a restart brings with it. One that is still on goes on.
        after: Option<FaultName> [.example("\"github-down\"")] = None,
        /// The time from one fault to the next.
        up: Option<Distribution> [.example("\"exponential(6h)\"")] = None,
        /// How long each one lasts.
        down: Option<Distribution> [.example("\"exponential(10min)\"")] = None,
        /// Mean time between failures: short for `up = "exponential(…)"`.
        mtbf: Option<Duration> [.above(0.0)] = None,
        /// Mean time to repair: short for `down = "exponential(…)"`.
        mttr: Option<Duration> [.above(0.0)] = None,
    }
    rules Self::rules;
    warns Self::warns;
}

impl Fault {
    fn rules(&self, found: &mut Findings) {
        self.schedule_rules(found);
        let hits_edge = self.hit.0.iter().any(|hit| hit.caller.is_some());
        let can = self.effect.info().hits_edges || !hits_edge;
        found.unless(can, "hit", "a service: what this fault does cannot happen on an edge");
    }

    fn schedule_rules(&self, found: &mut Findings) {
        found.unless(self.up.is_none() || self.mtbf.is_none(), "up", "left out beside `mtbf`");
        found.unless(self.down.is_none() || self.mttr.is_none(), "down", "left out beside `mttr`");
        let is_up = self.up.is_some() || self.mtbf.is_some();
        let is_down = self.down.is_some() || self.mttr.is_some();
        let once = self.at.is_some() || self.r#for.is_some() || self.every.is_some();
        let is_certain = self.chance >= 1.0 || self.every.is_some();
        found.unless(is_certain, "chance", "left out without `every`");
        if self.after.is_some() {
            let is_alone = self.at.is_none() && self.every.is_none() && !is_up && !is_down;
            found.unless(is_alone, "after", "left out beside `at`, `every`, `mtbf`, `mttr`, …");
            found.unless(self.r#for.is_some(), "after", "given beside `for`");
            return;
        }
        match (once, is_up || is_down) {
            (false, false) => {
                found.add("do", "given with its time: `at` and `for`, or `mtbf` and `mttr`", None);
            }
            (true, true) => {
                let key = match (self.at, self.r#for) {
                    (Some(_), _) => "at",
                    (None, Some(_)) => "for",
                    (None, None) => "every",
                };
                found.add(key, "left out beside `mtbf`, `mttr`, `up` and `down`", None);
            }
            (true, false) if self.at.is_none() && self.r#for.is_none() => {
                found.add("every", "given beside `at` and `for`", None);
            }
            (true, false) => {
                found.unless(self.at.is_some(), "for", "given beside `at`");
                found.unless(self.r#for.is_some(), "at", "given beside `for`");
                let is_over = self.every.is_none_or(|every| Some(every) > self.r#for);
                found.unless(is_over, "every", "longer than `for`");
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
            reader.no_effect(
                &fields.place_of("for"),
                "a fault that lasts no time only hits what is there in that instant",
            );
        }
    }

    /// The fault, as it is run.
    ///
    /// What it hits is looked up by `place`; `after` is the index of the fault that it follows.
    pub(crate) fn resolved(
        &self,
        name: String,
        place: impl Fn(&Hit) -> Place,
        after: Option<usize>,
    ) -> system::Fault {
        let lasting = |own: &Option<Distribution>, mean: Option<Duration>| match (own, mean) {
            (Some(own), _) => own.sampler(),
            (None, mean) => exponential(mean.unwrap_or(Duration::MAX)),
        };
        let schedule = match (self.at, self.r#for, after) {
            (_, Some(lasts), Some(fault)) => Schedule::After { fault, lasts },
            (Some(at), Some(lasts), None) if self.every.is_some() => {
                let every = self.every.unwrap_or(Duration::MAX);
                Schedule::Every { at: Time::ZERO + at, lasts, every, chance: self.chance }
            }
            (Some(at), Some(lasts), None) => Schedule::Once { at: Time::ZERO + at, lasts },
            _ => Schedule::Renewal {
                up: lasting(&self.up, self.mtbf),
                down: lasting(&self.down, self.mttr),
            },
        };
        let effect = self.effect.clone();
        let hits = self.hit.0.iter().map(place).collect();
        system::Fault { name, hits, effect, schedule }
    }
}
