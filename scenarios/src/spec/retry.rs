//! Retry, as an author writes it: a rule for each class of failure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::retry::{self, FOREVER, RetryAfter, Rule};
use patterns::{Class, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::{Length, from_text};
use crate::text::{Argument, Form, Unread, choice};

/// Further attempts, by class of failure. A rule is `never`, `5 x BACKOFF` or `forever x BACKOFF`;
/// a class without a rule follows `others`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Retry {
    /// After failures to reach the callee.
    network: Option<RuleText>,
    /// After answers that did not come in time.
    timeout: Option<RuleText>,
    /// After 429.
    rate_limit: Option<RuleText>,
    /// After 503 and 529.
    overload: Option<RuleText>,
    /// After answers of the wrong form.
    validation: Option<RuleText>,
    /// After refusals by a breaker below.
    breaker_open: Option<RuleText>,
    /// After refusals by a bulkhead below.
    bulkhead_full: Option<RuleText>,
    /// After refusals by any other layer below.
    rejected: Option<RuleText>,
    /// For all classes not named; default `never`.
    others: Option<RuleText>,
    /// Retries over all classes together; default: no limit but the rules.
    max_retries: Option<u32>,
    /// No wait may end later than this after the call began; default: no limit.
    max_elapsed: Option<Length>,
    /// What to make of a `Retry-After`: wait no less (`floor`, the default), exactly so long
    /// (`exact`), or as if it were not there (`ignore`).
    #[serde(default)]
    retry_after: Hint,
}

/// What to make of a `Retry-After`.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Hint {
    #[default]
    Floor,
    Exact,
    Ignore,
}

/// A rule for one class of failure.
#[derive(Clone, Debug)]
struct RuleText {
    retries: u32,
    backoff: Option<backoff::Settings>,
}

from_text!(
    RuleText,
    rule,
    "never, or N x BACKOFF, or forever x BACKOFF. BACKOFF is a constant such as 60s, \
     exponential(FIRST, factor=2, cap=30s, jitter=full), linear(FIRST, step=1s, cap=10s) or \
     list(1s, 5s, 30s); jitter is none, full, equal or decorrelated.",
    ["5 x exponential(1s, factor=2, cap=30s, jitter=full)", "3 x 60s", "never"]
);

fn rule(text: &str) -> Result<RuleText, Unread> {
    if text.trim() == "never" {
        return Ok(RuleText { retries: 0, backoff: None });
    }
    let (count, backoff) = text
        .split_once(" x ")
        .ok_or_else(|| format!("expected `never` or a rule such as `3 x 60s`, found `{text}`"))?;
    let retries = match count.trim() {
        "forever" => FOREVER,
        count => u32::read(count)?,
    };
    Ok(RuleText { retries, backoff: Some(waits(backoff)?) })
}

/// A back-off: `60s`, `exponential(1s, …)`, `linear(1s, …)`, `list(1s, 5s)`.
pub(crate) fn waits(text: &str) -> Result<backoff::Settings, Unread> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(settings(Curve::Constant(Span::read(text)?), None, Jitter::None));
    }
    let mut form = Form::parse(text)?;
    let curve = match form.name {
        "constant" => Curve::Constant(form.required("wait")?),
        "exponential" => {
            let first = form.required("first")?;
            Curve::Exponential { first, factor: form.optional("factor")?.unwrap_or(2.0) }
        }
        "linear" => {
            let first: Span = form.required("first")?;
            Curve::Linear { first, step: form.optional("step")?.unwrap_or(first) }
        }
        "list" => {
            let waits = form.all().into_iter().map(|(_, wait)| Span::read(wait));
            Curve::List(waits.collect::<Result<_, _>>()?)
        }
        name => {
            let known = ["exponential", "linear", "list", "constant"];
            let advice = match crate::problem::nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: a length such as 60s, {}", known.join(", ")),
            };
            return Err(format!("there is no back-off `{name}`; help: {advice}"));
        }
    };
    let cap = form.optional("cap")?;
    let jitter: Option<String> = form.optional("jitter")?;
    let jitter = jitter.map_or(Ok(Jitter::None), |jitter| {
        choice(
            &jitter,
            &[
                ("none", Jitter::None),
                ("full", Jitter::Full),
                ("equal", Jitter::Equal),
                ("decorrelated", Jitter::Decorrelated),
            ],
        )
    })?;
    form.finish()?;
    let settings = settings(curve, cap, jitter);
    backoff::Backoff::new(settings.clone()).map_err(|error| error.to_string())?;
    Ok(settings)
}

fn settings(curve: Curve, cap: Option<Span>, jitter: Jitter) -> backoff::Settings {
    backoff::Settings { curve, cap, cap_when: CapWhen::BeforeJitter, jitter }
}

impl From<Retry> for retry::Settings {
    fn from(retry: Retry) -> Self {
        let retry_after = match retry.retry_after {
            Hint::Floor => RetryAfter::Floor,
            Hint::Exact => RetryAfter::Exact,
            Hint::Ignore => RetryAfter::Ignore,
        };
        let written = |class| match class {
            Class::Network => &retry.network,
            Class::Timeout => &retry.timeout,
            Class::RateLimit => &retry.rate_limit,
            Class::Overload => &retry.overload,
            Class::Validation => &retry.validation,
            Class::BreakerOpen => &retry.breaker_open,
            Class::BulkheadFull => &retry.bulkhead_full,
            Class::Rejected => &retry.rejected,
        };
        let rules: BTreeMap<Class, Rule> = Class::ALL
            .into_iter()
            .filter_map(|class| {
                let rule = written(class).as_ref().or(retry.others.as_ref())?;
                let backoff = rule.backoff.clone()?;
                Some((class, Rule { retries: rule.retries, backoff, retry_after }))
            })
            .collect();
        let max_elapsed = retry.max_elapsed.map(|Length(span)| span);
        Self { max_retries: retry.max_retries, max_elapsed, ..Self::of(rules) }
    }
}
