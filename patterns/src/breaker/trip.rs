//! Trip conditions at work: each rule with the record that it looks at.

use super::settings::{Compare, Memory, Trip};
use super::window::{Counts, Mark, Record};
use crate::time::Time;

/// A trip condition and what it remembers.
#[derive(Clone, Debug)]
pub(super) enum Judge {
    Counting(Rule, Record),
    Averaging(Average),
    Any(Vec<Self>),
    All(Vec<Self>),
}

/// What is asked of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Failures(u32),
    FailureRate(f64, Compare, u32),
    SlowRate(f64, Compare, u32),
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
        let all = |trips: &[Trip]| trips.iter().map(Self::new).collect();
        match *trip {
            Trip::Consecutive { failures } => {
                Self::Counting(Rule::Failures(failures), Record::of_run())
            }
            Trip::Count { failures, window } => {
                Self::Counting(Rule::Failures(failures), Record::of(window))
            }
            Trip::Rate { rate, compare, min_calls, window } => {
                Self::Counting(Rule::FailureRate(rate, compare, min_calls), Record::of(window))
            }
            Trip::SlowRate { rate, compare, min_calls, window } => {
                Self::Counting(Rule::SlowRate(rate, compare, min_calls), Record::of(window))
            }
            Trip::Average { memory, rate, compare, min_calls } => Self::Averaging(Average {
                memory,
                rate,
                compare,
                min_calls,
                value: 0.0,
                latest: Time::ZERO,
                counts: Counts::default(),
            }),
            Trip::Any(ref trips) => Self::Any(all(trips)),
            Trip::All(ref trips) => Self::All(all(trips)),
        }
    }

    pub(super) fn add(&mut self, mark: Mark, now: Time) {
        match self {
            Self::Counting(_, record) => record.add(mark, now),
            Self::Averaging(average) => average.add(mark, now),
            Self::Any(judges) | Self::All(judges) => {
                for judge in judges {
                    judge.add(mark, now);
                }
            }
        }
    }

    /// Whether the condition holds.
    pub(super) fn holds(&mut self, now: Time) -> bool {
        match self {
            Self::Counting(rule, record) => {
                let counts = record.counts(now);
                rule.holds(counts, record.results(counts))
            }
            Self::Averaging(average) => average.holds(),
            Self::Any(judges) => judges.iter_mut().any(|judge| judge.holds(now)),
            Self::All(judges) => judges.iter_mut().all(|judge| judge.holds(now)),
        }
    }

    /// What the first of its rules counts.
    pub(super) fn counts(&mut self, now: Time) -> Counts {
        match self {
            Self::Counting(_, record) => record.counts(now),
            Self::Averaging(average) => average.counts,
            Self::Any(judges) | Self::All(judges) => {
                judges.first_mut().map_or(Counts::default(), |first| first.counts(now))
            }
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Counting(_, record) => record.clear(),
            Self::Averaging(average) => (average.value, average.counts) = (0.0, Counts::default()),
            Self::Any(judges) | Self::All(judges) => judges.iter_mut().for_each(Self::clear),
        }
    }
}

impl Rule {
    fn holds(self, counts: Counts, results: u64) -> bool {
        match self {
            Self::Failures(failures) => u64::from(failures) <= counts.failures,
            Self::FailureRate(rate, compare, min_calls) => {
                u64::from(min_calls) <= results && compare.reaches(counts.failure_rate(), rate)
            }
            Self::SlowRate(rate, compare, min_calls) => {
                u64::from(min_calls) <= results && compare.reaches(counts.slow_rate(), rate)
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
