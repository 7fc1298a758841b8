//! Whether a system keeps up with its load: the one definition of *unstable*.

use std::fmt;

use sim::Record;
use sim::observe::{OpenAt, OutcomeCounts};

/// What piles up in a run: tasks of a group of agents, or requests at a service.
///
/// What is open is counted when the warm-up is over, in the middle of the time after it, and when
/// the run ends. Something piles up if from the middle to the end it grows
///
/// - by more than a twentieth of what comes in that time: a line that is there because the run ends
///   in a short outage is no sign of more than that;
/// - by more than four standard deviations of what would be chance if as many went as come. Where
///   both come and go at random (Poisson processes) and the server is never idle, what is open
///   takes a step up or down for each, so that its growth has the variance 2n for n that come; at
///   a server that is idle at times it has less;
/// - at least half as fast as in the time before the middle: what fills up and settles does not.
///   Towards a settled state a line grows as 1 − exp(−t/τ), and half as fast in the second of two
///   times only if each is shorter than 0.7 τ; under a load of exactly 1 as √t, which is 0.41 as
///   fast.
///
/// A run in which something piles up is *unstable*: had it gone on, its measures would have been
/// others. Of a run that was stopped before the middle nothing can be said.
#[derive(Clone, Debug, PartialEq)]
pub struct PileUp {
    /// The group of agents, or the service.
    pub name: String,
    /// What is open: `tasks` or `requests`.
    pub what: &'static str,
    /// How many came, those that were open at the end of the warm-up included.
    pub issued: u64,
    /// How many of them were open when the run ended.
    pub open: u64,
    /// By how many there are more each second, on average from the middle to the end.
    pub per_second: f64,
}

/// What piles up grows by more than this share of what comes,
const SHARE_MIN: f64 = 0.05;
/// by more standard deviations of chance,
const DEVIATIONS_MIN: f64 = 4.0;
/// and at least at this proportion to the growth before.
const STEADY_MIN: f64 = 0.5;

impl PileUp {
    /// Everything that piles up in a run.
    pub fn all(record: &Record) -> Vec<Self> {
        let middle = record.middle();
        let [before, after] = [middle.since(record.warmup), record.ended.since(middle)]
            .map(patterns::Duration::as_secs_f64);
        let of = |name: &str, what, counts: &OutcomeCounts, open: OpenAt| {
            let growth = open.end as f64 - open.middle as f64;
            let earlier = open.middle as f64 - open.warmup as f64;
            let came = counts.issued as f64 * after / (before + after);
            let least = (SHARE_MIN * came)
                .max(DEVIATIONS_MIN * (2.0 * came).sqrt())
                .max(STEADY_MIN * earlier * after / before);
            (growth > least).then(|| Self {
                name: name.to_owned(),
                what,
                issued: counts.issued + open.warmup,
                open: counts.open(),
                per_second: growth / after,
            })
        };
        let agents = record.agents.iter().map(|a| of(&a.name, "tasks", &a.tasks, a.open));
        let services = record.services.iter().map(|s| of(&s.name, "requests", &s.requests, s.open));
        let is_past = record.ended > middle;
        agents.chain(services).flatten().filter(|_| is_past).collect()
    }
}

impl fmt::Display for PileUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, what, issued, open, per_second } = self;
        let share = *open as f64 / *issued as f64 * 100.0;
        let units = [(1.0, "second"), (3600.0, "hour"), (86_400.0, "day")];
        let [.., day] = units;
        let (secs, unit) =
            units.into_iter().find(|(secs, _)| 1.0 <= per_second * secs).unwrap_or(day);
        let more = per_second * secs;
        let digits = if more < 10.0 { 2 } else { 0 };
        write!(
            f,
            "{name}: {share:.2} % of {issued} {what} are still open, {more:.digits$} more each \
             {unit}"
        )
    }
}
