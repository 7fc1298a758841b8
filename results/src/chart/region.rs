//! Where a claim holds: a field for each cell that was asked, by what its rules come to.

use super::font::{Weight, width_of};
use super::paint::{Paint, Role};
use super::phase_diagram::hatch;
use super::plot::{self, Swatch};
use super::scene::{Anchor, Area, Scene, Text};
use super::{phrases, words};
use crate::sweep_result::SweepResult;
use crate::verdict::{Judged, Truth, Verdict};

/// Names of rows that are longer are cut.
const ROW_NAMES_MAX: f64 = 330.0;

/// Rows beyond which they would be too low to be read.
const ROWS_MAX: usize = 30;

/// What a field shows: its truth, if its cell was asked.
type Row = (String, Vec<Option<Truth>>);

/// The region in which a claim holds, in the words of its author. None of more rows than can be
/// read.
pub fn region(result: &SweepResult, judged: &Judged, says: &str) -> Option<Scene> {
    let columns = columns(result);
    let rows = rows(result, judged, columns);
    if ROWS_MAX < rows.len() {
        return None;
    }
    let title = title(judged);
    let put_to = result.title.trim_end_matches('.');
    let subtitle = format!("“{says}” {put_to}. {}", phrases::runs(result));
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key());
    let names = rows.iter().map(|(name, _)| width_of(name, plot::NAME, Weight::Regular));
    let left = area.left + names.fold(0.0, f64::max).min(ROW_NAMES_MAX) + 12.0;
    let inner = Area { left, top: area.top + 8.0, bottom: area.bottom - 48.0, ..area };
    let values = columns.map_or(1, |axis| result.axes[axis].values.len());
    let size = (inner.width() / values as f64, (inner.height() / rows.len() as f64).min(90.0));
    for (at, (name, truths)) in rows.iter().enumerate() {
        let y = inner.top + at as f64 * size.1;
        row_name(&mut scene, name, (inner.left, y + size.1 / 2.0), area.left);
        for (column, truth) in truths.iter().enumerate() {
            let place = (inner.left + column as f64 * size.0, y);
            field(&mut scene, *truth, place, size);
        }
    }
    let bottom = inner.top + size.1 * rows.len() as f64;
    if let Some(axis) = columns.map(|axis| &result.axes[axis]) {
        let middle = |column: usize| inner.left + (column as f64 + 0.5) * size.0;
        let values = axis.values.iter().enumerate();
        let values = values.map(|(at, value)| (middle(at), words::value_with_unit(value)));
        let values: Vec<(f64, String)> = values.collect();
        plot::columns(&mut scene, bottom + 20.0, &values, size.0);
        let text = Text {
            x: area.right,
            y: bottom + 44.0,
            text: format!("{} →", words::axis(axis)),
            size: plot::TICK,
            paint: Role::Muted,
            anchor: Anchor::End,
            weight: Weight::Regular,
        };
        scene.write_within(text, area.width());
    }
    Some(scene)
}

/// The axis whose values stand side by side: that with the most, if any has several.
fn columns(result: &SweepResult) -> Option<usize> {
    let axes = result.axes.iter().enumerate().filter(|(_, axis)| 1 < axis.values.len());
    // The last of equals: it is the fastest.
    axes.max_by_key(|(_, axis)| axis.values.len()).map(|(place, _)| place)
}

