//! Where tasks, calls and attempts ended, by cause, and what each layer did.

use patterns::Class;
use patterns::report::Severity;
use sim::Record;
use sim::measure::Unit;
use sim::observe::{AgentRecord, EdgeRecord, LayerRecord, LayerScope, OutcomeCounts};

use super::font::{Weight, width_of};
use super::paint::{Paint, Role};
use super::plot::{self, Swatch};
use super::scale;
use super::scene::{Anchor, Area, Scene, Text};
use super::{notes, words};

/// The least height of a bar with its gap.
const ROW_MIN: f64 = 24.0;

/// More of them than that have no room.
const ROWS_MAX: usize = 32;

/// A line of what a layer did.
const LINE: f64 = 19.0;

/// The widths of the names of bars, and of how many there were.
const NAMES_MAX: f64 = 270.0;
const NUMBERS: f64 = 100.0;

/// One bar.
struct Bar {
    name: String,
    /// By cause, in the order of [`causes`].
    numbers: Vec<u64>,
}

/// The ways to end, each with its colour: what is well from green to gold, what the callee did from
/// orange to black, what the caller's own layers did from pink to blue.
fn causes() -> Vec<(&'static str, Paint)> {
    let mut causes = vec![
        ("good", Role::Series(2).into()),
        ("degraded", Role::Series(4).into()),
        ("wrong", Role::Series(4).faint(0.45)),
    ];
    causes.extend(Class::ALL.into_iter().map(|class| {
        let paint: Paint = match class {
            Class::Network => Role::Ink.into(),
            Class::Timeout => Role::Series(1).into(),
            Class::RateLimit => Role::Series(1).faint(0.35),
            Class::Overload => Role::Series(1).faint(0.65),
            Class::Validation => Role::Muted.into(),
            Class::BreakerOpen => Role::Series(3).into(),
            Class::BulkheadFull => Role::Series(0).into(),
            Class::Rejected => Role::Series(0).faint(0.5),
        };
        (class.name(), paint)
    }));
    causes.push(("given up", Role::Ink.faint(0.35)));
    causes.push(("open at the end", Role::Grid.into()));
    causes
}

fn numbers(counts: &OutcomeCounts) -> Vec<u64> {
    let wrong = counts.wrong();
    // Wrong ones look good or degraded; which of the two does not matter here.
    let good = counts.good().saturating_sub(wrong);
    let degraded = counts.degraded() - (wrong - counts.good().min(wrong));
    let mut numbers = vec![good, degraded, wrong];
    numbers.extend(Class::ALL.into_iter().map(|class| counts.failed_as(class)));
    numbers.extend([counts.given_up, counts.open()]);
    numbers
}

/// How the tasks of a run ended, the calls of each edge, and the attempts below its layers; and
/// what the layers did. The group of agents that is asked about comes first. None if nothing was
/// begun.
pub fn endings(about: &str, command: &str, record: &Record, first: &str) -> Option<Scene> {
    let bars = bars(record, first);
    if bars.is_empty() {
        return None;
    }
    let (did, idle) = layers(record);
    let title = title(record, first);
    let place = |number: usize, lines: usize| {
        let left_out: Vec<&str> = bars[number..].iter().map(|bar| bar.name.as_str()).collect();
        let subtitle = subtitle(about, record, &idle, &left_out, did.len() - lines);
        let (mut scene, area) = Scene::framed(&title, &subtitle, command);
        let area = plot::legend(&mut scene, area, &key(&bars[..number]));
        (scene, area)
    };
    let (mut number, mut lines) = (bars.len().min(ROWS_MAX), did.len().min(ROWS_MAX));
    let (mut scene, area) = loop {
        let (scene, area) = place(number, lines);
        let needed = number as f64 * ROW_MIN + lines as f64 * LINE + 30.0;
        if needed <= area.height() || (number == 1 && lines == 0) {
            break (scene, area);
        }
        // What layers did is in the tables as well; bars are what is to be seen.
        if lines > 4 || number == 1 { lines -= 1 } else { number -= 1 }
    };
    let bottom = area.bottom - lines as f64 * LINE - if lines > 0 { 22.0 } else { 0.0 };
    let bars = &bars[..number];
    let names = bars.iter().map(|bar| width_of(&bar.name, plot::NAME, Weight::Regular));
    let left = area.left + names.fold(60.0, f64::max).min(NAMES_MAX) + 14.0;
    let inner = Area { left, right: area.right - NUMBERS, top: area.top + 8.0, bottom };
    let height = (inner.height() / bars.len() as f64).min(90.0);
    for (index, bar) in bars.iter().enumerate() {
        let top = inner.top + index as f64 * height;
        let row = Area { top, bottom: top + height - 6.0, ..inner };
        draw(&mut scene, bar, row, area.left);
    }
    written(
        &mut scene,
        &did[..lines],
        Area { top: inner.top + height * bars.len() as f64, ..area },
    );
    Some(scene)
}

