//! Which pictures there are of a run and of a sweep.

use std::sync::atomic::{AtomicBool, Ordering};

use patterns::{Duration, Time};
use results::chart::{
    Curve, OF_SWEEPS, Scene, Theme, backoff, counted, endings, heat_map, latency, lines, png,
    region, run_over_time, shares, states, svg, sweep_latency, sweep_over_time, system, timeline,
    variants,
};
use results::measured::TaskTimes;
use results::verdict::Judged;
use results::{Ablation, OverTime, SweepResult};
use sim::measure::Measure;
use sim::observe::Trace;
use sim::{Limits, Record, RunOptions, System, Watch};

use crate::output::{Folder, Unwritten};
use crate::unknown::Unknown;

/// The names of all pictures, without their endings.
const REGION: &str = "region";
const HEAT_MAP: &str = "heat-map";
const LINES: &str = "lines";
const VARIANTS: &str = "variants";
const LATENCY: &str = "latency";
const ENDINGS: &str = "endings";
const SYSTEM: &str = "system";
const BACKOFF: &str = "backoff";
const STATES: &str = "breakers";
const TIMELINE: &str = "timeline";
const CLOSE_UP: &str = "timeline-close";
const OVER_TIME: &str = "over-time";

/// Shares of parts: of the first measure, and of others.
const SHARES: &str = "ablation";
const MORE_SHARES: [&str; 5] =
    ["ablation-2", "ablation-3", "ablation-4", "ablation-5", "ablation-6"];

/// What their files end in: the drawing for light and dark, and both as they are.
const SVG: &str = ".svg";
const PNG: [(Theme, &str); 2] = [(Theme::Light, ".png"), (Theme::Dark, "-dark.png")];

/// The names of the files of all pictures that there may be.
pub(crate) fn all_files() -> Vec<String> {
    let endings = || [SVG].into_iter().chain(PNG.map(|(_, ending)| ending));
    let names = [
        REGION, HEAT_MAP, LINES, VARIANTS, OVER_TIME, LATENCY, ENDINGS, SYSTEM, BACKOFF, STATES,
        TIMELINE, CLOSE_UP,
    ];
    let names = names.into_iter().chain(OF_SWEEPS.map(|(name, _)| name)).chain(MORE_SHARES);
    names.flat_map(|name| endings().map(move |ending| format!("{name}{ending}"))).collect()
}

/// The group of agents that is asked about: the first that a measure is of, or the first of all.
pub(crate) fn asked_about<'a>(
    system: &'a System,
    asked: impl Iterator<Item = &'a Measure>,
) -> &'a str {
    let names = || system.agents.iter().map(|agents| agents.name.as_str());
    let of = |measure: &Measure| {
        let caller = measure.caller();
        names().find(|name| *name == caller)
    };
    let found = { asked }.find_map(of);
    found.or(names().next()).unwrap_or_default()
}

/// What the pictures of one run of a sweep are about: the file as it is written, which may have no
/// cell, or leave a value of an axis to its default.
pub(crate) fn about_file(title: &str, result: &SweepResult) -> String {
    let title = title.trim_end_matches('.');
    match result.default {
        Some(_) => format!("{title}. One run of the file's own cell."),
        None => format!(
            "{title}. One run of the file as it is written, which has no value on every axis: no \
             cell is its own."
        ),
    }
}

/// Draws into a folder until the time is up.
#[derive(Debug)]
pub(crate) struct Pictures<'a> {
    pub(crate) folder: &'a mut Folder,
    /// The command that makes them again.
    pub(crate) command: &'a str,
    pub(crate) time_is_up: &'a AtomicBool,
    /// What they could not write.
    pub(crate) unknown: &'a Unknown,
}

impl<'a> Pictures<'a> {
    pub(crate) fn new(
        folder: &'a mut Folder,
        command: &'a str,
        (time_is_up, unknown): (&'a AtomicBool, &'a Unknown),
    ) -> Self {
        Self { folder, command, time_is_up, unknown }
    }

    /// The pictures of a sweep: each as SVG for light and dark, and as PNG in both.
    pub(crate) fn of_sweep(&mut self, result: &SweepResult) -> Result<(), Unwritten> {
        self.draw(HEAT_MAP, || heat_map(result))?;
        self.draw(LINES, || lines(result))?;
        let is_varied = result.axes.iter().any(|axis| axis.values.len() > 1);
        let is_compared = result.variants.len() > 1 || !is_varied;
        self.draw(VARIANTS, || is_compared.then(|| variants(result))?)?;
        for (name, of_sweep) in OF_SWEEPS {
            self.draw(name, || of_sweep(result))?;
        }
        self.draw(LATENCY, || sweep_latency(result))
    }

    /// The pictures of an ablation: of each measure, as far as there are names.
    pub(crate) fn of_ablation(
        &mut self,
        result: &SweepResult,
        all: &[Ablation],
    ) -> Result<(), Unwritten> {
        let names = std::iter::once(SHARES).chain(MORE_SHARES);
        { names }.zip(all).try_for_each(|(name, one)| self.draw(name, || shares(result, one)))
    }

    /// What each variant changes.
    pub(crate) fn of_variants(&mut self, result: &SweepResult) -> Result<(), Unwritten> {
        self.draw(VARIANTS, || variants(result))
    }

    /// Where a claim holds.
    pub(crate) fn of_claim(
        &mut self,
        result: &SweepResult,
        (judged, says): (&Judged, &str),
    ) -> Result<(), Unwritten> {
        self.draw(REGION, || region(result, judged, says))?;
        self.of_sweep(result)
    }

