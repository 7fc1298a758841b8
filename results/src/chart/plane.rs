//! A plane of two numbers: axes with ticks, points with the intervals of both, and names beside
//! them.

use sim::measure::Unit;

use super::font::{Weight, fitted, on_one_line, width_of};
use super::paint::{Paint, Role};
use super::plot::{NAME, TICK, rows};
use super::scale::{Scale, moment, ticks, time_ticks, value};
use super::scene::{Anchor, Area, Scene, Text};
use crate::estimate::Estimate;

/// Names of points that are longer are cut.
const NAMES_MAX: f64 = 340.0;

/// One side of a plane: what it shows, from where to where, and in which unit.
pub(crate) struct Side {
    pub(crate) name: String,
    pub(crate) ends: (f64, f64),
    pub(crate) unit: Unit,
}

/// A plane with its axes drawn.
pub(crate) struct Plane {
    pub(crate) inner: Area,
    pub(crate) across: Scale,
    pub(crate) up: Scale,
    /// What names stay off: left, top, right, bottom.
    taken: Vec<[f64; 4]>,
}

/// The least and the most of numbers, with a margin; none if there is nothing. No less than zero,
/// which is as far as measures go.
pub(crate) fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let known = values.filter(|value| value.is_finite());
    let (low, high) =
        known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let margin = ((high - low) * 0.06).max(high.abs() * 0.02).max(1e-6);
    let from = if 0.0 <= low { (low - margin).max(-margin / 4.0) } else { low - margin };
    (low <= high).then_some((from, high + margin))
}

/// A number and the ends of its interval, which may be unknown.
pub(crate) fn with_interval(of: &Estimate) -> [f64; 3] {
    [of.mean, of.low, of.high]
}

impl Plane {
    /// Draws the axes. Below the area there is room for the ticks and the name of the lower one.
    pub(crate) fn draw(scene: &mut Scene, area: Area, across: &Side, up: &Side) -> Self {
        let inner = Area {
            left: area.left + 74.0,
            right: area.right - 16.0,
            top: area.top + 28.0,
            bottom: area.bottom - 46.0,
        };
        let plane = Self {
            inner,
            across: Scale::new(across.ends, (inner.left, inner.right)),
            up: Scale::new(up.ends, (inner.bottom, inner.top)),
            taken: Vec::new(),
        };
        let seen = |side: &Side, about: usize| {
            let (low, high) = side.ends;
            let is_time = side.unit == Unit::Seconds && 5.0 <= high - low;
            let all = if is_time { time_ticks(low, high, about) } else { ticks(low, high, about) };
            let is_possible = |tick: &f64| {
                low.max(0.0) <= *tick && (side.unit != Unit::Share || *tick <= 1.0 + 1e-9)
            };
            let text = |tick: f64| if is_time { moment(tick) } else { value(tick, side.unit) };
            let seen = all.into_iter().filter(is_possible).map(|tick| (tick, text(tick)));
            seen.collect::<Vec<_>>()
        };
        rows(scene, inner, &plane.up, seen(up, 6));
        let mut free = f64::NEG_INFINITY;
        for (tick, text) in seen(across, (inner.width() / 110.0).max(2.0) as usize) {
            let x = plane.across.at(tick);
            scene.line((x, inner.top), (x, inner.bottom), Role::Grid, 1.0);
            let half = width_of(&text, TICK, Weight::Regular) / 2.0;
            if free <= x - half {
                scene.text(x, inner.bottom + 18.0, &text, TICK, Role::Muted, Anchor::Middle);
                free = x + half + 10.0;
            }
        }
        let room = area.width() - 20.0;
        let (top, below) = (area.top + 10.0, inner.bottom + 40.0);
        side_name(scene, (area.left, top), &format!("↑ {}", up.name), Anchor::Start, room);
        side_name(scene, (inner.right, below), &format!("{} →", across.name), Anchor::End, room);
        plane
    }

    /// Where a point is.
    pub(crate) fn at(&self, across: f64, up: f64) -> (f64, f64) {
        (self.across.at(across), self.up.at(up))
    }

    /// The intervals of a point, as a cross.
    pub(crate) fn intervals(
        &mut self,
        scene: &mut Scene,
        across: [f64; 3],
        up: [f64; 3],
        paint: impl Into<Paint>,
    ) {
        let paint = paint.into();
        let (x, y) = self.at(across[0], up[0]);
        let ends = |of: [f64; 3], scale: &Scale| {
            let known = of[1].is_finite() && !of[2].is_nan();
            known.then(|| (scale.at(of[1]), scale.at(of[2])))
        };
        if let Some((left, right)) = ends(across, &self.across) {
            scene.path(vec![(left, y), (right, y)], paint, 1.5);
            self.taken.push([left, y - 1.0, right, y + 1.0]);
        }
        if let Some((bottom, top)) = ends(up, &self.up) {
            scene.path(vec![(x, bottom), (x, top)], paint, 1.5);
            self.taken.push([x - 1.0, top, x + 1.0, bottom]);
        }
    }

    /// A point; names stay off it.
    pub(crate) fn dot(&mut self, scene: &mut Scene, (x, y): (f64, f64), radius: f64, paint: Paint) {
        scene.dot(x, y, radius, paint);
        let around = radius + 2.0;
        self.taken.push([x - around, y - around, x + around, y + around]);
    }

    /// A line through points; names stay off it.
    pub(crate) fn path(&mut self, scene: &mut Scene, points: Vec<(f64, f64)>, paint: Paint) {
        for pair in points.windows(2) {
            self.taken
                .extend(along(pair[0], pair[1]).map(|(x, y)| [x - 2.0, y - 2.0, x + 2.0, y + 2.0]));
        }
        scene.path(points, paint, 2.0);
    }

