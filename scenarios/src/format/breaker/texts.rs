//! The texts in the settings of a circuit breaker.

use std::borrow::Cow;
use std::fmt;

use patterns::Duration;
use patterns::breaker::{self, Align, Evaluate, Memory, OpenWait, Window};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::format::backoff::waits;
use crate::format::from_text;
use crate::format::like::{choices, no_such};
use crate::text::{Argument, CallSyntax, ParseError, number};

choices!(
    /// How a share is compared.
    Compare for breaker::Compare { AtLeast, MoreThan }
);
choices!(
    /// The very end of the open time.
    Boundary for breaker::Boundary { Admits, Refuses }
);
choices!(
    /// What follows a half-open state that lasts too long.
    Then for breaker::Then { Open, Close }
);
choices!(
    /// What late results do.
    Late for breaker::Late { Drop, CountCurrent, ActCurrent, ActClosed, CountOrigin }
);
choices!(
    /// What a call counts as that was given up from above.
    Cancelled for breaker::Cancelled { Ignore, Failure, FailureOfProbe, Success }
);
choices!(
    /// Whether it decides for itself, or is held in some state.
    Mode for breaker::Mode { Automatic, ForcedOpen, Disabled, MetricsOnly }
);

/// A window: a number of calls, or a length of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowText(pub(super) Window);

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
                let size: Duration = text.parse().map_err(E::custom)?;
                Ok(WindowText(Window::Time { size, align: Align::FirstEvent { buckets: 10 } }))
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

/// How a window of time is divided into buckets.
#[derive(Clone, Copy, Debug)]
pub(super) struct BucketsText(pub(super) Align);

from_text!(
    BucketsText,
    buckets,
    "exact, or epoch(10) for buckets on a grid, or first-event(10) for buckets that begin with \
     their first result.",
    ["exact", "epoch(10)", "first-event(10)"]
);

fn buckets(text: &str) -> Result<BucketsText, ParseError> {
    let mut syntax = CallSyntax::parse(text)?;
    let align = match syntax.name {
        "exact" => Align::Exact,
        "epoch" => Align::Epoch { buckets: syntax.optional("buckets")?.unwrap_or(10) },
        "first-event" => Align::FirstEvent { buckets: syntax.optional("buckets")?.unwrap_or(10) },
        name => return Err(no_such(name, &["exact", "epoch", "first-event"])),
    };
    syntax.finish()?;
    Ok(BucketsText(align))
}

/// How fast a moving average forgets.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemoryText(pub(super) Memory);

from_text!(
    MemoryText,
    |text: &str| {
        let memory = match number(text) {
            Ok(share) => Memory::Share(share),
            Err(_) => Memory::Time(Duration::read(text)?),
        };
        Ok::<_, ParseError>(MemoryText(memory))
    },
    "A length of time, or the share of a result such as 10%.",
    ["30s", "10%"]
);

/// When it decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct EvaluateText(pub(super) Evaluate);

from_text!(
    EvaluateText,
    |text: &str| {
        let evaluate = match text {
            "failures" => Evaluate::Failures,
            "every-result" => Evaluate::EveryResult,
            period if period.starts_with(|c: char| c.is_ascii_digit()) => {
                Evaluate::Periodically(Duration::read(period)?)
            }
            name => return Err(no_such(name, &["failures", "every-result", "500ms"])),
        };
        Ok(EvaluateText(evaluate))
    },
    "failures, every-result, or a length of time: at most once in it.",
    ["failures", "every-result", "500ms"]
);

/// How long it stays open.
#[derive(Clone, Debug)]
pub(super) struct Open(pub(super) OpenWait);

from_text!(
    Open,
    open,
    "A length of time, or growing(FIRST, factor=2, cap=5min, jitter=none), or any back-off of a \
     retry's rule.",
    ["60s", "growing(30s, factor=2, cap=5min)"]
);

fn open(text: &str) -> Result<Open, ParseError> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Duration::read(text).map(OpenWait::Constant).map(Open);
    }
    let backoff = match text.strip_prefix("growing") {
        Some(rest) => waits(&format!("exponential{rest}"))
            .map_err(|why| why.replace("exponential", "growing"))?,
        None => waits(text)?,
    };
    Ok(Open(OpenWait::Backoff(backoff)))
}
