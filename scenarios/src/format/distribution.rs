//! Distributions as texts, `lognormal(median=1.2s, p99=8s)`, or as tables of the same.

use std::borrow::Cow;
use std::fmt;

use patterns::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sim::kernel::Distribution;
use sim::model::system;
use toml::Value;

use crate::text::{Argument, CallSyntax, ParseError, invalid, number};

/// A distribution of lengths of time.
#[derive(Clone, Debug)]
pub(crate) struct DistributionText(pub(crate) Distribution);

/// All forms, as a message names them.
const FORMS: [&str; 9] = [
    "exponential",
    "uniform",
    "lognormal",
    "weibull",
    "pareto",
    "gamma",
    "erlang",
    "mix",
    "quantiles",
];

/// The distribution that a text names; a length of time alone is a constant.
pub(crate) fn distribution(text: &str) -> Result<Distribution, ParseError> {
    let starts_as_number = text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    if starts_as_number {
        return Duration::read(text).map(Distribution::constant);
    }
    let mut syntax = CallSyntax::parse(text)?;
    let distribution = named(&mut syntax)?;
    syntax.finish()?;
    Ok(distribution)
}

fn named(syntax: &mut CallSyntax<'_>) -> Result<Distribution, ParseError> {
    let name = syntax.name;
    let result = match name {
        "constant" => return Ok(Distribution::constant(syntax.required("value")?)),
        "exponential" => Distribution::exponential(syntax.required("mean")?),
        "uniform" => Distribution::uniform(syntax.required("low")?, syntax.required("high")?),
        "lognormal" => {
            let median = syntax.required("median")?;
            match syntax.optional::<Duration>("p99")? {
                Some(p99) => Distribution::lognormal_p99(median, p99),
                None => {
                    let sigma = syntax.optional("sigma")?;
                    let sigma = sigma.ok_or("`lognormal` needs `p99` or `sigma`")?;
                    Distribution::lognormal(median, sigma)
                }
            }
        }
        "weibull" => Distribution::weibull(syntax.required("shape")?, syntax.required("scale")?),
        "pareto" => Distribution::pareto(syntax.required("shape")?, syntax.required("least")?),
        "gamma" => Distribution::gamma(syntax.required("shape")?, syntax.required("mean")?),
        "erlang" => Distribution::erlang(syntax.required("k")?, syntax.required("mean")?),
        "mix" => Distribution::hyperexponential(&shares(syntax)?),
        "quantiles" => Distribution::empirical(&quantiles(syntax)?),
        _ => {
            let advice = match crate::diagnostic::nearest(name, &FORMS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: a length such as 30s, {}", FORMS.join(", ")),
            };
            return Err(format!("there is no distribution `{name}`; help: {advice}"));
        }
    };
    result.map_err(invalid(name))
}

/// `mix(90% 1s, 10% 20s)`: exponential times of several means.
fn shares(syntax: &mut CallSyntax<'_>) -> Result<Vec<(f64, Duration)>, ParseError> {
    let parts = syntax.all().into_iter().map(|(key, part)| {
        let told = || format!("`mix` takes shares and means such as `90% 1s`, not `{part}`");
        let (share, mean) = part.split_once(' ').filter(|_| key.is_none()).ok_or_else(told)?;
        Ok((number(share)?, Duration::read(mean)?))
    });
    parts.collect()
}

/// `quantiles(p0=0s, p50=1s, p100=20s)`.
fn quantiles(syntax: &mut CallSyntax<'_>) -> Result<Vec<(f64, Duration)>, ParseError> {
    let parts = syntax.all().into_iter().map(|(key, value)| {
        let percent = key.and_then(|key| key.strip_prefix('p')?.parse::<f64>().ok());
        let told = || "`quantiles` takes quantiles such as `p50=1s`, from p0 to p100".to_owned();
        Ok((percent.ok_or_else(told)? / 100.0, Duration::read(value)?))
    });
    parts.collect()
}

/// How tasks come: `poisson(every=90s)`, `every(10s)`, `renewal(DISTRIBUTION)`,
/// `closed(think=DISTRIBUTION)`.
pub(crate) fn arrivals(text: &str) -> Result<system::Arrivals, ParseError> {
    const FORMS: [&str; 4] = ["poisson", "every", "renewal", "closed"];
    let mut syntax = CallSyntax::parse(text)?;
    let arrivals = match syntax.name {
        "poisson" => {
            let mean = syntax.required("every")?;
            system::Arrivals::Open(Distribution::exponential(mean).map_err(invalid("poisson"))?)
        }
        "every" => {
            let gap: Duration = syntax.required("gap")?;
            if gap.is_zero() {
                return Err("`every`: the gap must be more than zero".to_owned());
            }
            system::Arrivals::Open(Distribution::constant(gap))
        }
        "renewal" => system::Arrivals::Open(syntax.required::<DistributionArgument>("gap")?.0),
        "closed" => {
            let think: Option<DistributionArgument> = syntax.optional("think")?;
            let think =
                think.map_or(Distribution::constant(Duration::ZERO), |distribution| distribution.0);
            let pause: Duration = syntax.optional("pause")?.unwrap_or(Duration::from_secs(1));
            if pause.is_zero() {
                return Err("`closed`: `pause` must be more than zero".to_owned());
            }
            system::Arrivals::Closed { think, pause }
        }
        name => {
            let advice = match crate::diagnostic::nearest(name, &FORMS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: {}", FORMS.join(", ")),
            };
            return Err(format!("there is no kind of arrivals `{name}`; help: {advice}"));
        }
    };
    syntax.finish()?;
    Ok(arrivals)
}

struct DistributionArgument(Distribution);

impl Argument for DistributionArgument {
    fn read(text: &str) -> Result<Self, ParseError> {
        distribution(text).map(Self)
    }
}

impl<'de> Deserialize<'de> for DistributionText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = DistributionText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a distribution, such as \"30s\" or \"lognormal(median=1.2s, p99=8s)\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<DistributionText, E> {
                distribution(text).map(DistributionText).map_err(E::custom)
            }
            /// `{ lognormal = { median = "1.2s", p99 = "8s" } }` says the same.
            fn visit_map<M: MapAccess<'de>>(
                self,
                mut map: M,
            ) -> Result<DistributionText, M::Error> {
                let syntax: Option<(String, toml::Table)> = map.next_entry()?;
                let (name, arguments) =
                    syntax.ok_or_else(|| M::Error::custom("a distribution is missing"))?;
                let arguments: Vec<String> = arguments
                    .into_iter()
                    .map(|(key, value)| match value {
                        Value::String(text) => format!("{key}={text}"),
                        other => format!("{key}={other}"),
                    })
                    .collect();
                let text = format!("{name}({})", arguments.join(", "));
                distribution(&text).map(DistributionText).map_err(M::Error::custom)
            }
        }
        from.deserialize_any(Expected)
    }
}

impl JsonSchema for DistributionText {
    fn schema_name() -> Cow<'static, str> {
        "Distribution".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A distribution of lengths of time: a constant such as 30s, or one of \
                exponential(MEAN), uniform(LOW, HIGH), lognormal(median=, p99=) or \
                lognormal(median=, sigma=), weibull(shape=, scale=), pareto(shape=, least=), \
                gamma(shape=, mean=), erlang(k=, mean=), mix(90% 1s, 10% 20s), \
                quantiles(p0=, p50=, p100=).",
            "anyOf": [
                { "type": "string", "examples": ["30s", "lognormal(median=1.2s, p99=8s)"] },
                { "type": "object", "maxProperties": 1 }
            ]
        })
    }
}
