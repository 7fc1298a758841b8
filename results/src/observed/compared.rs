//! What was measured beside what is simulated, and whether they agree.

use sim::measure::Unit;

use super::intervals::Seen;
use super::needed::{self, Needed};
use super::part::Part;
use crate::chart::in_unit;
use crate::estimate::Estimate;

/// In what it is counted how much was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Tasks of a group of agents.
    Runs,
    /// Tasks of a group that failed, of which the class is known.
    FailedRuns,
    /// Calls of a service.
    Calls,
    /// Incidents.
    Incidents,
}

/// Whether what was measured and what is simulated agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The simulated value is in the interval of the measured one.
    Agrees,
    /// The two intervals are apart.
    Differs,
    /// Neither: the simulated value is too uncertain itself, or there is none.
    Unclear,
}

/// A number that was measured, beside the same number as it is simulated.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Of what it is.
    pub part: Part,
    /// What it is called: a path such as `agents.research.success`, which is that of the measure
    /// but for shares of classes of failure (`agents.research.failed-as.network`).
    pub path: String,
    /// What it is, in a sentence.
    pub definition: String,
    /// In what it counts.
    pub unit: Unit,
    /// In what its `n` counts.
    pub counted: Counted,
    /// What was measured.
    pub measured: Seen,
    /// What is simulated.
    pub simulated: Estimate,
    /// Whether they agree.
    pub verdict: Verdict,
    /// So many in all tell a difference as large as the one seen, or one that matters if that is
    /// smaller; none if that cannot be told. They count as `counted` does.
    pub settled_at: Option<u64>,
    /// How large a difference that is, in words: `as large as this`, `of 5 points`.
    pub difference: &'static str,
    /// How much one takes on average: an incident so many seconds of watching, a failed run so many
    /// runs, all else 1.
    pub each: f64,
    /// How wide half the interval of what was measured is, where a difference that matters is 1.
    /// A share of failed runs counts for as much as it is of all runs.
    pub width: f64,
}

impl Counted {
    /// As a word for so many.
    pub const fn word(self, n: u64) -> &'static str {
        match (self, n) {
            (Self::Runs, 1) => "run",
            (Self::Runs, _) => "runs",
            (Self::FailedRuns, 1) => "failed run",
            (Self::FailedRuns, _) => "failed runs",
            (Self::Calls, 1) => "call",
            (Self::Calls, _) => "calls",
            (Self::Incidents, 1) => "incident",
            (Self::Incidents, _) => "incidents",
        }
    }
}

impl Verdict {
    /// As one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::Unclear => "unclear",
        }
    }

    /// Of a number that was measured and the same as it is simulated.
    pub fn of(measured: &Seen, simulated: &Estimate) -> Self {
        let is_seen = measured.low.is_finite() && !measured.high.is_nan();
        let Estimate { mean, low, high, .. } = *simulated;
        if is_seen && measured.low <= mean && mean <= measured.high {
            return Self::Agrees;
        }
        // One run alone has no interval: its ends are no numbers, and are not apart from any.
        if is_seen && (high < measured.low || measured.high < low) {
            return Self::Differs;
        }
        Self::Unclear
    }
}

/// A number before it is compared.
pub(super) struct Asked {
    pub(super) part: Part,
    pub(super) path: String,
    pub(super) unit: Unit,
    pub(super) counted: Counted,
    pub(super) measured: Seen,
    pub(super) spread: Spread,
    pub(super) each: f64,
}

/// How what one run says of a number varies, by which it is told how many it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spread {
    /// As that of a share does.
    Share,
    /// The variance of its logarithm.
    OfLogarithm(f64),
    /// The same of the odds of a share of time.
    OfOdds(f64),
}

impl Spread {
    /// The difference that matters.
    const fn matters(self) -> &'static str {
        match self {
            Self::Share => "of 5 points",
            Self::OfLogarithm(_) => "of 20 %",
            Self::OfOdds(_) => "of 20 % in the time that is lost",
        }
    }
}

