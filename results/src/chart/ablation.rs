//! Which change did it: variants that add to each other, step by step, or that each leave out
//! something else.

use super::font::{Weight, wrapped};
use super::paint::Role;
use super::plane::{ends, side_name};
use super::plot::{self, Swatch};
use super::scale::{self, Scale, ticks};
use super::scene::{Anchor, Area, Scene};
use super::{finding, phrases, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Steps that can be read on one sheet.
const STEPS_MAX: usize = 12;

/// Steps that a title has room for.
const TOLD_MAX: usize = 3;

/// A step from one variant to another.
struct Step {
    from: usize,
    to: usize,
    change: Estimate,
}

/// How variants belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Each changes what the one before does, and more.
    Ladder,
    /// Each leaves out some layer of the file.
    Without,
}

/// The objective from variant to variant, with the paired difference of each step, at the file's
/// own values. Variants are a ladder if what each changes has all that the one before changes, to
/// the same values, from the file as it is written on: the longest such row of at least three is
/// drawn. If there is none, the variants that turn layers off are drawn, each against the file;
/// none if there are not two of them.
pub(crate) fn ablation(result: &SweepResult) -> Option<Scene> {
    let (kind, rungs) = rungs(&result.changes)?;
    let rungs = &rungs[..rungs.len().min(STEPS_MAX + 1)];
    let own = finding::own(result);
    let cell = |variant: usize| result.cell(variant, &own);
    let steps = (1..rungs.len()).map(|at| {
        let (to, from) = (rungs[at], if kind == Kind::Ladder { rungs[at - 1] } else { rungs[0] });
        Step { from, to, change: result.difference(cell(to), cell(from), result.objective) }
    });
    let steps: Vec<Step> = steps.collect();
    let mean = |variant: usize| result.estimate(cell(variant), result.objective).mean;
    let values = steps.iter().flat_map(|step| {
        let Estimate { mean: change, low, high, .. } = step.change;
        let to = mean(step.to);
        [mean(step.from), to, to + low - change, to + high - change]
    });
    let (low, high) = ends(values)?;
    let title = title(result, kind, &steps, &mean);
    let subtitle = subtitle(result, kind, rungs);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key(result));
    let inner = Area {
        left: area.left + 74.0,
        right: area.right,
        top: area.top + 34.0,
        bottom: area.bottom - 72.0,
    };
    let up = Scale::new((low, high), (inner.bottom, inner.top));
    let unit = result.objective().unit();
    let rows = ticks(low.max(0.0), high, 6).into_iter();
    plot::rows(&mut scene, inner, &up, rows.map(|tick| (tick, scale::value(tick, unit))));
    let name = words::measure(result.objective());
    side_name(&mut scene, (area.left, area.top + 12.0), &name, Anchor::Start, area.width());
    let columns = Columns { inner, up, width: inner.width() / (steps.len() + 1) as f64 };
    columns.level(&mut scene, result, 0, (rungs[0], mean(rungs[0])));
    for (at, step) in steps.iter().enumerate() {
        columns.step(&mut scene, result, at + 1, step, [mean(step.from), mean(step.to)]);
    }
    Some(scene)
}

/// The variants that belong together, the file as it is written first.
fn rungs(changes: &[Vec<(String, String)>]) -> Option<(Kind, Vec<usize>)> {
    let adds_to = |more: usize, less: usize| {
        let (more, less) = (&changes[more], &changes[less]);
        less.len() < more.len() && less.iter().all(|change| more.contains(change))
    };
    // The longest row that ends with each, from few changes to many.
    let mut order: Vec<usize> = (1..changes.len()).collect();
    order.sort_by_key(|variant| changes[*variant].len());
    let mut rows: Vec<Vec<usize>> = vec![vec![0]];
    for variant in order {
        let below = rows.iter().filter(|row| adds_to(variant, row[row.len() - 1]));
        // The first of those that are as long.
        let longest = below.reduce(|a, b| if a.len() < b.len() { b } else { a });
        if let Some(mut row) = longest.cloned() {
            row.push(variant);
            rows.push(row);
        }
    }
    let longest = rows.into_iter().reduce(|a, b| if a.len() < b.len() { b } else { a })?;
    if 3 <= longest.len() {
        return Some((Kind::Ladder, longest));
    }
    let is_without = |variant: &usize| {
        let changes = &changes[*variant];
        !changes.is_empty() && changes.iter().all(|(_, value)| value == "off")
    };
    let without = (1..changes.len()).filter(is_without);
    let all: Vec<usize> = std::iter::once(0).chain(without).collect();
    (3 <= all.len()).then_some((Kind::Without, all))
}