    /// The pictures of a run of a system.
    pub(crate) fn of_run(
        &mut self,
        title: &str,
        trace: Option<&Trace>,
        record: &Record,
        first: &str,
    ) -> Result<(), Unwritten> {
        self.timeline(title, trace, record, first)?;
        self.draw(STATES, || states(title, self.command, record))?;
        self.draw(ENDINGS, || endings(title, self.command, record, first))?;
        let curves = record
            .agents
            .iter()
            .map(|agents| Curve { name: agents.name.clone(), times: TaskTimes::of(agents) });
        let mut curves: Vec<Curve> = curves.collect();
        curves.sort_by_key(|curve| curve.name != first);
        let about = format!("{}. {}", title.trim_end_matches('.'), counted(record));
        let command = self.command;
        self.draw(LATENCY, || latency(&about, command, &curves))
    }

    /// Who did what when: the whole run, and what is drawn more closely. The group of agents that
    /// is asked about comes first.
    pub(crate) fn timeline(
        &mut self,
        title: &str,
        trace: Option<&Trace>,
        record: &Record,
        first: &str,
    ) -> Result<(), Unwritten> {
        let command = self.command;
        for (place, name) in [TIMELINE, CLOSE_UP].into_iter().enumerate() {
            let overview = trace.and_then(|trace| trace.overviews.get(place));
            self.draw(name, || timeline(title, command, overview?, record, first))?;
        }
        Ok(())
    }

    /// Who calls whom, and how retries wait.
    pub(crate) fn system(
        &mut self,
        title: &str,
        of: &System,
        first: &str,
    ) -> Result<(), Unwritten> {
        let command = self.command;
        self.draw(SYSTEM, || system(title, command, of, first))?;
        self.draw(BACKOFF, || backoff(title, command, of))
    }

    /// Measures of a run over time.
    pub(crate) fn over_time_of_run(
        &mut self,
        title: &str,
        run: &OverTime,
        trace: Option<&Trace>,
    ) -> Result<(), Unwritten> {
        let (command, overview) = (self.command, trace.and_then(|trace| trace.overviews.first()));
        self.draw(OVER_TIME, || run_over_time(title, command, run, overview))
    }

    /// Measures of a sweep over time, of the file's own cell in each variant.
    pub(crate) fn over_time_of_sweep(
        &mut self,
        title: &str,
        variants: &[(String, OverTime)],
        trace: Option<&Trace>,
    ) -> Result<(), Unwritten> {
        let (command, overview) = (self.command, trace.and_then(|trace| trace.overviews.first()));
        self.draw(OVER_TIME, || sweep_over_time(title, command, variants, overview))
    }

    /// Who did what when in a run.
    pub(crate) fn trace(&self, system: &System, record: &Record, limits: Limits) -> Option<Trace> {
        let interrupt = Some(self.time_is_up);
        let options = RunOptions { limits, interrupt, ..RunOptions::default() };
        traced(system, record, &options)
    }

    fn draw(
        &mut self,
        name: &'static str,
        scene: impl Fn() -> Option<Scene>,
    ) -> Result<(), Unwritten> {
        let is_up = || self.time_is_up.load(Ordering::Relaxed);
        let Some(scene) = Some(()).filter(|()| !is_up()).and_then(|()| scene()) else {
            return Ok(());
        };
        self.unknown.add(name, &scene);
        self.folder.write(&format!("{name}{SVG}"), svg(&scene).as_bytes())?;
        for (theme, ending) in PNG {
            if !is_up() {
                self.folder.write(&format!("{name}{ending}"), &png(&scene, theme))?;
            }
        }
        Ok(())
    }

    /// Whether the time was up before all was drawn.
    pub(crate) fn are_cut_short(&self) -> bool {
        self.time_is_up.load(Ordering::Relaxed)
    }
}

/// Calls that a sheet can show before they run together.
const CALLS_MAX: u64 = 6000;

/// About how many calls are kept: more make tables that nobody reads, and take memory.
const KEPT_MAX: u64 = 50_000;

/// The part of a run that is drawn more closely and of which calls are kept: none if that is all of
/// it. It is the first fault and as long before and after it, or the end of a run without; no more
/// of either than has about as many calls as are kept.
fn window(record: &Record) -> Option<(Time, Time)> {
    let calls: u64 = record.edges.iter().map(|edge| edge.calls.issued).sum();
    let all = record.ended.since(Time::ZERO);
    let of_services = record.services.iter().filter_map(|service| service.first_fault);
    let of_edges = record.edges.iter().filter_map(|edge| edge.faults.first);
    let fault = of_services.chain(of_edges).min().filter(|_| calls > CALLS_MAX);
    let around_fault = fault.map(|(from, to)| {
        let around = to.since(from).max(Duration::from_secs(60));
        let before = from.since(Time::ZERO + around);
        (Time::ZERO + before, (to + around).min(record.ended))
    });
    // Of a window that is most of the run the rest is worth having, too.
    let around_fault = around_fault.filter(|(from, to)| all > to.since(*from) * 2);
    let (from, to) = around_fault.unwrap_or((Time::ZERO, record.ended));
    let kept = u128::from(all.as_nanos()) * u128::from(KEPT_MAX) / u128::from(calls.max(1));
    let kept = Duration::from_nanos(u64::try_from(kept).unwrap_or(u64::MAX));
    if to.since(from) <= kept {
        return around_fault;
    }
    Some(match fault {
        Some(_) => (from, from + kept),
        None => (Time::ZERO + (all - kept), to),
    })
}

/// The run made once more, so that it can be drawn.
fn traced(system: &System, record: &Record, options: &RunOptions<'_>) -> Option<Trace> {
    let options = RunOptions { watch: Watch::Trace, window: window(record), ..*options };
    sim::run_until(system, record.seed, &options).trace
}
