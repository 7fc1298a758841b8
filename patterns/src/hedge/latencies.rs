//! How long recent answers took: their mean and their quantiles.

use std::collections::VecDeque;

use super::settings::{Delay, Measured, Recent};
use crate::stats::Ranks;
use crate::time::{Duration, Time};

/// At most this part of a length is added to it, so that a quantile is never too short.
const PARTS: u64 = 64;

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
    Quantile(f64, Ranks<PARTS>),
    Mean { factor: f64, plus: Duration },
}

impl Latencies {
    /// No answers yet; nothing if the delay does not go by answers.
    pub(super) fn of(delay: Delay) -> Option<Self> {
        let (rule, recent) = match delay {
            Delay::Never | Delay::Fixed(_) => return None,
            Delay::Quantile { quantile, recent } => {
                (Rule::Quantile(quantile, Ranks::new()), recent)
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
        if let Rule::Quantile(_, ranks) = &mut self.rule {
            ranks.add(took);
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
            Rule::Quantile(quantile, ranks) => ranks.at_rank(rank(*quantile, samples))?.longest,
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
            if let Rule::Quantile(_, ranks) = &mut self.rule {
                ranks.remove(took);
            }
        }
    }
}

/// The rank of a quantile: `⌈quantile · samples⌉`, the nearest-rank method. What rounding adds to
/// the product is taken off first, so that 0.07 of 100 is the 7th.
fn rank(quantile: f64, samples: u64) -> u32 {
    let exact = quantile * samples as f64 - 1e-9;
    let below = exact as u64;
    let above = u64::from((below as f64) < exact);
    (below + above).clamp(1, samples) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        for (quantile, samples, expected) in [
            (0.5, 1, 1),
            (0.5, 2, 1),
            (0.5, 3, 2),
            (0.07, 100, 7),
            (0.29, 100, 29),
            (0.95, 100, 95),
            (0.951, 100, 96),
            (1.0, 100, 100),
            (1e-12, 100, 1),
            (1.0, 65_536, 65_536),
        ] {
            assert_eq!(rank(quantile, samples), expected, "{quantile} of {samples}");
        }
    }
}
