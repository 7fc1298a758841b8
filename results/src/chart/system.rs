//! The system: who calls whom, through which layers, and who shares what.

use sim::System;
use sim::model::system::{Caller, Edge, Per, Place};

use super::font::{Weight, width_of};
use super::paint::{Paint, Role};
use super::plot::{self, Swatch};
use super::scene::{Anchor, Area, Scene, Text};

/// The least height of an edge.
const ROW_MIN: f64 = 30.0;

/// More edges than that have no room.
const ROWS_MAX: usize = 24;

/// The widths of the boxes of callers and of services.
const CALLER: f64 = 200.0;
const SERVICE: f64 = 290.0;

/// Between the parts of a row, and around a word in a box.
const GAP: f64 = 14.0;
const PAD: f64 = 9.0;

/// The system, an edge in each row. The agents that are asked about come first. None if nobody
/// calls.
pub fn system(about: &str, command: &str, system: &System, first: &str) -> Option<Scene> {
    let mut edges: Vec<&Edge> = system.edges.iter().collect();
    edges.sort_by_key(|edge| {
        let is_first = system.caller_name(edge.from) == first;
        match edge.from {
            Caller::Agents(group) => (0, !is_first, group),
            Caller::Service(service) => (1, false, service),
        }
    });
    if edges.is_empty() {
        return None;
    }
    let place = |number: usize| {
        let left_out = edges[number..].iter().map(|edge| name(system, edge)).collect::<Vec<_>>();
        let subtitle = subtitle(about, system, &left_out);
        let (mut scene, area) = Scene::framed(&title(system), &subtitle, command);
        let area = plot::legend(&mut scene, area, &key(system));
        (scene, area)
    };
    let mut number = edges.len().min(ROWS_MAX);
    let (mut scene, area) = loop {
        let (scene, area) = place(number);
        if number as f64 * ROW_MIN <= area.height() - 10.0 || number == 1 {
            break (scene, area);
        }
        number -= 1;
    };
    let edges = &edges[..number];
    let height = ((area.height() - 10.0) / number as f64).min(180.0);
    let top = area.top + 10.0;
    for (row, edge) in edges.iter().enumerate() {
        let y = top + row as f64 * height;
        one(&mut scene, system, edge, Area { top: y, bottom: y + height - 8.0, ..area });
    }
    // A caller is one box, whatever it calls.
    let mut row = 0;
    for group in edges.chunk_by(|a, b| a.from == b.from) {
        let y = top + row as f64 * height;
        row += group.len();
        let bottom = top + row as f64 * height - 8.0;
        let (name, what) = caller(system, group[0].from);
        let right = area.left + CALLER;
        boxed(&mut scene, Area { right, top: y, bottom, ..area }, &name, &what, Role::Series(0));
    }
    Some(scene)
}

fn name(system: &System, edge: &Edge) -> String {
    format!("{} → {}", system.caller_name(edge.from), system.services[edge.to].name)
}

fn title(system: &System) -> String {
    let agents: u64 = system.agents.iter().map(|agents| u64::from(agents.count)).sum();
    let bare = system.edges.iter().filter(|edge| layers(system, edge).is_empty()).count();
    let some = |number: u64, what: &str| match number {
        1 => format!("one {what}"),
        number => format!("{number} {what}s"),
    };
    let of =
        format!("{} and {}", some(agents, "agent"), some(system.services.len() as u64, "service"));
    match (bare, system.edges.len()) {
        (0, _) => format!("{of}; every call passes some layer"),
        (bare, all) if bare == all => format!("{of}; no call passes any layer"),
        (bare, all) => format!("{of}; on {bare} of {all} edges no layer protects the call"),
    }
}

fn subtitle(about: &str, system: &System, left_out: &[String]) -> String {
    let mut text = format!(
        "{}. Each row is an edge: a call passes its layers from left to right.",
        about.trim_end_matches('.')
    );
    // What mends is on demand, and no fault.
    let faults = system.faults.iter().filter(|fault| !fault.effect.info().is_action);
    let faults: Vec<&str> = faults.map(|fault| fault.name.as_str()).collect();
    if !faults.is_empty() {
        text += &format!(" Faults: {}.", faults.join(", "));
    }
    if !left_out.is_empty() {
        text += &format!(" Without room here: {}.", left_out.join(", "));
    }
    text
}

/// The kinds of layers on an edge, and who shares an instance of each.
fn layers<'a>(system: &'a System, edge: &Edge) -> Vec<(&'a str, Per)> {
    let policy = edge.policy.map(|policy| &system.policies[policy]);
    let layers = policy.into_iter().flat_map(|policy| &policy.layers);
    layers.map(|layer| (layer.kind.as_str(), layer.per)).collect()
}

fn of_sharing(per: Per) -> Paint {
    match per {
        Per::Agent | Per::Run => Role::Series(2).faint(0.30),
        Per::Edge => Role::Series(4).faint(0.40),
        Per::Policy => Role::Series(3).faint(0.55),
    }
}

fn key(system: &System) -> Vec<(Swatch, String)> {
    let has = |per: Per| {
        let mut edges = system.edges.iter();
        edges.any(|edge| layers(system, edge).iter().any(|(_, other)| *other == per))
    };
    let mut key = Vec::new();
    for (per, name) in [
        (Per::Agent, "layer: each caller has its own"),
        (Per::Edge, "layer: all callers of the edge share one"),
        (Per::Policy, "layer: all calls under the policy share one"),
    ] {
        if has(per) {
            key.push((Swatch::Fill(of_sharing(per)), name.to_owned()));
        }
    }
    if system.faults.iter().any(|fault| fault.hits.iter().any(|place| service_of(place).is_some()))
    {
        key.push((Swatch::Fill(Role::Series(1).into()), "a fault hits it".to_owned()));
    }
    key
}

