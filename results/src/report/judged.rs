//! What is better, what matters, and what it costs.

use sim::measure::{Better, Unit};
use sim::trial::TrialOf;

use super::facts::{Facts, is_change};
use super::verdict::Readiness;
use super::words;
use crate::chart::level;

/// The part of what is lost or gained from which on it matters.
const MATTERS: f64 = 0.002;

/// The part of what something is [held against](Facts::scale) from which on more of it is a price.
const PRICE_MIN: f64 = 0.01;

/// The share of tasks from which on it is told that they are degraded or wrong.
const SEEN: f64 = 0.001;

/// Groups of agents beyond which success is not told of each.
const ASKED_MAX: usize = 4;

/// By how much longer agents may wait for something better.
const PRICE: f64 = 0.25;

impl Facts<'_> {
    /// What is looked at in every trial: what the file asks for, success of each group of agents,
    /// how much of it is whole where some is degraded and right where some is wrong, what it is
    /// worth, and what losses are measured by.
    pub(super) fn asked(&self) -> Vec<usize> {
        let mut asked = vec![self.figures.result().objective];
        let of_agents = self.system.agents.iter().take(ASKED_MAX).flat_map(|one| {
            let place = |name: &str| self.figures.of_group(&one.name, name);
            let degraded = place("degraded");
            let is_degraded =
                degraded.is_some_and(|place| SEEN <= self.figures.estimate(0, place).mean);
            let right = self.right_of(&one.name);
            let complete = place("complete").filter(|_| is_degraded);
            [place("success"), right, complete].into_iter().flatten()
        });
        let all: Vec<usize> = of_agents.chain(self.losses()).collect();
        for place in all {
            if !asked.contains(&place) {
                asked.push(place);
            }
        }
        asked
    }

    /// What a loss is measured by: what tasks are worth if they are worth something; else what the
    /// file looks at, if that is something of its own; else what each group gets done, where a
    /// degraded task counts half, and a wrong one nothing.
    pub(super) fn losses(&self) -> Vec<usize> {
        if let Some(worth) = self.figures.place("system.value") {
            return vec![worth];
        }
        let result = self.figures.result();
        if result.objective().name() != "success" {
            return vec![result.objective];
        }
        let groups = self.system.agents.iter();
        let path = |name: &str| format!("agents.{name}.weighted-goodput");
        groups.filter_map(|one| self.figures.place(&path(&one.name))).collect()
    }

    /// Which direction of a measure is better.
    fn better(&self, place: usize) -> Better {
        let result = self.figures.result();
        if place == result.objective {
            return result.better;
        }
        result.measures[place].better().unwrap_or(Better::Higher)
    }

    /// How much better a variant is than the system as it is written, by what a loss is measured
    /// by; and whether that is more than chance.
    pub(super) fn gain(&self, variant: usize) -> (f64, bool) {
        let mut is_clear = false;
        let gains = self.losses().into_iter().map(|place| {
            let found = self.figures.difference(variant, place);
            is_clear |= words::is_clear(&found);
            if found.mean.is_nan() { 0.0 } else { self.better(place).sign() * found.mean }
        });
        (gains.sum(), is_clear)
    }

    /// Whether a gain is so large that it matters to some group.
    pub(super) fn matters(&self, variant: usize) -> bool {
        self.losses().into_iter().any(|place| {
            let more = self.better(place).sign() * self.figures.difference(variant, place).mean;
            0.0 < more && MATTERS * self.figures.estimate(0, place).mean.abs() <= more
        })
    }

    /// Whether a measure is better (1), worse (-1) or neither (0) than as it is written.
    pub(super) fn turn(&self, variant: usize, place: usize) -> f64 {
        let found = self.figures.difference(variant, place);
        let is_clear = words::is_clear(&found);
        if is_clear { (self.better(place).sign() * found.mean).signum() } else { 0.0 }
    }

    /// The same in a few words: what is lost by what a variant lacks.
    pub(super) fn loss_in_short(&self, variant: usize) -> String {
        let told = self.losses().into_iter().filter_map(|place| {
            let found = 0.0 - self.figures.difference(variant, place).mean;
            let sign = if found < 0.0 { "−" } else { "+" };
            let level = level(found.abs(), self.figures.result().measures[place].unit());
            (found != 0.0).then(|| format!("{} {sign}{level}", self.name(place)))
        });
        words::listed(&told.collect::<Vec<_>>())
    }

    /// How many changes are tried of which some may be advised.
    pub(super) fn comparisons(&self) -> usize {
        self.numbered(is_change).len().max(1)
    }

    /// Whether a variant is better by so much that chance does not do it in any of all the changes
    /// that are tried: by intervals that hold together (Bonferroni).
    fn is_better_among_all(&self, variant: usize) -> bool {
        let among = self.comparisons();
        self.losses().into_iter().any(|place| {
            let found = self.figures.result().difference_of_several(variant, 0, place, among);
            words::is_clear(&found) && 0.0 < self.better(place).sign() * found.mean
        })
    }

    /// What a variant makes worse beyond chance though it is not looked at: how long tasks take and
    /// wait, what is left undone, what breaks off, what is thrown away.
    pub(super) fn prices(&self, variant: usize) -> Vec<usize> {
        let names = ["latency.p95", "frozen", "ungraceful", "lost-work"];
        let asked = self.asked();
        let of_agents = self
            .system
            .agents
            .iter()
            .flat_map(|agents| names.map(|name| self.figures.of_group(&agents.name, name)));
        let is_large = |place: usize| {
            let more = self.figures.difference(variant, place).mean.abs();
            PRICE_MIN * self.scale(place) <= more
        };
        // What is refused at once takes no time, and what only now ends well took none before: who
        // waits longer does so among all tasks, and among those that end well.
        let is_longer = |place: usize| {
            let of_good = self.of_good(place);
            of_good.is_none_or(|of_good| self.turn(variant, of_good) < 0.0)
        };
        let is_price = |place: &usize| {
            let is_worse = self.turn(variant, *place) < 0.0 && is_longer(*place);
            !asked.contains(place) && is_worse && is_large(*place)
        };
        of_agents.flatten().filter(is_price).collect()
    }

    /// Against what a price is large: the time that agents spent on tasks if it is such a time, a
    /// tenth of all tasks if it is a share; else what it is as the system is written.
    fn scale(&self, place: usize) -> f64 {
        let measure = &self.figures.result().measures[place];
        if measure.unit() == Unit::Share {
            return 0.1;
        }
        let busy = self.figures.of_group(&measure.of_whom(), "busy");
        let busy = busy.filter(|_| measure.unit() == Unit::WorkSeconds);
        self.figures.estimate(0, busy.unwrap_or(place)).mean
    }

    /// Where the same is of tasks that end well, if a measure is of how long all take.
    fn of_good(&self, place: usize) -> Option<usize> {
        let path = self.figures.result().measures[place].path();
        self.figures.place(&format!("{}.latency-ok.p95", path.strip_suffix(".latency.p95")?))
    }

    /// Whether a price may be paid for something better: to wait somewhat longer may be, or longer
    /// by no larger a part than what is gained.
    fn is_fair(&self, variant: usize, price: usize) -> bool {
        let is_wait = ["latency.p95", "frozen"]
            .contains(&self.figures.result().measures[price].name().as_ref());
        let part = |place: usize| {
            let more = self.figures.difference(variant, place).mean.abs();
            more / self.figures.estimate(0, place).mean.abs()
        };
        let longer = self.of_good(price).map_or(part(price), |good| part(good).min(part(price)));
        let gains = self.losses().into_iter().map(|place| {
            let sign = self.better(place).sign() * self.figures.difference(variant, place).mean;
            if sign < 0.0 { 0.0 } else { part(place) }
        });
        is_wait && longer < gains.fold(PRICE, f64::max)
    }

    /// Whether a variant can be advised: it is better, and nothing holds it back.
    pub(super) fn is_advisable(&self, variant: usize, of: &TrialOf) -> bool {
        let (gain, is_clear) = self.gain(variant);
        is_clear && 0.0 < gain && self.held_back(variant, of).is_none()
    }

    /// Why a variant that is better is not advised: it leaves out what nothing has tested, chance
    /// may do as much among all that is tried, it does not matter, it takes the system further from
    /// what must hold, makes something worse that is looked at, or has its price.
    pub(super) fn held_back(&self, variant: usize, of: &TrialOf) -> Option<String> {
        let names = |all: Vec<usize>| {
            let names = all.into_iter().map(|place| self.name(place));
            words::listed(&names.collect::<Vec<_>>())
        };
        if let Some(untested) = self.untested_purpose(of) {
            return Some(untested);
        }
        if !self.is_better_among_all(variant) {
            let among = words::counted(self.comparisons(), "change");
            return Some(format!("among {among} chance may do as much"));
        }
        if !self.matters(variant) {
            return Some(format!("that is less than {:.1} % of it", 100.0 * MATTERS));
        }
        let then = self.readiness(variant);
        if then < self.readiness(0) {
            return Some(match then {
                Readiness::Undecided => "whether it is ready could not be told then".to_owned(),
                then => format!("the system would be {} with it", then.word()),
            });
        }
        if let Some(lost) = self.lost(variant) {
            return Some(format!("a target is lost: {}", self.against(variant, &lost)));
        }
        let is_worse = |place: &usize| self.turn(variant, *place) < 0.0;
        let worse: Vec<usize> = self.asked().into_iter().filter(is_worse).collect();
        if !worse.is_empty() {
            return Some(format!("it makes {} worse", names(worse)));
        }
        let prices = self.prices(variant).into_iter();
        let unfair: Vec<usize> = prices.filter(|price| !self.is_fair(variant, *price)).collect();
        (!unfair.is_empty()).then(|| format!("its price is {}", names(unfair)))
    }

    /// By what changes are advised, in a sentence.
    pub(super) fn rule_of_advice(&self) -> String {
        let losses = self.losses().into_iter().map(|place| self.name(place));
        format!(
            "A change is advised where {} gets better by at least {:.1} %, in intervals that hold \
             together over {}, while nothing that is looked at gets worse, no target is lost, \
             nothing more breaks off or is thrown away, and waits get longer by no more than \
             {:.0} %, or than the gain; a pattern is left out only if what it is for was tested.",
            words::listed(&losses.collect::<Vec<_>>()),
            100.0 * MATTERS,
            match self.comparisons() {
                1 => "the one change that was tried".to_owned(),
                many => format!("all {many} changes that were tried"),
            },
            100.0 * PRICE
        )
    }

    /// Where the share of right answers of a group is, if wrong ones are seen.
    pub(super) fn right_of(&self, group: &str) -> Option<usize> {
        let place = |name: &str| self.figures.of_group(group, name);
        let is_seen = |place: usize| SEEN <= self.figures.estimate(0, place).mean;
        place("right").filter(|_| place("wrong").is_some_and(is_seen))
    }

    /// Whether two variants come to the same in all that is looked at, run by run.
    pub(super) fn is_same(&self, one: usize, other: usize) -> bool {
        let is_same = |place: usize| {
            let found = self.figures.result().difference(one, other, place);
            found.mean == 0.0 && found.low == 0.0 && found.high == 0.0
        };
        self.asked().into_iter().all(is_same)
    }
}
