//! Laws as texts, `lognormal(median=1.2s, p99=8s)`, or as tables of the same.

use std::borrow::Cow;
use std::fmt;

use patterns::Span;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sim::kernel::Law;
use sim::model::system;
use toml::Value;

use crate::text::{Argument, Form, Unread, invalid, number};

/// A law of lengths of time.
#[derive(Clone, Debug)]
pub(crate) struct LawText(pub(crate) Law);

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

/// The law that a text names; a length of time alone is a constant.
pub(crate) fn law(text: &str) -> Result<Law, Unread> {
    let starts_as_number = text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    if starts_as_number {
        return Span::read(text).map(Law::constant);
    }
    let mut form = Form::parse(text)?;
    let law = named(&mut form)?;
    form.finish()?;
    Ok(law)
}

fn named(form: &mut Form<'_>) -> Result<Law, Unread> {
    let name = form.name;
    let result = match name {
        "constant" => return Ok(Law::constant(form.required("value")?)),
        "exponential" => Law::exponential(form.required("mean")?),
        "uniform" => Law::uniform(form.required("low")?, form.required("high")?),
        "lognormal" => {
            let median = form.required("median")?;
            match form.optional::<Span>("p99")? {
                Some(p99) => Law::lognormal_p99(median, p99),
                None => {
                    let sigma = form.optional("sigma")?;
                    let sigma = sigma.ok_or("`lognormal` needs `p99` or `sigma`")?;
                    Law::lognormal(median, sigma)
                }
            }
        }
        "weibull" => Law::weibull(form.required("shape")?, form.required("scale")?),
        "pareto" => Law::pareto(form.required("shape")?, form.required("least")?),
        "gamma" => Law::gamma(form.required("shape")?, form.required("mean")?),
        "erlang" => Law::erlang(form.required("k")?, form.required("mean")?),
        "mix" => Law::hyperexponential(&shares(form)?),
        "quantiles" => Law::empirical(&quantiles(form)?),
        _ => {
            let advice = match crate::problem::nearest(name, &FORMS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: a length such as 30s, {}", FORMS.join(", ")),
            };
            return Err(format!("there is no law `{name}`; help: {advice}"));
        }
    };
    result.map_err(invalid(name))
}

/// `mix(90% 1s, 10% 20s)`: exponential times of several means.
fn shares(form: &mut Form<'_>) -> Result<Vec<(f64, Span)>, Unread> {
    let parts = form.all().into_iter().map(|(key, part)| {
        let told = || format!("`mix` takes shares and means such as `90% 1s`, not `{part}`");
        let (share, mean) = part.split_once(' ').filter(|_| key.is_none()).ok_or_else(told)?;
        Ok((number(share)?, Span::read(mean)?))
    });
    parts.collect()
}

/// `quantiles(p0=0s, p50=1s, p100=20s)`.
fn quantiles(form: &mut Form<'_>) -> Result<Vec<(f64, Span)>, Unread> {
    let parts = form.all().into_iter().map(|(key, value)| {
        let percent = key.and_then(|key| key.strip_prefix('p')?.parse::<f64>().ok());
        let told = || "`quantiles` takes quantiles such as `p50=1s`, from p0 to p100".to_owned();
        Ok((percent.ok_or_else(told)? / 100.0, Span::read(value)?))
    });
    parts.collect()
}

/// How tasks come: `poisson(every=90s)`, `every(10s)`, `renewal(LAW)`, `closed(think=LAW)`.
pub(crate) fn arrivals(text: &str) -> Result<system::Arrivals, Unread> {
    const FORMS: [&str; 4] = ["poisson", "every", "renewal", "closed"];
    let mut form = Form::parse(text)?;
    let arrivals = match form.name {
        "poisson" => {
            let mean = form.required("every")?;
            system::Arrivals::Open(Law::exponential(mean).map_err(invalid("poisson"))?)
        }
        "every" => {
            let gap: Span = form.required("gap")?;
            if gap.is_zero() {
                return Err("`every`: the gap must be more than zero".to_owned());
            }
            system::Arrivals::Open(Law::constant(gap))
        }
        "renewal" => system::Arrivals::Open(form.required::<LawArgument>("gap")?.0),
        "closed" => {
            let think: Option<LawArgument> = form.optional("think")?;
            let think = think.map_or(Law::constant(Span::ZERO), |law| law.0);
            let pause: Span = form.optional("pause")?.unwrap_or(Span::from_secs(1));
            if pause.is_zero() {
                return Err("`closed`: `pause` must be more than zero".to_owned());
            }
            system::Arrivals::Closed { think, pause }
        }
        name => {
            let advice = match crate::problem::nearest(name, &FORMS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: {}", FORMS.join(", ")),
            };
            return Err(format!("there is no kind of arrivals `{name}`; help: {advice}"));
        }
    };
    form.finish()?;
    Ok(arrivals)
}

struct LawArgument(Law);

impl Argument for LawArgument {
    fn read(text: &str) -> Result<Self, Unread> {
        law(text).map(Self)
    }
}

impl<'de> Deserialize<'de> for LawText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = LawText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a law, such as \"30s\" or \"lognormal(median=1.2s, p99=8s)\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<LawText, E> {
                law(text).map(LawText).map_err(E::custom)
            }
            /// `{ lognormal = { median = "1.2s", p99 = "8s" } }` says the same.
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<LawText, M::Error> {
                let form: Option<(String, toml::Table)> = map.next_entry()?;
                let (name, arguments) = form.ok_or_else(|| M::Error::custom("a law is missing"))?;
                let arguments: Vec<String> = arguments
                    .into_iter()
                    .map(|(key, value)| match value {
                        Value::String(text) => format!("{key}={text}"),
                        other => format!("{key}={other}"),
                    })
                    .collect();
                let text = format!("{name}({})", arguments.join(", "));
                law(&text).map(LawText).map_err(M::Error::custom)
            }
        }
        from.deserialize_any(Expected)
    }
}

impl JsonSchema for LawText {
    fn schema_name() -> Cow<'static, str> {
        "Law".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A law of lengths of time: a constant such as 30s, or one of \
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
