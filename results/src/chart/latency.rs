//! How long tasks took, good ones and failures apart: percentiles on a scale that gives the tail
//! its room, times on a log axis.

use sim::measure::Unit;
use sim::observe::Histogram;

use super::font::{Weight, width_of};
use super::paint::{Role, SERIES};
use super::plot::{self, Swatch};
use super::scale::{self, Scale, length};
use super::scene::{Anchor, Area, Scene};
use super::starvation;
use crate::measured::TaskTimes;
use crate::sweep_result::SweepResult;

/// The tasks of a group, or of a variant, and how long they took.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What they are of.
    pub name: String,
    /// How long they took.
    pub times: TaskTimes,
}

/// Shares of things, as the axis shows them.
const SHARES: [f64; 6] = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999];

/// What takes less is at once.
const INSTANT: f64 = 1e-6;

/// The same of the variants of a sweep: of the group of agents that the objective is of.
pub fn sweep_latency(result: &SweepResult) -> Option<Scene> {
    let curves = result.variants.iter().enumerate().map(|(variant, name)| Curve {
        name: name.clone(),
        times: result.latency(variant).clone(),
    });
    let (curves, groups): (Vec<Curve>, _) = (curves.collect(), starvation::groups(result));
    let whose = match &groups[..] {
        [first, _, ..] => format!(" of {first}"),
        _ => String::new(),
    };
    let about = result.title.trim_end_matches('.');
    let about = match whose.as_str() {
        "" => format!("{about}."),
        whose => format!("{about}. Tasks{whose} alone."),
    };
    draw_all(&about, &result.command, &whose, &curves)
}

/// How long tasks took that ended well, and those that failed. None if none has ended.
pub fn latency(about: &str, command: &str, curves: &[Curve]) -> Option<Scene> {
    draw_all(about, command, "", curves)
}

fn draw_all(about: &str, command: &str, whose: &str, curves: &[Curve]) -> Option<Scene> {
    let known: Vec<&Curve> = curves.iter().filter(|curve| curve.times.all() > 0).collect();
    let (shown, rest) = known.split_at(known.len().min(SERIES));
    let first = shown.first()?;
    let rest: Vec<&str> = rest.iter().map(|curve| curve.name.as_str()).collect();
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(" Without room here: {}.", rest.join(", "))
    };
    let subtitle = format!(
        "{about} Each point: that share took no longer. Every further nine has the same room \
         across; times are on a log scale.{rest}"
    );
    let (mut scene, area) = Scene::framed(&title(&known, first, whose), &subtitle, command);
    let key: Vec<(Swatch, String)> = (shown.iter().enumerate())
        .map(|(number, curve)| (Swatch::Line(Role::Series(number)), ended(curve)))
        .collect();
    let area = plot::legend(&mut scene, area, &key);
    let panels = [("tasks that end well", false), ("tasks that fail", true)];
    let panels = panels.map(|(name, failed)| (name, parts(shown, failed)));
    let panels: Vec<_> = panels.into_iter().filter(|(_, parts)| !parts.is_empty()).collect();
    let width = (area.width() - 40.0 * (panels.len() as f64 - 1.0)) / panels.len() as f64;
    for (number, (name, parts)) in panels.iter().enumerate() {
        let left = area.left + number as f64 * (width + 40.0);
        let panel = Area { left, right: left + width, ..area };
        draw(&mut scene, panel, name, parts);
    }
    Some(scene)
}

/// How tasks ended: `worker: 88 % end well, 12 % fail (90 % of those at once)`.
fn ended(curve: &Curve) -> String {
    let share = |part: f64| scale::value(part, Unit::Share);
    let fail = curve.times.failed.count() as f64 / curve.times.all() as f64;
    let at_once = |times: &Histogram| match at_once(times) {
        0.0 => String::new(),
        part => format!(" ({} of those at once)", share(part)),
    };
    let well = format!("{} end well{}", share(1.0 - fail), at_once(&curve.times.ok));
    if curve.times.failed.count() == 0 {
        return format!("{}: {well}, none fails", curve.name);
    }
    format!("{}: {well}, {} fail{}", curve.name, share(fail), at_once(&curve.times.failed))
}

/// One line: times of some tasks, and which share of them took no time.
struct Part<'a> {
    role: Role,
    times: &'a Histogram,
    at_once: f64,
}

impl Part<'_> {
    /// Up to which share it is drawn: what took no time is not drawn, so that something is left.
    fn last(&self) -> f64 {
        let count = self.times.count();
        let tail = tail(count);
        if self.at_once < tail { tail } else { 1.0 - 0.5 / count as f64 }
    }
}

fn parts<'a>(curves: &[&'a Curve], failed: bool) -> Vec<Part<'a>> {
    let of = |(number, curve): (usize, &&'a Curve)| {
        let times = if failed { &curve.times.failed } else { &curve.times.ok };
        (times.count() > 0).then(|| Part {
            role: Role::Series(number),
            times,
            at_once: at_once(times),
        })
    };
    curves.iter().enumerate().filter_map(of).collect()
}

/// The share that took no time.
fn at_once(times: &Histogram) -> f64 {
    let instant = times.buckets().take_while(|(bucket, _)| bucket.longest.as_secs_f64() < INSTANT);
    instant.map(|(_, number)| number).sum::<u64>() as f64 / times.count().max(1) as f64
}

