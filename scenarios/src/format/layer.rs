//! What is shared by layers, and the smallest of them, as an author writes them.

use std::borrow::Cow;
use std::fmt;

use patterns::{Classes, Invalid, timeout};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::like::LibraryName;
use super::{Length, class};

/// `timeout = "30s"`, or `timeout = { limit = "30s" }`.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Timeout {
    /// How long to wait for an answer.
    Short(Length),
    /// The same, in a table.
    Long(TimeoutTable),
}

/// How long to wait for an answer.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct TimeoutTable {
    /// A library whose limit is taken: resilience4j, polly, hystrix, envoy, openai, anthropic, mcp,
    /// course-printed or course-meant.
    like: Option<LibraryName>,
    /// How long to wait for an answer.
    limit: Option<Length>,
    /// Whether layers and services below are told when nobody waits any more; default false.
    #[serde(default)]
    propagates: bool,
}

impl<'de> Deserialize<'de> for Timeout {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Timeout;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as \"30s\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Timeout, E> {
                text.parse().map(|limit| Timeout::Short(Length(limit))).map_err(E::custom)
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Timeout, M::Error> {
                let table = TimeoutTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Timeout::Long(table))
            }
        }
        from.deserialize_any(Expected)
    }
}

impl Timeout {
    /// The settings, or which of them is missing.
    pub(crate) fn settings(self) -> Result<timeout::Settings, Invalid> {
        let TimeoutTable { like, limit, propagates } = match self {
            Self::Short(Length(limit)) => return Ok(timeout::Settings::of(limit)),
            Self::Long(table) => table,
        };
        let none = Invalid::new("like", "a library with a timeout");
        let preset = like.map(|LibraryName(library)| library.timeout().ok_or(none)).transpose()?;
        let limit = limit.map(|Length(limit)| limit).or(preset);
        let missing = Invalid::new("limit", "given");
        Ok(timeout::Settings { limit: limit.ok_or(missing)?, propagates })
    }
}

/// The name of a class of failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClassName(patterns::Class);

super::from_text!(
    ClassName,
    |text: &str| class(text).map(ClassName),
    "A class of failure: network, timeout, rate-limit, overload, validation, breaker-open, \
     bulkhead-full or rejected.",
    ["network", "timeout"]
);

pub(crate) fn classes(names: &[ClassName]) -> Classes {
    names.iter().map(|name| name.0).collect()
}

#[cfg(test)]
mod tests {
    use patterns::Duration;

    use super::*;

    #[test]
    fn a_timeout_is_a_length_a_table_or_like_a_library() {
        #[derive(Deserialize)]
        struct Layer {
            timeout: Timeout,
        }
        let read = |text: &str| {
            let layer: Layer = toml::from_str(&format!("timeout = {text}")).expect("well written");
            layer.timeout.settings().map_err(|invalid| invalid.to_string())
        };
        let minute = timeout::Settings::of(Duration::from_secs(60));
        assert_eq!(read("'60s'"), Ok(minute));
        assert_eq!(read("{ limit = '60s' }"), Ok(minute));
        assert_eq!(read("{ like = 'mcp' }"), Ok(minute));
        let told = timeout::Settings { limit: Duration::from_secs(5), propagates: true };
        assert_eq!(read("{ like = 'mcp', limit = '5s', propagates = true }"), Ok(told));
        assert_eq!(read("{ propagates = true }"), Err("`limit` must be given".to_owned()));
        let none = "`like` must be a library with a timeout".to_owned();
        assert_eq!(read("{ like = 'gobreaker' }"), Err(none));
    }
}
