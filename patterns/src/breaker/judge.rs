//! Trip conditions at work: each rule with the record that it looks at.

use super::counts::{Counts, Mark};
use super::record::Record;
use super::state::{Measure, Tripped};
use super::trip::{Compare, Memory, Trip};
use super::window::USUAL_MIN_CALLS;
use crate::time::Time;

/// A trip condition and what it remembers.
#[derive(Clone, Debug)]
pub(super) enum Judge {
    /// By the place of the condition among all, in the order in which they are written.
    Counting(u32, Rule, Record),
    Averaging(u32, Average),
    Any(Vec<Self>),
    All(Vec<Self>),
}

/// What is asked of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Failures(u32),
    Rates {
        /// The share of failures; infinite if that is not looked at.
        rate: f64,
        /// The share of slow calls; infinite if that is not looked at.
        slow_rate: f64,
        compare: Compare,
        min_calls: u32,
    },
}

/// A moving average of failures, each a one and each success a zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Average {
    memory: Memory,
    rate: f64,
    compare: Compare,
    min_calls: u32,
    value: f64,
    latest: Time,
    counts: Counts,
}

impl Judge {
    /// A condition that was checked, with nothing remembered.
    pub(super) fn new(trip: &Trip) -> Self {
        Self::numbered(trip, &mut 0)
    }

    /// The same; conditions are numbered on from `next`.
    fn numbered(trip: &Trip, next: &mut u32) -> Self {
        if let Trip::Any(trips) | Trip::All(trips) = trip {
            let all = trips.iter().map(|trip| Self::numbered(trip, next)).collect();
            return if matches!(trip, Trip::Any(_)) { Self::Any(all) } else { Self::All(all) };
        }
        let number = *next;
        *next += 1;
        match *trip {
            Trip::Count { failures, window } => {
                Self::Counting(number, Rule::Failures(failures), Record::of(window))
            }
            Trip::Rate { rate, slow_rate, window, min_calls, compare } => {
                let [rate, slow_rate] = [rate, slow_rate].map(|rate| rate.unwrap_or(f64::INFINITY));
                let min_calls = min_calls.unwrap_or(window.usual_min_calls());
                let rule = Rule::Rates { rate, slow_rate, compare, min_calls };
                Self::Counting(number, rule, Record::of(window))
            }
            Trip::Average { memory, rate, compare, min_calls } => {
                let average = Average {
                    memory,
                    rate,
                    compare,
                    min_calls: min_calls.unwrap_or(USUAL_MIN_CALLS),
                    value: 0.0,
                    latest: Time::ZERO,
                    counts: Counts::default(),
                };
                Self::Averaging(number, average)
            }
            Trip::Consecutive { failures, within } => {
                Self::Counting(number, Rule::Failures(failures), Record::of_run(within))
            }
            Trip::Any(_) | Trip::All(_) => unreachable!("treated above"),
        }
    }

    /// Adds a result that came at `now` and counts at `at`.
    #[inline]
    pub(super) fn add(&mut self, mark: Mark, at: Time, now: Time) {
        match self {
            Self::Counting(_, _, record) => record.add(mark, at, now),
            _ => self.add_to_any(mark, at, now),
        }
    }

    fn add_to_any(&mut self, mark: Mark, at: Time, now: Time) {
        match self {
            Self::Counting(_, _, record) => record.add(mark, at, now),
            Self::Averaging(_, average) => average.add(mark, now),
            Self::Any(judges) | Self::All(judges) => {
                for judge in judges {
                    judge.add(mark, at, now);
                }
            }
        }
    }

    /// Which condition holds, if it does; of several that hold together, the first.
    #[inline]
    pub(super) fn tripped(&self, now: Time) -> Option<Tripped> {
        match self {
            Self::Counting(condition, Rule::Failures(failures), Record::Run(counts)) => {
                let tripped = Tripped { condition: *condition, measure: Measure::Failures };
                (u64::from(*failures) <= counts.failures).then_some(tripped)
            }
            _ => self.any_tripped(now),
        }
    }

    fn any_tripped(&self, now: Time) -> Option<Tripped> {
        match self {
            Self::Counting(condition, rule, record) => {
                let counts = record.counts(now);
                let measure = rule.holds(counts, record.results(counts))?;
                Some(Tripped { condition: *condition, measure })
            }
            Self::Averaging(condition, average) => {
                let tripped = Tripped { condition: *condition, measure: Measure::Average };
                average.holds().then_some(tripped)
            }
            Self::Any(judges) => judges.iter().find_map(|judge| judge.tripped(now)),
            Self::All(judges) => {
                let mut first = None;
                for judge in judges {
                    let tripped = judge.tripped(now)?;
                    first.get_or_insert(tripped);
                }
                first
            }
        }
    }

    /// What one of its conditions counts, in the order in which they are written.
    pub(super) fn counts(&self, condition: u32, now: Time) -> Option<Counts> {
        match self {
            Self::Counting(number, _, record) => (*number == condition).then(|| record.counts(now)),
            Self::Averaging(number, average) => (*number == condition).then_some(average.counts),
            Self::Any(judges) | Self::All(judges) => {
                judges.iter().find_map(|judge| judge.counts(condition, now))
            }
        }
    }

    /// When it next may hold or not without any further result, otherwise than at `now`.
    pub(super) fn changes_after(&self, now: Time) -> Option<Time> {
        match self {
            Self::Counting(_, _, record) => record.changes_after(now),
            Self::Averaging(..) => None,
            Self::Any(judges) | Self::All(judges) => {
                judges.iter().filter_map(|judge| judge.changes_after(now)).min()
            }
        }
    }

    /// Forgets all, and begins anew at `now`.
    pub(super) fn clear(&mut self, now: Time) {
        match self {
            Self::Counting(_, _, record) => record.clear(now),
            Self::Averaging(_, average) => {
                (average.value, average.counts) = (0.0, Counts::default());
            }
            Self::Any(judges) | Self::All(judges) => {
                for judge in judges {
                    judge.clear(now);
                }
            }
        }
    }
}

impl Rule {
    fn holds(self, counts: Counts, results: u64) -> Option<Measure> {
        match self {
            Self::Failures(failures) => {
                (u64::from(failures) <= counts.failures).then_some(Measure::Failures)
            }
            Self::Rates { rate, slow_rate, compare, min_calls } => {
                if results < u64::from(min_calls) {
                    return None;
                }
                let reaches =
                    |share: Option<f64>, rate| compare.reaches(share.unwrap_or(0.0), rate);
                if reaches(counts.failure_rate(), rate) {
                    Some(Measure::Rate)
                } else if reaches(counts.slow_rate(), slow_rate) {
                    Some(Measure::SlowRate)
                } else {
                    None
                }
            }
        }
    }
}

impl Average {
    fn add(&mut self, mark: Mark, now: Time) {
        let result = if mark.failed { 1.0 } else { 0.0 };
        self.value = if self.counts.calls == 0 {
            result
        } else {
            let weight = match self.memory {
                Memory::Share(weight) => weight,
                Memory::Time(span) => {
                    -libm::expm1(-(now.since(self.latest).as_secs_f64() / span.as_secs_f64()))
                }
            };
            self.value + weight * (result - self.value)
        };
        self.latest = self.latest.max(now);
        self.counts.add(mark);
    }

    fn holds(&self) -> bool {
        let enough = u64::from(self.min_calls) <= self.counts.calls;
        enough && self.compare.reaches(self.value, self.rate)
    }
}
