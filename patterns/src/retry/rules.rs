//! One rule for each class of failure.

use core::ops::Index;
use std::collections::BTreeMap;

use crate::backoff;
use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Entry, Fields, Group, Key, Node, Reader, Setting, entry};
use crate::time::Duration;

/// A number of retries that is never used up.
pub const FOREVER: u32 = u32::MAX;

settings! {
    /// What follows on a failure of some class: `5 x exponential(1s, factor=2, jitter=full)`,
    /// `3 x 60s`, `forever x 1s` or `never`.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub call struct Rule {
        /// How long to wait before each retry.
        backoff: backoff::Settings,
        /// How often one call may be tried again after such failures: 3 makes at most 4 attempts.
        /// `forever` has no end.
        retries: u32 [.times().unlimited().example("5")],
        /// What to make of a failure that says when to come again, where that differs from the
        /// `retry-after` of the whole retry.
        retry_after: Option<RetryAfter> = None,
    }
    none ["never"];
    warns cap_out_of_reach;
}

settings! {
    /// What to make of a failure that says when to come again (`Retry-After`,
    /// `grpc-retry-pushback-ms`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum RetryAfter {
        /// Wait as long as the backoff says, but no less than was asked for.
        Floor,
        /// Wait exactly as long as was asked for; zero is at once.
        Exact,
        /// As `floor`, but no more than this longer than the backoff says (AWS 2.1: 5 s).
        Clamp(
            /// How much longer at most.
            over: Duration [.example("\"5s\"")],
        ),
        /// Wait as long as the backoff says, even if it was asked never to come again.
        Ignore,
    }
    none ["as-the-retry"];
}

impl Rule {
    /// This number of retries with these waits.
    pub const fn of(retries: u32, backoff: backoff::Settings) -> Self {
        Self { backoff, retries, retry_after: None }
    }
}

fn cap_out_of_reach(rule: &Rule, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let is_written = fields.node("cap").is_some();
    // What no number of retries would reach is reported of the backoff itself.
    if is_written
        && rule.backoff.is_cap_reached(FOREVER)
        && !rule.backoff.is_cap_reached(rule.retries)
    {
        let why = match rule.retries {
            1 => "`cap` has no effect: the one wait is not longer".to_owned(),
            retries => format!("`cap` has no effect: none of the {retries} waits is longer"),
        };
        reader.no_effect(&fields.place_of("cap"), why);
    }
}

/// The rules for all classes; a class without one is never retried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules([Option<Rule>; Class::COUNT]);

impl Rules {
    /// The same rule for these classes.
    pub fn alike(classes: Classes, rule: &Rule) -> Self {
        let mut rules = Self::default();
        for class in Class::ALL.into_iter().filter(|class| classes.contains(*class)) {
            rules.set(class, Some(rule.clone()));
        }
        rules
    }

    /// The rule for a class, if it has one.
    pub fn get(&self, class: Class) -> Option<&Rule> {
        self.0[class as usize].as_ref()
    }

    /// The rule for a class, to change it.
    pub fn get_mut(&mut self, class: Class) -> Option<&mut Rule> {
        self.0[class as usize].as_mut()
    }

    /// Sets or removes the rule for a class.
    pub fn set(&mut self, class: Class, rule: Option<Rule>) {
        self.0[class as usize] = rule;
    }

    /// The classes that have a rule.
    pub fn classes(&self) -> Classes {
        self.iter().map(|(class, _)| class).collect()
    }

    /// Every rule and its class.
    pub fn iter(&self) -> impl Iterator<Item = (Class, &Rule)> {
        Class::ALL.into_iter().filter_map(|class| Some((class, self.get(class)?)))
    }
}

impl Index<Class> for Rules {
    type Output = Option<Rule>;

    fn index(&self, class: Class) -> &Option<Rule> {
        &self.0[class as usize]
    }
}

impl FromIterator<(Class, Rule)> for Rules {
    fn from_iter<T: IntoIterator<Item = (Class, Rule)>>(rules: T) -> Self {
        let mut all = Self::default();
        rules.into_iter().for_each(|(class, rule)| all.set(class, Some(rule)));
        all
    }
}

impl<const N: usize> From<[(Class, Rule); N]> for Rules {
    fn from(rules: [(Class, Rule); N]) -> Self {
        rules.into_iter().collect()
    }
}

impl From<BTreeMap<Class, Rule>> for Rules {
    fn from(rules: BTreeMap<Class, Rule>) -> Self {
        rules.into_iter().collect()
    }
}

const fn key(field: &'static str, doc: &'static [&'static str]) -> Key {
    Key::new(field, doc, <Option<Rule> as Setting>::shape)
        .or(|| Node::word("never"))
        .example("\"5 x exponential(1s, factor=2, cap=30s, jitter=full)\"")
}

/// By class, at its index.
static KEYS: [Key; Class::COUNT] = [
    key(
        "network",
        &[" After failures to reach the callee. A class that is not written follows", " `others`."],
    ),
    key("timeout", &[" After answers that did not come in time."]),
    key("rate_limit", &[" After refusals because this caller asks too much (HTTP 429)."]),
    key("overload", &[" After refusals because the callee has too much to do (HTTP 503, 529)."]),
    key(
        "validation",
        &[" After answers, or questions, of the wrong form. Asking again need not help."],
    ),
    key("breaker_open", &[" After refusals by a circuit breaker below."]),
    key("bulkhead_full", &[" After refusals by a bulkhead below."]),
    key("rejected", &[" After refusals by any other layer below."]),
];

static OTHERS: Key = key(
    "others",
    &[
        " After failures of every class that is not written. With a `like` it takes the place of",
        " the library's rules for those classes.",
    ],
);

impl Group for Rules {
    fn keys(found: &mut Vec<&'static Key>) {
        found.extend(&KEYS);
        found.push(&OTHERS);
    }

    fn read_fields(
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let mut all = Some(Self::default());
        let mut keep = |class, read: Option<Option<Rule>>| match (&mut all, read) {
            (Some(rules), Some(rule)) => rules.set(class, rule),
            (_, None) => all = None,
            (None, _) => {}
        };
        let are_written = Class::ALL.map(|class| fields.is_written(class.name()));
        let others = if fields.is_written("others") {
            Some(fields.take::<Option<Rule>>(&OTHERS, Some(&None), reader))
        } else {
            None
        };
        for class in Class::ALL {
            let held = base.map_or(&None, |base| &base[class]);
            let rule = match &others {
                _ if are_written[class as usize] => {
                    fields.take(&KEYS[class as usize], Some(held), reader)
                }
                Some(others) => others.clone(),
                None => Some(held.clone()),
            };
            keep(class, rule);
        }
        all
    }

    fn write_fields(&self, out: &mut Vec<Entry>) {
        out.extend(self.iter().map(|(class, rule)| entry(class.name(), rule.write())));
    }

    fn check_fields(&self, found: &mut Findings) {
        for (class, rule) in self.iter() {
            found.within(class.name(), |found| rule.check(found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_names_of_classes_at_their_index() {
        for class in Class::ALL {
            assert_eq!(KEYS[class as usize].name(), class.name());
        }
    }
}
