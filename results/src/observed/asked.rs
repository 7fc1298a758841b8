//! What is compared of tasks, calls and incidents.

use patterns::Class;
use sim::measure::Unit;

use super::compared::{Asked, Counted, Spread};
use super::incidents::Watched;
use super::intervals::{Seen, availability, mean_time, quantile, share};
use super::part::Part;
use super::runs::{Ended, Log, Outcome};

/// The quantiles that are compared, each with the height of the normal density there.
const QUANTILES: [(&str, f64, f64); 2] =
    [("p50", 0.5, 0.398_942_280), ("p95", 0.95, 0.103_135_640)];

/// What is asked of tasks or calls. What was never seen and is not simulated either says nothing:
/// that is left to whoever knows both.
pub(super) fn of_log(log: &Log) -> Vec<Asked> {
    let counted = match log.part {
        Part::Group(_) => Counted::Runs,
        Part::Service(_) => Counted::Calls,
    };
    let n = log.all.len() as u64;
    let of_share = |name: &str, is_meant: &dyn Fn(Outcome) -> bool| {
        let part = log.count(|one| is_meant(one.outcome));
        asked(&log.part, name, (Unit::Share, counted), share(part, n), Spread::Share)
    };
    let mut all = vec![of_share("success", &Outcome::is_success)];
    all.push(of_share("wrong", &|outcome| outcome == Outcome::Wrong));
    if counted == Counted::Runs {
        all.push(of_share("degraded", &|outcome| outcome == Outcome::Degraded));
        all.push(of_share("late", &|outcome| outcome == Outcome::Late));
    }
    all.extend(of_times(log, counted));
    if counted == Counted::Runs {
        all.extend(of_classes(log));
    }
    all
}

/// Quantiles of how long they took, however they ended.
fn of_times(log: &Log, counted: Counted) -> impl Iterator<Item = Asked> + use<'_> {
    let times = log.times(|_| true);
    let name = if counted == Counted::Runs { "latency" } else { "sojourn" };
    let deviation = deviation_of_logs(&times);
    QUANTILES.into_iter().filter_map(move |(quantile_name, q, height)| {
        if times.is_empty() {
            return None;
        }
        // The variance of a quantile of n is q (1 − q) / (n f²) (H. Cramér, Mathematical Methods
        // of Statistics, 1946, section 28.5), of logarithms as if they were normal.
        let variance = q * (1.0 - q) * (deviation / height) * (deviation / height);
        let seen = quantile(&times, q);
        let spread = Spread::OfLogarithm(variance);
        let name = format!("{name}.{quantile_name}");
        Some(asked(&log.part, &name, (Unit::Seconds, counted), seen, spread))
    })
}

/// The standard deviation of the logarithms of times; not a number of fewer than two.
fn deviation_of_logs(times: &[f64]) -> f64 {
    let logs = times.iter().filter(|secs| 0.0 < **secs).map(|secs| libm::log(*secs));
    let (n, sum) = (logs.clone().count() as f64, logs.clone().sum::<f64>());
    if n < 2.0 {
        return f64::NAN;
    }
    let squares: f64 = logs.map(|log| (log - sum / n) * (log - sum / n)).sum();
    (squares / (n - 1.0)).sqrt()
}

/// What classes those that failed are of, as far as that is known: each that was seen.
fn of_classes(log: &Log) -> impl Iterator<Item = Asked> + use<'_> {
    let of = |class: Class| move |one: &Ended| one.class == Some(class);
    let n = log.count(|one| one.class.is_some());
    let classes = Class::ALL.into_iter().filter(move |_| 0 < n);
    classes.map(move |class| {
        let name = format!("failed-as.{}", class.name());
        let seen = share(log.count(of(class)), n);
        let each = log.all.len() as f64 / n as f64;
        let one = asked(&log.part, &name, (Unit::Share, Counted::FailedRuns), seen, Spread::Share);
        Asked { each, ..one }
    })
}

/// What is asked of incidents: of a service as its faults are counted, of a group of agents as the
/// failure episodes that its users see.
pub(super) fn of_incidents(seen: &Watched) -> Vec<Asked> {
    let fault = match seen.part {
        Part::Group(_) => "",
        Part::Service(_) => "fault-",
    };
    let (ups, downs) = (seen.ups.len() as u64, seen.downs.len() as u64);
    let is_open = seen.open.is_some();
    let each = (seen.up + seen.down()) / (downs + u64::from(is_open)) as f64;
    let of = |name: &str, unit: Unit, number: Seen, spread: Spread| {
        let name = format!("{fault}{name}");
        let one = asked(&seen.part, &name, (unit, Counted::Incidents), number, spread);
        Asked { each, ..one }
    };
    let mtbf = mean_time(seen.up, ups, true);
    let mut all = vec![of("mtbf", Unit::Seconds, mtbf, Spread::OfLogarithm(1.0))];
    if 0.0 < seen.down() {
        let mttr = mean_time(seen.down(), downs, is_open);
        all.push(of("mttr", Unit::Seconds, mttr, Spread::OfLogarithm(1.0)));
        let share = availability((seen.up, ups), (seen.down(), downs), is_open);
        all.push(of("availability", Unit::Share, share, Spread::OfOdds(2.0)));
    }
    all
}

fn asked(
    part: &Part,
    name: &str,
    (unit, counted): (Unit, Counted),
    measured: Seen,
    spread: Spread,
) -> Asked {
    let path = part.measure(name);
    Asked { part: part.clone(), path, unit, counted, measured, spread, each: 1.0 }
}
