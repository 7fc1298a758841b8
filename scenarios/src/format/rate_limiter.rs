//! Rate limits and limits on calls under way that are learned, as an author writes them.

use std::borrow::Cow;

use patterns::adaptive_concurrency::{self, Algorithm, MinRtt, Tracked, Verdict};
use patterns::rate_limiter::{self, Kind};
use patterns::{Class, Classes, Duration, Invalid};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::layer::{ClassName, classes};
use super::like::{LibraryName, no_such, set};
use super::{Length, from_text};
use crate::text::{CallSyntax, ParseError};

/// A limit on the rate of calls, on the caller's side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RateLimiter {
    /// A library whose defaults these settings change: resilience4j or aws.
    like: Option<LibraryName>,
    /// What is let through when: token-bucket(50, per=1min, burst=10), gcra(50, per=1min,
    /// burst=10), fixed-window(50, window=1min), sliding-log(50, window=1min), sliding-window(50,
    /// window=1min, segments=6), sliding-counter(50, window=1min), interval-bucket(10, every=1s,
    /// burst=50), lazy-bucket(1s, burst=10), leaky-bucket(50, per=1min), refresh-period(50,
    /// period=1min), bursty(50, period=1min), smooth(1s), warm-up(50, secs=10) with the rate in a
    /// second, or cubic: as fast as the callee lets.
    kind: Option<KindText>,
    /// How long a call may wait for its turn, instead of being refused; default no time.
    max_wait: Option<Length>,
    /// The classes of failure after which nothing is left of what could be had at once; default
    /// none.
    drain_on: Option<Vec<ClassName>>,
    /// What becomes of the turn of a call that is given up while it waits: `gives-back` (the
    /// default) or `keeps`.
    cancelled: Option<CancelledText>,
}

/// What is let through when.
#[derive(Clone, Copy, Debug)]
struct KindText(Kind);

from_text!(
    KindText,
    kind,
    "token-bucket(50, per=1min, burst=10), gcra(…), fixed-window(50, window=1min), \
     sliding-log(…), sliding-window(50, window=1min, segments=6), sliding-counter(…), \
     interval-bucket(10, every=1s, burst=50), lazy-bucket(1s, burst=10), \
     leaky-bucket(50, per=1min), refresh-period(50, period=1min), bursty(…), smooth(1s), \
     warm-up(50, secs=10, cold-factor=3) or cubic.",
    ["token-bucket(50, per=1min, burst=10)", "sliding-log(50, window=1min)"]
);

