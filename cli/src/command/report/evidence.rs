//! Runs that show something: excerpts of their logs, and what breakers do.

use patterns::{Duration, Time};
use results::SweepResult;
use results::report::Log;
use results::report::evidence::{Check, Shown, checks};
use sim::model::system::Fault;
use sim::trial::{Trial, TrialOf};
use sim::{RunOptions, System};

use crate::command::common::quoted;
use crate::command::trace::logged;

/// How long before a fault, and after it, a run is looked at.
const AROUND: Duration = Duration::from_secs(120);

/// How long a run is looked at whose faults come by chance, or stay.
const LONGEST: Duration = Duration::from_secs(3600);

/// How much earlier something may have begun that shows a fault.
const BEFORE: Duration = Duration::from_secs(600);

/// How often a run is looked through for what comes by chance, each time for twice as long.
const LOOKS_MAX: usize = 8;

/// What is needed to make single runs of trials again.
pub(super) struct Runs<'a> {
    pub(super) result: &'a SweepResult,
    pub(super) trials: &'a [Trial],
    /// The system of a variant.
    pub(super) system: &'a dyn Fn(usize) -> System,
    pub(super) options: RunOptions<'a>,
    /// The file with all trials, as a command names it.
    pub(super) path: &'a str,
}

impl Runs<'_> {
    fn variant(&self, trial: &Trial) -> usize {
        let found = self.result.variants.iter().position(|name| *name == trial.name);
        found.expect("each trial is a variant")
    }

    /// The command that shows the log of a run.
    fn command(&self, variant: usize, replication: u32, (from, to): (Time, Time)) -> String {
        let pick = self.result.picks[variant].as_str();
        let from = if from == Time::ZERO { String::new() } else { format!(" --from {}", of(from)) };
        format!(
            "wavetank trace {}{pick} --seed 0x{:x} --replication {replication}{from} --until {}",
            quoted(self.path),
            self.result.seed,
            of(to)
        )
    }

    /// The median and the worst run of each fault alone.
    pub(super) fn logs(&self) -> Vec<Log> {
        let only = alone((self.result, self.trials), &(self.system)(0));
        let mut logs = Vec::new();
        for (fault, variant) in only {
            let system = (self.system)(variant);
            let Some(of) = system.faults.iter().find(|one| one.name == fault) else { continue };
            let shown = Shown::new(&system, of);
            let [worst, median] = self.worst_and_median(variant);
            for (which, replication) in [("median", median), ("worst", worst)] {
                let seed = self.result.seed_of(replication);
                let (window, comes) = self.window((&system, seed), of, &shown);
                let log = logged(&system, seed, self.options, window);
                let never = || vec![format!("{fault} does not come in this run")];
                logs.push(Log {
                    of: fault.clone(),
                    which,
                    replication,
                    seed,
                    command: self.command(variant, replication, window),
                    changes: if comes { shown.changes(&log) } else { Vec::new() },
                    lines: if comes { shown.excerpt(&log) } else { never() },
                });
            }
        }
        logs
    }

    /// The part of a run that shows what a fault does: around the first time after the warm-up at
    /// which it does something; and whether it may do something there.
    fn window(
        &self,
        (system, seed): (&System, u64),
        fault: &Fault,
        shown: &Shown<'_>,
    ) -> ((Time, Time), bool) {
        let around = |(from, to): (Time, Time)| {
            let before = from.since(Time::ZERO + AROUND);
            let to = to.min(from + LONGEST) + AROUND;
            ((Time::ZERO + before, system.horizon.min(to)), true)
        };
        let warmup = system.warmup;
        let times = fault.schedule.fixed_times(system.horizon).unwrap_or_default();
        let is_counted = |(from, _): &&(Time, Time)| warmup <= *from && Time::ZERO < *from;
        if let Some(first) = times.iter().find(is_counted) {
            return around(*first);
        }
        // One that is on when counting begins is seen there; processes may fail at any time of it.
        let is_on = |(from, to): &&(Time, Time)| *from <= warmup && warmup < *to;
        if !fault.effect.info().hits_agents && times.iter().any(|one| is_on(&one)) {
            return ((warmup, system.horizon.min(warmup + LONGEST)), true);
        }
        let (mut from, mut step) = (warmup, LONGEST);
        for _ in 0..LOOKS_MAX {
            let to = system.horizon.min(from + step);
            // What has begun before may end here.
            let before = Time::ZERO + from.since(Time::ZERO + BEFORE);
            let log = logged(system, seed, self.options, (before, to));
            if let Some(first) = shown.first(&log, from) {
                return around(first);
            }
            if to == system.horizon {
                let all = (warmup, system.horizon.min(warmup + LONGEST));
                return (all, !shown.can_be_seen());
            }
            (from, step) = (to, step * 2);
        }
        ((warmup, system.horizon.min(warmup + LONGEST)), true)
    }

    /// The replications that are worst and in the middle by the objective.
    fn worst_and_median(&self, variant: usize) -> [u32; 2] {
        let sign = self.result.better.sign();
        let values = self.result.values(variant, self.result.objective);
        let mut all: Vec<(u32, f64)> = (0..).zip(values.map(|value| sign * value)).collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        [0, all.len() / 2].map(|place| all[place].0)
    }

    /// What each breaker did while what it guards was down.
    pub(super) fn checks(&self) -> Vec<Check> {
        let asked = self.trials.iter().filter_map(|trial| match &trial.of {
            TrialOf::Check { policy, service, from, until } => {
                Some((self.variant(trial), policy, service, (*from, *until)))
            }
            _ => None,
        });
        let made = asked.map(|(variant, policy, service, (from, until))| {
            let system = (self.system)(variant);
            let to = system.horizon.min(until + LONGEST);
            let log = logged(&system, self.result.seed_of(0), self.options, (from, to));
            let (seen, changes) = checks(&log, &names(&system, policy));
            let command = self.command(variant, 0, (from, to));
            let (policy, service) = (policy.clone(), service.clone());
            Check { policy, service, down: (from, until), seen, changes, command }
        });
        made.collect()
    }
}

/// The variants in which one fault comes alone, each with the fault. The only fault of a system
/// is alone as it is written.
pub(super) fn alone(
    (result, trials): (&SweepResult, &[Trial]),
    system: &System,
) -> Vec<(String, usize)> {
    let variant = |trial: &Trial| result.variants.iter().position(|name| *name == trial.name);
    let only = trials.iter().filter_map(|trial| match &trial.of {
        TrialOf::Only(fault) => Some((fault.clone(), variant(trial)?)),
        _ => None,
    });
    let only: Vec<(String, usize)> = only.collect();
    if !only.is_empty() || trials.iter().all(|trial| trial.of != TrialOf::Quiet) {
        return only;
    }
    let fault = system.faults.iter().find(|fault| !fault.effect.info().is_action);
    fault.map(|fault| vec![(fault.name.clone(), 0)]).unwrap_or_default()
}

/// What logs call a policy and its edges.
fn names(system: &System, policy: &str) -> Vec<String> {
    let edges = system
        .edges
        .iter()
        .filter(|edge| edge.policy.is_some_and(|place| system.policies[place].name == policy));
    let edges = edges.map(|edge| system.edge_name(edge));
    edges.chain([policy.to_owned(), format!("policies.{policy}")]).collect()
}

fn of(time: Time) -> String {
    time.since(Time::ZERO).to_string().replace(' ', "")
}
