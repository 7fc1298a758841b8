//! The circuit breaker, as an author writes it.

use std::borrow::Cow;
use std::fmt;

use patterns::breaker::{self, Align, OpenWait, Permits, Trip, Window};
use patterns::{Invalid, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::layer::{ClassName, classes};
use super::{Length, from_text};
use crate::text::{Argument, Form, Unread, number};

/// A circuit breaker. `failures` alone counts failures in a row; with `window`, failures in the
/// last calls (a number) or the last time (a length); `rate` and `window` look at the share of
/// failures.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Breaker {
    /// Failures that open it: in a row, or within `window`.
    failures: Option<u32>,
    /// The share of failures within `window` that opens it: `0.5` or `"50%"`.
    rate: Option<Share>,
    /// How far it looks back: so many calls, or so much time.
    window: Option<WindowText>,
    /// With `rate`: calls in the window before it decides at all; default: the window's, or 10.
    min_calls: Option<u32>,
    /// With `rate`: whether exactly the rate opens it; default `at-least`.
    #[serde(default)]
    compare: Compare,
    /// Whether a success can be the result that opens it; default `failures`.
    #[serde(default)]
    evaluate: Evaluate,
    /// How long it stays open: a length, or `growing(30s, factor=2, cap=5min)`.
    open: Open,
    /// Whether a call exactly at the end of that time is let through; default `admits`.
    #[serde(default)]
    boundary: Boundary,
    /// Half-open: calls let through at a time; default 1.
    permits: Option<u32>,
    /// Half-open: calls let through in all, instead of `permits`.
    permits_total: Option<u32>,
    /// Half-open: successes that close it; default 1. Any failure opens it again.
    #[serde(default = "one")]
    successes: u32,
    /// Half-open: how long it may last; default: as long as `open`, and at least a minute.
    max_wait: Option<Length>,
    /// What it becomes after `max-wait`; default `open`.
    #[serde(default)]
    then: Then,
    /// The classes that count as failures; default network, timeout and overload.
    count: Option<Vec<ClassName>>,
    /// The classes that count as nothing; default rate-limit and refusals by layers below. What is
    /// in neither list counts as a success.
    ignore: Option<Vec<ClassName>>,
    /// What a result does that comes after the state that let its call through; default `drop`.
    #[serde(default)]
    late: Late,
    /// What a call counts as that was given up from above; default `ignore`.
    #[serde(default)]
    cancelled: Cancelled,
}

fn one() -> u32 {
    1
}

/// A choice of names that stand for values of the pattern.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident for $type:ident { $first:ident, $($rest:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        enum $name {
            #[default]
            $first,
            $($rest),+
        }

        impl From<$name> for breaker::$type {
            fn from(choice: $name) -> Self {
                match choice {
                    $name::$first => Self::$first,
                    $($name::$rest => Self::$rest),+
                }
            }
        }
    };
}

choices!(
    /// How a share is compared.
    Compare for Compare { AtLeast, MoreThan }
);
choices!(
    /// After which results it decides.
    Evaluate for Evaluate { Failures, EveryResult }
);
choices!(
    /// The very end of the open time.
    Boundary for OpenEnd { Admits, Refuses }
);
choices!(
    /// What follows a half-open state that lasts too long.
    Then for Then { Open, Close }
);
choices!(
    /// What late results do.
    Late for Late { Drop, CountCurrent, ActCurrent, CountOrigin }
);
choices!(
    /// What a call counts as that was given up from above.
    Cancelled for Cancelled { Ignore, Failure }
);

/// A share: a number from 0 to 1, or a percentage.
#[derive(Clone, Copy, Debug)]
struct Share(f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Share;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a share such as 0.5 or \"50%\"")
            }
            fn visit_f64<E: Error>(self, share: f64) -> Result<Share, E> {
                Ok(Share(share))
            }
            fn visit_i64<E: Error>(self, share: i64) -> Result<Share, E> {
                Ok(Share(share as f64))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
                number(text).map(Share).map_err(E::custom)
            }
        }
        from.deserialize_any(Expected)
    }
}

impl JsonSchema for Share {
    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "number", "minimum": 0, "maximum": 1 },
            { "type": "string", "examples": ["50%"] }
        ] })
    }
}

