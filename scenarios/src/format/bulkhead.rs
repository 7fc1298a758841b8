//! The bulkhead, as an author writes it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use patterns::bulkhead::{self, DropPolicy, Order, Overflow, Partition};
use patterns::{Duration, Invalid};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::like::{LibraryName, no_such, set};
use super::{Length, from_text};
use crate::registry::Names;
use crate::text::{CallSyntax, ParseError};

/// So many calls at a time, and so many in line.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Bulkhead {
    /// A library whose defaults these settings change.
    like: Option<LibraryName>,
    /// Calls let through at a time.
    #[schemars(range(min = 1))]
    slots: Option<u32>,
    /// Calls that may wait; default 0.
    queue: Option<u32>,
    /// How long a call waits at most; default: as long as it takes.
    max_wait: Option<Length>,
    /// Whose turn is next: fifo (the default), lifo, or adaptive(100ms): the last one once the
    /// line has not been empty for so long.
    order: Option<OrderText>,
    /// How many classes of priority are told apart, 0 first; default 1.
    priorities: Option<u8>,
    /// Who has to go when the line is full: the newcomer (the default), the last of a lower class,
    /// or whoever would be last.
    overflow: Option<OverflowText>,
    /// Callers with a share of their own, by name: `{ research = { reserved = 2, most = 4 } }`.
    #[schemars(with = "BTreeMap<String, Share>")]
    #[serde(default)]
    partitions: BTreeMap<Spanned<String>, Share>,
    /// What is done about a line that does not go away: codel(interval=100ms, target=5ms), or
    /// controlled-timeout(5ms, interval=100ms) for those who come to it; default never.
    drop_policy: Option<DropPolicyText>,
    /// How much time a call must have left before its deadline; default: deadlines are not
    /// looked at.
    min_remaining: Option<Length>,
}

/// The share of one caller.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Share {
    /// Slots that nobody else gets; default 0.
    #[serde(default)]
    reserved: u32,
    /// How many it may have at a time; default all.
    most: Option<u32>,
}

/// Whose turn is next.
#[derive(Clone, Copy, Debug)]
struct OrderText(Order);

from_text!(
    OrderText,
    |text: &str| {
        let mut syntax = CallSyntax::parse(text)?;
        let order = match syntax.name {
            "fifo" => Order::Fifo,
            "lifo" => Order::Lifo,
            "adaptive" => {
                Order::Adaptive(syntax.optional("after")?.unwrap_or(Duration::from_millis(100)))
            }
            name => return Err(no_such(name, &["fifo", "lifo", "adaptive(100ms)"])),
        };
        syntax.finish()?;
        Ok(OrderText(order))
    },
    "fifo, lifo, or adaptive(100ms): last in, first out once the line has not been empty so long.",
    ["fifo", "lifo", "adaptive(100ms)"]
);

/// Who has to go when the line is full.
#[derive(Clone, Copy, Debug)]
struct OverflowText(Overflow);

from_text!(
    OverflowText,
    |text: &str| {
        let kinds = [
            ("newcomer", Overflow::Newcomer),
            ("lower", Overflow::Lower),
            ("last", Overflow::Last),
        ];
        crate::text::choice(text, &kinds).map(OverflowText)
    },
    "newcomer, lower (the last of a class below the newcomer's) or last.",
    ["newcomer", "lower", "last"]
);

/// What is done about a line that does not go away.
#[derive(Clone, Copy, Debug)]
struct DropPolicyText(DropPolicy);

from_text!(
    DropPolicyText,
    drop_policy,
    "never, codel(interval=100ms, target=5ms) or controlled-timeout(5ms).",
    ["codel(interval=100ms, target=5ms)"]
);

fn drop_policy(text: &str) -> Result<DropPolicyText, ParseError> {
    const INTERVAL: Duration = Duration::from_millis(100);
    const TARGET: Duration = Duration::from_millis(5);
    let mut syntax = CallSyntax::parse(text)?;
    let drop_policy = match syntax.name {
        "never" => DropPolicy::Never,
        "codel" => DropPolicy::CoDel {
            interval: syntax.optional("interval")?.unwrap_or(INTERVAL),
            target: syntax.optional("target")?.unwrap_or(TARGET),
        },
        "controlled-timeout" => DropPolicy::ControlledTimeout {
            max_wait: syntax.optional("max-wait")?.unwrap_or(TARGET),
            interval: syntax.optional("interval")?.unwrap_or(INTERVAL),
        },
        name => return Err(no_such(name, &["never", "codel", "controlled-timeout"])),
    };
    syntax.finish()?;
    Ok(DropPolicyText(drop_policy))
}

