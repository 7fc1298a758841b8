//! What is done when something is wrong, and who does it.

use patterns::cache::Lasting;
use patterns::settings::{Findings, Node};
use patterns::{Duration, Time};
use sim::fault::{Effect, Schedule};
use sim::model::recovery;
use sim::model::week;

use super::clock::{Begins, DayHours, Days};
use super::distribution::Distribution;
use super::faults::Fault;
use super::hits::Hits;
use super::names::FaultName;
use super::narrow::{KeyRange, Named};

patterns::settings! {
    /// What is done when something is wrong, and what if it does not help.
    ///
    /// A recovery does what a fault does (`hit`, `do`), but not at times that are given: when its
    /// condition holds. Then the condition is looked at anew. If it no longer holds, the recovery
    /// has healed; otherwise it is done again, or another one takes over. What it does has all of
    /// its effects: a cache that is flushed is cold, a breaker that is reset lets everything
    /// through, a service that is restarted loses what it had. To let traffic go to the fallback
    /// behind a breaker is `do = "force"` with `state = "open"`.
    ///
    /// `--pull "NAME@30min"` does it by hand at a time.
    #[derive(Clone, Debug)]
    pub(crate) struct Recovery {
        /// Its name, for measures, and for what hands over to it or follows it.
        name: String [.example("\"clear-caches\"")],
        /// When it is done: a comparison of a measure over the last so much of a run
        /// (`agents.research.success < 80% over 5min`) or over the last so many tasks
        /// (`agents.research.success < 80% over 50 tasks`), or a state in which layers have been
        /// for so long (`every breaker is open for 30s`, `some policies.guarded.breaker is not
        /// closed for 10min`). Times are looked at ten times in each such length, from the warm-up
        /// on, tasks whenever one ends. With `by-hand` it is done by `--pull` alone, and with
        /// `none` by who hands over to it.
        when: Option<String> [.example("\"agents.research.success < 80% over 5min\"")] = None,
        /// When it is done in any case.
        at: Vec<Duration> [.example("[\"30min\"]")] = Vec::new(),
        /// What it hits: see [faults](faults.md).
        hit: Hits [.at_least(1.0).example("\"policies.guarded.cache\"")],
        /// Of the requests there it can hit only what is done for tasks of this group of agents.
        tasks: Option<Named> [.example("\"research\"")] = None,
        /// Of the requests there it can hit only those of this priority.
        priority: Option<u8> [.example("0")] = None,
        /// Of the requests there it can hit only those that ask for this one of several things.
        key: Option<KeyRange> [.at_least(1.0).example("7")] = None,
        /// What it does.
        @flat effect: Effect,
        /// How long that lasts.
        r#for: Option<Lasting> [.unlimited().example("\"10min\"")] = None,
        /// How long it waits before it acts. If the condition no longer holds by then, nothing is
        /// done.
        wait: Duration = Duration::ZERO,
        /// How long it rests after it was done before it may be done again.
        cooldown: Duration = Duration::ZERO,
        /// The human who does it: then it waits until they are at work, have nothing else to do,
        /// and have responded.
        human: Option<FaultName> [.example("\"oncall\"")] = None,
        /// How often it is done, if it does not help, before `then`.
        tries: Option<u32> [.at_least(1.0).none(&["none"]).example("2")] = None,
        /// The recovery that takes over when this one has not helped. Without it, it is done again
        /// and again.
        then: Option<FaultName> [.example("\"call-someone\"")] = None,
    }
    rules Self::rules;
}

patterns::settings! {
    /// Someone who does recoveries, one after the other.
    #[derive(Clone, Debug)]
    pub(crate) struct Human {
        /// How long they take from the time they take something up until it is done.
        response: Distribution [.example("\"lognormal(median=45min, sigma=0.8)\"")],
        /// The hours of the day in which they take something up; those of a night reach into the
        /// next day: `22-6`.
        hours: DayHours [.example("\"9-17\"")] = DayHours::ALL,
        /// The days on which they do.
        days: Days [.example("\"mon-fri\"")] = Days::ALL,
        /// The time of the week at which the run begins.
        starts: Begins [.example("\"fri 18:00\"")] = Begins::MONDAY,
    }
}

/// The word with which a recovery is done by hand alone.
pub(crate) const BY_HAND: &str = "by-hand";

impl Recovery {
    fn rules(&self, found: &mut Findings) {
        let name = self.effect.info().name;
        match self.effect.lasts() {
            Some(_) => {
                let message = format!("left out: `{name}` lasts as long as it takes");
                found.unless(self.r#for.is_none(), "for", message);
            }
            None if self.r#for.is_none() => {
                found.add("do", "given with `for`, how long it lasts", None);
            }
            None => {}
        }
        let waits = self.human.is_some() && !self.wait.is_zero();
        found.unless(!waits, "wait", "left out beside `human`: who is called takes their time");
        let is_more = self.tries.is_none() || self.then.is_some();
        found.unless(is_more, "tries", "given beside `then`: without it, there is no end of them");
    }

    /// What it does, as a fault that hits the same.
    pub(crate) fn as_fault(&self) -> Fault {
        Fault::on_demand(
            self.hit.clone(),
            (self.tasks.clone(), self.priority, self.key),
            self.effect.clone(),
        )
    }

    /// When what it does is on.
    pub(crate) fn schedule(&self) -> Schedule {
        let own = self.effect.lasts();
        let lasts = own.or(self.r#for.map(|Lasting(lasts)| lasts)).unwrap_or(Duration::ZERO);
        Schedule::OnDemand { lasts }
    }

    /// The recovery, as it is run; what triggers it comes later.
    pub(crate) fn resolved(
        &self,
        fault: usize,
        by: Option<usize>,
        then: Option<usize>,
    ) -> recovery::Recovery {
        let tries = match (self.tries, &self.then) {
            (Some(tries), _) => tries,
            (None, Some(_)) => 1,
            (None, None) => u32::MAX,
        };
        recovery::Recovery {
            name: self.name.clone(),
            when: None,
            fault,
            at: self.at.iter().map(|at| Time::ZERO + *at).collect(),
            wait: self.wait,
            cooldown: self.cooldown,
            by,
            tries,
            then,
        }
    }
}

impl Human {
    /// The human, as they are run.
    pub(crate) fn resolved(&self, name: &str) -> recovery::Human {
        let is_always = self.hours == DayHours::ALL && self.days == Days::ALL;
        let (hours, begins) = ((self.hours.from, self.hours.to), self.starts.0);
        let hours = if is_always {
            week::Hours::default()
        } else {
            week::Hours::new(self.days.0, hours, begins)
        };
        recovery::Human { name: name.to_owned(), response: self.response.sampler(), hours }
    }
}

/// The text of the key `when` of a recovery, if it is one.
pub(crate) fn condition_of(item: &Node) -> Option<(&str, &Node)> {
    let node = item.get("when")?;
    node.text().filter(|text| *text != "none").map(|text| (text, node))
}
