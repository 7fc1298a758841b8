//! How long things took: percentiles on a scale that gives the tail its room, times on a log axis.

use sim::observe::Histogram;

use super::font::{Weight, width_of};
use super::paint::{Role, SERIES};
use super::scale::{Scale, length};
use super::scene::{Anchor, Area, Scene};

/// One distribution, and what it is of.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// What it is of.
    pub name: String,
    /// How long things took.
    pub times: &'a Histogram,
}

/// Shares of things, as the axis shows them.
const SHARES: [f64; 6] = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999];

/// The distributions of times of what `of` names. None if nothing was counted.
pub fn latency(of: &str, command: &str, curves: &[Curve<'_>]) -> Option<Scene> {
    let curves: Vec<&Curve<'_>> =
        curves.iter().filter(|curve| curve.times.count() > 0).take(SERIES).collect();
    let first = curves.first()?;
    let title = title(of, &curves)?;
    let subtitle = "Each point: that share of tasks took no longer. The scale across gives every \
                    further nine the same room; times are on a log scale.";
    let (mut scene, area) = Scene::framed(&title, subtitle, command);
    let names = curves
        .iter()
        .map(|curve| width_of(&curve.name, 14.0, Weight::SemiBold))
        .fold(0.0, f64::max);
    let inner = Area {
        left: area.left + 70.0,
        right: area.right - names.min(360.0) - 20.0,
        top: area.top + 16.0,
        bottom: area.bottom - 40.0,
    };
    let most = curves.iter().map(|curve| curve.times.count()).max().unwrap_or(1);
    let shares: Vec<f64> =
        SHARES.into_iter().filter(|share| (1.0 - share) * most as f64 >= 10.0).collect();
    let last = *shares.last().unwrap_or(&0.5);
    let nines = |share: f64| -libm::log10(1.0 - share);
    let across = Scale::new((0.0, nines(last).max(0.31)), (inner.left, inner.right));
    let quantile = |curve: &Curve<'_>, share: f64| {
        curve.times.quantile(share).map_or(f64::NAN, patterns::Duration::as_secs_f64)
    };
    let low = curves.iter().map(|curve| quantile(curve, 0.001)).fold(f64::INFINITY, f64::min);
    let high = curves.iter().map(|curve| quantile(curve, last)).fold(0.0, f64::max);
    let (low, high) = (low.max(1e-6), high.max(2e-6) * 1.15);
    let vertical = Scale::log((low, high.max(low * 2.0)), (inner.bottom, inner.top));
    grid(&mut scene, inner, &vertical, (low, high));
    for share in &shares {
        let x = across.at(nines(*share));
        scene.line((x, inner.top), (x, inner.bottom), Role::Grid, 1.0);
        let name = if *share == 0.0 { "fastest".to_owned() } else { format!("p{}", share * 100.0) };
        scene.text(x, inner.bottom + 22.0, &name, 14.0, Role::Ink, Anchor::Middle);
    }
    let mut labels = Vec::new();
    for (index, curve) in curves.iter().enumerate() {
        let steps = 240;
        let points = (0..=steps).map(|step| {
            let share = 1.0 - libm::pow(10.0, -nines(last) * f64::from(step) / f64::from(steps));
            (across.at(nines(share)), vertical.at(quantile(curve, share.max(0.001)).max(low)))
        });
        let points: Vec<(f64, f64)> = points.collect();
        labels.push((points.last().map_or(inner.bottom, |point| point.1), index));
        scene.path(points, Role::Series(index), 2.5);
    }
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut above = f64::NEG_INFINITY;
    for (y, index) in labels {
        let y = y.max(above + 19.0);
        above = y;
        let (role, name) = (Role::Series(index), &curves[index].name);
        scene.bold(inner.right + 12.0, y + 5.0, name, 14.0, role, Anchor::Start);
    }
    let _ = first;
    Some(scene)
}

/// Compares the tails of the first two.
fn title(of: &str, curves: &[&Curve<'_>]) -> Option<String> {
    let p99 = |curve: &Curve<'_>| Some(length(curve.times.quantile(0.99)?.as_secs_f64()));
    let tails: Option<Vec<String>> = curves
        .iter()
        .take(3)
        .map(|curve| Some(format!("{} ({})", p99(curve)?, curve.name)))
        .collect();
    Some(format!("One in a hundred {of} takes longer than {}", tails?.join(", ")))
}

/// Lines at 1, 2 and 5 of each power of ten, or at each power where that is too many.
fn grid(scene: &mut Scene, inner: Area, vertical: &Scale, (low, high): (f64, f64)) {
    let decades = libm::log10(high / low);
    let factors: &[f64] = if decades > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    for power in -6..9 {
        for factor in factors {
            let value = factor * libm::pow(10.0, f64::from(power));
            if value < low || value > high {
                continue;
            }
            let y = vertical.at(value);
            scene.line((inner.left, y), (inner.right, y), Role::Grid, 1.0);
            scene.text(inner.left - 8.0, y + 5.0, &length(value), 13.0, Role::Muted, Anchor::End);
        }
    }
}
