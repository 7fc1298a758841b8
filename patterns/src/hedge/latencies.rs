//! How long recent answers took: their mean and their quantiles.

use std::collections::VecDeque;

use super::histogram::{Histogram, rank};
use super::settings::{Delay, Measured, Recent};
use crate::time::{Duration, Time};

/// The answers within a window, and what delay follows from them.
#[derive(Clone, Debug)]
pub(super) struct Latencies {
    rule: Rule,
    recent: Recent,
    /// How many answers it takes.
    least: u64,
    samples: VecDeque<(Time, Duration)>,
    sum: u128,
    /// The latest time that was seen: a clock that steps back makes nothing younger.
    latest: Time,
}

/// What follows from the answers.
#[derive(Clone, Debug)]
enum Rule {
    Quantile(f64, Histogram),
    Mean { factor: f64, plus: Duration },
}

impl Latencies {
    /// No answers yet; nothing if the delay does not go by answers.
    pub(super) fn of(delay: Delay) -> Option<Self> {
        let (rule, recent) = match delay {
            Delay::Never | Delay::Fixed(_) => return None,
            Delay::Quantile { quantile, recent } => {
                (Rule::Quantile(quantile, Histogram::new()), recent)
            }
            Delay::Mean { factor, plus, recent } => (Rule::Mean { factor, plus }, recent),
        };
        let least = recent.least_samples().into();
        let (samples, latest) = (VecDeque::new(), Time::ZERO);
        Some(Self { rule, recent, least, samples, sum: 0, latest })
    }

    /// Whether failures count as answers.
    pub(super) fn measures_all(&self) -> bool {
        self.recent.measured == Measured::All
    }

    /// An answer came at `now` that took this long.
    pub(super) fn add(&mut self, took: Duration, now: Time) {
        self.forget_old(now);
        if self.samples.len() == self.recent.window as usize {
            self.forget_first();
        }
        self.samples.push_back((self.latest, took));
        self.sum += u128::from(took.as_nanos());
        if let Rule::Quantile(_, histogram) = &mut self.rule {
            histogram.add(took.as_nanos());
        }
    }

    /// The delay that follows from the answers, if there are enough; none for no hedges.
    pub(super) fn delay(&mut self, now: Time) -> Option<Duration> {
        self.forget_old(now);
        let samples = self.samples.len() as u64;
        if samples < self.least {
            return self.recent.initial_delay;
        }
        let delay = match &self.rule {
            Rule::Quantile(quantile, histogram) => {
                Duration::from_nanos(histogram.at_rank(rank(*quantile, samples)))
            }
            Rule::Mean { factor, plus } => {
                let mean = Duration::from_nanos((self.sum / u128::from(samples)) as u64);
                mean.scale(*factor) + *plus
            }
        };
        Some(delay.max(self.recent.min_delay))
    }

    fn forget_old(&mut self, now: Time) {
        self.latest = self.latest.max(now);
        let Some(max_age) = self.recent.max_age else { return };
        while let Some((at, _)) = self.samples.front()
            && max_age <= self.latest.since(*at)
        {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, took)) = self.samples.pop_front() {
            self.sum -= u128::from(took.as_nanos());
            if let Rule::Quantile(_, histogram) = &mut self.rule {
                histogram.remove(took.as_nanos());
            }
        }
    }
}
