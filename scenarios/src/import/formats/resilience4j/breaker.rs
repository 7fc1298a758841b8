//! The circuit breaker of resilience4j.

use patterns::settings::{Code, Entry, Node, Value};

use super::super::exceptions::EXCEPTIONS;
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::import::draft::{Draft, From, Layer};
use crate::import::section::{Taken, take};
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::{Unit, flag};

const SHOWN: &str = "it says what is shown, not what is done";
const WINDOW: &str = "type and size together: a number of calls, or of seconds";
const OPEN: &str = "together: a wait that may grow and be spread";
const OLD: &str = "a key from before 1.0: `slidingWindowSize` and others took its place";

pub(crate) static BREAKER: Section = Section {
    place: "resilience4j.circuitbreaker.instances.NAME",
    layer: "breaker",
    like: "resilience4j",
    rows: &[
        Row::of("failureRateThreshold", "rate", Unit::Percent),
        Row::of("slowCallRateThreshold", "slow-rate", Unit::Percent),
        Row::of("slowCallDurationThreshold", "slow", Unit::Time(Times::Spring)),
        Row::with("slidingWindowType", "window", WINDOW),
        Row::with("slidingWindowSize", "window", WINDOW),
        Row::of("minimumNumberOfCalls", "min-calls", Unit::Whole),
        Row::with("waitDurationInOpenState", "open", OPEN),
        Row::with("enableExponentialBackoff", "open", OPEN),
        Row::with("exponentialBackoffMultiplier", "open", OPEN),
        Row::with("exponentialMaxWaitDurationInOpenState", "open", OPEN),
        Row::with("enableRandomizedWait", "open", OPEN),
        Row::with("randomizedWaitFactor", "open", OPEN),
        Row::of("permittedNumberOfCallsInHalfOpenState", "permits", Unit::Whole),
        Row::with("maxWaitDurationInHalfOpenState", "half-open-timeout", "0 is `unlimited` here"),
        Row::of(
            "transitionToStateAfterWaitDuration",
            "then",
            Unit::Word(&[("OPEN", "open"), ("CLOSED", "close")]),
        ),
        Row::of("recordExceptions", "count", Unit::Classes(&EXCEPTIONS)),
        Row::of("ignoreExceptions", "ignore", Unit::Classes(&EXCEPTIONS)),
        Row::with("initialState", "mode", "only what a breaker can be held in"),
        Row::with("baseConfig", "", "its keys count where the instance has none"),
        Row::out(
            "automaticTransitionFromOpenToHalfOpenEnabled",
            "a breaker here becomes half-open with the first call after the wait",
        ),
        Row::out("registerHealthIndicator", SHOWN),
        Row::out("allowHealthIndicatorToFail", SHOWN),
        Row::out("eventConsumerBufferSize", SHOWN),
        Row::out("writableStackTraceEnabled", SHOWN),
        Row::out("ignoreClassBindingExceptions", SHOWN),
        Row::out("recordFailurePredicate", "what a program decides no file says"),
        Row::out("recordResultPredicate", "what a program decides no file says"),
        Row::out("ignoreExceptionPredicate", "what a program decides no file says"),
        Row::out("ringBufferSizeInClosedState", OLD),
        Row::out("ringBufferSizeInHalfOpenState", OLD),
        Row::out("waitInterval", OLD),
    ],
};

pub(super) fn breaker(tables: &[&Node], from: From, draft: &mut Draft) -> Layer {
    let mut taken = take(&BREAKER, tables, true, from, draft);
    window(&mut taken, draft);
    if let Some((open, from)) = wait(
        &taken,
        "waitDurationInOpenState",
        "exponentialMaxWaitDurationInOpenState",
        "60s",
        draft,
    ) {
        taken.layer.set("open", open, from);
    }
    let key = "maxWaitDurationInHalfOpenState";
    if let Some(wait) = taken.value(key, Unit::Time(Times::Spring), draft) {
        let value = if wait.text() == Some("0s") { Node::word("unlimited") } else { wait };
        set(&mut taken, "half-open-timeout", value, key);
    }
    if let Some(entry) = taken.entry("initialState") {
        let mode = match entry.node.text().unwrap_or_default() {
            "FORCED_OPEN" => Some("forced-open"),
            "DISABLED" => Some("disabled"),
            "METRICS_ONLY" => Some("metrics-only"),
            _ => None,
        };
        match mode {
            Some(mode) => set(&mut taken, "mode", Node::word(mode), "initialState"),
            None => draft.leave_entry(entry, "a breaker begins closed here"),
        }
    }
    taken.layer
}