    /// Keeps names off a frame around a point.
    pub(crate) fn keep_off(&mut self, (x, y): (f64, f64), half: f64) {
        self.taken.push([x - half, y - half, x + half, y + half]);
    }

    /// Names beside points, each as near as what is there lets it.
    pub(crate) fn names(&self, scene: &mut Scene, names: &[((f64, f64), String, Role)]) {
        names_beside(scene, self.inner, &self.taken, names);
    }
}

/// The name of an axis.
pub(crate) fn side_name(
    scene: &mut Scene,
    (x, y): (f64, f64),
    name: &str,
    anchor: Anchor,
    room: f64,
) {
    let (text, size, paint, weight) = (name.to_owned(), NAME, Role::Ink, Weight::SemiBold);
    scene.write_within(Text { x, y, text, size, paint, anchor, weight }, room);
}

/// Names beside points of an area, off what is taken (left, top, right, bottom) and off all other
/// texts, each as near as that lets it. What has no room has no name.
pub(crate) fn names_beside(
    scene: &mut Scene,
    inner: Area,
    taken: &[[f64; 4]],
    names: &[((f64, f64), String, Role)],
) {
    for (point, name, role) in &together(names) {
        let text = fitted(&on_one_line(name), TICK, Weight::SemiBold, NAMES_MAX);
        let width = width_of(&text, TICK, Weight::SemiBold);
        // Better over an interval than not at all.
        let found = free(scene, inner, taken, *point, width);
        let Some(([left, top, right, bottom], is_far)) =
            found.or_else(|| free(scene, inner, &[], *point, width))
        else {
            continue;
        };
        if is_far {
            let end = (point.0.clamp(left, right), point.1.clamp(top, bottom));
            scene.line(*point, end, Role::Muted, 1.0);
        }
        scene.bold(left, bottom - 3.0, &text, TICK, *role, Anchor::Start);
    }
}

/// Places on a line, close to each other.
fn along(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    const STEP: f64 = 4.0;
    let (right, down) = (to.0 - from.0, to.1 - from.1);
    let steps = (libm::hypot(right, down) / STEP).ceil().clamp(1.0, 1000.0) as u32;
    (0..=steps).map(move |step| {
        let part = f64::from(step) / f64::from(steps);
        (from.0 + part * right, from.1 + part * down)
    })
}

/// Points that cannot be told apart have one name together; of names that are too long for that
/// there is the first, and how many others.
fn together(names: &[((f64, f64), String, Role)]) -> Vec<((f64, f64), String, Role)> {
    const APART: f64 = 6.0;
    let mut all: Vec<((f64, f64), Vec<&str>, Role)> = Vec::new();
    for (point, name, role) in names {
        let is_near = |((x, y), _, other): &((f64, f64), Vec<&str>, Role)| {
            (x - point.0).abs() < APART && (y - point.1).abs() < APART && other == role
        };
        match all.iter().position(is_near) {
            Some(at) => all[at].1.push(name),
            None => all.push((*point, vec![name], *role)),
        }
    }
    let joined = |(point, names, role): ((f64, f64), Vec<&str>, Role)| {
        // A name may have a comma of its own.
        let is_plain = names.iter().all(|name| !name.contains([',', ';']));
        let all = names.join(if is_plain { ", " } else { " / " });
        let is_short = width_of(&all, TICK, Weight::SemiBold) <= NAMES_MAX;
        let first = || match names.len() {
            1 => names[0].to_owned(),
            number => format!("{} and {} more", names[0], number - 1),
        };
        (point, if is_short { all } else { first() }, role)
    };
    all.into_iter().map(joined).collect()
}

/// Where a name of some width has room near a point, and whether that is far enough to need a
/// line.
fn free(
    scene: &Scene,
    inner: Area,
    taken: &[[f64; 4]],
    (x, y): (f64, f64),
    width: f64,
) -> Option<([f64; 4], bool)> {
    const SIDES: [(f64, f64); 8] = [
        (1.0, -1.0),
        (1.0, 1.0),
        (-1.0, -1.0),
        (-1.0, 1.0),
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
    ];
    const HALF: f64 = 8.0;
    let texts: Vec<[f64; 4]> = (scene.texts())
        .map(|text| [text.left, text.top - 3.0, text.right, text.bottom + 4.0])
        .collect();
    let is_free = |one: &[f64; 4]| {
        let apart = |other: &[f64; 4]| {
            one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1]
        };
        let within = inner.left <= one[0]
            && one[2] <= inner.right + 12.0
            && inner.top - 8.0 <= one[1]
            && one[3] <= inner.bottom;
        within && texts.iter().all(apart) && taken.iter().all(apart)
    };
    let places = (0..14).flat_map(|ring| SIDES.map(|side| (ring, side)));
    let is_seen = |one: &[f64; 4]| {
        let end = (x.clamp(one[0], one[2]), y.clamp(one[1], one[3]));
        let is_over = |(x, y): (f64, f64)| {
            texts.iter().any(|text| text[0] < x && x < text[2] && text[1] < y && y < text[3])
        };
        !along((x, y), end).any(is_over)
    };
    let mut found = places.map(|(ring, (right, down))| {
        let away = 9.0 + 14.0 * f64::from(ring);
        let (middle, center) = (x + right * (away + width / 2.0), y + down * (away + 2.0));
        let of = [middle - width / 2.0, center - HALF, middle + width / 2.0, center + HALF];
        (of, ring > 0)
    });
    found.find(|(one, is_far)| is_free(one) && (!is_far || is_seen(one)))
}
