//! Adaptive throttles and load shedding, as an author writes them.

use std::borrow::Cow;

use patterns::adaptive_throttle::{self, Cancelled, Rule};
use patterns::{Duration, Invalid, load_shedder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::layer::{ClassName, classes};
use super::like::{LibraryName, Share, choices, no_such, set};
use super::{Length, from_text};
use crate::text::{CallSyntax, ParseError};

/// A share of calls that is refused by chance, as large as what the callee does not accept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct AdaptiveThrottle {
    /// A library whose defaults these settings change: envoy or failsafe-go.
    like: Option<LibraryName>,
    /// How the share follows: sre(k=2, min-requests=0, cap=1), success-rate(95%, aggression=1,
    /// min-per-sec=0, cap=80%), protected(spare=5, k=1.5, least-k=1.1, pass-after=1s) or
    /// average(memory=2min, threshold=50%, min-per-sec=5, cap=75%); default sre.
    rule: Option<RuleText>,
    /// How long results count; default 2 min.
    window: Option<Length>,
    /// In how many parts they are forgotten; default 10.
    buckets: Option<u32>,
    /// Whether what is refused here counts as not accepted; default true.
    counts_rejected: Option<bool>,
    /// The classes of failure that mean that the callee has not accepted a call; default network,
    /// timeout, rate-limit and overload.
    count: Option<Vec<ClassName>>,
    /// The classes that say nothing; default refusals by layers below.
    ignore: Option<Vec<ClassName>>,
    /// What a call counts as that was given up from above; default `ignore`.
    cancelled: Option<GivenUp>,
}

choices!(
    /// What a call counts as that was given up from above.
    GivenUp for Cancelled { Ignore, NotAccepted }
);

/// How the share follows.
#[derive(Clone, Copy, Debug)]
struct RuleText(Rule);

from_text!(
    RuleText,
    rule,
    "sre(k=2), success-rate(95%, cap=80%), protected or average.",
    ["sre(k=2)", "success-rate(95%, aggression=1, cap=80%)"]
);

fn rule(text: &str) -> Result<RuleText, ParseError> {
    let mut syntax = CallSyntax::parse(text)?;
    let rule = match syntax.name {
        "sre" => Rule::Sre {
            k: syntax.optional("k")?.unwrap_or(2.0),
            min_requests: syntax.optional("min-requests")?.unwrap_or(0),
            cap: syntax.optional("cap")?.unwrap_or(1.0),
        },
        "success-rate" => Rule::SuccessRate {
            rate: syntax.optional("rate")?.unwrap_or(0.95),
            aggression: syntax.optional("aggression")?.unwrap_or(1.0),
            min_per_sec: syntax.optional("min-per-sec")?.unwrap_or(0.0),
            cap: syntax.optional("cap")?.unwrap_or(0.8),
        },
        "protected" => Rule::Protected {
            spare: syntax.optional("spare")?.unwrap_or(5),
            k: syntax.optional("k")?.unwrap_or(1.5),
            least_k: syntax.optional("least-k")?.unwrap_or(1.1),
            pass_after: syntax.optional("pass-after")?.unwrap_or(Duration::from_secs(1)),
        },
        "average" => Rule::Average {
            memory: syntax.optional("memory")?.unwrap_or(Duration::from_secs(120)),
            threshold: syntax.optional("threshold")?.unwrap_or(0.5),
            min_per_sec: syntax.optional("min-per-sec")?.unwrap_or(5.0),
            cap: syntax.optional("cap")?.unwrap_or(0.75),
        },
        name => return Err(no_such(name, &["sre", "success-rate", "protected", "average"])),
    };
    syntax.finish()?;
    Ok(RuleText(rule))
}

impl AdaptiveThrottle {
    /// The settings, or why there are none.
    pub(crate) fn settings(self) -> Result<adaptive_throttle::Settings, Invalid> {
        let none = Invalid::new("like", "a library with an adaptive throttle");
        let preset = self.like.map(|LibraryName(library)| library.adaptive_throttle().ok_or(none));
        let mut settings = preset.transpose()?.unwrap_or(adaptive_throttle::Settings {
            rule: Rule::Sre { k: 2.0, min_requests: 0, cap: 1.0 },
            window: Duration::from_secs(120),
            buckets: 10,
            counts_rejected: true,
            count: adaptive_throttle::NOT_ACCEPTED,
            ignore: adaptive_throttle::IGNORED,
            cancelled: Cancelled::Ignore,
        });
        set(&mut settings.rule, self.rule.map(|RuleText(rule)| rule));
        set(&mut settings.window, self.window.map(|Length(span)| span));
        set(&mut settings.buckets, self.buckets);
        set(&mut settings.counts_rejected, self.counts_rejected);
        set(&mut settings.count, self.count.as_ref().map(|count| classes(count)));
        set(&mut settings.ignore, self.ignore.as_ref().map(|ignore| classes(ignore)));
        set(&mut settings.cancelled, self.cancelled.map(Into::into));
        Ok(settings)
    }
}

