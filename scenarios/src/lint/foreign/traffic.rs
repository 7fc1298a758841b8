//! Rules for what a course says of budgets, alerts and promises, beside the traffic there is.

use patterns::settings::Entry;

use crate::diagnostic::Diagnostic;
use crate::import::decimal;
use crate::lint::finding::{finding, number, time};

/// Calls of a run, of which a file says nothing: more than most have.
const CALLS: f64 = 30.0;

/// Retries of a call, of which a file says nothing.
const RETRIES: f64 = 5.0;

const MINUTES_OF_A_DAY: f64 = 1440.0;

pub(super) fn look(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    budgets(all, found);
    alerts(all, found);
    detection(all, found);
}

/// The first number under a key that has all of these words.
fn value<'t>(all: &[&'t Entry], words: &[&str]) -> Option<(&'t Entry, f64)> {
    all.iter().find_map(|entry| {
        let key = entry.key.to_lowercase();
        let has = words.iter().all(|word| key.contains(word));
        has.then(|| Some((*entry, decimal(&entry.node)?))).flatten()
    })
}

/// Budgets of tokens that do not hold one context.
fn budgets(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    for owner in all {
        let own: Vec<&Entry> = owner.node.entries().unwrap_or_default().iter().collect();
        let (Some((_, context)), Some((budget, tokens))) =
            (value(&own, &["context"]), value(&own, &["budget"]))
        else {
            continue;
        };
        if let Some(one) = spent(tokens, context).filter(|_| !budget.key.contains("usd")) {
            let proof = format!("arithmetic: {} / {}", number(context), number(tokens));
            found.push(one.at(budget.key_at.clone()).proof(proof));
        }
    }
}

/// What is wrong with a budget of tokens that does not hold one context.
pub(crate) fn spent(tokens: f64, context: f64) -> Option<Diagnostic> {
    (tokens < context).then(|| {
        let message = format!(
            "a budget of {} tokens beside a context of {}: one full call spends {} budgets",
            number(tokens),
            number(context),
            number(context / tokens.max(1.0))
        );
        finding("budget-below-context", &(0..0), message)
    })
}

/// Alerts that this traffic cannot set off.
fn alerts(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    let Some((entry, threshold)) = value(all, &["retries", "minute"]) else { return };
    let traffic = ["runs", "executions", "operations", "tasks"]
        .iter()
        .find_map(|what| value(all, &[what, "per_day"]));
    let Some((_, runs)) = traffic else { return };
    let calls = value(all, &["calls_per_run"]).map(|(_, calls)| calls);
    let retries = all.iter().filter(|entry| entry.key == "max_retries");
    let retries = retries.filter_map(|entry| decimal(&entry.node)).fold(0.0, f64::max);
    let retries = (retries > 0.0).then_some(retries);
    if let Some(one) = alert(threshold, runs, calls, retries) {
        found.push(one.at(entry.key_at.clone()));
    }
}

/// What is wrong with an alert at a rate of retries a minute, for runs a day; calls of a run and
/// retries of a call that no file says are assumed.
pub(crate) fn alert(
    threshold: f64,
    runs: f64,
    calls: Option<f64>,
    retries: Option<f64>,
) -> Option<Diagnostic> {
    let mut assumed = Vec::new();
    if calls.is_none() {
        assumed.push(format!("{} calls of a run", number(CALLS)));
    }
    if retries.is_none() {
        assumed.push(format!("{} retries of a call", number(RETRIES)));
    }
    let assumed = if assumed.is_empty() {
        String::new()
    } else {
        format!(", assuming {}, of which no file says anything", assumed.join(" and "))
    };
    let (calls, retries) = (calls.unwrap_or(CALLS), retries.unwrap_or(RETRIES));
    let most = runs * calls * retries / MINUTES_OF_A_DAY;
    (most < threshold).then(|| {
        let message = format!(
            "an alert at {} retries a minute, and {} runs a day: if every call of every run used \
             up its retries, there were {} a minute{assumed}",
            number(threshold),
            number(runs),
            number(most)
        );
        let proof = format!(
            "arithmetic: {} runs x {} calls x {} retries / 1440 min = {}; all runs of a day at one \
             time would be another matter",
            number(runs),
            number(calls),
            number(retries),
            number(most)
        );
        finding("alert-never-fires", &(0..0), message).proof(proof)
    })
}

/// Promises to see a failure sooner than a call can.
fn detection(all: &[&Entry], found: &mut Vec<Diagnostic>) {
    let promised = value(all, &["detect", "seconds"]);
    let limit = value(all, &["call_timeout_seconds"]).or(value(all, &["tool_timeout_seconds"]));
    let (Some((entry, promised)), Some((_, limit))) = (promised, limit) else { return };
    let threshold = value(all, &["failure_threshold"]).map_or(1.0, |(_, threshold)| threshold);
    if let Some(one) = bound(promised, limit, threshold) {
        found.push(one.at(entry.key_at.clone()));
    }
}

/// What is wrong with a promise to see a failure, when calls wait for a limit.
pub(crate) fn bound(promised: f64, limit: f64, threshold: f64) -> Option<Diagnostic> {
    (promised < limit).then(|| {
        let message = format!(
            "a hang is to be seen within {}, and a call to what hangs ends after {}",
            time(promised),
            time(limit)
        );
        let proof = format!(
            "arithmetic: one caller in line sees the first failure at {}, and {} in a row at {}",
            time(limit),
            number(threshold),
            time(limit * threshold)
        );
        finding("detection-beyond-promise", &(0..0), message).proof(proof)
    })
}
