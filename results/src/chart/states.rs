//! The states of breakers, with how often they went from one to another and how long they were in
//! each.

use patterns::Time;
use patterns::report::Severity;
use sim::Record;
use sim::measure::Unit;
use sim::observe::{LayerRecord, LayerScope};

use super::font::Weight;
use super::paint::{Paint, Role};
use super::plot;
use super::scale;
use super::scene::{Anchor, Area, Scene, Text};
use super::words;

/// Diagrams that can be read beside each other.
const DIAGRAMS_MAX: usize = 3;

/// Where states stand in a diagram, as shares of its width and height.
const PLACES: [(&str, (f64, f64)); 3] =
    [("closed", (0.20, 0.28)), ("open", (0.80, 0.28)), ("half-open", (0.5, 0.80))];

/// How far apart two arrows between the same states are.
const APART: f64 = 9.0;

/// The breakers of a run, those that opened most often first. None if there is none.
pub fn states(about: &str, command: &str, record: &Record) -> Option<Scene> {
    let breakers = record.layers.iter().filter(|layer| layer.kind == "breaker");
    let mut breakers: Vec<&LayerRecord> = breakers.collect();
    breakers.sort_by_key(|layer| std::cmp::Reverse(layer.counter("opens")));
    let (shown, rest) = breakers.split_at(breakers.len().min(DIAGRAMS_MAX));
    let first = shown.first()?;
    let mut subtitle = format!(
        "{}. {} In a circle: the share of time in that state, of all its instances; at an arrow: \
         how often they went that way.",
        about.trim_end_matches('.'),
        words::counted(record)
    );
    if !rest.is_empty() {
        let names: Vec<String> = rest.iter().map(|layer| whose(layer, record)).collect();
        subtitle += &format!(" Opened less often: {}.", names.join(", "));
    }
    let (mut scene, area) = Scene::framed(&title(first, record), &subtitle, command);
    let width = area.width() / shown.len() as f64;
    for (index, layer) in shown.iter().enumerate() {
        let left = area.left + index as f64 * width;
        let panel = Area { left, right: left + width - 20.0, top: area.top + 10.0, ..area };
        diagram(&mut scene, layer, record, panel);
    }
    Some(scene)
}

fn whose(layer: &LayerRecord, record: &Record) -> String {
    match layer.scope {
        LayerScope::Callers(edge) | LayerScope::Edge(edge) => {
            let edge = &record.edges[edge as usize];
            format!("{} → {}", edge.from, edge.to)
        }
        LayerScope::Policy => layer.policy.clone(),
    }
}

fn count(layer: &LayerRecord, counter: &str) -> u128 {
    layer.counter(counter).unwrap_or(0)
}

/// The share of time in a state, of all instances.
fn share(layer: &LayerRecord, record: &Record, state: &str) -> f64 {
    let all = record.counted().as_nanos() as f64 * f64::from(layer.with_states.max(1));
    layer.state(state).map_or(0.0, |state| state.time as f64 / all)
}

fn title(layer: &LayerRecord, record: &Record) -> String {
    let whose = whose(layer, record);
    let times = |number: u128| match number {
        1 => "once".to_owned(),
        number => format!("{number} times"),
    };
    let after = if record.warmup > Time::ZERO { " after the warm-up" } else { "" };
    let begin = if after.is_empty() { "" } else { "after the warm-up " };
    let (opens, reopens) = (count(layer, "opens"), count(layer, "reopens"));
    if opens + reopens == 0 {
        // It may have been held open.
        let held =
            layer.report.states.iter().filter(|info| {
                info.severity == Severity::Bad && share(layer, record, info.name) > 0.0
            });
        let held = held.map(|info| {
            let part = scale::value(share(layer, record, info.name), Unit::Share);
            format!(", and is {} {part} of the time", info.name)
        });
        let held: String = held.collect();
        return format!("The breaker of {whose} never opens{after}{held}");
    }
    let open = scale::value(share(layer, record, "open"), Unit::Share);
    let instances = match layer.with_states {
        0 | 1 => format!("the breaker of {whose} opens"),
        number => format!("the {number} breakers of {whose} open"),
    };
    let again = match (opens, reopens) {
        (_, 0) => String::new(),
        (0, 1) => ", from half-open".to_owned(),
        (0, _) => ", each time from half-open".to_owned(),
        (_, again) => format!(", {again} of them from half-open"),
    };
    let are = if layer.with_states > 1 { "are" } else { "is" };
    let times = times(opens + reopens);
    format!("{begin}{instances} {times}{again}, and {are} open {open} of the time")
}

