//! The format of a scenario file, field for field: what an author writes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use patterns::{Class, Duration};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::text;

pub(crate) mod adaptive_throttle;
pub(crate) mod backoff;
pub(crate) mod balance;
pub(crate) mod breaker;
pub(crate) mod bulkhead;
pub(crate) mod cache;
pub(crate) mod coalesce;
pub(crate) mod distribution;
pub(crate) mod fallback;
pub(crate) mod hedge;
pub(crate) mod layer;
pub(crate) mod like;
pub(crate) mod rate_limiter;
pub(crate) mod retry;
pub(crate) mod retry_budget;

pub(crate) use distribution::DistributionText;

/// A group of agents: something that wants work done.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Agents {
    /// How many agents there are in the group; each works on its own. Default 1.
    #[serde(default = "one")]
    #[schemars(with = "u32", range(min = 1))]
    pub(crate) count: Spanned<u32>,
    /// Tasks that one agent works on at a time; default 1.
    #[serde(default)]
    pub(crate) slots: Option<Limit>,
    /// How tasks come to each agent: `poisson(every=90s)`, `every(10s)`, `renewal(DISTRIBUTION)`,
    /// or `closed(think=DISTRIBUTION, pause=1s)` for one task after the other.
    pub(crate) arrivals: Arrivals,
    /// What is done for each task, in order.
    #[schemars(with = "Vec<Step>")]
    pub(crate) steps: Spanned<Vec<Step>>,
    /// How long after it came a task's result is of use: layers that heed deadlines are told.
    /// Default: for ever.
    pub(crate) deadline: Option<Length>,
    /// How important the tasks are, 0 first: layers that know priorities are told. Default 0.
    #[serde(default)]
    pub(crate) priority: u8,
}

fn one() -> Spanned<u32> {
    Spanned::new(0..0, 1)
}

fn yes() -> bool {
    true
}

/// One step of a task: `{ call = "github", times = 3, optional = true }` or
/// `{ work = DISTRIBUTION }`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Step {
    /// The service to call.
    #[schemars(with = "Option<String>")]
    pub(crate) call: Option<Spanned<String>>,
    /// How often it is called, one after the other; default 1.
    #[schemars(with = "Option<u32>")]
    pub(crate) times: Option<Spanned<u32>>,
    /// Whether the task goes on, degraded, when the call fails; default false.
    #[serde(default)]
    pub(crate) optional: bool,
    /// How many different things there are to ask for: each call asks for one of them, all equally
    /// likely. Default: no two calls ask for the same.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576))]
    pub(crate) keys: Option<Spanned<u32>>,
    /// Whether it does no harm to send the call more than once; default true.
    #[serde(default = "yes")]
    pub(crate) idempotent: bool,
    /// Work on one's own, for a time drawn from a distribution.
    pub(crate) work: Option<DistributionText>,
}

/// A service: something that does work for others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Service {
    /// Requests worked on at a time; default "unlimited".
    #[serde(default)]
    pub(crate) slots: Option<Limit>,
    /// Requests that may wait for a slot; more are refused as overload. Default "unlimited".
    #[serde(default)]
    pub(crate) queue: Option<Limit>,
    /// The time that the work on a request takes.
    pub(crate) latency: DistributionText,
    /// The share of requests that fail, by class of failure.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(crate) errors: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// A limit on the rate of requests, over all callers; beyond it they fail as `rate-limit`.
    pub(crate) rate_limit: Option<RateLimit>,
    /// What becomes of work whose caller has given up; default "runs-on".
    #[serde(default)]
    pub(crate) abandoned: Abandoned,
    /// Calls to other services, made after its own work.
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
}

/// What becomes of work whose caller has given up.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Abandoned {
    /// It goes on unseen, and keeps its slot: what most real servers do.
    #[default]
    RunsOn,
    /// It stops at once.
    Stops,
}

/// So many requests in so much time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RateLimit {
    /// Requests let in for each `per`.
    #[schemars(with = "u32", range(min = 1))]
    pub(crate) limit: Spanned<u32>,
    /// The time in which `limit` requests are let in.
    #[schemars(with = "Length")]
    pub(crate) per: Spanned<Length>,
    /// How many may come at once; default `limit`.
    #[schemars(with = "Option<u32>")]
    pub(crate) burst: Option<Spanned<u32>>,
}

/// A failure injection.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Fault {
    /// A name, for records; default `fault-1`, `fault-2`, …
    #[schemars(with = "Option<String>")]
    pub(crate) name: Option<Spanned<String>>,
    /// The service it hits.
    #[schemars(with = "String")]
    pub(crate) hit: Spanned<String>,
    /// What it does.
    #[serde(rename = "do")]
    #[schemars(with = "Effect")]
    pub(crate) effect: Spanned<Effect>,
    /// For `slow`: how many times as long work takes.
    #[schemars(with = "Option<f64>")]
    pub(crate) factor: Option<Spanned<f64>>,
    /// For `errors`: the class of failure.
    #[schemars(with = "Option<String>")]
    pub(crate) class: Option<Spanned<String>>,
    /// For `errors`: the share of requests that fail.
    #[schemars(with = "Option<f64>")]
    pub(crate) share: Option<Spanned<f64>>,
    /// For `hang`: whether work goes on where it stood when the fault ends; default false: what
    /// the service held is lost.
    #[schemars(with = "Option<bool>")]
    pub(crate) resume: Option<Spanned<bool>>,
    /// When it begins.
    pub(crate) at: Option<Length>,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub(crate) lasts: Option<Length>,
    /// The time from one fault to the next, for faults that come again and again.
    pub(crate) up: Option<DistributionText>,
    /// How long each one lasts.
    pub(crate) down: Option<DistributionText>,
    /// Mean time between failures: short for `up = "exponential(…)"`.
    #[schemars(with = "Option<Length>")]
    pub(crate) mtbf: Option<Spanned<Length>>,
    /// Mean time to repair: short for `down = "exponential(…)"`.
    #[schemars(with = "Option<Length>")]
    pub(crate) mttr: Option<Spanned<Length>>,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// Requests are refused at once, and those under way are lost.
    Down,
    /// Requests are taken and never answered.
    Hang,
    /// Work takes longer, by `factor`.
    Slow,
    /// A `share` of requests fails, as `class`.
    Errors,
}

