//! What somebody measured on their own system, beside what is simulated: never mixed with it.
//!
//! Two tables (CSV, UTF-8, commas between columns, the first row names them, in any order) are
//! read here; see [`Observed::read`]. What they say comes with 95 % intervals ([`Seen`]), is held
//! against the cell of a sweep ([`Compared`]), and is turned into settings of a scenario file
//! ([`Setting`]); [`Next`] says what to measure next.
//!
//! # Runs
//!
//! A row for each task of a group of agents that was run, however it ended:
//!
//! - `outcome`: `good`, `degraded` (with a stand-in for an answer), `failed`, `wrong` (it ended
//!   well with a wrong value) or `late` (after its deadline). As everywhere, success is what is
//!   good, degraded or wrong, since nothing shows that a value is wrong.
//! - `group`: the group of agents; may be left out where there is one only.
//! - `seconds`: from the arrival of the task to its end, a number or a length such as `350ms`. The
//!   column may be left out.
//! - `error`: of a failed task, the class of its failure (`network`, `timeout`, …). It may be empty
//!   where it is not known, and the column may be left out. Compared are the shares of classes
//!   among those that are known.
//! - `service`: in a row without a group, the row is a call of this service, not a task; `seconds`
//!   is the time from the call to its answer then. In a row with a group, the service that failed
//!   the task. Only from calls can settings of a service be fitted.
//!
//! # Incidents
//!
//! A row for each incident of a part, which is a group of agents or a service:
//!
//! - `part`: whose; `watched` in one row, which says from when to when incidents would have been
//!   seen: without it nothing is known of the time between them.
//! - `start`, `end`: dates with times (ISO 8601, all with a zone or all without), or lengths since
//!   the begin such as `3h`. Without an end the incident was still on when watching ended. A part
//!   with neither was watched and had no incident.
//!
//! Of a service they are held against the `fault-…` measures, which count faults; of a group
//! against the failure episodes that its users see.

use patterns::Class;
use sim::System;
use sim::measure::{Measure, Pooling, Sample, Unit};

use crate::estimate::Estimate;
use crate::pooled;
use crate::sweep_result::SweepResult;

mod asked;
mod compared;
mod fit;
mod incidents;
mod intervals;
mod mistake;
mod needed;
mod next;
mod part;
mod runs;
mod settings;
mod sheet;
mod when;

pub use compared::{Compared, Counted, Verdict, by_chance};
pub use fit::Fit;
pub use intervals::Seen;
pub use mistake::Mistake;
pub use next::Next;
pub use part::Part;
pub use settings::Setting;

use compared::Asked;
use incidents::Watched;
use runs::Log;

/// What somebody measured.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    logs: Vec<Log>,
    watched: Vec<Watched>,
}

impl Observed {
    /// Reads a table of runs and one of incidents, each by its name and its bytes.
    ///
    /// # Errors
    ///
    /// All that is wrong in either, in the order of the files.
    pub fn read(
        runs: Option<(&str, &[u8])>,
        incidents: Option<(&str, &[u8])>,
        system: &System,
    ) -> Result<Self, Vec<Mistake>> {
        let logs = runs.map_or(Ok(Vec::new()), |(name, bytes)| runs::read(name, bytes, system));
        let watched =
            incidents.map_or(Ok(Vec::new()), |(name, bytes)| incidents::read(name, bytes, system));
        match (logs, watched) {
            (Ok(logs), Ok(watched)) => Ok(Self { logs, watched }),
            (logs, watched) => {
                let found = [logs.err(), watched.err()];
                Err(found.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// What was measured beside what the runs of a cell say of the same. Left out is what neither
    /// has: a share of 0 that is simulated as 0.
    pub fn compare(&self, result: &SweepResult, cell: usize) -> Vec<Compared> {
        let of_logs = self.logs.iter().flat_map(asked::of_log);
        let all = of_logs.chain(self.watched.iter().flat_map(asked::of_incidents));
        let beside = all.map(|one| {
            let (simulated, definition) = simulated(&one, result, cell);
            one.beside(simulated, definition)
        });
        let is_shown = |one: &Compared| {
            let is_never = |share: f64| share.is_nan() || share <= 0.0;
            let is_rare = one.unit == Unit::Share && !one.path.ends_with("success");
            !(is_rare && is_never(one.measured.value) && is_never(one.simulated.mean))
        };
        beside.filter(is_shown).collect()
    }

    /// The settings of the system's file that fit what was measured.
    pub fn settings(&self, system: &System) -> Vec<Setting> {
        let of_calls = self.logs.iter().flat_map(settings::of_calls);
        let of_incidents = |seen| settings::of_incidents(seen, system);
        of_calls.chain(self.watched.iter().flat_map(of_incidents)).collect()
    }

    /// How many tasks were measured.
    pub fn tasks(&self) -> u64 {
        let groups = self.logs.iter().filter(|log| matches!(log.part, Part::Group(_)));
        groups.map(|log| log.all.len() as u64).sum()
    }

    /// What the rows were read as: so many tasks of a group, or calls of a service.
    pub fn read_as(&self) -> Vec<(Part, u64)> {
        self.logs.iter().map(|log| (log.part.clone(), log.all.len() as u64)).collect()
    }

    /// How many calls of services were measured.
    pub fn calls(&self) -> u64 {
        self.logs.iter().map(|log| log.all.len() as u64).sum::<u64>() - self.tasks()
    }
}

/// What is simulated of a number, and what the number is.
fn simulated(asked: &Asked, result: &SweepResult, cell: usize) -> (Estimate, String) {
    let place = |path: &str| result.measures.iter().position(|one: &Measure| one.path() == path);
    if let Some((whose, class)) = asked.path.rsplit_once(".failed-as.") {
        let of = |class: &str| place(&format!("{whose}.failures.{class}"));
        let definition = format!("Tasks that failed in the class {class}, of all that failed.");
        let all: Option<Vec<usize>> = Class::ALL.into_iter().map(|one| of(one.name())).collect();
        let found = of(class).zip(all).map(|(one, all)| share_of(result, cell, one, &all));
        return (found.unwrap_or(Estimate::UNDEFINED), definition);
    }
    match place(&asked.path) {
        Some(at) => (result.estimate(cell, at), result.measures[at].definition().to_owned()),
        None => (Estimate::UNDEFINED, String::new()),
    }
}

/// What part one count is of several, over all runs of a cell.
fn share_of(result: &SweepResult, cell: usize, one: usize, all: &[usize]) -> Estimate {
    let parts: Vec<f64> = result.values(cell, one).collect();
    let mut sums = vec![0.0; parts.len()];
    for measure in all {
        for (sum, value) in sums.iter_mut().zip(result.values(cell, *measure)) {
            *sum += value;
        }
    }
    let samples = parts.into_iter().zip(sums).map(|(part, of)| Sample { part, of });
    let samples: Vec<Sample> = samples.collect();
    pooled::estimate(Pooling::Share, Unit::Share, samples.iter().copied())
}