fn diagram(scene: &mut Scene, layer: &LayerRecord, record: &Record, panel: Area) {
    let radius = (panel.height() * 0.13).min(panel.width() * 0.14);
    let at = |state: usize| {
        let (_, (x, y)) = PLACES[state];
        (panel.left + x * panel.width(), panel.top + y * panel.height())
    };
    let heading = Text {
        x: panel.left,
        y: panel.top + 12.0,
        text: whose(layer, record),
        size: plot::NAME,
        paint: Role::Ink,
        anchor: Anchor::Start,
        weight: Weight::SemiBold,
    };
    scene.write_within(heading, panel.width());
    let half_open = layer.state("half-open").map_or(0, |state| u128::from(state.entered));
    let [closed, open, half] = [0, 1, 2].map(at);
    for (from, to, number, name, side) in [
        (closed, open, count(layer, "opens"), "opens", 0.0),
        (open, half, half_open, "half-opens", -APART),
        (half, open, count(layer, "reopens"), "reopens", -APART),
        (half, closed, count(layer, "closes"), "closes", 0.0),
    ] {
        arrow(scene, (from, to), radius, side, number > 0);
        let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let (x, y, anchor) = match name {
            "opens" => (x, y - 10.0, Anchor::Middle),
            "half-opens" => (x + 22.0, y + 12.0, Anchor::Start),
            "reopens" => (x - 18.0, y - 8.0, Anchor::End),
            _ => (x - 14.0, y + 12.0, Anchor::End),
        };
        let paint = if number > 0 { Role::Ink } else { Role::Muted };
        let text = format!("{name} {number}");
        scene.text(x, y, &text, plot::TICK, paint, anchor);
    }
    for (state, (name, _)) in PLACES.iter().enumerate() {
        let known = layer.report.states.iter().find(|info| info.name == *name);
        let paint: Paint = match known.map(|info| info.severity) {
            Some(Severity::Bad) => Role::Series(3).faint(0.45),
            Some(Severity::Limited) => Role::Series(4).faint(0.40),
            _ => Role::Series(2).faint(0.35),
        };
        let (x, y) = at(state);
        scene.dot(x, y, radius, Role::Paper);
        scene.dot(x, y, radius, paint);
        scene.bold(x, y - 2.0, name, plot::NAME, Role::Ink, Anchor::Middle);
        let share = scale::value(share(layer, record, name), Unit::Share);
        scene.text(x, y + 17.0, &share, plot::NAME, Role::Ink, Anchor::Middle);
    }
    others(scene, layer, record, panel);
}

/// An arrow from the edge of one circle to that of another, a bit to the side.
fn arrow(
    scene: &mut Scene,
    (from, to): ((f64, f64), (f64, f64)),
    radius: f64,
    side: f64,
    is_used: bool,
) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::sqrt(dx * dx + dy * dy);
    let (ux, uy) = (dx / length, dy / length);
    let aside = (-uy * side, ux * side);
    let on = |along: f64| (from.0 + ux * along + aside.0, from.1 + uy * along + aside.1);
    let (begin, end) = (on(radius + 4.0), on(length - radius - 6.0));
    let (role, width) = if is_used { (Role::Ink, 2.0) } else { (Role::Grid, 1.5) };
    let neck = on(length - radius - 17.0);
    scene.line(begin, neck, role, width);
    let wing = |half: f64| (neck.0 - uy * half, neck.1 + ux * half);
    scene.area(vec![wing(5.5), end, wing(-5.5)], role);
}

/// The share of time in states that have no place in the diagram.
fn others(scene: &mut Scene, layer: &LayerRecord, record: &Record, panel: Area) {
    let others = layer.report.states.iter().filter(|info| {
        PLACES.iter().all(|(name, _)| *name != info.name) && share(layer, record, info.name) > 0.0
    });
    let others = others.map(|info| {
        let part = scale::value(share(layer, record, info.name), Unit::Share);
        format!("{} {part}", info.name)
    });
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        let text = Text {
            x: panel.left,
            y: panel.bottom,
            text: format!("beside these: {}", others.join(", ")),
            size: plot::TICK,
            paint: Role::Muted,
            anchor: Anchor::Start,
            weight: Weight::Regular,
        };
        scene.write_within(text, panel.width());
    }
}