/// The service that a place is, or is a part of.
fn service_of(place: &Place) -> Option<usize> {
    match place {
        Place::Service(service) | Place::Replica { service, .. } => Some(*service),
        _ => None,
    }
}

fn caller(system: &System, caller: Caller) -> (String, String) {
    match caller {
        Caller::Agents(group) => {
            let agents = &system.agents[group];
            let what = match agents.count {
                1 => "one agent".to_owned(),
                count => format!("{count} agents"),
            };
            (agents.name.clone(), what)
        }
        Caller::Service(service) => (system.services[service].name.clone(), "service".to_owned()),
    }
}

/// What limits a service.
fn limits(system: &System, service: usize) -> String {
    let of = &system.services[service];
    let mut parts = Vec::new();
    if of.replicas.count > 1 {
        parts.push(format!("{} replicas", of.replicas.count));
    }
    match of.slots {
        u32::MAX => {}
        1 => parts.push("1 slot".to_owned()),
        slots => parts.push(format!("{slots} slots")),
    }
    if of.slots < u32::MAX && of.queue < u32::MAX {
        parts.push(format!("queue {}", of.queue));
    }
    if of.rate_limit.is_some() {
        parts.push("rate limit".to_owned());
    }
    let callers = system.edges.iter().filter(|edge| edge.to == service).count();
    if callers > 1 {
        parts.push(format!("{callers} callers"));
    }
    parts.join(", ")
}

/// An edge: a line from the caller to the service, the layers on it.
fn one(scene: &mut Scene, system: &System, edge: &Edge, row: Area) {
    let middle = f64::midpoint(row.top, row.bottom);
    let (left, right) = (row.left + CALLER, row.right - SERVICE);
    scene.line((left, middle), (right, middle), Role::Muted, 1.5);
    let arrow = vec![(right - 9.0, middle - 5.0), (right, middle), (right - 9.0, middle + 5.0)];
    scene.area(arrow, Role::Muted);
    let layers = layers(system, edge);
    let width = |kind: &str| width_of(kind, plot::TICK, Weight::Regular) + 2.0 * PAD;
    let all: f64 = layers.iter().map(|(kind, _)| width(kind) + GAP).sum();
    let room = right - left - 3.0 * GAP;
    // Where there are more than fit, each has its share of the room.
    let scale = (room / all).min(1.0);
    let mut x = left + GAP + (room - all * scale) / 2.0;
    let high = (row.bottom - row.top).min(40.0);
    for (kind, per) in layers {
        let wide = width(kind) * scale;
        let (top, bottom) = (middle - high / 2.0, middle + high / 2.0);
        scene.rect(x, top, wide, bottom - top, Role::Paper);
        scene.rect(x, top, wide, bottom - top, of_sharing(per));
        let text = Text {
            x: x + wide / 2.0,
            y: middle + 4.5,
            text: kind.to_owned(),
            size: plot::TICK,
            paint: Role::Ink,
            anchor: Anchor::Middle,
            weight: Weight::Regular,
        };
        scene.write_within(text, wide - 4.0);
        x += wide + GAP * scale;
    }
    let name = &system.services[edge.to].name;
    let is_hit = system.faults.iter().flat_map(|fault| &fault.hits);
    let is_hit = { is_hit }.any(|place| service_of(place) == Some(edge.to));
    let role = if is_hit { Role::Series(1) } else { Role::Series(5) };
    boxed(scene, Area { left: right, ..row }, name, &limits(system, edge.to), role);
}

/// A box with a coloured edge to the left, a name, and what it is.
fn boxed(scene: &mut Scene, area: Area, name: &str, what: &str, role: Role) {
    let size = (area.width(), area.height());
    scene.rect(area.left, area.top, size.0, size.1, Role::Paper);
    scene.frame(area.left, area.top, size, Role::Grid, 1.5);
    scene.rect(area.left, area.top, 5.0, size.1, role);
    let middle = f64::midpoint(area.top, area.bottom);
    let is_low = size.1 < 40.0;
    let mut write = |x: f64, y: f64, text: &str, weight: Weight, room: f64| {
        let paint = if weight == Weight::SemiBold { Role::Ink } else { Role::Muted };
        let text = Text {
            x,
            y,
            text: text.to_owned(),
            size: plot::TICK,
            paint,
            anchor: Anchor::Start,
            weight,
        };
        scene.write_within(text, room);
    };
    let (x, room) = (area.left + 5.0 + PAD, size.0 - 5.0 - 2.0 * PAD);
    if is_low || what.is_empty() {
        // On one line: the name has what it needs, up to three fifths.
        let wide = width_of(name, plot::TICK, Weight::SemiBold);
        let wide = if what.is_empty() { room } else { wide.min(room * 0.6) };
        write(x, middle + 4.5, name, Weight::SemiBold, wide);
        if !what.is_empty() {
            let begin = x + wide + 8.0;
            write(begin, middle + 4.5, what, Weight::Regular, area.right - PAD - begin);
        }
    } else {
        write(x, middle - 3.0, name, Weight::SemiBold, room);
        write(x, middle + 14.0, what, Weight::Regular, room);
    }
}
