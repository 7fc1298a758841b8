//! Failure injections.

use patterns::settings::{Fields, Findings, Reader};
use patterns::{Class, Duration, Time};
use sim::model::system::{self, Schedule};

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
        r#do: Effect [.example("\"hang\"")],
        /// For `slow`: how many times as long work takes.
        factor: Option<f64> [.above(0.0)] = None,
        /// For `errors`: the class of failure.
        class: Option<Class> = None,
        /// For `errors`: the share of requests that fail.
        share: Option<f64> [.share()] = None,
        /// For `hang`: whether work goes on where it stood when the fault ends. Otherwise what the
        /// service held is lost.
        resume: bool = false,
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
    rules Self::rules;
    warns Self::warns;
}

patterns::settings! {
    /// What a fault does.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Effect {
        /// Requests are refused at once, and those under way are lost.
        Down,
        /// Requests are taken and never answered.
        Hang,
        /// Work takes longer, by `factor`.
        Slow,
        /// A `share` of requests fails, as `class`.
        Errors,
    }
}

impl Fault {
    fn rules(&self, found: &mut Findings) {
        let effect = self.r#do;
        let only = |found: &mut Findings, is_given: bool, key: &str, of: Effect, name: &str| {
            let stray = is_given && effect != of;
            found.unless(!stray, key, format!("left out: only `do = \"{name}\"` has it"));
            let missing = !is_given && effect == of;
            found.unless(!missing, key, format!("given beside `do = \"{name}\"`"));
        };
        only(found, self.factor.is_some(), "factor", Effect::Slow, "slow");
        only(found, self.class.is_some(), "class", Effect::Errors, "errors");
        only(found, self.share.is_some(), "share", Effect::Errors, "errors");
        let stray = self.resume && effect != Effect::Hang;
        found.unless(!stray, "resume", "left out: only `do = \"hang\"` has it");
        self.schedule_rules(found);
    }

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
        if self.share.is_some_and(|share| share <= 0.0) {
            reader.no_effect(&fields.place_of("share"), "a share of 0 fails no request");
        }
    }

    /// What it does, in a name.
    pub(crate) fn what(&self) -> String {
        match self.r#do {
            Effect::Down => "down".to_owned(),
            Effect::Hang => "hang".to_owned(),
            Effect::Slow => "slow".to_owned(),
            Effect::Errors => self.class.map_or("errors".to_owned(), |class| class.to_string()),
        }
    }

    /// The fault, as it is run.
    pub(crate) fn resolved(&self, name: String) -> system::Fault {
        let effect = match self.r#do {
            Effect::Down => system::Effect::Down,
            Effect::Hang => system::Effect::Hang { resume: self.resume },
            Effect::Slow => system::Effect::Slow(self.factor.unwrap_or(1.0)),
            Effect::Errors => {
                let class = self.class.unwrap_or(Class::Network);
                system::Effect::Errors(class, self.share.unwrap_or(0.0))
            }
        };
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
        system::Fault { name, service: self.hit.0, effect, schedule }
    }
}
