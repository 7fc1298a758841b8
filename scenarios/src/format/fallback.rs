//! The fallback, as an author writes it.

use std::borrow::Cow;
use std::fmt;

use patterns::fallback::{self, Instead, Settings};
use patterns::{Classes, Invalid, Target};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::layer::{ClassName, classes};
use crate::registry::Names;

/// Something else when a call fails: a value at hand, the answer of another service, or the first
/// good answer of several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Fallback {
    /// The service to call instead, or several, which are called in this order until one of them
    /// answers. Default: none, a value at hand stands in for the answer.
    #[schemars(with = "Option<OneOrMore>")]
    to: Option<Spanned<OneOrMore>>,
    /// The classes of failure it is for; default all. A service that fails in another class is the
    /// last one asked.
    on: Option<Vec<ClassName>>,
    /// What comes when all services of `to` have failed: a value at hand, or the failure of the
    /// first or the last call. Default: `last-failure`, or `value` without `to`.
    then: Option<Then>,
}

/// What comes when nobody has answered.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Then {
    /// A value at hand: the call ends degraded.
    Value,
    /// The failure with which it began.
    FirstFailure,
    /// The failure of the service that was called last.
    LastFailure,
}

impl From<Then> for fallback::Then {
    fn from(then: Then) -> Self {
        match then {
            Then::Value => Self::Value,
            Then::FirstFailure => Self::FirstFailure,
            Then::LastFailure => Self::LastFailure,
        }
    }
}

/// The name of a service, or a list of them.
#[derive(Clone, Debug)]
enum OneOrMore {
    One(String),
    More(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = OneOrMore;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a service, or a list of them")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore::One(name.to_owned()))
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<OneOrMore, S::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(OneOrMore::More(names))
            }
        }
        from.deserialize_any(Expected)
    }
}

impl JsonSchema for OneOrMore {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1 }
        ] })
    }
}

impl Fallback {
    /// The settings, if there are such services.
    pub(crate) fn settings(self, names: &mut Names<'_>) -> Option<Result<Settings, Invalid>> {
        let on = self.on.as_ref().map_or(Classes::ALL, |on| classes(on));
        let targets = match &self.to {
            None => Vec::new(),
            Some(to) => match to.get_ref() {
                OneOrMore::One(name) => {
                    vec![names.target(&Spanned::new(to.span(), name.clone()))?]
                }
                OneOrMore::More(several) => targets(several, names)?,
            },
        };
        let then = self.then.map(Into::into);
        let to = match (&targets[..], then) {
            ([], None | Some(fallback::Then::Value)) if self.to.is_none() => Instead::Value,
            ([], _) => {
                let must_be = "at least one service, or left out for a value";
                return Some(Err(Invalid::new("to", must_be)));
            }
            ([target], None) => Instead::Target(*target),
            (_, then) => {
                Instead::Chain { targets, then: then.unwrap_or(fallback::Then::LastFailure) }
            }
        };
        Some(Ok(Settings { on, to }))
    }
}

/// The targets that stand for these services; none of them if a name is unknown, and each such name
/// is told.
pub(super) fn targets(services: &[Spanned<String>], names: &mut Names<'_>) -> Option<Vec<Target>> {
    let targets: Vec<_> = services.iter().map(|name| names.target(name)).collect();
    targets.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use patterns::Class;
    use patterns::fallback::Then::{FirstFailure, LastFailure, Value};

    use super::*;
    use crate::format::tests::settings_of;

    fn read(text: &str) -> Result<Settings, String> {
        settings_of(text, Fallback::settings)
    }

    #[test]
    fn little_is_enough() {
        let all = |to| Ok(Settings { on: Classes::ALL, to });
        assert_eq!(read(""), all(Instead::Value));
        assert_eq!(read("then = 'value'"), all(Instead::Value));
        assert_eq!(read("to = 'spare'"), all(Instead::Target(Target(0))));
        assert_eq!(read("to = ['spare']"), all(Instead::Target(Target(0))));
    }

    #[test]
    fn every_knob_can_be_written() {
        let on = [Class::Network, Class::BreakerOpen].into_iter().collect();
        let read_on = |to: &str| read(&format!("on = ['network', 'breaker-open']\n{to}"));
        let chain = |targets: &[u16], then| {
            let targets = targets.iter().copied().map(Target).collect();
            Ok(Settings { on, to: Instead::Chain { targets, then } })
        };
        assert_eq!(read_on(""), Ok(Settings { on, to: Instead::Value }));
        assert_eq!(read_on("to = ['spare', 'tool']"), chain(&[0, 1], LastFailure));
        assert_eq!(read_on("to = ['spare', 'spare']"), chain(&[0, 0], LastFailure));
        let ends =
            [("value", Value), ("first-failure", FirstFailure), ("last-failure", LastFailure)];
        for (name, then) in ends {
            let written = format!("to = 'tool'\nthen = '{name}'");
            assert_eq!(read_on(&written), chain(&[0], then), "{name}");
        }
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        let told = "`to` must be at least one service, or left out for a value";
        for text in ["to = []", "to = []\nthen = 'value'", "then = 'last-failure'"] {
            assert_eq!(read(text), Err(told.to_owned()), "{text}");
        }
        let invalid =
            fallback::Fallback::new(read("on = []").expect("read")).expect_err("no class");
        assert_eq!(invalid.setting, "on");
    }

    #[test]
    fn who_is_not_there_cannot_help() {
        let told = read("to = ['spair', 'tool', 'tol']").expect_err("unknown");
        assert!(told.contains("`spair`") && told.contains("`tol`"), "{told}");
        assert!(read("to = 'spair'").expect_err("unknown").contains("`spare`"));
        assert!(read("then = 'valu'").is_err());
        assert!(read("too = 'spare'").is_err());
        let told = read("to = 3").expect_err("a number");
        assert!(told.contains("the name of a service, or a list of them"), "{told}");
    }
}
