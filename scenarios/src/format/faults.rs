//! Failure injections.

use patterns::cache::Lasting;
use patterns::settings::{Fields, Findings, Reader};
use patterns::{Duration, Time};
use sim::fault::{Effect, Schedule, Scope};
use sim::model::system::{self, Place};

use super::arrivals::exponential;
use super::distribution::Distribution;
use super::hits::Hits;
use super::names::FaultName;
use super::narrow::{KeyRange, Named};

/// The least time from one beginning of a fault to the next, in nanoseconds, so that a run ends.
const CYCLE_MIN: f64 = 1e3;

patterns::settings! {
    /// A failure injection: what it hits, what it does, and when.
    ///
    /// It is on once, by `at` and `for`; again and again at fixed times, by these and `every`;
    /// again and again by chance, by `mtbf` and `mttr` (or the distributions `up` and `down`); or
    /// whenever another fault has ended, by `after` and `for`. What takes no time has no `for`.
    #[derive(Clone, Debug)]
    pub(crate) struct Fault {
        /// A name, after which its random numbers are drawn; with `none` it is called after what it
        /// does and to whom: `github-hang`, and `github-hang-2` for the second of these.
        name: Option<String> = None,
        /// What it hits, or a list: then all are hit in the same instants, as by a common cause. A
        /// service, or one of its replicas (`"github#2"`); an edge (`"research -> github"`: only
        /// requests of this caller to this service); a group of agents, in their own work if the
        /// fault makes work slow, and else on all ways out of them; or a layer, on all edges
        /// (`"policies.guarded.cache"`) or on one (`"research -> github.cache"`), by its number if
        /// there are several (`"policies.guarded.retry#2"`).
        hit: Hits [.at_least(1.0).example("\"github\"")],
        /// Of the requests there it can hit only what is done for tasks of this group of agents,
        /// whichever service calls.
        tasks: Option<Named> [.example("\"research\"")] = None,
        /// Of the requests there it can hit only those of this priority.
        priority: Option<u8> [.example("0")] = None,
        /// Of the requests there it can hit only those that ask for this one of several things, or
        /// one of these (`"1 to 10"`), counted from 1 on: see `keys` of a step.
        key: Option<KeyRange> [.at_least(1.0).example("7")] = None,
        /// What it does.
        @flat effect: Effect,
        /// When it begins.
        at: Option<Duration> [.example("\"30min\"")] = None,
        /// How long it lasts.
        r#for: Option<Lasting> [.unlimited().example("\"10min\"")] = None,
        /// From one beginning to the next, if it comes again and again at fixed times.
        every: Option<Duration> [.at_least(CYCLE_MIN).example("\"1h\"")] = None,
        /// With `every`: with which chance it begins, each time.
        chance: f64 [.share().above(0.0).example("0.2")] = 1.0,
        /// The name of an earlier fault of the file, or of a recovery, whenever whose end it
        /// begins: the next stage of an outage, or what a restart brings with it. One that is still
        /// on goes on.
        after: Option<FaultName> [.example("\"github-down\"")] = None,
        /// The time from the end of one fault to the next. A recovery that mends a fault moves
        /// neither: the next one comes when it would have come without it, so that all variants
        /// have the same faults.
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
        self.cycle_rule(found);
        if self.effect.lasts().is_some() {
            self.instant_rules(found);
        } else {
            self.schedule_rules(found);
        }
    }

    /// What comes by chance comes after some time on average.
    fn cycle_rule(&self, found: &mut Findings) {
        let key = if self.mtbf.is_some() { "mtbf" } else { "up" };
        if (self.mtbf.is_none() && self.up.is_none()) || self.after.is_some() {
            return;
        }
        let (up, down) = self.renewal();
        let nanos = (up.mean_secs() + down.mean_secs()) * 1e9;
        // That both are none has a message of its own.
        let is_none = |of: &Option<Distribution>| of.as_ref().is_some_and(Distribution::is_none);
        let are_none = is_none(&self.up) && is_none(&self.down);
        if nanos < CYCLE_MIN && (self.effect.lasts().is_some() || !are_none) {
            let longer = "longer: from one beginning to the next it is at least 1us on average";
            found.add(key, longer, None);
        }
    }

    /// How long it is off and on each time, if it comes by chance.
    fn renewal(&self) -> (sim::kernel::Distribution, sim::kernel::Distribution) {
        let lasting = |own: &Option<Distribution>, mean: Option<Duration>| match (own, mean) {
            (Some(own), _) => own.sampler(),
            (None, mean) => exponential(mean.unwrap_or(Duration::MAX)),
        };
        let own = self.effect.lasts().map(sim::kernel::Distribution::constant);
        let down = own.unwrap_or_else(|| lasting(&self.down, self.mttr));
        (lasting(&self.up, self.mtbf), down)
    }

    /// What hits the same when something triggers it.
    pub(crate) fn on_demand(
        hit: Hits,
        (tasks, priority, key): (Option<Named>, Option<u8>, Option<KeyRange>),
        effect: Effect,
    ) -> Self {
        Self {
            name: None,
            hit,
            tasks,
            priority,
            key,
            effect,
            at: None,
            r#for: None,
            every: None,
            chance: 1.0,
            after: None,
            up: None,
            down: None,
            mtbf: None,
            mttr: None,
        }
    }

    /// Of what says itself how long it lasts.
    fn instant_rules(&self, found: &mut Findings) {
        let name = self.effect.info().name;
        let lasting = [
            ("for", self.r#for.is_some()),
            ("mttr", self.mttr.is_some()),
            ("down", self.down.is_some()),
        ];
        for (key, is_written) in lasting {
            let why = match self.effect.lasts() {
                Some(Duration::ZERO) => format!("left out: `{name}` takes no time"),
                _ => format!("left out: `{name}` lasts as long as it `takes`"),
            };
            found.unless(!is_written, key, why);
        }
        found.unless(self.up.is_none() || self.mtbf.is_none(), "up", "left out beside `mtbf`");
        let is_up = self.up.is_some() || self.mtbf.is_some();
        if self.after.is_some() {
            let is_alone = self.at.is_none() && self.every.is_none() && !is_up;
            found.unless(is_alone, "after", "left out beside `at`, `every`, `mtbf` and `up`");
            return;
        }
        let key = if self.at.is_some() { "at" } else { "every" };
        match (self.at.is_some() || self.every.is_some(), is_up) {
            (false, false) => found.add("do", "given with its time: `at`, `mtbf` or `after`", None),
            (true, true) => found.add(key, "left out beside `mtbf` and `up`", None),
            (true, false) => {
                found.unless(self.at.is_some(), "every", "given beside `at`");
                let lasts = self.effect.lasts();
                let is_over = lasts == Some(Duration::ZERO)
                    || self.every.is_none_or(|every| Some(every) > lasts);
                found.unless(is_over, "every", "longer than it `takes`");
            }
            (false, true) => {}
        }
    }

    fn schedule_rules(&self, found: &mut Findings) {
        let is_none = |of: &Option<Distribution>| of.as_ref().is_some_and(Distribution::is_none);
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
                found.unless(self.r#for.is_some(), "at", "given with `for`, how long it lasts");
                let is_over = self.every.is_none_or(|every| Some(every) > self.lasts());
                found.unless(is_over, "every", "longer than `for`");
            }
            (false, true) if is_none(&self.up) && is_none(&self.down) => {
                found.add("down", "longer than 0s, or `up` is", None);
            }
            (false, true) => {
                let up = if self.mtbf.is_some() { "mtbf" } else { "up" };
                found.unless(is_down, up, "given beside `mttr` or `down`");
                let down = if self.mttr.is_some() { "mttr" } else { "down" };
                found.unless(is_up, down, "given beside `mtbf` or `up`");
            }
        }
    }

    /// How long it lasts, if it comes at fixed times.
    fn lasts(&self) -> Option<Duration> {
        let is_fixed = self.at.is_some() || self.after.is_some();
        let own = self.effect.lasts().filter(|_| is_fixed);
        self.r#for.map(|Lasting(lasts)| lasts).or(own)
    }

    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        let is_none = |of: &Option<Distribution>| of.as_ref().is_some_and(Distribution::is_none);
        let mut warn = |key: &str, why: &str| {
            reader.no_effect(&fields.place_of(key), why);
        };
        if self.r#for == Some(Lasting(Duration::ZERO)) {
            warn("for", "a fault that lasts no time only hits what is there in that instant");
        }
        if is_none(&self.down) {
            warn("down", "a fault that lasts no time only hits what is there in that instant");
        }
        if is_none(&self.up) {
            warn("up", "the fault begins anew in the instant in which it ends");
        }
    }

    /// The fault, as it is run, at these places and on these requests; `after` is the index of the
    /// fault that it follows.
    pub(crate) fn resolved(
        &self,
        name: String,
        hits: Vec<Place>,
        scope: Scope,
        after: Option<usize>,
    ) -> system::Fault {
        let schedule = match (self.at, self.lasts(), after) {
            (_, Some(lasts), Some(fault)) => Schedule::After { fault, lasts },
            (Some(at), Some(lasts), None) if self.every.is_some() => {
                let every = self.every.unwrap_or(Duration::MAX);
                Schedule::Every { at: Time::ZERO + at, lasts, every, chance: self.chance }
            }
            (Some(at), Some(lasts), None) => Schedule::Once { at: Time::ZERO + at, lasts },
            _ => {
                let (up, down) = self.renewal();
                Schedule::Renewal { up, down }
            }
        };
        let effect = self.effect.clone().within(scope);
        system::Fault { name, hits, effect, schedule }
    }
}
