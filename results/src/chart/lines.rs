//! The objective along one axis, one line for each value of another or for each variant.

use super::optimum::Optimum;
use super::paint::{Role, SERIES};
use super::plot::{self, Swatch};
use super::scale::{self, Scale, ticks};
use super::scene::{Anchor, Area, Scene};
use super::{finding, notes, outcomes, phrases, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// How far apart the dots of lines are.
const ASIDE: f64 = 7.0;

struct Series {
    name: String,
    cells: Vec<usize>,
    points: Vec<Estimate>,
}

/// The objective along the last axis with 95 % bands. None if there is no axis with two values.
///
/// With variants there is a line for each of them (other axes at the file's own values); without,
/// a line for each value of the first axis. Where a mean hides two outcomes, every run is a dot.
pub fn lines(result: &SweepResult) -> Option<Scene> {
    let last = result.axes.len().checked_sub(1)?;
    let axis = &result.axes[last];
    if axis.values.len() < 2 {
        return None;
    }
    let lines = chosen(result, last);
    let hidden = hidden(result, &lines);
    let optimum = Optimum::of(result).filter(|_| hidden.is_empty());
    let title = title(result, &hidden, optimum.as_ref());
    let mut about = subtitle(result, &lines, last, &hidden);
    let of_file = optimum.as_ref().map(|optimum| optimum.said(result));
    if let Some(said) = of_file.filter(|said| *said != title) {
        about += &format!(" Of the file as it is written: {said}.");
    }
    let (mut scene, area) = Scene::framed(&phrases::short(result, &title), &about, &result.command);
    let mut key = key(result, !hidden.is_empty());
    key.extend(optimum.iter().flat_map(Optimum::key));
    let area = plot::legend(&mut scene, area, &key);
    let unit = result.objective().unit();
    let (low, high) = ends(result, &lines, !hidden.is_empty())?;
    let inner = Area {
        left: area.left + 74.0,
        right: area.right - plot::end_room(lines.iter().map(|line| line.name.as_str())),
        top: area.top + 26.0,
        bottom: area.bottom - 46.0,
    };
    let room = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-9);
    let vertical = Scale::new((low - room, high + room), (inner.bottom, inner.top));
    let ticks = ticks(low - room, high + room, 6).into_iter();
    plot::rows(&mut scene, inner, &vertical, ticks.map(|tick| (tick, scale::value(tick, unit))));
    // Dots beside a line stay off the names.
    let side = if hidden.is_empty() { 0.0 } else { 4.0 + lines.len() as f64 * ASIDE / 2.0 };
    let step = (inner.width() - 2.0 * side) / (axis.values.len() - 1) as f64;
    let across = |index: usize| inner.left + side + index as f64 * step;
    let places = axis.values.iter().enumerate();
    let places = places.map(|(index, value)| (across(index), words::value_with_unit(value)));
    plot::columns(&mut scene, inner.bottom + 20.0, &places.collect::<Vec<_>>(), step);
    let name = format!("{} →", words::axis(axis));
    let (end, y) = (inner.right, inner.bottom + 42.0);
    scene.text(end, y, &name, plot::NAME, Role::Muted, Anchor::End);
    if let Some(default) = &result.default {
        let x = across(default[last]);
        scene.line((x, inner.top), (x, inner.bottom), Role::Muted, 1.0);
        scene.text(x, inner.top - 8.0, "the file's own", 12.0, Role::Muted, Anchor::Middle);
    }
    if !hidden.is_empty() {
        dots(&mut scene, result, &lines, &across, &vertical);
    }
    if let Some(optimum) = optimum {
        optimum.draw(&mut scene, inner, &across, &|value| vertical.at(value), result);
    }
    draw(&mut scene, result, &lines, inner, (&across, &vertical));
    Some(scene)
}

