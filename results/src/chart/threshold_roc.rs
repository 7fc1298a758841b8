//! How well a detector detects by its threshold: false alarms against faults that are missed, and
//! against the time that it takes to see one.

use sim::measure::{Measure, Pooling, Sample, Unit};

use super::numbers::numbers;
use super::paint::Role;
use super::plane::{Plane, Side, ends, with_interval};
use super::plot::{self, Swatch};
use super::scene::{Area, Scene};
use super::{finding, phrases, scale, words};
use crate::estimate::Estimate;
use crate::pooled;
use crate::sweep_result::SweepResult;

/// Names of thresholds that can be read; of more, every second one has a name, or fewer.
const NAMED_MAX: usize = 24;

/// A setting of the detector.
struct Threshold {
    value: String,
    /// False alarms an hour.
    false_alarms: Estimate,
    /// The share of faults that were missed.
    missed: Estimate,
    /// From the beginning of a fault until the alarm, in seconds.
    delay: Estimate,
    is_own: bool,
}

/// What stands upright in a panel: its name, which number it is, and its unit.
type Upright<'a> = (&'a str, &'a dyn Fn(&Threshold) -> Estimate, Unit);

/// The thresholds of a layer that raises alarms, along the first axis over one of its settings; the
/// file as it is written, with the other axes at its own values. None if there is no such axis, or
/// if no fault was there to be seen.
///
/// A false alarm is one that is raised while no service behind the layer has a fault, and a fault
/// is missed if it ends before any alarm.
pub(crate) fn threshold_roc(result: &SweepResult) -> Option<Scene> {
    let (axis, edge, kind) = (0..result.axes.len()).find_map(|axis| {
        let kind = kind_of(&result.axes[axis].path)?;
        numbers(&result.axes[axis]).filter(|values| 2 < values.len())?;
        Some((axis, edge(result, kind)?, kind))
    })?;
    let all = thresholds(result, axis, &edge, kind)?;
    let (title, idle) = title(result, axis, &all);
    let subtitle = subtitle(result, axis, &edge, kind, &idle);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key(result));
    let false_alarms = all.iter().flat_map(|one| with_interval(&one.false_alarms));
    let across = Side {
        name: "false alarms, per hour".to_owned(),
        ends: ends(false_alarms)?,
        unit: Unit::PerHour,
    };
    let are_missed = all.iter().any(|one| 0.0 < one.missed.mean);
    let middle = f64::midpoint(area.left, area.right);
    let areas = if are_missed {
        [Some(Area { right: middle - 14.0, ..area }), Some(Area { left: middle + 14.0, ..area })]
    } else {
        [None, Some(area)]
    };
    let missed = |one: &Threshold| one.missed;
    let delay = |one: &Threshold| one.delay;
    let panels: [Upright<'_>; 2] = [
        ("share of faults that are missed", &missed, Unit::Share),
        ("mean time from the beginning of a fault to the alarm", &delay, Unit::Seconds),
    ];
    for (area, (name, of, unit)) in areas.into_iter().zip(panels) {
        let values = all.iter().flat_map(|one| with_interval(&of(one)));
        if let (Some(area), Some(ends)) = (area, ends(values)) {
            let up = Side { name: name.to_owned(), ends, unit };
            let mut plane = Plane::draw(&mut scene, area, &across, &up);
            draw(&mut scene, &mut plane, &all, of);
        }
    }
    Some(scene)
}

