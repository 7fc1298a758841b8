//! What is better, what matters, and what it costs.

use sim::measure::Better;
use sim::trial::TrialOf;

use super::facts::Facts;
use super::words;
use crate::chart::level;

/// The part of what is lost or gained from which on it matters.
const MATTERS: f64 = 0.002;

/// The part of what something is from which on more of it is a price.
const PRICE_MIN: f64 = 0.01;

/// By how much longer agents may wait for something better.
const PRICE: f64 = 0.25;

impl Facts<'_> {
    /// What a loss is measured by: what tasks are worth if they are worth something; else what the
    /// file looks at, if that is something of its own; else what each group gets done, where a
    /// degraded task counts half.
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

    /// Whether a gain is so large that it matters.
    pub(super) fn matters(&self, gain: f64) -> bool {
        let level = |place: &usize| self.figures.estimate(0, *place).mean;
        let level: f64 = self.losses().iter().map(level).map(f64::abs).sum();
        MATTERS * level <= gain
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
        let is_change = |of: &TrialOf| {
            matches!(of, TrialOf::Setting { .. } | TrialOf::Added { .. } | TrialOf::Without { .. })
        };
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
        let of_agents = self.system.agents.iter().flat_map(|agents| {
            names.map(|name| self.figures.place(&format!("agents.{}.{name}", agents.name)))
        });
        let is_large = |place: usize| {
            let level = self.figures.estimate(0, place).mean;
            PRICE_MIN * level <= self.figures.difference(variant, place).mean.abs()
        };
        let is_price = |place: &usize| {
            !asked.contains(place) && self.turn(variant, *place) < 0.0 && is_large(*place)
        };
        of_agents.flatten().filter(is_price).collect()
    }

    /// Whether a price may be paid for something better: to wait somewhat longer may be.
    fn is_fair(&self, variant: usize, price: usize) -> bool {
        let is_wait = ["latency.p95", "frozen"]
            .contains(&self.figures.result().measures[price].name().as_ref());
        let more = self.figures.difference(variant, price).mean.abs();
        is_wait && more < PRICE * self.figures.estimate(0, price).mean
    }

    /// Whether a variant can be advised: it is better beyond chance, by something that matters,
    /// makes nothing worse that is looked at, makes nobody wait much longer, and does not take the
    /// system further from what must hold.
    pub(super) fn is_advisable(&self, variant: usize) -> bool {
        let (gain, _) = self.gain(variant);
        self.is_better_among_all(variant)
            && 0.0 < gain
            && self.matters(gain)
            && self.readiness(0) <= self.readiness(variant)
            && self.asked().into_iter().all(|place| 0.0 <= self.turn(variant, place))
            && self.prices(variant).into_iter().all(|price| self.is_fair(variant, price))
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