/// A window: a number of calls, or a length of time.
#[derive(Clone, Copy, Debug)]
struct WindowText(Window);

impl<'de> Deserialize<'de> for WindowText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = WindowText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of calls, or a length of time such as \"10s\"")
            }
            fn visit_i64<E: Error>(self, calls: i64) -> Result<WindowText, E> {
                let calls = u32::try_from(calls).ok().filter(|calls| (1..=1 << 20).contains(calls));
                let told = "the window must be of 1 to 1048576 calls";
                calls.map(|calls| WindowText(Window::Calls(calls))).ok_or(E::custom(told))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<WindowText, E> {
                let size: Span = text.parse().map_err(E::custom)?;
                let align = Align::FirstEvent { buckets: 10 };
                Ok(WindowText(Window::Time { size, align }))
            }
        }
        from.deserialize_any(Expected)
    }
}

impl JsonSchema for WindowText {
    fn schema_name() -> Cow<'static, str> {
        "Window".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 1, "description": "calls" },
            { "type": "string", "description": "time", "examples": ["10s"] }
        ] })
    }
}

/// How long it stays open.
#[derive(Clone, Copy, Debug)]
struct Open(OpenWait);

from_text!(
    Open,
    open,
    "A length of time, or growing(FIRST, factor=2, cap=5min).",
    ["60s", "growing(30s, factor=2, cap=5min)"]
);

fn open(text: &str) -> Result<Open, Unread> {
    if !text.trim_start().starts_with("growing") {
        return Span::read(text).map(OpenWait::Constant).map(Open);
    }
    let mut form = Form::parse(text)?;
    let first = form.required("first")?;
    let factor = form.optional("factor")?.unwrap_or(2.0);
    let cap = form.optional("cap")?.unwrap_or(Span::MAX);
    form.finish()?;
    Ok(Open(OpenWait::Growing { first, factor, cap }))
}

impl Breaker {
    /// The settings, or which of them do not go together.
    pub(crate) fn settings(self) -> Result<breaker::Settings, Invalid> {
        let first = match self.open.0 {
            OpenWait::Constant(first) | OpenWait::Growing { first, .. } => first,
        };
        let max_wait = self.max_wait.map_or(first.max(Span::from_secs(60)), |Length(span)| span);
        let permits = match (self.permits, self.permits_total) {
            (Some(_), Some(_)) => {
                return Err(Invalid {
                    setting: "permits",
                    must_be: "left out beside `permits-total`",
                });
            }
            (permits, None) => Permits::Concurrent(permits.unwrap_or(1)),
            (None, Some(total)) => Permits::Total(total),
        };
        Ok(breaker::Settings {
            trip: self.trip()?,
            evaluate: self.evaluate.into(),
            failures: self.count.as_ref().map_or(breaker::FAILURES, |count| classes(count)),
            ignored: self.ignore.as_ref().map_or(breaker::IGNORED, |ignore| classes(ignore)),
            open: self.open.0,
            open_end: self.boundary.into(),
            half_open: breaker::HalfOpen {
                permits,
                successes: self.successes,
                max_wait: Some(max_wait),
                then: self.then.into(),
            },
            late: self.late.into(),
            cancelled: self.cancelled.into(),
        })
    }

    fn trip(&self) -> Result<Trip, Invalid> {
        let window = self.window.map(|WindowText(window)| window);
        match (self.failures, self.rate, window) {
            (Some(failures), None, None) => Ok(Trip::Consecutive { failures }),
            (Some(failures), None, Some(window)) => Ok(Trip::Count { failures, window }),
            (None, Some(Share(rate)), Some(window)) => {
                let whole = match window {
                    Window::Calls(calls) => calls,
                    Window::Time { .. } => 10,
                };
                let min_calls = self.min_calls.unwrap_or(whole);
                Ok(Trip::Rate { rate, compare: self.compare.into(), min_calls, window })
            }
            (None, Some(_), None) => {
                Err(Invalid { setting: "window", must_be: "given beside `rate`" })
            }
            (Some(_), Some(_), _) => {
                Err(Invalid { setting: "failures", must_be: "left out beside `rate`" })
            }
            (None, None, _) => {
                Err(Invalid { setting: "failures", must_be: "given, or `rate` and `window`" })
            }
        }
    }
}