/// The kind of layer that an axis is over: `breaker` of `policies.p.breaker.failures`.
fn kind_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("policies.")?;
    let mut parts = rest.rsplit('.').skip(1);
    parts.find(|part| !part.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a measure is one of alarms, or what those are counted against, so that it is looked at
/// in every cell.
pub(crate) fn is_of_alarms(measure: &Measure) -> bool {
    let (name, kind) = (measure.name(), measure.path().split('.').next().unwrap_or_default());
    let of = [".false-alarms", ".missed-faults", ".time-to-alarm"];
    let is_base = matches!((kind, name.as_ref()), ("edges", "throughput") | ("services", "faults"));
    measure.is_plain()
        && (is_base || !name.contains('#') && of.iter().any(|end| name.ends_with(end)))
}

/// The first edge with alarms of such a layer: one of the agents that the objective is of before
/// others.
fn edge(result: &SweepResult, kind: &str) -> Option<String> {
    let whom = result.objective().caller();
    let name = format!("{kind}.false-alarms");
    let with = result.measures.iter().filter(|one| is_of_alarms(one) && one.name() == name);
    with.min_by_key(|one| one.caller() != whom).map(Measure::of_whom)
}

fn thresholds(result: &SweepResult, axis: usize, edge: &str, kind: &str) -> Option<Vec<Threshold>> {
    let place = |whom: &str, name: &str| {
        result
            .measures
            .iter()
            .position(|one| one.of_whom() == whom && one.name() == name && one.is_plain())
    };
    let of_layer = |name: &str| place(edge, &format!("{kind}.{name}"));
    let [false_alarms, missed, delay] =
        [of_layer("false-alarms")?, of_layer("missed-faults")?, of_layer("time-to-alarm")?];
    // A rate has the hours that it counts in.
    let hours = place(edge, "throughput")?;
    let faults = place(edge.rsplit(" -> ").next()?, "faults")?;
    let mut places = finding::own(result);
    let own = result.default.as_ref().map(|own| own[axis]);
    let all = result.axes[axis].values.iter().enumerate().map(|(at, value)| {
        places[axis] = at;
        let cell = result.cell(0, &places);
        let alarms = result.samples(cell, false_alarms).zip(result.samples(cell, hours));
        let rate = alarms.map(|(alarms, hours)| Sample { part: alarms.value(), of: hours.of });
        let of_faults = result.samples(cell, missed).zip(result.samples(cell, faults));
        // Of two such layers each misses faults of its own.
        let share = of_faults.map(|(missed, all)| match (missed.value(), all.value()) {
            (part, of) if part <= of => Sample { part, of },
            _ => Sample::UNDEFINED,
        });
        Threshold {
            value: words::value_with_unit(value),
            false_alarms: pooled::estimate(Pooling::Ratio, Unit::PerHour, rate),
            missed: pooled::estimate(Pooling::Share, Unit::Share, share),
            delay: result.estimate(cell, delay),
            is_own: own == Some(at),
        }
    });
    let all: Vec<Threshold> = all.collect();
    let seen = all.iter().filter(|one| one.false_alarms.mean.is_finite());
    let are_faults = all.iter().any(|one| one.delay.mean.is_finite() || 0.0 < one.missed.mean);
    (2 < seen.count() && are_faults).then_some(all)
}

/// What the ends of the axis trade, and whether that can be shown.
fn title(result: &SweepResult, axis: usize, all: &[Threshold]) -> (String, String) {
    let name = words::axis(&result.axes[axis]);
    let of = |one: &Threshold| {
        let alarms = match one.false_alarms.mean {
            0.0 => "no false alarm".to_owned(),
            mean => format!("{} false alarms an hour", scale::digits(mean)),
        };
        let missed = match one.missed.mean {
            mean if 0.0 < mean => format!(", {} missed", scale::value(mean, Unit::Share)),
            _ => String::new(),
        };
        let delay = match one.delay.mean {
            mean if mean.is_finite() => format!("{} to see a fault", scale::length(mean)),
            _ => "no fault seen".to_owned(),
        };
        format!("{}: {alarms}, {delay}{missed}", one.value)
    };
    let (first, last) = (&all[0], &all[all.len() - 1]);
    let own = all.iter().position(|one| one.is_own);
    let between = own.filter(|own| 0 < *own && own + 1 < all.len()).map(|own| of(&all[own]));
    let between = between.map_or(String::new(), |own| format!("; the file's own, {own}"));
    let overlap = |a: &Estimate, b: &Estimate| a.low.is_nan() || a.low <= b.high && b.low <= a.high;
    let idle =
        overlap(&first.false_alarms, &last.false_alarms) && overlap(&first.delay, &last.delay);
    let idle = if idle { " The intervals of both ends overlap: undecided." } else { "" };
    (format!("{name} {}; {}{between}", of(first), of(last)), idle.to_owned())
}

fn subtitle(result: &SweepResult, axis: usize, edge: &str, kind: &str, idle: &str) -> String {
    let held = phrases::held(result, |at| at == axis);
    format!(
        "{}. The {kind} on {}, of the file as it is written. A false alarm goes off while no \
         service behind it has a fault; a fault is missed if it ends before any alarm. Of each \
         threshold {}.{held}{idle}",
        result.title.trim_end_matches('.'),
        edge.replace("->", "→"),
        phrases::runs(result),
    )
}

fn key(result: &SweepResult) -> Vec<(Swatch, String)> {
    let mut key = vec![(Swatch::Dot(Role::Series(0)), "a threshold, in their order".to_owned())];
    if result.default.is_some() {
        key.push((Swatch::Frame(Role::Ink, 2.0), "the file's own".to_owned()));
    }
    if result.replications > 1 {
        key.push((Swatch::Line(Role::Ink), "95\u{a0}% interval".to_owned()));
    }
    key.push((Swatch::None, "nearer to the lower left corner is better".to_owned()));
    key
}

fn draw(
    scene: &mut Scene,
    plane: &mut Plane,
    all: &[Threshold],
    of: &dyn Fn(&Threshold) -> Estimate,
) {
    let known =
        all.iter().filter(|one| one.false_alarms.mean.is_finite() && of(one).mean.is_finite());
    let known: Vec<&Threshold> = known.collect();
    let at = |one: &Threshold, plane: &Plane| plane.at(one.false_alarms.mean, of(one).mean);
    let path: Vec<(f64, f64)> = known.iter().map(|one| at(one, plane)).collect();
    plane.path(scene, path, Role::Series(0).faint(0.5));
    let mut names = Vec::new();
    let every = known.len().div_ceil(NAMED_MAX);
    for (number, one) in known.into_iter().enumerate() {
        let (x, y) = (with_interval(&one.false_alarms), with_interval(&of(one)));
        plane.intervals(scene, x, y, Role::Series(0).faint(0.5));
        let point = at(one, plane);
        plane.dot(scene, point, 5.5, Role::Series(0).into());
        if one.is_own {
            scene.frame(point.0 - 9.0, point.1 - 9.0, (18.0, 18.0), Role::Ink, 2.0);
            plane.keep_off(point, 13.0);
        }
        if number % every == 0 || one.is_own {
            names.push((point, one.value.clone(), Role::Ink));
        }
    }
    plane.names(scene, &names);
}
