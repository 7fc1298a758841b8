//! What must hold of every file, and of every run.

use std::panic::{AssertUnwindSafe, catch_unwind};

use scenarios::{Diagnostics, LayerRegistry, ScenarioFile};
use sim::measure::{Measure, Unit};
use sim::model::system::{Caller, Flow, Step};
use sim::observe::{OutcomeCounts, Trace, TrackKind};
use sim::{Limits, Record, RunOptions, System, Watch, run_until};

/// What came of one file.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Whether it can be run.
    pub(crate) is_right: bool,
    pub(crate) runs: u64,
    pub(crate) events: u64,
    /// Whether it can be run, and is too large to be run here.
    pub(crate) is_large: bool,
    /// What does not hold.
    pub(crate) failures: Vec<String>,
}

/// The most events of one run.
const EVENTS_MAX: u64 = 200_000;

/// The most instances of layers and agents of a file that is run: more take long to set up, and
/// show nothing that fewer do not.
const INSTANCES_MAX: u64 = 500_000;

/// The most calls that one task or request makes. Layers may answer all of them in one event, and
/// it takes seconds until a run is stopped for that.
const CALLS_MAX: u64 = 1_000_000;

/// The most calls of one run, about: an event is one, however many calls are answered in it.
const CALLS_OF_RUN: u64 = 100_000_000;

/// Checks a file, and runs it if it can be run.
pub(crate) fn judge(text: &str, registry: &LayerRegistry) -> Verdict {
    let mut verdict = Verdict::default();
    let judged = catch_unwind(AssertUnwindSafe(|| file(text, registry, &mut verdict)));
    if judged.is_err() {
        verdict.failures.push("it panics".to_owned());
    }
    verdict
}

fn file(text: &str, registry: &LayerRegistry, verdict: &mut Verdict) {
    let file = match ScenarioFile::parse("fuzz.toml", text) {
        Ok(file) => file,
        Err(found) => return places(text, &found, &mut verdict.failures),
    };
    let scenario = file.scenario(registry);
    let sweep = file.sweep(registry);
    match &scenario {
        Ok(scenario) => places(text, &scenario.warnings, &mut verdict.failures),
        Err(found) => places(text, found, &mut verdict.failures),
    }
    match &sweep {
        Ok(sweep) => places(text, &sweep.warnings, &mut verdict.failures),
        Err(found) => places(text, found, &mut verdict.failures),
    }
    if sweep.is_ok() && scenario.is_err() {
        verdict.failures.push("the sweep is right, and its scenario is not".to_owned());
    }
    let (Ok(scenario), Ok(sweep)) = (scenario, sweep) else { return };
    verdict.is_right = true;
    system(&scenario.system, scenario.seed, verdict);
    let last = sweep.design.cells() - 1;
    for cell in [0, last].into_iter().take(if last == 0 { 1 } else { 2 }) {
        let cell = sweep.cell(registry, cell).system;
        if is_small(&cell) {
            let record = run(&cell, scenario.seed, Watch::Counts, verdict);
            sane(&cell, &record, &mut verdict.failures);
        }
    }
}

/// All that is reported has a place in the file, and can be shown.
pub(crate) fn places(text: &str, found: &Diagnostics, failures: &mut Vec<String>) {
    for one in found.all() {
        let place = one.place();
        if text.get(place.clone()).is_none() {
            failures.push(format!("the place {place:?} of `{}` is none", one.message()));
        }
        if one.message().trim().is_empty() {
            failures.push(format!("a message at {place:?} is empty"));
        }
    }
    let shown = found.render(false);
    let is_plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    if !shown.chars().all(is_plain) {
        failures.push(format!("a terminal obeys what is shown: {shown:?}"));
    }
}

/// The calls that a task or a request makes.
fn calls(steps: &[Step]) -> u64 {
    let times = steps.iter().map(|step| match step {
        Step::Call { times, .. } => u64::from(*times),
        Step::Work(_) | Step::Flow(_) => 0,
    });
    // As if all loops were in one another.
    let passes = steps.iter().map(|step| match step {
        Step::Flow(Flow::Again { limit, .. }) => u64::from(*limit),
        _ => 1,
    });
    passes.fold(times.sum(), u64::saturating_mul)
}

/// The most calls that any task or request makes.
fn most_calls(system: &System) -> u64 {
    let agents = system.agents.iter().map(|agents| &agents.steps);
    let steps = agents.chain(system.services.iter().map(|service| &service.steps));
    steps.map(|steps| calls(steps)).max().unwrap_or(0)
}

fn is_small(system: &System) -> bool {
    if most_calls(system) > CALLS_MAX {
        return false;
    }
    let layers = |policy: Option<usize>| policy.map_or(0, |at| system.policies[at].layers.len());
    let instances = system.edges.iter().map(|edge| {
        let callers = match edge.from {
            Caller::Agents(at) => system.agents[at].count,
            Caller::Service(_) => 1,
        };
        u64::from(callers) * (1 + layers(edge.policy) as u64)
    });
    let agents = system.agents.iter().map(|agents| u64::from(agents.count));
    instances.chain(agents).sum::<u64>() <= INSTANCES_MAX
}

