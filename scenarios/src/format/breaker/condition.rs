//! What opens a circuit breaker: a condition as written, or a preset's with other numbers.

use patterns::Invalid;
use patterns::breaker::{self, Trip, Window};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Breaker;
use super::texts::{BucketsText, Compare, MemoryText, WindowText};
use crate::format::like::Share;

/// One condition of `any` or `all`: as those of the breaker itself.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Rule {
    /// Failures in a row, or within `window`.
    failures: Option<u32>,
    /// The share of failures within `window`.
    rate: Option<Share>,
    /// The share of slow calls within `window`.
    slow_rate: Option<Share>,
    /// How far it looks back: so many calls, or so much time.
    window: Option<WindowText>,
    /// How a window of time is divided; default 10 buckets that begin with their first result.
    buckets: Option<BucketsText>,
    /// Instead of `window`: how fast a moving average forgets.
    memory: Option<MemoryText>,
    /// Calls in the window before it decides at all; default: the window's, or 10.
    min_calls: Option<u32>,
    /// Whether exactly the rate is enough; default `at-least`.
    compare: Option<Compare>,
}

impl Breaker {
    /// The condition that opens it: as written, or that of a preset with some numbers changed.
    pub(super) fn trip(&self, preset: Option<&Trip>) -> Result<Trip, Invalid> {
        let several = |rules: &[Rule]| rules.iter().map(Rule::trip).collect::<Result<_, _>>();
        let rule = Rule {
            failures: self.failures,
            rate: self.rate,
            slow_rate: self.slow_rate,
            window: self.window,
            buckets: self.buckets,
            memory: self.memory,
            min_calls: self.min_calls,
            compare: self.compare,
        };
        match (&self.any, &self.all) {
            (None, None) => match preset {
                Some(preset) if self.failures.is_none() && self.memory.is_none() => {
                    Ok(rule.change(preset.clone()))
                }
                _ => rule.trip(),
            },
            (Some(any), None) => several(any).map(Trip::Any),
            (None, Some(all)) => several(all).map(Trip::All),
            (Some(_), Some(_)) => Err(Invalid::new("any", "left out beside `all`")),
        }
    }
}

impl Rule {
    fn window(&self) -> Option<Window> {
        let WindowText(window) = self.window?;
        Some(match (window, self.buckets) {
            (Window::Time { size, .. }, Some(BucketsText(align))) => Window::Time { size, align },
            (window, _) => window,
        })
    }

    fn compare(&self) -> breaker::Compare {
        self.compare.unwrap_or_default().into()
    }

    fn trip(&self) -> Result<Trip, Invalid> {
        let missing = |setting, must_be| Err(Invalid::new(setting, must_be));
        let compare = self.compare();
        let rates = (self.rate, self.slow_rate);
        if let Some(failures) = self.failures {
            return match (rates, self.window()) {
                ((None, None), None) => Ok(Trip::Consecutive { failures }),
                ((None, None), Some(window)) => Ok(Trip::Count { failures, window }),
                _ => missing("failures", "left out beside `rate`"),
            };
        }
        if let Some(MemoryText(memory)) = self.memory {
            return match (rates, self.window()) {
                ((Some(Share(rate)), None), None) => {
                    let min_calls = self.min_calls.unwrap_or(10);
                    Ok(Trip::Average { memory, rate, compare, min_calls })
                }
                _ => missing("memory", "given beside `rate` alone"),
            };
        }
        if rates == (None, None) {
            return missing("failures", "given, or `rate` and `window`");
        }
        let Some(window) = self.window() else {
            return missing("window", "given beside `rate`");
        };
        let min_calls = self.min_calls.unwrap_or(match window {
            Window::Calls(calls) => calls,
            Window::Time { .. } => 10,
        });
        let failing = |Share(rate)| Trip::Rate { rate, compare, min_calls, window };
        let slow = |Share(rate)| Trip::SlowRate { rate, compare, min_calls, window };
        Ok(match rates {
            (Some(rate), None) => failing(rate),
            (None, Some(rate)) => slow(rate),
            (rate, slow_rate) => {
                Trip::Any(rate.map(failing).into_iter().chain(slow_rate.map(slow)).collect())
            }
        })
    }

    /// The condition of a preset, with the numbers that are given put in.
    fn change(&self, preset: Trip) -> Trip {
        let changed = |(rate, given): (f64, Option<Share>), compare, min_calls: u32, before| {
            let window = match (self.window(), self.buckets, before) {
                (None, Some(BucketsText(align)), Window::Time { size, .. }) => {
                    Window::Time { size, align }
                }
                (given, _, before) => given.unwrap_or(before),
            };
            // No more calls than a window holds, or one more if the preset has it so.
            let over = match before {
                Window::Calls(calls) => min_calls.saturating_sub(calls),
                Window::Time { .. } => 0,
            };
            let calls = match (self.min_calls, window) {
                (Some(given), _) => given,
                (None, Window::Calls(calls)) => min_calls.min(calls.saturating_add(over)),
                (None, Window::Time { .. }) => min_calls,
            };
            let compare = self.compare.map_or(compare, Into::into);
            (given.map_or(rate, |Share(rate)| rate), compare, calls, window)
        };
        let all = |trips: Vec<Trip>| trips.into_iter().map(|trip| self.change(trip)).collect();
        match preset {
            Trip::Rate { rate, compare, min_calls, window } => {
                let (rate, compare, min_calls, window) =
                    changed((rate, self.rate), compare, min_calls, window);
                Trip::Rate { rate, compare, min_calls, window }
            }
            Trip::SlowRate { rate, compare, min_calls, window } => {
                let (rate, compare, min_calls, window) =
                    changed((rate, self.slow_rate), compare, min_calls, window);
                Trip::SlowRate { rate, compare, min_calls, window }
            }
            Trip::Any(trips) => Trip::Any(all(trips)),
            Trip::All(trips) => Trip::All(all(trips)),
            other if self.rate.is_some() || self.slow_rate.is_some() => {
                self.trip().unwrap_or(other)
            }
            other => other,
        }
    }
}
