//! Retry budgets and deadlines, as an author writes them.

use std::borrow::Cow;

use patterns::budget::{self, Budget, Kind};
use patterns::deadline::{self, Reject};
use patterns::{Duration, Invalid};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::layer::{ClassName, classes};
use super::like::{LibraryName, no_such, set};
use super::{Length, from_text};
use crate::text::{CallSyntax, ParseError};

/// How extra attempts are limited.
#[derive(Clone, Copy, Debug)]
pub(super) struct BudgetText(pub(super) Kind);

from_text!(
    BudgetText,
    kind,
    "tokens(10, ratio=0.1), quota(500, cost=5, timeout-cost=10, throttle-cost=5, reward=1, \
     refill=1s), deposits(20%, least-per-sec=10, ttl=10s), bucket(100, every=1s), \
     share(20%, least=3), rate(20%, least=3) or fixed(3).",
    ["share(20%, least=3)", "quota(500)", "tokens(10, ratio=0.1)"]
);

fn kind(text: &str) -> Result<BudgetText, ParseError> {
    let mut syntax = CallSyntax::parse(text)?;
    let kind = match syntax.name {
        "tokens" => Kind::Tokens {
            max: syntax.required("max")?,
            ratio: syntax.optional("ratio")?.unwrap_or(0.1),
        },
        "quota" => {
            let capacity = syntax.required("capacity")?;
            let cost = syntax.optional("cost")?.unwrap_or(5);
            Kind::Quota {
                capacity,
                cost,
                timeout_cost: syntax.optional("timeout-cost")?.unwrap_or(2 * cost),
                throttle_cost: syntax.optional("throttle-cost")?.unwrap_or(cost),
                reward: syntax.optional("reward")?.unwrap_or(1),
                refill: syntax.optional("refill")?,
            }
        }
        "deposits" => Kind::Deposits {
            share: syntax.required("share")?,
            least_per_sec: syntax.optional("least-per-sec")?.unwrap_or(10),
            ttl: syntax.optional("ttl")?.unwrap_or(Duration::from_secs(10)),
        },
        "bucket" => Kind::Bucket {
            capacity: syntax.required("capacity")?,
            every: syntax.required("every")?,
        },
        "share" => Kind::Share {
            share: syntax.required("share")?,
            least: syntax.optional("least")?.unwrap_or(3),
        },
        "rate" => Kind::Rate {
            rate: syntax.required("rate")?,
            least: syntax.optional("least")?.unwrap_or(3),
        },
        "fixed" => Kind::Fixed(syntax.required("most")?),
        name => {
            let known = ["tokens", "quota", "deposits", "bucket", "share", "rate", "fixed"];
            return Err(no_such(name, &known));
        }
    };
    syntax.finish()?;
    Budget::new(budget::Settings::of(kind)).map_err(|error| error.to_string())?;
    Ok(BudgetText(kind))
}

/// A limit on extra attempts of the retries and hedges above it, which share it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RetryBudget {
    /// A library whose defaults these settings change: envoy, grpc or aws.
    like: Option<LibraryName>,
    /// How they are limited: as `budget` of a retry.
    kind: Option<BudgetText>,
    /// The classes of failure that cost a token of `tokens`; default all but refusals by layers
    /// on the caller's side.
    count: Option<Vec<ClassName>>,
}

impl RetryBudget {
    /// The settings, or which of them is missing.
    pub(crate) fn settings(self) -> Result<budget::Settings, Invalid> {
        let none = Invalid::new("like", "a library with a retry budget");
        let preset = self.like.map(|LibraryName(library)| library.budget().ok_or(none));
        let written = self.kind.map(|BudgetText(kind)| budget::Settings::of(kind));
        let missing = Invalid::new("kind", "given");
        let mut settings = written.or(preset.transpose()?).ok_or(missing)?;
        set(&mut settings.count, self.count.as_ref().map(|count| classes(count)));
        Ok(settings)
    }
}

/// What is done about the deadline of calls: that of a `timeout` above which propagates it, or of
/// the agents' tasks.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Deadline {
    /// How much time a call must have left to be sent; default none, but the deadline must not
    /// have passed.
    min_remaining: Option<Length>,
    /// How many calls may be rejected for that: all (the default), none, or a share of those in a
    /// time, share(20%, within=10s).
    reject: Option<RejectText>,
    /// Whether a call that was sent is given up at its deadline; default true.
    gives_up: Option<bool>,
}

