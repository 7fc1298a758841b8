//! Before and after: every run of the file as it is written and of its variants, and by how much
//! each variant changes it, run by run.

use super::font::{Weight, width_of};
use super::paint::Role;
use super::plot::{self, Swatch};
use super::scale::{self, Scale, ticks};
use super::scene::{Anchor, Area, Scene, Text};
use super::{finding, notes, outcomes, phrases, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// The least height of a row.
const ROW_MIN: f64 = 26.0;

/// The width of what is said of the end of runs.
const WELL: f64 = 120.0;

/// A variant in a row.
struct Row {
    name: String,
    cell: usize,
}

/// The runs of the file's own cell in every variant, one dot each, with their mean and its
/// interval; and beside it the paired differences from the file as it is written. None if the
/// objective is undefined in all of them.
pub fn variants(result: &SweepResult) -> Option<Scene> {
    let own = finding::own(result);
    let rows = (0..result.variants.len()).map(|variant| Row {
        name: result.variants[variant].clone(),
        cell: result.cell(variant, &own),
    });
    let rows: Vec<Row> = rows.collect();
    let base = rows[0].cell;
    let outcomes: Vec<(usize, String)> = rows
        .iter()
        .filter_map(|row| Some((row.cell, outcomes::two_outcomes(result, row.cell)?)))
        .collect();
    let (title, subtitle) = said(result, base, &outcomes);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key(result, rows.len() > 1));
    let most = ((area.height() - 70.0) / ROW_MIN).max(1.0) as usize;
    let (rows, area) = fitting(&mut scene, rows, most, area);
    let names = rows.iter().map(|row| width_of(&row.name, plot::NAME, Weight::Regular));
    let left = area.left + names.fold(60.0, f64::max).min(260.0) + 16.0;
    let well = if outcomes::well_at_end(result, base).is_some() { WELL } else { 0.0 };
    let room = area.right - well - left;
    let share = if rows.len() > 1 { 0.58 } else { 1.0 };
    let inner = Area { left, right: left + room * share - 28.0, top: area.top + 26.0, ..area };
    let inner = Area { bottom: area.bottom - 24.0, ..inner };
    let height = (inner.height() / rows.len() as f64).min(200.0);
    let inner = Area { bottom: inner.top + height * rows.len() as f64, ..inner };
    let at = |index: usize| inner.top + (index as f64 + 0.5) * height;
    for (index, row) in rows.iter().enumerate() {
        let text = Text {
            x: area.left,
            y: at(index) + 5.0,
            text: row.name.clone(),
            size: plot::NAME,
            paint: Role::Ink,
            anchor: Anchor::Start,
            weight: Weight::Regular,
        };
        scene.write_within(text, left - area.left - 12.0);
        if let Some((well, all)) = outcomes::well_at_end(result, row.cell) {
            let (x, text) = (area.right, format!("{well} of {all}"));
            scene.text(x, at(index) + 5.0, &text, plot::NAME, Role::Ink, Anchor::End);
        }
    }
    if well > 0.0 {
        let y = inner.top - 10.0;
        scene.bold(area.right, y, "well at the end", plot::TICK, Role::Ink, Anchor::End);
    }
    let of_runs = rows.iter().map(|row| Column {
        cell: row.cell,
        dots: result.values(row.cell, result.objective).collect(),
        estimate: Some(result.estimate(row.cell, result.objective)),
    });
    let unit = result.objective().unit();
    let name = words::measure(result.objective());
    let of_runs: Vec<Column> = of_runs.collect();
    let columns = |value: f64| scale::value(value, unit);
    strip(&mut scene, result, inner, height, (&name, &of_runs, false), &columns)?;
    if rows.len() > 1 {
        let beside = Area { left: inner.right + 56.0, right: left + room - 8.0, ..inner };
        let differences: Vec<Column> =
            rows.iter().map(|row| difference(result, row.cell, base)).collect();
        let shown = |value: f64| scale::bare_difference(value, unit);
        let name = "change, run by run";
        strip(&mut scene, result, beside, height, (name, &differences, true), &shown);
    }
    Some(scene)
}

/// What a row shows in one of the two columns.
struct Column {
    cell: usize,
    dots: Vec<f64>,
    estimate: Option<Estimate>,
}

/// By how much each run is above that of the same number of the base.
fn difference(result: &SweepResult, cell: usize, base: usize) -> Column {
    if cell == base {
        return Column { cell, dots: Vec::new(), estimate: None };
    }
    let pairs = result.values(cell, result.objective).zip(result.values(base, result.objective));
    let estimate = Some(result.difference(cell, base, result.objective));
    Column { cell, dots: pairs.map(|(a, b)| a - b).collect(), estimate }
}

fn said(result: &SweepResult, base: usize, outcomes: &[(usize, String)]) -> (String, String) {
    let name = words::measure(result.objective());
    let of_base = outcomes.iter().find(|(cell, _)| *cell == base);
    let condition = finding::condition(result, base);
    let title = match of_base {
        Some((_, outcomes)) => format!("Two outcomes of the {name}{condition}: {outcomes}"),
        None => finding::along(result),
    };
    let others = outcomes.iter().filter(|(cell, _)| *cell != base);
    let others = others.map(|(cell, said)| {
        format!(" Two outcomes of {}: {said}.", finding::choice(result, *cell))
    });
    let others = others.collect::<Vec<_>>().concat();
    let runs = match result.replications {
        1 => "One run of each, so that there is no interval.".to_owned(),
        runs => format!("{runs} runs of each, with the same random numbers."),
    };
    let subtitle = format!(
        "{}. {} {runs}{}{others}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        phrases::held(result, |_| false),
    );
    (title, subtitle)
}

