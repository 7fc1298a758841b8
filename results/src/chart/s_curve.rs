//! Where a share falls: the objective over an axis that spans decades, and where it crosses one
//! half and 95 %.

use sim::measure::Unit;

use super::lines::{band, distinguishable, key_of_means};
use super::numbers::numbers;
use super::paint::Role;
use super::plane::side_name;
use super::plot::{self, Swatch};
use super::scale::{self, Scale};
use super::scene::{Anchor, Area, Scene};
use super::{finding, phrases, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// The least ratio of the ends of an axis that spans decades.
const SPAN_MIN: f64 = 10.0;

/// The shares at which a crossing is marked.
const HALF: f64 = 0.5;
const NEARLY_ALL: f64 = 0.95;

/// The objective of a variant along the axis.
struct Curve {
    name: String,
    points: Vec<Estimate>,
    half: Option<Crossing>,
    nearly_all: Option<Crossing>,
}

/// Where a curve crosses a share, and where the ends of its intervals do.
struct Crossing {
    at: f64,
    interval: Option<(f64, f64)>,
    is_falling: bool,
    /// Whether both values that it is between can be relied on.
    is_reliable: bool,
}

/// The objective, a share, along the last axis, of each variant, with the other axes at the file's
/// own values. None if it is no share, the axis spans no decade, or no variant crosses one half.
pub(crate) fn s_curve(result: &SweepResult) -> Option<Scene> {
    let last = result.axes.len().checked_sub(1)?;
    let axis = &result.axes[last];
    let at = numbers(axis).filter(|at| 4 <= at.len() && 0.0 < at[0])?;
    if result.objective().unit() != Unit::Share || at[at.len() - 1] < SPAN_MIN * at[0] {
        return None;
    }
    let own = finding::own(result);
    let curves = distinguishable(result, &own).into_iter();
    let curves = curves.map(|variant| Curve::of(result, variant, last, &at));
    let curves: Vec<Curve> = curves.collect();
    curves.iter().find(|curve| curve.half.is_some())?;
    let is_time = axis.values[0].parse::<patterns::Duration>().is_ok();
    let value = |value: f64| if is_time { scale::length(value) } else { scale::digits(value) };
    let title = title(result, last, &curves, &value);
    let subtitle = subtitle(result, last, &curves, &value);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key(result, &curves));
    let inner = Area {
        left: area.left + 74.0,
        right: area.right - plot::end_room(curves.iter().map(|curve| curve.name.as_str())),
        top: area.top + 12.0,
        bottom: area.bottom - 68.0,
    };
    let up = Scale::new((-0.02, 1.02), (inner.bottom, inner.top));
    let shares =
        [0.0, 0.25, 0.5, 0.75, 0.95].map(|share| (share, scale::value(share, Unit::Share)));
    plot::rows(&mut scene, inner, &up, shares);
    let across = Scale::log((at[0], at[at.len() - 1]), (inner.left + 16.0, inner.right - 16.0));
    columns(&mut scene, inner, &across, (axis, &at));
    let name = format!("{}, on a scale of logarithms →", words::axis(axis));
    side_name(&mut scene, (inner.right, inner.bottom + 64.0), &name, Anchor::End, inner.width());
    draw(&mut scene, inner, &curves, (&across, &up), &at);
    Some(scene)
}

impl Curve {
    fn of(result: &SweepResult, variant: usize, last: usize, at: &[f64]) -> Self {
        let mut places = finding::own(result);
        let points = (0..at.len()).map(|place| {
            places[last] = place;
            result.estimate(result.cell(variant, &places), result.objective)
        });
        let points: Vec<Estimate> = points.collect();
        let [half, nearly_all] = [HALF, NEARLY_ALL].map(|share| Crossing::of(&points, at, share));
        Self { name: result.variants[variant].clone(), points, half, nearly_all }
    }
}

impl Crossing {
    /// The first crossing of a share.
    fn of(points: &[Estimate], at: &[f64], share: f64) -> Option<Self> {
        let means: Vec<f64> = points.iter().map(|point| point.mean).collect();
        let (found, is_falling) = crossed(&means, at, share)?;
        let to = at.iter().position(|at| found <= *at).unwrap_or(at.len() - 1).max(1);
        let is_reliable = points[to - 1..=to].iter().all(|point| point.is_reliable);
        let ends = [|point: &Estimate| point.low, |point: &Estimate| point.high];
        let [low, high] = ends.map(|end| {
            let of: Vec<f64> = points.iter().map(end).collect();
            crossed(&of, at, share).map(|(at, _)| at)
        });
        let interval = low.zip(high).map(|(a, b)| (a.min(b), a.max(b)));
        Some(Self { at: found, interval, is_falling, is_reliable })
    }

    fn said(&self, value: &dyn Fn(f64) -> String) -> String {
        match self.interval {
            Some((low, high)) if value(low) != value(high) => {
                format!("{} [{}, {}]", value(self.at), value(low), value(high))
            }
            _ => value(self.at),
        }
    }
}

/// Where a line through points first crosses a share, on a scale of logarithms, and whether it
/// falls there.
fn crossed(of: &[f64], at: &[f64], share: f64) -> Option<(f64, bool)> {
    let pairs = of.windows(2).zip(at.windows(2));
    pairs.map(|(of, at)| ((of[0], of[1]), (at[0], at[1]))).find_map(|((a, b), (from, to))| {
        let crosses = a.is_finite() && b.is_finite() && (a < share) != (b < share);
        let part = (a - share) / (a - b);
        let power = libm::log(from) + part * (libm::log(to) - libm::log(from));
        crosses.then(|| (libm::exp(power), b < a))
    })
}

