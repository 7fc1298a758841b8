//! Levels and the steps between them: what each of several changes adds, with its interval.

use sim::measure::{Better, Measure, Unit};

use super::font::{Weight, wrapped};
use super::paint::Role;
use super::plane::{ends, side_name};
use super::plot::{self, Swatch};
use super::scale::{self, Scale, ticks};
use super::scene::{Anchor, Area, Scene};
use super::words;
use crate::estimate::Estimate;

/// Steps that can be read on one sheet.
pub(crate) const STEPS_MAX: usize = 12;

/// How strong steps are drawn of which nothing can be told.
const UNSURE: f64 = 0.2;

/// A step from one level to another.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) change: Estimate,
    /// Whether it begins at the first level, and not where the step before it ends.
    pub(crate) is_from_first: bool,
}

/// A level, the steps from it, and perhaps the level at their end.
pub(crate) struct Waterfall<'a> {
    pub(crate) measure: &'a Measure,
    pub(crate) better: Better,
    /// Whether there are intervals.
    pub(crate) has_intervals: bool,
    pub(crate) first: (String, f64),
    pub(crate) steps: Vec<Step>,
    pub(crate) last: Option<(String, f64)>,
}

impl Waterfall<'_> {
    /// The picture; none if nothing of it is a number.
    pub(crate) fn draw(&self, title: &str, subtitle: &str, command: &str) -> Option<Scene> {
        let values = self.steps.iter().flat_map(|step| {
            let Estimate { mean: change, low, high, .. } = step.change;
            [step.from, step.to, step.to + low - change, step.to + high - change]
        });
        let levels = [Some(self.first.1), self.last.as_ref().map(|(_, level)| *level)];
        let (low, high) = ends(values.chain(levels.into_iter().flatten()))?;
        let (mut scene, area) = Scene::framed(title, subtitle, command);
        let area = plot::legend(&mut scene, area, &self.key());
        let inner = Area {
            left: area.left + 74.0,
            right: area.right,
            top: area.top + 34.0,
            bottom: area.bottom - 72.0,
        };
        let up = Scale::new((low, high), (inner.bottom, inner.top));
        let unit = self.measure.unit();
        // Steps may go on beyond what is possible before others take it back.
        let most = if unit == Unit::Share { high.min(1.0) } else { high };
        let rows = ticks(low.max(0.0), high, 6).into_iter().filter(|tick| *tick <= most);
        plot::rows(&mut scene, inner, &up, rows.map(|tick| (tick, scale::value(tick, unit))));
        let name = words::measure(self.measure);
        side_name(&mut scene, (area.left, area.top + 12.0), &name, Anchor::Start, area.width());
        let number = self.steps.len() + 1 + usize::from(self.last.is_some());
        let columns = Columns { of: self, inner, up, width: inner.width() / number as f64 };
        columns.level(&mut scene, 0, &self.first);
        for (at, step) in self.steps.iter().enumerate() {
            columns.step(&mut scene, at + 1, step);
        }
        if let Some(last) = &self.last {
            columns.lead(
                &mut scene,
                number - 2,
                number - 1,
                self.steps.last().map_or(last.1, |s| s.to),
            );
            columns.level(&mut scene, number - 1, last);
        }
        Some(scene)
    }

    fn key(&self) -> Vec<(Swatch, String)> {
        let mut key = vec![
            (Swatch::Fill(Role::Series(2).faint(0.75)), "better".to_owned()),
            (Swatch::Fill(Role::Series(1).faint(0.75)), "worse".to_owned()),
        ];
        let are_unsure = self.steps.iter().filter(|step| step.change.is_unsure()).count();
        if self.steps.is_empty() || are_unsure < self.steps.len() {
            key.push((Swatch::Fill(Role::Muted.faint(0.5)), "no clear change".to_owned()));
        }
        if 0 < are_unsure {
            key.push((Swatch::Fill(Role::Muted.faint(UNSURE)), "too few runs to tell".to_owned()));
        }
        if self.has_intervals {
            let name = "change, run by run, and its 95\u{a0}% interval".to_owned();
            key.push((Swatch::Line(Role::Ink), name));
        }
        key
    }
}

/// The columns of the sheet, one for each level and step.
struct Columns<'a> {
    of: &'a Waterfall<'a>,
    inner: Area,
    up: Scale,
    width: f64,
}

impl Columns<'_> {
    fn middle(&self, at: usize) -> f64 {
        self.inner.left + (at as f64 + 0.5) * self.width
    }

    fn half(&self) -> f64 {
        self.width * 0.32
    }

    /// A level with its number.
    fn level(&self, scene: &mut Scene, at: usize, (name, mean): &(String, f64)) {
        let (x, y, half) = (self.middle(at), self.up.at(*mean), self.half());
        scene.line((x - half, y), (x + half, y), Role::Ink, 5.0);
        let text = scale::value(*mean, self.of.measure.unit());
        scene.bold(x, y - 12.0, &text, plot::NAME, Role::Ink, Anchor::Middle);
        self.name(scene, at, name);
    }

    /// A line from one column to a later one, at a value.
    fn lead(&self, scene: &mut Scene, from: usize, to: usize, value: f64) {
        let (y, half) = (self.up.at(value), self.half());
        let points = vec![(self.middle(from) + half, y), (self.middle(to) - half, y)];
        scene.path(points, Role::Muted, 1.0);
    }

    /// From one level to the next.
    fn step(&self, scene: &mut Scene, at: usize, step: &Step) {
        let unit = self.of.measure.unit();
        let (x, half) = (self.middle(at), self.half());
        let [start, end] = [self.up.at(step.from), self.up.at(step.to)];
        let is_better = (step.to > step.from) == (self.of.better == Better::Higher);
        let paint = match (step.change.is_clear(), is_better) {
            _ if step.change.is_unsure() => Role::Muted.faint(UNSURE),
            (false, _) => Role::Muted.faint(0.5),
            (true, true) => Role::Series(2).faint(0.75),
            (true, false) => Role::Series(1).faint(0.75),
        };
        // From where it comes.
        self.lead(scene, if step.is_from_first { 0 } else { at - 1 }, at, step.from);
        let height = (start - end).abs().max(2.0);
        scene.rect(x - half, start.min(end), 2.0 * half, height, paint);
        let Estimate { mean, low, high, .. } = step.change;
        let mut top = start.min(end);
        if low.is_finite() && high.is_finite() {
            let [low, high] = [low, high].map(|of| self.up.at(step.to + of - mean));
            scene.line((x, low), (x, high), Role::Ink, 2.5);
            for y in [low, high] {
                scene.line((x - 6.0, y), (x + 6.0, y), Role::Ink, 2.0);
            }
            top = top.min(high);
        }
        let text = scale::bare_difference(mean, unit);
        scene.bold(x, top - 10.0, &text, plot::TICK, Role::Ink, Anchor::Middle);
        self.name(scene, at, &step.name);
    }

    /// A name below its column, in as many lines as there is room for.
    fn name(&self, scene: &mut Scene, at: usize, name: &str) {
        let mut y = self.inner.bottom + 20.0;
        for line in wrapped(name, plot::TICK, Weight::Regular, self.width - 12.0, 3) {
            scene.text(self.middle(at), y, &line, plot::TICK, Role::Ink, Anchor::Middle);
            y += 17.0;
        }
    }
}