#[expect(clippy::too_many_lines, reason = "a list of kinds, each by itself")]
fn kind(text: &str) -> Result<KindText, ParseError> {
    let mut syntax = CallSyntax::parse(text)?;
    let kind = match syntax.name {
        "token-bucket" => {
            let (permits, per) = (syntax.required("permits")?, syntax.required("per")?);
            let burst = syntax.optional("burst")?.unwrap_or(permits);
            let first = syntax.optional("first")?.unwrap_or(burst);
            Kind::TokenBucket { permits, per, burst, first }
        }
        "gcra" => {
            let (permits, per) = (syntax.required("permits")?, syntax.required("per")?);
            Kind::Gcra { permits, per, burst: syntax.optional("burst")?.unwrap_or(permits) }
        }
        "fixed-window" => Kind::FixedWindow {
            limit: syntax.required("limit")?,
            window: syntax.required("window")?,
        },
        "sliding-log" => Kind::SlidingLog {
            limit: syntax.required("limit")?,
            window: syntax.required("window")?,
        },
        "sliding-window" => Kind::SlidingSegments {
            limit: syntax.required("limit")?,
            window: syntax.required("window")?,
            segments: syntax.optional("segments")?.unwrap_or(10),
        },
        "sliding-counter" => Kind::SlidingCounter {
            limit: syntax.required("limit")?,
            window: syntax.required("window")?,
        },
        "interval-bucket" => {
            let (fill, every) = (syntax.required("fill")?, syntax.required("every")?);
            Kind::IntervalBucket { fill, every, burst: syntax.optional("burst")?.unwrap_or(fill) }
        }
        "lazy-bucket" => Kind::LazyBucket {
            interval: syntax.required("interval")?,
            burst: syntax.optional("burst")?.unwrap_or(1),
        },
        "leaky-bucket" => Kind::LeakyBucket {
            permits: syntax.required("permits")?,
            per: syntax.required("per")?,
            tick: syntax.optional("tick")?.unwrap_or(Duration::from_nanos(1)),
        },
        "refresh-period" => Kind::RefreshPeriod {
            limit: syntax.required("limit")?,
            period: syntax.required("period")?,
        },
        "bursty" => {
            Kind::Bursty { limit: syntax.required("limit")?, period: syntax.required("period")? }
        }
        "smooth" => Kind::Smooth { interval: syntax.required("interval")? },
        "warm-up" => Kind::WarmUp {
            rate: syntax.required("rate")?,
            secs: syntax.optional("secs")?.unwrap_or(10),
            cold_factor: syntax.optional("cold-factor")?.unwrap_or(3),
        },
        "cubic" => {
            Kind::Cubic { throttles: Classes::NONE.with(Class::RateLimit).with(Class::Overload) }
        }
        name => {
            let known = [
                "token-bucket",
                "gcra",
                "fixed-window",
                "sliding-log",
                "sliding-window",
                "sliding-counter",
                "interval-bucket",
                "lazy-bucket",
                "leaky-bucket",
                "refresh-period",
                "bursty",
                "smooth",
                "warm-up",
                "cubic",
            ];
            return Err(no_such(name, &known));
        }
    };
    syntax.finish()?;
    Ok(KindText(kind))
}

/// What becomes of the turn of a call that is given up.
#[derive(Clone, Copy, Debug)]
struct CancelledText(rate_limiter::Cancelled);

from_text!(
    CancelledText,
    |text: &str| {
        let ways = [
            ("gives-back", rate_limiter::Cancelled::GivesBack),
            ("keeps", rate_limiter::Cancelled::Keeps),
        ];
        crate::text::choice(text, &ways).map(CancelledText)
    },
    "gives-back or keeps.",
    ["gives-back", "keeps"]
);

impl RateLimiter {
    /// The settings, or which of them is missing.
    pub(crate) fn settings(self) -> Result<rate_limiter::Settings, Invalid> {
        let none = Invalid::new("like", "a library with a rate limiter");
        let preset = self.like.map(|LibraryName(library)| library.rate_limiter().ok_or(none));
        let of = |KindText(kind)| rate_limiter::Settings {
            kind,
            max_wait: Duration::ZERO,
            drain_on: Classes::NONE,
            cancelled: rate_limiter::Cancelled::GivesBack,
        };
        let missing = Invalid::new("kind", "given");
        let mut settings = match (preset.transpose()?, self.kind) {
            (Some(preset), None) => preset,
            (Some(preset), Some(KindText(kind))) => rate_limiter::Settings { kind, ..preset },
            (None, kind) => kind.map(of).ok_or(missing)?,
        };
        set(&mut settings.max_wait, self.max_wait.map(|Length(span)| span));
        set(&mut settings.drain_on, self.drain_on.as_ref().map(|on| classes(on)));
        set(&mut settings.cancelled, self.cancelled.map(|CancelledText(cancelled)| cancelled));
        Ok(settings)
    }
}

/// A limit on calls under way that follows how long they take. Calls beyond it are refused: a
/// bulkhead above can let them wait.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct AdaptiveConcurrency {
    /// How the limit follows: aimd(backoff=0.9, timeout=5s), vegas, gradient2(queue=4,
    /// tolerance=1.5) or gradient (Envoy's).
    algorithm: AlgorithmText,
    /// The limit is never less; default 1.
    min: Option<u32>,
    /// The limit is never more; default 1000.
    max: Option<u32>,
    /// The limit at first; default 20, within the two others.
    initial: Option<u32>,
    /// How long samples are gathered before the limit follows them; default: each by itself.
    window: Option<Length>,
    /// The classes of failure that mean that the callee has too much to do; default timeout,
    /// overload and rate-limit.
    drops: Option<Vec<ClassName>>,
    /// What a call counts as that was given up from above: `ignored` (the default) or `dropped`.
    cancelled: Option<VerdictText>,
}