/// What there is to be seen: two outcomes where the mean of the file's own cell hides them, and the
/// optimum where there is nothing else to compare.
fn title(result: &SweepResult, hidden: &[(usize, String)], optimum: Option<&Optimum>) -> String {
    let own = result.cell(0, &finding::own(result));
    match hidden.iter().find(|(cell, _)| *cell == own) {
        Some((_, outcomes)) => {
            let at = finding::condition(result, own);
            let name = words::measure(result.objective());
            format!("Two outcomes of the {name}{at}: {outcomes}")
        }
        None => match optimum.filter(|_| result.axes.len() == 1 && result.variants.len() == 1) {
            Some(optimum) => optimum.said(result),
            None => finding::along(result),
        },
    }
}

fn subtitle(
    result: &SweepResult,
    lines: &[Series],
    last: usize,
    hidden: &[(usize, String)],
) -> String {
    let own = result.cell(0, &finding::own(result));
    let hidden = match hidden.iter().find(|(cell, _)| *cell != own) {
        Some((cell, outcomes)) => {
            let (choice, at) = (finding::choice(result, *cell), finding::condition(result, *cell));
            format!(" Means that hide two outcomes are dots as well: {choice}{at}, {outcomes}.")
        }
        None => String::new(),
    };
    let shown = if lines.len() < result.variants.len() {
        format!(" Shown: the {} that differ most from the file as it is written.", lines.len() - 1)
    } else {
        String::new()
    };
    let by_axis = result.variants.len() < 2 && result.axes.len() > 1;
    format!(
        "{}. {} {}.{shown}{hidden}{}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        phrases::runs_each(result),
        phrases::held(result, |axis| axis == last || (by_axis && axis == 0)),
    )
}

/// What a line and its band mean.
pub(crate) fn key_of_means(result: &SweepResult) -> Vec<(Swatch, String)> {
    let mut key = vec![(Swatch::Line(Role::Ink), "mean".to_owned())];
    if result.replications > 1 {
        let band = Role::Ink.faint(0.18);
        key.push((Swatch::Fill(band), "its 95\u{a0}% interval, of each line alone".to_owned()));
    }
    key
}

fn key(result: &SweepResult, are_dots: bool) -> Vec<(Swatch, String)> {
    let mut key = key_of_means(result);
    if are_dots {
        key.push((Swatch::Dot(Role::Ink), "one run".to_owned()));
    }
    key
}

/// The cells in which the runs end in two ways.
fn hidden(result: &SweepResult, lines: &[Series]) -> Vec<(usize, String)> {
    let cells = lines.iter().flat_map(|line| line.cells.iter().copied());
    cells.filter_map(|cell| Some((cell, outcomes::two_outcomes(result, cell)?))).collect()
}

/// The least and the most that is drawn; none if there is nothing.
fn ends(result: &SweepResult, lines: &[Series], are_dots: bool) -> Option<(f64, f64)> {
    let points = lines.iter().flat_map(|line| &line.points).flat_map(|p| [p.mean, p.low, p.high]);
    let cells = lines.iter().flat_map(|line| &line.cells).filter(|_| are_dots);
    let runs = cells.flat_map(|cell| result.values(*cell, result.objective));
    let all = || points.clone().chain(runs.clone()).filter(|value| value.is_finite());
    let (low, high) =
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    (low <= high).then_some((low, high))
}

fn chosen(result: &SweepResult, last: usize) -> Vec<Series> {
    let own = finding::own(result);
    let line = |name: String, variant: usize, mut places: Vec<usize>| {
        let cells = (0..result.axes[last].values.len()).map(|place| {
            places[last] = place;
            result.cell(variant, &places)
        });
        let cells: Vec<usize> = cells.collect();
        let points = cells.iter().map(|cell| result.estimate(*cell, result.objective)).collect();
        Series { name, cells, points }
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
        line(words::at(axis, value), 0, places)
    });
    lines.collect()
}