impl Asked {
    /// Beside the same number as it is simulated.
    pub(super) fn beside(self, simulated: Estimate, definition: String) -> Compared {
        let Self { part, path, unit, counted, measured, spread, each } = self;
        let found = needed(spread, simulated.mean, measured.value);
        let least = measured.n_for_high.unwrap_or(0);
        let settled_at = found.map(|needed| (needed.as_seen.ceil() as u64).max(least));
        // A share of what failed counts for as much as it is of all.
        let size = if counted == Counted::FailedRuns { 1.0 / each } else { 1.0 };
        let width = |needed: Needed| size * needed::width(needed.as_matters, measured.n);
        let width = found.map_or(f64::INFINITY, width);
        let verdict = Verdict::of(&measured, &simulated);
        let is_seen = found.is_some_and(|needed| needed.as_seen < needed.as_matters);
        let difference = if is_seen { "as large as this" } else { spread.matters() };
        Compared {
            part,
            path,
            definition,
            unit,
            counted,
            measured,
            simulated,
            verdict,
            settled_at,
            difference,
            each,
            width,
        }
    }
}

fn needed(spread: Spread, simulated: f64, measured: f64) -> Option<Needed> {
    let odds = |share: f64| (1.0 - share) / share;
    match spread {
        Spread::Share => needed::of_shares(simulated, measured),
        Spread::OfLogarithm(variance) => needed::of_ratio(simulated, measured, variance),
        Spread::OfOdds(variance) => needed::of_ratio(odds(simulated), odds(measured), variance),
    }
}

impl Compared {
    /// Whether more would only tell the same: the two differ, or so many were measured that they
    /// would.
    pub fn is_settled(&self) -> bool {
        let is_enough = self.settled_at.is_some_and(|needed| needed <= self.measured.n);
        self.verdict == Verdict::Differs || (self.verdict == Verdict::Agrees && is_enough)
    }

    /// So many, and what they take: `31 incidents (some 26 d)`.
    pub fn effort_shown(&self, n: u64) -> String {
        let word = self.counted.word(n);
        let takes = n as f64 * self.each;
        match self.counted {
            Counted::Runs | Counted::Calls => format!("{n} {word}"),
            Counted::FailedRuns => format!("{n} {word} (some {} runs)", takes.ceil()),
            Counted::Incidents => format!("{n} {word} (some {} d)", (takes / 86_400.0).ceil()),
        }
    }

    /// What was measured, with its interval and of how many: `85 % [64 %, 95 %], 20 runs`.
    pub fn measured_shown(&self) -> String {
        let Seen { n, value, low, high, .. } = self.measured;
        let word = self.counted.word(n);
        format!("{}, {n}\u{a0}{word}", self.interval(value, low, high))
    }

    /// What is simulated, with its interval.
    pub fn simulated_shown(&self) -> String {
        let Estimate { mean, low, high, .. } = self.simulated;
        self.interval(mean, low, high)
    }

    /// The verdict, with what it rests on: `agrees as far as 20 runs can tell`.
    pub fn verdict_shown(&self) -> String {
        let Seen { n, value, .. } = self.measured;
        let word = self.counted.word(n);
        match self.verdict {
            Verdict::Agrees => format!("agrees as far as {n} {word} can tell"),
            Verdict::Differs => {
                let is_less =
                    value < self.simulated.mean || self.measured.high < self.simulated.low;
                let more = if is_less { "less" } else { "more" };
                format!("differs: measured {more} than simulated")
            }
            Verdict::Unclear if self.simulated.mean.is_nan() => "unclear: not simulated".to_owned(),
            Verdict::Unclear => "unclear: the simulated value is too uncertain".to_owned(),
        }
    }

    /// A number with its interval, in its unit.
    fn interval(&self, value: f64, low: f64, high: f64) -> String {
        let shown = |value: f64| match value {
            value if value.is_nan() => "none".to_owned(),
            value if value.is_infinite() => "no end".to_owned(),
            value => in_unit(value, self.unit),
        };
        if low.is_nan() {
            return shown(value);
        }
        format!("{} [{}, {}]", shown(value), shown(low), shown(high))
    }
}

/// How many of so many comparisons would differ by chance alone, if all were right: one in twenty.
pub fn by_chance(compared: &[Compared]) -> f64 {
    compared.iter().filter(|one| one.verdict != Verdict::Unclear).count() as f64 * 0.05
}
