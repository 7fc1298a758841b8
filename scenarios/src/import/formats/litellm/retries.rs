//! Retries of the router: so many of all failures, or so many of some kinds.
//!
//! `get_num_retries_from_retry_policy` gives no number for a kind that is not listed, and
//! `num_retries` stays in force for it. Where a group has another deployment that is well, the
//! router tries again at once (`_time_to_sleep_before_retry`); else it waits 0.5 s, 1 s and so on
//! up to 8 s, and no less than `retry_after` (`_calculate_retry_after`).

use patterns::settings::{Entry, Node, Value};
use patterns::{Class, Duration};

use super::tables::{KINDS, POLICY};
use crate::import::draft::{Draft, From, Layer, said};
use crate::import::parts::{default, whole};
use crate::import::section::{Taken, take};
use crate::import::times::Times;
use crate::import::unit::{self, Unit};

/// How often calls are tried again, and how long is waited before.
#[derive(Debug)]
pub(super) struct Retries {
    /// Of what is not listed.
    others: (i128, From),
    /// Of each class that is listed.
    listed: Vec<(Class, i128, From)>,
    /// Where the list is written.
    policy: Option<From>,
    /// No wait is shorter, in seconds.
    least: f64,
    after: Option<Entry>,
}

/// What is tried again without being listed: failures to connect, 408, 409, 429, and from 500 on.
const TRANSIENT: [Class; 4] = [Class::Network, Class::Timeout, Class::RateLimit, Class::Overload];

const NUMBER: &str = "2 retries are the default of LiteLLM";

/// The longest wait, in seconds (`MAX_RETRY_DELAY`).
const LONGEST: f64 = 8.0;

/// What the settings say.
pub(super) fn of(taken: &Taken<'_>, draft: &mut Draft) -> Retries {
    let number = taken.value("num_retries", Unit::Whole, draft);
    let number = number.as_ref().and_then(unit::whole).zip(taken.from("num_retries"));
    let mut others = number.unwrap_or((2, From::Default(NUMBER)));
    let mut listed = Vec::new();
    if let Some(entry) = taken.entry("retry_policy") {
        listed = by_class(entry, &mut others, draft);
    }
    // That it can be read is known before its length is asked for.
    let _read = taken.value("retry_after", Unit::Time(Times::Seconds), draft);
    let after = taken.entry("retry_after");
    let least = after.and_then(|entry| unit::decimal(&entry.node)).unwrap_or(0.0);
    if let Some(entry) = after.filter(|_| least > LONGEST) {
        draft.leave_entry(entry, "LiteLLM waits no longer than 8 s between tries");
    }
    let policy = taken.from("retry_policy").filter(|_| !listed.is_empty());
    Retries { others, listed, policy, least, after: after.cloned() }
}

/// The classes that are listed; `DefaultRetries` is of all others.
fn by_class(
    entry: &Entry,
    others: &mut (i128, From),
    draft: &mut Draft,
) -> Vec<(Class, i128, From)> {
    let taken = take(&POLICY, &[&entry.node], false, From::entry(entry), draft);
    let mut listed: Vec<(Class, i128, From)> = Vec::new();
    let count = |key: &str, draft: &mut Draft| {
        let count = taken.value(key, Unit::Whole, draft)?;
        unit::whole(&count).zip(taken.from(key))
    };
    for (theirs, class) in KINDS {
        let Some((count, from)) = count(theirs, draft) else { continue };
        match listed.iter_mut().find(|(other, ..)| *other == class) {
            Some(earlier) => {
                let why = format!("`{theirs}` counts: one rule holds for both kinds of failure");
                draft.leave_from(&earlier.2.clone(), &why);
                *earlier = (class, count, from);
            }
            None => listed.push((class, count, from)),
        }
    }
    if let Some((count, from)) = count("DefaultRetries", draft) {
        draft.leave_from(&others.1.clone(), "`DefaultRetries` takes its place");
        // What is listed nowhere is tried again, too.
        if listed.iter().all(|(class, ..)| *class != Class::Validation) {
            listed.push((Class::Validation, count, from.clone()));
        }
        *others = (count, from);
    }
    listed
}

impl Retries {
    /// Whether anybody has written something of retries.
    pub(super) fn are_written(&self) -> bool {
        self.policy.is_some() || self.others.1.written().is_some()
    }

