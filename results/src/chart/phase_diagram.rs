//! Which variant is better where: over two axes, the variant that wins in each cell, or none where
//! the runs leave that undecided.

use super::font::{Weight, width_of};
use super::paint::{Role, SERIES};
use super::plot::{self, Swatch};
use super::scene::{Anchor, Area, Scene, Text};
use super::{finding, phrases, scale, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Names of rows that are longer are cut.
const ROW_NAMES_MAX: f64 = 150.0;

/// How far apart the strokes of undecided cells are.
const HATCH: f64 = 11.0;

/// A cell of the diagram.
struct Phase {
    /// The variant with the best mean, if it is clearly better than each other.
    winner: Option<usize>,
    /// By how much the best is above the one that comes next.
    lead: Estimate,
    /// The variant that is the best by its mean.
    best: usize,
}

/// The first two axes, the others held at the file's own values. None without two axes of several
/// values, or without variants. Of more variants than there are colours none is drawn.
pub(crate) fn phase_diagram(result: &SweepResult) -> Option<Scene> {
    let (variants, axes) = (result.variants.len(), &result.axes);
    if axes.len() < 2 || axes[..2].iter().any(|axis| axis.values.len() < 2) {
        return None;
    }
    if !(2..=SERIES).contains(&variants) {
        return None;
    }
    let phases: Vec<Option<Phase>> = places(result).map(|at| Phase::of(result, &at)).collect();
    phases.iter().flatten().next()?;
    let title = title(result, &phases);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle(result), &result.command);
    let area = plot::legend(&mut scene, area, &key(result));
    let names = axes[0].values.iter();
    let names = names.map(|v| width_of(&words::value_with_unit(v), plot::NAME, Weight::Regular));
    let left = area.left + names.fold(0.0, f64::max).min(ROW_NAMES_MAX) + 12.0;
    let inner = Area { left, top: area.top + 8.0, bottom: area.bottom - 48.0, ..area };
    let grid = Grid { inner, rows: axes[0].values.len(), columns: axes[1].values.len() };
    cells(&mut scene, result, &grid, &phases);
    borders(&mut scene, &grid, &phases);
    own(&mut scene, result, &grid);
    sides(&mut scene, result, &grid, area);
    Some(scene)
}

/// Where cells are on the sheet.
struct Grid {
    inner: Area,
    rows: usize,
    columns: usize,
}

impl Grid {
    fn size(&self) -> (f64, f64) {
        (self.inner.width() / self.columns as f64, self.inner.height() / self.rows as f64)
    }

    fn at(&self, row: usize, column: usize) -> (f64, f64) {
        let (width, height) = self.size();
        (self.inner.left + column as f64 * width, self.inner.top + row as f64 * height)
    }
}

/// The places on all axes, row by row.
fn places(result: &SweepResult) -> impl Iterator<Item = Vec<usize>> + '_ {
    let [rows, columns] = [0, 1].map(|axis: usize| result.axes[axis].values.len());
    (0..rows * columns).map(move |at| {
        let mut places = finding::own(result);
        (places[0], places[1]) = (at / columns, at % columns);
        places
    })
}

impl Phase {
    /// None if the objective of some variant is undefined there.
    fn of(result: &SweepResult, places: &[usize]) -> Option<Self> {
        let cell = |variant: usize| result.cell(variant, places);
        let merit = |variant: usize| result.merit(cell(variant));
        let variants = 0..result.variants.len();
        if variants.clone().any(|variant| merit(variant).is_nan()) {
            return None;
        }
        let best = variants
            .clone()
            .reduce(|best, variant| if merit(best) < merit(variant) { variant } else { best })?;
        let others = variants.filter(|variant| *variant != best);
        // All intervals of the diagram hold together.
        let shown = result.axes[0].values.len() * result.axes[1].values.len();
        let of_all = shown * (result.variants.len() - 1);
        let lead = |other: usize| {
            let measure = result.objective;
            result.difference_of_several(cell(best), cell(other), measure, of_all)
        };
        let is_clear = others.clone().all(|other| lead(other).is_clear());
        let next = others.reduce(|a, b| if merit(a) < merit(b) { b } else { a })?;
        Some(Self { winner: is_clear.then_some(best), lead: lead(next), best })
    }
}

/// In what share of cells which variant is better.
fn title(result: &SweepResult, phases: &[Option<Phase>]) -> String {
    let all = phases.iter().flatten().count();
    let name = words::measure(result.objective());
    let won = |variant: usize| {
        phases.iter().flatten().filter(|phase| phase.winner == Some(variant)).count()
    };
    let undecided = phases.iter().flatten().filter(|phase| phase.winner.is_none()).count();
    if undecided == all {
        return format!("Where the {name} is better is undecided in all {all} cells");
    }
    let mut order: Vec<usize> = (0..result.variants.len()).filter(|v| won(*v) > 0).collect();
    order.sort_by_key(|variant| std::cmp::Reverse(won(*variant)));
    let parts =
        order.iter().map(|variant| format!("{} in {}", result.variants[*variant], won(*variant)));
    let mut parts: Vec<String> = parts.collect();
    if undecided > 0 {
        parts.push(format!("undecided in {undecided}"));
    }
    format!("Of {all} cells the {name} is better {}", parts.join(", "))
}

fn subtitle(result: &SweepResult) -> String {
    let held = phrases::held(result, |axis| axis < 2);
    let number = match result.variants.len() {
        2 => "by how much the better one differs from the other",
        _ => "by how much the best differs from the next",
    };
    format!(
        "{}. {} The number is {number}, over {} with the same random numbers.{held}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        phrases::runs(result),
    )
}

/// What stands for a variant in cells, beside its colour.
fn letter(variant: usize) -> char {
    char::from(b'A' + variant as u8)
}