/// Something that must hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hypothesis {
    /// A comparison: `agents.write.success >= 99%`, `agents.write.latency.p95 < 30s`.
    #[schemars(with = "String")]
    pub(crate) that: Spanned<String>,
}

/// A whole number, or "unlimited".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) u32);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Limit;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number or \"unlimited\"")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Limit, E> {
                let fits = u32::try_from(number).ok().filter(|number| *number < u32::MAX);
                fits.map(Limit).ok_or_else(|| {
                    E::custom(format!("{number} is out of range; help: 0 to {}", u32::MAX - 1))
                })
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Limit, E> {
                text::choice(text, &[("unlimited", Limit::NONE)]).map(Limit).map_err(E::custom)
            }
        }
        from.deserialize_any(Expected)
    }
}

impl Limit {
    /// No limit.
    pub(crate) const NONE: u32 = u32::MAX;

    /// The limit, or this one if nothing is written.
    pub(crate) fn or(limit: Option<&Self>, default: u32) -> u32 {
        limit.map_or(default, |limit| limit.0)
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "const": "unlimited" }] })
    }
}

/// A type that is read from a text, and how its schema describes it.
macro_rules! from_text {
    ($type:ident, $read:expr, $description:literal, [$($example:literal),*]) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                $read(&text).map_err(D::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": $description,
                    "examples": [$($example),*]
                })
            }
        }
    };
}
pub(crate) use from_text;

/// A length of time, such as `"1h 30min"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Length(pub(crate) Duration);

from_text!(
    Length,
    |text: &str| text.parse().map(Length),
    "A length of time: a number with a unit (ns, us, ms, s, min, h, d).",
    ["30s", "1h 30min", "250ms"]
);

/// How tasks come to an agent.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals(pub(crate) sim::model::system::Arrivals);

from_text!(
    Arrivals,
    |text: &str| distribution::arrivals(text).map(Arrivals),
    "How tasks come: poisson(every=90s), every(10s), renewal(DISTRIBUTION) or \
     closed(think=DISTRIBUTION, pause=1s).",
    ["poisson(every=90s)", "every(10s)", "closed(think=exponential(5s))"]
);

/// The class of failure of this name.
pub(crate) fn class(name: &str) -> Result<Class, String> {
    text::choice(name, &Class::ALL.map(|class| (class.name(), class)))
}

/// A seed: a number, or its hex text as outputs show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeedText(pub(crate) u64);

impl<'de> Deserialize<'de> for SeedText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = SeedText;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number, or its hex text such as \"0x2a\"")
            }
            fn visit_i64<E: Error>(self, seed: i64) -> Result<SeedText, E> {
                let told = "a seed must not be below zero";
                u64::try_from(seed).map(SeedText).map_err(|_| E::custom(told))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<SeedText, E> {
                seed(text).map(SeedText).map_err(E::custom)
            }
        }
        from.deserialize_any(Expected)
    }
}

/// Reads a seed: a number, or hex after `0x`.
pub fn seed(text: &str) -> Result<u64, String> {
    let seed = match text.trim().strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.trim().parse(),
    };
    seed.map_err(|_| format!("`{text}` is no seed; a seed is a number such as 42 or 0x2a"))
}

/// Who shares one instance of a layer.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PerText {
    /// Each agent has its own for each service.
    Agent,
    /// All agents of a group share one for each service.
    Edge,
    /// All calls under the policy share one.
    Policy,
}

impl From<PerText> for sim::model::system::Per {
    fn from(per: PerText) -> Self {
        match per {
            PerText::Agent => Self::Agent,
            PerText::Edge => Self::Edge,
            PerText::Policy => Self::Policy,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use patterns::Invalid;
    use serde::de::DeserializeOwned;

    use crate::registry::Names;

    /// Reads the settings of a layer in a scenario of two agents, `research` and `write`, and two
    /// services, `tool` and `spare`.
    pub(crate) fn settings_of<S: DeserializeOwned, T>(
        text: &str,
        settings: fn(S, &mut Names<'_>) -> Option<Result<T, Invalid>>,
    ) -> Result<T, String> {
        let written: S = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut names = Names {
            agents: &["research", "write"],
            services: &["tool", "spare"],
            targets: &mut Vec::new(),
            unknown: Vec::new(),
        };
        let read = settings(written, &mut names);
        read.ok_or_else(|| format!("{:?}", names.unknown))?.map_err(|invalid| invalid.to_string())
    }
}
