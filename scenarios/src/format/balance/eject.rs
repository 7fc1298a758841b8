//! Outlier ejection, as an author writes it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use patterns::Invalid;
use patterns::outlier::{self, Settings};
use patterns::preset::Library;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{I64Deserializer, MapAccessDeserializer};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::rates::{Ema, FailurePercentage, SuccessRate};
use crate::format::layer::{ClassName, classes};
use crate::format::like::{LibraryName, choices, no_such, set};
use crate::format::{Length, from_text};
use crate::text::{CallSyntax, ParseError};

/// Services that do worse than they should are left out for a while. Without any rule, five errors
/// in a row are too many.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Eject {
    /// A library whose defaults these settings change: envoy or grpc. A rule of theirs is turned
    /// off by `"off"`.
    like: Option<LibraryName>,
    /// The classes that are errors of the service; default network, timeout and overload. A class
    /// that is neither here nor in `ignore` is a success.
    errors: Option<Vec<ClassName>>,
    /// Those of the errors that are gateway failures; default network, timeout and overload.
    gateway: Option<Vec<ClassName>>,
    /// The classes that count as nothing; default breaker-open, bulkhead-full and rejected.
    ignore: Option<Vec<ClassName>>,
    /// So many errors in a row are too many.
    consecutive: Option<Rule<Row>>,
    /// So many gateway failures in a row are too many.
    consecutive_gateway: Option<Rule<Row>>,
    /// Failures on the way to the service are counted apart from its own errors; default: not.
    split_local: Option<Rule<SplitLocal>>,
    /// A success rate far below that of the others is too low.
    success_rate: Option<Rule<SuccessRate>>,
    /// A share of failures, whatever the others do, is too high.
    failure_percentage: Option<Rule<FailurePercentage>>,
    /// A moving average of successes is too low.
    ema: Option<Rule<Ema>>,
    /// How long results are counted for `success-rate` and `failure-percentage`; default 10 s.
    interval: Option<Length>,
    /// How long a service is left out the first time; default 30 s.
    base_ejection_time: Option<Length>,
    /// How long it is left out at most; default 300 s, or `base-ejection-time` if that is longer.
    max_ejection_time: Option<Length>,
    /// How much longer, at most, by chance; default 0 s.
    ejection_jitter: Option<Length>,
    /// How that time grows when it happens again: linear (the default), linear-unbounded, or
    /// exponential(factor=2).
    growth: Option<GrowthText>,
    /// How a service comes back; default `at-interval`.
    back: Option<Back>,
    /// Whether it comes back at exactly the end of its time, or after; default `returns`.
    ejection_end: Option<EjectionEnd>,
    /// The share of services that may be left out, in percent; default 50, with `like` 10.
    max_ejection_percent: Option<u8>,
    /// Which share that is: with the next one, or before it; default `after`.
    cap_reading: Option<CapReading>,
    /// Whether one service may be left out whatever that share is; default false.
    always_eject_one: Option<bool>,
}

choices!(
    /// How a service comes back: when an interval ends, before or after the rules look at it; at
    /// the end of its time; or by a call that is sent to try it.
    Back for outlier::Back { AtInterval, AfterInterval, AtEnd, ByProbe }
);
choices!(
    /// Whether a service comes back at exactly the end of its time.
    EjectionEnd for outlier::EjectionEnd { Returns, Stays }
);
choices!(
    /// Which share is compared: with the next one, which must not be above; or before it, which
    /// must be below, or not above.
    CapReading for outlier::CapReading { After, Before, BeforeOrAt }
);

/// How the time grows.
#[derive(Clone, Copy, Debug)]
struct GrowthText(outlier::Growth);

from_text!(
    GrowthText,
    growth,
    "linear, linear-unbounded, or exponential(factor=2).",
    ["linear", "exponential(factor=2)"]
);

fn growth(text: &str) -> Result<GrowthText, ParseError> {
    let mut syntax = CallSyntax::parse(text)?;
    let growth = match syntax.name {
        "linear" => outlier::Growth::Linear,
        "linear-unbounded" => outlier::Growth::LinearUnbounded,
        "exponential" => {
            outlier::Growth::Exponential { factor: syntax.optional("factor")?.unwrap_or(2.0) }
        }
        name => return Err(no_such(name, &["linear", "linear-unbounded", "exponential"])),
    };
    syntax.finish()?;
    Ok(GrowthText(growth))
}

/// A rule, or `"off"` for one that a library has.
#[derive(Clone, Debug)]
enum Rule<T> {
    Off,
    Of(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rule<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Expected<T> {
            type Value = Rule<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rule, or \"off\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Rule<T>, E> {
                crate::text::choice(text, &[("off", ())]).map_err(E::custom)?;
                Ok(Rule::Off)
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Rule<T>, E> {
                T::deserialize(I64Deserializer::new(number)).map(Rule::Of)
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Rule<T>, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Rule::Of)
            }
        }
        from.deserialize_any(Expected(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Rule<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Rule", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<T>(), { "const": "off" }] })
    }
}

impl<T> Rule<T> {
    /// Changes a rule, or the default one if there is none.
    fn change<P>(given: Option<Self>, rule: &mut Option<P>, default: P, by: fn(T, P) -> P) {
        match given {
            None => {}
            Some(Self::Off) => *rule = None,
            Some(Self::Of(given)) => *rule = Some(by(given, rule.take().unwrap_or(default))),
        }
    }
}

/// So many in a row: a number, or a table.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(untagged)]
enum Row {
    /// So many in a row.
    Short(#[schemars(range(min = 1))] u32),
    /// The same, in a table.
    Long(RowTable),
}

/// So many in a row.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RowTable {
    /// How many are too many; default 5.
    failures: Option<u32>,
    /// How many of a hundred services that are found are left out; default 100.
    enforce_percent: Option<u8>,
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Row;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("so many in a row, or a table")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Row, E> {
                let fits = u32::try_from(number).ok().filter(|number| *number != 0);
                fits.map(Row::Short).ok_or_else(|| E::custom("it must be at least 1 in a row"))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Row, M::Error> {
                RowTable::deserialize(MapAccessDeserializer::new(map)).map(Row::Long)
            }
        }
        from.deserialize_any(Expected)
    }
}