/// Calls are refused while there is more under way than the callee passed at its best, and they
/// take too long.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LoadShedder {
    /// The share of their time that calls may wait before it is too much: 1 less the shortest by
    /// the recent one; default 80%, which is five times as long as at best.
    threshold: Option<Share>,
    /// How much less is too much for each class of priority after the first; default 0.
    step: Option<Share>,
    /// How long calls that passed are remembered; default 10 s.
    window: Option<Length>,
    /// In how many parts they are forgotten; default 100.
    buckets: Option<u32>,
    /// How long it stays as overloaded as it was; default 1 s.
    cool_off: Option<Length>,
    /// What of the way to each new time the recent one moves; default 0.125.
    smoothing: Option<Share>,
    /// The classes of failure that did not pass; default all.
    drops: Option<Vec<ClassName>>,
}

impl From<LoadShedder> for load_shedder::Settings {
    fn from(written: LoadShedder) -> Self {
        let mut settings = Self::AEGIS;
        set(&mut settings.threshold, written.threshold.map(|Share(share)| share));
        set(&mut settings.step, written.step.map(|Share(share)| share));
        set(&mut settings.window, written.window.map(|Length(span)| span));
        set(&mut settings.buckets, written.buckets);
        set(&mut settings.cool_off, written.cool_off.map(|Length(span)| span));
        set(&mut settings.smoothing, written.smoothing.map(|Share(share)| share));
        set(&mut settings.drops, written.drops.as_ref().map(|drops| classes(drops)));
        settings
    }
}

#[cfg(test)]
mod tests {
    use patterns::adaptive_throttle::{AdaptiveThrottle as Machine, Settings};
    use patterns::preset::Library;
    use patterns::{Class, Classes};

    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let written: AdaptiveThrottle =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let settings = written.settings().map_err(|invalid| invalid.to_string())?;
        Machine::new(settings).map_err(|invalid| invalid.to_string())?;
        Ok(settings)
    }

    #[test]
    fn every_knob_of_a_throttle_can_be_written() {
        let all = "
            rule = 'sre(k=1.5, min-requests=10, cap=90%)'
            window = '10s'
            buckets = 5
            counts-rejected = false
            count = ['overload']
            ignore = ['network']
            cancelled = 'not-accepted'
        ";
        let expected = Settings {
            rule: Rule::Sre { k: 1.5, min_requests: 10, cap: 0.9 },
            window: Duration::from_secs(10),
            buckets: 5,
            counts_rejected: false,
            count: Classes::NONE.with(Class::Overload),
            ignore: Classes::NONE.with(Class::Network),
            cancelled: Cancelled::NotAccepted,
        };
        assert_eq!(read(all), Ok(expected));
        assert_eq!(read("").map(|usual| usual.window), Ok(Duration::from_secs(120)));
        let rule = |text: &str| read(&format!("rule = '{text}'")).map(|settings| settings.rule);
        let (aggression, min_per_sec) = (1.0, 0.0);
        let rate = Rule::SuccessRate { rate: 0.9, aggression, min_per_sec, cap: 0.8 };
        assert_eq!(rule("success-rate(90%)"), Ok(rate));
        let pass_after = Duration::from_secs(1);
        let protected = Rule::Protected { spare: 5, k: 1.5, least_k: 1.1, pass_after };
        assert_eq!(rule("protected"), Ok(protected));
        let memory = Duration::from_secs(60);
        let average = Rule::Average { memory, threshold: 0.5, min_per_sec: 5.0, cap: 0.75 };
        assert_eq!(rule("average(memory=1min)"), Ok(average));
        assert!(rule("sre(k=0.5)").is_err_and(|told| told.contains("`k`")));
        assert!(rule("sra").is_err_and(|told| told.contains("did you mean `sre`?")));
    }

    #[test]
    fn a_throttle_may_be_like_that_of_a_library() {
        for library in Library::ALL {
            let none = "`like` must be a library with an adaptive throttle".to_owned();
            assert_eq!(
                read(&format!("like = '{library}'")),
                library.adaptive_throttle().ok_or(none)
            );
        }
        let envoy = Library::Envoy.adaptive_throttle().expect("it has one");
        let window = Duration::from_secs(5);
        let changed = read("like = 'envoy'\nwindow = '5s'");
        assert_eq!(changed, Ok(Settings { window, ..envoy }));
    }

    #[test]
    fn every_knob_of_shedding_can_be_written() {
        let read =
            |text: &str| toml::from_str::<LoadShedder>(text).map(load_shedder::Settings::from);
        assert_eq!(read(""), Ok(load_shedder::Settings::AEGIS));
        let all = "
            threshold = '70%'
            step = 0.1
            window = '5s'
            buckets = 50
            cool-off = '2s'
            smoothing = 0.5
            drops = ['overload']
        ";
        let expected = load_shedder::Settings {
            threshold: 0.7,
            step: 0.1,
            window: Duration::from_secs(5),
            buckets: 50,
            cool_off: Duration::from_secs(2),
            smoothing: 0.5,
            drops: Classes::NONE.with(Class::Overload),
        };
        assert_eq!(read(all), Ok(expected));
    }
}