fn bars(record: &Record, first: &str) -> Vec<Bar> {
    let mut groups: Vec<&AgentRecord> = record.agents.iter().collect();
    groups.sort_by_key(|agents| agents.name != first);
    let tasks = groups.into_iter().map(|agents| {
        let name = format!("tasks of {}", agents.name);
        Bar { name, numbers: numbers(&agents.tasks) }
    });
    let mut edges: Vec<_> = record.edges.iter().collect();
    edges.sort_by_key(|edge| edge.from != first);
    let calls = edges.into_iter().flat_map(|edge| {
        let name = format!("{} → {}", edge.from, edge.to);
        let calls = Bar { name: format!("calls {name}"), numbers: numbers(&edge.calls) };
        // Without layers each call is one attempt.
        let attempts = (!edge.layers.is_empty())
            .then(|| Bar { name: format!("attempts {name}"), numbers: numbers(&edge.attempts) });
        [Some(calls), attempts].into_iter().flatten()
    });
    tasks.chain(calls).filter(|bar| bar.numbers.iter().sum::<u64>() > 0).collect()
}

/// What each layer counted, and those that never acted.
fn layers(record: &Record) -> (Vec<String>, Vec<String>) {
    let (mut did, mut idle) = (Vec::new(), Vec::new());
    for layer in &record.layers {
        let counters = layer.report.counters.iter().zip(layer.counts.all());
        let counted = counters.filter(|(info, _)| info.quantity.is_of_times());
        let counted: Vec<(&str, u128)> =
            counted.map(|(info, number)| (info.name, *number)).filter(|(_, n)| *n > 0).collect();
        let name = whose(layer, record);
        if has_acted(layer) {
            let each = counted.iter().map(|(name, number)| format!("{name} {number}"));
            did.push(format!("{name}: {}", each.collect::<Vec<_>>().join(", ")));
        } else {
            idle.push(name);
        }
    }
    (did, idle)
}

/// As in [`sim::causes::idle_layers`].
fn has_acted(layer: &LayerRecord) -> bool {
    let mut states = layer.report.states.iter().zip(&layer.states);
    layer.report.acts().any(|act| layer.counter(act.name).is_some_and(|number| number > 0))
        || states.any(|(state, seen)| state.severity == Severity::Bad && seen.time > 0)
}

fn whose(layer: &LayerRecord, record: &Record) -> String {
    match layer.scope {
        LayerScope::Callers(edge) | LayerScope::Edge(edge) => {
            let edge = &record.edges[edge as usize];
            format!("{} of {} → {}", layer.kind, edge.from, edge.to)
        }
        LayerScope::Policy => format!("{} of {}", layer.kind, layer.policy),
    }
}