fn quantile(times: &Histogram, share: f64) -> f64 {
    times.quantile(share).map_or(f64::NAN, patterns::Duration::as_secs_f64)
}

/// The tail that so many tell: a share of which at least ten are beyond it.
fn tail(count: u64) -> f64 {
    let enough = |share: &f64| (1.0 - share) * count as f64 >= 10.0;
    SHARES.into_iter().filter(enough).fold(0.5, f64::max)
}

fn nines(share: f64) -> f64 {
    -libm::log10(1.0 - share)
}

/// The tails of good tasks, and how many fail: neither says much without the other.
fn title(curves: &[&Curve], first: &Curve, whose: &str) -> String {
    let told: Vec<&&Curve> =
        curves.iter().filter(|curve| curve.times.ok.count() > 0).take(3).collect();
    let fails = |curve: &Curve| {
        let share = curve.times.failed.count() as f64 / curve.times.all() as f64;
        scale::value(share, Unit::Share)
    };
    if told.is_empty() {
        return match whose {
            "" => format!("No task of {} ends well", first.name),
            whose => format!("No task{whose} ends well ({})", first.name),
        };
    }
    let share = told.iter().map(|curve| tail(curve.times.ok.count())).fold(0.99, f64::min);
    let tails = told.iter().map(|curve| {
        let fail = match curve.times.failed.count() {
            0 => "none fails".to_owned(),
            _ => format!("{} fail", fails(curve)),
        };
        format!("{} ({}, {fail})", length(quantile(&curve.times.ok, share)), curve.name)
    });
    let tails: Vec<String> = tails.collect();
    let share = scale::value(share, Unit::Share);
    let rest = match curves.len() - told.len() {
        0 => String::new(),
        rest => format!("; {rest} of {} are not named here", curves.len()),
    };
    format!("{share} of good tasks{whose} end within {}{rest}", tails.join(", "))
}

fn draw(scene: &mut Scene, panel: Area, name: &str, parts: &[Part<'_>]) {
    let inner = Area {
        left: panel.left + 64.0,
        right: panel.right - 24.0,
        top: panel.top + 34.0,
        bottom: panel.bottom - 26.0,
    };
    scene.bold(panel.left, panel.top + 16.0, name, plot::NAME, Role::Ink, Anchor::Start);
    let drawn: Vec<&Part<'_>> = parts.iter().filter(|part| part.at_once < 1.0).collect();
    if drawn.is_empty() {
        let y = panel.top + 50.0;
        let text = "All of them at once: there is no time to draw.";
        scene.text(panel.left, y, text, plot::NAME, Role::Muted, Anchor::Start);
        return;
    }
    let last = drawn.iter().map(|part| part.last()).fold(0.5, f64::max);
    let across = Scale::new((0.0, nines(last)), (inner.left, inner.right));
    let fastest = |part: &&&Part<'_>| quantile(part.times, (part.at_once + 0.002).min(1.0));
    let low = drawn.iter().map(|part| fastest(&part)).fold(f64::INFINITY, f64::min).max(INSTANT);
    let high = drawn.iter().map(|part| quantile(part.times, part.last())).fold(low, f64::max);
    // Times that are all alike are in the middle.
    let middle = libm::sqrt(low * high);
    let (low, high) = ((low * 0.9).min(middle / 1.5), (high * 1.1).max(middle * 1.5));
    let vertical = Scale::log((low, high), (inner.bottom, inner.top));
    let rows = scale::log_ticks(low, high).into_iter().map(|tick| (tick, length(tick)));
    plot::rows(scene, inner, &vertical, rows);
    shares(scene, inner, &across, last);
    for part in drawn {
        curve(scene, part, (&across, &vertical), low);
    }
}

fn shares(scene: &mut Scene, inner: Area, across: &Scale, last: f64) {
    let mut free = f64::NEG_INFINITY;
    for share in SHARES.into_iter().filter(|share| *share <= last) {
        let x = across.at(nines(share));
        scene.line((x, inner.top), (x, inner.bottom), Role::Grid, 1.0);
        let name = if share == 0.0 { "min".to_owned() } else { format!("p{}", share * 100.0) };
        let half = width_of(&name, plot::TICK, Weight::Regular) / 2.0;
        if free <= x - half {
            let y = inner.bottom + 18.0;
            scene.text(x, y, &name, plot::TICK, Role::Muted, Anchor::Middle);
            free = x + half + 8.0;
        }
    }
}

/// A line from the first task that took some time to the tail.
fn curve(scene: &mut Scene, part: &Part<'_>, (across, vertical): (&Scale, &Scale), low: f64) {
    let steps = 240;
    let last = nines(part.last());
    let points = (0..=steps).filter_map(|step| {
        let share = 1.0 - libm::pow(10.0, -last * f64::from(step) / f64::from(steps));
        let value = quantile(part.times, share.max(0.001));
        (value >= INSTANT && part.at_once <= share)
            .then(|| (across.at(nines(share)), vertical.at(value.max(low))))
    });
    let points: Vec<(f64, f64)> = points.collect();
    if points.len() > 1 {
        scene.path(points, part.role, 2.5);
    }
}
