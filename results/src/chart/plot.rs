//! What charts have in common inside the frame: a legend, axes with ticks, names at the ends of
//! lines, shaded times.

use super::font::{Weight, width_of};
use super::paint::{Paint, Role};
use super::scale::{self, Scale};
use super::scene::{Anchor, Area, Scene, Text};

/// The size of texts at axes, in legends and at lines.
pub(crate) const TICK: f64 = 13.0;
pub(crate) const NAME: f64 = 14.0;

/// The height of a line of names.
const LINE: f64 = 19.0;

/// What stands for something in a legend.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Swatch {
    /// A filled square.
    Fill(Paint),
    /// A line.
    Line(Role),
    /// A dot.
    Dot(Role),
    /// A square without a filling, and how thick its edge is.
    Frame(Role, f64),
    /// Nothing: the name says it all.
    None,
}

/// Explains every colour, in as many lines as that takes; less room is left.
pub(crate) fn legend(scene: &mut Scene, area: Area, entries: &[(Swatch, String)]) -> Area {
    if entries.is_empty() {
        return area;
    }
    let (mut x, mut y) = (area.left, area.top + 10.0);
    for (swatch, name) in entries {
        let room = area.width() - 24.0;
        let width = 18.0 + width_of(name, TICK, Weight::Regular).min(room);
        if area.right < x + width && area.left < x {
            (x, y) = (area.left, y + LINE);
        }
        let (top, side) = (y - 10.0, 12.0);
        match swatch {
            Swatch::None => {}
            Swatch::Frame(role, line) => {
                scene.frame(x + 1.5, top + 1.5, (side - 3.0, side - 3.0), *role, *line);
            }
            Swatch::Fill(paint) => scene.rect(x, top, side, side, *paint),
            Swatch::Line(role) => scene.line((x, y - 4.0), (x + side, y - 4.0), *role, 2.5),
            Swatch::Dot(role) => scene.dot(x + 6.0, y - 4.0, 4.0, *role),
        }
        let aside = if matches!(swatch, Swatch::None) { 0.0 } else { 18.0 };
        let text = Text {
            x: x + aside,
            y,
            text: name.clone(),
            size: TICK,
            paint: Role::Muted,
            anchor: Anchor::Start,
            weight: Weight::Regular,
        };
        scene.write_within(text, room);
        x += width + 20.0;
    }
    Area { top: y + 12.0, ..area }
}

/// Lines across at values, each with its name to the left.
pub(crate) fn rows(
    scene: &mut Scene,
    area: Area,
    vertical: &Scale,
    ticks: impl IntoIterator<Item = (f64, String)>,
) {
    for (value, name) in ticks {
        let y = vertical.at(value);
        scene.line((area.left, y), (area.right, y), Role::Grid, 1.0);
        scene.text(area.left - 8.0, y + 4.5, &name, TICK, Role::Muted, Anchor::End);
    }
}

/// Lines down at times, with their names below.
pub(crate) fn times(scene: &mut Scene, area: Area, across: &Scale, (from, to): (f64, f64)) {
    let about = (area.width() / 105.0).max(2.0) as usize;
    let mut free = f64::NEG_INFINITY;
    for tick in scale::time_ticks(from, to, about) {
        let x = across.at(tick);
        scene.line((x, area.top), (x, area.bottom), Role::Grid, 1.0);
        let name = scale::moment(tick);
        let half = width_of(&name, TICK, Weight::Regular) / 2.0;
        // The last name stays on the sheet, and none runs into another.
        let middle = x.min(scene.size().0 - 6.0 - half);
        if free <= middle - half {
            scene.text(middle, area.bottom + 18.0, &name, TICK, Role::Muted, Anchor::Middle);
            free = middle + half + 10.0;
        }
    }
}

/// Names of places below an area, as many as there is room for.
pub(crate) fn columns(scene: &mut Scene, y: f64, places: &[(f64, String)], step: f64) {
    let every = (44.0 / step).ceil().max(1.0) as usize;
    let room = step * every as f64 - 10.0;
    for (x, name) in places.iter().step_by(every) {
        // What stands at the edge of the sheet has less room to both sides.
        let room = room.min(2.0 * (scene.size().0 - 6.0 - x).min(x - 6.0));
        let text = Text {
            x: *x,
            y,
            text: name.clone(),
            size: NAME,
            paint: Role::Ink,
            anchor: Anchor::Middle,
            weight: Weight::Regular,
        };
        scene.write_within(text, room);
    }
}

/// Names at the ends of lines: each as near to its own as the others let it.
pub(crate) fn end_labels(scene: &mut Scene, area: Area, labels: Vec<(f64, String, Role)>) {
    let room = scene.size().0 - 10.0 - area.right - 12.0;
    let mut labels = labels;
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = f64::NEG_INFINITY;
    let mut rest = labels.len() as f64;
    for (y, name, role) in labels {
        // What comes after it needs room as well.
        let lowest = area.bottom - 2.0 - (rest - 1.0) * LINE;
        let y = y.min(lowest).max(free);
        (free, rest) = (y + LINE, rest - 1.0);
        let text = Text {
            x: area.right + 12.0,
            y: y + 5.0,
            text: name,
            size: NAME,
            paint: role,
            anchor: Anchor::Start,
            weight: Weight::SemiBold,
        };
        scene.write_within(text, room);
    }
}

/// The room that names at the ends of lines are given.
pub(crate) fn end_room<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    names.map(|name| width_of(name, NAME, Weight::SemiBold)).fold(0.0, f64::max).min(300.0) + 16.0
}

/// Shades times in which something was wrong.
pub(crate) fn shade(scene: &mut Scene, area: Area, across: &Scale, faults: &[(f64, f64)]) {
    for (from, to) in faults {
        let (left, right) = (across.at(*from), across.at(*to));
        let width = (right - left).max(1.0);
        scene.rect(left, area.top, width, area.height(), Role::Series(1).faint(0.10));
    }
}