impl Bulkhead {
    /// The settings, if there are such callers.
    pub(crate) fn settings(
        self,
        names: &mut Names<'_>,
    ) -> Option<Result<bulkhead::Settings, Invalid>> {
        let mut partitions = Vec::new();
        for (name, share) in &self.partitions {
            let most = share.most.unwrap_or(u32::MAX);
            partitions.push(names.caller(name).map(|caller| Partition {
                caller,
                reserved: share.reserved,
                most,
            }));
        }
        let partitions: Vec<Partition> = partitions.into_iter().collect::<Option<_>>()?;
        let preset = match self.like {
            None => None,
            Some(LibraryName(library)) => match library.bulkhead() {
                None => {
                    let must_be = "a library with a bulkhead";
                    return Some(Err(Invalid::new("like", must_be)));
                }
                preset => preset,
            },
        };
        let Some(mut settings) = preset.or(self.slots.map(bulkhead::Settings::of)) else {
            return Some(Err(Invalid::new("slots", "given")));
        };
        let Self {
            slots,
            queue,
            max_wait,
            order,
            priorities,
            overflow,
            drop_policy,
            min_remaining,
            ..
        } = self;
        set(&mut settings.slots, slots);
        set(&mut settings.queue, queue);
        set(&mut settings.max_wait, max_wait.map(|Length(span)| Some(span)));
        set(&mut settings.order, order.map(|OrderText(order)| order));
        set(&mut settings.priorities, priorities);
        set(&mut settings.overflow, overflow.map(|OverflowText(overflow)| overflow));
        set(&mut settings.drop_policy, drop_policy.map(|DropPolicyText(drop_policy)| drop_policy));
        set(&mut settings.min_remaining, min_remaining.map(|Length(span)| Some(span)));
        settings.partitions = partitions;
        Some(Ok(settings))
    }
}

#[cfg(test)]
mod tests {
    use patterns::bulkhead::Settings;

    use super::*;
    use crate::format::tests::settings_of;

    fn read(text: &str) -> Result<Settings, String> {
        settings_of(text, Bulkhead::settings)
    }

    #[test]
    fn every_knob_can_be_written() {
        let millis = Duration::from_millis;
        assert_eq!(read("slots = 4"), Ok(Settings::of(4)));
        let all = "
            slots = 8
            queue = 5
            max-wait = '2s'
            order = 'adaptive(50ms)'
            priorities = 3
            overflow = 'lower'
            drop-policy = 'codel(interval=200ms, target=10ms)'
            min-remaining = '1s'
            partitions = { write = { reserved = 2, most = 4 }, tool = {} }
        ";
        let expected = Settings {
            slots: 8,
            queue: 5,
            max_wait: Some(millis(2000)),
            order: Order::Adaptive(millis(50)),
            priorities: 3,
            overflow: Overflow::Lower,
            partitions: vec![
                // Services come after agents.
                Partition { caller: 2, reserved: 0, most: u32::MAX },
                Partition { caller: 1, reserved: 2, most: 4 },
            ],
            drop_policy: DropPolicy::CoDel { interval: millis(200), target: millis(10) },
            min_remaining: Some(millis(1000)),
        };
        assert_eq!(read(all), Ok(expected));
        let drop_policy = |text: &str| {
            read(&format!("slots = 1\ndrop-policy = '{text}'")).map(|all| all.drop_policy)
        };
        let (interval, target) = (millis(100), millis(5));
        assert_eq!(drop_policy("codel"), Ok(DropPolicy::CoDel { interval, target }));
        assert_eq!(
            drop_policy("controlled-timeout(1s)"),
            Ok(DropPolicy::ControlledTimeout { interval, max_wait: millis(1000) })
        );
        assert_eq!(drop_policy("never"), Ok(DropPolicy::Never));
    }

    #[test]
    fn a_preset_is_taken_with_other_numbers() {
        let expected = Settings { queue: 3, ..Settings::of(25) };
        assert_eq!(read("like = 'resilience4j'\nqueue = 3"), Ok(expected));
        let told = read("like = 'gobreaker'").expect_err("has none");
        assert_eq!(told, "`like` must be a library with a bulkhead");
        assert_eq!(read("queue = 3"), Err("`slots` must be given".to_owned()));
    }

    #[test]
    fn who_is_not_there_has_no_share() {
        let told = read("slots = 1\npartitions = { wride = {} }").expect_err("nobody");
        assert!(told.contains("`wride`"), "{told}");
        let told = read("slots = 1\norder = 'filo'").expect_err("no such order");
        assert!(told.contains("did you mean `fifo`?"), "{told}");
    }
}
