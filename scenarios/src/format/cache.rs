//! The cache, as an author writes it.

use patterns::cache::{self, Negative, Settings, StaleIfError};
use patterns::{Class, Classes, Duration, Invalid};
use schemars::JsonSchema;
use serde::Deserialize;

use super::layer::{ClassName, classes};
use super::like::{Unlimited, choices};

/// Good answers are kept for a while, and given again to calls that ask for the same. Only steps
/// with `keys` ask for the same more than once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Cache {
    /// How long an answer is given again, or "unlimited".
    ttl: Unlimited,
    /// Where that time begins; default `stored`.
    counts_from: Option<CountsFrom>,
    /// How many answers are kept; default 1000.
    capacity: Option<u32>,
    /// Which answer goes when another needs its place; default `lru`.
    eviction: Option<Eviction>,
    /// For how long after `ttl` an old answer may stand in for a failure, or "unlimited"; default:
    /// it may not.
    stale_if_error: Option<Unlimited>,
    /// The classes of failure for which an old answer stands in; default all.
    stale_on: Option<Vec<ClassName>>,
    /// For how long failures are given again, too, or "unlimited"; default: they are not.
    negative: Option<Unlimited>,
    /// The classes of failure that are given again; default validation.
    negative_on: Option<Vec<ClassName>>,
    /// What becomes of a good answer that comes after its call was given up; default `drop`.
    late: Option<Late>,
}

choices!(
    /// Where the time of an answer begins: when it came, or when it was given last.
    CountsFrom for cache::CountsFrom { Stored, LastUse }
);
choices!(
    /// Which answer goes: the one used least recently, the one stored first, or the one used least
    /// often.
    Eviction for cache::Eviction { Lru, Fifo, Lfu }
);
choices!(
    /// What becomes of a good answer that comes after its call was given up.
    Late for cache::Late { Drop, Keep }
);

impl Cache {
    /// The settings, or which of them do not go together.
    pub(crate) fn settings(self) -> Result<Settings, Invalid> {
        let alone = |setting, must_be| Invalid::new(setting, must_be);
        let stale = replaced(self.stale_if_error, self.stale_on.as_deref(), Classes::ALL)
            .map_err(|Alone| alone("stale_on", "left out without `stale-if-error`"))?;
        // The pattern calls it by another name.
        let is_longer = stale.is_none_or(|(_, bound)| !bound.is_zero());
        Invalid::unless(is_longer, "stale_if_error", "longer than zero")?;
        let invalid = Classes::NONE.with(Class::Validation);
        let negative = replaced(self.negative, self.negative_on.as_deref(), invalid)
            .map_err(|Alone| alone("negative_on", "left out without `negative`"))?;
        Ok(Settings {
            capacity: self.capacity.unwrap_or(1000),
            eviction: self.eviction.unwrap_or_default().into(),
            ttl: length(self.ttl),
            counts_from: self.counts_from.unwrap_or_default().into(),
            stale_if_error: stale.map(|(on, bound)| StaleIfError { on, bound }),
            negative: negative.map(|(on, ttl)| Negative { on, ttl }),
            late: self.late.unwrap_or_default().into(),
        })
    }
}

fn length(Unlimited(length): Unlimited) -> Duration {
    length.unwrap_or(Duration::MAX)
}

/// Classes are written without the length that they belong to.
struct Alone;

/// For which failures and how long, if at all.
fn replaced(
    lasts: Option<Unlimited>,
    on: Option<&[ClassName]>,
    default: Classes,
) -> Result<Option<(Classes, Duration)>, Alone> {
    match (lasts, on) {
        (None, Some(_)) => Err(Alone),
        (lasts, on) => Ok(lasts.map(|lasts| (on.map_or(default, classes), length(lasts)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::settings_of;

    fn read(text: &str) -> Result<Settings, String> {
        settings_of(text, |cache: Cache, _| Some(cache.settings()))
    }

    fn plain(ttl: Duration) -> Settings {
        Settings {
            capacity: 1000,
            eviction: cache::Eviction::Lru,
            ttl,
            counts_from: cache::CountsFrom::Stored,
            stale_if_error: None,
            negative: None,
            late: cache::Late::Drop,
        }
    }

    #[test]
    fn little_is_enough() {
        let ttl = Duration::from_secs(300);
        assert_eq!(read("ttl = '5min'"), Ok(plain(ttl)));
        assert_eq!(read("ttl = 'unlimited'"), Ok(plain(Duration::MAX)));
        let stale = StaleIfError { on: Classes::ALL, bound: Duration::from_secs(3600) };
        let expected = Settings { stale_if_error: Some(stale), ..plain(ttl) };
        assert_eq!(read("ttl = '5min'\nstale-if-error = '1h'"), Ok(expected));
        let on = Classes::NONE.with(Class::Validation);
        let negative = Some(Negative { on, ttl: Duration::MAX });
        let expected = Settings { negative, ..plain(ttl) };
        assert_eq!(read("ttl = '5min'\nnegative = 'unlimited'"), Ok(expected));
    }

    #[test]
    fn every_knob_can_be_written() {
        let all = "
            ttl = '1min'
            counts-from = 'last-use'
            capacity = 7
            eviction = 'lfu'
            stale-if-error = 'unlimited'
            stale-on = ['network', 'breaker-open']
            negative = '2s'
            negative-on = ['rate-limit']
            late = 'keep'
        ";
        let on = Classes::NONE.with(Class::Network).with(Class::BreakerOpen);
        let limited = Classes::NONE.with(Class::RateLimit);
        let expected = Settings {
            capacity: 7,
            eviction: cache::Eviction::Lfu,
            ttl: Duration::from_secs(60),
            counts_from: cache::CountsFrom::LastUse,
            stale_if_error: Some(StaleIfError { on, bound: Duration::MAX }),
            negative: Some(Negative { on: limited, ttl: Duration::from_secs(2) }),
            late: cache::Late::Keep,
        };
        assert_eq!(read(all), Ok(expected));
        let fifo = Settings { eviction: cache::Eviction::Fifo, ..plain(Duration::from_secs(1)) };
        assert_eq!(read("ttl = '1s'\neviction = 'fifo'"), Ok(fifo));
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        let told = |text: &str| read(&format!("ttl = '1s'\n{text}")).expect_err(text);
        let stale = "`stale_on` must be left out without `stale-if-error`";
        assert_eq!(told("stale-on = ['network']"), stale);
        let negative = "`negative_on` must be left out without `negative`";
        assert_eq!(told("negative-on = ['network']"), negative);
        let zero = "`stale_if_error` must be longer than zero";
        assert_eq!(told("stale-if-error = '0s'"), zero);
        assert!(told("eviction = 'lro'").contains("unknown variant"));
        assert!(told("evicton = 'lru'").contains("unknown field"));
        assert!(read("").expect_err("no ttl").contains("missing field `ttl`"));
    }

    #[test]
    fn settings_out_of_range_are_named_as_they_are_written() {
        let known = ["ttl", "capacity", "stale_if_error", "negative"];
        let texts = [
            "ttl = '0s'",
            "ttl = '1s'\ncapacity = 0",
            "ttl = '1s'\nstale-if-error = '1s'\nstale-on = []",
            "ttl = '1s'\nnegative = '0s'",
        ];
        for (text, setting) in texts.into_iter().zip(known) {
            let settings = read(text).expect("readable");
            assert_eq!(cache::Cache::new(settings).expect_err(text).setting, setting);
        }
    }
}