    /// Where a rule comes from: the shortest wait is a part of it.
    fn with_after(&self, from: From, several: bool) -> From {
        let after = self.after.as_ref().filter(|_| self.least > 0.5 && !several);
        let Some(after) = after.map(|entry| said(&entry.key, &entry.node)) else { return from };
        match from.written() {
            Some((at, said)) => From::Written(at.clone(), format!("{said}, {after}")),
            None => self.after.as_ref().map_or(from, From::entry),
        }
    }

    /// The layer of a group; none if nothing is tried again.
    pub(super) fn layer(&self, several: bool, draft: &mut Draft) -> Option<Layer> {
        let number = |class: Class| {
            let listed = self.listed.iter().find(|(other, ..)| *other == class);
            match listed {
                Some((_, count, from)) => Some((*count, from.clone())),
                None => TRANSIENT.contains(&class).then(|| self.others.clone()),
            }
        };
        let rules: Vec<(Class, i128, From)> = Class::ALL
            .into_iter()
            .filter_map(|class| number(class).map(|(count, from)| (class, count, from)))
            .collect();
        if let Some(after) = self.after.as_ref().filter(|_| several && self.least > 0.0) {
            draft.leave_entry(after, "with other deployments LiteLLM tries again at once");
        }
        let from = self.policy.clone().unwrap_or_else(|| self.others.1.clone());
        if rules.iter().all(|(_, count, _)| *count == 0) {
            for (.., from) in &rules {
                draft.leave_from(from, "nothing is tried again");
            }
            return None;
        }
        let mut layer = Layer::new("retry", from);
        if self.listed.is_empty() && self.least <= 0.5 && !several {
            let why = "the waits are those of OpenAI's client";
            layer.set("like", Node::word("openai"), From::Default(why));
            layer.set("max-retries", whole(self.others.0), self.others.1.clone());
            return Some(layer);
        }
        for (class, count, from) in rules {
            let rule = match count {
                0 => "never".to_owned(),
                _ if several => format!("{count} x 0s"),
                _ => format!("{count} x {}", waits(self.least.min(LONGEST), count)),
            };
            layer.set(class.name(), Node::word(rule), self.with_after(from, several));
        }
        of_router(&mut layer, several);
        Some(layer)
    }
}

/// What the router does whatever is written.
fn of_router(layer: &mut Layer, several: bool) {
    let no = || Node::unwritten(Value::Bool(false));
    default(layer, "per-class", no(), "LiteLLM counts all retries of a call together");
    default(layer, "only-idempotent", no(), "LiteLLM knows no call that must not be repeated");
    if several {
        let why = "with other deployments it tries again at once";
        return default(layer, "retry-after", Node::word("ignore"), why);
    }
    let why = "hints of up to 60 s are obeyed";
    default(layer, "retry-after", Node::word("exact"), why);
    default(layer, "min-retry-after", Node::word("1ns"), "a hint of zero is none");
    default(layer, "max-retry-after", Node::word("1min"), why);
}

/// So many waits from 500 ms on double without one that is longer than 8 s.
const UNCAPPED: i128 = 5;

/// So many waits, each no shorter than this. What is added at random is up to 0.75 s there
/// (`JITTER`).
fn waits(least: f64, count: i128) -> String {
    if least <= 0.5 && count <= UNCAPPED {
        return "exponential(500ms, jitter=between(from=0.75, to=1.0))".to_owned();
    }
    if least <= 0.5 {
        return "exponential(500ms, cap=8s, jitter=between(from=0.75, to=1.0))".to_owned();
    }
    let shortest = Duration::from_secs_f64(least);
    let tries = count.clamp(1, 5) as u32;
    let lengths = (0..tries).map(|n| Duration::from_millis(500 << n).max(shortest));
    let mut lengths: Vec<Duration> = lengths.collect();
    let longest = lengths[lengths.len() - 1];
    while lengths.len() > 1 && lengths[lengths.len() - 2] == longest {
        lengths.pop();
    }
    let jitter = format!("jitter=between(from=1.0, to={})", 1.0 + spread(least));
    match &lengths[..] {
        [one] => format!("constant({one}, {jitter})"),
        several => {
            let all: Vec<String> = several.iter().map(Duration::to_string).collect();
            format!("list({}, {jitter})", all.join(", "))
        }
    }
}

/// The longest that is added to a wait, as a share of it that an author would write.
fn spread(wait: f64) -> f64 {
    (0.75 / wait * 100.0).round() / 100.0
}
