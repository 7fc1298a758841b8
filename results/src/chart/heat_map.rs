//! The objective over two axes, one panel for each variant.

use super::finding;
use super::font::Weight;
use super::paint::{Role, on, viridis};
use super::scale;
use super::scene::{Anchor, Area, Scene};
use crate::sweep_result::SweepResult;
use sim::measure::Better;

/// The objective over the first two axes; for each further axis, at the file's own value (or the
/// first). None if there are not two axes.
///
/// The best cell has a ring, the file's own setting a frame with what it loses; a dot is on cells
/// that may be as good as the best.
pub fn heat_map(result: &SweepResult) -> Option<Scene> {
    if result.axes.len() < 2 {
        return None;
    }
    let unit = result.objective().unit();
    let title = finding::best(result);
    let subtitle = format!(
        "{}. {}{} {} runs in each cell, with the same random numbers in every cell.",
        result.title.trim_end_matches('.'),
        "",
        result.objective().definition(),
        result.replications
    );
    let (mut scene, area) = Scene::framed(&title, &subtitle, &result.command);
    let means: Vec<f64> =
        (0..result.cells()).map(|cell| result.estimate(cell, result.objective).mean).collect();
    let low = means.iter().copied().fold(f64::NAN, f64::min);
    let high = means.iter().copied().fold(f64::NAN, f64::max);
    let shade = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        viridis(match result.better {
            Better::Higher => share,
            Better::Lower => 1.0 - share,
        })
    };
    let panels = result.variants.len().min(3);
    let gap = 36.0;
    let bar = 130.0;
    let width = (area.width() - bar - gap * (panels as f64 - 1.0)) / panels as f64;
    for variant in 0..panels {
        let left = area.left + variant as f64 * (width + gap);
        let area = Area { left, right: left + width, ..area };
        panel(&mut scene, result, variant, area, &|cell| (means[cell], shade(means[cell])));
    }
    let right = Area { left: area.right - bar + 40.0, ..area };
    colour_bar(&mut scene, right, (low, high), unit, &shade);
    Some(scene)
}

fn panel(
    scene: &mut Scene,
    result: &SweepResult,
    variant: usize,
    area: Area,
    cell_at: &dyn Fn(usize) -> (f64, Role),
) {
    let (rows, columns) = (&result.axes[0], &result.axes[1]);
    if result.variants.len() > 1 {
        let name = &result.variants[variant];
        scene.bold(area.left, area.top + 14.0, name, 15.0, Role::Ink, Anchor::Start);
    }
    let labels = rows.values.iter().map(|v| super::font::width_of(v, 14.0, Weight::Regular));
    let labels = labels.fold(0.0, f64::max) + 12.0;
    let inner = Area {
        left: area.left + labels,
        right: area.right,
        top: area.top + 54.0,
        bottom: area.bottom - 70.0,
    };
    let down = rows.name();
    scene.text(area.left, inner.top - 12.0, &format!("{down} ↓"), 14.0, Role::Muted, Anchor::Start);
    let (width, height) =
        (inner.width() / columns.values.len() as f64, inner.height() / rows.values.len() as f64);
    let best = result.best(None);
    let mut marks = Vec::new();
    for (row, name) in rows.values.iter().enumerate() {
        let y = inner.top + row as f64 * height;
        scene.text(inner.left - 8.0, y + height / 2.0 + 5.0, name, 14.0, Role::Ink, Anchor::End);
        for column in 0..columns.values.len() {
            let x = inner.left + column as f64 * width;
            let mut places = result.default.clone().unwrap_or(vec![0; result.axes.len()]);
            (places[0], places[1]) = (row, column);
            let cell = result.cell(variant, &places);
            let (mean, colour) = cell_at(cell);
            scene.rect(x + 1.0, y + 1.0, width - 2.0, height - 2.0, colour);
            let ink = on(colour);
            let text =
                scale::value(mean, result.objective().unit()).replace(" %", "").replace("/h", "");
            let size = if width < 62.0 { 13.0 } else { 15.0 };
            let (middle, base) = (x + width / 2.0, y + height / 2.0 + 5.0);
            scene.text(middle, base, &text, size, ink, Anchor::Middle);
            if best.is_some_and(|best| result.is_tied(cell, best)) {
                scene.dot(x + width - 9.0, y + 9.0, 2.5, ink);
            }
            if best == Some(cell) {
                marks.push((x, y, "best", ink));
            }
            if result.default_cell(0) == Some(cell) {
                marks.push((x, y, "yours", ink));
            }
        }
    }
    for (x, y, what, ink) in marks {
        let inset = if what == "best" { 3.0 } else { 7.0 };
        let line = if what == "best" { 4.0 } else { 1.5 };
        scene.frame(x + inset, y + inset, (width - 2.0 * inset, height - 2.0 * inset), ink, line);
        if height > 50.0 {
            let base = if what == "best" { y + height - 11.0 } else { y + 20.0 };
            scene.text(x + width / 2.0, base, what, 11.0, ink, Anchor::Middle);
        }
    }
    for (column, name) in columns.values.iter().enumerate() {
        let x = inner.left + (column as f64 + 0.5) * width;
        scene.text(x, inner.bottom + 20.0, name, 14.0, Role::Ink, Anchor::Middle);
    }
    let across = format!("{} →", columns.name());
    scene.text(inner.right, inner.bottom + 42.0, &across, 14.0, Role::Muted, Anchor::End);
    if variant == 0 {
        let key = "thick frame: best · thin frame (yours): the file's own setting · \
                   dot: may be as good as the best (95 % for all)";
        scene.text(area.left, area.bottom - 4.0, key, 13.0, Role::Muted, Anchor::Start);
    }
}

fn colour_bar(
    scene: &mut Scene,
    area: Area,
    (low, high): (f64, f64),
    unit: sim::measure::Unit,
    shade: &dyn Fn(f64) -> Role,
) {
    let (top, bottom) = (area.top + 54.0, area.bottom - 70.0);
    let steps = 60;
    let height = (bottom - top) / f64::from(steps);
    for step in 0..steps {
        let down = (f64::from(step) + 0.5) / f64::from(steps);
        let value = high - down * (high - low);
        scene.rect(area.left, top + f64::from(step) * height, 16.0, height + 0.5, shade(value));
    }
    for (share, value) in [(0.0, high), (0.5, f64::midpoint(low, high)), (1.0, low)] {
        let y = top + share * (bottom - top);
        let text = scale::value(value, unit);
        scene.text(area.left + 22.0, y + 5.0, &text, 13.0, Role::Muted, Anchor::Start);
    }
}