fn run(system: &System, seed: u64, watch: Watch, verdict: &mut Verdict) -> Record {
    let events = EVENTS_MAX.min(CALLS_OF_RUN / most_calls(system).max(1));
    let limits = Limits { events, ..Limits::default() };
    let record = run_until(system, seed, &RunOptions { watch, limits, ..RunOptions::default() });
    verdict.runs += 1;
    verdict.events += record.events;
    record
}

fn system(system: &System, seed: u64, verdict: &mut Verdict) {
    if !is_small(system) {
        verdict.is_large = true;
        return;
    }
    let record = run(system, seed, Watch::Counts, verdict);
    sane(system, &record, &mut verdict.failures);
    let again = run(system, seed, Watch::Counts, verdict);
    if again != record {
        verdict.failures.push("the same run again is another one".to_owned());
    }
    let mut traced = run(system, seed, Watch::Trace, verdict);
    let trace = traced.trace.take();
    if traced != record {
        verdict.failures.push("the traced run is another one".to_owned());
    }
    match trace {
        Some(trace) => tracks(system, &trace, &record, &mut verdict.failures),
        None => verdict.failures.push("there is no trace".to_owned()),
    }
}

/// What must hold of every record.
fn sane(system: &System, record: &Record, failures: &mut Vec<String>) {
    let mut counts = |what: &str, counts: &OutcomeCounts| {
        let ended = counts.answered().checked_add(counts.given_up);
        if ended.is_none_or(|ended| ended > counts.issued) {
            failures.push(format!("{what}: more ended than were begun: {counts:?}"));
        }
    };
    for agents in &record.agents {
        counts(&format!("tasks of {}", agents.name), &agents.tasks);
    }
    for service in &record.services {
        counts(&format!("requests of {}", service.name), &service.requests);
    }
    for edge in &record.edges {
        let name = format!("{} -> {}", edge.from, edge.to);
        counts(&format!("calls of {name}"), &edge.calls);
        counts(&format!("attempts of {name}"), &edge.attempts);
        counts(&format!("diverted of {name}"), &edge.diverted);
    }
    if record.events > EVENTS_MAX || record.ended > record.horizon {
        failures.push(format!("{} events until {}", record.events, record.ended));
    }
    if record.stopped.is_none() && record.ended != record.horizon {
        failures.push(format!("it ended at {} without a reason", record.ended));
    }
    for measure in Measure::all(system) {
        let value = measure.of(record);
        // Times are added up as floats: shares of all of them may miss 1 by a rounding.
        let is_share = measure.unit() != Unit::Share || value.is_nan() || value <= 1.0 + 1e-9;
        // What is worth less than nothing is a loss.
        let is_negative = value < 0.0 && measure.unit() != Unit::Usd;
        if value.is_infinite() || is_negative || !is_share {
            failures.push(format!("{} is {value}", measure.path()));
        }
    }
}

/// A trace is in order, and no larger than what happened.
fn tracks(system: &System, trace: &Trace, record: &Record, failures: &mut Vec<String>) {
    let intervals: usize = trace.tracks.iter().map(|track| track.intervals.len()).sum();
    // Calls that are answered at once, and all that follow, are of one event.
    let services = system.services.iter().map(|service| &service.steps);
    let at_once: u64 = services.map(|steps| 1 + calls(steps)).fold(1, u64::saturating_mul);
    let tasks = system.agents.iter().map(|agents| 1 + calls(&agents.steps)).max().unwrap_or(1);
    let most = record.events.saturating_mul(at_once.saturating_mul(tasks)).saturating_mul(16);
    let most = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(trace.tracks.len());
    if intervals > most || trace.calls.len() > most {
        let calls = trace.calls.len();
        failures.push(format!("{intervals} intervals and {calls} calls of {most} at most"));
    }
    for track in &trace.tracks {
        // An agent's waits lie over its tasks, and several of these may overlap.
        let overlaps = track.kind() == TrackKind::Agent;
        let mut last = None;
        for interval in &track.intervals {
            let is_later =
                last.is_none_or(|last| last <= if overlaps { interval.to } else { interval.from });
            if !is_later || interval.from > interval.to || interval.to > record.ended {
                failures.push(format!("{}: {interval:?} after {last:?}", track.id));
                break;
            }
            last = Some(interval.to);
        }
    }
    for call in &trace.calls {
        if call.from > call.to || call.to > record.ended {
            failures.push(format!("{call:?}"));
            break;
        }
    }
}

/// Whether a file can be run.
#[cfg(test)]
pub(crate) fn is_right(text: &str, registry: &LayerRegistry) -> bool {
    let file = ScenarioFile::parse("fuzz.toml", text);
    file.is_ok_and(|file| file.scenario(registry).is_ok() && file.sweep(registry).is_ok())
}
