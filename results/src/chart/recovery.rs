//! How long it takes to recover: what share of runs has not, after some time.

use patterns::Duration;
use sim::measure::Unit;
use sim::observe::Histogram;

use super::lines::distinguishable;
use super::paint::Role;
use super::plane::{names_beside, side_name};
use super::plot::{self, Swatch};
use super::scale::{self, Scale};
use super::scene::{Area, Scene};
use super::words::NO_END;
use super::{finding, phrases, starvation};
use crate::repairs::{Repairs, Step};
use crate::sweep_result::SweepResult;

/// Fewer runs than that make no curve.
const RUNS_MIN: u64 = 2;

/// From this ratio of the longest time to the shortest on, times are on a scale of logarithms.
const SPAN_OF_LOG: f64 = 30.0;

/// So many curves have room for their names beside them; those of more are in the legend.
const BESIDE_MAX: usize = 3;

/// The runs of a variant.
struct Curve<'a> {
    variant: usize,
    name: &'a str,
    repairs: &'a Repairs,
    steps: Vec<Step>,
    /// In seconds.
    median: [f64; 3],
}

/// The share of runs that have not recovered, by the time since the fault began, as the agents see
/// it that the objective is of: with the file's own values, for each variant. None if runs have
/// several faults, or if none takes any time to recover.
///
/// A run that is not well at its end counts for as long as it was seen (a stroke on the curve).
pub(crate) fn recovery(result: &SweepResult) -> Option<Scene> {
    let own = finding::own(result);
    result.default.as_ref()?;
    let all = result.variants.iter().enumerate().map(|(variant, name)| {
        let repairs = result.repairs(variant);
        let (steps, median) = (repairs.survival(), repairs.median());
        Curve { variant, name, repairs, steps, median }
    });
    let all: Vec<Curve<'_>> = all
        .filter(|curve| RUNS_MIN <= curve.repairs.count() && curve.repairs.unclear == 0)
        .collect();
    let drawn = distinguishable(result, &own);
    let curves: Vec<&Curve<'_>> = all.iter().filter(|one| drawn.contains(&one.variant)).collect();
    let fault = curves.iter().filter_map(|curve| curve.repairs.faults.max()).max();
    let title = title(result, &all, fault.is_some());
    let subtitle = subtitle(result, &curves, fault);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key(&curves, fault.is_some()));
    let inner = Area {
        left: area.left + 74.0,
        right: area.right - 16.0,
        top: area.top + 12.0,
        bottom: area.bottom - 46.0,
    };
    let up = Scale::new((0.0, 1.0), (inner.bottom, inner.top));
    let rows = [0.0, 0.25, 0.5, 0.75, 1.0];
    plot::rows(&mut scene, inner, &up, rows.map(|one| (one, scale::value(one, Unit::Share))));
    let (across, from) = times(&mut scene, inner, &curves, fault)?;
    let half = up.at(0.5);
    scene.line((inner.left, half), (inner.right, half), Role::Muted, 1.5);
    let (mut names, mut taken) = (Vec::new(), Vec::new());
    for (index, curve) in curves.iter().enumerate() {
        let role = Role::Series(index);
        let path = draw(&mut scene, inner, curve, (&across, &up), (from, role));
        for pair in path.windows(2) {
            let ([(a, b), (c, d)], room) = ([pair[0], pair[1]], 3.0);
            taken.push([a.min(c) - room, b.min(d) - room, a.max(c) + room, b.max(d) + room]);
        }
        let end = path[path.len() - 1];
        let middle = Some(curve.median[0]).filter(|median| median.is_finite());
        let at = middle.map_or(end, |median| (across.at(median), half));
        names.push((at, curve.name.to_owned(), role));
    }
    taken.extend(names.iter().map(|((x, y), ..)| [x - 6.0, y - 8.0, x + 6.0, y + 8.0]));
    taken.push([inner.left, half - 1.0, inner.right, half + 1.0]);
    if curves.len() <= BESIDE_MAX {
        names_beside(&mut scene, inner, &taken, &names);
    }
    Some(scene)
}

