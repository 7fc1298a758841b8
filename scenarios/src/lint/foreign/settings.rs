//! Rules for what a course says of retries, and what import makes no setting of.

use patterns::settings::Entry;

use crate::diagnostic::Diagnostic;
use crate::import::{decimal, whole};
use crate::lint::finding::{finding, time};

pub(super) fn look(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    for entry in all {
        if let Some(retries) = entry.node.get("max_retries").and_then(whole) {
            policy(entry, retries, found);
        }
    }
    kinds(all, found);
    words(all, found);
    exceptions(all, found);
}

/// A policy of retries.
fn policy(entry: &Entry, retries: i128, found: &mut Vec<Diagnostic>) {
    let kept = |key: &str| entry.node.entries()?.iter().find(|entry| entry.key == key);
    let kind = ["backoff", "backoff_type", "backoff_strategy"].into_iter().find_map(kept);
    let is_fixed = kind.and_then(|kind| kind.node.text()).is_some_and(|kind| kind == "fixed");
    let wait = kept("delay_ms").filter(|_| is_fixed);
    let header = kept("respect_retry_after_header");
    if let (Some(wait), Some(header)) = (wait, header)
        && header.node.to_string() == "true"
    {
        let said = decimal(&wait.node).map_or_else(String::new, |millis| time(millis / 1000.0));
        let message = format!(
            "`{}` waits {said} exactly, and as long as the server asks: if that is another time, \
             one of them is not kept",
            entry.key
        );
        found.push(finding("fixed-wait-and-retry-after", &header.key_at, message));
    }
    let dead: &[&str] = match (retries, is_fixed) {
        (0, _) => &["initial_delay_ms", "delay_ms", "max_delay_ms", "jitter"],
        (_, true) => &["max_delay_ms", "backoff_multiplier"],
        _ => &[],
    };
    for key in dead.iter().filter_map(|key| kept(key)) {
        let why = if retries == 0 { "nothing is tried again" } else { "all waits are the same" };
        let message = format!("`{}` of `{}` changes nothing: {why}", key.key, entry.key);
        found.push(finding("dead-parameter", &key.key_at, message));
    }
}

/// Kinds of failure that are tried again in one place, and otherwise in another.
fn kinds(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    for kind in ["validation", "timeout"] {
        let of_kind = all.iter().filter(|entry| entry.key.to_lowercase().contains(kind));
        let mut first: Option<(&Entry, i128)> = None;
        for entry in of_kind {
            let Some(retries) = entry.node.get("max_retries").and_then(whole) else { continue };
            let Some((earlier, others)) = first else {
                first = Some((entry, retries));
                continue;
            };
            if others != retries {
                let message = format!(
                    "`{}` is tried again {retries} times, and `{}` {others} times: both are for \
                     failures of {kind}",
                    entry.key, earlier.key
                );
                found.push(finding("retries-disagree", &entry.key_at, message));
            }
        }
    }
}

/// Numbers that are the same, once of retries and once of attempts.
fn words(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    let number = |entry: &&&Entry, ending: &str| {
        entry.key.to_lowercase().ends_with(ending).then(|| whole(&entry.node)).flatten()
    };
    for entry in all {
        let Some(attempts) = number(&entry, "attempts") else { continue };
        let mut retries = all.iter().filter_map(|other| number(&other, "retries"));
        if retries.any(|retries| retries == attempts) {
            let message = format!(
                "{attempts} attempts here and {attempts} retries elsewhere: {attempts} retries are \
                 {} attempts",
                attempts.saturating_add(1)
            );
            found.push(finding("retries-or-attempts", &entry.key_at, message));
        }
    }
}

/// Breakers that count whatever is thrown.
fn exceptions(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    let is_retried = all.iter().any(|entry| {
        let name = entry.key.to_lowercase().replace('_', "");
        name.starts_with("ratelimit") && entry.node.get("max_retries").is_some()
    });
    for entry in all.iter().filter(|entry| entry.key == "expected_exception") {
        let is_any = matches!(entry.node.text(), Some("Exception" | "BaseException"));
        if is_any && is_retried {
            let message = "this breaker counts every exception, and so the 429 for which the file \
                           has a policy of its own";
            found.push(finding("limit-counted-as-failure", &entry.key_at, message));
        }
    }
}