/// A row for each variant and all values of the other axes that were asked.
fn rows(result: &SweepResult, judged: &Judged, columns: Option<usize>) -> Vec<Row> {
    let values = columns.map_or(1, |axis| result.axes[axis].values.len());
    let variants: Vec<usize> = judged.cells.iter().map(|(cell, _)| result.place(*cell).0).collect();
    let is_one = variants.windows(2).all(|pair| pair[0] == pair[1]);
    let mut rows: Vec<(Vec<usize>, Row)> = Vec::new();
    for (cell, truth) in &judged.cells {
        let (variant, places) = result.place(*cell);
        let column = columns.map_or(0, |axis| places[axis]);
        let others = places.iter().enumerate().filter(|(axis, _)| Some(*axis) != columns);
        let key: Vec<usize> =
            std::iter::once(variant).chain(others.map(|(_, place)| *place)).collect();
        let known = rows.iter().position(|(other, _)| *other == key);
        let place = known.unwrap_or_else(|| {
            let name = name(result, (!is_one).then_some(variant), &places, columns);
            rows.push((key, (name, vec![None; values])));
            rows.len() - 1
        });
        rows[place].1.1[column] = Some(*truth);
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

fn name(
    result: &SweepResult,
    variant: Option<usize>,
    places: &[usize],
    columns: Option<usize>,
) -> String {
    let others = result.axes.iter().zip(places).enumerate();
    let others = others.filter(|(at, (axis, _))| Some(*at) != columns && 1 < axis.values.len());
    let others = others.map(|(_, (axis, place))| {
        format!("{} {}", axis.name(), words::value_with_unit(&axis.values[*place]))
    });
    let variant = variant.map(|variant| result.variants[variant].clone());
    variant.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

fn title(judged: &Judged) -> String {
    let all = judged.cells.len();
    let (yes, no) = (judged.count(Truth::Yes), judged.count(Truth::No));
    match judged.verdict() {
        Verdict::Holds => format!("The claim holds in all of {all} cells"),
        Verdict::HoldsWhere => format!("The claim holds in {yes} of {all} cells, and not in {no}"),
        Verdict::Fails => format!("The claim fails in {no} of {all} cells, and holds in none"),
        Verdict::Undecided => format!("The claim is undecided in all of {all} cells"),
    }
}

fn key() -> Vec<(Swatch, String)> {
    [
        (fill(Truth::Yes), "yes: its rules hold, by their 95\u{a0}% intervals"),
        (fill(Truth::No), "no: one of them does not"),
        (fill(Truth::Unclear), "?: more runs may tell"),
    ]
    .map(|(fill, name)| (Swatch::Fill(fill), name.to_owned()))
    .into()
}

/// Colours that the colour-blind tell apart, and that differ in grey.
fn fill(truth: Truth) -> Paint {
    match truth {
        Truth::Yes => Role::Series(0).faint(0.42),
        Truth::No => Role::Series(1).faint(0.42),
        Truth::Unclear => Role::Grid.into(),
    }
}

/// What the rules come to in one cell.
fn field(scene: &mut Scene, truth: Option<Truth>, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let Some(truth) = truth else { return };
    let (inner_width, inner_height) = (width - 2.0, height - 2.0);
    scene.rect(x + 1.0, y + 1.0, inner_width, inner_height, fill(truth));
    let word = match truth {
        Truth::Yes => "yes",
        Truth::No => "no",
        Truth::Unclear => "?",
    };
    if truth == Truth::Unclear {
        hatch(scene, (x + 1.0, y + 1.0), (inner_width, inner_height));
    }
    let size = if height < 24.0 { 11.0 } else { 14.0 };
    let half = width_of(word, size, Weight::SemiBold) / 2.0 + 4.0;
    if width < 2.0 * half || height < size + 4.0 {
        return;
    }
    let (middle, base) = (x + width / 2.0, y + height / 2.0 + size * 0.36);
    if truth == Truth::Unclear {
        scene.rect(middle - half, base - size, 2.0 * half, size * 1.3, Role::Grid);
    }
    scene.bold(middle, base, word, size, Role::Ink, Anchor::Middle);
}

fn row_name(scene: &mut Scene, name: &str, (x, y): (f64, f64), left: f64) {
    let text = Text {
        x: x - 8.0,
        y: y + 5.0,
        text: name.to_owned(),
        size: plot::NAME,
        paint: Role::Ink,
        anchor: Anchor::End,
        weight: Weight::Regular,
    };
    scene.write_within(text, x - 8.0 - left);
}
