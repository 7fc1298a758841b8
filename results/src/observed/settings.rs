//! What follows for a scenario file: settings that fit what was measured.

use patterns::Class;
use sim::System;
use sim::fault::Schedule;
use sim::model::system::{Fault, Place};

use super::fit::{self, Fit};
use super::incidents::Watched;
use super::intervals::quantile;
use super::part::Part;
use super::runs::{Ended, Log, Outcome};

/// A setting that fits what was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The path of the setting in the file.
    pub path: String,
    /// Its value, as files write it.
    pub value: String,
    /// Of how many calls or incidents.
    pub n: u64,
    /// How well a law fits that is the value, if enough is known. Where a lognormal law does not
    /// hold, the value is the quantiles of what was measured instead, and this is what speaks
    /// against the law.
    pub fit: Option<Fit>,
}

impl Setting {
    /// As an option of a command: `--set 'services.api.latency=lognormal(median=1.2s, p99=8s)'`.
    pub fn option(&self) -> String {
        let set = format!("{}={}", self.path, self.value);
        format!("--set '{}'", set.replace('\'', "'\\''"))
    }
}

/// The settings of a service that follow from calls of it: how long it takes, from those that ended
/// well, how often it fails, if the class of each failure is known, and how often it is wrong.
pub(super) fn of_calls(log: &Log) -> Vec<Setting> {
    let Part::Service(name) = &log.part else { return Vec::new() };
    let setting = |key: &str, value: String, n: u64, fit: Option<Fit>| {
        let path = format!("services.{}.{key}", quoted(name));
        Setting { path, value, n, fit }
    };
    let times = log.times(|one| one.outcome.is_success());
    let law = fit::lognormal(&times);
    let value = match law {
        Some(law) if law.fit.holds() => {
            let [median, p99] = [law.median, law.p99].map(length);
            Some(format!("lognormal(median={median}, p99={p99})"))
        }
        Some(_) => Some(quantiles(&times)),
        None => None,
    };
    let n = times.len() as u64;
    let latency = value.map(|value| setting("latency", value, n, law.map(|law| law.fit)));
    let errors = errors(log).map(|value| setting("errors", value, log.all.len() as u64, None));
    // Of those that do not fail.
    let wrong = log.count(|one| one.outcome == Outcome::Wrong);
    let well = log.count(|one| one.outcome.is_success());
    let wrong = (0 < wrong).then(|| digits(wrong as f64 / well as f64));
    let wrong = wrong.map(|value| setting("wrong", value, well, None));
    latency.into_iter().chain(errors).chain(wrong).collect()
}

/// The shares of calls that failed, by class; none if a class is not known.
fn errors(log: &Log) -> Option<String> {
    let failed = log.count(|one| !one.outcome.is_success());
    let known = log.count(|one| one.class.is_some());
    let share = |class: Class| {
        let number = log.count(|one: &Ended| one.class == Some(class));
        let share = digits(number as f64 / log.all.len() as f64);
        (0 < number).then(|| format!("{} = {share}", class.name()))
    };
    let shares: Vec<String> = Class::ALL.into_iter().filter_map(share).collect();
    (known == failed && 0 < failed).then(|| format!("{{ {} }}", shares.join(", ")))
}

/// Times by their quantiles, for what no law fits.
fn quantiles(times: &[f64]) -> String {
    let between = [25.0, 50.0, 75.0, 90.0].map(|percent| {
        let at = quantile(times, percent / 100.0).value;
        format!("p{percent}={}", length(at))
    });
    let [first, last] = [times.first(), times.last()].map(|end| length(*end.unwrap_or(&0.0)));
    format!("quantiles(p0={first}, {}, p100={last})", between.join(", "))
}

/// The settings of the fault that hits a part again and again by chance, if there is just one such:
/// what was seen cannot be dealt out to several.
pub(super) fn of_incidents(seen: &Watched, system: &System) -> Vec<Setting> {
    let is_hit = |fault: &&Fault| fault.hits.iter().any(|place| is_at(*place, &seen.part, system));
    let by_chance = |fault: &&Fault| matches!(fault.schedule, Schedule::Renewal { .. });
    let mut faults = system.faults.iter().filter(is_hit).filter(by_chance);
    let (Some(fault), None) = (faults.next(), faults.next()) else { return Vec::new() };
    let Schedule::Renewal { up, down } = &fault.schedule else { return Vec::new() };
    let downs = seen.downs.len() as u64;
    let kinds = [
        (("mtbf", "up"), up, &seen.ups, seen.up, seen.ups.len() as u64),
        (("mttr", "down"), down, &seen.downs, seen.down(), downs),
    ];
    let setting = |((mean, law), now, times, total, n): (_, _, &Vec<f64>, f64, u64)| {
        let now: &sim::kernel::Distribution = now;
        let value = length(total / n as f64);
        // What is no exponential law is written as one of another kind.
        let is_exponential = (now.cv2() - 1.0).abs() < 1e-9;
        let (key, value) =
            if is_exponential { (mean, value) } else { (law, format!("exponential({value})")) };
        let key: &str = key;
        let path = format!("faults.{}.{key}", quoted(&fault.name));
        Setting { path, value, n, fit: fit::exponential(times) }
    };
    kinds.into_iter().filter(|(.., n)| 0 < *n).map(setting).collect()
}

/// Whether a fault at a place hits a whole part.
fn is_at(place: Place, part: &Part, system: &System) -> bool {
    match (place, part) {
        (Place::Service(service), Part::Service(name)) => system.services[service].name == *name,
        (Place::Agents(group), Part::Group(name)) => system.agents[group].name == *name,
        _ => false,
    }
}

/// A name as one key of a path.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.chars().all(is_plain) { name.to_owned() } else { format!("\"{name}\"") }
}

/// A length of time as files write it, to three digits.
fn length(secs: f64) -> String {
    let units = [("d", 172_800.0, 86_400.0), ("h", 7200.0, 3600.0), ("min", 120.0, 60.0)];
    let units = units.into_iter().chain([("s", 1.0, 1.0), ("ms", 1e-3, 1e-3), ("us", 1e-6, 1e-6)]);
    let unit = { units }.find(|(_, least, _)| *least <= secs);
    let (name, size) = unit.map_or(("ns", 1e-9), |(name, _, size)| (name, size));
    format!("{}{name}", digits(secs / size))
}

/// A number to three digits, at least.
fn digits(number: f64) -> String {
    let places = match number {
        100.0.. => 0,
        10.0..100.0 => 1,
        1.0..10.0 => 2,
        0.1..1.0 => 3,
        _ => 5,
    };
    let text = format!("{number:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
