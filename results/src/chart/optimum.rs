//! Where a line along an axis has its best value within: what is less and what is more is worse.

use super::numbers::numbers;
use super::paint::Role;
use super::plot::Swatch;
use super::scene::{Area, Scene};
use super::{finding, scale, words};
use crate::sweep_result::SweepResult;

/// A best value with worse ones on both sides.
pub(crate) struct Optimum {
    /// By place on the axis: the cells of the file as it is written.
    cells: Vec<usize>,
    /// The place of the best.
    best: usize,
    /// From which place to which all may be as good.
    plateau: (usize, usize),
    /// The place of the file's own value, if it has one.
    own: Option<usize>,
}

impl Optimum {
    /// The optimum along the last axis, of the file as it is written, with the other axes at its
    /// own values. None if the axis is no choice or has no order, or if one of its ends may be as
    /// good as the best.
    pub(crate) fn of(result: &SweepResult) -> Option<Self> {
        let last = result.axes.len().checked_sub(1)?;
        let axis = &result.axes[last];
        numbers(axis).filter(|_| !axis.is_condition() && 3 <= axis.values.len())?;
        let mut places = finding::own(result);
        let cells = (0..axis.values.len()).map(|place| {
            places[last] = place;
            result.cell(0, &places)
        });
        let cells: Vec<usize> = cells.collect();
        let merit = |place: usize| result.merit(cells[place]);
        if (0..cells.len()).any(|place| merit(place).is_nan()) {
            return None;
        }
        let best = (1..cells.len()).fold(
            0,
            |best, place| {
                if merit(best) < merit(place) { place } else { best }
            },
        );
        let others = cells.len() - 1;
        let is_tied =
            |place: usize| place == best || result.is_tied_among(cells[place], cells[best], others);
        if is_tied(0) || is_tied(others) {
            return None;
        }
        let from = (0..best).rfind(|place| !is_tied(*place)).map_or(0, |place| place + 1);
        let to = (best..=others).find(|place| !is_tied(*place)).map_or(others, |place| place - 1);
        let own = result.default.as_ref().map(|own| own[last]);
        Some(Self { cells, best, plateau: (from, to), own })
    }

    /// What there is to be seen.
    pub(crate) fn said(&self, result: &SweepResult) -> String {
        let axis = &result.axes[result.axes.len() - 1];
        let value = |place: usize| words::value_with_unit(&axis.values[place]);
        let (from, to) = self.plateau;
        let plateau = if from == to {
            "all others are worse".to_owned()
        } else {
            format!("{} to {} may be as good, less and more is worse", value(from), value(to))
        };
        let own = match self.own {
            None => String::new(),
            Some(own) if own == self.best => "; it is the file's own".to_owned(),
            Some(own) if (from..=to).contains(&own) => {
                format!("; so may the file's own, {}", value(own))
            }
            Some(own) => {
                let [own_cell, best] = [own, self.best].map(|place| self.cells[place]);
                let loss = result.difference(own_cell, best, result.objective);
                let unit = result.objective().unit();
                let loss = scale::difference(loss.mean, loss.low, loss.high, unit);
                format!("; the file's own, {}, is worse ({loss})", value(own))
            }
        };
        let unsure = if self.is_reliable(result) { "" } else { words::UNRELIABLE };
        format!(
            "{} {} is the best: the {} is {} ({plateau}){unsure}{own}",
            words::axis(axis),
            value(self.best),
            words::measure(result.objective()),
            finding::mean(result, self.cells[self.best]),
        )
    }

    /// Whether it can be relied on that what seems to be worse is.
    fn is_reliable(&self, result: &SweepResult) -> bool {
        let best = self.cells[self.best];
        let others = self.cells.iter().filter(|cell| **cell != best);
        let mut changes = others.map(|cell| result.difference(*cell, best, result.objective));
        changes.all(|change| change.is_reliable || change.may_be_zero())
    }

    /// What its marks mean.
    pub(crate) fn key(&self) -> Vec<(Swatch, String)> {
        let best = "the best of the file as it is written".to_owned();
        let mut key = vec![(Swatch::Frame(Role::Ink, 2.0), best)];
        if self.plateau.0 < self.plateau.1 {
            let plateau = "may be as good (95\u{a0}% for all)".to_owned();
            key.push((Swatch::Fill(Role::Ink.faint(0.09)), plateau));
        }
        key
    }

    /// Shades what may be as good, and frames the best.
    pub(crate) fn draw(
        &self,
        scene: &mut Scene,
        inner: Area,
        across: &dyn Fn(usize) -> f64,
        height_of: &dyn Fn(f64) -> f64,
        result: &SweepResult,
    ) {
        let (from, to) = self.plateau;
        let half = (across(1) - across(0)).min(28.0) / 2.0;
        let (left, right) = (across(from) - half, across(to) + half);
        if from < to {
            scene.rect(left, inner.top, right - left, inner.height(), Role::Ink.faint(0.09));
        }
        let mean = result.estimate(self.cells[self.best], result.objective).mean;
        let (x, y) = (across(self.best), height_of(mean));
        scene.frame(x - 8.0, y - 8.0, (16.0, 16.0), Role::Ink, 2.0);
    }
}