fn title(
    result: &SweepResult,
    last: usize,
    curves: &[Curve],
    value: &dyn Fn(f64) -> String,
) -> String {
    let of = |curve: &Curve| match &curve.half {
        Some(half) => {
            let way = if half.is_falling { "" } else { ", rising" };
            let unsure = if half.is_reliable { "" } else { words::UNRELIABLE };
            format!("{} ({}{way}){unsure}", half.said(value), curve.name)
        }
        None => {
            let most = curve.points.iter().map(|point| point.mean).fold(f64::NAN, f64::max);
            let side = if most < HALF { "always below" } else { "always above" };
            format!("{side} ({})", curve.name)
        }
    };
    let parts: Vec<String> = curves.iter().map(of).collect();
    format!(
        "The {} crosses 50\u{a0}% at {} {}{}",
        words::measure(result.objective()),
        words::axis(&result.axes[last]),
        parts.join(", "),
        if are_undecided(curves) { "; the intervals overlap: undecided" } else { "" },
    )
}

/// Whether all curves cross one half, and none at a place that is clearly another.
fn are_undecided(curves: &[Curve]) -> bool {
    let intervals: Option<Vec<(f64, f64)>> =
        curves.iter().map(|curve| curve.half.as_ref()?.interval).collect();
    intervals.is_some_and(|all| {
        let low = all.iter().map(|(low, _)| *low).fold(f64::NEG_INFINITY, f64::max);
        let high = all.iter().map(|(_, high)| *high).fold(f64::INFINITY, f64::min);
        1 < all.len() && low <= high
    })
}

fn subtitle(
    result: &SweepResult,
    last: usize,
    curves: &[Curve],
    value: &dyn Fn(f64) -> String,
) -> String {
    let held = phrases::held(result, |axis| axis == last);
    let nearly = curves.iter().filter_map(|curve| {
        Some(format!("{} ({})", curve.nearly_all.as_ref()?.said(value), curve.name))
    });
    let nearly: Vec<String> = nearly.collect();
    let nearly = phrases::named("Crosses 95\u{a0}% at", &nearly);
    format!(
        "{}. {} {}; between two values the line is straight.{nearly}{held}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        phrases::runs_each(result),
    )
}

fn key(result: &SweepResult, curves: &[Curve]) -> Vec<(Swatch, String)> {
    let mut key = key_of_means(result);
    let half = "crosses 50\u{a0}%; its interval is below the axis".to_owned();
    key.push((Swatch::Frame(Role::Ink, 2.0), half));
    if curves.iter().any(|curve| curve.nearly_all.is_some()) {
        key.push((Swatch::Dot(Role::Ink), "on the line at 95\u{a0}%: crosses it".to_owned()));
    }
    key
}

/// The values of the axis: those that have room.
fn columns(
    scene: &mut Scene,
    inner: Area,
    across: &Scale,
    (axis, at): (&sim::design::Axis, &[f64]),
) {
    use super::font::{Weight, width_of};
    let mut free = f64::NEG_INFINITY;
    for (value, at) in axis.values.iter().zip(at) {
        let (x, name) = (across.at(*at), words::value_with_unit(value));
        scene.line((x, inner.top), (x, inner.bottom), Role::Grid, 1.0);
        let half = width_of(&name, plot::NAME, Weight::Regular) / 2.0;
        if free <= x - half && half < 150.0 {
            scene.text(x, inner.bottom + 20.0, &name, plot::NAME, Role::Ink, Anchor::Middle);
            free = x + half + 10.0;
        }
    }
}

fn draw(
    scene: &mut Scene,
    inner: Area,
    curves: &[Curve],
    (across, up): (&Scale, &Scale),
    at: &[f64],
) {
    let (left, right) = (inner.left, inner.right);
    for share in [HALF, NEARLY_ALL] {
        scene.line((left, up.at(share)), (right, up.at(share)), Role::Muted, 1.0);
    }
    let mut labels = Vec::new();
    for (index, curve) in curves.iter().enumerate() {
        let role = Role::Series(index);
        let known = curve.points.iter().zip(at).filter(|(point, _)| point.mean.is_finite());
        band(scene, known.clone().map(|(point, at)| (across.at(*at), *point)), up, role);
        let path: Vec<_> = known.map(|(point, at)| (across.at(*at), up.at(point.mean))).collect();
        for (x, y) in &path {
            scene.dot(*x, *y, 3.5, role);
        }
        if let Some((_, y)) = path.last() {
            labels.push((*y, curve.name.clone(), role));
        }
        scene.path(path, role, 2.5);
        if let Some(half) = &curve.half {
            let (x, y) = (across.at(half.at), up.at(HALF));
            scene.frame(x - 6.0, y - 6.0, (12.0, 12.0), Role::Ink, 2.0);
            // Down to the axis, where it can be read off.
            scene.path(vec![(x, y + 7.0), (x, inner.bottom)], role, 1.5);
            let [from, to] = half.interval.map_or([x; 2], |(a, b)| [across.at(a), across.at(b)]);
            let y = inner.bottom + 30.0 + index as f64 * 4.0;
            scene.path(vec![(from, y), (to.max(from + 3.0), y)], role, 3.0);
        }
        if let Some(nearly) = &curve.nearly_all {
            scene.dot(across.at(nearly.at), up.at(NEARLY_ALL), 5.0, Role::Ink);
        }
    }
    plot::end_labels(scene, inner, labels);
}
