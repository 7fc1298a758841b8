//! Runs in which outcomes are counted piece by piece, for alerts.

use std::sync::atomic::AtomicBool;

use patterns::Time;
use results::SweepResult;
use results::report::alerts::{Alert, Under, Watch, Watched, every};
use results::report::choose;
use scenarios::{Run, Runs};
use sim::fault::Schedule;
use sim::model::system::Fault;
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
    let watch = Watch::new(&own);
    let series = SeriesDesign { every: every(&own), measures: watch.measures() };
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
            let mut add = |piece: &sim::Record| watched.add(&watch, piece);
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
                let Some(of) = own.faults.iter().find(|one| one.name == fault) else { continue };
                let (once, hits) = (once(&own, of), watch.of_fault(&own, of));
                let place = own.faults.iter().position(|one| one.name == fault);
                let follows = |one: &Fault| match one.schedule {
                    Schedule::After { fault, .. } => Some(fault) == place,
                    _ => false,
                };
                let is_followed = own.faults.iter().any(follows);
                under.push(Under { fault, once, is_followed, hits, runs });
            }
        }
    }
    choose(&watch.signals, (series.every, own.warmup), &quiet, &under)
}

/// When a fault begins and ends that comes once, after the warm-up.
fn once(system: &System, fault: &Fault) -> Option<(Time, Time)> {
    let Schedule::Once { at, lasts } = fault.schedule else { return None };
    (system.warmup < at).then_some((at, at + lasts))
}