fn key(result: &SweepResult) -> Vec<(Swatch, String)> {
    let variants = result.variants.iter().enumerate().map(|(variant, name)| {
        let fill = Role::Series(variant).faint(0.42);
        (Swatch::Fill(fill), format!("{}: {name}", letter(variant)))
    });
    let undecided = "grey, hatched: undecided (95\u{a0}% for all cells together)".to_owned();
    let mut key: Vec<(Swatch, String)> = variants.collect();
    key.push((Swatch::Fill(Role::Grid.into()), undecided));
    if result.default.is_some() {
        key.push((Swatch::Frame(Role::Ink, 1.5), "the file's own".to_owned()));
    }
    key
}

fn cells(scene: &mut Scene, result: &SweepResult, grid: &Grid, phases: &[Option<Phase>]) {
    let (width, height) = grid.size();
    let unit = result.objective().unit();
    let sign = result.better.sign();
    let size = if width < 70.0 || height < 26.0 { 11.0 } else { 14.0 };
    for (at, phase) in phases.iter().enumerate() {
        let (x, y) = grid.at(at / grid.columns, at % grid.columns);
        let Some(phase) = phase else { continue };
        let text = match phase.winner {
            Some(winner) => {
                scene.rect(x, y, width, height, Role::Series(winner).faint(0.42));
                // What is less of it is better by what it is less.
                let lead = scale::bare_difference(sign * phase.lead.mean.abs(), unit);
                format!("{} {lead}", letter(phase.best))
            }
            None => {
                scene.rect(x, y, width, height, Role::Grid);
                if 2.0 * HATCH <= width.min(height) {
                    hatch(scene, (x, y), (width, height));
                }
                "?".to_owned()
            }
        };
        let short = text.split(' ').next().unwrap_or_default().to_owned();
        let fits = |text: &str| {
            width_of(text, size, Weight::SemiBold) + 10.0 < width && size + 4.0 < height
        };
        let Some(text) = [text, short].into_iter().find(|text| fits(text)) else { continue };
        let (middle, base) = (x + width / 2.0, y + height / 2.0 + size * 0.36);
        if phase.winner.is_none() {
            let half = width_of(&text, size, Weight::SemiBold) / 2.0 + 4.0;
            scene.rect(middle - half, base - size, 2.0 * half, size * 1.3, Role::Grid);
        }
        scene.bold(middle, base, &text, size, Role::Ink, Anchor::Middle);
    }
}

/// Strokes from the lower left to the upper right.
pub(super) fn hatch(scene: &mut Scene, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let strokes = ((width + height) / HATCH) as usize;
    for stroke in 1..=strokes {
        // Along the lower side, and then up the right one.
        let along = stroke as f64 * HATCH;
        let from = (x + along.min(width), y + (along - width).max(0.0));
        let to = (x + (along - height).max(0.0), y + along.min(height));
        scene.path(vec![from, to], Role::Muted.faint(0.5), 1.0);
    }
}

/// Lines where what wins changes.
fn borders(scene: &mut Scene, grid: &Grid, phases: &[Option<Phase>]) {
    let (width, height) = grid.size();
    let winner = |row: usize, column: usize| {
        phases[row * grid.columns + column].as_ref().map(|phase| phase.winner)
    };
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            let (x, y) = grid.at(row, column);
            if column > 0 && winner(row, column) != winner(row, column - 1) {
                scene.line((x, y), (x, y + height), Role::Ink, 3.0);
            }
            if row > 0 && winner(row, column) != winner(row - 1, column) {
                scene.line((x, y), (x + width, y), Role::Ink, 3.0);
            }
        }
    }
}

/// A frame around the file's own cell.
fn own(scene: &mut Scene, result: &SweepResult, grid: &Grid) {
    if let Some(own) = &result.default {
        let ((x, y), (width, height)) = (grid.at(own[0], own[1]), grid.size());
        let inset = (width.min(height) / 8.0).clamp(1.0, 5.0);
        let size = (width - 2.0 * inset, height - 2.0 * inset);
        scene.frame(x + inset, y + inset, size, Role::Ink, 1.5);
    }
}

/// The names of rows, columns and axes.
fn sides(scene: &mut Scene, result: &SweepResult, grid: &Grid, area: Area) {
    let (width, height) = grid.size();
    let every = (16.0 / height).ceil().max(1.0) as usize;
    for (row, value) in result.axes[0].values.iter().enumerate().step_by(every) {
        let (x, y) = grid.at(row, 0);
        let text = Text {
            x: x - 8.0,
            y: y + height / 2.0 + 5.0,
            text: words::value_with_unit(value),
            size: plot::NAME,
            paint: Role::Ink,
            anchor: Anchor::End,
            weight: Weight::Regular,
        };
        scene.write_within(text, x - 8.0 - area.left);
    }
    let values = result.axes[1].values.iter().enumerate();
    let columns = values
        .map(|(column, value)| (grid.at(0, column).0 + width / 2.0, words::value_with_unit(value)));
    let columns: Vec<(f64, String)> = columns.collect();
    plot::columns(scene, grid.inner.bottom + 20.0, &columns, width);
    let y = area.bottom - 2.0;
    let [down, across] = [0, 1].map(|axis: usize| words::axis(&result.axes[axis]));
    let half = area.width() / 2.0 - 20.0;
    for (x, text, anchor) in [
        (area.left, format!("↓ {down}"), Anchor::Start),
        (area.right, format!("{across} →"), Anchor::End),
    ] {
        let (size, paint, weight) = (plot::TICK, Role::Muted, Weight::Regular);
        scene.write_within(Text { x, y, text, size, paint, anchor, weight }, half);
    }
}