const ROW: outlier::Consecutive = outlier::Consecutive { failures: 5, enforce_percent: 100 };

impl Row {
    fn over(self, base: outlier::Consecutive) -> outlier::Consecutive {
        let table = match self {
            Self::Short(failures) => {
                RowTable { failures: Some(failures), enforce_percent: Some(100) }
            }
            Self::Long(table) => table,
        };
        outlier::Consecutive {
            failures: table.failures.unwrap_or(base.failures),
            enforce_percent: table.enforce_percent.unwrap_or(base.enforce_percent),
        }
    }
}

/// Failures on the way to a service, counted apart from its errors.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SplitLocal {
    /// The classes of such failures; default network and timeout.
    classes: Option<Vec<ClassName>>,
    /// So many of them in a row are too many; default 5.
    consecutive: Option<Rule<Row>>,
    /// With `success-rate`: how many of a hundred services that it finds for such failures are left
    /// out; default 100.
    success_rate_percent: Option<u8>,
    /// The same with `failure-percentage`; default 0.
    failure_percentage_percent: Option<u8>,
}

impl SplitLocal {
    fn over(self, mut base: outlier::SplitLocal) -> outlier::SplitLocal {
        set(&mut base.classes, self.classes.as_ref().map(|names| classes(names)));
        Rule::change(self.consecutive, &mut base.consecutive, ROW, Row::over);
        set(&mut base.success_rate_percent, self.success_rate_percent);
        set(&mut base.failure_percentage_percent, self.failure_percentage_percent);
        base
    }
}

const LOCAL: outlier::SplitLocal = outlier::SplitLocal {
    classes: outlier::LOCAL,
    consecutive: Some(ROW),
    success_rate_percent: 100,
    failure_percentage_percent: 0,
};

impl Eject {
    /// The settings, or which of them do not go together.
    pub(super) fn settings(self) -> Result<Settings, Invalid> {
        let library = self.like.map_or(Library::Envoy, |LibraryName(library)| library);
        let must_be = "a library with outlier ejection";
        let mut settings = library.outlier().ok_or(Invalid::new("like", must_be))?;
        if self.like.is_none() {
            (settings.consecutive, settings.consecutive_gateway) = (None, None);
            (settings.success_rate, settings.failure_percentage) = (None, None);
            settings.max_ejection_percent = 50;
            if self.has_no_rule() {
                settings.consecutive = Some(ROW);
            }
        }
        let lengths = [
            (&mut settings.interval, self.interval),
            (&mut settings.base_ejection_time, self.base_ejection_time),
            (&mut settings.max_ejection_time, self.max_ejection_time),
            (&mut settings.ejection_jitter, self.ejection_jitter),
        ];
        for (length, given) in lengths {
            set(length, given.map(|Length(span)| span));
        }
        if self.max_ejection_time.is_none() {
            let longest = settings.max_ejection_time.max(settings.base_ejection_time);
            settings.max_ejection_time = longest;
        }
        set(&mut settings.errors, self.errors.as_ref().map(|names| classes(names)));
        set(&mut settings.gateway, self.gateway.as_ref().map(|names| classes(names)));
        set(&mut settings.ignore, self.ignore.as_ref().map(|names| classes(names)));
        set(&mut settings.growth, self.growth.map(|GrowthText(growth)| growth));
        set(&mut settings.back, self.back.map(Into::into));
        set(&mut settings.ejection_end, self.ejection_end.map(Into::into));
        set(&mut settings.max_ejection_percent, self.max_ejection_percent);
        set(&mut settings.cap_reading, self.cap_reading.map(Into::into));
        set(&mut settings.always_eject_one, self.always_eject_one);
        self.rules(&mut settings);
        settings.ema.as_ref().map_or(Ok(()), Ema::check)?;
        Ok(settings)
    }

    fn has_no_rule(&self) -> bool {
        let rows = [&self.consecutive, &self.consecutive_gateway];
        rows.iter().all(|row| row.is_none())
            && self.split_local.is_none()
            && self.success_rate.is_none()
            && self.failure_percentage.is_none()
            && self.ema.is_none()
    }

    fn rules(self, settings: &mut Settings) {
        Rule::change(self.consecutive, &mut settings.consecutive, ROW, Row::over);
        let gateway = &mut settings.consecutive_gateway;
        Rule::change(self.consecutive_gateway, gateway, ROW, Row::over);
        Rule::change(self.split_local, &mut settings.split_local, LOCAL, SplitLocal::over);
        let rate = &mut settings.success_rate;
        Rule::change(self.success_rate, rate, SuccessRate::DEFAULT, SuccessRate::over);
        let share = &mut settings.failure_percentage;
        let default = FailurePercentage::DEFAULT;
        Rule::change(self.failure_percentage, share, default, FailurePercentage::over);
        Rule::change(self.ema, &mut settings.ema, Ema::DEFAULT, Ema::over);
    }
}
