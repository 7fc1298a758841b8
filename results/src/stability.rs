//! Whether a system keeps up with its load: the one definition of *unstable*.

use std::fmt;

use sim::Record;
use sim::observe::OutcomeCounts;

/// What piles up in a run: tasks of a group of agents, or requests at a service.
///
/// Something piles up if, when the run ends, all of this holds: more than 100 are open; that is
/// more than a tenth of all that came; and it is more than one and a half times the mean number
/// that was in hand over the run. A number that grows evenly from nothing ends at twice its mean,
/// one that has settled ends near it. A run in which something piles up is *unstable*: had it gone
/// on, its measures would have been others.
///
/// What came before the warm-up was over is in the mean, but not among what is open: after a long
/// line from then, what piles up is not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct PileUp {
    /// The group of agents, or the service.
    pub name: String,
    /// What is open: `tasks` or `requests`.
    pub what: &'static str,
    /// How many came.
    pub issued: u64,
    /// How many of them were open when the run ended.
    pub open: u64,
    /// By how many there are more each second, on average over the run.
    pub per_second: f64,
}

/// No fewer pile up.
const OPEN_MIN: u64 = 100;
/// Nor does a smaller share of what came.
const SHARE_MIN: f64 = 0.1;
/// Nor what is open at the end in no larger proportion to the mean.
const GROWTH_MIN: f64 = 1.5;

impl PileUp {
    /// Everything that piles up in a run.
    pub fn all(record: &Record) -> Vec<Self> {
        let nanos = record.ended.since(record.warmup).as_nanos() as f64;
        let of = |name: &str, what, counts: &OutcomeCounts, in_hand: u128| {
            let (issued, open) = (counts.issued, counts.open());
            let grows = open as f64 > GROWTH_MIN * in_hand as f64 / nanos;
            let is_much = open > OPEN_MIN && open as f64 > SHARE_MIN * issued as f64;
            let per_second = open as f64 / nanos * 1e9;
            (is_much && grows).then(|| Self {
                name: name.to_owned(),
                what,
                issued,
                open,
                per_second,
            })
        };
        let agents = record.agents.iter().map(|a| of(&a.name, "tasks", &a.tasks, a.busy));
        let services = record.services.iter().map(|s| {
            let in_hand = s.busy + s.queued;
            of(&s.name, "requests", &s.requests, in_hand)
        });
        agents.chain(services).flatten().collect()
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
