//! The objective over two axes, one panel for each variant.

use sim::measure::Better;

use super::font::{Weight, width_of};
use super::paint::{Role, on, viridis};
use super::plot::{self, Swatch};
use super::scale;
use super::scene::{Anchor, Area, Scene, Text};
use super::{finding, notes, phrases, words};
use crate::sweep_result::SweepResult;

/// The width of the scale of colours with its numbers.
const BAR: f64 = 110.0;

/// More panels than that cannot be read.
const PANELS_MAX: usize = 64;

/// Between panels.
const GAP: f64 = 26.0;

/// Above the cells of a panel, and below the last ones.
const HEAD: f64 = 26.0;
const FOOT: f64 = 24.0;

/// The least size of a cell that can be told from its neighbours.
const CELL_MIN: (f64, f64) = (12.0, 7.0);

/// Names of rows that are longer are cut.
const ROW_NAMES_MAX: f64 = 130.0;

/// What is drawn: the objective of each cell, and its colour.
struct Shades {
    /// By cell; of those that are shown.
    means: Vec<f64>,
    low: f64,
    high: f64,
    better: Better,
    /// The best under each condition that is shown, and those that may be as good.
    best: Vec<usize>,
    tied: Vec<usize>,
    /// Whether there are not too many cells to say what each is.
    are_noted: bool,
}

/// How panels are laid out: how many beside each other, and the size of a cell.
#[derive(Clone, Copy)]
struct Grid {
    across: usize,
    cell: (f64, f64),
}

/// The objective over the first two axes; for each further axis, at the file's own value (or the
/// first). None if there are not two axes, or no more than one cell.
///
/// What is best under a condition has a thick frame, the file's own setting a thin one; a dot is on
/// cells that may be as good as the best.
pub fn heat_map(result: &SweepResult) -> Option<Scene> {
    if result.axes.len() < 2 || result.axes.iter().all(|axis| axis.values.len() < 2) {
        return None;
    }
    let unit = result.objective().unit();
    let (mut scene, area, panels, grid) = framed(result);
    let shown = shown(result, panels);
    let shades = Shades::of(result, &shown);
    let rows = panels.div_ceil(grid.across);
    let names = row_names(result);
    let width =
        (area.width() - BAR - names - GAP * (grid.across as f64 - 1.0)) / grid.across as f64;
    let height = (area.height() - 2.0 * FOOT) / rows as f64;
    for (panel, variant) in shown.iter().copied().enumerate() {
        let (row, column) = (panel / grid.across, panel % grid.across);
        let left = area.left + names + column as f64 * (width + GAP);
        let top = area.top + 6.0 + row as f64 * height;
        let inner = Area { left, right: left + width, top: top + HEAD, bottom: top + height - 6.0 };
        let name = Text {
            x: left,
            y: top + 16.0,
            text: if result.variants.len() > 1 {
                result.variants[variant].clone()
            } else {
                String::new()
            },
            size: plot::NAME,
            paint: Role::Ink,
            anchor: Anchor::Start,
            weight: Weight::SemiBold,
        };
        scene.write_within(name, width);
        cells(&mut scene, result, variant, inner, &shades);
        if column == 0 {
            down(&mut scene, result, area.left, inner);
        }
        if panels <= panel + grid.across {
            let across = &result.axes[1];
            let step = inner.width() / across.values.len() as f64;
            let places = across.values.iter().enumerate().map(|(index, value)| {
                (inner.left + (index as f64 + 0.5) * step, words::value_with_unit(value))
            });
            plot::columns(&mut scene, inner.bottom + 20.0, &places.collect::<Vec<_>>(), step);
        }
    }
    let y = area.bottom - 2.0;
    let [down, across] = [0, 1].map(|axis: usize| words::axis(&result.axes[axis]));
    let (down, across) = (format!("↓ {down}"), format!("{across} →"));
    scene.text(area.left, y, &down, plot::TICK, Role::Muted, Anchor::Start);
    scene.text(area.right - BAR, y, &across, plot::TICK, Role::Muted, Anchor::End);
    let bar = Area {
        left: area.right - BAR + 24.0,
        right: area.right,
        top: area.top + 6.0 + HEAD,
        bottom: area.top + 6.0 + height - 6.0,
    };
    colour_bar(&mut scene, bar, unit, &shades);
    Some(scene)
}

/// The variants that have room, in their order: the file as it is written, the one that has the
/// best cell, and the first of the others.
fn shown(result: &SweepResult, panels: usize) -> Vec<usize> {
    let found = finding::Choice::under(result, &finding::own(result));
    let best = found.map_or(0, |found| result.place(found.best).0);
    let mut order: Vec<usize> = (0..result.variants.len()).collect();
    order.sort_by_key(|variant| (*variant > 0, *variant != best));
    order.truncate(panels);
    order.sort_unstable();
    order
}