/// The causes of failures of the tasks that are asked about, the greatest first.
fn title(record: &Record, first: &str) -> String {
    let asked = record.agents.iter().find(|agents| agents.name == first);
    let Some(agents) = asked.or(record.agents.first()) else { return String::new() };
    let (failed, all) = (agents.tasks.failed(), agents.tasks.answered());
    if failed == 0 && agents.overdue > 0 {
        return format!(
            "None of {all} tasks of {} that ended fails; {} are open for too long",
            agents.name, agents.overdue
        );
    }
    if failed == 0 {
        // Failures that a fallback hides are below.
        let edges = || record.edges.iter().filter(|edge| edge.from == agents.name);
        let lost_on = |edge: &EdgeRecord| edge.attempts.failed() + edge.attempts.given_up;
        let attempts: u64 =
            edges().map(|edge| edge.attempts.answered() + edge.attempts.given_up).sum();
        let lost: u64 = edges().map(lost_on).sum();
        if lost == 0 {
            // What services call may fail all the same.
            let is_lost_elsewhere = record.edges.iter().any(|edge| lost_on(edge) > 0);
            let whose = if is_lost_elsewhere { " of its own" } else { "" };
            return format!(
                "None of {all} tasks of {} fails, nor does an attempt{whose}",
                agents.name
            );
        }
        let share = scale::value(lost as f64 / attempts.max(1) as f64, Unit::Share);
        return format!(
            "None of {all} tasks of {} fails; of {attempts} attempts {lost} do ({share})",
            agents.name
        );
    }
    let mut classes: Vec<(u64, &str)> = Class::ALL
        .into_iter()
        .map(|class| (agents.tasks.failed_as(class), class.name()))
        .filter(|(number, _)| *number > 0)
        .collect();
    classes.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let parts = classes.iter().take(3).map(|(number, name)| {
        let share = scale::value(*number as f64 / failed as f64, Unit::Share);
        format!("{share} {name}")
    });
    let parts: Vec<String> = parts.collect();
    let share = scale::value(failed as f64 / all.max(1) as f64, Unit::Share);
    format!("{failed} of {all} tasks of {} fail ({share}): {}", agents.name, parts.join(", "))
}

fn subtitle(
    about: &str,
    record: &Record,
    idle: &[String],
    left_out: &[&str],
    lines: usize,
) -> String {
    let mut text = format!(
        "{}. {} Attempts are what is below the layers, calls what comes out above them.",
        about.trim_end_matches('.'),
        words::counted(record)
    );
    if !idle.is_empty() {
        text += &format!(" Never acted: {}.", idle.join(", "));
    }
    if !left_out.is_empty() {
        text += &format!(" Without room here: {}.", left_out.join(", "));
    }
    if lines > 0 {
        text += &format!(" What {lines} layers more counted is in measures.csv.");
    }
    text
}

/// The causes that are there.
fn key(bars: &[Bar]) -> Vec<(Swatch, String)> {
    let is_seen = |index: usize| bars.iter().any(|bar| bar.numbers[index] > 0);
    let causes = causes().into_iter().enumerate().filter(|(index, _)| is_seen(*index));
    causes.map(|(_, (name, paint))| (Swatch::Fill(paint), name.to_owned())).collect()
}

fn draw(scene: &mut Scene, bar: &Bar, row: Area, left: f64) {
    let all: u64 = bar.numbers.iter().sum();
    let middle = f64::midpoint(row.top, row.bottom) + 4.5;
    let name = Text {
        x: left,
        y: middle,
        text: bar.name.clone(),
        size: plot::NAME,
        paint: Role::Ink,
        anchor: Anchor::Start,
        weight: Weight::Regular,
    };
    scene.write_within(name, row.left - left - 10.0);
    let x = row.right + NUMBERS;
    scene.text(x, middle, &all.to_string(), plot::NAME, Role::Muted, Anchor::End);
    let mut x = row.left;
    for ((name, paint), number) in causes().into_iter().zip(&bar.numbers) {
        let share = *number as f64 / all as f64;
        let width = share * row.width();
        if *number == 0 {
            continue;
        }
        let text = scale::value(share, Unit::Share);
        let fits = width_of(&text, 12.0, Weight::Regular) + 12.0 < width && row.height() >= 16.0;
        scene.noted(Some(notes::part(&bar.name, *number, all, name)), |scene| {
            // What there is can be seen.
            scene.rect(x, row.top, width.max(1.0), row.height(), paint);
            if fits {
                let is_strong = paint.alpha > 0.6 && paint.role != Role::Grid;
                let ink = if is_strong { Role::Paper } else { Role::Ink };
                scene.text(x + 6.0, middle, &text, 12.0, ink, Anchor::Start);
            }
        });
        x += width;
    }
}

/// What layers did, a line each.
fn written(scene: &mut Scene, did: &[String], area: Area) {
    if did.is_empty() {
        return;
    }
    let y = area.top + 18.0;
    scene.bold(area.left, y, "what layers counted", plot::TICK, Role::Ink, Anchor::Start);
    for (index, text) in did.iter().enumerate() {
        let text = Text {
            x: area.left,
            y: y + (index + 1) as f64 * LINE,
            text: text.clone(),
            size: plot::TICK,
            paint: Role::Muted,
            anchor: Anchor::Start,
            weight: Weight::Regular,
        };
        scene.write_within(text, area.width());
    }
}
