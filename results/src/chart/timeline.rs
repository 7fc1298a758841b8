//! A run at a glance: who was in which state when, lane by lane, and how tasks ended.

use std::collections::BTreeMap;

use patterns::report::Severity;
use sim::Record;
use sim::observe::{COLUMNS, Ended, Lane, Overview, TrackId};

use super::font::{Weight, width_of};
use super::lanes::{
    Strip, by_ending, by_rank, faults, idle, is_away, is_mark, label, most, name, of_severity,
    shown, stack, strips,
};
use super::paint::Role;
use super::plot::{self, Swatch};
use super::scale::{Scale, moment};
use super::scene::{Anchor, Area, Scene, Text};
use super::story;

/// The least height of a strip, in which its name can be read.
const STRIP_MIN: f64 = 17.0;

/// More lanes than that have no room.
const LANES_MAX: usize = 32;

/// The height of the mark of a layer that a fault holds.
const HELD: f64 = 4.0;

/// Between two lanes.
const GAP: f64 = 8.0;

/// The width of the names of lanes.
const NAMES_MAX: f64 = 230.0;

/// A run at a glance, the groups of agents that are asked about first. None if nothing was seen.
pub fn timeline(
    about: &str,
    command: &str,
    overview: &Overview,
    record: &Record,
    first: &str,
) -> Option<Scene> {
    let lanes = shown(overview, first);
    if lanes.is_empty() || overview.to <= overview.from {
        return None;
    }
    let idle = idle(overview);
    let title = story::title(overview, record, first);
    let by_rank = by_rank(&lanes, first);
    let place = |number: usize| {
        let is_kept = |index: &usize| by_rank[..number].contains(index);
        let (kept, left_out): (Vec<usize>, Vec<usize>) = (0..lanes.len()).partition(is_kept);
        let strips: Vec<(Strip, &Lane)> =
            kept.iter().flat_map(|index| strips(lanes[*index])).collect();
        let left_out: Vec<String> = left_out.iter().map(|index| name(lanes[*index])).collect();
        let subtitle = subtitle(about, overview, record, &idle, &left_out);
        let (mut scene, area) = Scene::framed(&title, &subtitle, command);
        let area = plot::legend(&mut scene, area, &key(&strips, overview));
        (scene, area, strips)
    };
    // Where there is not room for all, those that tell least are left out by name.
    let mut number = lanes.len().min(LANES_MAX);
    let (mut scene, area, strips) = loop {
        let (scene, area, strips) = place(number);
        let least = strips.len() as f64 * (STRIP_MIN + GAP);
        if least <= area.bottom - 24.0 - area.top - 24.0 || number == 1 {
            break (scene, area, strips);
        }
        number -= 1;
    };
    let names = strips.iter().map(|(strip, lane)| {
        let of = |text: &str| width_of(text, plot::TICK, Weight::Regular);
        let most = most(*strip, lane, overview).map_or(0.0, |text| of(&text));
        of(&label(*strip, lane)).max(most)
    });
    let inner = Area {
        left: area.left + names.fold(60.0, f64::max).min(NAMES_MAX) + 14.0,
        right: area.right - 10.0,
        top: area.top + 22.0,
        bottom: area.bottom - 22.0,
    };
    let span = (overview.from.as_secs_f64(), overview.to.as_secs_f64());
    let across = Scale::new(span, (inner.left, inner.right));
    plot::times(&mut scene, inner, &across, span);
    let shaded = faults(overview);
    plot::shade(&mut scene, inner, &across, &shaded);
    warmup(&mut scene, inner, &across, record, span);
    draw(&mut scene, &strips, inner, overview, area.left);
    Some(scene)
}

fn subtitle(
    about: &str,
    overview: &Overview,
    record: &Record,
    idle: &[String],
    left_out: &[String],
) -> String {
    let (from, to) = (overview.from.as_secs_f64(), overview.to.as_secs_f64());
    let whole = story::is_whole(overview, record);
    let part = if whole { "The whole run" } else { "A part of the run" };
    let mut text = format!(
        "{}. {part}, from {} to {}, seed 0x{:x}.",
        about.trim_end_matches('.'),
        moment(from),
        moment(to),
        record.seed
    );
    if !idle.is_empty() {
        text += &format!(" Never left their normal state: {}.", idle.join(", "));
    }
    if !left_out.is_empty() {
        text += &format!(" Without room here: {}.", left_out.join(", "));
    }
    text
}