fn title(result: &SweepResult, kind: Kind, steps: &[Step], mean: &dyn Fn(usize) -> f64) -> String {
    let unit = result.objective().unit();
    let name = words::measure(result.objective());
    let shown = |change: &Estimate| scale::difference(change.mean, change.low, change.high, unit);
    let value = |variant: usize| scale::value(mean(variant), unit);
    let mut clear: Vec<&Step> = steps.iter().filter(|step| step.change.is_clear()).collect();
    clear.sort_by(|a, b| b.change.mean.abs().total_cmp(&a.change.mean.abs()));
    let of = |step: &&Step| format!("{} {}", result.variants[step.to], shown(&step.change));
    let rest = match steps.len() - clear.len() {
        0 => String::new(),
        rest => format!("; no clear change by {rest} of {} steps", steps.len()),
    };
    let begin = match kind {
        Kind::Ladder => {
            let (first, last) = (&steps[0], &steps[steps.len() - 1]);
            format!("Step by step the {name} goes from {} to {}", value(first.from), value(last.to))
        }
        Kind::Without => format!("The {name} is {} with all layers", value(steps[0].from)),
    };
    if clear.is_empty() {
        let is_idle = steps.iter().all(|step| step.change.may_be_zero());
        let what = if is_idle {
            "no step changes it in a way that can be shown"
        } else {
            "there are too few runs to rely on any step"
        };
        return format!("{begin}; {what}");
    }
    let smaller = match clear.len().saturating_sub(TOLD_MAX) {
        0 => String::new(),
        smaller => format!("; {smaller} clear but smaller"),
    };
    clear.truncate(TOLD_MAX);
    clear.sort_by_key(|step| steps.iter().position(|other| other.to == step.to));
    let most: Vec<String> = clear.iter().map(of).collect();
    format!("{begin}: {}{smaller}{rest}", most.join("; "))
}

fn subtitle(result: &SweepResult, kind: Kind, rungs: &[usize]) -> String {
    let held = phrases::held(result, |_| false);
    let rest = phrases::named("No step of it", &phrases::others(result, rungs));
    let what = match kind {
        Kind::Ladder => "Each variant changes all that the one before it does, and more",
        Kind::Without => "Each variant leaves something out of the file as it is written",
    };
    format!(
        "{}. {} {what}: the difference is taken run by run, {} of each.{held}{rest}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        phrases::runs(result),
    )
}

fn key(result: &SweepResult) -> Vec<(Swatch, String)> {
    let mut key = vec![
        (Swatch::Fill(Role::Series(2).faint(0.75)), "better".to_owned()),
        (Swatch::Fill(Role::Series(1).faint(0.75)), "worse".to_owned()),
        (Swatch::Fill(Role::Muted.faint(0.5)), "no clear change".to_owned()),
    ];
    if result.replications > 1 {
        let name = "change, run by run, and its 95\u{a0}% interval".to_owned();
        key.push((Swatch::Line(Role::Ink), name));
    }
    key
}

/// The columns of the sheet, one for each variant.
struct Columns {
    inner: Area,
    up: Scale,
    width: f64,
}

impl Columns {
    fn middle(&self, at: usize) -> f64 {
        self.inner.left + (at as f64 + 0.5) * self.width
    }

    /// Where it begins: the level of a variant.
    fn level(
        &self,
        scene: &mut Scene,
        result: &SweepResult,
        at: usize,
        (variant, mean): (usize, f64),
    ) {
        let (x, y, half) = (self.middle(at), self.up.at(mean), self.width * 0.32);
        scene.line((x - half, y), (x + half, y), Role::Ink, 5.0);
        let text = scale::value(mean, result.objective().unit());
        scene.bold(x, y - 12.0, &text, plot::NAME, Role::Ink, Anchor::Middle);
        self.name(scene, at, &result.variants[variant]);
    }

    /// From one level to the next.
    fn step(
        &self,
        scene: &mut Scene,
        result: &SweepResult,
        at: usize,
        step: &Step,
        [from, to]: [f64; 2],
    ) {
        let unit = result.objective().unit();
        let (x, half) = (self.middle(at), self.width * 0.32);
        let [start, end] = [self.up.at(from), self.up.at(to)];
        let is_better = (to > from) == (result.better == sim::measure::Better::Higher);
        let paint = match (step.change.is_clear(), is_better) {
            (false, _) => Role::Muted.faint(0.5),
            (true, true) => Role::Series(2).faint(0.75),
            (true, false) => Role::Series(1).faint(0.75),
        };
        // From where it comes.
        let left = if step.from == 0 { self.middle(0) } else { self.middle(at - 1) };
        scene.path(vec![(left + half, start), (x - half, start)], Role::Muted, 1.0);
        let height = (start - end).abs().max(2.0);
        scene.rect(x - half, start.min(end), 2.0 * half, height, paint);
        let Estimate { mean, low, high, .. } = step.change;
        let mut top = start.min(end);
        if low.is_finite() && high.is_finite() {
            let [low, high] = [low, high].map(|of| self.up.at(to + of - mean));
            scene.line((x, low), (x, high), Role::Ink, 2.5);
            for y in [low, high] {
                scene.line((x - 6.0, y), (x + 6.0, y), Role::Ink, 2.0);
            }
            top = top.min(high);
        }
        let text = scale::bare_difference(mean, unit);
        scene.bold(x, top - 10.0, &text, plot::TICK, Role::Ink, Anchor::Middle);
        self.name(scene, at, &result.variants[step.to]);
    }

    /// The name of a variant below its column, in as many lines as there is room for.
    fn name(&self, scene: &mut Scene, at: usize, name: &str) {
        let mut y = self.inner.bottom + 20.0;
        for line in wrapped(name, plot::TICK, Weight::Regular, self.width - 12.0, 3) {
            scene.text(self.middle(at), y, &line, plot::TICK, Role::Ink, Anchor::Middle);
            y += 17.0;
        }
    }
}
