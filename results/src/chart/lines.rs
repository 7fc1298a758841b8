//! The objective along one axis, one line for each value of another or for each variant.

use super::finding;
use super::paint::{Role, SERIES};
use super::scale::{self, Scale, ticks};
use super::scene::{Anchor, Area, Scene};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

struct Series {
    name: String,
    points: Vec<Estimate>,
}

/// The objective along the last axis with 95 % bands. None if there is no axis with two values.
///
/// With variants there is a line for each of them (other axes at the file's own values); without,
/// a line for each value of the first axis.
pub fn lines(result: &SweepResult) -> Option<Scene> {
    let last = result.axes.len().checked_sub(1)?;
    let axis = &result.axes[last];
    if axis.values.len() < 2 {
        return None;
    }
    let lines = chosen(result, last);
    let shown = if lines.len() < result.variants.len() {
        format!(" The {} that differ most from the file as it is written.", lines.len() - 1)
    } else {
        String::new()
    };
    let runs = match result.replications {
        1 => "Points are single runs.".to_owned(),
        runs => format!("Lines are of {runs} runs each, bands their 95 % intervals."),
    };
    let subtitle = format!(
        "{}. {} {runs}{shown}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
    );
    let (mut scene, area) = Scene::framed(&finding::along(result), &subtitle, &result.command);
    let names = lines.iter().map(|line| super::scene::width_of(&line.name, 14.0, true));
    let inner = Area {
        left: area.left + 74.0,
        right: area.right - names.fold(0.0, f64::max) - 20.0,
        top: area.top + 30.0,
        bottom: area.bottom - 52.0,
    };
    let unit = result.objective().unit();
    let ends = lines.iter().flat_map(|line| &line.points).flat_map(|p| [p.mean, p.low, p.high]);
    let ends: Vec<f64> = ends.filter(|value| value.is_finite()).collect();
    let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return None;
    }
    let room = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-9);
    let vertical = Scale::new((low - room, high + room), (inner.bottom, inner.top));
    for tick in ticks(low - room, high + room, 6) {
        let y = vertical.at(tick);
        scene.line((inner.left, y), (inner.right, y), Role::Grid, 1.0);
        let text = scale::value(tick, unit);
        scene.text(inner.left - 8.0, y + 5.0, &text, 13.0, Role::Muted, Anchor::End);
    }
    let step = inner.width() / (axis.values.len() - 1) as f64;
    let across = |index: usize| inner.left + index as f64 * step;
    for (index, value) in axis.values.iter().enumerate() {
        scene.text(across(index), inner.bottom + 22.0, value, 14.0, Role::Ink, Anchor::Middle);
    }
    let name = format!("{} →", axis.name());
    scene.text(inner.right, inner.bottom + 44.0, &name, 14.0, Role::Muted, Anchor::End);
    scene.text(
        area.left,
        area.top + 14.0,
        result.objective().path(),
        14.0,
        Role::Muted,
        Anchor::Start,
    );
    if let Some(default) = &result.default {
        let x = across(default[last]);
        scene.line((x, inner.top), (x, inner.bottom), Role::Muted, 1.0);
        scene.text(x, inner.top - 8.0, "the file's own", 12.0, Role::Muted, Anchor::Middle);
    }
    draw(&mut scene, &lines, inner, &across, &vertical);
    Some(scene)
}

fn chosen(result: &SweepResult, last: usize) -> Vec<Series> {
    let own = result.default.clone().unwrap_or(vec![0; result.axes.len()]);
    let line = |name: String, variant: usize, mut places: Vec<usize>| {
        let points = (0..result.axes[last].values.len()).map(|place| {
            places[last] = place;
            result.estimate(result.cell(variant, &places), result.objective)
        });
        let points = points.collect();
        Series { name, points }
    };
    if result.variants.len() > 1 || result.axes.len() < 2 {
        let drawn = distinguishable(result, &own).into_iter();
        return drawn
            .map(|index| line(result.variants[index].clone(), index, own.clone()))
            .collect();
    }
    let axis = &result.axes[0];
    let values = axis.values.iter().enumerate().take(SERIES);
    let lines = values.map(|(place, value)| {
        let mut places = own.clone();
        places[0] = place;
        let name = axis.name().rsplit('.').next().unwrap_or_default();
        line(format!("{name} {value}"), 0, places)
    });
    lines.collect()
}

/// The variants that are drawn: all, if there are colours for them. Else the file as it is written,
/// and those that differ most from it: they are what is to be seen.
fn distinguishable(result: &SweepResult, own: &[usize]) -> Vec<usize> {
    let mut others: Vec<usize> = (1..result.variants.len()).collect();
    if result.variants.len() > SERIES {
        let base = result.cell(0, own);
        let distance = |variant: &usize| {
            result.difference(result.cell(*variant, own), base, result.objective).mean.abs()
        };
        others.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
        others.truncate(SERIES - 1);
        others.sort_unstable();
    }
    std::iter::once(0).chain(others).collect()
}

fn draw(
    scene: &mut Scene,
    lines: &[Series],
    inner: Area,
    across: &dyn Fn(usize) -> f64,
    vertical: &Scale,
) {
    let mut labels: Vec<(f64, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let role = Role::Series(index);
        let known: Vec<(usize, &Estimate)> =
            line.points.iter().enumerate().filter(|(_, point)| !point.mean.is_nan()).collect();
        let banded = known.iter().filter(|(_, point)| !point.low.is_nan());
        let upper = banded.clone().map(|(at, point)| (across(*at), vertical.at(point.high)));
        let lower = banded.rev().map(|(at, point)| (across(*at), vertical.at(point.low)));
        let band: Vec<_> = upper.chain(lower).collect();
        if band.len() > 2 {
            scene.area(band, role.faint(0.18));
        }
        let path: Vec<_> =
            known.iter().map(|(at, point)| (across(*at), vertical.at(point.mean))).collect();
        for (x, y) in &path {
            scene.dot(*x, *y, 3.5, role);
        }
        if let Some((_, y)) = path.last() {
            labels.push((*y, index));
        }
        scene.path(path, role, 2.5);
    }
    // Names stand at the ends of their lines, moved apart where they would overlap.
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let room = 19.0;
    let mut last = f64::NEG_INFINITY;
    let excess = labels.len() as f64 * room;
    for (y, index) in labels {
        let y = y.max(last + room).min(inner.bottom.max(inner.top + excess));
        last = y;
        let name = &lines[index].name;
        scene.text_as(
            inner.right + 12.0,
            y + 5.0,
            name,
            14.0,
            Role::Series(index),
            Anchor::Start,
            true,
        );
    }
}