/// The variants that are drawn: all, if there are colours for them. Else the file as it is written,
/// the best, and those that differ most from the file: they are what is to be seen.
pub(crate) fn distinguishable(result: &SweepResult, own: &[usize]) -> Vec<usize> {
    let mut others: Vec<usize> = (1..result.variants.len()).collect();
    if result.variants.len() > SERIES {
        let base = result.cell(0, own);
        let best = finding::Choice::under(result, own).map(|found| result.place(found.best).0);
        let distance = |variant: &usize| {
            let change = result.difference(result.cell(*variant, own), base, result.objective);
            (Some(*variant) == best, change.mean.abs())
        };
        others.sort_by(|a, b| {
            let (a, b) = (distance(a), distance(b));
            b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        others.truncate(SERIES - 1);
        others.sort_unstable();
    }
    std::iter::once(0).chain(others).collect()
}

/// Every run, the lines side by side so that none hides another.
fn dots(
    scene: &mut Scene,
    result: &SweepResult,
    lines: &[Series],
    across: &dyn Fn(usize) -> f64,
    vertical: &Scale,
) {
    let number = lines.iter().map(|line| line.cells.len()).sum::<usize>();
    let are_noted = number * result.replications as usize <= notes::NOTED_MAX;
    for (index, line) in lines.iter().enumerate() {
        let aside = (index as f64 - (lines.len() - 1) as f64 / 2.0) * ASIDE;
        for (at, cell) in line.cells.iter().enumerate() {
            let values = result.values(*cell, result.objective).enumerate();
            for (run, value) in values.filter(|(_, value)| value.is_finite()) {
                let (x, y) = (across(at) + aside, vertical.at(value));
                let note = are_noted.then(|| notes::run(result, *cell, run, value));
                let role = Role::Series(index).faint(0.45);
                scene.noted(note, |scene| scene.dot(x, y, 3.0, role));
            }
        }
    }
}

/// The band of a line: the intervals of its points, as far as they are known.
pub(crate) fn band(
    scene: &mut Scene,
    points: impl DoubleEndedIterator<Item = (f64, Estimate)> + Clone,
    vertical: &Scale,
    role: Role,
) {
    let known = points.filter(|(_, point)| !point.low.is_nan());
    let upper = known.clone().map(|(x, point)| (x, vertical.at(point.high)));
    let lower = known.rev().map(|(x, point)| (x, vertical.at(point.low)));
    let band: Vec<(f64, f64)> = upper.chain(lower).collect();
    if band.len() > 2 {
        scene.area(band, role.faint(0.18));
    }
}

fn draw(
    scene: &mut Scene,
    result: &SweepResult,
    lines: &[Series],
    inner: Area,
    (across, vertical): (&dyn Fn(usize) -> f64, &Scale),
) {
    let are_noted = lines.iter().map(|line| line.cells.len()).sum::<usize>() <= notes::NOTED_MAX;
    let known = |line: &Series| -> Vec<(usize, Estimate)> {
        let points = line.points.iter().copied().enumerate();
        points.filter(|(_, point)| !point.mean.is_nan()).collect()
    };
    // No line lies below a band.
    for (index, line) in lines.iter().enumerate() {
        let known = known(line);
        let points = known.iter().map(|(at, point)| (across(*at), *point));
        band(scene, points, vertical, Role::Series(index));
    }
    let mut labels = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let (role, known) = (Role::Series(index), known(line));
        let path: Vec<_> =
            known.iter().map(|(at, point)| (across(*at), vertical.at(point.mean))).collect();
        for ((x, y), (at, _)) in path.iter().zip(&known) {
            let note = are_noted.then(|| notes::cell(result, line.cells[*at]));
            scene.noted(note, |scene| scene.dot(*x, *y, 3.5, role));
        }
        if let Some((_, y)) = path.last() {
            labels.push((*y, line.name.clone(), role));
        }
        scene.path(path, role, 2.5);
    }
    plot::end_labels(scene, inner, labels);
}
