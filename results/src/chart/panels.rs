//! Panels below each other on one axis of time, with faults shaded.

use sim::measure::Unit;
use sim::observe::Overview;

use super::font::Weight;
use super::lanes::faults;
use super::paint::Role;
use super::plot::{self, Swatch};
use super::scale::{self, Scale, ticks};
use super::scene::{Anchor, Area, Scene, Text};
use crate::over_time::Piece;

/// Panels that can be read on one sheet.
const PANELS_MAX: usize = 6;

/// Between two panels.
const GAP: f64 = 30.0;

/// One panel: a measure of several systems, or several measures of one.
pub(crate) struct Panel {
    pub(crate) name: String,
    /// Which of its lines are drawn, if there is no room for all.
    pub(crate) part: Option<String>,
    pub(crate) unit: Unit,
    pub(crate) lines: Vec<Line>,
}

pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) points: Vec<Point>,
}

/// From when to when, the value, and its interval if there is one.
pub(crate) type Point = (f64, f64, [f64; 3]);

pub(crate) fn draw_panels(
    (title, lead, command): (&str, &str, &str),
    panels: Vec<Panel>,
    pieces: &[Piece],
    overview: Option<&Overview>,
    key: &[(Swatch, String)],
) -> Option<Scene> {
    let (first, last) = (pieces.first()?, pieces.last()?);
    let (shown, idle): (Vec<Panel>, Vec<Panel>) = panels.into_iter().partition(says_something);
    let (shown, rest) = shown.split_at(shown.len().min(PANELS_MAX));
    if shown.is_empty() {
        return None;
    }
    let mut subtitle = format!("{lead} Each step is {}.", scale::length(first.length()));
    for (what, panels) in [("Zero all the time", &idle[..]), ("Without room here", rest)] {
        if !panels.is_empty() {
            let names: Vec<&str> = panels.iter().map(|panel| panel.name.as_str()).collect();
            subtitle += &format!(" {what}: {}.", names.join(", "));
        }
    }
    let (mut scene, area) = Scene::framed(title, &subtitle, command);
    let shaded = overview.map(faults).unwrap_or_default();
    let mut key = key.to_vec();
    if !shaded.is_empty() {
        let name = "while a fault is on".to_owned();
        key.push((Swatch::Fill(Role::Series(1).faint(0.10)), name));
    }
    if shown.iter().any(|panel| top(panel).1) {
        key.push((Swatch::None, "wide bands go on beyond their panel".to_owned()));
    }
    let area = plot::legend(&mut scene, area, &key);
    let names = shown.iter().flat_map(|panel| &panel.lines).map(|line| line.name.as_str());
    // Where the legend has the names, the lines need none.
    let are_named = key.iter().all(|(swatch, _)| !matches!(swatch, Swatch::Line(_)));
    let end = if are_named { plot::end_room(names) } else { 20.0 };
    let inner = Area {
        left: area.left + 74.0,
        right: area.right - end,
        top: area.top + 6.0,
        bottom: area.bottom - 22.0,
    };
    let span = (first.from.as_secs_f64(), last.to.as_secs_f64());
    let across = Scale::new(span, (inner.left, inner.right));
    let height = (inner.height() + 4.0) / shown.len() as f64 - GAP;
    for (number, panel) in shown.iter().enumerate() {
        let top = inner.top + 18.0 + number as f64 * (height + GAP);
        let area = Area { top, bottom: top + height - 2.0, ..inner };
        if number + 1 == shown.len() {
            plot::times(&mut scene, area, &across, span);
        }
        one(&mut scene, panel, area, &across, &shaded, are_named);
    }
    Some(scene)
}

/// Whether there is anything but zeros.
fn says_something(panel: &Panel) -> bool {
    let points = panel.lines.iter().flat_map(|line| &line.points);
    points.into_iter().any(|(.., [value, ..])| value.is_finite() && *value != 0.0)
}

/// How much a band may be above all lines: one from few runs would leave them no height.
const BAND_MAX: f64 = 2.0;

