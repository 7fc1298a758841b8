//! failsafe-go.

use super::look_back::LookBack;
use super::plain::plain;
use crate::breaker::half_open::{Close, Permits};
use crate::breaker::settings::{Evaluate, OnCancel, Settings};
use crate::breaker::trip::{Compare, Trip};
use crate::breaker::window::Window;
use crate::invalid::Findings;
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

settings! {
    /// What opens a breaker of failsafe-go, and closes it unless `successes` are set.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub keyed enum FailsafeGoTrip {
        /// `WithFailureThreshold(k)`: `k` failures in a row; up to `k` probes at a time, of which
        /// one success closes it and `k` failures open it again.
        Consecutive {
            /// How many failures open it: in a row, or within `window`.
            failures: u32 [.at_least(1.0)] = 1,
        },
        /// `WithFailureThresholdRatio(k, n)` with a number of calls, and
        /// `WithFailureThresholdPeriod(k, T)` with a length of time.
        Count {
            /// How many failures open it.
            failures: u32 [.at_least(1.0).example("3")],
            /// Among how many calls, or within how long.
            window: LookBack [.example("10")],
        },
        /// `WithFailureRateThreshold(r, m, T)`: a share of failures. Rates are rounded to whole
        /// percents, as they are there: 99 failures of 200 calls are 50%.
        Rate {
            /// The share of failures.
            rate: f64 [.share().above(0.0).example("\"50%\"")],
            /// How many calls there must be; half-open, how many probes decide.
            min_calls: u32 [.at_least(1.0).example("10")],
            /// How far it looks back.
            window: Duration [.above(0.0).example("\"60s\"")],
        },
    }
}

settings! {
    /// failsafe-go: `circuitbreaker/builder.go`.
    ///
    /// How many probes may pass is no number of its own: the numbers that close it say so. A defect
    /// is not here: there, a result that comes late gives back a place that its call never took.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct FailsafeGo {
        /// What opens it.
        @flat trip: FailsafeGoTrip = FailsafeGoTrip::Consecutive { failures: 1 },
        /// `WithSuccessThreshold(k)`: how many successes close it. If it is not set, the numbers
        /// that open it decide.
        successes: Option<u32> [.at_least(1.0).example("2")] = None,
        /// `WithSuccessThresholdRatio(k, n)`: among how many probes `successes` are needed; as many
        /// if it is not set.
        probes: Option<u32> [.at_least(1.0).example("3")] = None,
        /// `WithDelay(d)`.
        open: Duration [.above(0.0)] = Duration::from_secs(60),
    }
    rules rules;
}

fn rules(own: &FailsafeGo, found: &mut Findings) {
    if let FailsafeGoTrip::Count { failures, window: LookBack::Calls(calls) } = own.trip {
        found.unless(failures <= calls, "failures", "no more than the calls of the window");
    }
    match (own.successes, own.probes) {
        (None, Some(_)) => found.unless(false, "successes", "given beside `probes`"),
        (Some(successes), Some(probes)) => {
            found.unless(successes <= probes, "successes", "no more than the probes");
        }
        (_, None) => {}
    }
}

/// A rate in whole percents, halves up.
fn in_percents(part: u32, of: u32) -> f64 {
    (f64::from(part) / f64::from(of) * 100.0).round() / 100.0
}

/// The least number of failures of so many calls by which the successes are too few: the more fail,
/// the smaller is their share, so that it is found by halving, however many calls there are.
fn least_failures(rate: f64, calls: u32) -> u32 {
    let (mut least, mut most) = (0, calls);
    while least < most {
        let middle = least + (most - least) / 2;
        if in_percents(calls - middle, calls) <= 1.0 - rate {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    least
}

impl FailsafeGoTrip {
    fn condition(self) -> Trip {
        match self {
            Self::Consecutive { failures } => Trip::failures(failures),
            Self::Count { failures, window: LookBack::Calls(calls) } => {
                Trip::Count { failures, window: Window::Calls(calls) }
            }
            Self::Count { failures, window: LookBack::Time(size) } => {
                Trip::Count { failures, window: Window::Epoch { size, buckets: ten(size) } }
            }
            Self::Rate { rate, min_calls, window: size } => {
                // From which share on whole percents reach the rate.
                let rounded = ((100.0 * rate - 1e-9).ceil() - 0.5) / 100.0;
                let window = Window::Epoch { size, buckets: ten(size) };
                Trip::rate(rounded, window).at_min_calls(min_calls)
            }
        }
    }

    /// How many probes may pass at a time, and what closes it, if nothing is set about successes.
    fn probing(self) -> (u32, Close) {
        match self {
            Self::Consecutive { failures }
            | Self::Count { failures, window: LookBack::Time(_) } => {
                (failures, Close::Of { successes: 1, probes: failures })
            }
            Self::Count { failures, window: LookBack::Calls(calls) } => {
                let successes = calls.saturating_sub(failures) + 1;
                (calls, Close::Of { successes, probes: calls })
            }
            Self::Rate { rate, min_calls, .. } => {
                // The least number of failures that opens it. It asks for the share of successes
                // first, with `1 - rate` as it comes out: at 80% that is a little less than 20%,
                // and exactly the threshold closes it.
                let failures = least_failures(rate, min_calls);
                let close = Close::Rate {
                    probes: min_calls,
                    probe_rate: f64::from(failures) / f64::from(min_calls),
                    probe_slow_rate: 1.0,
                    probe_compare: Compare::AtLeast,
                };
                (min_calls, close)
            }
        }
    }
}

/// Ten buckets, or fewer if they would have no width.
fn ten(size: Duration) -> u32 {
    size.as_nanos().min(10) as u32
}

impl Like<Settings> for FailsafeGo {
    fn settings(&self) -> Settings {
        let (capacity, close) = match self.successes {
            Some(successes) => {
                let probes = self.probes.unwrap_or(successes);
                (probes, Close::Of { successes, probes })
            }
            None => self.trip.probing(),
        };
        plain(self.trip.condition(), self.open).with(|settings| {
            settings.evaluate = Evaluate::EveryResult;
            settings.half_open.permits = Permits::Concurrent(capacity);
            settings.half_open.close = close;
            settings.on_cancel = OnCancel::Failure;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_number_of_failures_is_the_first_that_is_too_many() {
        for calls in 1..=250 {
            for percent in 1..=100 {
                let rate = f64::from(percent) / 100.0;
                let is_enough = |failures: &u32| in_percents(calls - failures, calls) <= 1.0 - rate;
                let first = (0..=calls).find(is_enough).expect("all of them are enough");
                assert_eq!(least_failures(rate, calls), first, "{rate} of {calls}");
            }
        }
    }

    /// Counting up to it would take minutes.
    #[test]
    fn the_least_number_of_failures_is_found_among_any_number_of_calls() {
        assert_eq!(least_failures(0.5, u32::MAX), 2_126_008_812);
    }
}
