//! The circuit breaker, as an author writes it.

use patterns::backoff::{Backoff, Progress};
use patterns::breaker::{self, Close, OpenWait, Permits};
use patterns::{Duration, Invalid};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Length;
use super::layer::{ClassName, classes};
use super::like::{LibraryName, Share, Unlimited, set};
use condition::Rule;
use texts::{
    Boundary, BucketsText, Cancelled, Compare, EvaluateText, Late, MemoryText, Mode, Open, Then,
    WindowText,
};

mod condition;
mod texts;

/// A circuit breaker. `failures` alone counts failures in a row; with `window`, failures in the
/// last calls (a number) or the last time (a length); `rate` and `window` look at the share of
/// failures, `slow-rate` at that of slow calls, and both together at either; with `memory` instead
/// of `window`, `rate` is a moving average.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Breaker {
    /// A library whose defaults these settings change: resilience4j, polly, hystrix, gobreaker,
    /// failsafe-go, recloser, course-printed or course-meant.
    like: Option<LibraryName>,
    /// Failures that open it: in a row, or within `window`.
    failures: Option<u32>,
    /// The share of failures within `window` that opens it: `0.5` or `"50%"`.
    rate: Option<Share>,
    /// The share of slow calls within `window` that opens it.
    slow_rate: Option<Share>,
    /// How far it looks back: so many calls, or so much time.
    window: Option<WindowText>,
    /// How a window of time is divided; default 10 buckets that begin with their first result.
    buckets: Option<BucketsText>,
    /// Instead of `window`: how fast a moving average forgets: a time, or the share of a result.
    memory: Option<MemoryText>,
    /// With a rate: calls in the window before it decides at all; default: the window's, or 10.
    min_calls: Option<u32>,
    /// With a rate: whether exactly the rate opens it; default `at-least`.
    compare: Option<Compare>,
    /// Any of these conditions opens it.
    any: Option<Vec<Rule>>,
    /// All of these conditions together open it.
    all: Option<Vec<Rule>>,
    /// How long a call may take without being slow.
    slow: Option<Length>,
    /// When it decides: on `failures` (the default) and slow calls, on `every-result`, or at most
    /// once in a length of time.
    evaluate: Option<EvaluateText>,
    /// How long it stays open: a length, or `growing(30s, factor=2, cap=5min, jitter=full)`.
    open: Option<Open>,
    /// Whether a call exactly at the end of that time is let through; default `admits`.
    boundary: Option<Boundary>,
    /// Half-open: calls let through at a time; default 1.
    permits: Option<u32>,
    /// Half-open: calls let through in all, instead of `permits`.
    permits_total: Option<u32>,
    /// Half-open: the share of calls let through, instead of `permits`.
    permits_share: Option<Share>,
    /// Half-open: successes that close it; default 1. Any failure opens it again, unless there are
    /// `probes`.
    successes: Option<u32>,
    /// Half-open: among so many probes `successes` are needed, or `probe-rate` must not be
    /// reached.
    probes: Option<u32>,
    /// Half-open: the share of failures among the `probes` that opens it again.
    probe_rate: Option<Share>,
    /// Half-open: how long it may last, or "unlimited"; default: as long as `open`, and at least a
    /// minute.
    half_open_timeout: Option<Unlimited>,
    /// What it becomes after `half-open-timeout`; default `open`.
    then: Option<Then>,
    /// How long after closing it takes until all calls are let in; default: no time.
    ramp: Option<Length>,
    /// With `ramp`: the share of calls let in at first; default 10%.
    ramp_first: Option<Share>,
    /// The classes that count as failures; default network, timeout and overload.
    count: Option<Vec<ClassName>>,
    /// The classes that count as nothing; default rate-limit and refusals by layers below. What is
    /// in neither list counts as a success.
    ignore: Option<Vec<ClassName>>,
    /// What a result does that comes after the state that let its call through; default `drop`.
    late: Option<Late>,
    /// What a call counts as that was given up from above; default `ignore`.
    cancelled: Option<Cancelled>,
    /// Whether it decides for itself; default `automatic`.
    mode: Option<Mode>,
}