/// What a call counts as that was given up.
#[derive(Clone, Copy, Debug)]
struct VerdictText(Verdict);

from_text!(
    VerdictText,
    |text: &str| {
        let ways = [("ignored", Verdict::Ignored), ("dropped", Verdict::Dropped)];
        crate::text::choice(text, &ways).map(VerdictText)
    },
    "ignored or dropped.",
    ["ignored", "dropped"]
);

/// How the limit follows.
#[derive(Clone, Copy, Debug)]
struct AlgorithmText(Algorithm);

from_text!(
    AlgorithmText,
    algorithm,
    "aimd(backoff=0.9, timeout=5s), vegas(smoothing=1, probe-multiplier=30), \
     gradient2(smoothing=0.2, queue=4, long-window=600, tolerance=1.5) or \
     gradient(percentile=50%, interval=100ms, buffer=25%, min-rtt=1s).",
    ["aimd", "vegas", "gradient2", "gradient"]
);

fn algorithm(text: &str) -> Result<AlgorithmText, ParseError> {
    let mut syntax = CallSyntax::parse(text)?;
    let algorithm = match syntax.name {
        "aimd" => Algorithm::Aimd {
            backoff: syntax.optional("backoff")?.unwrap_or(0.9),
            timeout: syntax.optional("timeout")?.unwrap_or(Duration::from_secs(5)),
        },
        "vegas" => Algorithm::Vegas {
            smoothing: syntax.optional("smoothing")?.unwrap_or(1.0),
            probe_multiplier: syntax.optional("probe-multiplier")?.unwrap_or(30),
        },
        "gradient2" => Algorithm::Gradient2 {
            smoothing: syntax.optional("smoothing")?.unwrap_or(0.2),
            queue: syntax.optional("queue")?.unwrap_or(4),
            long_window: syntax.optional("long-window")?.unwrap_or(600),
            tolerance: syntax.optional("tolerance")?.unwrap_or(1.5),
        },
        "gradient" => {
            let measured = MinRtt::Measured {
                samples: syntax.optional("samples")?.unwrap_or(50),
                interval: syntax.optional("measured-every")?.unwrap_or(Duration::from_secs(60)),
                jitter: syntax.optional("jitter")?.unwrap_or(0.15),
            };
            Algorithm::Gradient {
                percentile: syntax.optional("percentile")?.unwrap_or(0.5),
                interval: syntax.optional("interval")?.unwrap_or(Duration::from_millis(100)),
                buffer: syntax.optional("buffer")?.unwrap_or(0.25),
                min_rtt: syntax.optional("min-rtt")?.map_or(measured, MinRtt::Fixed),
            }
        }
        name => return Err(no_such(name, &["aimd", "vegas", "gradient2", "gradient"])),
    };
    syntax.finish()?;
    Ok(AlgorithmText(algorithm))
}

impl From<AdaptiveConcurrency> for adaptive_concurrency::Settings {
    fn from(written: AdaptiveConcurrency) -> Self {
        let (min, max) = (written.min.unwrap_or(1), written.max.unwrap_or(1000));
        Self {
            algorithm: written.algorithm.0,
            min,
            max,
            initial: written.initial.unwrap_or(20.max(min).min(max)),
            window: written.window.map(|Length(shortest)| adaptive_concurrency::Window {
                shortest,
                longest: shortest,
                samples: 10,
                min_rtt: Duration::from_micros(100),
                tracked: Tracked::Mean,
            }),
            drops: written
                .drops
                .as_ref()
                .map_or(adaptive_concurrency::DROPS, |drops| classes(drops)),
            cancelled: written.cancelled.map_or(Verdict::Ignored, |VerdictText(verdict)| verdict),
        }
    }
}

#[cfg(test)]
mod tests;
