//! Which of several targets is next.

use super::settings::{Picker, SlowStart};
use crate::time::Duration;

/// The weight of a target with its whole share.
pub(super) const FULL: u64 = 1_000_000;

/// The weight of a target that came back this long ago.
pub(super) fn slow_weight(slow: &SlowStart, age: Duration) -> u64 {
    if slow.window <= age {
        return FULL;
    }
    let part = age.as_nanos() as f64 / slow.window.as_nanos() as f64;
    let least = f64::from(slow.min_weight_percent) / 100.0;
    let weight = libm::pow(part, 1.0 / slow.aggression).max(least);
    (weight * FULL as f64 + 0.5) as u64
}

/// Targets to pick from, and what the pickers remember.
#[derive(Clone, Debug)]
pub(super) struct Picks {
    picker: Picker,
    /// How many calls are under way to each target.
    pub(super) in_flight: Vec<u32>,
    /// The targets that may be picked, in order, and the weight of each.
    open: Vec<(u16, u64)>,
    /// Whose turn is next.
    cursor: u16,
    /// What each target has saved up for a turn while its weight is less than full.
    credit: Vec<u64>,
}

impl Picks {
    pub(super) fn new(picker: Picker, targets: u16) -> Self {
        let targets = usize::from(targets);
        Self {
            picker,
            in_flight: vec![0; targets],
            open: Vec::with_capacity(targets),
            cursor: 0,
            credit: vec![0; targets],
        }
    }

    /// Begins anew with these targets.
    pub(super) fn offer(&mut self, open: impl Iterator<Item = (u16, u64)>) {
        self.open.clear();
        self.open.extend(open);
    }

    /// Picks one of the targets that were offered, if there are any.
    pub(super) fn pick(&mut self, caller: u16, draws: [f64; 2]) -> Option<u16> {
        if self.open.is_empty() {
            return None;
        }
        let target = match self.picker {
            Picker::RoundRobin => self.turn(),
            Picker::Random => self.open[self.drawn(draws[0], None)].0,
            Picker::LeastInFlight => {
                self.keep_least();
                self.turn()
            }
            Picker::TwoChoices => self.better(draws),
            Picker::ByCaller => self.of_caller(caller),
            Picker::InOrder => self.open[0].0,
        };
        Some(target)
    }

    /// The next in turn. A target with half the largest weight is passed over every other time.
    fn turn(&mut self) -> u16 {
        let most = self.open.iter().map(|(_, weight)| *weight).fold(1, u64::max);
        let first = self.open.partition_point(|(target, _)| *target < self.cursor);
        let (before, behind) = self.open.split_at(first);
        for &(target, weight) in behind.iter().chain(before).cycle() {
            let credit = &mut self.credit[usize::from(target)];
            *credit += weight;
            if most <= *credit {
                *credit -= most;
                self.cursor = target.saturating_add(1);
                return target;
            }
        }
        unreachable!("the one with the largest weight has its turn in the first round")
    }

    /// Where among the targets this draw points, each as wide as its weight, without one of them.
    fn drawn(&self, draw: f64, without: Option<usize>) -> usize {
        let weight = |(place, (_, weight)): (usize, &(u16, u64))| {
            if Some(place) == without { 0 } else { *weight }
        };
        let weights = self.open.iter().enumerate().map(weight);
        let total: u64 = weights.clone().sum();
        let rest = (draw * total as f64) as u64;
        // All are added up, since where to stop is by chance, and no processor foresees that.
        let ends = weights.scan(0, |end, weight| {
            *end += weight;
            Some(*end)
        });
        let place: usize = ends.map(|end| usize::from(end <= rest)).sum();
        let last = self.open.len() - 1;
        place.min(if without == Some(last) { last - 1 } else { last })
    }

    fn better(&self, draws: [f64; 2]) -> u16 {
        let first = self.drawn(draws[0], None);
        if self.open.len() == 1 {
            return self.open[first].0;
        }
        let second = self.drawn(draws[1], Some(first));
        let [first, second] = [first, second].map(|place| self.open[place].0);
        let calls = |target: u16| self.in_flight[usize::from(target)];
        if calls(second) < calls(first) { second } else { first }
    }

    /// Keeps the targets with the fewest calls under way for their weight.
    fn keep_least(&mut self) {
        let calls = |target: u16| u64::from(self.in_flight[usize::from(target)]);
        let mut least = self.open[0];
        for &(target, weight) in &self.open {
            if calls(target) * least.1 < calls(least.0) * weight {
                least = (target, weight);
            }
        }
        self.open.retain(|&(target, weight)| calls(target) * least.1 == calls(least.0) * weight);
    }

    fn of_caller(&self, caller: u16) -> u16 {
        let targets = self.in_flight.len() as u16;
        let home = caller % targets;
        match self.open.binary_search_by_key(&home, |(target, _)| *target) {
            Ok(place) => self.open[place].0,
            Err(_) => self.open[usize::from(caller / targets) % self.open.len()].0,
        }
    }
}