/// The sheet with as many panels as can be read; the others are named.
fn framed(result: &SweepResult) -> (Scene, Area, usize, Grid) {
    let title = phrases::short(result, &finding::best(result));
    let mut panels = result.variants.len().min(PANELS_MAX);
    loop {
        let (mut scene, area) = Scene::framed(&title, &subtitle(result, panels), &result.command);
        let area = plot::legend(&mut scene, area, &key(result));
        let grid = grid(result, panels, area);
        let is_readable = CELL_MIN.0 <= grid.cell.0 && CELL_MIN.1 <= grid.cell.1;
        if is_readable || panels == 1 {
            return (scene, area, panels, grid);
        }
        panels -= 1;
    }
}

impl Shades {
    fn of(result: &SweepResult, shown: &[usize]) -> Self {
        let own = finding::own(result);
        let is_shown = |cell: usize| {
            let (variant, places) = result.place(cell);
            shown.contains(&variant) && places[2..] == own[2..]
        };
        let means = (0..result.cells()).map(|cell| {
            if is_shown(cell) { result.estimate(cell, result.objective).mean } else { f64::NAN }
        });
        let means: Vec<f64> = means.collect();
        let number =
            shown.len() * result.axes[..2].iter().map(|a| a.values.len()).product::<usize>();
        let are_noted = number <= notes::NOTED_MAX;
        let known = || means.iter().copied().filter(|mean| mean.is_finite());
        let (low, high) =
            (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        let (mut best, mut tied) = (Vec::new(), Vec::new());
        for condition in finding::conditions(result) {
            if let Some(found) = finding::Choice::under(result, &condition) {
                best.extend((found.cells.len() > 1).then_some(found.best));
                // Where all are alike a dot on each says nothing.
                tied.extend(found.tied.iter().filter(|_| !found.is_idle()));
            }
        }
        Self { means, low, high, better: result.better, best, tied, are_noted }
    }

    fn at(&self, value: f64) -> Role {
        if value.is_nan() {
            return Role::Grid;
        }
        let share =
            if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        viridis(match self.better {
            Better::Higher => share,
            Better::Lower => 1.0 - share,
        })
    }
}

fn subtitle(result: &SweepResult, panels: usize) -> String {
    let held = phrases::held(result, |axis| axis < 2);
    let rest = phrases::others(result, &shown(result, panels));
    let rest = phrases::named("Without room here", &rest);
    format!(
        "{}. {} {} in each cell, with the same random numbers in every cell.{held}{rest}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        match result.replications {
            1 => "1 run".to_owned(),
            runs => format!("{runs} runs"),
        }
    )
}

fn key(result: &SweepResult) -> Vec<(Swatch, String)> {
    let mut key = Vec::new();
    let are_conditions = result.axes.iter().any(sim::design::Axis::is_condition);
    let found = finding::Choice::under(result, &finding::own(result));
    let found = found.filter(|found| found.cells.len() > 1);
    if let Some(found) = found {
        let under = if are_conditions { " under each condition" } else { "" };
        key.push((Swatch::Frame(Role::Ink, 3.0), format!("best{under}")));
        if !found.is_idle() || are_conditions {
            let tied = "may be as good (95\u{a0}% for all)".to_owned();
            key.push((Swatch::Dot(Role::Ink), tied));
        }
    }
    if result.default.is_some() {
        key.push((Swatch::Frame(Role::Ink, 1.5), "the file's own".to_owned()));
    }
    key
}

/// The room that the names of rows take.
fn row_names(result: &SweepResult) -> f64 {
    let names = result.axes[0]
        .values
        .iter()
        .map(|value| width_of(&words::value_with_unit(value), plot::NAME, Weight::Regular));
    names.fold(0.0, f64::max).min(ROW_NAMES_MAX) + 10.0
}

/// The layout in which cells are largest, wide ones counting as large as they are high.
fn grid(result: &SweepResult, panels: usize, area: Area) -> Grid {
    let (rows, columns) = (result.axes[0].values.len(), result.axes[1].values.len());
    let of = |across: usize| {
        let width = area.width() - BAR - row_names(result) - GAP * (across as f64 - 1.0);
        let height = (area.height() - 2.0 * FOOT) / panels.div_ceil(across) as f64;
        let cell = (width / across as f64 / columns as f64, (height - HEAD - 6.0) / rows as f64);
        Grid { across, cell }
    };
    let size = |grid: &Grid| (grid.cell.0 / 2.2).min(grid.cell.1);
    let all = (1..=panels).map(of);
    all.max_by(|a, b| size(a).total_cmp(&size(b))).expect("there is a panel")
}

