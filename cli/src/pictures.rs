//! Which pictures there are of a run and of a sweep.

use patterns::{Duration, Time};
use results::SweepResult;
use results::chart::{Curve, Scene, Theme, heat_map, latency, lines, png, svg, timeline};
use scenarios::Scenario;
use sim::observe::{Trace, TrackKind};
use sim::{Record, Watch};

use crate::output::{Folder, Unwritten};

/// The pictures of a sweep: each as SVG for light and dark, and as PNG in both.
pub(crate) fn of_sweep(result: &SweepResult, folder: &mut Folder) -> Result<(), Unwritten> {
    draw("heat-map", heat_map(result), folder)?;
    draw("lines", lines(result), folder)?;
    // The file's own cell in each variant, and the best of all.
    let own = (0..result.variants.len())
        .map(|variant| (result.default_cell(variant), result.variants[variant].clone()));
    let best = [(result.best(None), "best cell".to_owned())];
    let mut cells: Vec<(usize, String)> = Vec::new();
    for (cell, name) in own.chain(best) {
        let known = |cell: usize| cells.iter().any(|(other, _)| *other == cell);
        if let Some(cell) = cell.filter(|cell| !known(*cell)) {
            cells.push((cell, name));
        }
    }
    let curves =
        cells.iter().map(|(cell, name)| Curve { name: name.clone(), times: result.latency(*cell) });
    let curves: Vec<Curve<'_>> = curves.collect();
    draw("latency", latency("tasks", &result.command, &curves), folder)
}

/// The timeline of the file's own cell, in the run with this seed.
pub(crate) fn of_default(
    scenario: &Scenario,
    seed: u64,
    command: &str,
    folder: &mut Folder,
) -> Result<(), Unwritten> {
    let record = sim::run(&scenario.system, seed, Watch::Trace);
    draw("timeline", of_trace(scenario, &record, command), folder)
}

/// The pictures of a run.
pub(crate) fn of_run(
    scenario: &Scenario,
    record: &Record,
    command: &str,
    folder: &mut Folder,
) -> Result<(), Unwritten> {
    draw("timeline", of_trace(scenario, record, command), folder)?;
    let times: Vec<_> =
        record.agents.iter().map(|agents| (agents.name.clone(), agents.latency())).collect();
    let curves: Vec<Curve<'_>> =
        times.iter().map(|(name, times)| Curve { name: name.clone(), times }).collect();
    draw("latency", latency("tasks", command, &curves), folder)
}

fn of_trace(scenario: &Scenario, record: &Record, command: &str) -> Option<Scene> {
    let trace = record.trace.as_ref()?;
    timeline(&scenario.title, command, trace, window(trace, record.ended))
}

/// Calls that a sheet can show before they run together.
const CALLS_MAX: usize = 6000;

/// The whole run, or if that is too much the first fault and as long before and after it.
fn window(trace: &Trace, end: Time) -> (Time, Time) {
    let services = trace.tracks.iter().filter(|track| track.kind() == TrackKind::Service);
    let first = services.filter_map(|track| track.intervals.first()).min_by_key(|fault| fault.from);
    let Some(fault) = first.filter(|_| trace.calls.len() > CALLS_MAX) else {
        return (Time::ZERO, end);
    };
    let around = fault.to.since(fault.from).max(Duration::from_secs(60));
    let before = fault.from.since(Time::ZERO + around);
    (Time::ZERO + before, (fault.to + around).min(end))
}

fn draw(name: &str, scene: Option<Scene>, folder: &mut Folder) -> Result<(), Unwritten> {
    let Some(scene) = scene else { return Ok(()) };
    folder.write(&format!("{name}.svg"), svg(&scene).as_bytes())?;
    folder.write(&format!("{name}.png"), &png(&scene, Theme::Light))?;
    folder.write(&format!("{name}-dark.png"), &png(&scene, Theme::Dark))
}