impl Breaker {
    /// The settings, or which of them do not go together.
    pub(crate) fn settings(self) -> Result<breaker::Settings, Invalid> {
        let preset = self.like.map(|LibraryName(library)| {
            library.breaker().ok_or(Invalid::new("like", "a library with a breaker"))
        });
        let preset = preset.transpose()?;
        let trip = self.trip(preset.as_ref().map(|preset| &preset.trip))?;
        let mut settings = match (preset, &self.open) {
            (Some(preset), _) => breaker::Settings { trip, ..preset },
            (None, Some(Open(open))) => {
                let mut settings = breaker::Settings::new(trip, first_wait(open));
                settings.open = open.clone();
                settings
            }
            (None, None) => return Err(Invalid::new("open", "given")),
        };
        if let Some(Open(open)) = &self.open {
            settings.open = open.clone();
        }
        set(&mut settings.slow, self.slow.map(|Length(slow)| Some(slow)));
        set(&mut settings.evaluate, self.evaluate.map(|EvaluateText(evaluate)| evaluate));
        set(&mut settings.count, self.count.as_ref().map(|count| classes(count)));
        set(&mut settings.ignore, self.ignore.as_ref().map(|ignore| classes(ignore)));
        set(&mut settings.boundary, self.boundary.map(Into::into));
        set(&mut settings.late, self.late.map(Into::into));
        set(&mut settings.cancelled, self.cancelled.map(Into::into));
        set(&mut settings.mode, self.mode.map(Into::into));
        set(&mut settings.half_open.permits, self.permits()?);
        let close = self.close(settings.half_open.close)?;
        set(&mut settings.half_open.close, close);
        set(
            &mut settings.half_open.half_open_timeout,
            self.half_open_timeout.map(|Unlimited(wait)| wait),
        );
        set(&mut settings.half_open.then, self.then.map(Into::into));
        if let Some(Length(over)) = self.ramp {
            let first = self.ramp_first.map_or(0.1, |Share(first)| first);
            settings.ramp = Some(breaker::Ramp { first, over });
        }
        Ok(settings)
    }

    fn permits(&self) -> Result<Option<Permits>, Invalid> {
        Ok(match (self.permits, self.permits_total, self.permits_share) {
            (None, None, None) => None,
            (Some(most), None, None) => Some(Permits::Concurrent(most)),
            (None, Some(total), None) => Some(Permits::Total(total)),
            (None, None, Some(Share(share))) => Some(Permits::Share(share)),
            _ => {
                let must_be = "given alone: of permits, permits-total and permits-share, one";
                return Err(Invalid::new("permits", must_be));
            }
        })
    }

    fn close(&self, preset: Close) -> Result<Option<Close>, Invalid> {
        Ok(match (self.successes, self.probes, self.probe_rate) {
            (None, None, None) => None,
            (Some(successes), None, None) => Some(Close::Successes(successes)),
            (Some(successes), Some(probes), None) => Some(Close::Of { successes, probes }),
            (None, probes, rate) => {
                let (had, failures, slow, compare) = match preset {
                    Close::Rate { probes, failures, slow, compare } => {
                        (probes, failures, slow, compare)
                    }
                    _ => (10, 0.5, 1.0, breaker::Compare::AtLeast),
                };
                let failures = rate.map_or(failures, |Share(rate)| rate);
                Some(Close::Rate { probes: probes.unwrap_or(had), failures, slow, compare })
            }
            (Some(_), _, Some(_)) => {
                let must_be = "left out beside `probe-rate`";
                return Err(Invalid::new("successes", must_be));
            }
        })
    }
}

/// The first open wait, without jitter.
fn first_wait(open: &OpenWait) -> Duration {
    match open {
        OpenWait::Constant(wait) => *wait,
        OpenWait::Backoff(settings) => {
            let backoff = Backoff::new(settings.clone());
            backoff.map_or(Duration::ZERO, |backoff| backoff.bounds(Progress::default()).1)
        }
    }
}

#[cfg(test)]
mod tests;