/// How many calls may be rejected.
#[derive(Clone, Copy, Debug)]
struct RejectText(Reject);

from_text!(
    RejectText,
    |text: &str| {
        let mut syntax = CallSyntax::parse(text)?;
        let reject = match syntax.name {
            "all" => Reject::All,
            "none" => Reject::None,
            "share" => Reject::Share {
                share: syntax.required("share")?,
                within: syntax.optional("within")?.unwrap_or(Duration::from_secs(10)),
            },
            name => return Err(no_such(name, &["all", "none", "share(20%, within=10s)"])),
        };
        syntax.finish()?;
        Ok(RejectText(reject))
    },
    "all, none or share(20%, within=10s).",
    ["all", "share(20%, within=10s)"]
);

impl From<Deadline> for deadline::Settings {
    fn from(deadline: Deadline) -> Self {
        Self {
            min_remaining: deadline.min_remaining.map_or(Duration::ZERO, |Length(span)| span),
            reject: deadline.reject.map_or(Reject::All, |RejectText(reject)| reject),
            gives_up: deadline.gives_up.unwrap_or(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use patterns::{Class, Classes};

    use super::*;

    fn read(text: &str) -> Result<budget::Settings, String> {
        let guard: RetryBudget =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        guard.settings().map_err(|invalid| invalid.to_string())
    }

    #[test]
    fn every_kind_of_budget_can_be_written() {
        let of = |text: &str| read(&format!("kind = '{text}'")).map(|settings| settings.kind);
        let second = Duration::from_secs(1);
        assert_eq!(of("tokens(10)"), Ok(Kind::Tokens { max: 10, ratio: 0.1 }));
        let quota = Kind::Quota {
            capacity: 500,
            cost: 5,
            timeout_cost: 10,
            throttle_cost: 5,
            reward: 1,
            refill: None,
        };
        assert_eq!(of("quota(500)"), Ok(quota));
        let refilled = Kind::Quota {
            capacity: 9,
            cost: 1,
            timeout_cost: 2,
            throttle_cost: 3,
            reward: 4,
            refill: Some(second),
        };
        let text = "quota(9, cost=1, timeout-cost=2, throttle-cost=3, reward=4, refill=1s)";
        assert_eq!(of(text), Ok(refilled));
        let ttl = second * 10;
        assert_eq!(of("deposits(20%)"), Ok(Kind::Deposits { ttl, least_per_sec: 10, share: 0.2 }));
        assert_eq!(of("bucket(9, every=1s)"), Ok(Kind::Bucket { capacity: 9, every: second }));
        assert_eq!(of("share(20%, least=1)"), Ok(Kind::Share { share: 0.2, least: 1 }));
        assert_eq!(of("rate(0.2)"), Ok(Kind::Rate { rate: 0.2, least: 3 }));
        assert_eq!(of("fixed(3)"), Ok(Kind::Fixed(3)));
        assert!(of("share(120%)").is_err_and(|told| told.contains("`share`")));
        assert!(of("shares(20%)").is_err_and(|told| told.contains("did you mean `share`?")));
    }

    #[test]
    fn a_guard_has_a_kind_or_is_like_a_library() {
        let settings = read("kind = 'fixed(3)'\ncount = ['timeout']").expect("well written");
        assert_eq!(settings.count, Classes::NONE.with(Class::Timeout));
        for library in patterns::preset::Library::ALL {
            let told = "`like` must be a library with a retry budget".to_owned();
            assert_eq!(read(&format!("like = '{library}'")), library.budget().ok_or(told));
        }
        assert_eq!(read(""), Err("`kind` must be given".to_owned()));
    }

    #[test]
    fn every_knob_of_a_deadline_can_be_written() {
        let read = |text: &str| toml::from_str::<Deadline>(text).map(deadline::Settings::from);
        let min_remaining = Duration::ZERO;
        let usual = deadline::Settings { min_remaining, reject: Reject::All, gives_up: true };
        assert_eq!(read(""), Ok(usual));
        let written = read("min-remaining = '2s'\nreject = 'share(20%)'\ngives-up = false");
        let (min_remaining, within) = (Duration::from_secs(2), Duration::from_secs(10));
        let reject = Reject::Share { share: 0.2, within };
        assert_eq!(written, Ok(deadline::Settings { min_remaining, reject, gives_up: false }));
    }
}