fn cells(scene: &mut Scene, result: &SweepResult, variant: usize, inner: Area, shades: &Shades) {
    let (rows, columns) = (result.axes[0].values.len(), result.axes[1].values.len());
    let size = (inner.width() / columns as f64, inner.height() / rows as f64);
    for place in 0..rows * columns {
        let (row, column) = (place / columns, place % columns);
        let corner = (inner.left + column as f64 * size.0, inner.top + row as f64 * size.1);
        let mut places = finding::own(result);
        (places[0], places[1]) = (row, column);
        let cell = result.cell(variant, &places);
        let note = shades.are_noted.then(|| notes::cell(result, cell));
        scene.noted(note, |scene| one(scene, result, cell, corner, size, shades));
    }
}

fn one(
    scene: &mut Scene,
    result: &SweepResult,
    cell: usize,
    (x, y): (f64, f64),
    (width, height): (f64, f64),
    shades: &Shades,
) {
    let size = if width < 50.0 || height < 24.0 { 11.0 } else { 15.0 };
    let gap = if width < 30.0 || height < 16.0 { 0.5 } else { 1.0 };
    let mean = shades.means[cell];
    let colour = shades.at(mean);
    let ink = on(colour);
    scene.rect(x + gap, y + gap, width - 2.0 * gap, height - 2.0 * gap, colour);
    let text = scale::value(mean, result.objective().unit());
    let text = text.replace(&format!("{}%", scale::NBSP), "").replace("/h", "");
    let wide = width_of(&text, size, Weight::Regular);
    if wide + 12.0 < width && size + 5.0 < height {
        let (middle, base) = (x + width / 2.0, y + height / 2.0 + size * 0.36);
        scene.text(middle, base, &text, size, ink, Anchor::Middle);
    }
    if shades.tied.contains(&cell) {
        let (aside, radius) = if height < 24.0 { (4.0, 1.5) } else { (8.0, 2.5) };
        scene.dot(x + width - aside, y + aside, radius, ink);
    }
    let mut frame = |inset: f64, line: f64| {
        let size = (width - 2.0 * inset, height - 2.0 * inset);
        scene.frame(x + inset, y + inset, size, ink, line);
    };
    // Within the cell, so that it can be seen on any background.
    let (of_best, of_own) = match width.min(height) {
        least if least < 16.0 => (0.0, 0.5),
        least if least < 40.0 => (1.5, 4.5),
        // Off the dot.
        _ => (4.5, 12.0),
    };
    if shades.best.contains(&cell) {
        frame(gap + of_best, 3.0);
    }
    if result.default_cell(0) == Some(cell) {
        frame(gap + of_own, 1.2);
    }
}

/// The names of rows.
fn down(scene: &mut Scene, result: &SweepResult, left: f64, inner: Area) {
    let values = &result.axes[0].values;
    let height = inner.height() / values.len() as f64;
    let every = (16.0 / height).ceil().max(1.0) as usize;
    for (row, value) in values.iter().enumerate().step_by(every) {
        let text = Text {
            x: inner.left - 8.0,
            y: inner.top + (row as f64 + 0.5) * height + 5.0,
            text: words::value_with_unit(value),
            size: plot::NAME,
            paint: Role::Ink,
            anchor: Anchor::End,
            weight: Weight::Regular,
        };
        scene.write_within(text, inner.left - left - 8.0);
    }
}

fn colour_bar(scene: &mut Scene, area: Area, unit: sim::measure::Unit, shades: &Shades) {
    let steps = 60;
    let height = area.height() / f64::from(steps);
    let (low, high) = (shades.low, shades.high);
    if low > high {
        return;
    }
    for step in 0..steps {
        let down = (f64::from(step) + 0.5) / f64::from(steps);
        let colour = shades.at(high - down * (high - low));
        scene.rect(area.left, area.top + f64::from(step) * height, 16.0, height + 0.5, colour);
    }
    for (share, value) in [(0.0, high), (0.5, f64::midpoint(low, high)), (1.0, low)] {
        let text = Text {
            x: area.left + 22.0,
            y: area.top + share * area.height() + 5.0,
            text: scale::value(value, unit),
            size: plot::TICK,
            paint: Role::Muted,
            anchor: Anchor::Start,
            weight: Weight::Regular,
        };
        scene.write_within(text, area.right - area.left - 22.0);
    }
}
