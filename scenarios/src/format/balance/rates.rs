//! The rules of outlier ejection that look at rates, as an author writes them.

use std::borrow::Cow;
use std::fmt;

use patterns::outlier::{self, Memory};
use patterns::{Duration, Invalid};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::format::like::{Share, choices, set};

/// A success rate far below that of the others: lower than their mean by more than so many standard
/// deviations.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SuccessRate {
    /// How many services must have enough calls; default 5.
    min_hosts: Option<u16>,
    /// How many calls are enough in an interval; default 100.
    min_calls: Option<u32>,
    /// How far below the mean is too far, in thousandths of a standard deviation; default 1900. One
    /// of `m` services is never further away than √(m − 1) standard deviations.
    stdev_factor: Option<u32>,
    /// How many of a hundred services that are found are left out; default 100.
    enforce_percent: Option<u8>,
}

impl SuccessRate {
    pub(super) const DEFAULT: outlier::SuccessRate = outlier::SuccessRate {
        min_hosts: 5,
        min_calls: 100,
        stdev_factor: 1900,
        enforce_percent: 100,
    };

    pub(super) fn over(self, mut base: outlier::SuccessRate) -> outlier::SuccessRate {
        set(&mut base.min_hosts, self.min_hosts);
        set(&mut base.min_calls, self.min_calls);
        set(&mut base.stdev_factor, self.stdev_factor);
        set(&mut base.enforce_percent, self.enforce_percent);
        base
    }
}

/// A share of failures, whatever the others do.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FailurePercentage {
    /// The share that is too high, in percent; default 85.
    threshold: Option<u8>,
    /// Whether exactly that share is too high; default `at-least`: yes.
    compare: Option<CompareShare>,
    /// How many services there must be; default 5.
    min_hosts: Option<u16>,
    /// Which services count for `min-hosts`; default `with-calls`.
    hosts: Option<HostsCounted>,
    /// How many calls are enough in an interval; default 50.
    min_calls: Option<u32>,
    /// How many of a hundred services that are found are left out; default 100, with
    /// `like = "envoy"` 0.
    enforce_percent: Option<u8>,
}

choices!(
    /// How a share is compared.
    CompareShare for outlier::Compare { AtLeast, MoreThan }
);
choices!(
    /// Which services count: those with enough calls that are not left out, or all.
    HostsCounted for outlier::HostsCounted { WithCalls, All }
);

impl FailurePercentage {
    pub(super) const DEFAULT: outlier::FailurePercentage = outlier::FailurePercentage {
        threshold: 85,
        compare: outlier::Compare::AtLeast,
        min_hosts: 5,
        hosts: outlier::HostsCounted::WithCalls,
        min_calls: 50,
        enforce_percent: 100,
    };

    pub(super) fn over(self, mut base: outlier::FailurePercentage) -> outlier::FailurePercentage {
        set(&mut base.threshold, self.threshold);
        set(&mut base.compare, self.compare.map(Into::into));
        set(&mut base.min_hosts, self.min_hosts);
        set(&mut base.hosts, self.hosts.map(Into::into));
        set(&mut base.min_calls, self.min_calls);
        set(&mut base.enforce_percent, self.enforce_percent);
        base
    }
}

/// A moving average of successes.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Ema {
    /// Below this rate it is too low; default 80%.
    success_rate: Option<Share>,
    /// How fast old results fade, to 1/e: over so much time, or so many results (a number); default
    /// 30 s.
    memory: Option<MemoryText>,
    /// How many results there must be; default 5.
    min_calls: Option<u32>,
    /// How many of a hundred services that are found are left out; default 100.
    enforce_percent: Option<u8>,
}

impl Ema {
    pub(super) const DEFAULT: outlier::Ema = outlier::Ema {
        success_rate: 0.8,
        memory: Memory::Time(Duration::from_secs(30)),
        min_calls: 5,
        enforce_percent: 100,
    };

    pub(super) fn over(self, mut base: outlier::Ema) -> outlier::Ema {
        set(&mut base.success_rate, self.success_rate.map(|Share(rate)| rate));
        set(&mut base.memory, self.memory.map(|MemoryText(memory)| memory));
        set(&mut base.min_calls, self.min_calls);
        set(&mut base.enforce_percent, self.enforce_percent);
        base
    }

    /// The pattern's name for its rate is also that of another rule.
    pub(super) fn check(rule: &outlier::Ema) -> Result<(), Invalid> {
        let is_share = (0.0..=1.0).contains(&rule.success_rate);
        Invalid::unless(is_share, "ema", "of a success rate from 0 to 1")
    }
}

/// How fast old results fade.
#[derive(Clone, Copy, Debug)]
struct MemoryText(Memory);

impl<'de> Deserialize<'de> for MemoryText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = MemoryText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of results, or a length of time such as \"30s\"")
            }
            fn visit_i64<E: Error>(self, results: i64) -> Result<MemoryText, E> {
                let told = "it must be of 1 to 4294967295 results";
                let results = u32::try_from(results).map_err(|_| E::custom(told))?;
                Ok(MemoryText(Memory::Calls(results)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<MemoryText, E> {
                text.parse().map(|time| MemoryText(Memory::Time(time))).map_err(E::custom)
            }
        }
        from.deserialize_any(Expected)
    }
}

impl JsonSchema for MemoryText {
    fn schema_name() -> Cow<'static, str> {
        "EmaMemory".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 1, "description": "results" },
            { "type": "string", "description": "time", "examples": ["30s"] }
        ] })
    }
}
