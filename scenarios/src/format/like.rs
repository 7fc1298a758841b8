//! What the settings of many layers have in common: a library to be like, lengths that may be
//! unlimited, shares, and choices.

use std::borrow::Cow;
use std::fmt;

use patterns::Duration;
use patterns::preset::Library;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::from_text;
use crate::diagnostic::nearest;
use crate::text::{Argument, ParseError, number};

/// The name of a library whose defaults are taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LibraryName(pub(crate) Library);

from_text!(
    LibraryName,
    |text: &str| {
        let known = Library::ALL.map(Library::name);
        Library::from_name(text).map(LibraryName).ok_or_else(|| no_such(text, &known))
    },
    "A library whose defaults are taken: resilience4j, polly, hystrix, gobreaker, failsafe-go, \
     recloser, envoy, grpc, aws, openai, anthropic, mcp, course-printed or course-meant.",
    ["resilience4j", "polly", "course-meant"]
);

/// A length of time, or "unlimited".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unlimited(pub(crate) Option<Duration>);

from_text!(
    Unlimited,
    |text: &str| {
        let length = if text.trim() == "unlimited" { None } else { Some(Duration::read(text)?) };
        Ok::<_, ParseError>(Unlimited(length))
    },
    "A length of time, or unlimited.",
    ["60s", "unlimited"]
);

/// A share: a number from 0 to 1, or a percentage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

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

/// Why a name cannot be read, and which one is nearest.
pub(crate) fn no_such(name: &str, known: &[&str]) -> ParseError {
    match nearest(name, known) {
        Some(near) => format!("there is no `{name}` here; help: did you mean `{near}`?"),
        None => format!("there is no `{name}` here; help: there is: {}", known.join(", ")),
    }
}

/// Puts a value in the place of a default, if it is given.
pub(crate) fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

/// A choice of names that stand for values of a pattern; the first is the default.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident for $($path:ident)::+ { $first:ident, $($rest:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum $name {
            #[default]
            $first,
            $($rest),+
        }

        impl From<$name> for $($path)::+ {
            fn from(choice: $name) -> Self {
                match choice {
                    $name::$first => Self::$first,
                    $($name::$rest => Self::$rest),+
                }
            }
        }
    };
}
pub(crate) use choices;