/// The value at the top of a panel, and whether a band goes on beyond it.
fn top(panel: &Panel) -> (f64, bool) {
    let points = || panel.lines.iter().flat_map(|line| &line.points);
    let most = |which: usize| {
        let values = points().map(|(.., values)| values[which]);
        values.filter(|value| value.is_finite()).fold(0.0, f64::max)
    };
    let (lines, bands) = (most(0), most(2));
    if panel.unit == Unit::Share && lines.max(bands) > 0.5 {
        return (1.0, false);
    }
    let top = bands.min(lines * BAND_MAX).max(lines);
    (top, top < bands)
}

fn one(
    scene: &mut Scene,
    panel: &Panel,
    area: Area,
    across: &Scale,
    shaded: &[(f64, f64)],
    are_named: bool,
) {
    let (most, _) = top(panel);
    let (factor, per) = rate(panel.unit, most);
    let within: Vec<(f64, f64)> = shaded
        .iter()
        .map(|(from, to)| (from.max(across.low()), to.min(across.high())))
        .filter(|(from, to)| from < to)
        .collect();
    plot::shade(scene, area, across, &within);
    let vertical = Scale::new((0.0, most * 1.04), (area.bottom, area.top));
    let wanted = if area.height() > 110.0 { 4 } else { 2 };
    let rows = ticks(0.0, most * factor, wanted).into_iter().map(|tick| {
        let text = match per {
            Some(_) => scale::digits(tick),
            None => scale::value(tick, panel.unit),
        };
        (tick / factor, text)
    });
    plot::rows(scene, area, &vertical, rows);
    let part = panel.part.iter().map(|part| format!(" ({part})"));
    let per = per.iter().map(|per| format!(", {per}"));
    let name = std::iter::once(panel.name.clone()).chain(part).chain(per).collect();
    let text = Text {
        x: area.left,
        y: area.top - 7.0,
        text: name,
        size: plot::TICK,
        paint: Role::Ink,
        anchor: Anchor::Start,
        weight: Weight::SemiBold,
    };
    scene.write_within(text, area.width());
    let mut labels = Vec::new();
    bands(scene, &panel.lines, across, &vertical);
    for line in &panel.lines {
        steps(scene, line, across, &vertical);
        let last = line.points.iter().rev().find(|(.., [value, ..])| value.is_finite());
        if let Some((.., [value, ..])) = last.filter(|_| are_named) {
            labels.push((vertical.at(*value), line.name.clone(), line.role));
        }
    }
    plot::end_labels(scene, area, labels);
}

/// Rates in the unit in which they are near to one; nothing of what is no rate.
fn rate(unit: Unit, most: f64) -> (f64, Option<&'static str>) {
    match unit {
        Unit::PerHour | Unit::Count if most >= 3600.0 => (1.0 / 3600.0, Some("each second")),
        Unit::PerHour | Unit::Count if most >= 60.0 => (1.0 / 60.0, Some("each minute")),
        Unit::PerHour | Unit::Count => (1.0, Some("each hour")),
        _ => (1.0, None),
    }
}

/// The places of a line that is level in each piece, of one of the values of its points.
fn level<'a>(
    points: &'a [Point],
    which: usize,
    across: &'a Scale,
    vertical: &'a Scale,
) -> impl DoubleEndedIterator<Item = (f64, f64)> + 'a {
    points.iter().flat_map(move |(from, to, values)| {
        let y = vertical.at(values[which].min(vertical.high()));
        [(across.at(*from), y), (across.at(*to), y)]
    })
}

/// The parts of a line in which something is known; between them are gaps.
fn parts(line: &Line) -> impl Iterator<Item = &[Point]> {
    let parts = line.points.split(|point| !point.2[0].is_finite());
    parts.filter(|part| !part.is_empty())
}

/// The bands of all lines: no line lies below one.
fn bands(scene: &mut Scene, lines: &[Line], across: &Scale, vertical: &Scale) {
    for line in lines {
        for part in parts(line) {
            if part.iter().all(|(.., [_, low, high])| low.is_finite() && !high.is_nan()) {
                let lower = level(part, 1, across, vertical).rev();
                let band = level(part, 2, across, vertical).chain(lower).collect();
                scene.area(band, line.role.faint(0.16));
            }
        }
    }
}

fn steps(scene: &mut Scene, line: &Line, across: &Scale, vertical: &Scale) {
    for part in parts(line) {
        scene.path(level(part, 0, across, vertical).collect(), line.role, 2.0);
    }
}