/// In which states processes of agents do not work, by how bad that is.
fn away(strips: &[(Strip, &Lane)]) -> Vec<(Swatch, String)> {
    let mut away: BTreeMap<Severity, Vec<&str>> = BTreeMap::new();
    for (_, lane) in strips.iter().filter(|(strip, _)| *strip == Strip::Process) {
        for seen in lane.states.iter().filter(|seen| is_away(seen)) {
            let names = away.entry(seen.severity).or_default();
            if !names.contains(&seen.state) {
                names.push(seen.state);
            }
        }
    }
    let named = away.into_iter().map(|(severity, names)| {
        (Swatch::Fill(of_severity(severity)), format!("agent {}", names.join(", ")))
    });
    named.collect()
}

/// What each colour stands for, of those that are there.
fn key(strips: &[(Strip, &Lane)], overview: &Overview) -> Vec<(Swatch, String)> {
    let of = |asked: Strip| strips.iter().filter(move |(strip, _)| *strip == asked);
    let mut key = Vec::new();
    let does = |state: &str| {
        of(Strip::Work).any(|(_, lane)| lane.states.iter().any(|seen| seen.state == state))
    };
    for (state, paint, name) in [
        ("working", Role::Grid.into(), "at work"),
        ("waiting", Role::Series(0).faint(0.55), "waiting for a call"),
        ("frozen", Role::Series(1).into(), "frozen: waiting for a call that fails"),
    ] {
        if does(state) {
            key.push((Swatch::Fill(paint), name.to_owned()));
        }
    }
    let tasks = of(Strip::Tasks).fold(Ended::default(), |sum, (_, lane)| sum.and(lane.tasks()));
    for (number, role, name) in by_ending(tasks) {
        if number > 0 {
            key.push((Swatch::Fill(role.into()), format!("task {name}")));
        }
    }
    let mut states: BTreeMap<Severity, Vec<String>> = BTreeMap::new();
    let mut touches: Vec<&str> = Vec::new();
    for (_, lane) in of(Strip::Layer) {
        let kind = match &lane.id {
            TrackId::Layer { kind, .. } => kind.as_str(),
            TrackId::Budget(_) => "budget",
            TrackId::Human(_) => "human",
            TrackId::Recovery(_) => "recovery",
            _ => continue,
        };
        let is_layer = matches!(lane.id, TrackId::Layer { .. });
        for seen in &lane.states {
            if is_mark(seen) && is_layer && !touches.contains(&seen.state) {
                touches.push(seen.state);
            }
            let names = states.entry(seen.severity).or_default();
            let name = format!("{kind} {}", seen.state);
            if !is_mark(seen) && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    for (severity, names) in states.into_iter().filter(|(_, names)| !names.is_empty()) {
        key.push((Swatch::Fill(of_severity(severity)), names.join(", ")));
    }
    key.extend(away(strips));
    let is_done = |lane: &Lane| lane.states.iter().any(is_mark);
    if of(Strip::Layer).any(|(_, lane)| matches!(lane.id, TrackId::Recovery(_)) && is_done(lane)) {
        let name = "recovery done, the first and the last time".to_owned();
        key.push((Swatch::Line(Role::Ink), name));
    }
    if !touches.is_empty() {
        let name = format!("done to the layer by a fault: {}", touches.join(", "));
        key.push((Swatch::Line(Role::Ink), name));
    }
    if !faults(overview).is_empty() {
        key.push((Swatch::Fill(Role::Series(1).faint(0.8)), "a fault".to_owned()));
        key.push((Swatch::Fill(Role::Series(1).faint(0.10)), "while it is on".to_owned()));
    }
    key
}

/// From where on tasks count.
fn warmup(scene: &mut Scene, inner: Area, across: &Scale, record: &Record, span: (f64, f64)) {
    let at = record.warmup.as_secs_f64();
    if span.0 < at && at < span.1 {
        let x = across.at(at);
        scene.line((x, inner.top - 4.0), (x, inner.bottom), Role::Muted, 1.0);
        let text = Text {
            x: x + 5.0,
            y: inner.top - 8.0,
            text: "counted from here on".to_owned(),
            size: 12.0,
            paint: Role::Muted,
            anchor: Anchor::Start,
            weight: Weight::Regular,
        };
        scene.write_within(text, inner.right - x);
    }
}

fn draw(scene: &mut Scene, strips: &[(Strip, &Lane)], inner: Area, overview: &Overview, left: f64) {
    let gaps = GAP * strips.len() as f64;
    let all: f64 = strips.iter().map(|(strip, _)| strip.weight()).sum();
    let spare = inner.height() - gaps - STRIP_MIN * strips.len() as f64;
    let mut y = inner.top + GAP / 2.0;
    for (strip, lane) in strips {
        let height = STRIP_MIN + (spare * strip.weight() / all).max(0.0);
        let area = Area { top: y, bottom: y + height, ..inner };
        let step = inner.width() / COLUMNS as f64;
        let stack = stack(*strip, lane, overview);
        for (heights, paint) in stack {
            scene.bars(area, step, &heights, paint);
        }
        if *strip == Strip::Layer {
            // A layer that a fault holds is marked as what is at fault, above its state.
            let held = lane.held.iter().map(|nanos| f64::from(u8::from(*nanos > 0)));
            let above = Area { bottom: area.top + HELD, ..area };
            scene.bars(above, step, &held.collect::<Vec<_>>(), Role::Series(1).faint(0.8));
        }
        for seen in lane.states.iter().filter(|seen| *strip == Strip::Layer && is_mark(seen)) {
            for (at, _) in [seen.first, seen.last] {
                let along = (at.as_secs_f64() - overview.from.as_secs_f64())
                    / (overview.to.as_secs_f64() - overview.from.as_secs_f64());
                let x = inner.left + along * inner.width();
                scene.line((x, area.top), (x, area.bottom), Role::Ink, 1.5);
            }
        }
        let most = Some(most(*strip, lane, overview)).filter(|_| height > 40.0);
        let lines = [Some(label(*strip, lane)), most.flatten()].into_iter().flatten();
        let lines: Vec<String> = lines.collect();
        let mut base = y + height / 2.0 + 4.5 - (lines.len() - 1) as f64 * 8.0;
        for (number, text) in lines.into_iter().enumerate() {
            let is_name = number == 0 && !matches!(strip, Strip::Tasks | Strip::Process);
            let text = Text {
                x: left,
                y: base,
                text,
                size: plot::TICK - number as f64,
                paint: if is_name { Role::Ink } else { Role::Muted },
                anchor: Anchor::Start,
                weight: Weight::Regular,
            };
            scene.write_within(text, inner.left - left - 10.0);
            base += 17.0;
        }
        if *strip == Strip::Fault {
            blocks(scene, area, lane, overview);
        }
        y += height + GAP;
    }
}

/// Names faults in their blocks, where there is room.
fn blocks(scene: &mut Scene, area: Area, lane: &Lane, overview: &Overview) {
    let span = (overview.from.as_secs_f64(), overview.to.as_secs_f64());
    let across = Scale::new(span, (area.left, area.right));
    let mut free = f64::NEG_INFINITY;
    for seen in &lane.states {
        let (from, to) = (seen.first.0.as_secs_f64(), seen.first.1.as_secs_f64());
        let (left, right) = (across.at(from) + 6.0, across.at(to));
        let width = width_of(seen.state, 12.0, Weight::Regular);
        if left + width < right - 4.0 && free <= left {
            let y = area.top + area.height() / 2.0 + 4.0;
            scene.text(left, y, seen.state, 12.0, Role::Paper, Anchor::Start);
            free = left + width + 10.0;
        }
    }
}