/// Sets a key from what several say together.
fn set(taken: &mut Taken<'_>, key: &str, value: Node, theirs: &str) {
    if let Some(from) = taken.from(theirs) {
        taken.layer.set(key, value, from);
    }
}

fn window(taken: &mut Taken<'_>, draft: &mut Draft) {
    let kinds = &[("COUNT_BASED", "calls"), ("TIME_BASED", "time")];
    let kind = taken.value("slidingWindowType", Unit::Word(kinds), draft);
    let is_time = kind.as_ref().and_then(Node::text) == Some("time");
    let size = taken.value("slidingWindowSize", Unit::Whole, draft);
    let Some(key) = ["slidingWindowSize", "slidingWindowType"]
        .into_iter()
        .find(|key| taken.entry(key).is_some())
    else {
        return;
    };
    let Value::Integer(size) = size.map_or(Value::Integer(100), |size| size.value) else { return };
    let value = if is_time {
        Node::word(format!("{size}s"))
    } else {
        Node::unwritten(Value::Integer(size))
    };
    set(taken, "window", value, key);
}

/// A wait that may grow and be spread, and where it comes from.
pub(super) fn wait(
    taken: &Taken<'_>,
    base: &str,
    longest: &str,
    default: &str,
    draft: &mut Draft,
) -> Option<(Node, From)> {
    let is_on = |key: &str| taken.entry(key).and_then(|entry| flag(&entry.node)) == Some(true);
    let (grows, spreads) = (is_on("enableExponentialBackoff"), is_on("enableRandomizedWait"));
    let time = Unit::Time(Times::Spring);
    let wait = taken.value(base, time, draft);
    let wait = wait.as_ref().and_then(Node::text).unwrap_or(default).to_owned();
    for (key, is_used, needs) in [
        ("exponentialBackoffMultiplier", grows, "enableExponentialBackoff"),
        (longest, grows, "enableExponentialBackoff"),
        ("randomizedWaitFactor", spreads, "enableRandomizedWait"),
    ] {
        if let Some(entry) = taken.entry(key).filter(|_| !is_used) {
            draft.leave_entry(entry, &format!("it has no effect without `{needs}: true`"));
        }
    }
    let mut text = wait.clone();
    if grows {
        let factor = number(taken, "exponentialBackoffMultiplier", 1.5, draft);
        text = format!("exponential({wait}, factor={factor}");
        if let Some(cap) = taken.value(longest, time, draft) {
            text += &format!(", cap={}", cap.text().unwrap_or_default());
            if spreads {
                text += ", cap-when=after";
            }
        }
    } else if spreads {
        text = format!("constant({wait}");
    }
    if spreads {
        let share = number(taken, "randomizedWaitFactor", 0.5, draft);
        text += &format!(", jitter=between(from={}, to={})", 1.0 - share, 1.0 + share);
    }
    if grows || spreads {
        text.push(')');
    }
    let keys = [base, "enableExponentialBackoff", "enableRandomizedWait"];
    let from = keys.into_iter().filter(|key| *key == base || is_on(key));
    let from = { from }.find_map(|key| taken.from(key))?;
    Some((Node::word(text), from))
}

pub(super) fn number(taken: &Taken<'_>, key: &str, default: f64, draft: &mut Draft) -> f64 {
    match taken.value(key, Unit::Factor, draft).map(|node| node.value) {
        Some(Value::Float(number)) => number,
        _ => default,
    }
}

/// A base that there is not.
pub(super) fn no_config(node: &Node, name: &str, configs: &[&Entry]) -> Diagnostic {
    let known: Vec<&str> = configs.iter().map(|entry| entry.key.as_str()).collect();
    let message = format!("there is no `{name}` in `configs`");
    let help = nearest_or_all(name, &known);
    Diagnostic::new(node.at.clone(), Code::UnknownName, message).help(help)
}
