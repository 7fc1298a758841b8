//! Retry, as an author writes it: a rule for each class of failure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use patterns::retry::{self, Account, FOREVER, RetryAfter, Rule, TooLate};
use patterns::{Class, Invalid, backoff, budget};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::backoff::waits;
use super::like::{LibraryName, no_such, set};
use super::retry_budget::BudgetText;
use super::{Length, from_text};
use crate::text::{Argument, CallSyntax, ParseError, choice};

/// Further attempts, by class of failure. A rule is `never`, `5 x BACKOFF` or `forever x BACKOFF`;
/// a class without a rule follows `others`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Retry {
    /// A library whose defaults these settings change: resilience4j, polly, failsafe-go, envoy,
    /// grpc, aws, openai, anthropic, mcp, course-printed or course-meant.
    like: Option<LibraryName>,
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
    /// What becomes of a wait that would end too late: it is not begun (`stop`, the default), or
    /// cut short (`clip`).
    too_late: Option<TooLateText>,
    /// What to make of a `Retry-After`: wait no less (`floor`, the default), exactly so long
    /// (`exact`), no less but no more than so much longer (`clamp(5s)`), or as if it were not there
    /// (`ignore`).
    retry_after: Option<Hint>,
    /// The longest `Retry-After` that is heeded; default: any.
    max_retry_after: Option<Length>,
    /// Whether calls that are not `idempotent` are sent but once; default true.
    only_idempotent: Option<bool>,
    /// What limits the retries of all calls together: tokens(10, ratio=0.1), quota(500, cost=5),
    /// deposits(20%, least-per-sec=10, ttl=10s), bucket(100, every=1s), share(20%, least=3),
    /// rate(20%, least=3) or fixed(3); default: nothing.
    budget: Option<BudgetText>,
    /// When the budget is asked: as soon as a retry is `decided` (the default), or when it is
    /// `sent`.
    account: Option<AccountText>,
}

/// What to make of a `Retry-After`.
#[derive(Clone, Copy, Debug)]
struct Hint(RetryAfter);

from_text!(
    Hint,
    |text: &str| {
        let mut syntax = CallSyntax::parse(text)?;
        let hint = match syntax.name {
            "floor" => RetryAfter::Floor,
            "exact" => RetryAfter::Exact,
            "ignore" => RetryAfter::Ignore,
            "clamp" => RetryAfter::Clamp(syntax.required("over")?),
            name => return Err(no_such(name, &["floor", "exact", "ignore", "clamp(5s)"])),
        };
        syntax.finish()?;
        Ok(Hint(hint))
    },
    "floor, exact, clamp(5s) or ignore.",
    ["floor", "exact", "clamp(5s)", "ignore"]
);

/// What becomes of a wait that would end too late.
#[derive(Clone, Copy, Debug)]
struct TooLateText(TooLate);

from_text!(
    TooLateText,
    |text: &str| {
        choice(text, &[("stop", TooLate::Stop), ("clip", TooLate::Clip)]).map(TooLateText)
    },
    "stop or clip.",
    ["stop", "clip"]
);

/// When the budget is asked.
#[derive(Clone, Copy, Debug)]
struct AccountText(Account);

from_text!(
    AccountText,
    |text: &str| {
        choice(text, &[("decided", Account::Decided), ("sent", Account::Sent)]).map(AccountText)
    },
    "decided or sent.",
    ["decided", "sent"]
);

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
     exponential(FIRST, factor=2, cap=30s, jitter=full), linear(FIRST, step=1s, cap=10s), \
     fibonacci(FIRST, cap=30s) or list(1s, 5s, 30s). jitter is none, full, equal, decorrelated, \
     polly, a share such as 20% up or down, or between(0.75, 1); cap-when is before or after it.",
    ["5 x exponential(1s, factor=2, cap=30s, jitter=full)", "3 x 60s", "never"]
);

fn rule(text: &str) -> Result<RuleText, ParseError> {
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

impl Retry {
    /// The settings, or which of them do not go together.
    pub(crate) fn settings(self) -> Result<retry::Settings, Invalid> {
        let none = Invalid::new("like", "a library that retries");
        let preset = self.like.map(|LibraryName(library)| library.retry().ok_or(none));
        let mut settings =
            preset.transpose()?.unwrap_or_else(|| retry::Settings::of(BTreeMap::new()));
        let hint = self.retry_after.map(|Hint(hint)| hint);
        for class in Class::ALL {
            if let Some(rule) = self.written(class).or(self.others.as_ref()) {
                settings.rules.remove(&class);
                if let Some(backoff) = rule.backoff.clone() {
                    let retry_after = hint.unwrap_or(RetryAfter::Floor);
                    let rule = Rule { retries: rule.retries, backoff, retry_after };
                    settings.rules.insert(class, rule);
                }
            }
        }
        if let Some(hint) = hint {
            settings.rules.values_mut().for_each(|rule| rule.retry_after = hint);
        }
        set(&mut settings.max_retries, self.max_retries.map(Some));
        set(&mut settings.max_elapsed, self.max_elapsed.map(|Length(span)| Some(span)));
        set(&mut settings.too_late, self.too_late.map(|TooLateText(late)| late));
        set(&mut settings.max_retry_after, self.max_retry_after.map(|Length(span)| Some(span)));
        set(&mut settings.only_idempotent, self.only_idempotent);
        set(&mut settings.account, self.account.map(|AccountText(account)| account));
        if let Some(BudgetText(kind)) = self.budget {
            settings.budget = Some(budget::Settings::of(kind));
        }
        Ok(settings)
    }

    /// The rule that is written for a class.
    fn written(&self, class: Class) -> Option<&RuleText> {
        match class {
            Class::Network => &self.network,
            Class::Timeout => &self.timeout,
            Class::RateLimit => &self.rate_limit,
            Class::Overload => &self.overload,
            Class::Validation => &self.validation,
            Class::BreakerOpen => &self.breaker_open,
            Class::BulkheadFull => &self.bulkhead_full,
            Class::Rejected => &self.rejected,
        }
        .as_ref()
    }
}

#[cfg(test)]
mod tests;