/// The axis of times, and where it begins.
fn times(
    scene: &mut Scene,
    inner: Area,
    curves: &[&Curve<'_>],
    fault: Option<Duration>,
) -> Option<(Scale, f64)> {
    use super::scene::Anchor;
    let all = || curves.iter().flat_map(|curve| [&curve.repairs.ended, &curve.repairs.open]);
    let longest = all().filter_map(Histogram::max).max()?.as_secs_f64();
    let steps = curves.iter().flat_map(|curve| &curve.steps).map(|step| step.at);
    let shortest = steps.filter(|at| 0.0 < *at).fold(longest, f64::min);
    if longest <= 0.0 {
        return None;
    }
    let shortest = shortest.max(longest * 1e-5);
    let (sides, is_log) = ((inner.left, inner.right), SPAN_OF_LOG * shortest < longest);
    let (from, to) = if is_log { (shortest * 0.8, longest * 1.05) } else { (0.0, longest * 1.02) };
    let across = if is_log { Scale::log((from, to), sides) } else { Scale::new((from, to), sides) };
    let name = if is_log { ", on a scale of logarithms" } else { "" };
    let since = if fault.is_some() { "the fault began" } else { "the first failure" };
    let name = format!("time since {since}{name} →");
    if is_log {
        let steps = [1e-3, 1e-2, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 36_000.0, 360_000.0];
        let shown = steps.into_iter().filter(|at| (from..to).contains(at));
        for at in shown {
            let x = across.at(at);
            scene.line((x, inner.top), (x, inner.bottom), Role::Grid, 1.0);
            let text = match at {
                at if at < 1.0 => scale::length(at),
                at => scale::moment(at),
            };
            let x = x.min(inner.right - 10.0);
            scene.text(x, inner.bottom + 18.0, &text, plot::TICK, Role::Muted, Anchor::Middle);
        }
    } else {
        plot::times(scene, inner, &across, (from, to));
    }
    side_name(scene, (inner.right, inner.bottom + 42.0), &name, Anchor::End, inner.width());
    if let Some(fault) = fault {
        plot::shade(scene, inner, &across, &[(from, fault.as_secs_f64().clamp(from, to))]);
    }
    Some((across, from))
}

/// Draws a curve, with its interval, what was not seen to end, and its median; says where it is.
fn draw(
    scene: &mut Scene,
    inner: Area,
    curve: &Curve<'_>,
    (across, up): (&Scale, &Scale),
    (from, role): (f64, Role),
) -> Vec<(f64, f64)> {
    let ends = [&curve.repairs.ended, &curve.repairs.open].into_iter().filter_map(Histogram::max);
    let end = across.at(ends.max().map_or(from, Duration::as_secs_f64));
    let stairs = |of: &dyn Fn(&Step) -> f64| {
        let mut stairs = vec![(inner.left, up.at(1.0))];
        for step in &curve.steps {
            let (x, before) = (across.at(step.at.max(from)), stairs[stairs.len() - 1].1);
            stairs.extend([(x, before), (x, up.at(of(step)))]);
        }
        let last = stairs[stairs.len() - 1].1;
        stairs.push((end, last));
        stairs
    };
    // Of the last step down to nothing there is no band, but until then there is.
    let known = curve.steps.iter().filter(|step| 0.0 < step.share);
    let until = curve.steps.iter().find(|step| step.share <= 0.0);
    let until = until.map_or(end, |step| across.at(step.at.max(from)));
    if known.clone().next().is_some() {
        let side = |of: &dyn Fn(&Step) -> f64| {
            let mut side: Vec<(f64, f64)> = Vec::new();
            for step in known.clone() {
                let (x, y) = (across.at(step.at.max(from)), up.at(of(step)));
                let before = side.last().map_or(up.at(1.0), |last| last.1);
                side.extend([(x, before), (x, y)]);
            }
            let last = side[side.len() - 1].1;
            side.push((until, last));
            side
        };
        let lower = side(&|step| step.interval.0).into_iter().rev();
        let band = side(&|step| step.interval.1).into_iter().chain(lower).collect();
        scene.area(band, role.faint(0.16));
    }
    let path = stairs(&|step| step.share);
    scene.path(path.clone(), role, 2.5);
    for (bucket, _) in curve.repairs.open.buckets() {
        let seen = bucket.longest.as_secs_f64();
        let share = curve.steps.iter().rev().find(|step| step.at <= seen).map_or(1.0, |s| s.share);
        let (x, y) = (across.at(seen), up.at(share));
        scene.line((x, y - 6.0), (x, y + 6.0), role, 1.5);
    }
    if curve.median[0].is_finite() {
        let (x, y) = (across.at(curve.median[0]), up.at(0.5));
        scene.dot(x, y, 5.0, role);
        scene.path(vec![(x, y), (x, inner.bottom)], role.faint(0.7), 1.5);
    }
    path
}

fn title(result: &SweepResult, curves: &[Curve<'_>], is_fault: bool) -> String {
    let named = |median: f64| match median {
        0.0 => "at once".to_owned(),
        median if median.is_infinite() => "not before their end".to_owned(),
        median => scale::length(median),
    };
    let of = |curve: &Curve<'_>| {
        let is = match curve.median {
            [_, low, _] if low.is_infinite() => "not before their end".to_owned(),
            [median, low, high] if scale::length(low) == scale::length(high) => named(median),
            [median, low, high] => {
                let end = if high.is_finite() { scale::length(high) } else { NO_END.to_owned() };
                format!("{} [{}, {end}]", named(median), scale::length(low))
            }
        };
        format!("{is} ({})", curve.name)
    };
    // A title has room for three; of more, the first, the fastest and the slowest.
    let mut others: Vec<&Curve<'_>> = curves.iter().skip(1).collect();
    others.sort_by(|a, b| a.median[0].total_cmp(&b.median[0]));
    let parts: Vec<String> = match &others[..] {
        [fastest, _, .., slowest] => {
            let (number, fastest, slowest) = (others.len(), of(fastest), of(slowest));
            let fastest = format!("fastest of {number} variants: {fastest}");
            vec![of(&curves[0]), fastest, format!("slowest: {slowest}")]
        }
        _ => curves.iter().map(of).collect(),
    };
    let since = if is_fault { "the beginning of the fault" } else { "the first failure" };
    format!(
        "Median time to recover from {since} on, as {} sees it: {}{}",
        whom(result),
        parts.join("; "),
        undecided(curves),
    )
}

/// As whom it is seen.
fn whom(result: &SweepResult) -> String {
    let first = starvation::groups(result).into_iter().next();
    first.unwrap_or_else(|| "the first group".to_owned())
}

/// Says so where nothing tells any of them from another; and of two what does, where the intervals
/// of their medians do not.
fn undecided(all: &[Curve<'_>]) -> String {
    let pairs =
        all.iter().enumerate().flat_map(|(at, one)| all[..at].iter().map(move |b| (b, one)));
    let mut apart = pairs.filter_map(|(a, b)| a.repairs.apart(b.repairs));
    let low = all.iter().map(|curve| curve.median[1]).fold(0.0, f64::max);
    let high = all.iter().map(|curve| curve.median[2]).fold(f64::INFINITY, f64::min);
    if all.len() < 2 || high < low {
        return String::new();
    }
    match apart.next() {
        Some((at, shares)) if all.len() == 2 => {
            let [one, two] = shares.map(|share| scale::value(share, Unit::Share));
            let when = match at {
                0.0 => "at the start".to_owned(),
                at => format!("after {}", scale::length(at)),
            };
            format!("; clearly apart: {when} {one} and {two} have not recovered")
        }
        Some(_) => String::new(),
        None if all.iter().any(|curve| curve.median[2].is_infinite()) => {
            "; too few runs to tell".to_owned()
        }
        None => "; the intervals overlap: undecided".to_owned(),
    }
}

fn subtitle(result: &SweepResult, curves: &[&Curve<'_>], fault: Option<Duration>) -> String {
    let held = phrases::held(result, |_| false);
    let open = curves.iter().filter(|curve| 0 < curve.repairs.open.count());
    let open = open.map(|curve| {
        let (open, all) = (curve.repairs.open.count(), curve.repairs.count());
        format!("{} {open} of {all} runs", curve.name)
    });
    let open = phrases::named("Not well at the end", &open.collect::<Vec<_>>());
    let left_out = left_out(result, curves);
    let fault = match fault {
        Some(fault) => format!(" The fault is on for {}.", scale::length(fault.as_secs_f64())),
        None => String::new(),
    };
    format!(
        "{}. Until the last failure episode is over; without one a run has recovered at \
         once.{fault} {} of each (Kaplan–Meier).{left_out}{open}{held}",
        result.title.trim_end_matches('.'),
        phrases::runs(result),
    )
}

/// The variants that are not drawn, and how many they are.
fn left_out(result: &SweepResult, curves: &[&Curve<'_>]) -> String {
    let drawn: Vec<usize> = curves.iter().map(|curve| curve.variant).collect();
    let (rest, all) = (phrases::others(result, &drawn), result.variants.len());
    phrases::named(&format!("{} of {all} variants left out", rest.len()), &rest)
}

fn key(curves: &[&Curve<'_>], is_fault: bool) -> Vec<(Swatch, String)> {
    let mut key = vec![
        (Swatch::Line(Role::Ink), "share of runs that have not recovered".to_owned()),
        (Swatch::Fill(Role::Ink.faint(0.16)), "its 95\u{a0}% interval (log-log)".to_owned()),
    ];
    if curves.iter().any(|curve| curve.median[0].is_finite()) {
        key.push((Swatch::Dot(Role::Ink), "median".to_owned()));
    }
    if curves.iter().any(|curve| 0 < curve.repairs.open.count()) {
        let name = "upright stroke: not well at its end, seen for that long".to_owned();
        key.push((Swatch::None, name));
    }
    if is_fault {
        let name = "while the fault is on".to_owned();
        key.push((Swatch::Fill(Role::Series(1).faint(0.10)), name));
    }
    if BESIDE_MAX < curves.len() {
        let names = curves.iter().enumerate();
        key.extend(names.map(|(at, one)| (Swatch::Line(Role::Series(at)), one.name.to_owned())));
    }
    key
}
