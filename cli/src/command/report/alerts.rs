//! Runs in which outcomes are counted piece by piece, for alerts.

use std::sync::atomic::AtomicBool;

use patterns::Time;
use results::SweepResult;
use results::report::alerts::{Alert, Under, Watched, choose, every, signals};
use scenarios::{Run, Runs};
use sim::series::SeriesDesign;
use sim::trial::{Trial, TrialOf};
use sim::{Limits, System};

use super::evidence::alone;

/// The alerts that find most of the faults of a system, by runs of the trials with one fault each
/// and of that without any.
pub(super) fn alerts(
    (result, trials): (&SweepResult, &[Trial]),
    system: &(dyn Fn(usize) -> System + Sync),
    (limits, threads): (Limits, usize),
    time_is_up: &AtomicBool,
) -> Vec<Alert> {
    let own = system(0);
    let quiet = trials.iter().find(|trial| trial.of == TrialOf::Quiet);
    let quiet = quiet.and_then(|quiet| result.variants.iter().position(|name| *name == quiet.name));
    let under = alone((result, trials), &own).into_iter();
    let under = under.map(|(fault, place)| (Some(fault), place));
    let asked: Vec<(Option<String>, usize)> =
        quiet.map(|place| (None, place)).into_iter().chain(under).collect();
    if asked.len() < 2 {
        return Vec::new();
    }
    let signals = signals(&own);
    let series = SeriesDesign { every: every(&own), measures: signals.clone() };
    let runs = Runs {
        cells: asked.len(),
        replications: result.replications,
        seed: result.seed,
        limits,
        made: 0,
        threads,
    };
    let mut all = vec![Vec::new(); asked.len()];
    runs.make_by(
        |cell| system(asked[cell].1),
        |system, seed, options| {
            let mut watched = Watched::default();
            let parts = series.parts(system);
            let mut add = |piece: &sim::Record| watched.add(&signals, piece);
            let every = series.every;
            let record = sim::series::run_in_pieces(system, seed, options, every, &parts, &mut add);
            (record, watched)
        },
        time_is_up,
        |Run { cell, kept, .. }| all[cell].push(kept),
    );
    let mut quiet = Vec::new();
    let mut under = Vec::new();
    for ((fault, _), runs) in asked.into_iter().zip(all) {
        match fault {
            None => quiet = runs,
            Some(fault) => {
                let (begins, ends) = first_time(&own, &fault).unzip();
                under.push(Under { fault, begins, ends, runs });
            }
        }
    }
    choose(&signals, (series.every, own.warmup), &quiet, &under)
}

/// When a fault comes first and ends, if that is not up to chance.
fn first_time(system: &System, fault: &str) -> Option<(Time, Time)> {
    let fault = system.faults.iter().find(|one| one.name == fault)?;
    let times = fault.schedule.fixed_times(system.horizon)?;
    // One that is on from the beginning may do something at any time.
    times.into_iter().find(|(from, _)| system.warmup < *from)
}
