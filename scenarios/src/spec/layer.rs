//! What is shared by layers, and the smallest of them, as an author writes them.

use std::borrow::Cow;
use std::fmt;

use patterns::{Classes, timeout};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

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
#[serde(deny_unknown_fields)]
pub(crate) struct TimeoutTable {
    /// How long to wait for an answer.
    pub(crate) limit: Length,
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

impl From<Timeout> for timeout::Settings {
    fn from(timeout: Timeout) -> Self {
        let (Timeout::Short(Length(limit)) | Timeout::Long(TimeoutTable { limit: Length(limit) })) =
            timeout;
        Self::of(limit)
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