fn key(result: &SweepResult, are_compared: bool) -> Vec<(Swatch, String)> {
    let mut key = vec![(Swatch::Dot(Role::Series(0)), "one run".to_owned())];
    if result.replications > 1 {
        key.push((Swatch::Line(Role::Ink), "mean, and its 95\u{a0}% interval".to_owned()));
    }
    if are_compared {
        let name = "the same run less that of the file as it is written".to_owned();
        key.push((Swatch::Dot(Role::Series(1)), name));
    }
    if outcomes::well_at_end(result, 0).is_some() {
        let name = "well at the end: runs with no failure episode under way".to_owned();
        key.push((Swatch::None, name));
    }
    key
}

/// The rows that there is room for; the others are named.
fn fitting(scene: &mut Scene, rows: Vec<Row>, most: usize, area: Area) -> (Vec<Row>, Area) {
    if rows.len() <= most {
        return (rows, area);
    }
    let mut rows = rows;
    let rest = rows.split_off(most);
    let names: Vec<&str> = rest.iter().map(|row| row.name.as_str()).collect();
    let text = Text {
        x: area.left,
        y: area.bottom,
        text: format!("{} more are in summary.csv: {}", rest.len(), names.join(", ")),
        size: plot::TICK,
        paint: Role::Muted,
        anchor: Anchor::Start,
        weight: Weight::Regular,
    };
    scene.write_within(text, area.width());
    (rows, Area { bottom: area.bottom - 22.0, ..area })
}

/// Dots and intervals of all rows on one scale; with a line at zero if they are differences.
fn strip(
    scene: &mut Scene,
    result: &SweepResult,
    area: Area,
    height: f64,
    (name, rows, are_differences): (&str, &[Column], bool),
    shown: &dyn Fn(f64) -> String,
) -> Option<()> {
    let ends = rows.iter().filter_map(|row| row.estimate).flat_map(|e| [e.mean, e.low, e.high]);
    let dots = rows.iter().flat_map(|row| row.dots.iter().copied());
    let zero = are_differences.then_some(0.0);
    let all = || ends.clone().chain(dots.clone()).chain(zero).filter(|value| value.is_finite());
    let (low, high) =
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return None;
    }
    let room = ((high - low) * 0.05).max(high.abs() * 1e-3).max(1e-9);
    let across = Scale::new((low - room, high + room), (area.left, area.right));
    let about = (area.width() / 100.0).max(2.0) as usize;
    let mut free = f64::NEG_INFINITY;
    for tick in ticks(low - room, high + room, about) {
        let (x, text) = (across.at(tick), shown(tick));
        scene.line((x, area.top), (x, area.bottom), Role::Grid, 1.0);
        let half = width_of(&text, plot::TICK, Weight::Regular) / 2.0;
        if free <= x - half {
            let y = area.bottom + 18.0;
            scene.text(x, y, &text, plot::TICK, Role::Muted, Anchor::Middle);
            free = x + half + 8.0;
        }
    }
    if are_differences {
        let x = across.at(0.0);
        scene.line((x, area.top), (x, area.bottom), Role::Muted, 1.5);
    }
    let heading = Text {
        x: area.left,
        y: area.top - 10.0,
        text: name.to_owned(),
        size: plot::TICK,
        paint: Role::Ink,
        anchor: Anchor::Start,
        weight: Weight::SemiBold,
    };
    scene.write_within(heading, area.width());
    let role = Role::Series(usize::from(are_differences));
    let number = rows.iter().map(|row| row.dots.len()).sum::<usize>();
    let are_noted = number <= notes::NOTED_MAX;
    for (index, row) in rows.iter().enumerate() {
        let y = area.top + (index as f64 + 0.5) * height;
        for (number, value) in row.dots.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            // Beside each other, so that equal ones can be counted.
            let aside = ((number * 3) % 7) as f64 / 3.0 - 1.0;
            let y = y + aside * (height * 0.28).min(30.0);
            let note = are_noted.then(|| {
                if are_differences {
                    let change = Estimate::bare(1, *value);
                    notes::change(result, row.cell, &change, Some(number))
                } else {
                    notes::run(result, row.cell, number, *value)
                }
            });
            scene.noted(note, |scene| scene.dot(across.at(*value), y, 3.5, role.faint(0.45)));
        }
        let Some(estimate) = row.estimate else { continue };
        let note = if are_differences {
            notes::change(result, row.cell, &estimate, None)
        } else {
            notes::cell(result, row.cell)
        };
        let (ends, half) =
            ((estimate.mean, estimate.low, estimate.high), (height * 0.16).min(16.0));
        scene.noted(Some(note), |scene| interval(scene, &across, y, ends, half));
    }
    Some(())
}

fn interval(
    scene: &mut Scene,
    across: &Scale,
    y: f64,
    (mean, low, high): (f64, f64, f64),
    half: f64,
) {
    if mean.is_nan() {
        return;
    }
    if low.is_finite() && high.is_finite() {
        let (left, right) = (across.at(low), across.at(high));
        scene.line((left, y), (right, y), Role::Ink, 2.5);
        for x in [left, right] {
            scene.line((x, y - 5.0), (x, y + 5.0), Role::Ink, 2.0);
        }
    }
    let x = across.at(mean);
    scene.line((x, y - half), (x, y + half), Role::Ink, 3.0);
}
